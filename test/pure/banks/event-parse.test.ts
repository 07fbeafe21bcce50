// One event, and many: what is read, what is dropped, what is refused and in which words.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { readBatch } from "../../../src/banks/event-batch.ts"
import { AHEAD_MS_MAX, EVENT_CHARS_MAX, parseEvent, REPLY_MS_MAX } from "../../../src/banks/event-parse.ts"
import { cloudEvent, payment, transactionPosted } from "../../support/bank.ts"

const SOURCE = "http://localhost:8788/bank"
const NOW = Date.UTC(2026, 10, 22, 8, 15)
const AT = NOW - 60_000
const iso = (at: number) => new Date(at).toISOString()

const TERMS = { source: SOURCE, linkHosts: ["track.example"] }
const read = (value: unknown) => parseEvent(value, TERMS, NOW)
const describeRefusal = (value: unknown) => {
  const event = read(value)
  return event.ok ? "ok" : `${event.error.err}: ${event.error.description}`
}

const BALANCE = {
  account: "acc_1",
  balances: [
    { type: "available", amount: { value: "1204.50", currency: "EUR" }, at: iso(AT) },
    { type: "booked", amount: { value: "-3.1", currency: "EUR" }, at: iso(AT) },
  ],
  sequence: 7,
}
const balance = (changes: object = {}) =>
  cloudEvent("bank.balance.updated.v1", { ...BALANCE, ...changes }, { at: AT })

/** The example of bank-standards.md 2.14: no transaction id, no direction. */
const FRAUD = {
  case_id: "fc_81c",
  card: { ref: "crd_19", last4: "4821", brand: "visa" },
  transaction: {
    amount: { value: "249.99", currency: "USD" },
    merchant: { name: "ELECTRO MART", mcc: "5732", country: "US" },
    channel: "card_not_present",
    status: "declined",
    occurred_at: iso(AT),
  },
  reply: { allowed: ["confirm", "deny"], expires_at: iso(NOW + 12 * 3_600_000) },
  action_taken: "card_frozen",
}
const fraud = (changes: object = {}) =>
  cloudEvent("bank.fraud.suspected.v1", { ...FRAUD, ...changes }, { at: AT })

describe("parseEvent()", () => {
  it("reads a posted transaction, drops members it does not know, and says when it is stale", () => {
    const given = transactionPosted({
      at: AT,
      transaction: { surprise: "x", merchant: { name: "ELECTRO MART", tax: "DE1" } },
    })
    expect(read({ ...given, extension: "y", data_base64: null })).toEqual({
      ok: true,
      value: {
        v: 1,
        type: "bank.transaction.posted.v1",
        id: "evt_1",
        source: SOURCE,
        customer: "Kx7Qm2vX9kLtB4wZ8pR5nYdA",
        at: AT,
        staleAt: AT + 24 * 3_600_000,
        account: "acc_1",
        transaction: {
          id: "txn_1",
          amount: { value: "249.99", currency: "USD" },
          direction: "out",
          status: "posted",
          occurredAt: AT,
          merchant: { name: "ELECTRO MART" },
          card: { last4: "4821" },
          channel: "card_not_present",
          foreign: false,
        },
      },
    })
  })

  it("reads balances, negative ones too, with all digits of the currency", () => {
    expect(read(balance())).toMatchObject({
      ok: true,
      value: {
        staleAt: AT + 15 * 60_000,
        sequence: 7,
        balances: [{ amount: { value: "1204.50" } }, { amount: { value: "-3.10" } }],
      },
    })
  })

  it("reads a fraud alert without transaction id or direction; it is stale when its time to answer is over", () => {
    expect(read(fraud())).toMatchObject({
      ok: true,
      value: {
        staleAt: NOW + 12 * 3_600_000,
        caseId: "fc_81c",
        card: { ref: "crd_19", last4: "4821", brand: "visa" },
        transaction: { id: "fc_81c", direction: "out" },
        reply: { allowed: ["confirm", "deny"], expiresAt: NOW + 12 * 3_600_000 },
        actionTaken: "card_frozen",
      },
    })
  })

  it("takes null as absent, and both vocabularies of direction", () => {
    const event = read(
      transactionPosted({
        at: AT,
        transaction: { merchant: null, card: null, status: null, direction: "credit" },
      }),
    )
    expect(event).toMatchObject({ ok: true, value: { transaction: { direction: "in" } } })
    expect(event.ok && "merchant" in (event.value as { transaction: object }).transaction).toBe(false)
  })

  it.each([
    ["no object", [], "invalid_request: The event is not a JSON object"],
    ["a number", 1, "invalid_request: The event is not a JSON object"],
    ["null", null, "invalid_request: The event is not a JSON object"],
    [
      "no source",
      { ...balance(), source: undefined },
      "invalid_request: source is missing or of another type",
    ],
    [
      "another's source",
      { ...balance(), source: "https://other.example" },
      "access_denied: source is not registered for this bank",
    ],
    [
      "an unknown type",
      { ...balance(), type: "bank.loan.offered.v1" },
      'invalid_request: Unknown event type "bank.loan.offered.v1"',
    ],
    [
      "a type that is no name",
      { ...balance(), type: "<b>4111111111111111</b>" },
      "invalid_request: Unknown event type",
    ],
    [
      "a type of Object's own",
      { ...balance(), type: "toString" },
      'invalid_request: Unknown event type "toString"',
    ],
    [
      "another version",
      { ...balance(), specversion: "0.3" },
      "invalid_request: specversion is not one of the allowed values",
    ],
    ["no id", { ...balance(), id: undefined }, "invalid_request: id is missing or of another type"],
    ["an empty id", { ...balance(), id: "" }, "invalid_request: id is too short or too small"],
    ["an id of 201", { ...balance(), id: "x".repeat(201) }, "invalid_request: id is too long or too large"],
    [
      "an id with half a surrogate",
      { ...balance(), id: "a\ud800" },
      "invalid_request: id holds characters that do not show",
    ],
    [
      "an id with a line break",
      { ...balance(), id: "a\nb" },
      "invalid_request: id holds characters that do not show",
    ],
    [
      "no subject",
      { ...balance(), subject: undefined },
      "invalid_request: subject is missing or of another type",
    ],
    [
      "a subject of 256",
      { ...balance(), subject: "x".repeat(256) },
      "invalid_request: subject is too long or too large",
    ],
    ["no time", { ...balance(), time: undefined }, "invalid_request: time is missing or of another type"],
    [
      "a time without zone",
      { ...balance(), time: "2026-11-22T08:14:03" },
      "invalid_request: time is not an RFC 3339 instant",
    ],
    [
      "the year 9999",
      { ...balance(), time: "9999-12-31T23:59:59Z" },
      "invalid_request: time lies more than 10 minutes ahead",
    ],
    [
      "XML data",
      { ...balance(), datacontenttype: "application/xml" },
      "invalid_request: datacontenttype has another form",
    ],
    ["no data", { ...balance(), data: undefined }, "invalid_request: data is missing or of another type"],
    [
      "no account",
      balance({ account: undefined }),
      "invalid_request: data.account is missing or of another type",
    ],
    ["no balances", balance({ balances: [] }), "invalid_request: data.balances is too short or too small"],
    [
      "eleven balances",
      balance({ balances: Array.from({ length: 11 }, () => BALANCE.balances[0]) }),
      "invalid_request: data.balances is too long or too large",
    ],
    [
      "a sequence beyond 2^53",
      balance({ sequence: 2 ** 53 }),
      "invalid_request: data.sequence is too long or too large",
    ],
    [
      "half a sequence",
      balance({ sequence: 1.5 }),
      "invalid_request: data.sequence is missing or of another type",
    ],
    [
      "a full card number",
      fraud({ card: { last4: "4111111111111111" } }),
      "invalid_request: data.card.last4 has another form",
    ],
    [
      "an answer we do not know",
      fraud({ reply: { ...FRAUD.reply, allowed: ["maybe"] } }),
      "invalid_request: data.reply.allowed.0 is not one of the allowed values",
    ],
    [
      "no answer at all",
      fraud({ reply: { ...FRAUD.reply, allowed: [] } }),
      "invalid_request: data.reply.allowed is too short or too small",
    ],
  ])("refuses %s", (_, value, expected) => {
    expect(describeRefusal(value)).toBe(expected)
  })

  it.each([
    [
      "three decimals of a dollar",
      { value: "249.999", currency: "USD" },
      "has more decimals than the currency",
    ],
    ["half a yen", { value: "1.5", currency: "JPY" }, "has more decimals than the currency"],
    ["an exponent", { value: "1e3", currency: "USD" }, "is not decimal text"],
    ["a grouped number", { value: "1,204.50", currency: "USD" }, "is not decimal text"],
    ["Arabic digits", { value: "٢٤٩", currency: "USD" }, "is not decimal text"],
    ["a million million millions", { value: "1000000000000000000", currency: "USD" }, "is not decimal text"],
    ["sixteen digits", { value: "1000000000000000", currency: "USD" }, "is too large"],
    ["gold", { value: "1", currency: "XAU" }, "has an unknown currency"],
    ["a lower case currency", { value: "1", currency: "usd" }, "has an unknown currency"],
    ["a negative payment", { value: "-0.01", currency: "USD" }, "is negative"],
  ])("refuses %s", (_, amount, words) => {
    expect(describeRefusal(transactionPosted({ at: AT, transaction: { amount } }))).toBe(
      `invalid_request: data.transaction.amount ${words}`,
    )
  })

  it("refuses an amount that is a JSON number: it is not exact any more", () => {
    expect(
      describeRefusal(
        transactionPosted({ at: AT, transaction: { amount: { value: 249.99, currency: "USD" } } }),
      ),
    ).toBe("invalid_request: data.transaction.amount.value is missing or of another type")
  })

  it("takes the last amount of each currency's digits", () => {
    for (const [value, currency] of [
      ["1.234", "KWD"],
      ["1", "JPY"],
      ["1.0000", "JPY"],
      ["999999999999999.99", "USD"],
      ["0", "USD"],
    ]) {
      expect(
        describeRefusal(transactionPosted({ at: AT, transaction: { amount: { value, currency } } })),
      ).toBe("ok")
    }
  })

  it("takes what lies ten minutes ahead and refuses a millisecond more, in head and data", () => {
    expect(describeRefusal({ ...balance(), time: iso(NOW + AHEAD_MS_MAX) })).toBe("ok")
    expect(describeRefusal({ ...balance(), time: iso(NOW + AHEAD_MS_MAX + 1) })).toContain("time lies")
    const at = (ms: number) => transactionPosted({ at: AT, transaction: { occurred_at: iso(ms) } })
    expect(describeRefusal(at(NOW + AHEAD_MS_MAX))).toBe("ok")
    expect(describeRefusal(at(NOW + AHEAD_MS_MAX + 1))).toBe(
      "invalid_request: data holds an instant more than 10 minutes ahead",
    )
  })

  it("takes an answer due in 31 days and refuses a millisecond more, or the year 9999", () => {
    const due = (expires_at: string) => describeRefusal(fraud({ reply: { ...FRAUD.reply, expires_at } }))
    expect(due(iso(NOW + REPLY_MS_MAX))).toBe("ok")
    expect(due(iso(NOW + REPLY_MS_MAX + 1))).toContain("31 days")
    expect(due("9999-12-31T23:59:59Z")).toContain("31 days")
  })

  it("takes an event of 20 levels and the last size, and refuses the first beyond", () => {
    const nest = (depth: number): unknown => (depth === 0 ? 1 : { deeper: nest(depth - 1) })
    expect(describeRefusal({ ...balance(), extension: nest(19) })).toBe("ok")
    expect(describeRefusal({ ...balance(), extension: nest(20) })).toBe(
      "invalid_request: The event is nested too deeply",
    )
    expect(describeRefusal({ ...balance(), extension: "x".repeat(EVENT_CHARS_MAX - 1_000) })).toBe("ok")
    expect(describeRefusal({ ...balance(), extension: "x".repeat(EVENT_CHARS_MAX) })).toBe(
      "invalid_request: The event is too large",
    )
  })

  it("caps a merchant's name, replaces half a surrogate, and keeps no control character", () => {
    const named = (name: string) => {
      const event = read(transactionPosted({ at: AT, transaction: { merchant: { name } } }))
      return event.ok && event.value.type === "bank.transaction.posted.v1"
        ? event.value.transaction.merchant?.name
        : event
    }
    expect(named("x".repeat(500))).toBe("x".repeat(100))
    expect(named(`${"x".repeat(99)}😀`)).toBe("x".repeat(99))
    expect(named("A\ud800B")).toBe("A\ufffdB")
    expect(named("A\u0000\nB")).toBe("A B")
  })

  it("says nothing in a refusal of what stood in the event", () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom("account", "transaction", "balances", "reply"),
        (value, member) => {
          const marker = "QZX-SECRET-MARKER"
          const data = {
            ...BALANCE,
            ...FRAUD,
            transaction: payment(AT),
            [member]: { value, text: marker, [marker]: 1 },
          }
          for (const type of [
            "bank.balance.updated.v1",
            "bank.transaction.posted.v1",
            "bank.fraud.suspected.v1",
          ]) {
            expect(describeRefusal(cloudEvent(type, data, { at: AT }))).not.toContain(marker)
          }
        },
      ),
    )
  })

  it("never throws, whatever JSON it is given", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (any, data) => {
        expect(typeof read(any).ok).toBe("boolean")
        expect(typeof read({ ...balance(), data }).ok).toBe("boolean")
      }),
    )
  })
})

describe("readBatch()", () => {
  const posted = (id: string, transaction: Readonly<Record<string, unknown>> = {}) => ({
    ...transactionPosted({ id, at: AT, transaction }),
  })
  const readAll = (elements: readonly unknown[]) => readBatch(elements, TERMS, NOW)

  it("P12: refuses a bad event by its id, one without an id by its place, and takes the rest in order", () => {
    const batch = readAll([
      posted("a"),
      { ...posted("b"), type: "bank.nothing.v1" },
      "no event",
      { ...posted("c"), id: "" },
      { ...posted("d"), source: "https://other.example" },
      posted("e"),
    ])
    expect(batch.events.map((event) => event.id)).toEqual(["a", "e"])
    expect([...batch.rejected.keys()]).toEqual(["b", "#2", "#3", "d"])
    expect(batch.rejected.get("d")?.err).toBe("access_denied")
    expect(batch.allForeign).toBe(false)
  })

  it("P2: takes an event that stands there twice once, and refuses another one under its id", () => {
    const batch = readAll([
      posted("a"),
      posted("a"),
      posted("a", { amount: { value: "1", currency: "USD" } }),
    ])
    expect(batch.events).toHaveLength(1)
    expect(batch.events[0]).toMatchObject({ transaction: { amount: { value: "249.99" } } })
    expect(batch.rejected.get("a")?.description).toContain("the first one was taken")
    expect(readAll([posted("a"), { ...posted("a"), extension: 1 }]).rejected.size).toBe(0)
  })

  it("P13: says so where every event is another's, and not for none at all", () => {
    const foreign = { ...posted("a"), source: "https://other.example" }
    expect(readAll([foreign, { ...foreign, id: "b" }]).allForeign).toBe(true)
    expect(readAll([foreign, "no event"]).allForeign).toBe(false)
    expect(readAll([]).allForeign).toBe(false)
  })

  it("keeps an id that is a name of Object's", () => {
    const batch = readAll([{ ...posted("__proto__"), type: "bank.nothing.v1" }, posted("constructor")])
    expect(JSON.stringify(Object.fromEntries(batch.rejected))).toContain('"__proto__":{"err"')
    expect(batch.events).toHaveLength(1)
  })
})
