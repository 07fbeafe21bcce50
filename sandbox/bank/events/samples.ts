// Realistic `data` for each event type, for `POST /control/bank/events` without one: one row a type. A row may
// read the books, and a suspected fraud opens its case, so that the answer finds it; nothing else changes.

import type { BankStore } from "../store/store.ts"
import { moneyOf } from "../money.ts"
import type { Account, Customer } from "../seed/customers.ts"
import { accountsOf, cardOf } from "../seed/customers.ts"
import { MERCHANTS } from "../seed/habits.ts"
import type { Transaction } from "../seed/transactions.ts"
import { describe } from "../seed/transactions.ts"
import { balanceData, iso, paymentData, paymentJson } from "./wire.ts"

const HOUR_MS = 3_600_000
const ANSWER_MS = 12 * HOUR_MS
const FAR_FUTURE = 8_640_000_000_000_000

export type SampleInput = {
  readonly store: DurableObjectStub<BankStore>
  readonly customer: Customer
  readonly account: Account
  readonly now: number
}

type Sample = (input: SampleInput) => Promise<unknown>

/** The customer's first checking account, which has a card. */
export function mainAccount(customer: Customer): Account {
  const account = accountsOf(customer.reference)[0]
  if (!account) throw new Error("Cannot make an event: the customer has no account")
  return account
}

/** A payment that has not been booked: the ingredients of samples and of the desk's buttons. */
export function newPayment(
  account: Account,
  now: number,
  more: Partial<Transaction> & { minor: bigint },
): Transaction {
  const merchant = more.merchant ?? (MERCHANTS[account.currency] ?? MERCHANTS["EUR"]!)[0]
  const channel = more.channel ?? "card_not_present"
  return {
    id: `txn_${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`,
    accountId: account.id,
    occurredAt: now,
    postedAt: now,
    description: describe(merchant, channel),
    merchant,
    channel,
    cardLast4: channel === "transfer" ? null : (cardOf(account.id)?.last4 ?? null),
    foreign: null,
    ...more,
  }
}

/** `249.99` out, or as many of the smallest unit where there are no cents. */
const SAMPLE_MINOR = -24_999n

const lastPayment = async ({ store, account, now }: SampleInput) => {
  const page = await store.payments(account.id, 0, FAR_FUTURE, null, 10)
  return page.rows.find((row) => row.postedAt !== null) ?? newPayment(account, now, { minor: SAMPLE_MINOR })
}

const fresh =
  (status: string, more: Readonly<Record<string, unknown>> = {}): Sample =>
  async ({ account, now }) => ({
    ...paymentData(account, newPayment(account, now, { minor: SAMPLE_MINOR }), status),
    ...more,
  })

/** Open a fraud case for a payment and give its event's data. The bank has frozen the card meanwhile. */
export async function suspectPayment(
  { store, customer, account, now }: SampleInput,
  payment: Transaction,
): Promise<{ readonly case_id: string }> {
  const card = cardOf(account.id)
  const expiresAt = now + ANSWER_MS
  const data = {
    case_id: `F-${crypto.randomUUID().replaceAll("-", "").slice(0, 8).toUpperCase()}`,
    account: account.id,
    ...(card ? { card: { ref: card.ref, last4: card.last4, brand: card.brand } } : {}),
    transaction: paymentJson(account, payment, "declined"),
    reply: { allowed: ["confirm", "deny"], expires_at: iso(expiresAt) },
    ...(card ? { action_taken: "card_frozen" } : {}),
  }
  if (card) await store.setCardState(card.ref, "frozen")
  await store.openCase({
    id: data.case_id,
    customer: customer.reference,
    openedAt: now,
    expiresAt,
    cardRef: card?.ref ?? null,
    summary: JSON.stringify(data),
  })
  return data
}

const orderOf = (account: Account) => {
  const minor = (n: bigint) => moneyOf(account.currency === "KWD" ? n * 10n : n, account.currency)
  return {
    merchant: (MERCHANTS[account.currency] ?? MERCHANTS["EUR"]!)[0].name,
    order_number: "HB-20261122-7741",
    minor,
  }
}

/** What each type tells when nothing else is asked for. */
export const SAMPLES: Readonly<Record<string, Sample>> = {
  "bank.balance.updated.v1": async ({ store, account, now }) =>
    balanceData(account, await store.balance(account.id), now),
  "bank.balance.threshold.v1": async ({ store, account }) => ({
    account: account.id,
    direction: "below",
    threshold: moneyOf(200_000n, account.currency),
    balance: moneyOf((await store.balance(account.id)).availableMinor, account.currency),
  }),
  "bank.transaction.posted.v1": async (input) => paymentData(input.account, await lastPayment(input)),
  "bank.transaction.authorised.v1": fresh("authorised"),
  "bank.transaction.reversed.v1": fresh("reversed"),
  "bank.transaction.declined.v1": fresh("declined", { reason: "insufficient_funds" }),
  "bank.payment.due.v1": async ({ account, now }) => ({
    account: account.id,
    payee: "Stadtwerke Spreebogen",
    amount: moneyOf(8_420n, account.currency),
    minimum: moneyOf(8_420n, account.currency),
    due_at: iso(now + 3 * 24 * HOUR_MS),
  }),
  "bank.fraud.suspected.v1": async (input) =>
    suspectPayment(input, newPayment(input.account, input.now, { minor: SAMPLE_MINOR, postedAt: null })),
  "bank.fraud.resolved.v1": async ({ store }) => ({
    case_id: (await store.cases())[0]?.id ?? "F-00000000",
    outcome: "legitimate",
  }),
  "bank.card.state_changed.v1": async ({ account }) => {
    const card = cardOf(account.id)
    return {
      account: account.id,
      card: { ref: card?.ref, last4: card?.last4, brand: card?.brand },
      state: "frozen",
      actor: "bank",
    }
  },
  "bank.security.notice.v1": async ({ now }) => ({
    kind: "new_device",
    at: iso(now),
    place: "Berlin, Germany",
  }),
  "bank.dispute.updated.v1": async ({ now }) => ({
    case_id: "D-4K7Q2M9X",
    state: "under_review",
    next_date: iso(now + 5 * 24 * HOUR_MS).slice(0, 10),
  }),
  "bank.receipt.issued.v1": async ({ account, now }) => {
    const { merchant, order_number, minor } = orderOf(account)
    return {
      merchant,
      order_number,
      lines: [
        { title: "Noise-cancelling headphones", quantity: 1, price: minor(19_900n) },
        { title: "Travel case", quantity: 1, price: minor(3_600n) },
      ],
      totals: { subtotal: minor(23_500n), shipping: minor(499n), tax: minor(1_000n), total: minor(24_999n) },
      payment: { brand: cardOf(account.id)?.brand, last4: cardOf(account.id)?.last4 },
      issued_at: iso(now),
    }
  },
  "bank.shipping.updated.v1": async ({ account, now }) => {
    const { merchant, order_number } = orderOf(account)
    return {
      order_number,
      merchant,
      carrier: "Nordlicht Parcel",
      tracking_number: "NL8842071936DE",
      tracking_url: "https://track.nordlicht.example/NL8842071936DE",
      status: "in_transit",
      eta: iso(now + 2 * 24 * HOUR_MS).slice(0, 10),
    }
  },
  "bank.consent.revoked.v1": async () => ({ consent_id: "tellerline", reason: "customer_request" }),
  "bank.consent.expiring.v1": async ({ now }) => ({
    consent_id: "tellerline",
    reason: "expiry",
    expires_at: iso(now + 14 * 24 * HOUR_MS),
  }),
  "bank.customer.closed.v1": async () => ({ consent_id: "tellerline", reason: "customer_closed" }),
  "bank.service.notice.v1": async ({ now }) => ({
    title: { en: "Planned maintenance" },
    body: { en: "Harbourline is not available on Sunday from 02:00 to 04:00." },
    severity: "notice",
    audience: "linked",
    expires_at: iso(now + 3 * 24 * HOUR_MS),
  }),
  "bank.test.v1": async ({ now }) => ({ sent_at: iso(now) }),
}
