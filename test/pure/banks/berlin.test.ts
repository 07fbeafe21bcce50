// Berlin Group in both directions: what is asked, how answers, refusals and nonsense are judged, and the consent resource.
import { describe, expect, test } from "vitest"
import { createBerlin } from "../../../src/banks/adapters/berlin.ts"
import { BERLIN_CONSENT } from "../../../src/banks/adapters/berlin-consent.ts"
import type { Account } from "../../../src/banks/bank.ts"
import { ok } from "../../../src/foundation/result.ts"
import { bankRecord } from "../../support/bank.ts"
import { bankThatAnswers, wire } from "../../support/answering-bank.ts"

const NOW = Date.UTC(2026, 10, 22, 8, 15)
const BASE = "https://bank.example/berlin/v1"
const UUID = /^[0-9a-f-]{36}$/
const signal = new AbortController().signal
const bank = bankRecord({ dialect: "berlin-1.3", profile: "berlin", apiBase: BASE, looksADay: 4 })
const adapter = createBerlin(() => NOW)
const account: Account = { id: "3dc3", kind: "checking", label: "Main", last4: "4821", currency: "EUR" }
const FIRST = "/accounts/3dc3/transactions?bookingStatus=both&dateFrom=2026-08-24"

const balanceRow = (changes: object = {}) => ({
  balanceAmount: { currency: "EUR", amount: "500.00" },
  balanceType: "interimAvailable",
  lastChangeDateTime: "2026-11-22T08:14:03Z",
  ...changes,
})
const movement = (changes: object = {}) => ({
  transactionId: "t1",
  bookingDate: "2026-11-20",
  valueDate: "2026-11-19",
  transactionAmount: { currency: "EUR", amount: "-256.67" },
  creditorName: "John Miles",
  ...changes,
})
const report = (booked: readonly object[], pending: readonly object[] = [], next?: string) =>
  wire({ transactions: { booked, pending, _links: next === undefined ? {} : { next: { href: next } } } })
const refused = (status: number, code: string) => wire({ tppMessages: [{ category: "ERROR", code }] }, status)

const balanceOf = (rows: readonly object[], of: Account = account) => {
  const collection = of.kind === "card" ? "card-accounts" : "accounts"
  const { call } = bankThatAnswers(BASE, { [`/${collection}/3dc3/balances`]: wire({ balances: rows }) })
  return adapter.getBalances(bank, call, [of], signal)
}
const page = (answer: ReturnType<typeof wire>, of = bank) =>
  adapter.listTransactions(
    of,
    bankThatAnswers(BASE, { [FIRST]: answer }).call,
    account,
    { limit: 10 },
    signal,
  )

describe("every call", () => {
  test("names its request anew and its consent", async () => {
    const { call, asked } = bankThatAnswers(BASE, { [FIRST]: report([]) }, "cns-1")
    await adapter.listTransactions(bank, call, account, { limit: 10 }, signal)
    await adapter.listTransactions(bank, call, account, { limit: 10 }, signal)
    const ids = asked.map(({ headers }) => headers["x-request-id"] ?? "")
    for (const id of ids) expect(id).toMatch(UUID)
    expect(new Set(ids).size).toBe(2)
    expect(asked.map(({ headers }) => headers["consent-id"])).toEqual(["cns-1", "cns-1"])
    expect(asked.every(({ headers }) => !("psu-ip-address" in headers))).toBe(true)
  })
})

describe("getBalances()", () => {
  test("reads the sign from the text; expected where nothing interim is given, closing the same", async () => {
    const rows = [
      balanceRow({ balanceType: "closingBooked", balanceAmount: { currency: "EUR", amount: "-1.5" } }),
      balanceRow({ balanceType: "expected" }),
    ]
    expect(await balanceOf(rows)).toEqual(
      ok([
        {
          account: "3dc3",
          available: { minor: 50_000n, currency: "EUR" },
          booked: { minor: -150n, currency: "EUR" },
          at: Date.UTC(2026, 10, 22, 8, 14, 3),
        },
      ]),
    )
  })

  test("a card's account stands elsewhere, and what it owes is a positive figure here", async () => {
    const row = balanceRow({
      balanceType: "interimBooked",
      balanceAmount: { currency: "EUR", amount: "-312.40" },
    })
    expect(await balanceOf([row], { ...account, kind: "card" })).toMatchObject({
      value: [{ booked: { minor: 31_240n } }],
    })
  })

  test.each([
    [
      "an amount finer than the currency",
      balanceRow({ balanceAmount: { currency: "EUR", amount: "1.001" } }),
    ],
    ["a number", balanceRow({ balanceAmount: { currency: "EUR", amount: 1 } })],
    ["a kind that is neither", balanceRow({ balanceType: "nonInvoiced" })],
  ])("%s is unreadable", async (_, row) => {
    expect(await balanceOf([row])).toMatchObject({ error: { reason: "outage" } })
  })
})

describe("listTransactions()", () => {
  test("reads a row: direction by sign, whose name it is by direction, the day's noon", async () => {
    const paid = movement({ transactionId: "in", transactionAmount: { currency: "EUR", amount: "3.00" } })
    const read = await page(report([movement(), { ...paid, creditorName: undefined, debtorName: "Payroll" }]))
    expect(read).toEqual(
      ok({
        transactions: [
          {
            id: "t1",
            account: "3dc3",
            amount: { minor: 25_667n, currency: "EUR" },
            direction: "out",
            status: "posted",
            occurredAt: Date.UTC(2026, 10, 19, 12),
            dayOnly: true,
            description: "John Miles",
          },
          expect.objectContaining({ id: "in", direction: "in", description: "Payroll" }),
        ],
      }),
    )
  })

  test("a payment without its minus is one where the bank's record says so, and only then", async () => {
    const row = movement({ transactionAmount: { currency: "EUR", amount: "256.67" } })
    const direction = async (unsignedPayments: boolean) => {
      const read = await page(report([row]), { ...bank, unsignedPayments })
      return read.ok ? read.value.transactions[0]?.direction : undefined
    }
    expect(await direction(true)).toBe("out")
    expect(await direction(false)).toBe("in")
  })

  test("what is pending comes before what is booked on its day; a row without an id gets one", async () => {
    const read = await page(
      report([movement()], [movement({ transactionId: undefined, bookingDate: undefined })]),
    )
    expect(read.ok && read.value.transactions.map(({ status }) => status)).toEqual(["pending", "posted"])
    expect(read.ok && read.value.transactions[0]?.id).toMatch(/^fp_/)
  })

  test.each([
    ["from the host", "/berlin/v1/accounts/3dc3/transactions?page=2"],
    ["from the version", "/v1/accounts/3dc3/transactions?page=2"],
    ["whole", `${BASE}/accounts/3dc3/transactions?page=2`],
  ])("follows a next page given %s", async (_, href) => {
    const { call } = bankThatAnswers(BASE, {
      [FIRST]: report([movement()], [], href),
      "/accounts/3dc3/transactions?page=2": report([movement({ transactionId: "t2" })]),
    })
    const first = await adapter.listTransactions(bank, call, account, { limit: 10 }, signal)
    const cursor = first.ok ? (first.value.next ?? "") : ""
    const second = await adapter.listTransactions(bank, call, account, { limit: 10, cursor }, signal)
    expect(second.ok && second.value.transactions.map(({ id }) => id)).toEqual(["t2"])
  })

  test.each(["https://evil.example/v1/x", "//evil.example/v1/x", "/v2/../../x"])(
    "does not follow %s",
    async (href) => {
      const read = await page(report([movement()], [], href))
      expect(read.ok && read.value.next).toBeUndefined()
    },
  )
})

describe("refusals", () => {
  test.each([
    [401, "CONSENT_EXPIRED", { reason: "link_ended" }],
    [403, "CONSENT_UNKNOWN", { reason: "link_ended" }],
    [429, "ACCESS_EXCEEDED", { reason: "quota_spent" }],
    [404, "RESOURCE_UNKNOWN", { reason: "not_found" }],
    [403, "SERVICE_BLOCKED", { reason: "forbidden" }],
    [429, "anything", { reason: "outage", outage: { reason: "throttled" } }],
    [401, "TOKEN_INVALID", { reason: "outage", outage: { reason: "refused", retry: "later" } }],
  ])("%i with %s", async (status, code, error) => {
    expect(await page(refused(status, code))).toMatchObject({ ok: false, error })
  })

  test.each([
    ["valid", "forbidden"],
    ["revokedByPsu", "link_ended"],
    ["expired", "link_ended"],
  ])("CONSENT_INVALID of a consent that is %s is %s", async (status, reason) => {
    const { call } = bankThatAnswers(
      BASE,
      {
        [FIRST]: refused(401, "CONSENT_INVALID"),
        "/consents/cns-1/status": wire({ consentStatus: status }),
      },
      "cns-1",
    )
    expect(await adapter.listTransactions(bank, call, account, { limit: 10 }, signal)).toMatchObject({
      error: { reason },
    })
  })

  test("a problem document's own code is read as well", async () => {
    expect(await page(wire({ type: "x", code: "CONSENT_EXPIRED" }, 401))).toMatchObject({
      error: { reason: "link_ended" },
    })
  })
})

describe("listAccounts()", () => {
  const details = { resourceId: "1", iban: "DE40100100103307118608", currency: "EUR", name: "Main" }

  test("accounts, then card accounts where the bank has them", async () => {
    const { call } = bankThatAnswers(BASE, {
      "/accounts": wire({
        accounts: [
          { ...details, cashAccountType: "CACC" },
          { ...details, resourceId: "2", status: "deleted" },
        ],
      }),
      "/card-accounts": wire({
        cardAccounts: [{ ...details, resourceId: "3", iban: undefined, maskedPan: "525412******3241" }],
      }),
    })
    expect(await adapter.listAccounts(bank, call, signal)).toEqual(
      ok([
        { id: "1", kind: "checking", label: "Main", last4: "8608", currency: "EUR" },
        { id: "3", kind: "card", label: "Main", last4: "3241", currency: "EUR" },
      ]),
    )
  })

  test.each([404, 403, 405, 501])("a bank without card accounts (%i) has none", async (status) => {
    const { call } = bankThatAnswers(BASE, {
      "/accounts": wire({ accounts: [details] }),
      "/card-accounts": wire({}, status),
    })
    expect(await adapter.listAccounts(bank, call, signal)).toMatchObject({ ok: true })
  })

  test("a bank that fails over its card accounts fails the list: they would be missing for good", async () => {
    const { call } = bankThatAnswers(BASE, {
      "/accounts": wire({ accounts: [details] }),
      "/card-accounts": wire({}, 503),
    })
    expect(await adapter.listAccounts(bank, call, signal)).toMatchObject({ ok: false })
  })
})

describe("the consent resource", () => {
  test("offers the customer the choice of accounts, as often a day as agreed, until the given day", async () => {
    const { call, asked } = bankThatAnswers(BASE, {
      "/consents": wire({ consentId: "cns-1", consentStatus: "received" }, 201),
    })
    expect(await BERLIN_CONSENT.create(bank, call, Date.UTC(2027, 4, 20, 9), signal)).toEqual(ok("cns-1"))
    expect(asked[0]).toMatchObject({
      method: "POST",
      body: {
        access: { accounts: [], balances: [], transactions: [] },
        recurringIndicator: true,
        validUntil: "2027-05-20",
        frequencyPerDay: 4,
        combinedServiceIndicator: false,
      },
    })
    expect(asked[0]?.headers["x-request-id"]).toMatch(UUID)
  })

  test.each([
    ["valid", true],
    ["received", false],
    ["rejected", false],
    ["partiallyAuthorised", false],
    ["revokedByPsu", false],
    ["expired", false],
    ["terminatedByTpp", false],
  ])("%s stands: %s", async (status, stands) => {
    const { call } = bankThatAnswers(BASE, { "/consents/cns-1/status": wire({ consentStatus: status }) })
    expect(await BERLIN_CONSENT.stands(bank, call, "cns-1", signal)).toEqual(ok({ stands }))
  })

  const IBAN = { iban: "FI2112345600000785" }
  test.each([
    [{ accounts: [IBAN], balances: [IBAN], transactions: [IBAN] }, ["balances", "transactions"]],
    [{ accounts: [IBAN], balances: [IBAN], transactions: [] }, ["balances"]],
    [{ accounts: [IBAN] }, []],
    [{ accounts: [], balances: [], transactions: [] }, undefined],
    [undefined, undefined],
  ])("of an access %j the customer allowed %j", async (access, reads) => {
    const { call } = bankThatAnswers(BASE, {
      "/consents/cns-1/status": wire({ consentStatus: "valid" }),
      "/consents/cns-1": wire({ consentStatus: "valid", access }),
    })
    expect(await BERLIN_CONSENT.stands(bank, call, "cns-1", signal)).toEqual(
      ok({ stands: true, ...(reads ? { reads } : {}) }),
    )
  })

  test.each([
    [204, "", true],
    [403, "CONSENT_UNKNOWN", true],
    [401, "CONSENT_EXPIRED", true],
    [403, "SERVICE_BLOCKED", false],
    [401, "TOKEN_INVALID", false],
    [503, "", false],
  ])("a deletion answered %i %s is done: %s", async (status, code, done) => {
    const { call } = bankThatAnswers(BASE, {
      "/consents/cns-1": status === 204 ? wire({}, 204) : refused(status, code),
    })
    expect((await BERLIN_CONSENT.remove(bank, call, "cns-1", signal)).ok).toBe(done)
  })
})
