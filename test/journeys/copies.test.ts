// Ten copies of every webhook, shuffled and in batches, over a whole conversation: each reply stands once, in the order of the
// questions. One event posted five times is told once. What is counted is what the person sees, and what the Send API was asked.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import { accountOf, answersTo, control, inWords, setWebhooks, tellOf, timeOf } from "./control.ts"
import { here } from "./house.ts"
import { link, meet, type Someone } from "./phone.ts"

const TEN_COPIES = { duplicate: 10, reorder: true, batch: 7 }
const PURPOSES = ["account_service", "transaction_alerts", "fraud_alerts"]

/** A line of the conversation, and how its answer begins. */
const CONVERSATION: readonly (readonly [said: string, answered: RegExp])[] = [
  ["hello", /^Hi, this is Harbourline Bank's automated assistant/],
  ["help", /^I can show balances and payments/],
  ["balance", /^Checking ••.* available, as of /],
  ["payments", /latest first:/],
  ["what on earth", /^I didn't get that/],
  ["stop", /^All messages from Harbourline Bank are off/],
  ["undo", /^Undone\./],
  ["help", /^I can show balances and payments/],
]

describe("copies", () => {
  const sandbox = here("sandbox")
  let browser: Browser
  let ben: Someone

  beforeAll(async () => {
    browser = await launch()
    ben = await meet(browser, sandbox, "Ben Copies-Example")
  })

  afterEach(() => setWebhooks(sandbox, {}))
  afterAll(() => browser?.close())

  /** Every copy was delivered: nothing waits on its way to the gateway, and nothing is being answered. */
  async function expectSettled(): Promise<void> {
    await expect
      .poll(async () => (await control<{ pending: number }>(sandbox, "/control/webhooks")).pending, {
        timeout: 20_000,
      })
      .toBe(0)
  }

  test("ten copies of every webhook, shuffled: linking, and each reply once, in the order of the questions", async () => {
    await setWebhooks(sandbox, TEN_COPIES)
    await link(ben, "ben", PURPOSES)
    const linked = await answersTo(sandbox, ben.psid)
    expect(linked.map((each) => each.slice(0, 12))).toEqual(["Hi, I'm Harb", "Almost done.", "Connected: C"])
    for (const [index, [said, answered]] of CONVERSATION.entries()) {
      await ben.say(said)
      await expect
        .poll(async () => (await answersTo(sandbox, ben.psid))[linked.length + index] ?? "", {
          timeout: 10_000,
        })
        .toMatch(answered)
    }
    await expectSettled()
    const answers = (await answersTo(sandbox, ben.psid)).slice(linked.length)
    expect(answers).toHaveLength(CONVERSATION.length)
    for (const [index, [, answered]] of CONVERSATION.entries()) expect(answers[index]).toMatch(answered)
    expect(await sendsTo(ben.psid)).toBe(linked.length + CONVERSATION.length)
  })

  test("ten copies of questions asked at once: each is answered once", async () => {
    await setWebhooks(sandbox, TEN_COPIES)
    const before = await answersTo(sandbox, ben.psid)
    const texts = ["help", "balance", "payments", "how it works"]
    await Promise.all(texts.map((text) => control(sandbox, `/control/people/${ben.psid}/send`, { text })))
    const since = async () => (await answersTo(sandbox, ben.psid)).slice(before.length)
    await expect.poll(async () => (await since()).length, { timeout: 10_000 }).toBe(texts.length)
    await expectSettled()
    const answers = await since()
    for (const begins of [/^I can show/, / available, as of /, /latest first:/, /^You sign in at/])
      expect(answers.filter((each) => begins.test(each))).toHaveLength(1)
    expect(answers).toHaveLength(texts.length)
  })

  test("one payment posted five times, apart and in one batch: told once", async () => {
    const { id, currency } = await accountOf(sandbox, "ben")
    for (const [as, value] of [
      ["cloudevents", "61.07"],
      ["batch", "62.08"],
    ] as const) {
      const transaction = await paymentOf(value, currency)
      await tellOf(sandbox, {
        type: "bank.transaction.posted.v1",
        customer: "ben",
        data: { account: id, transaction },
        as,
        copies: 5,
      })
      await ben.reads(`paid ${inWords(value, currency)}, Kiosk am Fünfer`)
    }
    // A later one is told behind them: had a copy been told, it would stand before it.
    await tellOf(sandbox, {
      type: "bank.transaction.posted.v1",
      customer: "ben",
      data: { account: id, transaction: await paymentOf("63.09", currency) },
    })
    await ben.reads(`paid ${inWords("63.09", currency)}`)
    for (const value of ["61.07", "62.08", "63.09"])
      expect(await ben.count(`paid ${inWords(value, currency)}`)).toBe(1)
  })

  test("one fraud alert posted five times, with ten copies of every webhook: asked once, answered once", async () => {
    await setWebhooks(sandbox, TEN_COPIES)
    const { currency } = await accountOf(sandbox, "ben")
    await tellOf(sandbox, {
      type: "bank.fraud.suspected.v1",
      customer: "ben",
      copies: 5,
      data: {
        case_id: "F-COPIES01",
        card: { last4: "7714" },
        transaction: await paymentOf("88.15", currency),
        reply: { allowed: ["confirm", "deny"], expires_at: await inAnHour() },
      },
    })
    await ben.reads(/Fraud check from Harbourline Bank: 88\.15 USD/)
    await ben.tap("Yes, it was me")
    await ben.reads(/Thank you, Harbourline Bank has your answer/)
    await expectSettled()
    expect(await ben.count(/Fraud check/)).toBe(1)
    expect(await ben.count(/has your answer/)).toBe(1)
  })

  async function paymentOf(value: string, currency: string) {
    return {
      id: `txn_copies_${value.replace(".", "")}`,
      amount: { value, currency },
      direction: "out",
      status: "posted",
      occurred_at: new Date(await timeOf(sandbox)).toISOString(),
      merchant: { name: "Kiosk am Fünfer" },
    }
  }

  async function inAnHour(): Promise<string> {
    return new Date((await timeOf(sandbox)) + 3_600_000).toISOString()
  }

  /** Messages the Send API took for somebody, typing and seen marks left aside. */
  async function sendsTo(psid: string): Promise<number> {
    const { sent } = await control<{
      sent: readonly {
        readonly body?: { readonly recipient?: { readonly id?: string }; readonly message?: unknown }
      }[]
    }>(sandbox, "/control/sent")
    return sent.filter(({ body }) => body?.recipient?.id === psid && body.message !== undefined).length
  }
})
