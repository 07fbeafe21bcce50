// FDX 6 in both directions: what is asked, and how answers, refusals and nonsense are judged.
import { describe, expect, it } from "vitest"
import { createFdx6 } from "../../../src/banks/adapters/fdx-6.ts"
import type { Account, BankAnswer, BankCall, BankRefusal } from "../../../src/banks/bank.ts"
import { err, ok, type Result } from "../../../src/foundation/result.ts"
import { bankRecord } from "../../support/bank.ts"

const NOW = Date.UTC(2026, 10, 22, 8, 15)
const BASE = "http://localhost:8788/bank/fdx/v6"
const signal = new AbortController().signal
const bank = bankRecord({ linkHosts: ["step-up.example"] })
const fdx6 = createFdx6(() => NOW)

const account = (id: string, changes: Partial<Account> = {}): Account => ({
  id,
  kind: "checking",
  label: "Everyday",
  last4: "4821",
  currency: "EUR",
  ...changes,
})

type Answer = Result<BankAnswer, BankRefusal>
const answer = (text: string, status = 200, headers: Record<string, string> = {}): Answer =>
  ok({ status, headers: new Headers(headers), text })

/** A bank that answers each URL as told, and remembers what it was asked. */
function standing(answers: Readonly<Record<string, Answer>>) {
  const asked: string[] = []
  let open = 0
  let openMax = 0
  const call: BankCall = {
    request: async (method, url) => {
      asked.push(`${method} ${url}`)
      open += 1
      openMax = Math.max(openMax, open)
      await new Promise((resolve) => setTimeout(resolve, 1))
      open -= 1
      return answers[url.replace(BASE, "")] ?? answer('{"code":701}', 404)
    },
  }
  return { call, asked, openMax: () => openMax }
}

const deposit = (id: string) =>
  answer(
    `{"accountId":"${id}","accountCategory":"DEPOSIT_ACCOUNT","currency":{"currencyCode":"EUR"},` +
      `"balanceAsOf":"2026-11-22T08:14:03Z","currentBalance":9007199254740.93,"availableBalance":1204.5}`,
  )

describe("getBalances()", () => {
  it("reads amounts exactly, available beside booked, as of the bank's own time", async () => {
    const { call, asked } = standing({ "/accounts/acc%2F1": deposit("acc/1") })
    expect(await fdx6.getBalances(bank, call, [account("acc/1")], signal)).toEqual(
      ok([
        {
          account: "acc/1",
          available: { minor: 120_450n, currency: "EUR" },
          booked: { minor: 900_719_925_474_093n, currency: "EUR" },
          at: Date.UTC(2026, 10, 22, 8, 14, 3),
        },
      ]),
    )
    expect(asked).toEqual([`GET ${BASE}/accounts/acc%2F1`])
  })

  it("takes a card's credit as available and what is owed as booked; without a time it is as of now", async () => {
    const { call } = standing({
      "/accounts/card": answer(
        '{"accountId":"card","accountCategory":"LOC_ACCOUNT","currentBalance":89.90,"availableCredit":2410.10,"creditLine":2500}',
      ),
    })
    expect(await fdx6.getBalances(bank, call, [account("card", { kind: "card" })], signal)).toMatchObject(
      ok([{ available: { minor: 241_010n }, booked: { minor: 8_990n, currency: "EUR" }, at: NOW }]),
    )
  })

  it("keeps the order of the accounts and asks two at once", async () => {
    const ids = ["a", "b", "c", "d", "e"]
    const { call, openMax } = standing(Object.fromEntries(ids.map((id) => [`/accounts/${id}`, deposit(id)])))
    const balances = await fdx6.getBalances(
      bank,
      call,
      ids.map((id) => account(id)),
      signal,
    )
    expect(balances.ok && balances.value.map((balance) => balance.account)).toEqual(ids)
    expect(openMax()).toBe(2)
  })

  it("leaves out an account the bank does not give, unless that is all of them", async () => {
    const { call } = standing({ "/accounts/a": deposit("a"), "/accounts/b": answer('{"code":706}', 403) })
    const some = await fdx6.getBalances(bank, call, [account("b"), account("a"), account("gone")], signal)
    expect(some.ok && some.value.map((balance) => balance.account)).toEqual(["a"])
    expect(await fdx6.getBalances(bank, call, [account("b")], signal)).toEqual(err({ reason: "forbidden" }))
    expect(await fdx6.getBalances(bank, call, [], signal)).toEqual(ok([]))
  })

  it.each([
    ["another account's figures", '{"accountId":"other","currentBalance":1}'],
    ["no figure at all", '{"accountId":"a"}'],
    ["more decimals than the currency", '{"accountId":"a","currentBalance":1.999}'],
    ["a figure that is none", '{"accountId":"a","currentBalance":true}'],
    ["a currency that is none", '{"accountId":"a","currency":{"currencyCode":"XYZ"},"currentBalance":1}'],
    ["no JSON", "<html>"],
    ["more than is read", `{"accountId":"a","currentBalance":1,"x":"${"x".repeat(1_000_000)}"}`],
  ])("takes %s as an unreadable answer", async (_, text) => {
    const { call } = standing({ "/accounts/a": answer(text) })
    expect(await fdx6.getBalances(bank, call, [account("a")], signal)).toEqual(
      err({ reason: "outage", outage: { reason: "malformed", retry: "later" } }),
    )
  })

  it("reads an amount that is text, or has an exponent", async () => {
    const { call } = standing({
      "/accounts/a": answer('{"accountId":"a","currentBalance":"12.50","availableBalance":1.25e1}'),
    })
    expect(await fdx6.getBalances(bank, call, [account("a")], signal)).toMatchObject(
      ok([{ booked: { minor: 1_250n }, available: { minor: 1_250n } }]),
    )
  })

  it.each([
    [
      "401",
      answer('{"code":602}', 401),
      { reason: "outage", outage: { reason: "refused", retry: "later", code: "401" } },
    ],
    ["403", answer('{"code":706}', 403), { reason: "forbidden" }],
    ["404", answer('{"code":701}', 404), { reason: "not_found" }],
    ["409 of a closed account", answer('{"code":705}', 409), { reason: "not_found" }],
    [
      "409 of anything else",
      answer("{}", 409),
      { reason: "outage", outage: { reason: "refused", retry: "never", code: "409" } },
    ],
    [
      "429",
      answer("", 429, { "retry-after": "7" }),
      { reason: "outage", outage: { reason: "throttled", retry: { afterMs: 7_000 }, code: "429" } },
    ],
    [
      "503",
      answer("", 503),
      { reason: "outage", outage: { reason: "unavailable", retry: "later", code: "503" } },
    ],
    [
      "503 with a year to wait",
      answer("", 503, { "retry-after": "999999" }),
      { reason: "outage", outage: { reason: "unavailable", retry: { afterMs: 3_600_000 }, code: "503" } },
    ],
    [
      "302",
      answer("", 302),
      { reason: "outage", outage: { reason: "refused", retry: "never", code: "302" } },
    ],
    [
      "a step-up",
      answer('{"type":"urn:bank:problem:step_up_required","url":"https://step-up.example/go"}', 409),
      { reason: "step_up_required", url: "https://step-up.example/go" },
    ],
    [
      "a step-up elsewhere",
      answer('{"type":"urn:bank:problem:step_up_required","url":"https://evil.example/go"}', 409),
      { reason: "step_up_required" },
    ],
    [
      "a step-up by challenge",
      answer("", 401, { "www-authenticate": 'DPoP error="insufficient_user_authentication"' }),
      { reason: "step_up_required" },
    ],
    ["an outage of the call itself", err({ reason: "link_ended" } as const), { reason: "link_ended" }],
  ])("judges %s", async (_, given, refusal) => {
    const { call } = standing({ "/accounts/a": given })
    expect(await fdx6.getBalances(bank, call, [account("a")], signal)).toEqual(err(refusal))
  })
})

const row = (id: string, changes = "") =>
  `{"transactionId":"${id}","transactionTimestamp":"2026-11-21T10:00:00Z","debitCreditMemo":"DEBIT","status":"POSTED","amount":12.34,"description":"CARD 1","payee":"ELECTRO MART"${changes}}`
const page = (rows: readonly string[], nextKey?: string) =>
  answer(
    `{"page":{"totalElements":99${nextKey ? `,"nextPageKey":"${nextKey}"` : ""}},"transactions":[${rows.join(",")}]}`,
  )

describe("listTransactions()", () => {
  it("asks for ten, reads them exactly, and follows the bank's page key", async () => {
    const { call, asked } = standing({
      "/accounts/a/transactions?limit=10": page(
        [row("t1"), row("t2", ',"debitCreditMemo":"CREDIT","status":"PENDING","payee":""')],
        "k&1",
      ),
      "/accounts/a/transactions?limit=10&pageKey=k%261": page([row("t3")]),
    })
    const first = await fdx6.listTransactions(bank, call, account("a"), { limit: 10 }, signal)
    expect(first).toMatchObject(
      ok({
        transactions: [
          {
            id: "t1",
            account: "a",
            amount: { minor: 1_234n, currency: "EUR" },
            direction: "out",
            status: "posted",
            occurredAt: Date.UTC(2026, 10, 21, 10),
            description: "ELECTRO MART",
          },
          { id: "t2", direction: "in", status: "pending", description: "CARD 1" },
        ],
      }),
    )
    const cursor = first.ok ? first.value.next : undefined
    expect(cursor).toBeDefined()
    const second = await fdx6.listTransactions(
      bank,
      call,
      account("a"),
      { limit: 10, cursor: cursor ?? "" },
      signal,
    )
    expect(second).toMatchObject(ok({ transactions: [{ id: "t3" }] }))
    expect(second.ok && second.value.next).toBeUndefined()
    expect(asked).toHaveLength(2)
  })

  it("shows every row once, in order, where a bank gives more rows than asked for", async () => {
    const ids = Array.from({ length: 25 }, (_, index) => `t${index}`)
    const { call } = standing({
      "/accounts/a/transactions?limit=10": page(
        ids.slice(0, 23).map((id) => row(id)),
        "k1",
      ),
      "/accounts/a/transactions?limit=10&pageKey=k1": page(ids.slice(23).map((id) => row(id))),
    })
    const seen: string[] = []
    let cursor: string | undefined
    for (let pages = 0; pages < 9; pages += 1) {
      const range = { limit: 10, ...(cursor === undefined ? {} : { cursor }) }
      const read = await fdx6.listTransactions(bank, call, account("a"), range, signal)
      if (!read.ok) throw new Error(read.error.reason)
      seen.push(...read.value.transactions.map((transaction) => transaction.id))
      cursor = read.value.next
      if (cursor === undefined) break
    }
    expect(seen).toEqual(ids)
  })

  it("ends at an empty page, whatever key it carries", async () => {
    const { call } = standing({ "/accounts/a/transactions?limit=10": page([], "again") })
    expect(await fdx6.listTransactions(bank, call, account("a"), { limit: 10 }, signal)).toEqual(
      ok({ transactions: [] }),
    )
  })

  it("counts an amount without its sign: the direction says which way", async () => {
    const { call } = standing({ "/accounts/a/transactions?limit=10": page([row("t1", ',"amount":-5')]) })
    expect(await fdx6.listTransactions(bank, call, account("a"), { limit: 10 }, signal)).toMatchObject(
      ok({ transactions: [{ amount: { minor: 500n }, direction: "out" }] }),
    )
  })

  it.each([
    ["an amount finer than the currency", ',"amount":1.999'],
    ["a time that is none", ',"transactionTimestamp":"yesterday"'],
    ["a status nobody knows", ',"status":"MAYBE"'],
    ["no id", ',"transactionId":""'],
  ])("fails the page for a row with %s: a gap would not be seen", async (_, changes) => {
    const { call } = standing({ "/accounts/a/transactions?limit=10": page([row("t1"), row("t2", changes)]) })
    const read = await fdx6.listTransactions(bank, call, account("a"), { limit: 10 }, signal)
    expect(read).toMatchObject({ ok: false, error: { reason: "outage", outage: { reason: "malformed" } } })
  })

  it("takes 500 rows and refuses 501", async () => {
    const rows = Array.from({ length: 501 }, (_, index) => row(`t${index}`))
    const read = (given: readonly string[]) =>
      fdx6.listTransactions(
        bank,
        standing({ "/accounts/a/transactions?limit=10": page(given) }).call,
        account("a"),
        { limit: 10 },
        signal,
      )
    expect((await read(rows.slice(1))).ok).toBe(true)
    expect((await read(rows)).ok).toBe(false)
  })
})
