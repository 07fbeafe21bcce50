// What a person wants to hear, from the chat and from their own page to what is told: only above an amount, a quiet night and its summary,
// one summary a day, and a purchase of five events in two messages and a parcel. Ends days later than it began.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import { accountOf, answersTo, passTime, readThread, tellOf, timeOf, wordsOf } from "./control.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say, unlinkAll } from "./linked.ts"

const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60
const WAIT = { timeout: 30_000, interval: 100 } as const
/** What the chat says of what was chosen, so that it is in force. */
const CHOSEN = /From now on|Changed/

describe("alert settings", () => {
  const sandbox = here("sandbox")
  const gateway = here("gateway")
  let browser: Browser
  let psid: string
  let account: string
  let n = 0

  beforeAll(async () => {
    browser = await launch()
    psid = await linkSomebody({ gateway, sandbox }, "Quinn Quiet-Example", "ana", [
      "account_service",
      "transaction_alerts",
      "balance_updates",
      "receipts",
      "shipping_updates",
      "fraud_alerts",
    ])
    account = (await accountOf(sandbox, "ana")).id
  })

  afterAll(async () => {
    await unlinkAll(sandbox, [psid])
    await browser?.close()
  })

  test("only above 50: chosen in the chat, a smaller payment is not told", async () => {
    const { currency } = await accountOf(sandbox, "ana")
    await say(sandbox, psid, "alerts")
    await hearsBy(sandbox, psid, /every payment, as it happens/)
    await say(sandbox, psid, "Only above 50")
    await hearsBy(sandbox, psid, CHOSEN)
    await pay("Small Shop", "49.99", currency)
    await pay("Large Shop", "50.00", currency)
    await hearsBy(sandbox, psid, /Large Shop/)
    expect(await heard(/Small Shop/)).toHaveLength(0)
    await say(sandbox, psid, "Keep all")
    await hearsBy(sandbox, psid, /every payment as it happens/)
  })

  test("quiet hours, set on the person's own page: a night's payments are one summary in the morning", async () => {
    await onAlertsPage(async (page) => {
      await page.getByLabel("Your time zone").fill("Europe/Berlin")
      await page.locator('input[name="quiet"]').check()
      await page.getByLabel("From", { exact: true }).fill("22:00")
      await page.getByLabel("To", { exact: true }).fill("07:00")
    })
    await untilBerlin(23 * 60)
    const before = (await answersTo(sandbox, psid)).length
    await pay("Night Bakery")
    await pay("Night Garage")
    await untilBerlin(6 * 60 + 55)
    expect((await answersTo(sandbox, psid)).slice(before)).toEqual([])
    await untilBerlin(7 * 60 + 5)
    await hearsBy(sandbox, psid, /Night Bakery.*\n.*Night Garage.*\n2 updates in all/)
    expect((await answersTo(sandbox, psid)).slice(before)).toHaveLength(1)
  })

  test("one summary a day, at its hour; a fraud alert does not wait for it", async () => {
    await say(sandbox, psid, "One summary a day")
    await hearsBy(sandbox, psid, /one summary a day, at 18:00/)
    await untilBerlin(12 * 60)
    await pay("Noon Kiosk")
    await pay("Noon Books")
    await tellOf(sandbox, { type: "bank.security.notice.v1", customer: "ana" })
    await hearsBy(sandbox, psid, /Security notice from/)
    expect(await heard(/Noon/)).toHaveLength(0)
    await untilBerlin(18 * 60 + 5)
    await hearsBy(sandbox, psid, /Noon Kiosk.*\n.*Noon Books/)
    await say(sandbox, psid, "Keep all")
    await hearsBy(sandbox, psid, /every payment as it happens/, 2)
  })

  test("P3: one purchase, all five events: two messages that day, then the parcel", async () => {
    await untilBerlin(12 * 60)
    await say(sandbox, psid, "help")
    await hearsBy(sandbox, psid, /I can show balances/)
    const { currency } = await accountOf(sandbox, "ana")
    const thread = async () => (await readThread(sandbox, psid)).filter(({ from }) => from === "page")
    const before = (await thread()).length
    const transaction = await paymentOf("Headphone House", "249.99", currency)
    await tellOf(sandbox, {
      type: "bank.transaction.authorised.v1",
      customer: "ana",
      data: { account, transaction },
    })
    await hearsBy(sandbox, psid, /Headphone House.*\(pending\)/)
    await tellOf(sandbox, { type: "bank.balance.updated.v1", customer: "ana", account })
    await tellOf(sandbox, { type: "bank.receipt.issued.v1", customer: "ana" })
    await tellOf(sandbox, {
      type: "bank.transaction.posted.v1",
      customer: "ana",
      data: { account, transaction: { ...transaction, status: "posted" } },
    })
    await vi.waitFor(async () => expect((await thread()).length - before).toBe(2), WAIT)
    await passTime(sandbox, 20 * 60 * MINUTE_MS)
    expect((await thread()).length - before).toBe(2)
    expect(JSON.stringify((await thread()).at(-1))).toMatch(/"receipt"/)
    await tellOf(sandbox, { type: "bank.shipping.updated.v1", customer: "ana" })
    await vi.waitFor(async () => expect((await thread()).length - before).toBe(3), WAIT)
    expect(wordsOf((await thread()).at(-1)!)).toMatch(/^Parcel from .*on its way/)
  })

  /** Open the person's own page of alert settings, change something, save it. */
  async function onAlertsPage(change: (page: Awaited<ReturnType<Browser["newPage"]>>) => Promise<void>) {
    await say(sandbox, psid, "my data")
    await hearsBy(sandbox, psid, /My data shows/)
    const text = JSON.stringify(await readThread(sandbox, psid))
    const [url = ""] = Array.from(
      text.matchAll(/"(http[^"]*\/me#[^"]*)"/g),
      ([, found]) => found ?? "",
    ).slice(-1)
    const page = await browser.newPage()
    await page.goto(url)
    await page.getByRole("button", { name: "Open my data" }).click()
    await page.getByRole("link", { name: "Alert settings" }).click()
    await change(page)
    await page.getByRole("button", { name: "Save" }).click()
    await page.getByRole("status").waitFor()
    await page.close()
  }

  async function heard(words: RegExp): Promise<readonly string[]> {
    return (await answersTo(sandbox, psid)).filter((each) => words.test(each))
  }

  async function paymentOf(merchant: string, value: string, currency: string) {
    return {
      id: `txn_wanted_${(n += 1)}`,
      amount: { value, currency },
      direction: "out",
      occurred_at: new Date(await timeOf(sandbox)).toISOString(),
      merchant: { name: merchant },
    }
  }

  async function pay(merchant: string, value = "60.00", currency = "EUR"): Promise<void> {
    const transaction = await paymentOf(merchant, value, currency)
    await tellOf(sandbox, {
      type: "bank.transaction.posted.v1",
      customer: "ana",
      data: { account, transaction },
    })
  }

  /** Let time pass until a clock in Berlin shows a minute of the day. */
  async function untilBerlin(minute: number): Promise<void> {
    const now = await timeOf(sandbox)
    const [hours = 0, minutes = 0] = new Intl.DateTimeFormat("en-GB", {
      timeZone: "Europe/Berlin",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    })
      .format(now)
      .split(":")
      .map(Number)
    const ahead = (minute - (hours * 60 + minutes) + DAY_MINUTES) % DAY_MINUTES
    await passTime(sandbox, ahead * MINUTE_MS)
  }
})
