// Every way out, each from a live link: nothing is told afterwards, the bank took its tokens back, and was told why; the person reads
// neutral words where they are in the chat. Ends a week later than it began.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import type { Browser } from "playwright-core"
import { launch } from "./browser.ts"
import { admin, tellerline } from "./command.ts"
import { accountOf, answersTo, control, customerOf, passTime, tellOf, tokensAt } from "./control.ts"
import { readDirectory } from "./gateway-state.ts"
import { here } from "./house.ts"
import { hearsBy, linkSomebody, say } from "./linked.ts"
import { hears, link, meet } from "./phone.ts"

const DAY_MS = 86_400_000
const WAIT = { timeout: 30_000, interval: 100 }
const PURPOSES = ["transaction_alerts", "fraud_alerts", "account_service"]

interface Told {
  readonly type: string
  readonly subject: string
  readonly data: { readonly reason: string; readonly purposes: readonly string[] }
}

describe("leaving", () => {
  const [gateway, sandbox, stateDir] = [here("gateway"), here("sandbox"), here("stateDir")]
  let reference: string
  let browser: Browser
  let payments = 0

  beforeAll(async () => {
    browser = await launch()
    reference = (await customerOf(sandbox, "chi")).reference
  })
  afterAll(() => browser?.close())

  const someone = (name: string) => linkSomebody({ gateway, sandbox }, name, "chi", PURPOSES)

  /** What the bank was told of changes or ends of this customer's links, oldest first. */
  async function linksTold(status: "changed" | "ended"): Promise<readonly Told[]> {
    const { callbacks } = await control<{ callbacks: readonly { readonly event: Told }[] }>(
      sandbox,
      "/control/bank/callbacks",
    )
    return callbacks
      .map(({ event }) => event)
      .filter(({ subject, type }) => subject === reference && type === `tellerline.link.${status}.v1`)
  }

  /** The bank tells of a payment. @returns its merchant */
  async function pay(): Promise<string> {
    const { id } = await accountOf(sandbox, "chi")
    const merchant = `Leaving Stores ${(payments += 1)}`
    await control(sandbox, "/control/bank/payments", {
      account: id,
      amount: "1234",
      direction: "debit",
      merchant,
    })
    return merchant
  }

  /** Do what ends the link, and see it ended everywhere. */
  async function leave(psid: string, reason: string, act: () => Promise<unknown>): Promise<void> {
    const [before, tokens] = [(await linksTold("ended")).length, await tokensAt(sandbox, reference)]
    await act()
    await vi.waitFor(async () => {
      expect((await linksTold("ended")).slice(before)).toMatchObject([{ data: { reason } }])
      expect(await tokensAt(sandbox, reference)).toBeLessThanOrEqual(Math.max(0, tokens - 1))
    }, WAIT)
    const merchant = await pay()
    await say(sandbox, psid, "balance")
    await hearsBy(sandbox, psid, /Connect it at|needs your account/)
    expect((await answersTo(sandbox, psid)).filter((words) => words.includes(merchant))).toEqual([])
  }

  test('"stop", seven days, and not before; [Undo] until then', async () => {
    const chi = await meet(browser, sandbox, "Chi Stop-Example")
    await link(chi, "chi", PURPOSES)
    await chi.say("stop")
    await chi.reads(/All messages from .* are off, fraud alerts too\. Your connection ends in 7 days\./)
    const unheard = await pay()
    await chi.tap("Undo")
    await chi.reads(/Undone\./)
    const heard = await pay()
    await chi.reads(heard)
    expect(await chi.count(unheard)).toBe(0)
    await hears(chi, /ends in 7 days/, () => chi.say("stop"))
    await leave(chi.psid, "disconnected", () => passTime(sandbox, 7 * DAY_MS))
    await chi.close()
  })

  test("one purpose: its messages end at once, the bank hears of the change, one tap undoes it", async () => {
    const psid = await someone("Chi Purpose-Example")
    const before = (await linksTold("changed")).length
    await say(sandbox, psid, "stop payments")
    await hearsBy(sandbox, psid, /^Off from now on: payments\./)
    await vi.waitFor(async () => {
      expect((await linksTold("changed")).slice(before)).toMatchObject([
        {
          data: { reason: "changed_by_customer", purposes: ["fraud_alerts", "account_service"] },
        },
      ])
    }, WAIT)
    const unheard = await pay()
    await say(sandbox, psid, "undo")
    await hearsBy(sandbox, psid, /^Switched on: payments\./)
    // The directory's word from just before the change is waited for, not believed.
    const heard = await pay()
    await hearsBy(sandbox, psid, new RegExp(heard))
    expect((await answersTo(sandbox, psid)).filter((words) => words.includes(unheard))).toEqual([])
    await leave(psid, "disconnected", () => say(sandbox, psid, "Disconnect now"))
  })

  test("[Disconnect now], in Arabic", async () => {
    const chi = await meet(browser, sandbox, "Chi Arabic-Example", "ar_AR")
    await link(chi, "chi", PURPOSES)
    await chi.say("إيقاف")
    await chi.reads(/أُوقفت كل الرسائل|أُوقفت/)
    await leave(chi.psid, "disconnected", async () => {
      await chi.tap("إنهاء الآن")
      await chi.reads(/انتهى الارتباط/)
    })
    await chi.close()
  })

  test("Log Out at Messenger", async () => {
    const psid = await someone("Chi Logout-Example")
    await leave(psid, "disconnected", () =>
      control(sandbox, `/control/people/${psid}/send`, { unlink: true }),
    )
    await hearsBy(sandbox, psid, /^You logged out, so your connection with/)
  })

  test.each(["bank.consent.revoked.v1", "bank.customer.closed.v1"])("the bank says %s", async (type) => {
    const psid = await someone("Chi Revoked-Example")
    await leave(psid, "revoked_by_bank", () =>
      tellOf(sandbox, {
        type,
        customer: "chi",
        data: { consent_id: "tellerline", reason: "customer_request" },
      }),
    )
    await hearsBy(sandbox, psid, /^Your connection with .* has ended\. Connect again when you like\./)
  })

  test("the bank refuses the tokens, and had said nothing", async () => {
    const psid = await someone("Chi Refused-Example")
    await leave(psid, "refused_by_bank", async () => {
      const revoked = await fetch(`${sandbox}/bank/desk/revoke`, {
        method: "POST",
        body: new URLSearchParams({ customer: "chi" }),
      })
      expect(revoked.status).toBe(200)
      await say(sandbox, psid, "balance")
      await hearsBy(sandbox, psid, /no longer accepts this connection/)
    })
  })

  test("an operator ends it, by name and with a reason", async () => {
    const psid = await someone("Chi Operator-Example")
    const [newest] = readDirectory(
      stateDir,
      "SELECT id FROM links WHERE state = ? ORDER BY created_at DESC LIMIT 1",
      "live",
    )
    const id = String(newest?.["id"])
    await leave(psid, "ended_by_operator", () =>
      tellerline(gateway, "links", "end", id, "--reason", "The phone was lost"),
    )
    expect(await admin(gateway, `/links/${id}`)).toMatchObject({ state: "ended", revocationWaits: false })
    await hearsBy(sandbox, psid, /^Your connection with .* has ended\./)
  })
})
