// The bank's books: balances and payments. Seeded once; from then on only `pay` moves money. Amounts are
// bigint minor units, kept as decimal text because SQLite's integers reach JavaScript as floats.

import type { Account } from "../seed/customers.ts"
import { ACCOUNTS } from "../seed/customers.ts"
import type { Transaction } from "../seed/transactions.ts"
import { seedTransactions } from "../seed/transactions.ts"

export type Balance = {
  readonly accountId: string
  /** what the books say; owed money is negative */
  readonly bookedMinor: bigint
  /** what can be spent now: booked, less what is pending, with the credit line of a card */
  readonly availableMinor: bigint
  /** grows by one with each change; a smaller number is an older balance */
  readonly sequence: number
  readonly changedAt: number
}

/** A place in an account's payments, newest first: the last one already given. */
export type PaymentPlace = { readonly occurredAt: number; readonly id: string }

export type PaymentPage = {
  readonly rows: readonly Transaction[]
  readonly total: number
  readonly next: PaymentPlace | null
}

export function seedBooks(sql: SqlStorage, now: number): void {
  for (const account of ACCOUNTS) {
    const rows = seedTransactions(account, now)
    for (const row of rows) insertPayment(sql, row)
    const pending = rows.reduce((sum, row) => (row.postedAt === null ? sum + row.minor : sum), 0n)
    sql.exec(
      "INSERT INTO book (account_id, booked, pending, sequence, changed_at) VALUES (?, ?, ?, ?, ?)",
      account.id,
      account.openingMinor.toString(),
      pending.toString(),
      // Seconds, so that balances after a reset still count as newer than those told before it.
      Math.floor(now / 1000),
      now,
    )
  }
}

export function readBalance(sql: SqlStorage, account: Account): Balance {
  const row = sql
    .exec<{ booked: string; pending: string; sequence: number; changed_at: number }>(
      "SELECT booked, pending, sequence, changed_at FROM book WHERE account_id = ?",
      account.id,
    )
    .one()
  const bookedMinor = BigInt(row.booked)
  return {
    accountId: account.id,
    bookedMinor,
    availableMinor: bookedMinor + BigInt(row.pending) + account.creditLineMinor,
    sequence: row.sequence,
    changedAt: row.changed_at,
  }
}

/** Book a payment and move the balance with it, in one step. */
export function pay(sql: SqlStorage, account: Account, payment: Transaction): Balance {
  insertPayment(sql, payment)
  const before = sql
    .exec<{ booked: string; pending: string }>(
      "SELECT booked, pending FROM book WHERE account_id = ?",
      account.id,
    )
    .one()
  const column = payment.postedAt === null ? "pending" : "booked"
  sql.exec(
    `UPDATE book SET ${column} = ?, sequence = sequence + 1, changed_at = ? WHERE account_id = ?`,
    (BigInt(before[column]) + payment.minor).toString(),
    payment.occurredAt,
    account.id,
  )
  return readBalance(sql, account)
}

function insertPayment(sql: SqlStorage, payment: Transaction): void {
  const { id, accountId, occurredAt, postedAt, minor, foreign, ...rest } = payment
  const row = JSON.stringify({ ...rest, foreign: foreign && { ...foreign, minor: foreign.minor.toString() } })
  sql.exec(
    "INSERT INTO payment (id, account_id, occurred_at, posted_at, minor, row) VALUES (?, ?, ?, ?, ?, ?)",
    id,
    accountId,
    occurredAt,
    postedAt,
    minor.toString(),
    row,
  )
}

/** Payments of an account that occurred in [from, to), newest first, from the place after `after`. */
export function listPayments(
  sql: SqlStorage,
  accountId: string,
  from: number,
  to: number,
  after: PaymentPlace | null,
  limit: number,
): PaymentPage {
  const place = after ?? { occurredAt: to, id: "~" }
  const rows = sql
    .exec<PaymentRow>(
      `SELECT id, account_id, occurred_at, posted_at, minor, row FROM payment
       WHERE account_id = ? AND occurred_at >= ? AND occurred_at < ? AND (occurred_at, id) < (?, ?)
       ORDER BY occurred_at DESC, id DESC LIMIT ?`,
      accountId,
      from,
      to,
      place.occurredAt,
      place.id,
      limit + 1,
    )
    .toArray()
  const { total } = sql
    .exec<{ total: number }>(
      "SELECT count(*) AS total FROM payment WHERE account_id = ? AND occurred_at >= ? AND occurred_at < ?",
      accountId,
      from,
      to,
    )
    .one()
  const given = rows.slice(0, limit).map(paymentOf)
  const last = given.at(-1)
  return {
    rows: given,
    total,
    next: rows.length > limit && last ? { occurredAt: last.occurredAt, id: last.id } : null,
  }
}

type PaymentRow = {
  id: string
  account_id: string
  occurred_at: number
  posted_at: number | null
  minor: string
  row: string
}

function paymentOf(stored: PaymentRow): Transaction {
  const rest = JSON.parse(stored.row) as Omit<Transaction, "foreign"> & {
    foreign: { minor: string; currency: string } | null
  }
  return {
    ...rest,
    id: stored.id,
    accountId: stored.account_id,
    occurredAt: stored.occurred_at,
    postedAt: stored.posted_at,
    minor: BigInt(stored.minor),
    foreign: rest.foreign && { currency: rest.foreign.currency, minor: BigInt(rest.foreign.minor) },
  }
}
