// Cases as a stranger would break them: buttons of another link, replays, a link or consent that ends in the middle, "stop" and erasure
// while the bank owes something, a slow bank, a card that works again while its question stands.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { CardStateChanged } from "../../../../src/banks/event.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../../src/foundation/clock.ts"
import type { LinkId } from "../../../../src/foundation/id.ts"
import { err, ok } from "../../../../src/foundation/result.ts"
import { openFraudCase } from "../../../../src/conversations/cases/fraud-case.ts"
import { fraud, NOON, offer, tap, text } from "../../../support/person-builders.ts"
import { textOf } from "../../../support/person-far-side.ts"
import { consent, person, take } from "../../../support/turn-world.ts"
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

/** What a button of the newest message that has it carries. */
function carried(pattern: RegExp): string {
  for (const call of sim.messenger.calls.toReversed()) {
    const [payload] = pattern.exec(JSON.stringify(call)) ?? []
    if (payload !== undefined) return payload
  }
  throw new Error(`No button carries ${pattern}`)
}
const denial = () => carried(/v1\.FRAUD\.[^"]+\.deny/)
const press = (payload: string) => sim.webhook(tap(payload, sim.now))

function cardIs(state: CardStateChanged["state"]): CardStateChanged {
  return {
    v: 1,
    type: "bank.card.state_changed.v1",
    id: `card-${state}-${sim.now}`,
    source: "https://bank.example",
    customer: "customer-reference-1",
    at: sim.now,
    staleAt: sim.now + DAY_MS,
    card: { ref: "crd_19", last4: "4821" },
    state,
  }
}

async function linkAnew(link: string): Promise<void> {
  await sim.offer(
    offer({
      link: link as LinkId,
      givenAt: sim.now,
      until: sim.now + 180 * DAY_MS,
      offeredUntil: sim.now + 10 * MINUTE_MS,
    }),
  )
  await sim.say("123456")
  await sim.advance(1_000)
}

describe("a No after a Yes protects until the question's end", () => {
  test("also where the bank made the card usable again upon the Yes", async () => {
    await sim.tell(fraud("x", sim.now))
    const no = denial()
    await press(carried(/v1\.FRAUD\.[^"]+\.confirm/))
    expect(last()).toMatch(/^Thank you/)
    await sim.tell(cardIs("active"))
    await press(no)
    expect(freezes()).toHaveLength(1)
    expect(last()).toMatch(/is frozen/)
  })

  test("an open question stays open when its card works again, whoever saw to that", async () => {
    await sim.tell(
      fraud("x", sim.now, { reply: { allowed: ["confirm", "deny"], expiresAt: sim.now + 6 * HOUR_MS } }),
    )
    const no = denial()
    await sim.advance(HOUR_MS + MINUTE_MS)
    expect(last()).toMatch(/^Reminder/)
    await sim.tell(cardIs("active"))
    await press(no)
    expect(freezes()).toHaveLength(1)
  })
})

describe("the bank wants proof for a No", () => {
  beforeEach(() => {
    sim.bank.fraudAnswer = err({ reason: "step_up_required", url: "https://bank.example/proof" })
  })

  test("what is frozen is said to be", async () => {
    await sim.tell(fraud("x", sim.now))
    await press(denial())
    expect(last()).toMatch(/^Card ••4821 is frozen\. Sign in at Demo Bank to confirm your report\./)
  })

  test("a freeze it owes is carried on", async () => {
    sim.bank.frozen = DOWN
    await sim.tell(fraud("x", sim.now))
    await press(denial())
    expect(last()).toMatch(/not frozen yet: please call now/)
    sim.bank.frozen = ok({ state: "frozen" })
    await sim.advance(MINUTE_MS)
    expect(sim.messenger.texts.filter((each) => each === "Card ••4821 is frozen.")).toHaveLength(1)
  })
})

test("P7: a No does not wait behind questions a slow bank is asked", async () => {
  await sim.tell(fraud("x", sim.now))
  sim.bank.afterMs = 4_000
  const asked = sim.bank.asked
  await sim.webhook(text("balance", sim.now), text("payments", sim.now), text("balance", sim.now))
  expect(sim.bank.asked - asked).toBe(2)
  await press(denial())
  expect(freezes()).toHaveLength(1)
})

test("P7: a lost wallet does not wait behind them either, and its cards go two at a time", async () => {
  sim.bank.cards = ok([1, 2, 3, 4].map((nth) => ({ ref: `crd_${nth}`, last4: `000${nth}`, state: "active" })))
  sim.bank.afterMs = 4_000
  await sim.webhook(text("balance", sim.now), text("payments", sim.now))
  await sim.webhook(tap("v1.FREEZE_ALL", sim.now))
  await sim.advance(4_100)
  expect(freezes()).toHaveLength(2)
  await sim.advance(10_000)
  expect(freezes()).toHaveLength(4)
  expect(last()).toMatch(/are frozen\.$/)
})

test("a No in the very instant of a Yes is another act at the bank", async () => {
  await sim.tell(fraud("x", sim.now))
  const no = denial()
  await press(carried(/v1\.FRAUD\.[^"]+\.confirm/))
  await press(no)
  expect(sim.bank.answers.map(({ answer }) => answer)).toEqual(["confirm", "deny"])
  expect(new Set(sim.bank.answers.map(({ answeredAt }) => answeredAt)).size).toBe(1)
  expect(new Set(sim.bank.answers.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(2)
})

test("what the bank still owes is not forgotten, however long the object slept", () => {
  const asleep = 60 * DAY_MS
  const at = {
    ...openFraudCase({
      alert: "e_alert",
      caseId: "F-1",
      link: "link_one" as LinkId,
      expiresAt: NOON - asleep,
      card: { ref: "crd_19", last4: "4821" },
    }),
    stage: "owing",
    freeze: "owed",
    report: "owed",
    answeredAt: NOON - DAY_MS,
    dueAt: NOON,
  } as const
  const woken = take(person({ consent: consent(), cases: { e_alert: at } }), { kind: "time" })
  expect(woken.state.questions).toContainEqual(expect.objectContaining({ kind: "fraud_freeze" }))
})

describe("replays and old buttons", () => {
  test("the same tap, brought three times and tapped again later, is one freeze and one report", async () => {
    await sim.tell(fraud("x", sim.now))
    const no = denial()
    const once = tap(no, sim.now)
    await sim.webhook(once, once)
    await sim.webhook(once)
    await press(no)
    expect(freezes()).toHaveLength(1)
    expect(sim.bank.answers).toHaveLength(1)
  })

  test("a button told under a link that has ended asks the bank nothing, under no link and under another", async () => {
    await sim.tell(fraud("x", sim.now))
    const no = denial()
    await sim.webhook(tap("v1.STOP_NOW", sim.now))
    await press(no)
    expect(last()).toMatch(/This question has closed/)
    await linkAnew("link_two")
    await press(no)
    expect(last()).toMatch(/This question has closed/)
    await sim.say("no")
    expect([...freezes(), ...sim.bank.answers]).toEqual([])
  })

  test("a made-up payload is no button", async () => {
    for (const payload of [
      "v1.FRAUD.e_1.deny",
      "v1.FRAUD",
      "v1.CARD.act.0",
      "v1.CARD.__proto__.0",
      "v1.FRAUD.e.constructor",
    ])
      await press(payload)
    expect([...sim.bank.acts, ...sim.bank.answers]).toEqual([])
    expect(sim.logged).toEqual([])
  })
})

describe("in the middle of a No the bank has not heard", () => {
  beforeEach(async () => {
    sim.bank.frozen = DOWN
    sim.bank.fraudAnswer = DOWN
    await sim.tell(
      fraud("x", sim.now, { reply: { allowed: ["confirm", "deny"], expiresAt: sim.now + HOUR_MS } }),
    )
    yes = carried(/v1\.FRAUD\.[^"]+\.confirm/)
    await press(denial())
    expect(last()).toMatch(/not frozen yet\. Please call now/)
    sim.forgetChat()
  })
  let yes = ""
  const bankIsBack = () => {
    sim.bank.frozen = ok({ ref: "crd_19", last4: "4821", state: "frozen" })
    sim.bank.fraudAnswer = ok({})
  }

  test.each([
    ["the person disconnects", () => sim.webhook(tap("v1.STOP_NOW", sim.now))],
    ["the bank ends the link", () => sim.endLink("link_one" as LinkId)],
    [
      "the person has all of it deleted",
      async () => {
        await sim.say("delete my data")
        await sim.webhook(tap("v1.DELETE_CONFIRM", sim.now))
      },
    ],
  ])("%s: they are told to call, and nothing is asked any more", async (_, end) => {
    await end()
    await sim.advance(1_000)
    expect(sim.messenger.texts.filter((each) => /could not bring your report/.test(each))).toHaveLength(1)
    const asked = sim.bank.acts.length + sim.bank.answers.length
    bankIsBack()
    await sim.advance(4 * DAY_MS)
    expect(sim.bank.acts.length + sim.bank.answers.length).toBe(asked)
  })

  test("“stop” stops messages, not the No: the bank hears it, and the person what came of it", async () => {
    await sim.say("stop")
    bankIsBack()
    await sim.advance(30 * MINUTE_MS)
    expect(last()).toMatch(/is frozen\. Demo Bank has your report/)
    expect(new Set(freezes().map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  test("a Yes does not take it back", async () => {
    await press(yes)
    await sim.say("Yes, it was me")
    expect(sim.messenger.texts.slice(0, 1)).toEqual([
      "Your No stands, and Demo Bank hears of it. Was the No a mistake?",
    ])
    bankIsBack()
    await sim.advance(30 * MINUTE_MS)
    expect(sim.bank.answers.map(({ answer }) => answer)).not.toContain("confirm")
    expect(freezes().length).toBeGreaterThan(0)
  })

  test("given up after three days, it is not said to be on its way", async () => {
    await sim.advance(2.5 * DAY_MS)
    await sim.say("hello")
    await sim.advance(DAY_MS)
    expect(last()).toBe("I could not bring your report to Demo Bank. Please call now.")
    await press(yes)
    expect(last()).toBe("I could not bring your report to Demo Bank. Please call now.")
  })
})

describe("the same customer renews the link", () => {
  const ask = () =>
    sim.tell(
      fraud("x", sim.now, { reply: { allowed: ["confirm", "deny"], expiresAt: sim.now + 6 * HOUR_MS } }),
    )
  beforeEach(async () => {
    sim.directory.renews = true
    await ask()
  })

  test("P2: a question told under the old link keeps its case, and is answered under the new one", async () => {
    const no = denial()
    await linkAnew("link_two")
    await press(no)
    expect(last()).toMatch(/is frozen\. Demo Bank has your report/)
    expect(sim.bank.answers.map(({ link, answer }) => [link, answer])).toEqual([["link_two", "deny"]])
  })

  test("twice, and a typed No counts as well", async () => {
    await linkAnew("link_two")
    await linkAnew("link_three")
    await sim.say("no")
    expect(sim.bank.answers.map(({ link }) => link)).toEqual(["link_three"])
  })

  test("a No on its way is carried on, as the same act", async () => {
    sim.bank.frozen = DOWN
    sim.bank.fraudAnswer = DOWN
    await press(denial())
    sim.forgetChat()
    await linkAnew("link_two")
    expect(sim.messenger.texts.join()).not.toMatch(/could not bring your report/)
    sim.bank.frozen = ok({ ref: "crd_19", last4: "4821", state: "frozen" })
    sim.bank.fraudAnswer = ok({})
    await sim.advance(HOUR_MS)
    expect(last()).toMatch(/is frozen\. Demo Bank has your report/)
    expect(new Set(freezes().map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  test("while the bank is being asked: it is asked again under the new link, as the same act", async () => {
    sim.bank.afterMs = 60_000
    await press(denial())
    expect(freezes()).toHaveLength(1)
    sim.bank.afterMs = 0
    await linkAnew("link_two")
    await sim.advance(HOUR_MS)
    expect(last()).toMatch(/is frozen\. Demo Bank has your report/)
    expect(freezes().length).toBeGreaterThan(1)
    expect(new Set(freezes().map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  test("its reminder is said under the new link", async () => {
    await linkAnew("link_two")
    sim.forgetChat()
    await sim.advance(2 * HOUR_MS)
    expect(sim.messenger.texts.filter((each) => each.startsWith("Reminder"))).toHaveLength(1)
  })
})

describe("the reminder of a question nobody answered", () => {
  const ask = () =>
    sim.tell(
      fraud("x", sim.now, { reply: { allowed: ["confirm", "deny"], expiresAt: sim.now + 6 * HOUR_MS } }),
    )
  const reminders = () => sim.messenger.texts.filter((each) => each.startsWith("Reminder"))

  test("is not said after “stop”; it is where fraud alerts were kept", async () => {
    await ask()
    await sim.say("stop")
    await sim.advance(2 * HOUR_MS)
    expect(reminders()).toEqual([])
  })

  test("is said where fraud alerts were kept", async () => {
    await ask()
    await sim.webhook(tap("v1.STOP_KEEP_FRAUD", sim.now))
    await sim.advance(2 * HOUR_MS)
    expect(reminders()).toHaveLength(1)
  })

  test("P4: is not said under another link", async () => {
    await ask()
    await linkAnew("link_two")
    await sim.advance(2 * HOUR_MS)
    expect(reminders()).toEqual([])
    expect(JSON.stringify(sim.messenger.shown.slice(-1).map(({ sent }) => textOf(sent)))).not.toMatch(
      /Electro Mart/,
    )
  })
})

describe("a freeze of one's own", () => {
  test("is not told again when the bank says so too; a freeze an hour later is", async () => {
    sim.bank.cards = ok([{ ref: "crd_19", last4: "4821", state: "active" }])
    await sim.webhook(tap("v1.FREEZE_ALL", sim.now))
    expect(last()).toBe("Card ••4821 is frozen.")
    sim.forgetChat()
    expect((await sim.tell(cardIs("frozen"))).outcome).toMatchObject({ state: "superseded" })
    expect(sim.messenger.texts).toEqual([])
    await sim.advance(HOUR_MS)
    expect((await sim.tell(cardIs("frozen"))).outcome?.state).toBe("accepted")
  })

  test("is told by the bank's word where it came so late that ours could not go", async () => {
    sim.bank.cards = ok([{ ref: "crd_19", last4: "4821", state: "active" }])
    sim.bank.frozen = DOWN
    await sim.webhook(tap("v1.FREEZE_ALL", sim.now))
    await sim.advance(25 * HOUR_MS)
    sim.bank.frozen = ok({ state: "frozen" })
    await sim.advance(20 * MINUTE_MS)
    expect(last()).not.toMatch(/^Card ••4821 is frozen/)
    expect((await sim.tell(cardIs("frozen"))).outcome?.state).not.toBe("superseded")
  })
})
