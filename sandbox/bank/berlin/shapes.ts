// Berlin Group's JSON (NextGenPSD2 1.3): accounts and card accounts, balances, movements. Pure. Amounts are signed texts, and a movement
// has days, no time: the bank's own, in its own zone.

import { textOf } from "../money.ts"
import type { Account } from "../seed/customers.ts"
import type { Transaction } from "../seed/transactions.ts"
import type { Balance } from "../store/book-rows.ts"

const ZONE = "Europe/Berlin"
const days = new Intl.DateTimeFormat("en-CA", { timeZone: ZONE })
const dayOf = (at: number) => days.format(at)
const amountOf = (minor: bigint, currency: string) => ({ amount: textOf(minor, currency), currency })

export const accountJson = (account: Account) => ({
  resourceId: account.id,
  ...(account.kind === "card"
    ? { maskedPan: `************${account.last4}` }
    : { iban: `****${account.last4}`, cashAccountType: account.kind === "checking" ? "CACC" : "SVGS" }),
  currency: account.currency,
  name: account.product,
  status: "enabled",
  usage: "PRIV",
})

export const balancesJson = (account: Account, balance: Balance, at: number) => {
  const change = { lastChangeDateTime: new Date(at).toISOString() }
  return [
    {
      balanceAmount: amountOf(balance.bookedMinor, account.currency),
      balanceType: "interimBooked",
      ...change,
    },
    {
      balanceAmount: amountOf(balance.availableMinor, account.currency),
      balanceType: "interimAvailable",
      creditLimitIncluded: account.creditLineMinor > 0n,
      ...change,
    },
  ]
}

export function movementJson(account: Account, row: Transaction) {
  const dates = row.postedAt === null ? {} : { bookingDate: dayOf(row.postedAt) }
  const transactionAmount = amountOf(row.minor, account.currency)
  if (account.kind === "card")
    return {
      cardTransactionId: row.id,
      transactionDate: dayOf(row.occurredAt),
      ...dates,
      transactionAmount,
      transactionDetails: row.merchant.name,
      merchantCategoryCode: row.merchant.mcc,
    }
  return {
    transactionId: row.id,
    valueDate: dayOf(row.occurredAt),
    ...dates,
    transactionAmount,
    ...(row.minor < 0n ? { creditorName: row.merchant.name } : { debtorName: row.merchant.name }),
    remittanceInformationUnstructured: row.description,
  }
}
