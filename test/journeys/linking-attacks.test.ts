// P11 played in full: what somebody can try who wants a stranger's chat tied to another's account. All of it fails but one: a customer who
// passes the code on. That one is told to the bank and to the customer's other chat, and is worth little for a day.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { Browser, BrowserContext, Page } from "playwright-core"
import { launch } from "./browser.ts"
import { accountOf, control, customerOf, passTime, setBank, setBankRecord, tellOf } from "./control.ts"
import { countLinks } from "./gateway-state.ts"
import { here } from "./house.ts"
import { linkSomebody } from "./linked.ts"
import {
  callbackOf,
  chooseAndConnect,
  disconnect,
  hears,
  meet,
  openInMessenger,
  passBank,
  passPassword,
  passSecondFactor,
  type Someone,
} from "./phone.ts"

const MINUTE_MS = 60_000
const PURPOSES = ["account_service", "fraud_alerts", "transaction_alerts"]
const PAGE = "100000000000001"
/** Queues and alarms in between take seconds on a busy machine. */
const SOON = { timeout: 20_000 }
const ASKED = /Type the 6 digits/
const DIGITS = /[0-9]/g

interface Told {
  readonly type: string
  readonly subject: string
  readonly data: { readonly reason: string; readonly event?: { readonly id: string } }
}

describe("attacks on linking", () => {
  const gateway = here("gateway")
  const sandbox = here("sandbox")
  const stateDir = here("stateDir")
  let browser: Browser
  let victim: Someone
  let mallory: Someone
  let context: BrowserContext
  /** The victim's browser, at the bank and at ours. */
  let page: Page
  let before: number

  beforeAll(async () => {
    browser = await launch()
  })

  afterAll(() => browser?.close())

  beforeEach(async () => {
    before = countLinks(stateDir, "live")
    victim = await meet(browser, sandbox, "Vera Victim-Example")
    mallory = await meet(browser, sandbox, "Mallory Stranger-Example")
    for (const each of [victim, mallory]) await hears(each, /automated assistant/, () => each.say("hello"))
    context = await browser.newContext({ locale: "en-US" })
    context.setDefaultTimeout(15_000)
    page = await context.newPage()
  })

  afterEach(async () => {
    await victim.close()
    await mallory.close()
    await context.close()
  })

  /** Where a Log In of that person leads. */
  async function logInOf(someone: Someone): Promise<string> {
    const url = `${gateway}/link/demo?page=${PAGE}`
    const { location } = await control<{ location: string }>(
      sandbox,
      `/control/people/${someone.psid}/login`,
      { url },
    )
    return location
  }

  /** Six digits that are not these. */
  function guess(code: string): string {
    return code.replace(DIGITS, (digit) => String((Number(digit) + 5) % 10))
  }

  async function expectNobodyLinked(): Promise<void> {
    expect(countLinks(stateDir, "live")).toBe(before)
    for (const each of [victim, mallory]) {
      expect(await each.count(/^Connected: /)).toBe(0)
      await hears(each, /That needs your account/, () => each.say("balance"))
    }
  }

  test("the attacker's Log In finished by the victim: the attacker's chat is asked for a code it never saw", async () => {
    await page.goto(await logInOf(mallory))
    await passBank(page, "ben")
    const code = await chooseAndConnect(page, PURPOSES)
    await mallory.reads(ASKED)
    expect(await victim.count(ASKED)).toBe(0)
    await page.locator("#go").click()
    await hears(victim, /I didn't get that/, () => victim.say(code))
    for (const words of [/2 tries left/, /1 try left/, /Nothing was connected/])
      await hears(mallory, words, () => mallory.say(guess(code)))
    await hears(mallory, /didn't get (that|it)/, () => mallory.say(code))
    await expectNobodyLinked()
  })

  test("the same, once Log In has grown too old: the victim's own chat opens, and the link ends", async () => {
    await page.goto(await logInOf(mallory))
    await passPassword(page, "ben")
    await passTime(sandbox, 6 * MINUTE_MS)
    await passSecondFactor(page)
    await page
      .getByRole("checkbox", { name: /Checking/ })
      .first()
      .check()
    await page.locator("button[value=allow]").click()
    await page.waitForURL(/\/link\/consent/)
    const code = await chooseAndConnect(page, PURPOSES)
    await mallory.reads(ASKED)
    await openInMessenger(victim, page)
    await victim.reads(/opened in another chat too, so I stopped it/)
    await hears(mallory, /Nothing was connected/, () => mallory.say(code))
    await expectNobodyLinked()
  })

  test("the attacker's m.me link opened by the victim: asked for a code the victim never saw, and the attacker comes too late", async () => {
    await page.goto(`${gateway}/link/demo`)
    await passBank(page, "ana")
    const code = await chooseAndConnect(page, PURPOSES)
    await openInMessenger(victim, page)
    await victim.reads(/to connect Checking ••/)
    await hears(victim, /2 tries left/, () => victim.say(guess(code)))
    await openInMessenger(mallory, page)
    await mallory.reads(/opened in another chat too/)
    await hears(victim, /Nothing was connected/, () => victim.say(code))
    await expectNobodyLinked()
  })

  test("the victim's m.me link opened first by the attacker: a stranger without the code, and the victim's opening ends it", async () => {
    await page.goto(`${gateway}/link/demo`)
    await passBank(page, "ben")
    const code = await chooseAndConnect(page, PURPOSES)
    await openInMessenger(mallory, page)
    await mallory.reads(ASKED)
    await hears(mallory, /2 tries left/, () => mallory.say(guess(code)))
    await openInMessenger(victim, page)
    await victim.reads(/opened in another chat too, so I stopped it/)
    await hears(victim, /didn't get (that|it)/, () => victim.say(code))
    await hears(mallory, /Nothing was connected/, () => mallory.say(code))
    await page.reload()
    await page.getByRole("heading", { name: "This connection has ended" }).waitFor()
    await expectNobodyLinked()
  })

  test("two tabs, the attacker's Log In and the victim's own start: what began in one is not finished in the other", async () => {
    await page.goto(await logInOf(mallory))
    await passPassword(page, "ben")
    await passSecondFactor(page)
    const stolen = await callbackOf(page)
    const other = await context.newPage()
    await other.goto(`${gateway}/link/demo`)
    await passPassword(other, "ben")
    await page.goto(stolen)
    await page.getByRole("heading", { name: "This answer belongs to another attempt" }).waitFor()
    expect(countLinks(stateDir, "pending")).toBe(0)
    expect(await mallory.count(ASKED)).toBe(0)
    await expectNobodyLinked()
  })

  test("two tabs, the victim's own start first: the attacker's Log In ends what was under way, and gets nothing of it", async () => {
    await page.goto(`${gateway}/link/demo`)
    await passPassword(page, "ben")
    await passSecondFactor(page)
    const own = await callbackOf(page)
    const other = await context.newPage()
    await other.goto(await logInOf(mallory))
    await passPassword(other, "ben")
    await page.goto(own)
    await page.getByRole("heading", { name: "This answer belongs to another attempt" }).waitFor()
    expect(countLinks(stateDir, "pending")).toBe(0)
    expect(await mallory.count(ASKED)).toBe(0)
    await expectNobodyLinked()
  })

  test("a code passed on succeeds; the bank and the other chat hear of it, it shows no amount, and [That wasn't me] ends it", async () => {
    const sides = { gateway, sandbox }
    const own = await linkSomebody(sides, "Ben Atkinson-Example", "ben", PURPOSES)
    const { reference } = await customerOf(sandbox, "ben")
    await setBankRecord(gateway, { newLinkHours: 24 })
    try {
      await page.goto(await logInOf(mallory))
      await passBank(page, "ben")
      const code = await chooseAndConnect(page, PURPOSES)
      await mallory.reads(ASKED)
      await hears(mallory, /Connected: Checking.*\n?.*For your safety amounts stay hidden/, () =>
        mallory.say(code),
      )
      await toldOf(reference, "tellerline.link.activated.v1", "code_confirmed")

      // Nothing of worth for a day.
      await hears(mallory, /amounts stay hidden here until .*own app shows them/, () =>
        mallory.say("balance"),
      )
      const { id } = await accountOf(sandbox, "ben")
      const merchant = "Marktkauf Schöneberg"
      await hears(mallory, merchant, () =>
        control(sandbox, "/control/bank/payments", {
          account: id,
          amount: "61.30",
          direction: "debit",
          merchant,
        }),
      )
      expect(await mallory.count(/61\.30/)).toBe(0)
      const fraud = await tellOf(sandbox, { type: "bank.fraud.suspected.v1", customer: "ben" })
      await mallory.reads(/Fraud check from Harbourline Bank: a payment at/)
      await toldOf(reference, "tellerline.event.undeliverable.v1", "new_link", fraud)

      // The customer's own chat.
      const ben = await chatOf(own)
      await ben.getByRole("log").getByText("Another chat was connected to your account").last().waitFor()
      await ben.getByRole("button", { name: "That wasn't me" }).last().click()
      await ben.getByRole("log").getByText("I am ending that connection").last().waitFor()
      await toldOf(reference, "tellerline.link.ended.v1", "not_me")
      await expect.poll(() => countLinks(stateDir, "live"), SOON).toBe(before + 1)
      await mallory.reads(/Your connection with Harbourline Bank has ended/)
      await hears(mallory, /That needs your account/, () => mallory.say("balance"))
    } finally {
      await setBankRecord(gateway, { newLinkHours: 0 })
    }
    await control(sandbox, `/control/people/${own}/send`, { text: "Disconnect now" })
    await expect.poll(() => countLinks(stateDir, "live"), SOON).toBe(before)
  })

  test("two chats a customer, and no third", async () => {
    const sides = { gateway, sandbox }
    const psids = [
      await linkSomebody(sides, "Ben First-Example", "ben", ["account_service"]),
      await linkSomebody(sides, "Ben Second-Example", "ben", ["account_service"]),
    ]
    // Known before anything is chosen, where the chat is known.
    await page.goto(await logInOf(mallory))
    await passPassword(page, "ben")
    await passSecondFactor(page)
    await page
      .getByRole("checkbox", { name: /Checking/ })
      .first()
      .check()
    await page.locator("button[value=allow]").click()
    await page.getByRole("heading", { name: "No more chats can be connected to this account" }).waitFor()
    // Else when it would go live.
    await page.goto(`${gateway}/link/demo`)
    await passBank(page, "ben")
    const code = await chooseAndConnect(page, PURPOSES)
    await openInMessenger(mallory, page)
    await mallory.reads(ASKED)
    await hears(mallory, /as many chats as Harbourline Bank allows/, () => mallory.say(code))
    expect(countLinks(stateDir, "live")).toBe(before + 2)
    for (const psid of psids)
      await control(sandbox, `/control/people/${psid}/send`, { text: "Disconnect now" })
    await expect.poll(() => countLinks(stateDir, "live"), SOON).toBe(before)
  })

  test("a bank that must confirm: nothing is live before its word, nor after its no", async () => {
    await setBankRecord(gateway, { linkConfirmation: "required" })
    try {
      await setBank(sandbox, { linkConfirmation: "pending" })
      await reachOffer()
      await hears(victim, /That is the code\. Harbourline Bank confirms the connection now/, async () =>
        victim.say(await readCodeOf(page)),
      )
      await hears(victim, /That needs your account/, () => victim.say("balance"))
      expect(countLinks(stateDir, "live")).toBe(before)
      await setBank(sandbox, { linkConfirmation: "confirmed" })
      await victim.reads(/Connected: Checking/)
      await disconnect(victim)

      await setBank(sandbox, { linkConfirmation: "refused" })
      await reachOffer()
      await hears(victim, /Harbourline Bank did not confirm this connection/, async () =>
        victim.say(await readCodeOf(page)),
      )
      expect(countLinks(stateDir, "live")).toBe(before)
    } finally {
      await setBank(sandbox, { linkConfirmation: "confirmed" })
      await setBankRecord(gateway, { linkConfirmation: "none" })
    }
  })

  /** The victim's own link, up to the question for the code. */
  async function reachOffer(): Promise<void> {
    await page.goto(`${gateway}/link/demo`)
    await passBank(page, "ben")
    await chooseAndConnect(page, PURPOSES)
    await hears(victim, ASKED, () => openInMessenger(victim, page))
  }

  async function readCodeOf(shown: Page): Promise<string> {
    return ((await shown.locator(".code").textContent()) ?? "").replace(/\D/g, "")
  }

  async function chatOf(psid: string): Promise<Page> {
    const chat = await context.newPage()
    await chat.goto(`${sandbox}/?person=${psid}`)
    return chat
  }

  /** Wait until the bank was told that, well signed. */
  async function toldOf(subject: string, type: string, reason: string, event?: string): Promise<void> {
    await expect
      .poll(async () => {
        const { callbacks } = await control<{
          callbacks: readonly { readonly proof: string; readonly event: Told }[]
        }>(sandbox, "/control/bank/callbacks")
        return callbacks.filter(
          ({ proof, event: told }) =>
            proof === "good" &&
            told.type === type &&
            told.subject === subject &&
            told.data.reason === reason &&
            (event === undefined || told.data.event?.id === event),
        ).length
      }, SOON)
      .toBeGreaterThan(0)
  }
})
