// A consent's end: told 14 days, 3 days and half a day before, each once; renewed as the table has it; over at its last instant.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import { renewalOf } from "../../../src/links/renewal.ts"
import { payment, tap } from "../../support/person-builders.ts"
import { choicesOf } from "../../support/person-far-side.ts"
import { Simulation } from "../../support/person-world.ts"

const DAYS = 180
const TERMS = { fallbackMs: 30_000, reportDelivery: false }

describe("renewalOf()", () => {
  test.each([
    ["bank_processor", "EU", 400, { days: 400, renewedBy: "tap" }],
    ["bank_processor", "US", 90, { days: 90, renewedBy: "tap" }],
    ["third_party", "UK", 180, { days: 90, renewedBy: "tap" }],
    ["third_party", "UK", 30, { days: 30, renewedBy: "tap" }],
    ["third_party", "EU", 400, { days: 180, renewedBy: "bank_login" }],
    ["third_party", "US", 400, { days: 365, renewedBy: "bank_login" }],
    ["third_party", "other", 400, { days: 90, renewedBy: "bank_login" }],
  ] as const)("%s in %s with a term of its own of %i days", (role, jurisdiction, consentDays, rule) => {
    expect(renewalOf({ role, jurisdiction, consentDays })).toEqual(rule)
  })
})

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link({ until: sim.now + DAYS * DAY_MS })
})
afterEach(() => sim.close())

/** The person writes, so that the window is open, and the chat is emptied. */
async function present(): Promise<void> {
  await sim.say("help")
  await sim.advance(MINUTE_MS)
  sim.forgetChat()
}

describe("reminders", () => {
  test("each is told once, at its own instant, and the end is said", async () => {
    const until = sim.directory.live?.until ?? 0
    for (const [beforeMs, said] of [
      [14 * DAY_MS, 1],
      [3 * DAY_MS, 1],
      [12 * HOUR_MS, 1],
    ] as const) {
      await sim.advance(until - beforeMs - sim.now - 2 * MINUTE_MS)
      await present()
      expect(sim.messenger.texts).toEqual([])
      await sim.advance(2 * MINUTE_MS)
      expect(sim.messenger.texts.filter((text) => /ends on .* Shall it go on\?/.test(text))).toHaveLength(
        said,
      )
      sim.forgetChat()
    }
    await sim.advance(until - sim.now)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/ended on/)])
    expect(sim.directory.links.get(sim.directory.recorded[0]?.link ?? ("link_one" as never))).toMatchObject({
      state: "ended",
      reason: "consent_expired",
    })
  })

  test("P9: outside the window they go as their template, or not at all", async () => {
    sim.messenger.templates = new Map([["link_ending_v1 en", "approved"]])
    sim.forgetChat()
    await sim.advance(DAYS * DAY_MS - 13 * DAY_MS)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/^link_ending_v1\|Demo Bank\|/)])
    sim.messenger.templates = new Map()
    await sim.advance(11 * DAY_MS)
    expect(sim.messenger.texts).toHaveLength(1)
  })

  test("the bank is told of each that may not leave, with its reason, once; and of one the platform refuses", async () => {
    sim.bank.terms = TERMS
    const told = () => sim.directory.unreminded.map(({ days, reason }) => [days, reason])
    await sim.advance(DAYS * DAY_MS - 13 * DAY_MS)
    expect(told()).toEqual([[14, "window_closed_no_template"]])
    sim.messenger.templates = new Map([["link_ending_v1 en", "pending"]])
    await sim.advance(11 * DAY_MS)
    expect(told().slice(1)).toEqual([[3, "window_closed_template_pending"]])
    sim.messenger.templates = new Map([["link_ending_v1 en", "approved"]])
    sim.messenger.fates.push({ kind: "refuse", refusal: { reason: "gone", retry: "never" } })
    await sim.advance(2 * DAY_MS - HOUR_MS)
    expect(told().slice(2)).toEqual([[0, "person_unavailable"]])
    expect(sim.messenger.texts).toEqual([])
  })

  test("P1: what the bank could not be told now is told a moment later", async () => {
    sim.bank.terms = TERMS
    await sim.advance(DAYS * DAY_MS - 14 * DAY_MS - MINUTE_MS)
    sim.directory.failing = true
    await sim.advance(2 * MINUTE_MS)
    expect(sim.directory.unreminded).toEqual([])
    sim.directory.failing = false
    await sim.advance(MINUTE_MS)
    expect(sim.directory.unreminded).toHaveLength(1)
  })

  test("a bank that takes no callbacks is told nothing; nor is one whose customer was reminded", async () => {
    sim.bank.terms = undefined
    await sim.advance(DAYS * DAY_MS - 13 * DAY_MS)
    expect(sim.directory.unreminded).toEqual([])
  })

  test("who stopped all messages is not reminded", async () => {
    await sim.advance(DAYS * DAY_MS - 15 * DAY_MS)
    await sim.say("stop")
    sim.forgetChat()
    await sim.advance(3 * DAY_MS)
    expect(sim.messenger.texts).toEqual([])
  })
})

describe("renewing", () => {
  test("by a tap: a record of its own, the whole term anew, reminders anew", async () => {
    await sim.advance(DAYS * DAY_MS - 14 * DAY_MS - HOUR_MS)
    await present()
    await sim.advance(HOUR_MS)
    const [keep] = sim.messenger.shown.flatMap(({ sent }) => choicesOf(sent))
    expect(keep).toEqual(["Keep connection", "v1.RENEW"])
    await sim.webhook(tap("v1.RENEW", sim.now, "Keep connection"))
    const renewedAt = sim.now
    expect(sim.messenger.texts.at(-1)).toMatch(/^Your connection goes on until /)
    expect(sim.directory.recorded).toMatchObject([
      { kind: "reconfirmed", evidence: "chat", until: renewedAt + DAYS * DAY_MS, shown: expect.any(String) },
    ])
    sim.forgetChat()
    await sim.advance(DAYS * DAY_MS - 14 * DAY_MS - HOUR_MS)
    await present()
    expect((await sim.tell(payment("late", sim.now))).outcome?.state).toBe("accepted")
    sim.forgetChat()
    await sim.advance(HOUR_MS)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/Shall it go on\?/)])
  })

  test("where the bank's login renews, a tap does not", async () => {
    sim.facts = { ...sim.facts, renewal: { days: DAYS, renewedBy: "bank_login" } }
    await sim.say("renew")
    expect(sim.messenger.texts.at(-1)).toBe("To keep your connection, sign in at Demo Bank again.")
    await sim.webhook(tap("v1.RENEW", sim.now, "Keep connection"))
    expect(sim.directory.recorded).toEqual([])
  })
})
