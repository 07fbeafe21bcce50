// What a person wants: every line of every rule, both sides; nights across a change of clocks in two zones.
import { describe, expect, test } from "vitest"
import { purposeOf, accountOf } from "../../../src/conversations/notices/compose.ts"
import type { ToldEvent, ToldEventType } from "../../../src/banks/event-types.ts"
import { HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import { instantOf, isZone, localOf, nextAt } from "../../../src/preferences/local-time.ts"
import {
  EVENING,
  EVERYTHING,
  faultOf,
  holding,
  MAX_A_DAY,
  MORNING,
  ruleName,
  ruleOf,
  withRule,
  type Preferences,
  type Rule,
} from "../../../src/preferences/preferences.ts"
import { midnight, mutedUntil, quietUntil, wants, type Wish } from "../../../src/preferences/wants.ts"
import { DATA, event } from "../../support/event-builders.ts"
import { NOON } from "../../support/person-builders.ts"

const BERLIN = "Europe/Berlin"
const NIGHT = { from: 22 * 60, to: 7 * 60 }
const TYPES = Object.keys(DATA) as ToldEventType[]
const eur = (value: string) => ({ value, currency: "EUR" })

function wish(preferences: Preferences, told: ToldEvent, now = NOON, toldToday = 0, zone = BERLIN): Wish {
  return wants(
    preferences,
    { event: told, purpose: purposeOf(told), account: accountOf(told) },
    { now, zone, toldToday },
  )
}
const say = (found: Wish) => (found.kind === "tell" ? "tell" : `${found.kind} ${found.why}`)

function paid(more: object = {}, amount = "27.40") {
  const { transaction } = DATA["bank.transaction.posted.v1"](NOON) as { transaction: object }
  return event("bank.transaction.posted.v1", "a", NOON, {
    transaction: { ...transaction, amount: eur(amount), ...more },
  })
}
const rules = (rule: Rule): Preferences => ({ v: 1, rules: { transaction_alerts: rule } })

describe("wants() of a payment", () => {
  test.each<[string, Rule, object, string]>([
    ["all", {}, {}, "tell"],
    ["off", { off: true }, {}, "no purpose_off"],
    ["from its very amount", { from: eur("27.40") }, {}, "tell"],
    ["from a cent more", { from: eur("27.41") }, {}, "no threshold"],
    ["from an amount in another currency", { from: { value: "900", currency: "USD" } }, {}, "tell"],
    ["what goes out", { direction: "out" }, {}, "tell"],
    ["what comes in", { direction: "in" }, {}, "no not_chosen"],
    ["abroad, said", { foreignOnly: true }, { foreign: true }, "tell"],
    ["abroad, not said", { foreignOnly: true }, {}, "no not_chosen"],
    ["without the card, said", { remoteOnly: true }, { channel: "card_not_present" }, "tell"],
    ["without the card, at a till", { remoteOnly: true }, { channel: "card_present" }, "no not_chosen"],
    ["a kind of merchant", { categories: ["5462"] }, { merchant: { name: "A", mcc: "5462" } }, "tell"],
    ["another kind", { categories: ["5462"] }, { merchant: { name: "A", mcc: "5411" } }, "no not_chosen"],
    ["a country", { countries: ["DE"] }, { merchant: { name: "A", country: "DE" } }, "tell"],
    ["no country said", { countries: ["DE"] }, {}, "no not_chosen"],
    ["no country chosen", { countries: [] }, {}, "tell"],
  ])("%s", (_, rule, more, expected) => {
    expect(say(wish(rules(rule), paid(more)))).toBe(expected)
  })

  test("an account's own rule stands before its purpose's, member by member", () => {
    const preferences = withRule(
      rules({ from: eur("50"), direction: "out" }),
      ruleName("transaction_alerts", "acc-1"),
      { from: eur("10") },
    )
    expect(ruleOf(preferences, "transaction_alerts", "acc-1")).toEqual({
      from: eur("10"),
      direction: "out",
    })
    expect(say(wish(preferences, paid()))).toBe("tell")
    expect(say(wish(rules({ from: eur("50") }), paid()))).toBe("no threshold")
  })

  test("what is due counts by its amount", () => {
    const due = event("bank.payment.due.v1", "a", NOON)
    expect(say(wish(rules({ from: eur("84.20") }), due))).toBe("tell")
    expect(say(wish(rules({ from: eur("84.21") }), due))).toBe("no threshold")
  })
})

describe("wants() of a balance", () => {
  const low = (value: string): Preferences => ({ v: 1, rules: { balance_updates: { below: eur(value) } } })
  test.each<[ToldEventType, string, string]>([
    ["bank.balance.updated.v1", "1204.50", "no threshold"],
    ["bank.balance.updated.v1", "1204.51", "tell"],
    ["bank.balance.threshold.v1", "84.20", "no threshold"],
    ["bank.balance.threshold.v1", "84.21", "tell"],
  ])("%s below %s", (type, below, expected) => {
    expect(say(wish(low(below), event(type, "a", NOON)))).toBe(expected)
  })

  test("in another currency is told", () => {
    const preferences: Preferences = {
      v: 1,
      rules: { balance_updates: { below: { value: "1", currency: "USD" } } },
    }
    expect(say(wish(preferences, event("bank.balance.updated.v1", "a", NOON)))).toBe("tell")
  })
})

describe("P7: what warns is never held, cut or counted", () => {
  const strict: Preferences = {
    v: 1,
    quiet: { from: 0, to: 23 * 60 + 59 },
    digestAt: EVENING,
    maxADay: 1,
    mutedUntil: NOON + HOUR_MS,
    rules: { fraud_alerts: { off: true, from: eur("9999") } },
  }
  test.each(TYPES)("%s", (type) => {
    const told = event(type, "a", NOON)
    const atOnce = purposeOf(told) === "fraud_alerts" || type === "bank.transaction.declined.v1"
    expect(wish(strict, told, NOON, 9).kind).toBe(atOnce ? "tell" : "hold")
  })

  test("what was declined may be switched off or be too small, but never waits", () => {
    const declined = event("bank.transaction.declined.v1", "a", NOON)
    expect(say(wish(rules({ off: true }), declined))).toBe("no purpose_off")
    expect(say(wish(rules({ from: eur("50") }), declined))).toBe("no threshold")
  })
})

describe("wants() holds", () => {
  const at = (hours: number, minutes = 0) => Date.UTC(2026, 10, 22, hours, minutes) - HOUR_MS
  test("in quiet hours until they end, and not a minute before or after them", () => {
    const preferences: Preferences = { v: 1, quiet: NIGHT, rules: {} }
    expect(say(wish(preferences, paid(), at(21, 59)))).toBe("tell")
    expect(wish(preferences, paid(), at(22))).toEqual({
      kind: "hold",
      until: at(31),
      why: "quiet_hours",
    })
    expect(wish(preferences, paid(), at(6, 59))).toMatchObject({ until: at(7) })
    expect(say(wish(preferences, paid(), at(7)))).toBe("tell")
  })

  test("a quiet stretch of one day", () => {
    const preferences: Preferences = { v: 1, quiet: { from: 13 * 60, to: 15 * 60 }, rules: {} }
    expect(wish(preferences, paid(), at(13))).toMatchObject({ until: at(15) })
    expect(say(wish(preferences, paid(), at(12, 59)))).toBe("tell")
    expect(say(wish(preferences, paid(), at(15)))).toBe("tell")
  })

  test("for the one summary a day, the next one from its own minute on", () => {
    const preferences: Preferences = { v: 1, digestAt: EVENING, rules: {} }
    expect(wish(preferences, paid(), at(17, 59))).toEqual({ kind: "hold", until: at(18), why: "digest" })
    expect(wish(preferences, paid(), at(18, 1))).toMatchObject({ until: at(42) })
  })

  test("a summary in quiet hours comes after them", () => {
    const preferences: Preferences = { v: 1, digestAt: 23 * 60, quiet: NIGHT, rules: {} }
    expect(wish(preferences, paid(), at(12))).toMatchObject({ until: at(31), why: "digest" })
  })

  test("what is more than so many a day, until the next morning", () => {
    const preferences: Preferences = { v: 1, maxADay: 3, rules: {} }
    expect(say(wish(preferences, paid(), at(12), 2))).toBe("tell")
    expect(wish(preferences, paid(), at(12), 3)).toEqual({
      kind: "hold",
      until: at(32),
      why: "daily_limit",
    })
  })

  test("all of a muted day, until the next morning or the end of the quiet hours", () => {
    const moment = { now: at(12), zone: BERLIN }
    const muted: Preferences = { v: 1, mutedUntil: mutedUntil(EVERYTHING, moment), rules: {} }
    expect(muted.mutedUntil).toBe(at(24) + MORNING * MINUTE_MS)
    expect(wish(muted, paid(), at(12))).toEqual({ kind: "hold", until: at(32), why: "muted" })
    expect(say(wish(muted, paid(), at(32)))).toBe("tell")
    expect(wish({ ...muted, quiet: { from: 22 * 60, to: 9 * 60 } }, paid(), at(12))).toMatchObject({
      until: at(33),
    })
  })

  test("by the person's own clock where they have one", () => {
    const preferences: Preferences = { v: 1, zone: "Asia/Kuwait", quiet: NIGHT, rules: {} }
    expect(wish(preferences, paid(), at(20))).toMatchObject({ kind: "hold", until: at(29) })
    expect(midnight(preferences, { now: at(23), zone: BERLIN })).toBe(at(22))
  })
})

describe("a quiet night across a change of clocks", () => {
  const quiet = (zone: string): Preferences => ({ v: 1, zone, quiet: NIGHT, rules: {} })
  const until = (zone: string, now: number) => quietUntil(quiet(zone), { now, zone: "UTC" })?.until
  test.each([
    // Berlin: 29 March 2026 02:00 → 03:00, 25 October 2026 03:00 → 02:00.
    ["Europe/Berlin loses an hour", "Europe/Berlin", "2026-03-28T21:00Z", "2026-03-29T05:00Z", 8],
    ["Europe/Berlin gains an hour", "Europe/Berlin", "2026-10-24T20:00Z", "2026-10-25T06:00Z", 10],
    // New York: 8 March 2026 02:00 → 03:00, 1 November 2026 02:00 → 01:00.
    ["America/New_York loses an hour", "America/New_York", "2026-03-08T03:00Z", "2026-03-08T11:00Z", 8],
    ["America/New_York gains an hour", "America/New_York", "2026-11-01T02:00Z", "2026-11-01T12:00Z", 10],
  ])("%s", (_, zone, from, to, hours) => {
    const [begins, ends] = [Date.parse(from), Date.parse(to)]
    expect(ends - begins).toBe(hours * HOUR_MS)
    expect(until(zone, begins - 1)).toBeUndefined()
    for (let at = begins; at < ends; at += 30 * MINUTE_MS) expect(until(zone, at)).toBe(ends)
    expect(until(zone, ends - 1)).toBe(ends)
    expect(until(zone, ends)).toBeUndefined()
  })

  test.each([
    // The hour from 02:00 comes twice on 25 October.
    ["end in the hour that comes twice", 1 * 60, 2 * 60 + 30, "2026-10-24T23:00Z", "2026-10-25T00:30Z"],
    ["begin in it", 2 * 60 + 30, 7 * 60, "2026-10-25T00:30Z", "2026-10-25T06:00Z"],
    ["lie in it", 2 * 60 + 15, 2 * 60 + 45, "2026-10-25T00:15Z", "2026-10-25T00:45Z"],
  ])(
    "quiet hours that %s are one stretch of time, and nothing waits for another day",
    (_, from, to, begins, ends) => {
      const preferences: Preferences = { v: 1, zone: BERLIN, quiet: { from, to }, rules: {} }
      const [first, last] = [Date.parse(begins), Date.parse(ends)]
      for (let at = first - 2 * HOUR_MS; at < last + 6 * HOUR_MS; at += 15 * MINUTE_MS)
        expect(quietUntil(preferences, { now: at, zone: "UTC" })?.until, new Date(at).toISOString()).toBe(
          at >= first && at < last ? last : undefined,
        )
    },
  )

  test("a minute that is left out comes when the clock has jumped over it, one that comes twice counts once", () => {
    const [spring, autumn] = [Date.parse("2026-03-29T00:00Z"), Date.parse("2026-10-25T00:00Z")]
    const left = nextAt(spring, 2 * 60 + 30, BERLIN)
    expect(new Date(left).toISOString()).toBe("2026-03-29T01:30:00.000Z")
    expect(localOf(left, BERLIN).minute).toBe(3 * 60 + 30)
    expect(new Date(nextAt(autumn, 2 * 60 + 30, BERLIN)).toISOString()).toBe("2026-10-25T00:30:00.000Z")
  })

  test("a clock's reading and its instant belong together, in zones of odd offsets", () => {
    for (const zone of ["Asia/Kathmandu", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia"])
      for (let at = NOON; at < NOON + 400 * 24 * HOUR_MS; at += 37 * HOUR_MS) {
        const minute = Math.floor(at / MINUTE_MS) * MINUTE_MS
        expect(Math.abs(instantOf(localOf(minute, zone), zone) - minute)).toBeLessThanOrEqual(HOUR_MS)
      }
    expect([
      isZone("Europe/Berlin"),
      isZone("Mars/Olympus"),
      isZone(""),
      isZone(7),
      isZone("+01:00"),
    ]).toEqual([true, false, false, false, false])
  })
})

describe("preferences", () => {
  test("a bank's default holds until the person chooses, and switches nothing on", () => {
    const defaults: Preferences = { v: 1, quiet: NIGHT, rules: {} }
    expect(holding(undefined, defaults)).toBe(defaults)
    expect(holding(EVERYTHING, defaults)).toBe(EVERYTHING)
    expect(holding(undefined, undefined)).toEqual(EVERYTHING)
  })

  test.each<[string, Partial<Preferences>, string | undefined]>([
    ["all of it", { zone: BERLIN, quiet: NIGHT, digestAt: 0, maxADay: 1 }, undefined],
    ["a zone nobody knows", { zone: "Mars/Olympus" }, "zone"],
    ["quiet all day", { quiet: { from: 60, to: 60 } }, "quiet"],
    ["the last minute", { digestAt: 1439 }, undefined],
    ["the minute after it", { digestAt: 1440 }, "digestAt"],
    ["none a day", { maxADay: 0 }, "maxADay"],
    ["as many as count", { maxADay: MAX_A_DAY }, undefined],
    ["more than count", { maxADay: MAX_A_DAY + 1 }, "maxADay"],
    ["a purpose nobody has", { rules: { marketing: {} } }, "rules.marketing"],
    ["an amount below zero", { rules: { receipts: { from: eur("-1") } } }, "rules.receipts"],
    ["a balance below zero", { rules: { balance_updates: { below: eur("-1") } } }, undefined],
    ["a kind of merchant by name", { rules: { receipts: { categories: ["bakery"] } } }, "rules.receipts"],
    ["a country in small letters", { rules: { receipts: { countries: ["de"] } } }, "rules.receipts"],
  ])("%s", (_, more, fault) => {
    expect(faultOf({ ...EVERYTHING, ...more })).toBe(fault)
  })

  test("a rule that says nothing is none", () => {
    expect(withRule(rules({ off: true }), "transaction_alerts", {})).toEqual(EVERYTHING)
  })
})
