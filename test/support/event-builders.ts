// Bank events of every told type as intake reads them, for tests of what is said of them.
import { readData } from "../../src/banks/event-parse.ts"
import type { ReadType } from "../../src/banks/event-build.ts"
import type { ToldEvent, ToldEventType } from "../../src/banks/event-types.ts"
import { DAY_MS, MINUTE_MS } from "../../src/foundation/clock.ts"

const iso = (at: number) => new Date(at).toISOString()
const eur = (value: string) => ({ value, currency: "EUR" })
const CARD = { ref: "crd_1", last4: "4821", brand: "visa" }

/** The head every event of these tests has. */
const HEAD = { v: 1, source: "https://bank.example", customer: "customer-reference-1" } as const

/** Data of each type, by the instant it happened. */
export const DATA: { readonly [T in ToldEventType]: (at: number) => object } = {
  "bank.balance.updated.v1": (at) => ({
    account: "acc-1",
    balances: [{ type: "available", amount: eur("1204.50"), at: iso(at) }],
  }),
  "bank.balance.threshold.v1": () => ({
    account: "acc-1",
    direction: "below",
    threshold: eur("100"),
    balance: eur("84.20"),
  }),
  "bank.transaction.authorised.v1": paid,
  "bank.transaction.posted.v1": paid,
  "bank.transaction.reversed.v1": paid,
  "bank.transaction.declined.v1": (at) => ({ ...paid(at), reason: "insufficient_funds" }),
  "bank.payment.due.v1": (at) => ({
    account: "acc-1",
    payee: "Stadtwerke",
    amount: eur("84.20"),
    minimum: eur("20"),
    due_at: iso(at + 3 * DAY_MS),
  }),
  "bank.fraud.suspected.v1": (at) => ({
    case_id: "F-81C",
    card: CARD,
    transaction: { amount: eur("249.99"), occurred_at: iso(at), merchant: { name: "Electro Mart" } },
    reply: { allowed: ["confirm", "deny"], expires_at: iso(at + DAY_MS) },
  }),
  "bank.fraud.resolved.v1": () => ({ case_id: "F-81C", outcome: "genuine" }),
  "bank.card.state_changed.v1": () => ({ card: CARD, state: "frozen", actor: "bank" }),
  "bank.security.notice.v1": (at) => ({ kind: "new_device", at: iso(at), place: "Berlin" }),
  "bank.dispute.updated.v1": () => ({ case_id: "D-4K7Q", state: "under_review", next_date: "2026-11-27" }),
  "bank.receipt.issued.v1": (at) => ({
    merchant: "Corner Bakery",
    order_number: "HB-7741",
    lines: [{ title: "Bread", quantity: 2, price: eur("3.50") }],
    totals: { subtotal: eur("7.00"), total: eur("7.00") },
    payment: { brand: "Visa", last4: "4821" },
    issued_at: iso(at),
  }),
  "bank.shipping.updated.v1": () => ({
    merchant: "Corner Bakery",
    order_number: "HB-7741",
    carrier: "Nordlicht Parcel",
    tracking_number: "NL88",
    tracking_url: "https://bank.example/NL88",
    status: "in_transit",
    eta: "2026-11-24",
  }),
  "bank.service.notice.v1": (at) => ({
    title: { en: "Planned maintenance", ar: "صيانة مقررة" },
    body: { en: "Closed on Sunday from 02:00 to 04:00.", ar: "مغلق يوم الأحد." },
    severity: "notice",
    audience: "subject",
    expires_at: iso(at + 3 * DAY_MS),
  }),
}

/** An event of a type as intake would read it.
 * @param more members of its data instead of the usual ones */
export function event<T extends ToldEventType>(
  type: T,
  id: string,
  at: number,
  more: object = {},
): Extract<ToldEvent, { type: T }> {
  const read = readData(
    type as ReadType,
    { ...HEAD, id, at },
    { ...DATA[type](at), ...more },
    { linkHosts: ["bank.example"] },
    at + MINUTE_MS,
  )
  if (!read.ok) throw new Error(read.error.description)
  return read.value as Extract<ToldEvent, { type: T }>
}

function paid(at: number) {
  return {
    account: "acc-1",
    transaction: {
      id: "txn_1",
      amount: eur("27.40"),
      direction: "out",
      occurred_at: iso(at),
      merchant: { name: "Corner Bakery" },
    },
  }
}
