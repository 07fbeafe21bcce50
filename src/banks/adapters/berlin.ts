// Berlin Group account data, NextGenPSD2 1.3: accounts and card accounts, balances, movements. Asks, then judges; keeps nothing.
// The consent resource is berlin-consent.ts, the wire berlin-wire.ts. Sources: bank-standards.md 3.3, 3.5.

import type * as z from "zod/mini"
import { digestText } from "../../crypto/hmac.ts"
import { DAY_MS, type Now } from "../../foundation/clock.ts"
import { err, ok, type Result } from "../../foundation/result.ts"
import type {
  Account,
  AccountAdapter,
  Balance,
  BankAnswer,
  BankCall,
  BankRecord,
  BankRefusal,
  Transaction,
  TransactionPage,
} from "../bank.ts"
import { UNREADABLE } from "../bank-answer.ts"
import { parseInstant } from "../rfc3339.ts"
import { consentStatus, requestId } from "./berlin-consent.ts"
import { codesOf, judgeBerlin } from "./berlin-errors.ts"
import {
  ACCOUNTS,
  BALANCES,
  CARD_ACCOUNTS,
  CARD_TRANSACTIONS,
  TRANSACTIONS,
  type WireAccount,
  type WireBalance,
  type WireMovement,
  type WireReport,
} from "./berlin-wire.ts"
import {
  absolute,
  ACCOUNTS_LISTED_MAX,
  askJson,
  eachBalance,
  exactly,
  negated,
  outsidersText,
  pageBelow,
  pageFrom,
  parseCursor,
} from "./question.ts"

/** How far back the first page reaches; a bank may ask for the customer's login beyond it. @see RTS 2018/389, Article 10 (1) */
const DAYS_BACK = 90
/** `cashAccountType`, ISO 20022. */
const KINDS: Readonly<Record<string, Account["kind"]>> = {
  CACC: "checking",
  TRAN: "checking",
  SVGS: "savings",
  LLSV: "savings",
  LOAN: "loan",
}
const AVAILABLE = ["interimAvailable", "expected", "forwardAvailable"]
const BOOKED = ["interimBooked", "closingBooked"]
const DAY = /^\d{4}-\d{2}-\d{2}$/
const LAST_DIGITS = /[0-9]{0,4}$/

/** The dialect.
 * @param now our own clock: for the first page's reach, and where a balance has no time of its own */
export function createBerlin(now: Now): AccountAdapter {
  return {
    listAccounts,
    getBalances: (bank, call, accounts, signal) =>
      eachBalance(accounts, (account) => getBalance(now, bank, call, account, signal)),
    listTransactions: (...question) => listTransactions(now, ...question),
  }
}

/** Accounts of the consent, then its card accounts, which a bank need not have. */
async function listAccounts(
  bank: BankRecord,
  call: BankCall,
  signal: AbortSignal,
): Promise<Result<readonly Account[], BankRefusal>> {
  const plain = await ask(bank, call, "/accounts", ACCOUNTS, signal)
  if (!plain.ok) return plain
  const cards = await ask(bank, call, "/card-accounts", CARD_ACCOUNTS, signal)
  if (!cards.ok && !["not_found", "forbidden"].includes(cards.error.reason) && !isNotOffered(cards.error))
    return cards
  const accounts = [
    ...plain.value.accounts.map((wire) => accountOf(wire, KINDS[wire.cashAccountType ?? ""] ?? "other")),
    ...(cards.ok ? cards.value.cardAccounts.map((wire) => accountOf(wire, "card")) : []),
  ]
  return ok(accounts.flatMap((account) => account ?? []).slice(0, ACCOUNTS_LISTED_MAX))
}

function accountOf(wire: WireAccount, kind: Account["kind"]): Account | undefined {
  if (wire.status === "deleted") return undefined
  const number = wire.iban ?? wire.bban ?? wire.maskedPan ?? ""
  return {
    id: wire.resourceId,
    kind,
    label: wire.displayName || wire.name || wire.product || "",
    last4: LAST_DIGITS.exec(number)?.[0] ?? "",
    currency: wire.currency,
  }
}

async function getBalance(
  now: Now,
  bank: BankRecord,
  call: BankCall,
  account: Account,
  signal: AbortSignal,
): Promise<Result<Balance, BankRefusal>> {
  const answer = await ask(bank, call, `${pathOf(account)}/balances`, BALANCES, signal)
  if (!answer.ok) return answer
  const [available, booked] = [AVAILABLE, BOOKED].map((kinds) => pick(answer.value.balances, kinds))
  const availableMoney =
    available && exactly(available.balanceAmount.amount, available.balanceAmount.currency)
  const bookedMoney = booked && exactly(booked.balanceAmount.amount, booked.balanceAmount.currency)
  if ((available && !availableMoney) || (booked && !bookedMoney) || (!available && !booked))
    return err(UNREADABLE)
  return ok({
    account: account.id,
    ...(availableMoney ? { available: availableMoney } : {}),
    // What a card owes is below zero there, and a positive figure here.
    ...(bookedMoney ? { booked: account.kind === "card" ? negated(bookedMoney) : bookedMoney } : {}),
    at: timeOf(available ?? booked) ?? now(),
  })
}

/** One page, newest day first, what is pending before what is booked. Days are all the dialect knows: a movement's instant is its day's
 * noon in UTC, which is that day nearly everywhere. */
async function listTransactions(
  now: Now,
  bank: BankRecord,
  call: BankCall,
  account: Account,
  range: { readonly limit: number; readonly cursor?: string },
  signal: AbortSignal,
): Promise<Result<TransactionPage, BankRefusal>> {
  const place = parseCursor(range.cursor)
  const dateFrom = new Date(now() - DAYS_BACK * DAY_MS).toISOString().slice(0, 10)
  const first = `${pathOf(account)}/transactions?bookingStatus=both&dateFrom=${dateFrom}`
  const answer = await askReport(bank, call, account, place.page || first, signal)
  if (!answer.ok) return answer
  const { booked, pending, _links: links } = answer.value
  const movements = [
    ...(pending ?? []).map((row) => ({ row, status: "pending" as const })),
    ...(booked ?? []).map((row) => ({ row, status: "posted" as const })),
  ]
  const read = await Promise.all(
    movements.map(({ row, status }, at) =>
      transactionOf(
        bank,
        account,
        row,
        status,
        movements.slice(0, at).map((each) => each.row),
      ),
    ),
  )
  const ordered = read.toSorted((left, right) => (right?.occurredAt ?? 0) - (left?.occurredAt ?? 0))
  return pageFrom(ordered, place, range.limit, pageBelow(bank.apiBase, links?.next?.href))
}

async function askReport(
  bank: BankRecord,
  call: BankCall,
  account: Account,
  path: string,
  signal: AbortSignal,
): Promise<Result<WireReport, BankRefusal>> {
  if (account.kind === "card") {
    const answer = await ask(bank, call, path, CARD_TRANSACTIONS, signal)
    return answer.ok ? ok(answer.value.cardTransactions) : answer
  }
  const answer = await ask(bank, call, path, TRANSACTIONS, signal)
  return answer.ok ? ok(answer.value.transactions) : answer
}

async function transactionOf(
  bank: BankRecord,
  account: Account,
  row: WireMovement,
  status: Transaction["status"],
  before: readonly WireMovement[],
): Promise<Transaction | undefined> {
  const { transactionAmount: wire } = row
  const amount = exactly(wire.amount, wire.currency)
  const occurredAt = noonOf(row.valueDate ?? row.transactionDate ?? row.bookingDate)
  if (!amount || occurredAt === undefined) return undefined
  const direction = amount.minor < 0n || isUnsignedPayment(bank, row) ? "out" : "in"
  const other = direction === "out" ? row.creditorName : row.debtorName
  return {
    id:
      row.transactionId ||
      row.cardTransactionId ||
      row.entryReference ||
      (await fingerprint(account, row, before)),
    account: account.id,
    amount: absolute(amount),
    direction,
    status,
    occurredAt,
    dayOnly: true,
    description: outsidersText(
      other || row.transactionDetails || row.remittanceInformationUnstructured || "",
    ),
  }
}

/** The standard's own example has payments out without their sign: known by naming only who received them, and by the bank's record. */
function isUnsignedPayment(bank: BankRecord, row: WireMovement): boolean {
  return bank.unsignedPayments && !!row.creditorName && !row.debtorName
}

/** A row without an id is known by what it says, and by how many on its page said the same before it. */
async function fingerprint(
  account: Account,
  row: WireMovement,
  before: readonly WireMovement[],
): Promise<string> {
  const said = JSON.stringify(row)
  const equals = before.filter((each) => JSON.stringify(each) === said).length
  return `fp_${await digestText(`${account.id}|${said}|${equals}`)}`
}

/** The best kind there is; the first of it, for banks list the newest so. */
function pick(rows: readonly WireBalance[], kinds: readonly string[]): WireBalance | undefined {
  const kind = kinds.find((each) => rows.some((row) => row.balanceType === each))
  return rows.find((row) => row.balanceType === kind)
}

function timeOf(balance: WireBalance | undefined): number | undefined {
  return parseInstant(balance?.lastChangeDateTime ?? "") ?? noonOf(balance?.referenceDate)
}

function noonOf(day: string | null | undefined): number | undefined {
  return day && DAY.test(day) ? parseInstant(`${day}T12:00:00Z`) : undefined
}

async function ask<Schema extends z.ZodMiniType>(
  bank: BankRecord,
  call: BankCall,
  path: string,
  schema: Schema,
  signal: AbortSignal,
): Promise<Result<z.output<Schema>, BankRefusal>> {
  return askJson(call, bank.apiBase + path, {
    headers: { ...requestId(), ...(call.consent === undefined ? {} : { "consent-id": call.consent }) },
    schema,
    judge: (answer) => judge(bank, call, answer, signal),
    signal,
  })
}

/** `CONSENT_INVALID` is said of one account as of the whole consent: its status decides, so that one account does not end a link. */
async function judge(
  bank: BankRecord,
  call: BankCall,
  answer: BankAnswer,
  signal: AbortSignal,
): Promise<BankRefusal> {
  if (!codesOf(answer).includes("CONSENT_INVALID") || call.consent === undefined)
    return judgeBerlin(bank, answer)
  const status = await consentStatus(bank, call, call.consent, signal)
  if (!status.ok) return status.error
  return { reason: status.value === "valid" ? "forbidden" : "link_ended" }
}

/** An address the bank does not have at all. */
function isNotOffered(refusal: BankRefusal): boolean {
  return refusal.reason === "outage" && ["405", "501"].includes(refusal.outage.code ?? "")
}

function pathOf(account: Account): string {
  const collection = account.kind === "card" ? "card-accounts" : "accounts"
  return `/${collection}/${encodeURIComponent(account.id)}`
}
