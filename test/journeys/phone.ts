// A person at the phone page, and the same person's browser at the bank: what journeys do, in the words of whoever does it.
// Knows the pages by their roles and names only, as a person or a screen reader would.
import { expect, vi } from "vitest"
import type { Browser, BrowserContext, Locator, Page } from "playwright-core"
import { answersTo, control } from "./control.ts"

const PHONE = { width: 390, height: 844 }
const WAIT_MS = 15_000

/** What a customer types at the bank: the same for everybody, it is a practice bank. */
const PASSWORD = "demo"
const SECOND_FACTOR = "000000"

/** Someone with a Messenger account, and a browser. */
export interface Someone {
  readonly psid: string
  readonly page: Page
  readonly context: BrowserContext
  /** Type a text and send it. */
  readonly say: (text: string) => Promise<void>
  /** Tap a button or a quick reply of the newest message that has it. */
  readonly tap: (title: string) => Promise<void>
  /** Wait until a bubble with these words stands in the chat. */
  readonly reads: (words: string | RegExp) => Promise<void>
  /** How many messages of the Page hold these words, now. */
  readonly count: (words: string | RegExp) => Promise<number>
  /** Tap Log In; the page it opens, in the same window as the app does. */
  readonly logIn: () => Promise<Page>
  /** Open the chat again. */
  readonly goBack: () => Promise<void>
  readonly close: () => Promise<void>
}

/** A new person with the phone page open. */
export async function meet(
  browser: Browser,
  sandbox: string,
  name: string,
  locale = "en_US",
): Promise<Someone> {
  const { psid } = await control<{ psid: string }>(sandbox, "/control/people", { name, locale })
  const context = await browser.newContext({ viewport: PHONE, locale: locale.replace("_", "-") })
  context.setDefaultTimeout(WAIT_MS)
  const page = await context.newPage()
  const goBack = async () => {
    await page.goto(`${sandbox}/?person=${psid}`)
  }
  await goBack()
  const words = (text: string | RegExp): Locator => page.getByRole("log").getByText(text)
  return {
    psid,
    page,
    context,
    goBack,
    async say(text) {
      // Coming back from a link page, the chat is drawn before its script listens.
      await page.waitForLoadState("load")
      await page.getByRole("textbox", { name: /^(message|رسالة)$/i }).fill(text)
      await page.keyboard.press("Enter")
    },
    async tap(title) {
      await page.waitForLoadState("load")
      await page.getByRole("button", { name: title, exact: true }).last().click()
    },
    async reads(text) {
      await words(text).last().waitFor()
    },
    async count(text) {
      const said = await answersTo(sandbox, psid)
      return said.filter((each) => (typeof text === "string" ? each.includes(text) : text.test(each))).length
    },
    async logIn() {
      await page
        .getByRole("link", { name: /^(Log In|تسجيل الدخول)$/ })
        .last()
        .click()
      await page.waitForURL(/\/link\//)
      return page
    },
    close: () => context.close(),
  }
}

/** Do something, and wait until the Page has said these words once more than before: older messages with the same words do not count. */
export async function hears(
  someone: Someone,
  words: string | RegExp,
  act: () => Promise<unknown>,
): Promise<void> {
  const before = await someone.count(words)
  await act()
  await vi.waitFor(async () => expect(await someone.count(words), String(words)).toBe(before + 1), {
    timeout: WAIT_MS,
    interval: 50,
  })
}

/** Say hello and tap Log In: our first page stands open. */
export async function reachStart(someone: Someone, hello = "hello"): Promise<Page> {
  await someone.say(hello)
  await someone.reads(/automated assistant|المساعد الآلي/)
  return someone.logIn()
}

/** From our first page to the bank's login, through user name and password. The second factor is asked for. */
export async function passPassword(page: Page, customer: string): Promise<void> {
  await page.locator("main form button[type=submit]").click()
  await page.locator("#username").fill(customer)
  await page.locator("#password").fill(PASSWORD)
  await page.keyboard.press("Enter")
  await page.locator("#code").waitFor()
}

/** The second factor; the bank asks which accounts afterwards. */
export async function passSecondFactor(page: Page): Promise<void> {
  await page.locator("#code").fill(SECOND_FACTOR)
  await page.keyboard.press("Enter")
  await page.locator("button[value=allow]").waitFor()
}

/** Allow some accounts at the bank. */
export async function allow(page: Page, accounts: RegExp): Promise<void> {
  await page.getByRole("checkbox", { name: accounts }).first().check()
  await page.locator("button[value=allow]").click()
}

/** Allow the first checking account at the bank, but do not open its answer here: a page cannot hold a redirect back, the same browser's
 * request can. @returns the answer's address */
export async function callbackOf(page: Page): Promise<string> {
  const account = await page
    .getByRole("checkbox", { name: /Checking/ })
    .first()
    .getAttribute("value")
  const form = { step: "allow", account: account ?? "" }
  let answer = await page.context().request.post(page.url(), { form, maxRedirects: 0 })
  for (let hops = 0; hops < 5; hops += 1) {
    const to = new URL(answer.headers()["location"] ?? "", answer.url()).href
    if (to.includes("/link/callback")) return to
    answer = await page.context().request.get(to, { maxRedirects: 0 })
  }
  throw new Error("Cannot reach the bank's answer")
}

/** What a customer does at the bank: user name, password, second factor, accounts. Ends on our consent page. */
export async function passBank(page: Page, customer: string, accounts = /Checking/): Promise<void> {
  await passPassword(page, customer)
  await passSecondFactor(page)
  await allow(page, accounts)
  await page.waitForURL(/\/link\/consent/)
}

/** Switch purposes on and press Connect. @returns the six digits the page shows */
export async function chooseAndConnect(
  page: Page,
  purposes: readonly string[],
  showAmounts = true,
): Promise<string> {
  for (const purpose of purposes) await page.locator(`input[value="${purpose}"]`).check()
  if (showAmounts) await page.locator('input[name="show_amounts"]').check()
  await page.locator("button[value=connect]").click()
  return readCode(page)
}

/** The six digits on the code page. */
export async function readCode(page: Page): Promise<string> {
  const code = page.locator(".code")
  await code.waitFor()
  return ((await code.textContent()) ?? "").replace(/[^0-9]/g, "")
}

/** Up to the code page with every purpose of that list on, then back in the chat, which asks for the code. @returns the code */
export async function reachCode(
  someone: Someone,
  customer: string,
  purposes: readonly string[],
  accounts?: RegExp,
): Promise<string> {
  const page = await reachStart(someone)
  await passBank(page, customer, accounts)
  const code = await chooseAndConnect(page, purposes)
  await someone.goBack()
  await someone.reads(/Type the 6 digits/)
  return code
}

/** The whole of linking. The chat says that it is connected. */
export async function link(
  someone: Someone,
  customer: string,
  purposes: readonly string[],
  accounts?: RegExp,
): Promise<void> {
  await someone.say(await reachCode(someone, customer, purposes, accounts))
  await someone.reads(/Connected: /)
}

/** Press the code page's button as this person: the `m.me` link opens their chat. */
export async function openInMessenger(someone: Someone, page: Page): Promise<void> {
  const href = (await page.locator("#go").getAttribute("href")) ?? ""
  await someone.page.goto(`${href}&person=${someone.psid}`)
  await someone.page.waitForLoadState("load")
}

/** End the link, so that nobody hears of this customer any more. Typed in English, which is understood in every language. */
export async function disconnect(someone: Someone): Promise<void> {
  await hears(someone, /^(Disconnected\.|انتهى الارتباط\.)/, () => someone.say("Disconnect now"))
}
