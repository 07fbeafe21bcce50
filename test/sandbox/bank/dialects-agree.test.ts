// One bank's books in every dialect: our adapters read the same accounts, balances and payments out of all of them. The wire is the
// sandbox bank's own; Berlin knows days only, so that instants are compared as days there.
import { describe, expect, test } from "vitest"
import { createAdapters } from "../../../src/banks/adapters/adapters.ts"
import type { Account, BankCall, Dialect, Transaction } from "../../../src/banks/bank.ts"
import { ok } from "../../../src/foundation/result.ts"
import { shownAccount } from "../../../src/links/bank-accounts.ts"
import * as berlin from "../../../sandbox/bank/berlin/shapes.ts"
import * as fdx from "../../../sandbox/bank/fdx/shapes.ts"
import * as openBanking from "../../../sandbox/bank/open-banking/shapes.ts"
import { ACCOUNTS, type Account as BankAccount } from "../../../sandbox/bank/seed/customers.ts"
import { seedTransactions } from "../../../sandbox/bank/seed/transactions.ts"
import { bankRecord } from "../../support/bank.ts"

const AT = Date.UTC(2026, 10, 22, 8, 15, 3)
const BASE = "https://bank.example/api/v1"
const ROWS = 60
const DIALECTS: readonly Dialect[] = ["fdx-6", "open-banking-4.0", "open-banking-3.1", "berlin-1.3"]
const signal = new AbortController().signal
const adapters = createAdapters(() => AT)
const days = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Berlin" })

const balanceOf = (account: BankAccount) => ({
  accountId: account.id,
  bookedMinor: account.openingMinor,
  availableMinor: account.openingMinor + account.creditLineMinor - 1_250n,
  sequence: 1,
  changedAt: AT,
})
const rowsOf = (account: BankAccount) =>
  seedTransactions(account, AT)
    .toSorted((a, b) => b.occurredAt - a.occurredAt)
    .slice(0, ROWS)

/** What the bank of a dialect answers at an address. */
function answerOf(dialect: Dialect, path: string): unknown {
  const [, collection, id, what] = path.split(/[/?]/)
  const account = ACCOUNTS.find((each) => each.id === id)
  const version = dialect === "open-banking-3.1" ? "v3.1" : "v4.0"
  const cards = collection === "card-accounts"
  switch (dialect) {
    case "fdx-6":
      if (!account) return { accounts: ACCOUNTS.map(fdx.descriptorOf) }
      return what === "transactions"
        ? { transactions: rowsOf(account).map((row) => fdx.transactionJson(account, row)) }
        : fdx.accountWithBalance(account, balanceOf(account), AT)
    case "berlin-1.3": {
      if (!account) {
        const listed = ACCOUNTS.filter((each) => (each.kind === "card") === cards).map(berlin.accountJson)
        return cards ? { cardAccounts: listed } : { accounts: listed }
      }
      if (what === "balances") return { balances: berlin.balancesJson(account, balanceOf(account), AT) }
      const [booked, pending] = [true, false].map((isBooked) =>
        rowsOf(account)
          .filter((row) => (row.postedAt !== null) === isBooked)
          .map((row) => berlin.movementJson(account, row)),
      )
      return { [cards ? "cardTransactions" : "transactions"]: { booked, pending } }
    }
    default:
      if (!account)
        return { Data: { Account: ACCOUNTS.map((each) => openBanking.accountJson(each, version)) } }
      return what === "balances"
        ? { Data: { Balance: openBanking.balancesJson(account, balanceOf(account), AT, version) } }
        : {
            Data: {
              Transaction: rowsOf(account).map((row) => openBanking.transactionJson(account, row, version)),
            },
          }
  }
}

async function read(dialect: Dialect) {
  const bank = bankRecord({ dialect, apiBase: BASE })
  const call: BankCall = {
    request: async (_, url) =>
      ok({
        status: 200,
        headers: new Headers(),
        text: JSON.stringify(answerOf(dialect, url.slice(BASE.length))),
      }),
  }
  const listed = await adapters[dialect].listAccounts(bank, call, signal)
  if (!listed.ok) throw new Error(JSON.stringify(listed.error))
  const accounts = listed.value.map(shownAccount).toSorted((a, b) => a.id.localeCompare(b.id))
  const balances = await adapters[dialect].getBalances(bank, call, accounts, signal)
  if (!balances.ok) throw new Error(JSON.stringify(balances.error))
  const transactions = await Promise.all(accounts.map((account) => all(dialect, bank, call, account)))
  return { accounts, balances: balances.value, transactions: transactions.flat() }
}

async function all(
  dialect: Dialect,
  bank: ReturnType<typeof bankRecord>,
  call: BankCall,
  account: Account,
): Promise<readonly Transaction[]> {
  const found: Transaction[] = []
  let cursor: string | undefined
  do {
    const page = await adapters[dialect].listTransactions(
      bank,
      call,
      account,
      { limit: 25, ...(cursor === undefined ? {} : { cursor }) },
      signal,
    )
    if (!page.ok) throw new Error(JSON.stringify(page.error))
    found.push(...page.value.transactions)
    cursor = page.value.next
  } while (cursor !== undefined)
  return found
}

const byId = (rows: readonly Transaction[]) => rows.toSorted((a, b) => a.id.localeCompare(b.id))

describe("the same accounts in every dialect", () => {
  test.each(DIALECTS.slice(1))("%s reads as FDX does", async (dialect) => {
    const [expected, found] = [await read("fdx-6"), await read(dialect)]
    expect(found.accounts).toEqual(expected.accounts)
    expect(found.balances).toEqual(
      dialect === "berlin-1.3"
        ? expected.balances
        : expected.balances.map((each) => ({ ...each, at: Math.floor(each.at / 1_000) * 1_000 })),
    )
    expect(found.transactions.length).toBe(expected.transactions.length)
    expect(expected.transactions.some(({ status }) => status === "pending")).toBe(true)
    const dated = (rows: readonly Transaction[]) =>
      dialect === "berlin-1.3"
        ? byId(rows).map((row) => ({ ...row, occurredAt: days.format(row.occurredAt), dayOnly: true }))
        : byId(rows)
    expect(dated(found.transactions)).toEqual(dated(expected.transactions))
  })

  test("there are accounts of every kind, and currencies of two, none and three decimals", async () => {
    const { accounts } = await read("berlin-1.3")
    expect(new Set(accounts.map(({ kind }) => kind))).toEqual(new Set(["checking", "savings", "card"]))
    expect(new Set(accounts.map(({ currency }) => currency))).toEqual(new Set(["EUR", "USD", "JPY", "KWD"]))
  })
})
