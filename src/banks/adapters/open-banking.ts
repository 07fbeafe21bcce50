// UK Open Banking account data, Read/Write 4.0 and the names of 3.1: accounts, balances, transactions. Asks, then judges; keeps nothing.
// Amounts are texts with an indicator beside them. The consent resource is open-banking-consent.ts.
// Source: OpenBankingUK/read-write-api-docs-pub v4.0 and v3.1.11 (bank-standards.md 3.2).

import * as z from "zod/mini"
import { digestText } from "../../crypto/hmac.ts"
import type { Now } from "../../foundation/clock.ts"
import type { Money } from "../../foundation/money.ts"
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
import { UNREADABLE } from "../bank-answer.ts"
import { parseInstant } from "../rfc3339.ts"
import { judgeOpenBanking } from "./open-banking-errors.ts"
import {
  ACCOUNTS_LISTED_MAX,
  askJson,
  eachBalance,
  exactly,
  negated,
  outsidersText,
  pageBelow,
  PAGE_ROWS_MAX,
  pageFrom,
  parseCursor,
  TEXT_CHARS_MAX,
} from "./question.ts"

/** `AccountTypeCode` of 4.0 and `AccountSubType` of 3.1. */
const KINDS: Readonly<Record<string, Account["kind"]>> = {
  CACC: "checking",
  TRAN: "checking",
  CurrentAccount: "checking",
  SVGS: "savings",
  MOMA: "savings",
  Savings: "savings",
  CARD: "card",
  CreditCard: "card",
  ChargeCard: "card",
  LOAN: "loan",
  Loan: "loan",
  Mortgage: "loan",
}
/** What can be spent and what the books say, the better word first; names of 4.0 and 3.1. */
const AVAILABLE = ["ITAV", "InterimAvailable", "CLAV", "ClosingAvailable", "FWAV", "ForwardAvailable"]
const BOOKED = ["ITBD", "InterimBooked", "CLBD", "ClosingBooked"]
/** What a transaction's status makes of it; one that was rejected or is for information is not told. */
const STATUSES = {
  BOOK: "posted",
  Booked: "posted",
  PDNG: "pending",
  Pending: "pending",
  FUTR: "pending",
  RJCT: "untold",
  INFO: "untold",
} as const satisfies Readonly<Record<string, Transaction["status"] | "untold">>

const text = z.string().check(z.maxLength(1_000))
const AMOUNT = z.object({
  Amount: z.string().check(z.regex(/^\d{1,13}(\.\d{1,5})?$/)),
  Currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
})
const INDICATOR = z.enum(["Credit", "Debit"])
const ID = z.string().check(z.minLength(1), z.maxLength(256))
/** Published examples have one object where the schema has a list. */
const listOf = <Item extends z.ZodMiniType>(item: Item) =>
  z.pipe(
    z.transform((value: unknown) => (Array.isArray(value) || value === undefined ? value : [value])),
    z.array(item).check(z.maxLength(PAGE_ROWS_MAX)),
  )
const ACCOUNTS = z.object({
  Data: z.object({
    Account: z.optional(
      listOf(
        z.object({
          AccountId: ID,
          Status: z.nullish(z.string()),
          Currency: z.string().check(z.regex(/^[A-Z]{3}$/)),
          AccountTypeCode: z.nullish(z.string()),
          AccountSubType: z.nullish(z.string()),
          Nickname: z.nullish(text),
          Description: z.nullish(text),
          Account: z.nullish(
            listOf(z.object({ SchemeName: z.nullish(z.string()), Identification: z.nullish(text) })),
          ),
        }),
      ),
    ),
  }),
})
const BALANCES = z.object({
  Data: z.object({
    Balance: listOf(
      z.object({
        AccountId: ID,
        CreditDebitIndicator: INDICATOR,
        Type: z.string(),
        DateTime: z.string(),
        Amount: AMOUNT,
      }),
    ),
  }),
})
const TRANSACTIONS = z.object({
  Data: z.object({
    Transaction: z.optional(
      listOf(
        z.object({
          AccountId: ID,
          TransactionId: z.nullish(z.string().check(z.maxLength(TEXT_CHARS_MAX))),
          CreditDebitIndicator: INDICATOR,
          Status: z.enum(Object.keys(STATUSES) as (keyof typeof STATUSES)[]),
          BookingDateTime: z.string(),
          ValueDateTime: z.nullish(z.string()),
          Amount: AMOUNT,
          TransactionInformation: z.nullish(text),
          MerchantDetails: z.nullish(z.object({ MerchantName: z.nullish(text) })),
        }),
      ),
    ),
  }),
  Links: z.nullish(z.object({ Next: z.nullish(z.string()) })),
})
type WireTransaction = NonNullable<z.output<typeof TRANSACTIONS>["Data"]["Transaction"]>[number]
type WireBalance = z.output<typeof BALANCES>["Data"]["Balance"][number]

/** The dialect, both versions.
 * @param now our own clock: a balance whose time cannot be read is as of the answer */
export function createOpenBanking(now: Now): AccountAdapter {
  return {
    listAccounts,
    getBalances: (bank, call, accounts, signal) =>
      eachBalance(accounts, (account) => getBalance(now, bank, call, account, signal)),
    listTransactions,
  }
}

/** Accounts of the consent that are in use. */
async function listAccounts(
  bank: BankRecord,
  call: BankCall,
  signal: AbortSignal,
): Promise<Result<readonly Account[], BankRefusal>> {
  const answer = await ask(bank, call, `${bank.apiBase}/accounts`, ACCOUNTS, signal)
  if (!answer.ok) return answer
  const open = (answer.value.Data.Account ?? []).filter(({ Status: status }) => status !== "Deleted")
  return ok(
    open.slice(0, ACCOUNTS_LISTED_MAX).map((wire) => ({
      id: wire.AccountId,
      kind: KINDS[wire.AccountTypeCode ?? ""] ?? KINDS[wire.AccountSubType ?? ""] ?? "other",
      label: wire.Nickname || wire.Description || "",
      last4: wire.Account?.[0]?.Identification ?? "",
      currency: wire.Currency,
    })),
  )
}

async function getBalance(
  now: Now,
  bank: BankRecord,
  call: BankCall,
  account: Account,
  signal: AbortSignal,
): Promise<Result<Balance, BankRefusal>> {
  const answer = await ask(bank, call, `${accountUrl(bank, account)}/balances`, BALANCES, signal)
  if (!answer.ok) return answer
  const rows = answer.value.Data.Balance
  if (rows.some((row) => row.AccountId !== account.id)) return err(UNREADABLE)
  const available = pick(rows, AVAILABLE)
  const booked = pick(rows, BOOKED)
  const availableMoney = available && moneyOf(available)
  const bookedMoney = booked && moneyOf(booked)
  if ((available && !availableMoney) || (booked && !bookedMoney) || (!available && !booked))
    return err(UNREADABLE)
  return ok({
    account: account.id,
    ...(availableMoney ? { available: availableMoney } : {}),
    // What a card owes is a debit there, and a positive figure here.
    ...(bookedMoney ? { booked: account.kind === "card" ? negated(bookedMoney) : bookedMoney } : {}),
    at: parseInstant((available ?? booked)?.DateTime ?? "") ?? now(),
  })
}

/** One page, newest first. The bank sets its size; what is more than asked for follows with the next cursor. */
async function listTransactions(
  bank: BankRecord,
  call: BankCall,
  account: Account,
  range: { readonly limit: number; readonly cursor?: string },
  signal: AbortSignal,
): Promise<Result<TransactionPage, BankRefusal>> {
  const place = parseCursor(range.cursor)
  const first = `/accounts/${encodeURIComponent(account.id)}/transactions`
  const answer = await ask(bank, call, bank.apiBase + (place.page || first), TRANSACTIONS, signal)
  if (!answer.ok) return answer
  const wire = answer.value.Data.Transaction ?? []
  if (wire.some((row) => row.AccountId !== account.id)) return err(UNREADABLE)
  const told = wire.filter((row) => STATUSES[row.Status] !== "untold")
  const rows = await Promise.all(told.map((row, at) => transactionOf(account, row, told.slice(0, at))))
  // No order is promised; rows of one instant keep the bank's.
  const ordered = rows.toSorted((left, right) => (right?.occurredAt ?? 0) - (left?.occurredAt ?? 0))
  return pageFrom(ordered, place, range.limit, pageBelow(bank.apiBase, answer.value.Links?.Next))
}

async function transactionOf(
  account: Account,
  row: WireTransaction,
  before: readonly WireTransaction[],
): Promise<Transaction | undefined> {
  const amount = exactly(row.Amount.Amount, row.Amount.Currency)
  const occurredAt = parseInstant(row.ValueDateTime ?? row.BookingDateTime)
  const status = STATUSES[row.Status]
  if (!amount || occurredAt === undefined || status === "untold") return undefined
  return {
    id: row.TransactionId || (await fingerprint(row, before)),
    account: account.id,
    amount,
    direction: row.CreditDebitIndicator === "Credit" ? "in" : "out",
    status,
    occurredAt,
    description: outsidersText(row.MerchantDetails?.MerchantName || row.TransactionInformation || ""),
  }
}

/** A row without an id is known by what it says, and by how many on its page said the same before it. */
async function fingerprint(row: WireTransaction, before: readonly WireTransaction[]): Promise<string> {
  const said = wordsOf(row)
  const equals = before.filter((each) => wordsOf(each) === said).length
  return `fp_${await digestText(`${said}|${equals}`)}`
}

function wordsOf(row: WireTransaction): string {
  const { AccountId: account, Amount: amount, CreditDebitIndicator: way } = row
  const { BookingDateTime: booked, TransactionInformation: words } = row
  return JSON.stringify([account, booked.slice(0, 10), amount.Amount, amount.Currency, way, words ?? ""])
}

/** The newest of the best kind there is. */
function pick(rows: readonly WireBalance[], kinds: readonly string[]): WireBalance | undefined {
  const kind = kinds.find((each) => rows.some((row) => row.Type === each))
  const found = rows.filter((row) => row.Type === kind)
  return found.toSorted((a, b) => (parseInstant(b.DateTime) ?? 0) - (parseInstant(a.DateTime) ?? 0))[0]
}

function moneyOf(row: WireBalance): Money | undefined {
  const money = exactly(row.Amount.Amount, row.Amount.Currency)
  return money && (row.CreditDebitIndicator === "Debit" ? negated(money) : money)
}

function ask<Schema extends z.ZodMiniType>(
  bank: BankRecord,
  call: BankCall,
  url: string,
  schema: Schema,
  signal: AbortSignal,
): Promise<Result<z.output<Schema>, BankRefusal>> {
  return askJson(call, url, { schema, judge: (answer) => judgeOpenBanking(bank, answer), signal })
}

function accountUrl(bank: BankRecord, account: Account): string {
  return `${bank.apiBase}/accounts/${encodeURIComponent(account.id)}`
}
