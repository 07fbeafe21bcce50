// What an event of the bank looks like on the wire (CloudEvents 1.0 JSON; data as design.md 4.1 says). Pure: takes
// the bank's rows, gives JSON values.

import { absolute, moneyOf } from "../money.ts"
import type { Account } from "../seed/customers.ts"
import type { Transaction } from "../seed/transactions.ts"
import type { Balance } from "../store/book-rows.ts"

export type CloudEvent = {
  readonly specversion: "1.0"
  readonly id: string
  readonly source: string
  readonly type: string
  /** Left out of what is for everybody linked. */
  readonly subject?: string
  readonly time: string
  readonly datacontenttype: "application/json"
  readonly data: unknown
}

export const newEventId = (): string => `evt_${crypto.randomUUID().replaceAll("-", "")}`

export const iso = (at: number): string => new Date(at).toISOString()

type EventInput = {
  readonly id?: string | undefined
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly data: unknown
}

export const cloudEvent = ({ id, source, type, subject, time, data }: EventInput): CloudEvent => ({
  specversion: "1.0",
  id: id ?? newEventId(),
  source,
  type,
  ...(isForAll(data) ? {} : { subject }),
  time,
  datacontenttype: "application/json",
  data,
})

const isForAll = (data: unknown): boolean =>
  typeof data === "object" && data !== null && "audience" in data && data.audience === "linked"

/** What an account holds at an instant. `booked` of a card account is what is owed, as a positive amount, as in FDX. */
export function balanceData(account: Account, balance: Balance, instant: number) {
  const at = iso(instant)
  const booked = account.kind === "card" ? -balance.bookedMinor : balance.bookedMinor
  return {
    account: account.id,
    balances: [
      { type: "available", amount: moneyOf(balance.availableMinor, account.currency), at },
      { type: "booked", amount: moneyOf(booked, account.currency), at },
    ],
    sequence: balance.sequence,
  }
}

/** A payment as an event tells it: absolute amount, direction in a word. */
export function paymentJson(account: Account, payment: Transaction, status: string) {
  return {
    id: payment.id,
    amount: moneyOf(absolute(payment.minor), account.currency),
    direction: payment.minor < 0n ? "debit" : "credit",
    status,
    occurred_at: iso(payment.occurredAt),
    merchant: payment.merchant,
    ...(payment.cardLast4 === null ? {} : { card: { last4: payment.cardLast4 } }),
    channel: payment.channel,
    foreign: payment.foreign !== null,
  }
}

export const paymentData = (account: Account, payment: Transaction, status = "posted") => ({
  account: account.id,
  transaction: paymentJson(account, payment, status),
})
