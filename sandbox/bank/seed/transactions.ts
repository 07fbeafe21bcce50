// Two years of payments for one account: a pure function of the account and the day the bank opens. The
// store calls it once and keeps the rows; nothing here looks at a clock.

import type { Account } from "./customers.ts"
import { cardOf } from "./customers.ts"
import type { Channel, Habit, Merchant } from "./habits.ts"
import { HABITS, PENDING } from "./habits.ts"
import type { Random } from "./random.ts"
import { createRandom } from "./random.ts"

export type Transaction = {
  readonly id: string
  readonly accountId: string
  readonly occurredAt: number
  /** null while pending */
  readonly postedAt: number | null
  /** as the account's holder sees it: positive came in, negative went out */
  readonly minor: bigint
  readonly description: string
  readonly merchant: Merchant
  readonly channel: Channel
  readonly cardLast4: string | null
  /** what was asked abroad, absolute minor units of `currency` */
  readonly foreign: { readonly minor: bigint; readonly currency: string } | null
}

export const MONTHS = 24
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** All of an account's payments up to the midnight (UTC) before `now`, oldest first, then what is pending. */
export function seedTransactions(account: Account, now: number): readonly Transaction[] {
  const midnight = now - (now % DAY_MS)
  const random = createRandom(account.id)
  const rows: Transaction[] = []
  const opened = new Date(midnight)
  for (let back = MONTHS; back >= 0; back--) {
    const monthStart = Date.UTC(opened.getUTCFullYear(), opened.getUTCMonth() - back, 1)
    const days = new Date(Date.UTC(opened.getUTCFullYear(), opened.getUTCMonth() - back + 1, 0)).getUTCDate()
    for (const habit of HABITS[account.id] ?? []) {
      // Every month draws the same numbers whatever today is, so that ids and amounts do not depend on the day.
      for (const day of daysOf(habit, random)) {
        const occurredAt =
          monthStart + (Math.min(day, days) - 1) * DAY_MS + random.between(6 * 60, 20 * 60) * 60_000
        const row = transactionOf(account, habit, occurredAt, random)
        if (row.postedAt !== null && row.postedAt < midnight) rows.push(row)
      }
    }
  }
  rows.sort((one, other) => one.occurredAt - other.occurredAt)
  const pending = PENDING[account.id]
  return pending ? [...rows, pendingOf(account, pending, midnight)] : rows
}

function daysOf(habit: Habit, random: Random): readonly number[] {
  if ("day" in habit.when) return [habit.when.day]
  return Array.from({ length: random.between(...habit.when.times) }, () => random.between(1, 31))
}

function transactionOf(account: Account, habit: Habit, occurredAt: number, random: Random): Transaction {
  const minor = BigInt(random.between(...habit.minor))
  const byCard = habit.channel === "card_present" || habit.channel === "card_not_present"
  // Card payments are booked a day or two later, everything else the same evening.
  const delay = byCard ? random.between(20, 44) * HOUR_MS : HOUR_MS
  return {
    id: `txn_${random.id(20)}`,
    accountId: account.id,
    occurredAt,
    postedAt: occurredAt + delay,
    minor,
    description: describe(habit.merchant, habit.channel),
    merchant: habit.merchant,
    channel: habit.channel,
    cardLast4: byCard || habit.channel === "cash" ? (cardOf(account.id)?.last4 ?? null) : null,
    foreign: habit.foreign ? foreignOf(minor, habit.foreign) : null,
  }
}

const foreignOf = (minor: bigint, { currency, rate }: { currency: string; rate: number }) => ({
  currency,
  // Basis points keep the sum in whole numbers.
  minor: ((minor < 0n ? -minor : minor) * BigInt(Math.round(rate * 10_000))) / 10_000n,
})

function pendingOf(
  account: Account,
  row: { merchant: Merchant; minor: bigint },
  midnight: number,
): Transaction {
  const random = createRandom(`${account.id} pending`)
  return {
    id: `txn_${random.id(20)}`,
    accountId: account.id,
    occurredAt: midnight - random.between(2, 5) * HOUR_MS,
    postedAt: null,
    minor: row.minor,
    description: describe(row.merchant, "card_present"),
    merchant: row.merchant,
    channel: "card_present",
    cardLast4: cardOf(account.id)?.last4 ?? null,
    foreign: null,
  }
}

/** The line a statement prints. */
export function describe(merchant: Merchant, channel: Channel): string {
  if (channel === "cash") return `Cash withdrawal, ${merchant.name}`
  if (channel === "transfer" || channel === "direct_debit") return merchant.name
  return `${merchant.name}, ${merchant.city}`
}
