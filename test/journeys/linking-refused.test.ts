// Every way in which linking comes to nothing ends in words that say what to do next, and in no link: the chat still asks to
// connect, no link of the gateway is live, and the bank holds no token for it. A link made before stays as it was.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { Browser, Page } from "playwright-core"
import { linkPagePhrase } from "../../src/phrases/link-pages.ts"
import type { OutcomeKind } from "../../src/links/outcome-page.tsx"
import { launch } from "./browser.ts"
import { customerOf, passTime, setBank, tokensAt } from "./control.ts"
import { countLinks } from "./gateway-state.ts"
import { here } from "./house.ts"
import {
  allow,
  callbackOf,
  chooseAndConnect,
  disconnect,
  hears,
  meet,
  passBank,
  passPassword,
  passSecondFactor,
  reachCode,
  reachStart,
  readCode,
  type Someone,
} from "./phone.ts"

const MINUTE_MS = 60_000
const PURPOSES = ["account_service"]

describe("linking that is refused", () => {
  const sandbox = here("sandbox")
  const stateDir = here("stateDir")
  let browser: Browser
  let chi: Someone
  let reference: string
  let before: { readonly live: number; readonly tokens: number }

  beforeAll(async () => {
    browser = await launch()
    ;({ reference } = await customerOf(sandbox, "chi"))
  })

  afterAll(() => browser?.close())

  beforeEach(async () => {
    before = { live: countLinks(stateDir, "live"), tokens: await tokensAt(sandbox, reference) }
    chi = await meet(browser, sandbox, "Chihiro Refused-Example")
  })

  afterEach(async () => {
    await setBank(sandbox, { iss: "right" })
    await chi.close()
  })

  /** The chat asks to connect, nothing is live or pending, and the bank took back what it had given. */
  async function expectNoLink(): Promise<void> {
    await chi.goBack()
    await hears(chi, /That needs your account\. Connect it at Harbourline Bank's own login first\./, () =>
      chi.say("balance"),
    )
    await expect.poll(() => countLinks(stateDir, "pending")).toBe(0)
    expect(countLinks(stateDir, "live")).toBe(before.live)
    await expect.poll(() => tokensAt(sandbox, reference)).toBe(before.tokens)
  }

  /** The page says what happened, what is safe, and what to do next: which is to start again, there or in the chat. */
  async function expectPage(page: Page, kind: OutcomeKind): Promise<void> {
    const values = { bank: "Harbourline Bank" }
    await page.getByRole("heading", { name: linkPagePhrase("en", `${kind}_title`, values) }).waitFor()
    await page.getByText(linkPagePhrase("en", `${kind}_safe`, values)).waitFor()
    const next = linkPagePhrase("en", `${kind}_next`, values)
    await page.getByText(next).waitFor()
    expect(next).toMatch(/start again|begin again|Start again|connect/)
  }

  /** Go through the bank, but stop before this browser opens the bank's answer. @returns its address */
  async function throughBank(page: Page): Promise<string> {
    await passPassword(page, "chi")
    await passSecondFactor(page)
    return callbackOf(page)
  }

  test("denied at the bank: the page says so, and how to try again", async () => {
    const page = await reachStart(chi)
    await passPassword(page, "chi")
    await passSecondFactor(page)
    await page.locator("button[value=deny]").click()
    await expectPage(page, "denied")
    await page.getByRole("link", { name: "Back to the chat" }).click()
    await chi.reads(/automated assistant/)
    await expectNoLink()
  })

  test("the second factor failed three times: nothing is connected, the account is as it was", async () => {
    const page = await reachStart(chi)
    await passPassword(page, "chi")
    for (const left of ["2 tries left", "1 try left"]) {
      await page.locator("#code").fill("111111")
      await page.keyboard.press("Enter")
      await page.getByText(left).waitFor()
    }
    await page.locator("#code").fill("111111")
    await page.keyboard.press("Enter")
    await expectPage(page, "denied")
    await expectNoLink()
  })

  test("the code's ten minutes over: chat and page say so, and the code is no longer good", async () => {
    const page = await reachStart(chi)
    await passBank(page, "chi")
    const code = await chooseAndConnect(page, PURPOSES)
    await passTime(sandbox, 10 * MINUTE_MS + 1_000)
    await page.reload()
    await expectPage(page, "link_expired")
    await chi.goBack()
    await chi.reads(/The code's 10 minutes are over\. Nothing was connected/)
    await chi.say(code)
    await chi.reads(/I didn't get that/)
    await expectNoLink()
  })

  test.for(["wrong", "missing"])("the answer's issuer %s: it is refused and not used", async (iss) => {
    await setBank(sandbox, { iss })
    const page = await reachStart(chi)
    await passPassword(page, "chi")
    await passSecondFactor(page)
    await allow(page, /Checking/)
    await expectPage(page, "issuer_mismatch")
    await expectNoLink()
  })

  test("another browser: the bank's answer is worth nothing there, and still good where it began", async () => {
    const page = await reachStart(chi)
    const callback = await throughBank(page)
    const other = await browser.newContext()
    const elsewhere = await other.newPage()
    await elsewhere.goto(callback)
    await expectPage(elsewhere, "other_browser")
    await other.close()
    await page.goto(callback)
    await page.waitForURL(/\/link\/consent/)
    await page.locator("button[value=decline]").click()
    await expectPage(page, "declined")
    await expectNoLink()
  })

  test("twenty-five minutes at the bank: the bank's page ends, and leads back to the chat", async () => {
    const page = await reachStart(chi)
    await passPassword(page, "chi")
    await passTime(sandbox, 25 * MINUTE_MS)
    await page.locator("#code").fill("000000")
    await page.keyboard.press("Enter")
    await page.getByText("This login has ended").first().waitFor()
    await page.getByText("Go back to Messenger and tap Log In again.").waitFor()
    await expectNoLink()
  })

  test("twenty-five minutes before the bank's answer is opened: it took longer than twenty", async () => {
    const page = await reachStart(chi)
    const callback = await throughBank(page)
    await passTime(sandbox, 25 * MINUTE_MS)
    await page.goto(callback)
    await expectPage(page, "attempt_expired")
    await expectNoLink()
  })

  test("[Not now]: nothing was connected, and the bank's consent is given back", async () => {
    const page = await reachStart(chi)
    await passBank(page, "chi")
    await page.getByRole("button", { name: "Not now" }).click()
    await expectPage(page, "declined")
    await expectNoLink()
  })

  test("[Connect] with nothing switched on: the page asks, and nothing is offered in the chat", async () => {
    const page = await reachStart(chi)
    await passBank(page, "chi")
    await page.getByRole("button", { name: "Connect", exact: true }).click()
    await page.getByRole("alert").getByText("Nothing is switched on yet").waitFor()
    expect(await chi.count(/6 digits/)).toBe(0)
    await page.getByRole("button", { name: "Not now" }).click()
    await expectPage(page, "declined")
    await expectNoLink()
  })

  test("a wrong code three times: the link is gone, and the right code comes too late", async () => {
    const code = await reachCode(chi, "chi", PURPOSES)
    const wrong = code === "482913" ? "482914" : "482913"
    await chi.say(wrong)
    await chi.reads("That is not the code on the page. 2 tries left.")
    await chi.say(wrong)
    await chi.reads("That is not the code on the page. 1 try left.")
    await chi.say(wrong)
    await chi.reads("Nothing was connected. Start again when you like.")
    await chi.say(code)
    await chi.reads(/I didn't get that/)
    expect(await chi.count(/Connected/)).toBe(0)
    await expectNoLink()
  })

  test("the code typed by somebody else: it connects nobody, and uses up no try of the one it is for", async () => {
    const code = await reachCode(chi, "chi", PURPOSES)
    const stranger = await meet(browser, sandbox, "Mallory Stranger-Example")
    await stranger.say("hello")
    await stranger.say(code)
    await stranger.reads(/I didn't get that/)
    await stranger.say("balance")
    await stranger.reads(/That needs your account/)
    expect(countLinks(stateDir, "live")).toBe(before.live)
    await stranger.close()
    await chi.say(code)
    await chi.reads(/Connected: Checking/)
    await disconnect(chi)
    await expectNoLink()
  })

  test("the way back taken by somebody else: it ends the pending link", async () => {
    const page = await reachStart(chi)
    await passBank(page, "chi")
    const code = await chooseAndConnect(page, PURPOSES)
    const stolen = new URL((await page.locator("#go").getAttribute("href")) ?? "")
    const stranger = await meet(browser, sandbox, "Mallory Stranger-Example")
    const theirs = await reachStart(stranger)
    const back = new URL(new URL(theirs.url()).searchParams.get("redirect_uri") ?? "")
    back.searchParams.set("authorization_code", stolen.searchParams.get("authorization_code") ?? "none")
    await theirs.goto(back.href)
    await expect.poll(() => countLinks(stateDir, "pending")).toBe(0)
    await stranger.close()
    await chi.goBack()
    await chi.say(code)
    await chi.reads(/Nothing was connected/)
    expect(await chi.count(/Connected: /)).toBe(0)
    await expectNoLink()
  })

  test("[Copy and go back] leads to the chat and does not connect by itself; the copied code does", async () => {
    await chi.context.grantPermissions(["clipboard-read", "clipboard-write"])
    const page = await reachStart(chi)
    await passBank(page, "chi")
    await chooseAndConnect(page, PURPOSES)
    const code = await readCode(page)
    await page.getByRole("link", { name: "Copy and go back" }).click()
    await chi.reads(/Type the 6 digits Harbourline Bank's page showed you to connect Checking ••/)
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(code)
    await chi.say("balance")
    await chi.reads(/That needs your account/)
    expect(countLinks(stateDir, "live")).toBe(before.live)
    await chi.say(code)
    await chi.reads(/Connected: Checking/)
    await disconnect(chi)
    await expectNoLink()
  })
})
