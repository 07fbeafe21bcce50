// P4: two hundred notices on their way and a question at the bank, the link ends in the middle: no Graph or bank call starts after the
// ending was answered, and what was queued is refused when it is read.
import { afterEach, beforeEach, expect, test } from "vitest"
import type { LinkId } from "../../../src/foundation/id.ts"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import { balance, fraud, payment, tap } from "../../support/person-builders.ts"
import { textOf } from "../../support/person-far-side.ts"
import { Simulation } from "../../support/person-world.ts"

const LINK = "link_one" as LinkId
const NOTICES = 200

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link()
})
afterEach(() => sim.close())

/** Calls under the link so far: what the chat was sent of it, and the bank was asked. */
function calls(): readonly [sent: number, asked: number] {
  const sent = sim.messenger.calls.filter((call) => /Bakery|available|Fraud check/.test(textOf(call)))
  return [sent.length, sim.bank.started]
}

test.each([
  ["by the bank's word", () => sim.endLink(LINK)],
  ["by an operator", () => sim.endLink(LINK, "ended_by_operator")],
  ["by [Disconnect now]", () => sim.webhook(tap("v1.STOP_NOW", sim.now, "Disconnect now"))],
  ["by Log Out", () => sim.webhook(unlinked())],
])("P4: %s", async (_, end) => {
  sim.bank.readyAfterMs = 400
  await sim.say("balance")
  // Each send takes a while, so that some of them are on their way when the link ends.
  sim.messenger.fates.push(
    ...Array.from({ length: NOTICES }, () => ({ kind: "accept", afterMs: 30 }) as const),
  )
  let answered = calls()
  for (let n = 0; n < NOTICES; n += 1) {
    if (n === NOTICES / 2) {
      await sim.advance(100)
      // Most wait on their queue: a thread takes no more at once.
      expect(sim.queue.filter(({ outcome }) => outcome === undefined).length).toBeGreaterThan(50)
      await end()
      // From here on it was answered.
      sim.forgetChat()
      answered = calls()
    }
    const event =
      n % 50 === 7
        ? fraud(`f${n}`, sim.now)
        : n % 2 === 0
          ? payment(`p${n}`, sim.now)
          : balance(`b${n}`, sim.now, `${n}.00`)
    await sim.tell(event)
  }
  await sim.advance(20 * MINUTE_MS)
  expect(calls()).toEqual(answered)
  const after = sim.queue.slice(NOTICES / 2)
  expect(after.map(({ outcome }) => outcome?.state).filter((state) => state !== "suppressed")).toEqual([])
  expect(sim.queue.filter(({ outcome }) => outcome === undefined)).toEqual([])
  expect(sim.messenger.texts.filter((text) => /Bakery|available|Fraud check/.test(text))).toEqual([])
  expect(sim.directory.links.get(LINK)?.state).toBe("ended")
})

function unlinked() {
  return {
    v: 1,
    kind: "account_linking",
    page: "100000000000001" as never,
    psid: "24011100000000001",
    at: sim.now,
    key: `l_${sim.now}`,
    status: "unlinked",
  } as const
}
