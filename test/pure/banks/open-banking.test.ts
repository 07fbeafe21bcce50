// UK Open Banking in both directions: what is asked, how both versions' answers, refusals and nonsense are judged, and the consent resource.
import { describe, expect, test } from "vitest"
import { createOpenBanking } from "../../../src/banks/adapters/open-banking.ts"
import { OPEN_BANKING_CONSENT } from "../../../src/banks/adapters/open-banking-consent.ts"
import type { Account } from "../../../src/banks/bank.ts"
import { ok } from "../../../src/foundation/result.ts"
import { bankRecord } from "../../support/bank.ts"
import { bankThatAnswers, wire } from "../../support/answering-bank.ts"

const NOW = Date.UTC(2026, 10, 22, 8, 15)
const BASE = "https://bank.example/open-banking/v4.0/aisp"
const signal = new AbortController().signal
const bank = bankRecord({ dialect: "open-banking-4.0", profile: "uk-open-banking", apiBase: BASE })
const adapter = createOpenBanking(() => NOW)
const account: Account = { id: "22289", kind: "checking", label: "Bills", last4: "1122", currency: "GBP" }

const balanceRow = (changes: object = {}) => ({
  AccountId: "22289",
  CreditDebitIndicator: "Credit",
  Type: "ITAV",
  DateTime: "2026-11-22T08:14:03+00:00",
  Amount: { Amount: "1230.00", Currency: "GBP" },
  ...changes,
})
const balances = (...rows: readonly object[]) => wire({ Data: { Balance: rows } })
const movement = (changes: object = {}) => ({
  AccountId: "22289",
  TransactionId: "123",
  CreditDebitIndicator: "Debit",
  Status: "BOOK",
  BookingDateTime: "2026-11-20T10:00:00Z",
  ValueDateTime: "2026-11-19T09:30:00Z",
  Amount: { Amount: "10.00", Currency: "GBP" },
  TransactionInformation: "Cash from Aubrey",
  ...changes,
})
const movements = (rows: readonly object[], next?: string) =>
  wire({ Data: { Transaction: rows }, Links: next === undefined ? {} : { Next: next } })
const refused = (status: number, code: string) => wire({ Errors: [{ ErrorCode: code }] }, status)

async function balanceOf(answer: ReturnType<typeof wire>, of: Account = account) {
  const { call } = bankThatAnswers(BASE, { [`/accounts/${of.id}/balances`]: answer })
  return adapter.getBalances(bank, call, [of], signal)
}

async function page(
  answer: ReturnType<typeof wire>,
  range: { limit: number; cursor?: string } = { limit: 10 },
) {
  const { call } = bankThatAnswers(BASE, { "/accounts/22289/transactions": answer })
  return adapter.listTransactions(bank, call, account, range, signal)
}

describe("getBalances()", () => {
  test.each([
    ["4.0", "ITAV", "ITBD"],
    ["3.1", "InterimAvailable", "InterimBooked"],
  ])("reads available and booked of %s by their indicator", async (_, available, booked) => {
    const debit = { CreditDebitIndicator: "Debit", Amount: { Amount: "0.99", Currency: "GBP" } }
    expect(
      await balanceOf(balances(balanceRow({ Type: available }), balanceRow({ Type: booked, ...debit }))),
    ).toEqual(
      ok([
        {
          account: "22289",
          available: { minor: 123_000n, currency: "GBP" },
          booked: { minor: -99n, currency: "GBP" },
          at: Date.UTC(2026, 10, 22, 8, 14, 3),
        },
      ]),
    )
  })

  test("takes interim before closing, and the newest of one kind", async () => {
    const rows = [
      balanceRow({ Type: "CLAV", Amount: { Amount: "1", Currency: "GBP" } }),
      balanceRow({ Amount: { Amount: "2", Currency: "GBP" }, DateTime: "2026-11-21T08:00:00Z" }),
      balanceRow({ Amount: { Amount: "3", Currency: "GBP" } }),
    ]
    expect(await balanceOf(balances(...rows))).toMatchObject({ value: [{ available: { minor: 300n } }] })
  })

  test("what a card owes, a debit there, is a positive figure here", async () => {
    const card = { ...account, kind: "card" as const }
    const row = balanceRow({ Type: "ITBD", CreditDebitIndicator: "Debit" })
    expect(await balanceOf(balances(row), card)).toMatchObject({ value: [{ booked: { minor: 123_000n } }] })
  })

  test("an object in the place of a list is read as a list of one", async () => {
    expect(await balanceOf(wire({ Data: { Balance: balanceRow() } }))).toMatchObject({ ok: true })
  })

  test.each([
    ["another account's figure", balanceRow({ AccountId: "999" })],
    ["more decimals than the currency has", balanceRow({ Amount: { Amount: "1.00001", Currency: "GBP" } })],
    ["a sign in the amount", balanceRow({ Amount: { Amount: "-1.00", Currency: "GBP" } })],
    ["no indicator", balanceRow({ CreditDebitIndicator: undefined })],
    ["a currency that is none", balanceRow({ Amount: { Amount: "1.00", Currency: "XXX" } })],
    ["a kind that is neither", balanceRow({ Type: "PRCD" })],
  ])("%s is unreadable", async (_, row) => {
    expect(await balanceOf(balances(row))).toMatchObject({
      error: { reason: "outage", outage: { reason: "malformed" } },
    })
  })
})

describe("listTransactions()", () => {
  test("reads a row: direction, status, the day it took effect, the merchant before the words", async () => {
    const merchant = { MerchantDetails: { MerchantName: "ELECTRO MART" } }
    expect(await page(movements([movement(merchant)]))).toEqual(
      ok({
        transactions: [
          {
            id: "123",
            account: "22289",
            amount: { minor: 1_000n, currency: "GBP" },
            direction: "out",
            status: "posted",
            occurredAt: Date.UTC(2026, 10, 19, 9, 30),
            description: "ELECTRO MART",
          },
        ],
      }),
    )
  })

  test.each([
    ["BOOK", "posted"],
    ["Booked", "posted"],
    ["PDNG", "pending"],
    ["Pending", "pending"],
    ["FUTR", "pending"],
    ["RJCT", undefined],
    ["INFO", undefined],
  ])("status %s is %s", async (status, ours) => {
    const read = await page(movements([movement({ Status: status })]))
    expect(read.ok && read.value.transactions[0]?.status).toBe(ours)
  })

  test("rows without an id get one from what they say, each its own, the same the next time", async () => {
    const rows = [movement({ TransactionId: undefined }), movement({ TransactionId: undefined })]
    const [first, second] = [await page(movements(rows)), await page(movements(rows))]
    expect(first).toEqual(second)
    const ids = first.ok ? first.value.transactions.map(({ id }) => id) : []
    expect(new Set(ids).size).toBe(2)
    for (const id of ids) expect(id).toMatch(/^fp_/)
  })

  test("newest first whatever the order there, cut to what was asked for, then on the bank's next page", async () => {
    const rows = ["18", "20", "19"].map((day) =>
      movement({ TransactionId: day, ValueDateTime: `2026-11-${day}T00:00:00Z` }),
    )
    const { call, asked } = bankThatAnswers(BASE, {
      "/accounts/22289/transactions": movements(rows, `${BASE}/accounts/22289/transactions?page=2`),
      "/accounts/22289/transactions?page=2": movements([movement({ TransactionId: "17" })]),
    })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const range = { limit: 2, ...(cursor === undefined ? {} : { cursor }) }
      const read = await adapter.listTransactions(bank, call, account, range, signal)
      if (!read.ok) throw new Error(read.error.reason)
      seen.push(...read.value.transactions.map(({ id }) => id))
      cursor = read.value.next
    } while (cursor !== undefined)
    expect(seen).toEqual(["20", "19", "18", "17"])
    expect(asked.map(({ path }) => path)).toEqual([
      "/accounts/22289/transactions",
      "/accounts/22289/transactions",
      "/accounts/22289/transactions?page=2",
    ])
  })

  test.each([
    "https://evil.example/accounts/22289/transactions?page=2",
    "https://bank.example.evil.example/open-banking/v4.0/aisp/x",
    `${BASE}/../../../elsewhere`,
    `${BASE}x/accounts`,
    "not a url",
    `${BASE}/${"x".repeat(1_000)}`,
  ])("a next page that is not the bank's (%#) is not followed", async (next) => {
    const read = await page(movements([movement()], next))
    expect(read.ok && read.value.next).toBeUndefined()
  })

  test.each([
    ["another account's row", movement({ AccountId: "999" })],
    ["a status nobody knows", movement({ Status: "DONE" })],
    ["an amount finer than the currency", movement({ Amount: { Amount: "0.001", Currency: "GBP" } })],
    ["no time", movement({ ValueDateTime: null, BookingDateTime: "soon" })],
  ])("%s fails the page", async (_, row) => {
    expect(await page(movements([movement(), row]))).toMatchObject({ error: { reason: "outage" } })
  })
})

describe("refusals", () => {
  test.each([
    [403, "UK.OBIE.Reauthenticate", { reason: "link_ended" }],
    [401, "U028", { reason: "link_ended" }],
    [400, "UK.OBIE.Resource.InvalidConsentStatus", { reason: "link_ended" }],
    [400, "UK.OBIE.Resource.NotFound", { reason: "not_found" }],
    [403, "UK.OBIE.Resource.ConsentMismatch", { reason: "forbidden" }],
    [403, "anything", { reason: "forbidden" }],
    [429, "anything", { reason: "outage", outage: { reason: "throttled" } }],
    [503, "anything", { reason: "outage", outage: { reason: "unavailable" } }],
    [401, "anything", { reason: "outage", outage: { reason: "refused", retry: "later" } }],
  ])("%i with %s", async (status, code, error) => {
    expect(await page(refused(status, code))).toMatchObject({ ok: false, error })
  })
})

describe("listAccounts()", () => {
  test("reads both versions' kinds and leaves out what is deleted", async () => {
    const row = (changes: object) => ({ AccountId: "a", Currency: "GBP", Nickname: "Bills", ...changes })
    const { call } = bankThatAnswers(BASE, {
      "/accounts": wire({
        Data: {
          Account: [
            row({ AccountId: "1", AccountTypeCode: "CACC", Account: [{ Identification: "80200110203345" }] }),
            row({ AccountId: "2", AccountSubType: "CreditCard", Nickname: undefined, Description: "Gold" }),
            row({ AccountId: "3", Status: "Deleted" }),
          ],
        },
      }),
    })
    expect(await adapter.listAccounts(bank, call, signal)).toEqual(
      ok([
        { id: "1", kind: "checking", label: "Bills", last4: "80200110203345", currency: "GBP" },
        { id: "2", kind: "card", label: "Gold", last4: "", currency: "GBP" },
      ]),
    )
  })
})

describe("the consent resource", () => {
  test("asks for the least that balances and payments need, until the given end", async () => {
    const { call, asked } = bankThatAnswers(BASE, {
      "/account-access-consents": wire({ Data: { ConsentId: "aac-1", Status: "AWAU" } }, 201),
    })
    const until = Date.UTC(2027, 4, 20)
    expect(await OPEN_BANKING_CONSENT.create(bank, call, until, signal)).toEqual(ok("aac-1"))
    expect(asked[0]).toMatchObject({
      method: "POST",
      body: {
        Data: {
          Permissions: [
            "ReadAccountsDetail",
            "ReadBalances",
            "ReadTransactionsDetail",
            "ReadTransactionsCredits",
            "ReadTransactionsDebits",
          ],
          ExpirationDateTime: "2027-05-20T00:00:00+00:00",
        },
        Risk: {},
      },
    })
  })

  test.each([
    ["AUTH", true],
    ["Authorised", true],
    ["AWAU", false],
    ["RJCT", false],
    ["CANC", false],
    ["EXPD", false],
    ["Revoked", false],
  ])("%s stands: %s", async (status, stands) => {
    const { call } = bankThatAnswers(BASE, {
      "/account-access-consents/aac-1": wire({ Data: { ConsentId: "aac-1", Status: status } }),
    })
    expect(await OPEN_BANKING_CONSENT.stands(bank, call, "aac-1", signal)).toEqual(ok({ stands }))
  })

  test.each([
    [["ReadAccountsDetail", "ReadBalances"], ["balances"]],
    [["ReadTransactionsBasic", "ReadTransactionsDebits"], ["transactions"]],
    [["ReadTransactionsDetail"], []],
  ])("of permissions %j the customer allowed %j", async (permissions, reads) => {
    const { call } = bankThatAnswers(BASE, {
      "/account-access-consents/aac-1": wire({
        Data: { ConsentId: "aac-1", Status: "AUTH", Permissions: permissions },
      }),
    })
    expect(await OPEN_BANKING_CONSENT.stands(bank, call, "aac-1", signal)).toEqual(
      ok({ stands: true, reads }),
    )
  })

  test.each([
    [204, true],
    [400, true],
    [404, true],
    [403, false],
    [401, false],
    [429, false],
    [503, false],
  ])("a deletion answered %i is done: %s", async (status, done) => {
    const { call } = bankThatAnswers(BASE, { "/account-access-consents/aac-1": wire({}, status) })
    expect((await OPEN_BANKING_CONSENT.remove(bank, call, "aac-1", signal)).ok).toBe(done)
  })

  test("an id that could lead elsewhere is not taken", async () => {
    const { call } = bankThatAnswers(BASE, {
      "/account-access-consents": wire({ Data: { ConsentId: "../x y", Status: "AWAU" } }, 201),
    })
    expect(await OPEN_BANKING_CONSENT.create(bank, call, NOW, signal)).toMatchObject({ ok: false })
  })
})
