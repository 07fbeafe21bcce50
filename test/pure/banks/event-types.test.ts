// Every type of event: what is read of it, when it is stale, and what its data is refused for, whoever hears of it.
import { describe, expect, it } from "vitest"
import { readData } from "../../../src/banks/event-parse.ts"
import type { ReadType } from "../../../src/banks/event-build.ts"
import { EVENT_TYPES } from "../../../src/banks/event-types.ts"

const NOW = Date.UTC(2026, 10, 22, 8, 15)
const AT = NOW - 60_000
const DAY = 86_400_000
const iso = (at: number) => new Date(at).toISOString()
const eur = (value: string) => ({ value, currency: "EUR" })
const TERMS = { linkHosts: ["track.example"] }
const HEAD = { v: 1, id: "evt_1", source: "bank", customer: "Kx7Qm2vX9kLtB4wZ", at: AT } as const

const read = (type: ReadType, data: unknown, customer: string = HEAD.customer) =>
  readData(type, { ...HEAD, customer }, data, TERMS, NOW)
const refusal = (type: ReadType, data: unknown, customer?: string) => {
  const event = read(type, data, customer)
  return event.ok ? "ok" : event.error.description
}

const PAYMENT = {
  account: "acc_1",
  transaction: { id: "txn_1", amount: eur("27.40"), direction: "out", occurred_at: iso(AT) },
}
const CARD = { ref: "crd_1", last4: "4821", brand: "visa" }
const RECEIPT = {
  merchant: "Corner Bakery",
  order_number: "HB-1",
  lines: [{ title: "Bread", quantity: 2, price: eur("3.50") }],
  totals: { subtotal: eur("7.00"), total: eur("7.00") },
  payment: { brand: "Visa", last4: "4821" },
  issued_at: iso(AT),
}
const PARCEL = {
  merchant: "Corner Bakery",
  order_number: "HB-1",
  carrier: "Nordlicht Parcel",
  tracking_number: "NL8842071936DE",
  tracking_url: "https://track.example/NL88",
  status: "in_transit",
  eta: "2026-11-24",
}
const NOTICE = {
  title: { en: "Planned maintenance", ar: "صيانة" },
  body: { en: "Closed on Sunday.", ar: "مغلق يوم الأحد." },
  severity: "notice",
  audience: "linked",
  expires_at: iso(NOW + 3 * DAY),
}

/** Data of each type, what it becomes, and when it is stale; `null`: never. */
const GOOD: Readonly<Record<ReadType, readonly [data: object, becomes: object, staleAt: number | null]>> = {
  "bank.balance.updated.v1": [
    { account: "acc_1", balances: [{ type: "booked", amount: eur("-3.1"), at: iso(AT) }] },
    { account: "acc_1", balances: [{ type: "booked", amount: eur("-3.10"), at: AT }] },
    AT + 900_000,
  ],
  "bank.balance.threshold.v1": [
    { account: "acc_1", direction: "below", threshold: eur("100"), balance: eur("-1.00") },
    { account: "acc_1", direction: "below", threshold: eur("100.00"), balance: eur("-1.00") },
    AT + 3_600_000,
  ],
  "bank.transaction.authorised.v1": [
    PAYMENT,
    { account: "acc_1", transaction: { occurredAt: AT } },
    AT + DAY,
  ],
  "bank.transaction.posted.v1": [PAYMENT, { account: "acc_1", transaction: { direction: "out" } }, AT + DAY],
  "bank.transaction.reversed.v1": [PAYMENT, { account: "acc_1", transaction: { id: "txn_1" } }, AT + DAY],
  "bank.transaction.declined.v1": [
    { ...PAYMENT, reason: "insufficient_funds" },
    { transaction: { id: "txn_1" }, reason: "insufficient_funds" },
    AT + 900_000,
  ],
  "bank.payment.due.v1": [
    {
      account: "acc_1",
      payee: "Stadtwerke",
      amount: eur("84.20"),
      minimum: eur("20"),
      due_at: iso(NOW + 3 * DAY),
    },
    { account: "acc_1", payee: "Stadtwerke", minimum: eur("20.00"), dueAt: NOW + 3 * DAY },
    NOW + 3 * DAY,
  ],
  "bank.fraud.suspected.v1": [
    {
      case_id: "fc_1",
      card: CARD,
      transaction: { amount: eur("1"), occurred_at: iso(AT) },
      reply: { allowed: ["deny", "deny"], expires_at: iso(NOW + DAY) },
    },
    { caseId: "fc_1", card: CARD, reply: { allowed: ["deny"], expiresAt: NOW + DAY } },
    NOW + DAY,
  ],
  "bank.fraud.resolved.v1": [
    { case_id: "fc_1", outcome: "legitimate" },
    { caseId: "fc_1", outcome: "legitimate" },
    AT + DAY,
  ],
  "bank.card.state_changed.v1": [
    { account: null, card: CARD, state: "frozen", actor: "bank" },
    { card: CARD, state: "frozen", actor: "bank" },
    AT + DAY,
  ],
  "bank.security.notice.v1": [
    { kind: "new_device", at: iso(AT), place: "Berlin" },
    { kind: "new_device", happenedAt: AT, place: "Berlin" },
    AT + DAY,
  ],
  "bank.dispute.updated.v1": [
    { case_id: "D-1", state: "under_review", next_date: "2026-11-27" },
    { caseId: "D-1", state: "under_review", nextDate: "2026-11-27" },
    AT + 3 * DAY,
  ],
  "bank.receipt.issued.v1": [
    { ...RECEIPT, address: { street: "Somewhere 1" }, recipient_name: "Ana Maria" },
    {
      merchant: "Corner Bakery",
      orderNumber: "HB-1",
      lines: [{ title: "Bread", quantity: 2, price: eur("3.50") }],
      totals: { subtotal: eur("7.00"), total: eur("7.00") },
      payment: { brand: "Visa", last4: "4821" },
      issuedAt: AT,
    },
    AT + 3 * DAY,
  ],
  "bank.shipping.updated.v1": [
    PARCEL,
    {
      orderNumber: "HB-1",
      carrier: "Nordlicht Parcel",
      trackingUrl: "https://track.example/NL88",
      eta: "2026-11-24",
    },
    AT + 3 * DAY,
  ],
  "bank.consent.revoked.v1": [
    { consent_id: "aac-1", reason: "customer_request" },
    { consentId: "aac-1", reason: "customer_request" },
    null,
  ],
  "bank.consent.expiring.v1": [
    { consent_id: "aac-1", expires_at: iso(NOW + 400 * DAY) },
    { consentId: "aac-1", expiresAt: NOW + 400 * DAY },
    null,
  ],
  "bank.customer.closed.v1": [{ reason: "closed" }, { reason: "closed" }, null],
  "bank.service.notice.v1": [NOTICE, { audience: "linked", title: NOTICE.title }, NOW + 3 * DAY],
  "bank.test.v1": [{ whatever: [1, 2] }, {}, null],
}

describe("every type", () => {
  it.each(Object.entries(GOOD))("%s is read, and members without a name here are dropped", (type, row) => {
    const [data, becomes, staleAt] = row
    const event = read(type as ReadType, { ...data, surprise: "Xq7surprise" })
    expect(event).toMatchObject({
      ok: true,
      value: { ...HEAD, type, ...becomes, staleAt: staleAt ?? 8_640_000_000_000_000 },
    })
    expect(JSON.stringify(event)).not.toMatch(/Xq7surprise|Somewhere|Ana Maria|whatever/)
  })

  it("P7: fraud, security, declined payments and the end of a consent travel before everything else", () => {
    const alerts = Object.entries(EVENT_TYPES).filter(([, rules]) => rules.lane === "alerts")
    expect(alerts.map(([type]) => type)).toEqual([
      "bank.transaction.declined.v1",
      "bank.fraud.suspected.v1",
      "bank.fraud.resolved.v1",
      "bank.card.state_changed.v1",
      "bank.security.notice.v1",
      "bank.consent.revoked.v1",
      "bank.consent.expiring.v1",
      "bank.customer.closed.v1",
    ])
  })

  it.each<[string, ReadType, object, string]>([
    [
      "two currencies in a threshold",
      "bank.balance.threshold.v1",
      { account: "a", direction: "below", threshold: eur("1"), balance: { value: "1", currency: "USD" } },
      "data.balance has another currency than data.threshold",
    ],
    [
      "a negative amount due",
      "bank.payment.due.v1",
      { account: "a", payee: "p", amount: eur("-1"), due_at: iso(NOW) },
      "data.amount is negative",
    ],
    [
      "something due too far ahead",
      "bank.payment.due.v1",
      { account: "a", payee: "p", amount: eur("1"), due_at: iso(NOW + 31 * DAY + 1) },
      "data.due_at lies more than 31 days ahead",
    ],
    [
      "a notice that lives too long",
      "bank.service.notice.v1",
      { ...NOTICE, expires_at: iso(NOW + 32 * DAY) },
      "data.expires_at lies more than 31 days ahead",
    ],
    [
      "the year 9999",
      "bank.service.notice.v1",
      { ...NOTICE, expires_at: "9999-12-31T23:59:59Z" },
      "data.expires_at lies more than 31 days ahead",
    ],
    [
      "a notice in other languages than its title",
      "bank.service.notice.v1",
      { ...NOTICE, body: { en: "x" } },
      "data.title and data.body have other languages",
    ],
    [
      "a notice without a language",
      "bank.service.notice.v1",
      { ...NOTICE, title: {}, body: {} },
      "data.title is too short or too long",
    ],
    [
      "a state nobody knows",
      "bank.card.state_changed.v1",
      { card: CARD, state: "melted" },
      "data.state is not one of the allowed values",
    ],
    [
      "a whole card number",
      "bank.card.state_changed.v1",
      { card: { last4: "4111111111111111" }, state: "frozen" },
      "data.card.last4 has another form",
    ],
    [
      "a receipt of two currencies",
      "bank.receipt.issued.v1",
      { ...RECEIPT, totals: { total: { value: "7", currency: "USD" } } },
      "data.totals.total has another currency than the rest",
    ],
    [
      "a receipt without lines",
      "bank.receipt.issued.v1",
      { ...RECEIPT, lines: [] },
      "data.lines is too short or too small",
    ],
    [
      "half a loaf",
      "bank.receipt.issued.v1",
      { ...RECEIPT, lines: [{ ...RECEIPT.lines[0], quantity: 0.5 }] },
      "data.lines.0.quantity is missing or of another type",
    ],
    [
      "a receipt of tomorrow",
      "bank.receipt.issued.v1",
      { ...RECEIPT, issued_at: iso(NOW + DAY) },
      "data holds an instant more than 10 minutes ahead",
    ],
    [
      "a plain http link",
      "bank.shipping.updated.v1",
      { ...PARCEL, tracking_url: "http://track.example/NL88" },
      "data.tracking_url is not https on a registered host",
    ],
    [
      "a link elsewhere",
      "bank.shipping.updated.v1",
      { ...PARCEL, tracking_url: "https://track.example.evil.example/" },
      "data.tracking_url is not https on a registered host",
    ],
    [
      "a link with a name in it",
      "bank.shipping.updated.v1",
      { ...PARCEL, tracking_url: "https://track.example@evil.example/" },
      "data.tracking_url is not https on a registered host",
    ],
    [
      "a day that does not exist",
      "bank.shipping.updated.v1",
      { ...PARCEL, eta: "2026-02-30" },
      "data.eta is not a day (YYYY-MM-DD)",
    ],
    [
      "a device of the future",
      "bank.security.notice.v1",
      { kind: "new_device", at: iso(NOW + 11 * 60_000) },
      "data holds an instant more than 10 minutes ahead",
    ],
  ])("refuses %s by name", (_, type, data, words) => {
    expect(refusal(type, data)).toBe(words)
  })

  it("wants a customer of every type but what is for everybody", () => {
    const without = Object.entries(GOOD).filter(
      ([type, [data]]) => refusal(type as ReadType, data, "") === "ok",
    )
    expect(without.map(([type]) => type)).toEqual(["bank.service.notice.v1", "bank.test.v1"])
    expect(refusal("bank.service.notice.v1", { ...NOTICE, audience: "subject" }, "")).toBe(
      "subject is missing or of another type",
    )
  })
})
