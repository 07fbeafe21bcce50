// The customer's own pages, from the chat to the way out: what is switched off is not told any more, what is switched on is told after the
// bank's login of the right customer; who used the data, receipts, a copy; disconnecting; everything after the entry without script.
import { AxeBuilder } from "@axe-core/playwright"
import { decodeJwt } from "jose"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { launch } from "./browser.ts"
import { accountOf, control, customerOf, readThread } from "./control.ts"
import { here } from "./house.ts"
import { hears, link, meet, type Someone } from "./phone.ts"

const WAIT = { timeout: 20_000, interval: 100 } as const
const PURPOSES = ["transaction_alerts", "fraud_alerts", "account_service"]
const PAGES = [
  "/me",
  "/me/uses",
  "/me/receipts",
  "/me/copy",
  "/me/copy/1",
  "/me/disconnect",
  "/me/delete",
] as const

describe("the customer's own pages", () => {
  const sandbox = here("sandbox")
  const gateway = here("gateway")
  let browser: Browser
  let olga: Someone
  let page: Page

  beforeAll(async () => {
    browser = await launch()
    olga = await meet(browser, sandbox, "Olga Own-Example")
    await link(olga, "ben", PURPOSES)
  })

  afterAll(() => browser?.close())

  test("open from the chat by a link that holds nobody's id, and only once", async () => {
    const url = await askFor(olga, "my data", "My data")
    expect(url).toMatch(/\/me#v1\./)
    expect(url).not.toContain(olga.psid)
    page = await enter(olga.context, url)
    await page.getByRole("heading", { name: "Your data" }).waitFor()
    expect(page.url()).toBe(`${gateway}/me`)
    expect(await isOn(page, "Payments")).toBe(true)
    expect(await isOn(page, "Receipts")).toBe(false)
    const again = await olga.context.newPage()
    await again.goto(url.replace("/me#", "/me/open#"))
    await again.getByRole("button", { name: "Open my data" }).click()
    await again.getByRole("heading", { name: "This link is no longer good" }).waitFor()
    await again.close()
  })

  test("a purpose switched off is not told from that moment; the others are", async () => {
    await hears(olga, "Before The Switch", () => pay("Before The Switch"))
    await page.getByRole("switch", { name: "Payments" }).click()
    await page.getByRole("status").waitFor()
    expect(await isOn(page, "Payments")).toBe(false)
    const ids = await pay("After The Switch")
    await hears(olga, /••\d{4}: .*as of/, () => olga.say("balance"))
    await vi.waitFor(async () => expect(await reasonsOf(ids)).toEqual(["purpose_off"]), WAIT)
    expect(await olga.count("After The Switch")).toBe(0)
  })

  test("another customer's login at the bank switches nothing on", async () => {
    await page.getByRole("switch", { name: "Payments" }).click()
    await logInAtBank(page, "chi")
    await page.getByRole("heading", { name: /That was another customer/ }).waitFor()
    await page.goto(`${gateway}/me`)
    expect(await isOn(page, "Payments")).toBe(false)
  })

  test("the right one's does, and payments are told again", async () => {
    await page.getByRole("switch", { name: "Payments" }).click()
    await logInAtBank(page, "ben")
    await page.getByRole("heading", { name: "Payments: on" }).waitFor()
    await page.getByRole("link", { name: "Back to your data" }).click()
    expect(await isOn(page, "Payments")).toBe(true)
    await hears(olga, "Switched On Again", () => pay("Switched On Again"))
    await hears(olga, /••\d{4}: .*as of/, () => olga.say("balance"))
  })

  test("who used the data, what was agreed to with its signed receipt, and a copy of everything", async () => {
    await page.getByRole("link", { name: "Who used my data" }).click()
    await page.getByText("Checked just now: none was changed, none taken out.").waitFor()
    expect(await page.getByText("A payment", { exact: true }).count()).toBe(2)
    expect(await page.getByText("A balance", { exact: true }).count()).toBe(2)
    expect(await page.locator("main").textContent()).not.toMatch(/Switch|\d+\.\d\d/)
    await page.getByRole("link", { name: "Back to your data" }).click()
    await page.getByRole("link", { name: "What I agreed to" }).click()
    for (const record of [
      "You switched something on",
      "You switched something off",
      "You confirmed it in the chat",
    ])
      await page.getByText(record).first().waitFor()
    const receipt = await download(page, "Signed receipt")
    expect(decodeJwt(receipt)).toMatchObject({ iss: gateway, consent_receipt: { state: "live" } })
    await page.goto(`${gateway}/me/copy`)
    const copy = JSON.parse(await download(page, "Save as a file")) as {
      about: { conversation: { psid: string } }
      connections: readonly { customer: { reference: string } }[]
    }
    const { reference } = await customerOf(sandbox, "ben")
    expect(copy.about.conversation.psid).toBe(olga.psid)
    expect(copy.connections[0]?.customer.reference).toBe(reference)
    await page.getByRole("link", { name: "Read it here" }).click()
    await page.getByText(olga.psid).waitFor()
    await page.getByText(reference).waitFor()
  })

  test.each(["en", "ar"])(
    "hold at 320 px, at twice the size, for axe, light and dark: %s",
    async (language) => {
      await page.goto(`${gateway}/me`)
      if (language === "ar") await page.getByRole("button", { name: "العربية" }).click()
      for (const path of PAGES) {
        await page.goto(gateway + path)
        expect(await page.locator("html").getAttribute("dir")).toBe(language === "ar" ? "rtl" : "ltr")
        // 200 % of a page 640 px wide leaves it 320.
        for (const [width, colorScheme] of [
          [320, "light"],
          [390, "dark"],
          [1280, "light"],
        ] as const) {
          await page.setViewportSize({ width, height: 844 })
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
          const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
          expect(wider, `${path} at ${width}`).toBeLessThanOrEqual(0)
        }
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" })
          const axe = new AxeBuilder({ page })
          // The other scheme changes nothing but colours.
          const { violations } = await (
            colorScheme === "light" ? axe : axe.withRules("color-contrast")
          ).analyze()
          expect(
            violations.map(
              ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" ")}`,
            ),
            `${path}, ${colorScheme}`,
          ).toEqual([])
        }
      }
      await page.goto(`${gateway}/me`)
      if (language === "ar") await page.getByRole("button", { name: "English" }).click()
    },
  )

  test("work without script after the entry, which says that it needs it", async () => {
    const url = await askFor(olga, "who used my data", "My data")
    const entered = await enter(olga.context, url)
    const bare = await browser.newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } })
    await bare.addCookies(await olga.context.cookies(gateway))
    const plain = await bare.newPage()
    await plain.goto(`${gateway}/me/open`)
    await plain.locator("noscript .notice").waitFor()
    await plain.goto(`${gateway}/me`)
    await plain.getByRole("switch", { name: "Fraud alerts" }).click()
    await plain.getByRole("status").waitFor()
    expect(await isOn(plain, "Fraud alerts")).toBe(false)
    await plain.getByRole("link", { name: "A copy of my data" }).click()
    await plain.getByRole("link", { name: "Read it here" }).click()
    await plain.getByText(olga.psid).waitFor()
    await bare.close()
    await entered.close()
  })

  test("disconnect: the chat says so, nothing is told any more, and the page knows", async () => {
    await page.goto(`${gateway}/me`)
    await page.getByRole("link", { name: "Disconnect" }).click()
    await hears(olga, /^Disconnected\./, () => page.getByRole("button", { name: "Disconnect now" }).click())
    await page.getByText("Nothing is connected to").waitFor()
    await pay("After The End")
    expect(await page.getByRole("switch").count()).toBe(0)
    await page.getByRole("link", { name: "What I agreed to" }).click()
    await page.getByText("You ended it").waitFor()
    expect(await olga.count("After The End")).toBe(0)
  })

  test("delete everything: the bank's login first, then a page that says how far it is", async () => {
    await link(olga, "ben", ["fraud_alerts"])
    const own = await enter(olga.context, await askFor(olga, "my data", "My data"))
    await own.getByRole("link", { name: "Delete everything" }).click()
    await own.getByRole("button", { name: "Log in and delete" }).click()
    await logInAtBank(own, "chi")
    await own.getByRole("heading", { name: /That was another customer/ }).waitFor()
    await own.goto(`${gateway}/me/delete`)
    await own.getByRole("button", { name: "Log in and delete" }).click()
    await logInAtBank(own, "ben")
    await own.getByRole("heading", { name: "Your data is being deleted" }).waitFor()
    await own.getByRole("link", { name: "See how far it is" }).click()
    await own.waitForURL(/\/privacy\/erasure\/[\w-]{22}$/)
    const status = own.url()
    await vi.waitFor(async () => {
      await own.goto(status)
      expect(await own.getByRole("heading", { level: 1 }).textContent()).toBe("Your data is deleted")
    }, WAIT)
    await own.goto(`${gateway}/me`)
    await own.getByText("This page opens from the chat.").waitFor()
    const again = await enter(olga.context, await askFor(olga, "my data", "My data"))
    await again.getByText("Nothing is connected to").waitFor()
    expect(await again.getByRole("switch").count()).toBe(0)
  })

  test("in Arabic from the chat on", async () => {
    const layla = await meet(browser, sandbox, "ليلى الذاتي", "ar_AR")
    await layla.say("مرحبا")
    await layla.reads(/المساعد الآلي/)
    const own = await enter(layla.context, await askFor(layla, "بياناتي", "بياناتي"), "فتح بياناتي")
    await own.getByRole("heading", { name: "بياناتكم" }).waitFor()
    expect(await own.locator("html").getAttribute("lang")).toBe("ar")
    await own.getByText("لا شيء مرتبط مع").waitFor()
    await layla.close()
  })

  /** Say it in the chat; where the newest button of that name leads. */
  async function askFor(someone: Someone, words: string, title: string): Promise<string> {
    const before = await urlsOf(someone, title)
    await someone.goBack()
    await someone.say(words)
    return vi.waitFor(async () => {
      const urls = await urlsOf(someone, title)
      expect(urls.length).toBeGreaterThan(before.length)
      return urls.at(-1) ?? ""
    }, WAIT)
  }

  async function urlsOf(someone: Someone, title: string): Promise<readonly string[]> {
    const thread = await readThread(sandbox, someone.psid)
    return thread.flatMap(({ attachment }) => {
      const { buttons = [] } = (attachment?.payload ?? {}) as {
        buttons?: readonly { readonly title: string; readonly url?: string }[]
      }
      return buttons.flatMap((button) => (button.title === title && button.url ? [button.url] : []))
    })
  }

  async function enter(context: BrowserContext, url: string, button = "Open my data"): Promise<Page> {
    const opened = await context.newPage()
    await opened.goto(url.replace("/me#", "/me/open#"))
    await opened.getByRole("button", { name: button }).click()
    await opened.waitForURL(/\/me$/)
    return opened
  }

  async function isOn(of: Page, name: string): Promise<boolean> {
    return (await of.getByRole("switch", { name }).getAttribute("aria-checked")) === "true"
  }

  /** @returns ids of the events the bank posts of it */
  async function pay(merchant: string): Promise<readonly string[]> {
    const { id } = await accountOf(sandbox, "ben")
    const paid = await control<{ ids: readonly string[] }>(sandbox, "/control/bank/payments", {
      account: id,
      amount: "11.20",
      direction: "debit",
      merchant,
    })
    return paid.ids
  }

  /** Why these events were not told to anybody who has payments, as the bank heard it. */
  async function reasonsOf(ids: readonly string[]): Promise<readonly string[]> {
    const { callbacks } = await control<{
      callbacks: readonly {
        readonly event: {
          readonly data: { readonly reason?: string; readonly event?: { id: string; type: string } }
        }
      }[]
    }>(sandbox, "/control/bank/callbacks")
    return callbacks.flatMap(({ event: { data } }) =>
      ids.includes(data.event?.id ?? "") && data.event?.type.startsWith("bank.transaction.")
        ? [data.reason ?? ""]
        : [],
    )
  }

  /** The bank asks who sits there, and for no account: what is allowed already stays as it is. */
  async function logInAtBank(at: Page, customer: string): Promise<void> {
    await at.locator("#username").fill(customer)
    await at.locator("#password").fill("demo")
    await at.keyboard.press("Enter")
    await at.locator("#code").waitFor()
    await at.locator("#code").fill("000000")
    await at.keyboard.press("Enter")
    await at.waitForURL(/\/link\/callback/)
  }

  async function download(of: Page, name: string): Promise<string> {
    const coming = of.waitForEvent("download")
    await of.getByRole("link", { name }).first().click()
    const stream = await (await coming).createReadStream()
    const chunks: Uint8Array[] = []
    for await (const chunk of stream) chunks.push(chunk as Uint8Array)
    return new TextDecoder().decode(Uint8Array.from(chunks.flatMap((each) => [...each])))
  }
})
