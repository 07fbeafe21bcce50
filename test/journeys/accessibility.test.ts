// The pages a customer meets, read by axe at a phone's width, light and dark: the chat with everything in it, the four pages of
// linking, a refusal. Nothing serious or critical may stand. The bank's own pages are the bank's.
import { AxeBuilder } from "@axe-core/playwright"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Browser, Page } from "playwright-core"
import { launch } from "./browser.ts"
import { accountOf, control, tellOf, timeOf } from "./control.ts"
import { here } from "./house.ts"
import { chooseAndConnect, disconnect, hears, meet, passBank, reachStart } from "./phone.ts"

const LOCALES = ["en_US", "ar_AR"] as const
const SCHEMES = ["light", "dark"] as const
const HELLO = { en_US: "hello", ar_AR: "مرحبا" } as const
const HEARD = { en_US: /Connected: /, ar_AR: /تم الربط: / } as const

describe("accessibility at 390 px", () => {
  const sandbox = here("sandbox")
  const gateway = here("gateway")
  let browser: Browser

  beforeAll(async () => {
    browser = await launch()
  })

  afterAll(() => browser?.close())

  test.for(LOCALES)("pages of linking and the chat, %s", async (locale) => {
    const someone = await meet(browser, sandbox, `Axe ${locale}`, locale)
    await expectClean(someone.page, "the empty chat")
    const page = await reachStart(someone, HELLO[locale])
    await expectClean(page, "the first page")
    await passBank(page, "chi", /Checking/)
    await expectClean(page, "the consent page")
    await page.locator("button[value=connect]").click()
    await page.getByRole("alert").waitFor()
    await expectClean(page, "the consent page with nothing chosen")
    const code = await chooseAndConnect(page, ["account_service", "transaction_alerts", "fraud_alerts"])
    await expectClean(page, "the code page")
    await someone.goBack()
    await hears(someone, HEARD[locale], () => someone.say(code))
    await page.goto(`${gateway}/link/code`)
    await expectClean(page, "the code page afterwards")
    await someone.goBack()
    await fillChat(someone)
    await expectClean(page, "the chat")
    await disconnect(someone)
  })

  test.for(LOCALES)("a page that refuses, %s", async (locale) => {
    const context = await browser.newContext({
      viewport: { width: 390, height: 844 },
      locale: locale.replace("_", "-"),
    })
    const page = await context.newPage()
    await page.goto(`${gateway}/link/demo`)
    await expectClean(page, "opened without the chat")
    await page.goto(`${gateway}/link/nobody`)
    await expectClean(page, "no such bank")
    await context.close()
  })

  /** A balance, a payment, a fraud question with its buttons, and choices under the last message. */
  async function fillChat(someone: Parameters<typeof hears>[0]): Promise<void> {
    const { id, last4 } = await accountOf(sandbox, "chi")
    await hears(someone, new RegExp(`••${last4}.*JPY`), () => someone.say("balance"))
    await hears(someone, "Axe Payroll", () =>
      control(sandbox, "/control/bank/payments", {
        account: id,
        amount: "1204",
        direction: "credit",
        merchant: "Axe Payroll",
      }),
    )
    const now = await timeOf(sandbox)
    await hears(someone, "AXE MART", () =>
      tellOf(sandbox, {
        type: "bank.fraud.suspected.v1",
        customer: "chi",
        data: {
          case_id: `F-AXE-${someone.psid.slice(-6)}`,
          card: { last4: "4630" },
          transaction: {
            amount: { value: "7300", currency: "JPY" },
            occurred_at: new Date(now).toISOString(),
            merchant: { name: "AXE MART" },
          },
          reply: { allowed: ["confirm", "deny"], expires_at: new Date(now + 3_600_000).toISOString() },
        },
      }),
    )
    await someone.reads("AXE MART")
  }

  async function expectClean(page: Page, what: string): Promise<void> {
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
      const axe = new AxeBuilder({ page }).exclude("#desk")
      // The other scheme changes nothing but colours.
      const { violations } = await (colorScheme === "light" ? axe : axe.withRules("color-contrast")).analyze()
      const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical")
      const told = serious.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" ")}`,
      )
      expect(told, `${what}, ${colorScheme}`).toEqual([])
      const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
      expect(wider, `${what} is wider than the phone`).toBeLessThanOrEqual(0)
    }
    await page.emulateMedia({ colorScheme: "light" })
  }
})
