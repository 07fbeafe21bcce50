// Each way to a link besides Log In as it is usually done: from the bank's own site, from the chat by any browser, by somebody new to the
// chat, at a bank whose login is an app, and by a customer who takes twelve minutes. All end with the code typed in the right chat.
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { launch } from "./browser.ts"
import { passTime, readThread, setBankRecord } from "./control.ts"
import { countLinks } from "./gateway-state.ts"
import { here } from "./house.ts"
import {
  allow,
  callbackOf,
  chooseAndConnect,
  disconnect,
  hears,
  meet,
  openInMessenger,
  passBank,
  passPassword,
  passSecondFactor,
  reachStart,
  type Someone,
} from "./phone.ts"

const MINUTE_MS = 60_000
const PURPOSES = ["account_service"]
const DESKTOP = { viewport: { width: 1280, height: 800 }, locale: "en-US" }
/** Messenger's own browser on a phone. */
const IN_MESSENGER =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/MessengerForiOS;FBAV/480.0;]"

describe("ways in", () => {
  const gateway = here("gateway")
  const sandbox = here("sandbox")
  const stateDir = here("stateDir")
  let browser: Browser
  let chi: Someone

  beforeAll(async () => {
    browser = await launch()
    chi = await meet(browser, sandbox, "Chihiro Wayfarer-Example")
  })

  afterAll(() => browser?.close())

  /** Open the chat by the code page's button, as that person; type the code; it is connected. */
  async function finish(someone: Someone, page: Page, code: string): Promise<void> {
    const asking = /Type the 6 digits Harbourline Bank's page showed you to connect Checking ••/
    const before = await someone.count(/Connected: /)
    await hears(someone, asking, () => openInMessenger(someone, page))
    expect(await someone.count(/Connected: /)).toBe(before)
    await hears(someone, /Connected: Checking/, () => someone.say(code))
  }

  test("from the bank's own site, on a desktop: the chat is opened by m.me and asks for the code", async () => {
    await chi.say("hello")
    await chi.reads(/automated assistant/)
    const { context, page } = await elsewhere()
    await page.goto(`${sandbox}/bank`)
    await page.getByRole("link", { name: "Connect Messenger" }).click()
    await page.getByRole("heading", { name: "Connect this chat to Harbourline Bank" }).waitFor()
    expect(page.url()).not.toMatch(/psid|person|customer/)
    await passBank(page, "chi")
    const code = await chooseAndConnect(page, PURPOSES)
    await expect.poll(() => page.locator("#go").textContent()).toContain("Copy and open the chat")
    expect(await chi.count(/6 digits/)).toBe(0)
    await finish(chi, page, code)
    await page.reload()
    await page.getByRole("heading", { name: "This chat is connected to Harbourline Bank" }).waitFor()
    await context.close()
    await disconnect(chi)
  })

  test("[Connect in browser] in the chat: the same pages, and nothing of the person in the address", async () => {
    await chi.say("connect")
    const link = chi.page.getByRole("link", { name: "Connect in browser" }).last()
    const href = (await link.getAttribute("href")) ?? ""
    expect(href).toBe(`${gateway}/link/demo?page=100000000000001&lang=en`)
    const { context, page } = await elsewhere()
    await page.goto(href)
    await passBank(page, "chi")
    const code = await chooseAndConnect(page, PURPOSES)
    await finish(chi, page, `${code.slice(0, 3)}-${code.slice(3)}`)
    await context.close()
    await disconnect(chi)
  })

  test("[I saw no code] shows the page again to the browser that began there, and to no other", async () => {
    const { context, page } = await elsewhere()
    await page.goto(`${gateway}/link/demo`)
    await passBank(page, "chi")
    const code = await chooseAndConnect(page, PURPOSES)
    await openInMessenger(chi, page)
    await chi.reads(/Type the 6 digits/)
    const again =
      (await chi.page.getByRole("link", { name: "I saw no code" }).last().getAttribute("href")) ?? ""
    await page.goto(again)
    expect(((await page.locator(".code").textContent()) ?? "").replace(/\D/g, "")).toBe(code)
    const stranger = await elsewhere()
    await stranger.page.goto(again)
    await stranger.page.getByRole("heading", { name: "This was not started in this browser" }).waitFor()
    expect(await stranger.page.content()).not.toContain(code)
    await stranger.context.close()
    await chi.say(code)
    await chi.reads(/Connected: Checking/)
    await context.close()
    await disconnect(chi)
  })

  test("somebody new to the chat: their first tap brings the nonce, and the code is asked for at once", async () => {
    const nova = await meet(browser, sandbox, "Nova Newcomer-Example")
    const { context, page } = await elsewhere()
    await page.goto(`${gateway}/link/demo`)
    await passBank(page, "chi")
    const code = await chooseAndConnect(page, PURPOSES)
    await openInMessenger(nova, page)
    await nova.tap("Connect my bank")
    await nova.reads(/Type the 6 digits/)
    expect(await nova.count(/automated assistant/)).toBe(0)
    await nova.say(code)
    await nova.reads(/Connected: Checking/)
    await disconnect(nova)
    await nova.close()
    await context.close()
  })

  test("twelve minutes: a Log In that has grown too old goes on by m.me, and nothing done is lost", async () => {
    const page = await reachStart(chi, "connect")
    await passPassword(page, "chi")
    await passTime(sandbox, 7 * MINUTE_MS)
    await passSecondFactor(page)
    await passTime(sandbox, 4 * MINUTE_MS)
    await allow(page, /Checking/)
    await page.waitForURL(/\/link\/consent/)
    await passTime(sandbox, MINUTE_MS)
    const code = await chooseAndConnect(page, PURPOSES)
    expect(await page.locator("#go").getAttribute("href")).toMatch(/\/m\.me\/100000000000001\?ref=[\w-]{22}$/)
    await openInMessenger(chi, page)
    await chi.reads(/Type the 6 digits/)
    await chi.say(code)
    await chi.reads(/Connected: Checking/)
    await disconnect(chi)
  })

  test("six minutes before the first button: whose Log In it was is not known any more, and it goes on by m.me", async () => {
    const page = await reachStart(chi, "connect")
    await passTime(sandbox, 6 * MINUTE_MS)
    await passBank(page, "chi")
    const code = await chooseAndConnect(page, PURPOSES)
    const asked = await chi.count(/6 digits/)
    await openInMessenger(chi, page)
    await expect.poll(() => chi.count(/6 digits/)).toBe(asked + 1)
    await chi.say(code)
    await expect.poll(() => countLinks(stateDir, "live")).toBe(1)
    await disconnect(chi)
  })

  test("a bank whose login is an app: on in the phone's browser, back by m.me; an answer elsewhere exchanges nothing", async () => {
    await setBankRecord(gateway, { login: "app" })
    const inside = await elsewhere({ userAgent: IN_MESSENGER })
    try {
      await hears(chi, /That needs your account/, () => chi.say("connect"))
      expect(await logInsOfNewest()).toBe(0)
      await inside.page.goto(`${gateway}/link/demo?page=100000000000001`)
      await inside.page.getByRole("heading", { name: "Continue in your browser" }).waitFor()
      const address = (await inside.page.locator(".address").textContent())?.trim() ?? ""
      const { context, page } = await elsewhere()
      await page.goto(address)
      await passPassword(page, "chi")
      await passSecondFactor(page)
      // The app comes back to another browser than the one that began.
      const lost = await callbackOf(page)
      await inside.page.goto(lost)
      await inside.page.getByRole("heading", { name: "This was not started in this browser" }).waitFor()
      expect(countLinks(stateDir, "pending")).toBe(0)
      await page.goto(lost)
      await page.waitForURL(/\/link\/consent/)
      const code = await chooseAndConnect(page, PURPOSES)
      await finish(chi, page, code)
      await context.close()
      await disconnect(chi)
    } finally {
      await inside.context.close()
      await setBankRecord(gateway, { login: "browser" })
    }
  })

  /** Log In buttons under the newest message that has any button. */
  async function logInsOfNewest(): Promise<number> {
    const thread = await readThread(sandbox, chi.psid)
    const buttons = JSON.stringify(thread.findLast(({ from }) => from === "page")?.attachment)
    expect(buttons).toContain("Connect in browser")
    return buttons.includes("account_link") ? 1 : 0
  }

  /** Another browser. */
  async function elsewhere(more: { readonly userAgent?: string } = {}): Promise<{
    readonly context: BrowserContext
    readonly page: Page
  }> {
    const context = await browser.newContext({ ...DESKTOP, ...more })
    context.setDefaultTimeout(15_000)
    return { context, page: await context.newPage() }
  }
})
