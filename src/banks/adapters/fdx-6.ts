// FDX 6 account data: `GET /accounts`, `GET /accounts/{id}` and `GET /accounts/{id}/transactions`. Asks, then judges; keeps nothing.
// Amounts are JSON numbers there, so they are read by their source text. Used by conversations/ through `AccountAdapter`.
// Sources: the public subset of FDX 6.4 (plaid/core-exchange); field names only, no licensed text.

import * as z from "zod/mini"
import type { Now } from "../../foundation/clock.ts"
import { err, ok, type Result } from "../../foundation/result.ts"
import type {
  Account,
  AccountAdapter,
  Balance,
  BankCall,
  BankRecord,
  BankRefusal,
  Transaction,
  TransactionPage,
} from "../bank.ts"
import { judgeRefusal, UNREADABLE } from "../bank-answer.ts"
import { parseInstant } from "../rfc3339.ts"
import {
  absolute,
  ACCOUNTS_LISTED_MAX,
  askJson,
  eachBalance,
  exactly,
  outsidersText,
  PAGE_ROWS_MAX,
  pageFrom,
  parseCursor,
  PLACE_CHARS_MAX,
  TEXT_CHARS_MAX,
} from "./question.ts"

/** A page with more is not what was asked for: we ask for as many rows as we tell. */
const ROWS_MAX = 500
/** Members whose numbers are money. */
const AMOUNTS: ReadonlySet<string> = new Set([
  "currentBalance",
  "availableBalance",
  "availableCredit",
  "amount",
])
/** Kinds by `accountType`; a category names what has none of these. */
const KINDS: Readonly<Record<string, Account["kind"]>> = {
  CHECKING: "checking",
  SAVINGS: "savings",
  MONEYMARKET: "savings",
  CD: "savings",
  CREDITCARD: "card",
  CHARGE: "card",
  LOAN_ACCOUNT: "loan",
}

const amountText = z.string()
const text = z.string().check(z.maxLength(1_000))
const pageKey = z.nullish(z.string().check(z.maxLength(PLACE_CHARS_MAX)))
const ACCOUNT = z.object({
  accountId: z.string(),
  currency: z.nullish(z.object({ currencyCode: z.nullish(z.string()) })),
  balanceAsOf: z.nullish(z.string()),
  currentBalance: z.nullish(amountText),
  availableBalance: z.nullish(amountText),
  availableCredit: z.nullish(amountText),
})
const ACCOUNTS = z.object({
  accounts: z
    .array(
      z.object({
        accountId: z.string().check(z.minLength(1), z.maxLength(256)),
        accountCategory: z.nullish(z.string()),
        accountType: z.nullish(z.string()),
        accountNumberDisplay: z.nullish(text),
        nickname: z.nullish(text),
        productName: z.nullish(text),
        status: z.nullish(z.string()),
        currency: z.object({ currencyCode: z.string().check(z.regex(/^[A-Z]{3}$/)) }),
      }),
    )
    .check(z.maxLength(PAGE_ROWS_MAX)),
})
const PAGE = z.object({
  page: z.nullish(z.object({ nextPageKey: pageKey })),
  transactions: z
    .array(
      z.object({
        transactionId: z.string().check(z.minLength(1), z.maxLength(TEXT_CHARS_MAX)),
        transactionTimestamp: z.string(),
        debitCreditMemo: z.enum(["CREDIT", "DEBIT", "MEMO"]),
        status: z.enum(["AUTHORIZATION", "MEMO", "PENDING", "POSTED"]),
        amount: amountText,
        payee: z.nullish(text),
        description: z.nullish(text),
      }),
    )
    .check(z.maxLength(ROWS_MAX)),
})

/** The FDX 6 dialect.
 * @param now our own clock: a balance without a time of its own is as of the answer */
export function createFdx6(now: Now): AccountAdapter {
  return {
    listAccounts,
    getBalances: (bank, call, accounts, signal) =>
      eachBalance(accounts, (account) => getBalance(now, bank, call, account, signal)),
    listTransactions,
  }
}

/** Accounts that are not closed. */
async function listAccounts(
  bank: BankRecord,
  call: BankCall,
  signal: AbortSignal,
): Promise<Result<readonly Account[], BankRefusal>> {
  const answer = await ask(bank, call, `${bank.apiBase}/accounts`, ACCOUNTS, signal)
  if (!answer.ok) return answer
  const open = answer.value.accounts.filter(({ status }) => status !== "CLOSED")
  return ok(
    open.slice(0, ACCOUNTS_LISTED_MAX).map((wire) => ({
      id: wire.accountId,
      kind: KINDS[wire.accountType ?? ""] ?? KINDS[wire.accountCategory ?? ""] ?? "other",
      label: wire.nickname || wire.productName || "",
      last4: wire.accountNumberDisplay ?? "",
      currency: wire.currency.currencyCode,
    })),
  )
}

/** One page, newest first. `cursor` is a `next` given before; a bank that gives more rows than asked for is cut to `limit`
 * and the rest follows with the next cursor. */
async function listTransactions(
  bank: BankRecord,
  call: BankCall,
  account: Account,
  range: { readonly limit: number; readonly cursor?: string },
  signal: AbortSignal,
): Promise<Result<TransactionPage, BankRefusal>> {
  const place = parseCursor(range.cursor)
  const query = new URLSearchParams({ limit: String(range.limit) })
  if (place.page) query.set("pageKey", place.page)
  const url = `${accountUrl(bank, account)}/transactions?${query.toString()}`
  const answer = await ask(bank, call, url, PAGE, signal)
  if (!answer.ok) return answer
  const rows = answer.value.transactions.map((row) => transactionOf(account, row))
  return pageFrom(rows, place, range.limit, answer.value.page?.nextPageKey)
}

function transactionOf(
  account: Account,
  row: z.output<typeof PAGE>["transactions"][number],
): Transaction | undefined {
  const amount = exactly(row.amount, account.currency)
  const occurredAt = parseInstant(row.transactionTimestamp)
  if (!amount || occurredAt === undefined) return undefined
  return {
    id: row.transactionId,
    account: account.id,
    amount: absolute(amount),
    direction: row.debitCreditMemo === "CREDIT" ? "in" : "out",
    status: row.status === "POSTED" ? "posted" : "pending",
    occurredAt,
    description: outsidersText(row.payee || row.description || ""),
  }
}

async function getBalance(
  now: Now,
  bank: BankRecord,
  call: BankCall,
  account: Account,
  signal: AbortSignal,
): Promise<Result<Balance, BankRefusal>> {
  const answer = await ask(bank, call, accountUrl(bank, account), ACCOUNT, signal)
  if (!answer.ok) return answer
  const wire = answer.value
  const currency = wire.currency?.currencyCode ?? account.currency
  const available = exactly(wire.availableBalance ?? wire.availableCredit, currency)
  const booked = exactly(wire.currentBalance, currency)
  // A figure of another account, or none at all, is worse than no answer.
  if (wire.accountId !== account.id || (!available && !booked)) return err(UNREADABLE)
  return ok({
    account: account.id,
    ...(available ? { available } : {}),
    ...(booked ? { booked } : {}),
    at: parseInstant(wire.balanceAsOf ?? "") ?? now(),
  })
}

function ask<Schema extends z.ZodMiniType>(
  bank: BankRecord,
  call: BankCall,
  url: string,
  schema: Schema,
  signal: AbortSignal,
): Promise<Result<z.output<Schema>, BankRefusal>> {
  return askJson(call, url, {
    schema,
    amounts: AMOUNTS,
    judge: (answer) => judgeRefusal(bank, answer),
    signal,
  })
}

function accountUrl(bank: BankRecord, account: Account): string {
  return `${bank.apiBase}/accounts/${encodeURIComponent(account.id)}`
}
