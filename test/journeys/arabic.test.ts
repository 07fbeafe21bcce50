// The way through in Arabic, for somebody whose phone, chat, bank and pages all speak it: right to left, figures readable.
// The bank's product names and the customer's own are what the bank gave; they are not translated.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import { accountOf, answersTo, control } from "./control.ts"
import { here } from "./house.ts"
import {
  allow,
  chooseAndConnect,
  disconnect,
  hears,
  meet,
  passPassword,
  passSecondFactor,
  type Someone,
} from "./phone.ts"

const DIRECTION_MARKS = /[\u2066-\u2069\u200e\u200f]/g

describe("in Arabic", () => {
  const sandbox = here("sandbox")
  let browser: Browser
  let layla: Someone

  beforeAll(async () => {
    browser = await launch()
    layla = await meet(browser, sandbox, "ليلى المطيري", "ar_AR")
  })

  afterAll(() => browser?.close())

  test("hello, Log In, the bank's pages and ours: all in Arabic, right to left", async () => {
    await layla.say("مرحبا")
    await layla.reads(/مرحبًا، أنا المساعد الآلي لدى/)
    expect(await directionOf(layla, "main")).toBe("rtl")
    const page = await layla.logIn()
    expect(await directionOf(layla, "html")).toBe("rtl")
    await page.getByRole("heading", { name: /ربط هذه المحادثة/ }).waitFor()
    await passPassword(page, "chi")
    expect(await directionOf(layla, "html")).toBe("rtl")
    await page.getByRole("heading", { name: "تأكيد هويتك" }).waitFor()
    await passSecondFactor(page)
    await page.getByRole("heading", { name: "اختر ما تريد مشاركته" }).waitFor()
    await allow(page, /Savings/)
    await page.waitForURL(/\/link\/consent/)
    expect(await directionOf(layla, "html")).toBe("rtl")
    const code = await chooseAndConnect(page, ["account_service", "transaction_alerts"])
    expect(await directionOf(layla, "html")).toBe("rtl")
    expect(await page.locator("html").getAttribute("lang")).toBe("ar")
    await layla.goBack()
    await layla.reads(/اكتبوا الأرقام الستة/)
    // An Arabic keyboard types its own digits.
    await hears(layla, /تم الربط: /, () => layla.say(inArabicDigits(code)))
  })

  test("the balance: the bank's figure to the last of three decimals, with the account's digits", async () => {
    const { available, last4, currency } = await accountOf(sandbox, "chi", "Savings")
    await hears(layla, /متاح/, () => layla.say("الرصيد"))
    const told = await newest(layla)
    expect(told).toContain(`••${last4}`)
    expect(told).toContain(Number(available).toLocaleString("en", { minimumFractionDigits: 3 }))
    expect(told).toContain(currency)
    expect(await leftOf(layla, "••")).toBeLessThan(await leftOf(layla, last4))
  })

  test("a payment is told in Arabic", async () => {
    const { id } = await accountOf(sandbox, "chi", "Savings")
    await hears(layla, "Bayt Al Qahwa", () =>
      control(sandbox, "/control/bank/payments", {
        account: id,
        amount: "12.345",
        direction: "credit",
        merchant: "Bayt Al Qahwa",
      }),
    )
    expect(await newest(layla)).toMatch(/وارد|استلام|دفعة|12\.345/)
  })

  test('"إيقاف" is understood, and ends it', async () => {
    await hears(layla, /أُوقفت كل الرسائل/, () => layla.say("إيقاف"))
    await disconnect(layla)
  })

  async function newest(someone: Someone): Promise<string> {
    return ((await answersTo(sandbox, someone.psid)).at(-1) ?? "").replace(DIRECTION_MARKS, "")
  }

  /** Where a piece of the newest message is drawn, in pixels from the left: what the eye sees, whatever the marks say. */
  function leftOf(someone: Someone, piece: string): Promise<number> {
    const bubble = someone.page.getByRole("log").locator(".bubble").last()
    return bubble.evaluate((element, wanted) => {
      const text = element.firstChild
      const at = text?.textContent?.indexOf(wanted) ?? -1
      if (!text || at < 0) throw new Error("Cannot find the piece in the newest message")
      const range = document.createRange()
      range.setStart(text, at)
      range.setEnd(text, at + wanted.length)
      return range.getBoundingClientRect().left
    }, piece)
  }

  /** Which way a part of the page runs, as it is drawn. */
  function directionOf(someone: Someone, part: string): Promise<string> {
    return someone.page
      .locator(part)
      .first()
      .evaluate((element) => getComputedStyle(element).direction)
  }
})

function inArabicDigits(digits: string): string {
  return digits.replace(/[0-9]/g, (digit) => String.fromCodePoint(0x0660 + Number(digit)))
}
