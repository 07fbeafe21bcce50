// UK Open Banking's JSON: accounts, balances, transactions, in the words of 4.0 or 3.1. Pure. Amounts are texts with an indicator.

import { absolute, textOf } from "../money.ts"
import type { Account } from "../seed/customers.ts"
import type { Transaction } from "../seed/transactions.ts"
import type { Balance } from "../store/book-rows.ts"

export type Version = "v4.0" | "v3.1"

const TYPES = {
  checking: { "v4.0": "CACC", "v3.1": "CurrentAccount" },
  savings: { "v4.0": "SVGS", "v3.1": "Savings" },
  card: { "v4.0": "CARD", "v3.1": "CreditCard" },
} as const
const BALANCE_TYPES = {
  available: { "v4.0": "ITAV", "v3.1": "InterimAvailable" },
  booked: { "v4.0": "ITBD", "v3.1": "InterimBooked" },
} as const
const STATUSES = {
  posted: { "v4.0": "BOOK", "v3.1": "Booked" },
  pending: { "v4.0": "PDNG", "v3.1": "Pending" },
} as const

/** Seconds and an offset, as the published examples have them. */
const instant = (at: number) => `${new Date(at).toISOString().slice(0, 19)}+00:00`

const amountOf = (minor: bigint, currency: string) => ({
  Amount: textOf(absolute(minor), currency),
  Currency: currency,
})
const indicatorOf = (minor: bigint) => (minor < 0n ? ("Debit" as const) : ("Credit" as const))

export const accountJson = (account: Account, version: Version) => ({
  AccountId: account.id,
  Status: "Enabled",
  Currency: account.currency,
  ...(version === "v4.0"
    ? { AccountCategory: "Personal", AccountTypeCode: TYPES[account.kind]["v4.0"] }
    : { AccountType: "Personal", AccountSubType: TYPES[account.kind]["v3.1"] }),
  Nickname: account.product,
  Account: [{ SchemeName: "UK.OBIE.IBAN", Identification: `****${account.last4}` }],
})

export const balancesJson = (account: Account, balance: Balance, at: number, version: Version) =>
  (["available", "booked"] as const).map((kind) => {
    const minor = kind === "available" ? balance.availableMinor : balance.bookedMinor
    return {
      AccountId: account.id,
      CreditDebitIndicator: indicatorOf(minor),
      Type: BALANCE_TYPES[kind][version],
      DateTime: instant(at),
      Amount: amountOf(minor, account.currency),
      ...(kind === "available" && account.creditLineMinor > 0n
        ? {
            CreditLine: [
              { Included: true, Type: "Credit", Amount: amountOf(account.creditLineMinor, account.currency) },
            ],
          }
        : {}),
    }
  })

export const transactionJson = (account: Account, row: Transaction, version: Version) => ({
  AccountId: account.id,
  TransactionId: row.id,
  CreditDebitIndicator: indicatorOf(row.minor),
  Status: STATUSES[row.postedAt === null ? "pending" : "posted"][version],
  TransactionMutability: row.postedAt === null ? "Mutable" : "Immutable",
  BookingDateTime: new Date(row.postedAt ?? row.occurredAt).toISOString(),
  ValueDateTime: new Date(row.occurredAt).toISOString(),
  Amount: amountOf(row.minor, account.currency),
  TransactionInformation: row.description,
  MerchantDetails: { MerchantName: row.merchant.name, MerchantCategoryCode: row.merchant.mcc },
})
