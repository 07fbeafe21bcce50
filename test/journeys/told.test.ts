// What a bank's events become for a person: a payment, a balance, a fraud question whose answer reaches the bank; and what is
// not told: to strangers, without the purpose, after "stop", and outside the platform's window unless a template carries it.
// Ends a day later than it began.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import {
  accountOf,
  control,
  customerOf,
  inWords,
  passTime,
  readThread,
  tellOf,
  timeOf,
  wordsOf,
} from "./control.ts"
import { here } from "./house.ts"
import { hears, link, meet, type Someone } from "./phone.ts"

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
/** Ben's credit card: the answer to a fraud question freezes it, and no other journey pays with it. */
const CARD = { ref: "crd_Wq4Zn8kB1y", last4: "1176", brand: "mastercard" }

describe("being told", () => {
  const sandbox = here("sandbox")
  let browser: Browser
  let ben: Someone
  /** Linked to the same customer, with fraud alerts only. */
  let other: Someone

  beforeAll(async () => {
    browser = await launch()
    ben = await meet(browser, sandbox, "Ben Told-Example")
    other = await meet(browser, sandbox, "Bella Other-Example")
    await link(ben, "ben", ["balance_updates", "transaction_alerts", "fraud_alerts"])
    await link(other, "ben", ["fraud_alerts"])
  })

  afterAll(() => browser?.close())

  test("a payment, as the bank has it, to whoever switched it on; the balance that comes with it is no news", async () => {
    const { id } = await accountOf(sandbox, "ben")
    await control(sandbox, "/control/bank/payments", {
      account: id,
      amount: "1204.50",
      direction: "credit",
      merchant: "Told Payroll Services",
    })
    await ben.reads("Checking ••3307: received 1,204.50 USD, Told Payroll Services, today")
    await suspect("F-TOLD0001", "77.41")
    await ben.reads(/77\.41 USD/)
    await other.reads(/77\.41 USD/)
    expect(await other.count(/Told Payroll|available, as of/)).toBe(0)
    expect(await ben.count(/available, as of/)).toBe(0)
  })

  test("[No, not me]: the bank has the answer before the chat says so; a Yes after it takes nothing back", async () => {
    await suspect("F-TOLD0002", "249.99", CARD)
    await ben.reads(
      /Fraud check from Harbourline Bank: 249\.99 USD at ELECTRO MART, today .*, card ••1176\. .*Was this you\?/,
    )
    await hears(ben, /Harbourline Bank has your report from/, () => ben.tap("No, not me"))
    expect(await answerOf("F-TOLD0002")).toBe("deny")
    const { accounts } = await customerOf(sandbox, "ben")
    expect(accounts.find(({ name }) => name === "Platinum Card")).toMatchObject({ card: { state: "frozen" } })
    await ben.tap("Yes, it was me")
    await ben.reads(/Your No stands, and Harbourline Bank hears of it\./)
    expect(await answerOf("F-TOLD0002")).toBe("deny")
    expect(await ben.count(/Thank you/)).toBe(0)
  })

  test("the other one of the two phones still asks, and finds the case answered at the bank", async () => {
    await other.reads(/249\.99 USD/)
    await other.tap("No, not me")
    await other.reads(/has your report from|question has closed/)
    expect(await answerOf("F-TOLD0002")).toBe("deny")
  })

  test("[Yes, it was me]: thanked for the answer, and nothing is said to be released", async () => {
    await suspect("F-TOLD0003", "18.88")
    await ben.reads(/18\.88 USD/)
    await hears(ben, "Thank you, Harbourline Bank has your answer.", () => ben.tap("Yes, it was me"))
    expect(await answerOf("F-TOLD0003")).toBe("confirm")
    expect(await ben.count(/released|unfrozen|unblocked/i)).toBe(0)
  })

  test("an event for a customer nobody linked tells nobody", async () => {
    await tellOf(sandbox, {
      type: "bank.transaction.posted.v1",
      customer: "a-customer-nobody-linked-0001",
      data: { account: "acc_nobody", transaction: await paymentOf("5.55", "EUR", "Nobody Stores") },
    })
    // What was posted behind it is told: it has had its turn by then.
    await suspect("F-TOLD0004", "19.99")
    await ben.reads(/19\.99 USD/)
    await other.reads(/19\.99 USD/)
    const texts = await sentTexts()
    expect(texts.some((text) => text.includes("19.99 USD"))).toBe(true)
    expect(texts.filter((text) => text.includes("Nobody Stores"))).toEqual([])
  })

  test('after "stop" nothing is told; after "undo" it is, and what was missed stays untold', async () => {
    const { id, currency } = await accountOf(sandbox, "ben")
    await hears(ben, /All messages from Harbourline Bank are off, fraud alerts too/, () => ben.say("stop"))
    await tellOf(sandbox, {
      type: "bank.transaction.posted.v1",
      customer: "ben",
      data: { account: id, transaction: await paymentOf("31.31", currency, "Silent Stores") },
    })
    await suspect("F-TOLD0005", "32.32")
    await other.reads(/32\.32 USD/)
    await hears(ben, /Undone\./, () => ben.tap("Undo"))
    await tellOf(sandbox, {
      type: "bank.transaction.posted.v1",
      customer: "ben",
      data: { account: id, transaction: await paymentOf("33.33", currency, "Loud Stores") },
    })
    await ben.reads(/33\.33 USD, Loud Stores/)
    expect(await ben.count(/31\.31|32\.32/)).toBe(0)
  })

  test("[Keep fraud alerts]: a fraud question comes through, a payment does not", async () => {
    const { id, currency } = await accountOf(sandbox, "ben")
    await hears(ben, /All messages from Harbourline Bank are off/, () => ben.say("stop"))
    await hears(ben, /Everything is off except fraud alerts/, () => ben.tap("Keep fraud alerts"))
    await tellOf(sandbox, {
      type: "bank.transaction.posted.v1",
      customer: "ben",
      data: { account: id, transaction: await paymentOf("41.41", currency, "Silent Stores") },
    })
    await suspect("F-TOLD0006", "42.42")
    await ben.reads(/42\.42 USD/)
    await hears(ben, /Undone\./, () => ben.say("undo"))
    expect(await ben.count(/41\.41/)).toBe(0)
  })

  test("outside the window a payment arrives as an approved utility template, and a balance does not", async () => {
    await passTime(sandbox, 25 * HOUR_MS)
    const before = (await readThread(sandbox, ben.psid)).length
    const { id } = await accountOf(sandbox, "ben")
    await control(sandbox, "/control/bank/payments", {
      account: id,
      amount: "310.25",
      direction: "credit",
      merchant: "Window Closed Ltd",
    })
    await ben.reads(/Payment notice for Checking ••3307: an amount of 310\.25 USD, Window Closed Ltd, today/)
    await suspect("F-TOLD0007", "51.51")
    await ben.reads(/Fraud check: a payment of 51\.51 USD at ELECTRO MART/)
    const since = (await readThread(sandbox, ben.psid)).slice(before)
    expect(since.map(({ messagingType }) => messagingType)).toEqual(["UTILITY", "UTILITY"])
    expect(since.map(wordsOf).some((words) => words.includes("available"))).toBe(false)
  })

  test("the template's own button answers the bank, and opens the window again", async () => {
    await hears(ben, /Harbourline Bank has your report from/, () => ben.tap("No, not me"))
    expect(await answerOf("F-TOLD0007")).toBe("deny")
    // A balance moments after a payment says nothing new.
    await passTime(sandbox, 3 * MINUTE_MS)
    const { id, currency, available } = await accountOf(sandbox, "ben")
    await hears(ben, `Checking ••3307: ${inWords(available, currency)} available, as of`, () =>
      tellOf(sandbox, { type: "bank.balance.updated.v1", customer: "ben", account: id }),
    )
    expect((await readThread(sandbox, ben.psid)).at(-1)?.messagingType).toBe("UPDATE")
  })

  async function suspect(caseId: string, value: string, card: { last4: string } = { last4: "7714" }) {
    const { merchant: _, ...transaction } = await paymentOf(value, "USD", "")
    await tellOf(sandbox, {
      type: "bank.fraud.suspected.v1",
      customer: "ben",
      data: {
        case_id: caseId,
        card,
        transaction: { ...transaction, merchant: { name: "ELECTRO MART" }, channel: "card_not_present" },
        reply: {
          allowed: ["confirm", "deny"],
          expires_at: new Date((await timeOf(sandbox)) + 12 * HOUR_MS).toISOString(),
        },
      },
    })
  }

  async function paymentOf(value: string, currency: string, merchant: string) {
    return {
      id: `txn_told_${value.replace(".", "")}`,
      amount: { value, currency },
      direction: "out",
      status: "posted",
      occurred_at: new Date(await timeOf(sandbox)).toISOString(),
      merchant: { name: merchant },
    }
  }

  async function answerOf(caseId: string): Promise<string | null | undefined> {
    const { cases } = await control<{ cases: readonly { id: string; answer: string | null }[] }>(
      sandbox,
      "/control/bank/fraud-cases",
    )
    return cases.find(({ id }) => id === caseId)?.answer
  }

  /** Messages anybody was sent. */
  async function sentTexts(): Promise<readonly string[]> {
    const { sent } = await control<{ sent: readonly { body?: { message?: unknown } }[] }>(
      sandbox,
      "/control/sent",
    )
    return sent.flatMap(({ body }) => (body?.message === undefined ? [] : [JSON.stringify(body.message)]))
  }
})
