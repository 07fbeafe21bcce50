// What the bank says of a case or a card in its own time: withdraws a question nobody heard, ends what waited for the bank's page, and is
// not said twice.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { CardStateChanged, FraudResolved } from "../../../../src/banks/event.ts"
import { HOUR_MS, MINUTE_MS } from "../../../../src/foundation/clock.ts"
import { err, ok } from "../../../../src/foundation/result.ts"
import { fraud, tap } from "../../../support/person-builders.ts"
import { Simulation } from "../../../support/person-world.ts"

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link()
})
afterEach(() => sim.close())

const head = (id: string) => ({
  v: 1 as const,
  id,
  source: "https://bank.example",
  customer: "customer-reference-1",
  at: sim.now,
  staleAt: sim.now + 24 * HOUR_MS,
})
const resolved = (caseId: string, outcome = "genuine"): FraudResolved => ({
  ...head(`resolved-${caseId}-${outcome}`),
  type: "bank.fraud.resolved.v1",
  caseId,
  outcome,
})
const cardIs = (state: CardStateChanged["state"], ref = "crd_19"): CardStateChanged => ({
  ...head(`card-${state}-${sim.now}`),
  type: "bank.card.state_changed.v1",
  card: { ref, last4: "4821" },
  state,
})
async function press(choice: "deny" | "mistake"): Promise<void> {
  const [payload] =
    new RegExp(`v1\\.FRAUD\\.[^"]+\\.${choice}`).exec(JSON.stringify(sim.messenger.calls.at(-1))) ?? []
  if (payload === undefined) throw new Error(`No button to press: ${choice}`)
  await sim.webhook(tap(payload, sim.now))
}

describe("a case that is over", () => {
  test.each([
    ["genuine", "Demo Bank has closed the fraud check you were asked about: the payment counts as yours."],
    [
      "confirmed_fraud",
      "Demo Bank has closed the fraud check you were asked about: the payment counts as fraud.",
    ],
    ["constructor", "Demo Bank has closed the fraud check you were asked about."],
  ])("is told with the bank's word %s, and its buttons count no more", async (outcome, words) => {
    await sim.tell(fraud("x", sim.now))
    const alert = sim.messenger.calls.at(-1)
    await sim.tell(resolved("F-x", outcome))
    expect(sim.messenger.texts.at(-1)).toBe(words)
    const payload = /v1\.FRAUD\.[^"]+\.deny/.exec(JSON.stringify(alert))?.[0] ?? ""
    await sim.webhook(tap(payload, sim.now))
    expect(sim.messenger.texts.at(-1)).toMatch(/This question has closed/)
    expect(sim.bank.answers).toEqual([])
    expect(sim.bank.acts).toEqual([])
  })

  test("is no news to somebody who was never asked, and its late question is not asked", async () => {
    const told = await sim.tell(resolved("F-x"))
    expect(told.outcome).toMatchObject({ state: "superseded", reason: "case_over" })
    const late = await sim.tell(fraud("x", sim.now))
    expect(late.outcome).toMatchObject({ state: "superseded", reason: "case_over" })
    expect((await sim.tell(fraud("y", sim.now))).outcome?.state).toBe("accepted")
    expect(sim.messenger.texts).toHaveLength(1)
  })

  test("ends the wait for the bank's page: nothing is said to have stayed as it was", async () => {
    await sim.tell(fraud("x", sim.now))
    await press("deny")
    await press("mistake")
    await sim.tell(resolved("F-x"))
    sim.forgetChat()
    await sim.advance(20 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual([])
  })

  test("does not stop a No on its way: the bank still hears it", async () => {
    await sim.tell(fraud("x", sim.now))
    sim.bank.afterMs = 3_000
    await press("deny")
    await sim.tell(resolved("F-x", "something else"))
    await sim.advance(20_000)
    expect(sim.bank.acts).toHaveLength(1)
    expect(sim.bank.answers).toMatchObject([{ answer: "deny" }])
  })
})

describe("a card's state", () => {
  test.each([
    ["active", "Card ••4821 can be used again."],
    ["frozen", "Card ••4821 is frozen."],
    ["blocked", "Card ••4821 is blocked and will not work any more."],
    ["replaced", "Card ••4821 was replaced by a new one and does not work any more."],
  ] as const)("%s is told", async (state, words) => {
    await sim.tell(cardIs(state))
    expect(sim.messenger.texts).toEqual([words])
  })

  test("frozen is not said again after the person's own No; a freeze of another card, or an hour later, is", async () => {
    await sim.tell(fraud("x", sim.now))
    await press("deny")
    sim.forgetChat()
    expect((await sim.tell(cardIs("frozen"))).outcome).toMatchObject({ state: "superseded" })
    expect(sim.messenger.texts).toEqual([])
    expect((await sim.tell({ ...cardIs("frozen", "crd_20"), id: "other" })).outcome?.state).toBe("accepted")
    await sim.advance(HOUR_MS)
    expect((await sim.tell(cardIs("frozen"))).outcome?.state).toBe("accepted")
  })

  test("usable again is what came of [Tapped by mistake]", async () => {
    await sim.tell(fraud("x", sim.now))
    await press("deny")
    await press("mistake")
    sim.forgetChat()
    await sim.tell(cardIs("active"))
    await sim.advance(20 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual(["Card ••4821 can be used again."])
  })

  test("of before a freeze was asked for ends nothing of it: the bank is asked until it is done", async () => {
    sim.bank.cards = ok([{ ref: "crd_19", last4: "4821", state: "active" }])
    sim.bank.frozen = err({ reason: "outage", outage: { reason: "unavailable", retry: "later" } })
    const before = { ...cardIs("frozen"), at: sim.now - HOUR_MS }
    await sim.webhook(tap("v1.FREEZE_ALL", sim.now))
    await sim.advance(MINUTE_MS)
    await sim.tell(before)
    sim.forgetChat()
    sim.bank.frozen = ok({ state: "frozen" })
    await sim.advance(HOUR_MS)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/Card ••4821 is frozen/)])
  })

  test("of before a No says nothing of what came of [Tapped by mistake]", async () => {
    const before = { ...cardIs("active"), at: sim.now - HOUR_MS }
    await sim.tell(fraud("x", sim.now))
    await press("deny")
    await press("mistake")
    await sim.tell(before)
    sim.forgetChat()
    await sim.advance(20 * MINUTE_MS)
    expect(sim.messenger.texts).toHaveLength(1)
  })
})
