// A No against what could take it away: a Yes still on its way, another question of the same case, the bank's page that undoes it, its end
// while nobody could take the turn; and which question a typed No is about.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { CardStateChanged, FraudResolved } from "../../../../src/banks/event.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../../src/foundation/clock.ts"
import type { LinkId } from "../../../../src/foundation/id.ts"
import { err, ok } from "../../../../src/foundation/result.ts"
import { fraud, offer, tap } from "../../../support/person-builders.ts"
import { Simulation } from "../../../support/person-world.ts"

const DOWN = err({ reason: "outage", outage: { reason: "timeout", retry: "later" } } as const)

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link()
})
afterEach(() => sim.close())

const last = () => sim.messenger.texts.at(-1)
const freezes = () => sim.bank.acts.filter(({ act }) => act === "freeze")
const said = () => sim.bank.answers.map(({ answer }) => answer)
const press = (payload: string) => sim.webhook(tap(payload, sim.now))

/** What the buttons of the newest question carry. */
function carried(choice: "confirm" | "deny" | "mistake"): string {
  for (const call of sim.messenger.calls.toReversed()) {
    const [payload] = new RegExp(`v1\\.FRAUD\\.[^"]+\\.${choice}`).exec(JSON.stringify(call)) ?? []
    if (payload !== undefined) return payload
  }
  throw new Error(`No button carries ${choice}`)
}

function head(id: string) {
  return {
    v: 1,
    id,
    source: "https://bank.example",
    customer: "customer-reference-1",
    at: sim.now,
    staleAt: sim.now + DAY_MS,
  } as const
}
const resolved = (caseId: string): FraudResolved => ({
  ...head(`resolved-${caseId}`),
  type: "bank.fraud.resolved.v1",
  caseId,
  outcome: "genuine",
})
const usable = (): CardStateChanged => ({
  ...head(`card-${sim.now}`),
  type: "bank.card.state_changed.v1",
  card: { ref: "crd_19", last4: "4821" },
  state: "active",
})

describe("a Yes that is still on its way when the No is given", () => {
  test("is not told to the bank after it, though the object dies in between", async () => {
    await sim.tell(fraud("x", sim.now, { card: { last4: "4821" } }))
    const [yes, no] = [carried("confirm"), carried("deny")]
    sim.bank.afterMs = 3_000
    await press(yes)
    await press(no)
    sim.evict()
    await sim.advance(MINUTE_MS)
    expect(said().at(-1)).toBe("deny")
    expect(said().slice(said().indexOf("deny"))).not.toContain("confirm")
  })
})

describe("two questions of one case", () => {
  test("a Yes to the second takes nothing back of a No to the first", async () => {
    await sim.tell(fraud("x", sim.now))
    const no = carried("deny")
    await sim.tell(fraud("again", sim.now, { caseId: "F-x" }))
    const yes = carried("confirm")
    await press(no)
    await press(yes)
    expect(said()).toEqual(["deny"])
    expect(last()).toMatch(/^Your No stands/)
  })

  test("a typed No answers them both", async () => {
    await sim.tell(fraud("x", sim.now))
    await sim.tell(fraud("again", sim.now, { caseId: "F-x" }))
    await sim.say("no")
    expect(said()).toEqual(["deny"])
    expect(freezes()).toHaveLength(1)
  })

  test("the second brings a later end, and none earlier", async () => {
    await sim.tell(fraud("x", sim.now))
    await press(carried("confirm"))
    await sim.tell(
      fraud("again", sim.now, {
        caseId: "F-x",
        reply: { allowed: ["confirm", "deny"], expiresAt: sim.now + 6 * HOUR_MS },
      }),
    )
    const no = carried("deny")
    await sim.advance(2 * HOUR_MS)
    await press(no)
    expect(freezes()).toHaveLength(1)
  })
})

describe("a typed No is about the only open question", () => {
  test("though another was closed by the bank, or could not be told", async () => {
    await sim.tell(fraud("closed", sim.now))
    await sim.tell(resolved("F-closed"))
    await sim.say("stop")
    await sim.tell(fraud("untold", sim.now))
    await sim.webhook(tap("v1.STOP_UNDO", sim.now))
    await sim.tell(fraud("x", sim.now))
    await sim.say("no")
    expect(sim.bank.answers).toMatchObject([{ caseId: "F-x", answer: "deny" }])
  })

  test("though one was asked of whoever was connected before", async () => {
    await sim.tell(fraud("old", sim.now))
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    await sim.offer(
      offer({
        link: "link_two" as LinkId,
        givenAt: sim.now,
        until: sim.now + 180 * DAY_MS,
        offeredUntil: sim.now + 10 * MINUTE_MS,
      }),
    )
    await sim.say("123456")
    await sim.advance(1_000)
    await sim.tell(fraud("x", sim.now))
    await sim.say("no")
    expect(sim.bank.answers).toMatchObject([{ caseId: "F-x", answer: "deny" }])
  })

  test.each([
    "No it wasn't",
    "no, that was not me",
    "No I didn't!",
    "nah",
    "no way",
    "I did not",
    "لا مش أنا",
    "مو أنا",
    "لا ما سويتها",
  ])("also as “%s”", async (typed) => {
    await sim.tell(fraud("x", sim.now))
    await sim.say(typed)
    expect(said()).toEqual(["deny"])
  })

  test.each(["no idea", "no problem", "no that was me", "no worries", "not sure", "I did"])(
    "and “%s” is none",
    async (typed) => {
      await sim.tell(fraud("x", sim.now))
      await sim.say(typed)
      expect(said()).toEqual([])
    },
  )

  test("typed by its button's title it takes back a Yes, too", async () => {
    await sim.tell(fraud("x", sim.now))
    await press(carried("confirm"))
    await sim.say("No, not me")
    expect(said()).toEqual(["confirm", "deny"])
    expect(last()).toMatch(/is frozen/)
  })
})

describe("a No after [Tapped by mistake]", () => {
  beforeEach(async () => {
    await sim.tell(fraud("x", sim.now))
  })

  test("is done and told anew: the bank's page may have undone the first", async () => {
    const no = carried("deny")
    await press(no)
    await press(carried("mistake"))
    await sim.advance(1_000)
    await press(no)
    expect(freezes()).toHaveLength(2)
    expect(said()).toEqual(["deny", "deny"])
    expect(new Set(freezes().map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2)
  })

  test("while the bank is being asked for its page: the No stands, and no page is shown", async () => {
    const no = carried("deny")
    await press(no)
    sim.bank.afterMs = 2_000
    await press(carried("mistake"))
    await press(no)
    expect(last()).toMatch(/^Card ••4821 is frozen/)
    await sim.advance(MINUTE_MS)
    expect(last()).toMatch(/^Card ••4821 is frozen/)
  })

  test("once the card can be used again, is frozen anew before anybody says that it is frozen", async () => {
    const no = carried("deny")
    await press(no)
    await sim.tell(usable())
    sim.bank.frozen = DOWN
    await press(no)
    expect(freezes()).toHaveLength(2)
    expect(last()).not.toMatch(/^Card ••4821 is frozen/)
    expect(last()).toMatch(/Please call now|please call now/)
  })
})

test("a No after a Yes that the bank did not take freezes all the same", async () => {
  await sim.tell(fraud("x", sim.now))
  const no = carried("deny")
  sim.bank.fraudAnswer = err({ reason: "not_found" })
  await press(carried("confirm"))
  expect(last()).toMatch(/This question has closed/)
  await press(no)
  expect(freezes()).toHaveLength(1)
  expect(last()).toMatch(/^Card ••4821 is frozen\. This question has closed/)
})

test("a No received in time counts, though its turn comes after the question's end, and the bank hears when it was given", async () => {
  await sim.tell(fraud("x", sim.now))
  const no = carried("deny")
  await sim.advance(HOUR_MS - MINUTE_MS)
  const given = sim.now
  sim.evict()
  sim.directory.failing = true
  await press(no)
  await sim.advance(5 * MINUTE_MS)
  sim.directory.failing = false
  await sim.advance(30 * MINUTE_MS)
  expect(sim.bank.answers).toMatchObject([{ answer: "deny", answeredAt: given }])
})

test("P7: a No does not wait behind the cards of a lost wallet either", async () => {
  sim.bank.cards = ok([1, 2, 3, 4].map((nth) => ({ ref: `crd_${nth}`, last4: `000${nth}`, state: "active" })))
  await sim.tell(fraud("x", sim.now))
  const no = carried("deny")
  sim.bank.afterMs = 4_000
  await sim.webhook(tap("v1.FREEZE_ALL", sim.now))
  await sim.advance(4_100)
  expect(freezes()).toHaveLength(2)
  await press(no)
  expect(freezes().map(({ about }) => about)).toContain("crd_19")
})
