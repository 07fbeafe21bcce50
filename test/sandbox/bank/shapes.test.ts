// Shapes that leave the bank: FDX JSON, events, the consented detail. Exact amounts, four digits, lawful enums.

import { describe, expect, it } from "vitest"
import * as berlin from "../../../sandbox/bank/berlin/shapes.ts"
import * as openBanking from "../../../sandbox/bank/open-banking/shapes.ts"
import { balanceData, paymentData } from "../../../sandbox/bank/events/wire.ts"
import {
  accountWithBalance,
  descriptorOf,
  pageKeyOf,
  placeOf,
  transactionJson,
} from "../../../sandbox/bank/fdx/shapes.ts"
import { consentedAccount, faultOfDetail } from "../../../sandbox/bank/oidc/details.ts"
import { ACCOUNTS } from "../../../sandbox/bank/seed/customers.ts"
import { seedTransactions } from "../../../sandbox/bank/seed/transactions.ts"

const NOW = Date.UTC(2026, 10, 22, 9, 30)
const checking = ACCOUNTS[0]!
const card = ACCOUNTS.find((account) => account.kind === "card")!
const yen = ACCOUNTS.find((account) => account.currency === "JPY")!
const FDX = "http://localhost:8788/bank/fdx/v6"

const balance = (bookedMinor: bigint, availableMinor: bigint) => ({
  accountId: "",
  bookedMinor,
  availableMinor,
  sequence: 7,
  changedAt: NOW,
})

describe("no shape", () => {
  it("holds an account number", () => {
    for (const account of ACCOUNTS) {
      const rows = seedTransactions(account, NOW).slice(-30)
      const text = JSON.stringify([
        descriptorOf(account),
        accountWithBalance(account, balance(1n, 1n), NOW),
        rows.map((row) => [transactionJson(account, row), paymentData(account, row)]),
        consentedAccount(account),
        openBanking.accountJson(account, "v4.0"),
        openBanking.balancesJson(account, balance(1n, 1n), NOW, "v4.0"),
        rows.map((row) => openBanking.transactionJson(account, row, "v3.1")),
        berlin.accountJson(account),
        berlin.balancesJson(account, balance(1n, 1n), NOW),
        rows.map((row) => berlin.movementJson(account, row)),
      ])
      expect(text).not.toContain(account.number)
      expect(text).toContain(account.last4)
    }
  })
})

describe("accountWithBalance()", () => {
  it("writes amounts as exact JSON numbers", () => {
    expect(JSON.stringify(accountWithBalance(checking, balance(125_450n, 120_450n), NOW))).toContain(
      `"currentBalance":1254.50,"availableBalance":1204.50`,
    )
    expect(JSON.stringify(accountWithBalance(yen, balance(483_250n, 483_250n), NOW))).toContain(
      `"availableBalance":483250}`,
    )
  })

  it("says what a card owes as a positive number, beside the credit that is left", () => {
    expect(JSON.stringify(accountWithBalance(card, balance(-31_240n, 218_760n), NOW))).toContain(
      `"currentBalance":312.40,"availableCredit":2187.60,"creditLine":2500.00`,
    )
  })
})

describe("transactionJson()", () => {
  it("gives an absolute amount with its direction, and a posting time only when posted", () => {
    for (const row of seedTransactions(checking, NOW)) {
      const json = transactionJson(checking, row)
      expect(json.debitCreditMemo).toBe(row.minor < 0n ? "DEBIT" : "CREDIT")
      expect(JSON.stringify(json.amount)).not.toContain("-")
      expect(json.status === "POSTED").toBe("postedTimestamp" in json)
      expect(json.description.length).toBeGreaterThan(0)
    }
  })

  it("shows what was asked abroad, with its currency", () => {
    const abroad = seedTransactions(card, NOW).find((row) => row.foreign !== null)!
    expect(transactionJson(card, abroad)).toMatchObject({ foreignCurrency: "CHF" })
  })
})

describe("placeOf()", () => {
  it("reads the keys the bank made and no others", () => {
    const place = { occurredAt: NOW, id: "txn_abcDEF123" }
    expect(placeOf(pageKeyOf(place))).toEqual(place)
    for (const wrong of ["", "zzz", btoa("1 acc_x"), btoa("x txn_1"), btoa(`${NOW} txn_1 more`)])
      expect(placeOf(wrong)).toBeUndefined()
  })
})

describe("events", () => {
  it("give balances as decimal text with their sequence; a card's booked is what is owed", () => {
    expect(balanceData(card, balance(-31_240n, 218_760n), NOW)).toEqual({
      account: card.id,
      balances: [
        { type: "available", amount: { value: "2187.60", currency: "EUR" }, at: "2026-11-22T09:30:00.000Z" },
        { type: "booked", amount: { value: "312.40", currency: "EUR" }, at: "2026-11-22T09:30:00.000Z" },
      ],
      sequence: 7,
    })
  })
})

describe("faultOfDetail()", () => {
  const detail = {
    type: "account_information",
    actions: ["list_accounts", "read_balances"],
    locations: [FDX],
  }

  it("takes what a client may ask, with locations or without", () => {
    expect(faultOfDetail(detail, FDX)).toBeUndefined()
    expect(faultOfDetail({ type: detail.type, actions: detail.actions }, FDX)).toBeUndefined()
  })

  it.each([
    ["an unknown member", { ...detail, recurringIndicator: true }],
    ["an unknown action", { ...detail, actions: ["pay"] }],
    ["no action", { ...detail, actions: [] }],
    ["another bank's address", { ...detail, locations: ["https://bank.invalid"] }],
  ])("refuses %s", (_what, wrong) => {
    expect(faultOfDetail(wrong, FDX)).toBeTypeOf("string")
  })
})
