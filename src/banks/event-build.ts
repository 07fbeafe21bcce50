// How checked data of each type becomes an event: one row a type. Pure; the schemas are event-wire.ts, what is judged besides
// (clock, hosts of URLs) event-parse.ts.

import type { BankEvent, BankEventType, EventHead, WireCard, WireTransaction } from "./event.ts"
import type { WireData } from "./event-wire.ts"

/** Types that are read from the wire. */
export type ReadType = Exclude<BankEventType, "bank.data.hint.v1">

/** An event's head as its dialect says it. `staleAt` is added by whoever knows the table of types. */
export type Head = Omit<EventHead, "staleAt">

/** Members an event of a type has besides its head. */
type Body<Type extends BankEventType> = Omit<
  Extract<BankEvent, { readonly type: Type }>,
  keyof EventHead | "type"
>

/** How data of a type becomes an event, and what its instants and links are. */
export interface Reading<Type extends ReadType> {
  readonly build: (data: WireData<Type>, head: Head) => Body<Type>
  /** Instants that lie in the past by nature. */
  readonly happened?: (data: WireData<Type>) => readonly number[]
  /** The instant the table's `staleAfterMs` names. */
  readonly staleAt?: (data: WireData<Type>) => number
  readonly url?: (data: WireData<Type>) => string | null | undefined
  /** What the schema cannot say, in words. */
  readonly fault?: (data: WireData<Type>) => string | undefined
}

type PaymentData = WireData<"bank.transaction.posted.v1">

const payment = {
  build: (data: PaymentData) => ({
    account: data.account,
    transaction: transactionOf(data.transaction, data.transaction.id, data.transaction.direction),
  }),
  happened: (data: PaymentData) => [data.transaction.occurred_at],
}

const consent = {
  build: (data: WireData<"bank.consent.revoked.v1">) =>
    present({ consentId: data.consent_id, reason: data.reason }),
}

/** Every type's row. */
export const READINGS: { readonly [Type in ReadType]: Reading<Type> } = {
  "bank.balance.updated.v1": {
    build: (data) => ({
      account: data.account,
      balances: data.balances,
      ...present({ sequence: data.sequence }),
    }),
    happened: (data) => data.balances.map((balance) => balance.at),
  },
  "bank.balance.threshold.v1": {
    build: ({ account, direction, threshold, balance }) => ({ account, direction, threshold, balance }),
    fault: (data) =>
      data.threshold.currency === data.balance.currency
        ? undefined
        : "data.balance has another currency than data.threshold",
  },
  "bank.transaction.authorised.v1": payment,
  "bank.transaction.posted.v1": payment,
  "bank.transaction.reversed.v1": payment,
  "bank.transaction.declined.v1": {
    ...payment,
    build: (data) => ({ ...payment.build(data), ...present({ reason: data.reason }) }),
  },
  "bank.payment.due.v1": {
    build: (data) => ({
      account: data.account,
      payee: data.payee,
      amount: data.amount,
      ...present({ minimum: data.minimum }),
      dueAt: data.due_at,
    }),
    staleAt: (data) => data.due_at,
    fault: (data) =>
      (data.minimum?.currency ?? data.amount.currency) === data.amount.currency
        ? undefined
        : "data.minimum has another currency than data.amount",
  },
  "bank.fraud.suspected.v1": {
    build: ({ transaction, card, reply, ...data }) => ({
      caseId: data.case_id,
      ...present({ account: data.account }),
      card: cardOf(card),
      transaction: transactionOf(transaction, transaction.id ?? data.case_id, transaction.direction ?? "out"),
      reply: { allowed: [...new Set(reply.allowed)], expiresAt: reply.expires_at },
      ...present({ actionTaken: data.action_taken }),
    }),
    happened: (data) => [data.transaction.occurred_at],
    staleAt: (data) => data.reply.expires_at,
  },
  "bank.fraud.resolved.v1": { build: (data) => ({ caseId: data.case_id, outcome: data.outcome }) },
  "bank.card.state_changed.v1": {
    build: (data) => ({
      ...present({ account: data.account, actor: data.actor }),
      card: cardOf(data.card),
      state: data.state,
    }),
  },
  "bank.security.notice.v1": {
    build: (data) => ({ kind: data.kind, happenedAt: data.at, ...present({ place: data.place }) }),
    happened: (data) => [data.at],
  },
  "bank.dispute.updated.v1": {
    build: (data) => ({
      caseId: data.case_id,
      state: data.state,
      ...present({ nextDate: data.next_date }),
    }),
  },
  "bank.receipt.issued.v1": {
    build: (data) => ({
      merchant: data.merchant,
      orderNumber: data.order_number,
      lines: data.lines,
      totals: {
        total: data.totals.total,
        ...present({
          subtotal: data.totals.subtotal,
          shipping: data.totals.shipping,
          tax: data.totals.tax,
        }),
      },
      ...(data.payment ? { payment: present({ brand: data.payment.brand, last4: data.payment.last4 }) } : {}),
      issuedAt: data.issued_at,
    }),
    happened: (data) => [data.issued_at],
    fault: (data) => {
      const { total, subtotal, shipping, tax } = data.totals
      const others = [subtotal, shipping, tax, ...data.lines.map((line) => line.price)]
      return others.every((each) => !each || each.currency === total.currency)
        ? undefined
        : "data.totals.total has another currency than the rest"
    },
  },
  "bank.shipping.updated.v1": {
    build: (data) => ({
      merchant: data.merchant,
      orderNumber: data.order_number,
      carrier: data.carrier,
      ...present({ trackingNumber: data.tracking_number, trackingUrl: data.tracking_url, eta: data.eta }),
      status: data.status,
    }),
    url: (data) => data.tracking_url,
  },
  "bank.consent.revoked.v1": consent,
  "bank.consent.expiring.v1": {
    build: (data) => ({ ...consent.build(data), expiresAt: data.expires_at }),
  },
  "bank.customer.closed.v1": consent,
  "bank.service.notice.v1": {
    build: (data, head) => ({
      title: data.title,
      body: data.body,
      severity: data.severity,
      audience: data.audience ?? (head.customer === "" ? "linked" : "subject"),
      expiresAt: data.expires_at,
    }),
    staleAt: (data) => data.expires_at,
    fault: (data) =>
      Object.keys(data.title).toSorted().join() === Object.keys(data.body).toSorted().join()
        ? undefined
        : "data.title and data.body have other languages",
  },
  "bank.test.v1": { build: () => ({}) },
}

function cardOf(card: WireData<"bank.fraud.suspected.v1">["card"]): WireCard {
  return { last4: card.last4, ...present({ ref: card.ref, brand: card.brand }) }
}

function transactionOf(
  wire: Omit<PaymentData["transaction"], "id" | "direction">,
  id: string,
  direction: "in" | "out",
): WireTransaction {
  const { merchant } = wire
  return {
    id,
    amount: wire.amount,
    direction,
    occurredAt: wire.occurred_at,
    ...present({ status: wire.status, channel: wire.channel, foreign: wire.foreign }),
    ...(merchant
      ? {
          merchant: {
            name: merchant.name,
            ...present({ mcc: merchant.mcc, country: merchant.country, city: merchant.city }),
          },
        }
      : {}),
    ...(wire.card ? { card: { last4: wire.card.last4 } } : {}),
  }
}

/** Only the members that are there: absent and `null` are the same to us. */
function present<T extends Readonly<Record<string, unknown>>>(
  members: T,
): { readonly [Name in keyof T]?: NonNullable<T[Name]> } {
  const kept: Record<string, unknown> = {}
  for (const name in members)
    if (members[name] !== undefined && members[name] !== null) kept[name] = members[name]
  return kept as { readonly [Name in keyof T]?: NonNullable<T[Name]> }
}
