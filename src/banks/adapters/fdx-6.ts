// FDX 6 account data: `GET /accounts/{id}` and `GET /accounts/{id}/transactions`. Asks, then judges; keeps nothing.
// Amounts are JSON numbers there, so they are read by their source text. Used by conversations/ through `AccountAdapter`.
// Sources: the public subset of FDX 6.4 (plaid/core-exchange); field names only, no licensed text.

import * as z from "zod/mini"
import type { Now } from "../../foundation/clock.ts"
import { parseMoney, type Money } from "../../foundation/money.ts"
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
import { isOfReadableSize, isYes, judgeRefusal, UNREADABLE } from "../bank-answer.ts"
import { parseWithSource, plainDecimal } from "../json-source.ts"
import { parseInstant } from "../rfc3339.ts"

/** Calls of one question beside each other: a bank limits a customer's rate. */
const CALLS_AT_ONCE = 2
const ACCOUNTS_MAX = 20
/** A page with more is not what was asked for. */
const PAGE_ROWS_MAX = 500
const PAGE_KEY_CHARS_MAX = 1_000
const TEXT_CHARS_MAX = 200

/** Members whose numbers are money. */
const AMOUNTS: ReadonlySet<string> = new Set([
  "currentBalance",
  "availableBalance",
  "availableCredit",
  "amount",
])

const amountText = z.string()
const text = z.string().check(z.maxLength(1_000))
const ACCOUNT = z.object({
  accountId: z.string(),
  currency: z.nullish(z.object({ currencyCode: z.nullish(z.string()) })),
  balanceAsOf: z.nullish(z.string()),
  currentBalance: z.nullish(amountText),
  availableBalance: z.nullish(amountText),
  availableCredit: z.nullish(amountText),
})
const PAGE = z.object({
  page: z.nullish(z.object({ nextPageKey: z.nullish(z.string().check(z.maxLength(PAGE_KEY_CHARS_MAX))) })),
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
    .check(z.maxLength(PAGE_ROWS_MAX)),
})

/** The FDX 6 dialect.
 * @param now our own clock: a balance without a time of its own is as of the answer */
export function createFdx6(now: Now): AccountAdapter {
  return {
    getBalances: (...question) => getBalances(now, ...question),
    listTransactions,
  }
}

/** Balances in the order of `accounts`, at most 20. An account the bank does not know or does not give is left out, unless that
 * is all of them; anything else that fails, fails the question. */
async function getBalances(
  now: Now,
  bank: BankRecord,
  call: BankCall,
  accounts: readonly Account[],
  signal: AbortSignal,
): Promise<Result<readonly Balance[], BankRefusal>> {
  const asked = accounts.slice(0, ACCOUNTS_MAX)
  const answers: Result<Balance, BankRefusal>[] = []
  for (let at = 0; at < asked.length; at += CALLS_AT_ONCE) {
    const round = asked.slice(at, at + CALLS_AT_ONCE)
    answers.push(...(await Promise.all(round.map((account) => getBalance(now, bank, call, account, signal)))))
    const failed = answers.find((answer) => !answer.ok && !isMissing(answer.error))
    if (failed && !failed.ok) return failed
  }
  const balances = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
  const refusal = answers.find((answer) => !answer.ok)
  return balances.length === 0 && refusal && !refusal.ok ? refusal : ok(balances)
}

/** One page, newest first. `cursor` is a `next` given before; a bank that gives more rows than asked for is cut to `limit`
 * and the rest follows with the next cursor. A row that cannot be read exactly fails the page: a gap would not be seen. */
async function listTransactions(
  bank: BankRecord,
  call: BankCall,
  account: Account,
  range: { readonly limit: number; readonly cursor?: string },
  signal: AbortSignal,
): Promise<Result<TransactionPage, BankRefusal>> {
  const { skip, pageKey } = parseCursor(range.cursor)
  const query = new URLSearchParams({ limit: String(range.limit) })
  if (pageKey) query.set("pageKey", pageKey)
  const url = `${accountUrl(bank, account)}/transactions?${query.toString()}`
  const answer = await ask(bank, call, url, PAGE, signal)
  if (!answer.ok) return answer
  const given = answer.value.transactions
  const rows = given.slice(skip, skip + range.limit)
  const transactions: Transaction[] = []
  for (const row of rows) {
    const transaction = transactionOf(account, row)
    if (!transaction) return err(UNREADABLE)
    transactions.push(transaction)
  }
  const next = nextCursor(given.length, skip + rows.length, pageKey, answer.value.page?.nextPageKey)
  return ok({ transactions, ...(next === undefined ? {} : { next }) })
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
    amount: { minor: amount.minor < 0n ? -amount.minor : amount.minor, currency: amount.currency },
    direction: row.debitCreditMemo === "CREDIT" ? "in" : "out",
    status: row.status === "POSTED" ? "posted" : "pending",
    occurredAt,
    description: (row.payee || row.description || "").slice(0, TEXT_CHARS_MAX).toWellFormed(),
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

async function ask<Schema extends z.ZodMiniType>(
  bank: BankRecord,
  call: BankCall,
  url: string,
  schema: Schema,
  signal: AbortSignal,
): Promise<Result<z.output<Schema>, BankRefusal>> {
  const answer = await call.request("GET", url, { signal })
  if (!answer.ok) return answer
  if (!isYes(answer.value)) return err(judgeRefusal(bank, answer.value))
  const json = isOfReadableSize(answer.value) ? parseWithSource(answer.value.text, AMOUNTS) : undefined
  const read = json?.ok ? schema.safeParse(json.value) : undefined
  return read?.success ? ok(read.data) : err(UNREADABLE)
}

function accountUrl(bank: BankRecord, account: Account): string {
  return `${bank.apiBase}/accounts/${encodeURIComponent(account.id)}`
}

function exactly(source: string | null | undefined, currency: string): Money | undefined {
  const decimal = plainDecimal(source ?? "")
  const money = decimal === undefined ? undefined : parseMoney(decimal, currency)
  return money?.ok ? money.value : undefined
}

function isMissing(refusal: BankRefusal): boolean {
  return refusal.reason === "not_found" || refusal.reason === "forbidden"
}

/** Where the next page begins: rows left over of this one, else the bank's own key. An empty page ends the list, whatever it says. */
function nextCursor(
  given: number,
  taken: number,
  pageKey: string,
  nextKey: string | null | undefined,
): string | undefined {
  if (taken < given) return `${taken}~${pageKey}`
  return nextKey && given > 0 ? `0~${nextKey}` : undefined
}

function parseCursor(cursor: string | undefined): { readonly skip: number; readonly pageKey: string } {
  const [, skip = "0", pageKey = ""] = /^(\d{1,3})~(.*)$/s.exec(cursor ?? "") ?? []
  return { skip: Number(skip), pageKey }
}
