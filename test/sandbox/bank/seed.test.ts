// Who banks at the pretend bank, and its two years of payments: the same on every machine, long enough names for
// a storage scan, balances that differ where something is pending.

import { describe, expect, it } from "vitest"
import { ACCOUNTS, CARDS, CUSTOMERS, accountsOf, otherOwners } from "../../../sandbox/bank/seed/customers.ts"
import { HABITS, MERCHANTS, PENDING } from "../../../sandbox/bank/seed/habits.ts"
import { MONTHS, seedTransactions } from "../../../sandbox/bank/seed/transactions.ts"

const NOW = Date.UTC(2026, 10, 22, 9, 30)
const DAY_MS = 86_400_000
const all = ACCOUNTS.map((account) => ({ account, rows: seedTransactions(account, NOW) }))

describe("customers", () => {
  it("have references of at least 16 characters that hold nothing of their names", () => {
    for (const { reference, userName, fullName } of CUSTOMERS) {
      expect(reference.length).toBeGreaterThanOrEqual(16)
      for (const part of [userName, ...fullName.split(/[ -]/)])
        expect(reference.toLowerCase()).not.toContain(part.toLowerCase())
    }
  })

  it("have names, and pay merchants, of at least eight characters", () => {
    const merchants = [
      ...Object.values(HABITS).flatMap((habits) => habits.map((habit) => habit.merchant.name)),
      ...Object.values(MERCHANTS).flatMap((list) => list.map((merchant) => merchant.name)),
      ...Object.values(PENDING).map((row) => row.merchant.name),
    ]
    for (const name of [...CUSTOMERS.map((one) => one.fullName), ...merchants])
      expect(name.length).toBeGreaterThanOrEqual(8)
  })

  it("have checking, savings and a card each, and ana and ben one account together", () => {
    for (const { reference } of CUSTOMERS)
      expect(new Set(accountsOf(reference).map((account) => account.kind))).toEqual(
        new Set(["checking", "savings", "card"]),
      )
    const joint = ACCOUNTS.filter((account) => account.owners.length === 2)
    expect(joint.map((account) => otherOwners(account, CUSTOMERS[0]!.reference))).toEqual([
      [CUSTOMERS[1]!.fullName],
    ])
  })

  it("have account and card references, and last digits, that stand once", () => {
    for (const list of [
      ACCOUNTS.map((one) => one.id),
      ACCOUNTS.map((one) => one.last4),
      CARDS.map((one) => one.ref),
    ])
      expect(new Set(list).size).toBe(list.length)
    for (const account of ACCOUNTS) expect(account.number.endsWith(account.last4)).toBe(true)
  })
})

describe("seedTransactions()", () => {
  it("gives the same rows for the same day, at whatever hour", () => {
    for (const { account, rows } of all) {
      expect(seedTransactions(account, NOW)).toEqual(rows)
      expect(seedTransactions(account, NOW + 3 * 3_600_000)).toEqual(rows)
    }
  })

  it("keeps ids and amounts of the same month from one day to the next", () => {
    const { account, rows } = all[0]!
    const tomorrow = new Map(seedTransactions(account, NOW + DAY_MS).map((row) => [row.id, row]))
    for (const row of rows.filter((one) => one.postedAt !== null)) expect(tomorrow.get(row.id)).toEqual(row)
  })

  it("covers 24 months, oldest first, and nothing lies ahead", () => {
    for (const { rows } of all) {
      const posted = rows.filter((row) => row.postedAt !== null)
      expect(posted[0]!.occurredAt).toBeLessThan(NOW - (MONTHS - 2) * 30 * DAY_MS)
      expect([...posted].sort((one, other) => one.occurredAt - other.occurredAt)).toEqual(posted)
      for (const row of rows) expect(Math.max(row.occurredAt, row.postedAt ?? 0)).toBeLessThan(NOW)
    }
  })

  it("gives every payment an id of its own", () => {
    const ids = all.flatMap(({ rows }) => rows.map((row) => row.id))
    expect(new Set(ids).size).toBe(ids.length)
  })

  it("leaves something pending where the list says so, last of all", () => {
    for (const { account, rows } of all) {
      const pending = rows.filter((row) => row.postedAt === null)
      expect(pending.map((row) => row.minor)).toEqual(PENDING[account.id] ? [PENDING[account.id]!.minor] : [])
      if (pending[0]) expect(rows.at(-1)).toBe(pending[0])
    }
  })
})
