// The account data API's JSON (FDX 6): descriptors, balances, transactions. Pure. Amounts are JSON numbers whose
// text is exact, so they may end in zeros and have no, two or three decimals.

import { absolute, numberOf } from "../money.ts"
import type { Account } from "../seed/customers.ts"
import type { Transaction } from "../seed/transactions.ts"
import type { Balance, PaymentPlace } from "../store/book-rows.ts"

const KINDS = {
  checking: { accountCategory: "DEPOSIT_ACCOUNT", accountType: "CHECKING" },
  savings: { accountCategory: "DEPOSIT_ACCOUNT", accountType: "SAVINGS" },
  card: { accountCategory: "LOC_ACCOUNT", accountType: "CREDITCARD" },
} as const

const iso = (at: number) => new Date(at).toISOString()

export const descriptorOf = (account: Account) => ({
  ...KINDS[account.kind],
  accountId: account.id,
  accountNumberDisplay: `****${account.last4}`,
  productName: account.product,
  status: "OPEN" as const,
  currency: { currencyCode: account.currency },
})

/** A descriptor with its balances as they stand at `at`. A card's `currentBalance` is what is owed, as a positive number. */
export function accountWithBalance(account: Account, balance: Balance, at: number) {
  const number = (minor: bigint) => numberOf(minor, account.currency)
  const descriptor = { ...descriptorOf(account), balanceAsOf: iso(at) }
  if (account.kind === "card")
    return {
      ...descriptor,
      currentBalance: number(-balance.bookedMinor),
      availableCredit: number(balance.availableMinor),
      creditLine: number(account.creditLineMinor),
    }
  return {
    ...descriptor,
    currentBalance: number(balance.bookedMinor),
    availableBalance: number(balance.availableMinor),
  }
}

/** A payment: absolute amount, direction beside it. */
export function transactionJson(account: Account, row: Transaction) {
  return {
    accountCategory: KINDS[account.kind].accountCategory,
    transactionId: row.id,
    transactionTimestamp: iso(row.occurredAt),
    ...(row.postedAt === null ? {} : { postedTimestamp: iso(row.postedAt) }),
    description: row.description,
    payee: row.merchant.name,
    debitCreditMemo: row.minor < 0n ? ("DEBIT" as const) : ("CREDIT" as const),
    status: row.postedAt === null ? ("PENDING" as const) : ("POSTED" as const),
    amount: numberOf(absolute(row.minor), account.currency),
    subCategory: row.merchant.mcc,
    ...(row.cardLast4 === null ? {} : { cardNumberDisplay: `****${row.cardLast4}` }),
    ...(row.foreign === null
      ? {}
      : {
          foreignAmount: numberOf(row.foreign.minor, row.foreign.currency),
          foreignCurrency: row.foreign.currency,
        }),
  }
}

/** A place in the pages, as the opaque `pageKey`. */
export const pageKeyOf = ({ occurredAt, id }: PaymentPlace): string =>
  Buffer.from(`${occurredAt} ${id}`).toString("base64url")

/** Read a `pageKey`; undefined for one the bank did not make. */
export function placeOf(pageKey: string): PaymentPlace | undefined {
  const [, at, id] = /^(\d{1,15}) (txn_\w+)$/.exec(Buffer.from(pageKey, "base64url").toString()) ?? []
  return at === undefined || id === undefined ? undefined : { occurredAt: Number(at), id }
}
