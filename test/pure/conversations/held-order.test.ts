// What was held keeps its place among what is told at once: nothing older follows what is newer (P3), nothing is lost between a refused
// send and quiet hours (P1), and everything that was offered is told by the tap.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../../../src/foundation/clock.ts"
import { PURPOSES } from "../../../src/foundation/purpose.ts"
import type { Preferences } from "../../../src/preferences/preferences.ts"
import { event } from "../../support/event-builders.ts"
import { BANK, balance, NOON, payment, tap } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

const NIGHT: Preferences = { v: 1, quiet: { from: 22 * 60, to: 7 * 60 }, rules: {} }
const ONE_A_DAY: Preferences = { v: 1, maxADay: 1, rules: {} }
const EVENING_DIGEST: Preferences = { v: 1, digestAt: 18 * 60, rules: {} }
const outcomes = () => sim.queue.map(({ outcome }) => `${outcome?.state} ${outcome?.reason}`)
const rows = () =>
  sim.storage.sql
    .exec<{ state: string; reason: string }>("SELECT state, reason FROM ledger WHERE lane = 2 ORDER BY n")
    .rows.map(({ state, reason }) => `${state} ${reason}`)

/** Linked at noon; the clock is moved to an hour of that day in Berlin. */
async function linkedAt(hour: number, defaults: Preferences): Promise<void> {
  await sim.link({ purposes: PURPOSES })
  sim.facts = { ...BANK, defaults }
  await sim.advance(Math.max(0, NOON + (hour - 12) * HOUR_MS - sim.now))
  sim.forgetChat()
}

const paid = (value: string) => ({
  transaction: {
    id: "t",
    amount: { value, currency: "EUR" },
    direction: "out",
    occurred_at: new Date(sim.now).toISOString(),
    merchant: { name: "Corner Bakery" },
  },
})

describe("what was held and what was told meanwhile", () => {
  test("P3: an older balance that was held never follows a newer one that was told", async () => {
    await linkedAt(20, ONE_A_DAY)
    await sim.tell(payment("p", sim.now))
    await sim.advance(HOUR_MS)
    await sim.tell(balance("old", sim.now, "10.00", { sequence: 1 }))
    expect(outcomes()[1]).toBe("held daily_limit")
    // Another day has begun, the morning has not.
    await sim.advance(5 * HOUR_MS)
    await sim.tell(balance("new", sim.now, "20.00", { sequence: 2 }))
    await sim.advance(DAY_MS)
    expect(sim.messenger.texts.filter((each) => /available/.test(each))).toEqual([
      expect.stringMatching(/20\.00 EUR/),
    ])
    expect(rows()).toContain("superseded newer_told")
  })

  test("P3: a reservation that was held never follows its posting, which says nothing of what nobody was told", async () => {
    await linkedAt(20, ONE_A_DAY)
    await sim.tell(payment("p", sim.now))
    await sim.tell(event("bank.transaction.authorised.v1", "e1", sim.now, paid("25.00")))
    expect(outcomes()[1]).toBe("held daily_limit")
    await sim.advance(5 * HOUR_MS)
    sim.forgetChat()
    await sim.tell(event("bank.transaction.posted.v1", "e2", sim.now, paid("27.40")))
    await sim.advance(DAY_MS)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/27\.40 EUR/)])
    expect(sim.messenger.texts[0]).not.toMatch(/25\.00/)
    expect(rows()).toContain("superseded newer_told")
  })

  test("a posting of another amount that was held says so when it is told", async () => {
    await linkedAt(20, NIGHT)
    await sim.tell(event("bank.transaction.authorised.v1", "e1", sim.now, paid("25.00")))
    await sim.advance(3 * HOUR_MS)
    await sim.tell(event("bank.transaction.posted.v1", "e2", sim.now, paid("27.40")))
    expect(outcomes()[1]).toBe("held quiet_hours")
    await sim.advance(9 * HOUR_MS)
    expect(sim.messenger.texts.at(-1)).toMatch(/Final amount 27\.40 EUR, was 25\.00 EUR\.$/)
  })
})

test("P1: what the platform refused before quiet hours began is held, told once when they end, and the bank hears both", async () => {
  sim.bank.terms = { fallbackMs: 30_000, reportDelivery: false }
  await linkedAt(20, NIGHT)
  await sim.advance(2 * HOUR_MS - SECOND_MS)
  sim.messenger.fates.push({
    kind: "refuse",
    refusal: { reason: "throttled", scope: "page", retry: { afterMs: 30 * SECOND_MS } },
  } as never)
  await sim.tell(payment("a", sim.now))
  await sim.advance(MINUTE_MS)
  expect(outcomes()).toEqual(["held quiet_hours"])
  expect(rows()).toEqual(["held quiet_hours"])
  sim.evict()
  sim.forgetChat()
  await sim.advance(10 * HOUR_MS)
  expect(sim.messenger.texts).toEqual([expect.stringMatching(/Bakery a/)])
  expect(rows()).toEqual(["accepted sent"])
  expect(sim.bank.told.map(({ status }) => status)).toContain("accepted")
})

test("P1: all that was offered is told by the tap, however much it is", async () => {
  sim.messenger.templates = new Map([["updates_waiting_v1 en", "approved"]])
  await linkedAt(12, EVENING_DIGEST)
  await sim.advance(2 * DAY_MS)
  for (let n = 0; n < 60; n += 1) await sim.tell(payment(`p${n}`, sim.now))
  await sim.advance(7 * HOUR_MS)
  const offers = sim.messenger.calls.length
  expect(JSON.stringify(sim.messenger.calls[0])).toContain('"60"')
  expect(offers).toBe(1)
  await sim.webhook(tap("v1.UPDATES", sim.now, "Show updates"))
  await sim.advance(HOUR_MS)
  expect(rows().filter((each) => each === "accepted sent")).toHaveLength(60)
})

test("a payment told at two of its stages in one message counts once in the total", async () => {
  await linkedAt(12, { v: 1, rules: {} })
  sim.messenger.fates.push({ kind: "accept", afterMs: 900 })
  await sim.tell(payment("first", sim.now))
  await sim.tell(payment("p", sim.now + 5))
  await sim.tell(event("bank.transaction.authorised.v1", "e1", sim.now + 10, paid("25.00")))
  await sim.tell(event("bank.transaction.posted.v1", "e2", sim.now + 20, paid("30.00")))
  await sim.advance(2_000)
  expect(sim.messenger.texts[1]).toMatch(/57\.40 EUR paid/)
})

test("P1, P2: a night of forty payments is told in the morning, each once, and the echo of a lost answer settles them", async () => {
  sim.bank.terms = { fallbackMs: 30_000, reportDelivery: false }
  await linkedAt(23, NIGHT)
  for (let n = 0; n < 40; n += 1) await sim.tell(payment(`p${n}`, sim.now))
  sim.messenger.fates.push({ kind: "taken" })
  await sim.advance(10 * HOUR_MS)
  expect(rows()).toEqual(Array.from({ length: 40 }, () => "accepted sent"))
  expect(sim.messenger.calls).toHaveLength(2)
  expect(new Set(sim.bank.told.map(({ status }) => status))).toEqual(new Set(["accepted"]))
})

test.each([
  ["mute today", "not quiet", "held muted"],
  ["one summary a day", "keep all", "held digest"],
])("what was held after %s is told once the person says %s", async (less, more, held) => {
  await linkedAt(12, { v: 1, rules: {} })
  await sim.say("alerts")
  await sim.say(less)
  await sim.tell(payment("a", sim.now))
  expect(outcomes()).toEqual([held])
  await sim.advance(MINUTE_MS)
  sim.forgetChat()
  await sim.say("alerts")
  await sim.say(more)
  await sim.advance(MINUTE_MS)
  expect(sim.messenger.texts.filter((each) => /Bakery a/.test(each))).toHaveLength(1)
})
