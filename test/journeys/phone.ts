// A person at the phone page, and the same person's browser at the bank: what journeys do, in the words of whoever does it.
// Knows the pages by their roles and names only, as a person or a screen reader would.
import type { Browser, BrowserContext, Locator, Page } from "playwright-core"

const PHONE = { width: 390, height: 844 }
const WAIT_MS = 15_000

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
  /** How many bubbles hold these words. */
  readonly count: (words: string | RegExp) => Promise<number>
  /** Tap Log In; the page it opens. */
  readonly logIn: () => Promise<Page>
  readonly close: () => Promise<void>
}

/** Speak JSON with the sandbox's control API. @throws Error with the status where it refuses */
export async function control<Answer>(
  sandbox: string,
  path: string,
  body?: unknown,
  method?: string,
): Promise<Answer> {
  const response = await fetch(sandbox + path, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    redirect: "manual",
    signal: AbortSignal.timeout(WAIT_MS),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`)
  return JSON.parse(text || "null") as Answer
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
  await page.goto(`${sandbox}/?person=${psid}`)
  const bubbles = page.getByRole("log")
  const words = (text: string | RegExp): Locator => bubbles.getByText(text)
  return {
    psid,
    page,
    context,
    async say(text) {
      await page.getByRole("textbox", { name: /message/i }).fill(text)
      await page.keyboard.press("Enter")
    },
    async tap(title) {
      await page.getByRole("button", { name: title, exact: true }).last().click()
    },
    async reads(text) {
      await words(text).last().waitFor()
    },
    count: (text) => words(text).count(),
    async logIn() {
      const button = page
        .getByRole("button", { name: "Log In" })
        .or(page.getByRole("link", { name: "Log In" }))
        .last()
      await button.waitFor()
      const opened = context.waitForEvent("page", { timeout: 2_000 }).catch(() => page)
      await button.click()
      const login = await opened
      await login.waitForURL(/\/link\//)
      return login
    },
    close: () => context.close(),
  }
}

/** What a customer does at the bank: user name, password, second factor, accounts. Ends on our consent page. */
export async function passBank(page: Page, customer: string, accounts = /Checking/): Promise<void> {
  await page.getByRole("button", { name: /continue/i }).click()
  await page.locator("#username").fill(customer)
  await page.locator("#password").fill("demo")
  await page.keyboard.press("Enter")
  await page.locator("#code").fill("000000")
  await page.keyboard.press("Enter")
  await page.getByRole("checkbox", { name: accounts }).first().check()
  await page.locator("button[value=allow]").click()
  await page.waitForURL(/\/link\//)
}

/** Switch purposes on and press Connect. @returns the six digits the page shows */
export async function chooseAndConnect(
  page: Page,
  purposes: readonly string[],
  showAmounts = true,
): Promise<string> {
  for (const purpose of purposes) await page.locator(`input[value="${purpose}"]`).check()
  if (showAmounts) await page.locator('input[name="show_amounts"]').check()
  await page.getByRole("button", { name: /^(connect|ربط)/i }).click()
  return readCode(page)
}

/** The six digits on the code page. */
export async function readCode(page: Page): Promise<string> {
  const code = page.locator(".code")
  await code.waitFor()
  return ((await code.textContent()) ?? "").replace(/[^0-9]/g, "")
}
