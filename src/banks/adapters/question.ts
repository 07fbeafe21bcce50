// Asking in any dialect: one JSON answer read whole or refused, balances of several accounts two at a time, amounts by their text, and
// where a list goes on. No dialect's names in here. Used by the adapters beside it.

import type * as z from "zod/mini"
import { parseMoney, type Money } from "../../foundation/money.ts"
import { err, ok, type Result } from "../../foundation/result.ts"
import type {
  Account,
  Balance,
  BankAnswer,
  BankCall,
  BankRefusal,
  Transaction,
  TransactionPage,
} from "../bank.ts"
import { isOfReadableSize, isYes, UNREADABLE } from "../bank-answer.ts"
import { parseWithSource, plainDecimal } from "../json-source.ts"

/** Calls of one question beside each other: a bank limits a customer's rate. */
const CALLS_AT_ONCE = 2
/** Balances of one question. */
const ACCOUNTS_MAX = 20
/** Accounts one link may cover. */
export const ACCOUNTS_LISTED_MAX = 50
/** A page with more is not what was asked for; UK banks give up to 1,000. */
export const PAGE_ROWS_MAX = 1_000
/** A place in a list travels in the customer's state. */
export const PLACE_CHARS_MAX = 1_000
/** Of a merchant's name or a payment's words. */
export const TEXT_CHARS_MAX = 200

/** How one dialect asks. */
export interface Asking<Schema extends z.ZodMiniType> {
  readonly method?: "GET" | "POST" | "DELETE"
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly schema: Schema
  /** Members whose JSON numbers are money. */
  readonly amounts?: ReadonlySet<string>
  /** What an answer means that is no 2xx. */
  readonly judge: (answer: BankAnswer) => BankRefusal | Promise<BankRefusal>
  readonly signal: AbortSignal
}

const NO_AMOUNTS: ReadonlySet<string> = new Set()

/** Ask once and read the answer; one that says yes but is not as its dialect has it is unreadable. */
export async function askJson<Schema extends z.ZodMiniType>(
  call: BankCall,
  url: string,
  { method = "GET", body, headers = {}, schema, amounts = NO_AMOUNTS, judge, signal }: Asking<Schema>,
): Promise<Result<z.output<Schema>, BankRefusal>> {
  const answer = await call.request(method, url, {
    headers,
    signal,
    ...(body === undefined ? {} : { body }),
    ...(method === "POST" ? { idempotencyKey: crypto.randomUUID() } : {}),
  })
  if (!answer.ok) return answer
  if (!isYes(answer.value)) return err(await judge(answer.value))
  const json = isOfReadableSize(answer.value) ? parseWithSource(answer.value.text, amounts) : undefined
  const read = json?.ok ? schema.safeParse(json.value) : undefined
  return read?.success ? ok(read.data) : err(UNREADABLE)
}

/** Balances in the order of `accounts`, at most 20. An account the bank does not know or does not give is left out, unless that
 * is all of them; anything else that fails, fails the question. */
export async function eachBalance(
  accounts: readonly Account[],
  getBalance: (account: Account) => Promise<Result<Balance, BankRefusal>>,
): Promise<Result<readonly Balance[], BankRefusal>> {
  const asked = accounts.slice(0, ACCOUNTS_MAX)
  const answers: Result<Balance, BankRefusal>[] = []
  for (let at = 0; at < asked.length; at += CALLS_AT_ONCE) {
    answers.push(...(await Promise.all(asked.slice(at, at + CALLS_AT_ONCE).map(getBalance))))
    const failed = answers.find((answer) => !answer.ok && !isMissing(answer.error))
    if (failed && !failed.ok) return failed
  }
  const balances = answers.flatMap((answer) => (answer.ok ? [answer.value] : []))
  const refusal = answers.find((answer) => !answer.ok)
  return balances.length === 0 && refusal && !refusal.ok ? refusal : ok(balances)
}

/** An amount exactly as it was written, or nothing. */
export function exactly(source: string | null | undefined, currency: string): Money | undefined {
  const decimal = plainDecimal(source ?? "")
  const money = decimal === undefined ? undefined : parseMoney(decimal, currency)
  return money?.ok ? money.value : undefined
}

/** An amount without its sign. */
export function absolute({ minor, currency }: Money): Money {
  return { minor: minor < 0n ? -minor : minor, currency }
}

/** An amount the other way round. */
export function negated({ minor, currency }: Money): Money {
  return { minor: -minor, currency }
}

/** What outsiders wrote, short and whole; cleaned where it is shown. */
export function outsidersText(text: string): string {
  return text.slice(0, TEXT_CHARS_MAX).toWellFormed()
}

/** A place in a list: a page as its bank names it, empty for the first, and how many of its rows were told. */
export interface Place {
  readonly skip: number
  readonly page: string
}

/** Read a cursor of ours; anything else is the beginning. */
export function parseCursor(cursor: string | undefined): Place {
  const [, skip = "0", page = ""] = /^(\d{1,4})~(.*)$/s.exec(cursor ?? "") ?? []
  return { skip: Number(skip), page }
}

/** `limit` rows of a page from a place on, and where the next ones are: left over here, else on the bank's next page. A row that could
 * not be read exactly fails the page, for a gap would not be seen. An empty page ends the list, whatever it says. */
export function pageFrom(
  rows: readonly (Transaction | undefined)[],
  { skip, page }: Place,
  limit: number,
  nextPage: string | null | undefined,
): Result<TransactionPage, BankRefusal> {
  const transactions: Transaction[] = []
  for (const row of rows.slice(skip, skip + limit)) {
    if (!row) return err(UNREADABLE)
    transactions.push(row)
  }
  const taken = skip + transactions.length
  const next =
    taken < rows.length ? `${taken}~${page}` : nextPage && rows.length > 0 ? `0~${nextPage}` : undefined
  return ok({ transactions, ...(next === undefined ? {} : { next }) })
}

/** A page's address as the bank names it, below its registered base: what follows the base; nothing for any other address. */
export function pageBelow(base: string, href: string | null | undefined): string | undefined {
  if (!href || href.length > PLACE_CHARS_MAX) return undefined
  const { origin, pathname } = new URL(base)
  // Relative ones begin at the host, or, where the base ends in the API's version, with that version.
  const version = `/${pathname.split("/").at(-1) ?? ""}/`
  const absoluteHref = href.startsWith("/")
    ? href.startsWith(`${pathname}/`) || !href.startsWith(version)
      ? origin + href
      : base + href.slice(version.length - 1)
    : href
  const url = URL.parse(absoluteHref)
  return url?.href.startsWith(`${base}/`) ? url.href.slice(base.length) : undefined
}

function isMissing(refusal: BankRefusal): boolean {
  return refusal.reason === "not_found" || refusal.reason === "forbidden"
}
