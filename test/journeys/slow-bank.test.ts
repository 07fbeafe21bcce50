// A bank that takes ten seconds over a balance holds up nobody: while the question hangs, the same person's fraud alert and
// "stop" and somebody else's "help" take their usual time, and the person hears within five seconds that the bank is slow.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import { accountOf, inWords, setBank, tellOf, timeOf } from "./control.ts"
import { here } from "./house.ts"
import { link, meet, type Someone } from "./phone.ts"

/** What an answer may take while nothing is in the way, page and two processes on two cores included. */
const SOON_MS = 2_000
/** Five seconds, and half of one for the way to the page. */
const HEARD_MS = 5_500

describe("a slow bank", () => {
  const sandbox = here("sandbox")
  let browser: Browser
  let ana: Someone
  let ben: Someone

  beforeAll(async () => {
    browser = await launch()
    ;[ana, ben] = await Promise.all([
      meet(browser, sandbox, "Ana Slow-Example"),
      meet(browser, sandbox, "Ben Beside-Example"),
    ])
    await link(ana, "ana", ["account_service", "fraud_alerts"])
  })

  afterEach(() => setBank(sandbox, { accountData: "up" }))
  afterAll(() => browser?.close())

  test('delays no alert, no "stop" and nobody else; the person hears within five seconds; the link is fine', async () => {
    await setBank(sandbox, { accountData: "slow", slowMs: 10_000 })
    const asked = Date.now()
    await ana.say("balance")

    await within(SOON_MS, async () => {
      await tellOf(sandbox, { type: "bank.fraud.suspected.v1", customer: "ana", data: await suspicion() })
      await ana.reads(/Fraud check from Harbourline Bank: 333\.33 EUR at Slow Motion Stores/)
    })
    await within(SOON_MS, async () => {
      await ana.say("stop")
      await ana.reads(/All messages from Harbourline Bank are off/)
    })
    await within(SOON_MS, async () => {
      await ben.say("help")
      await ben.reads(/Connect your account and I can show balances/)
    })
    expect(await ana.count(/not answering/)).toBe(0)
    await ana.reads(/Harbourline Bank is not answering right now\. Your connection is fine\./)
    expect(Date.now() - asked).toBeLessThan(HEARD_MS)

    await ana.tap("Undo")
    await ana.reads(/Undone\./)
    await setBank(sandbox, { accountData: "up" })
    const { available, currency } = await accountOf(sandbox, "ana")
    await ana.tap("Try again")
    await ana.reads(`Checking ••4821: ${inWords(available, currency)} available`)
    expect(await ana.count(/not answering/)).toBe(1)
  })

  test("a bank that is down says so at once, and the link is fine", async () => {
    await setBank(sandbox, { accountData: "down" })
    const before = await ana.count(/not answering/)
    await ana.say("payments")
    await expect.poll(() => ana.count(/not answering right now/), { timeout: HEARD_MS }).toBe(before + 1)
    await setBank(sandbox, { accountData: "up" })
    await ana.say("payments")
    await ana.reads(/Checking ••4821, latest first:/)
  })

  async function suspicion() {
    const now = await timeOf(sandbox)
    return {
      case_id: "F-SLOWBANK",
      card: { last4: "5512" },
      transaction: {
        amount: { value: "333.33", currency: "EUR" },
        occurred_at: new Date(now).toISOString(),
        merchant: { name: "Slow Motion Stores" },
      },
      reply: { allowed: ["confirm", "deny"], expires_at: new Date(now + 3_600_000).toISOString() },
    }
  }

  async function within(limitMs: number, step: () => Promise<void>): Promise<void> {
    const before = Date.now()
    await step()
    expect(Date.now() - before).toBeLessThan(limitMs)
  }
})
