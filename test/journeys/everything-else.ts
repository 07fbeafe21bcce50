// The rest of what a gateway keeps anything of, done once with values that stand nowhere else, for the scan of raw storage: linking by
// m.me, banks elsewhere, hints, a fraud question answered No, cards frozen, the own pages with a copy and receipts, letters, keys, secrets, a
// refused event, an approval, an erasure. By HTTP wherever no page is needed. It says what must not lie anywhere.
import { expect, vi } from "vitest"
import type { Browser } from "playwright-core"
import { registerElsewhere } from "../../sandbox/demo.mjs"
import { admin } from "./command.ts"
import { accountOf, control, customerOf, passTime, readThread, tellOf, timeOf } from "./control.ts"
import { hearsBy, linkSomebody, say, unlinkAll, type Sides } from "./linked.ts"
import { chooseAndConnect, hears, meet, openInMessenger, passBank } from "./phone.ts"
import type { Needle } from "./storage-scan.ts"

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const WORDS = "kindly remember that Aunt Leopoldine keeps the cellar key under the barometer"
const HINTED = { merchant: "Hinted Scanworks Kooperative", amount: "61428357", shown: "61,428,357" }
const DENIED = { merchant: "Denied Scanworks Sarl", amount: "5391.46", shown: "5,391.46" }
const REFUSED = "Refused Scanworks Oy"

/** Do it all. @returns what must not lie in clear, beside what people and the bank's books hold */
export async function everythingElse(browser: Browser, sides: Sides): Promise<readonly Needle[]> {
  const { gateway, sandbox } = sides
  await byMessengerLink(browser, sides)
  const elsewhere = await registerElsewhere(gateway, sandbox, "demo-uk")
  const purposes = ["account_service", "receipts"]
  const place = { bank: "demo-uk", page: elsewhere }
  const far = await linkSomebody(sides, "Ursula Faraway-Scan", "ana", purposes, place)
  await say(sandbox, far, "balance")
  await hearsBy(sandbox, far, /^Checking .*available, as of/)

  const all = ["account_service", "balance_updates", "transaction_alerts", "fraud_alerts"]
  const psid = await linkSomebody(sides, "Leopoldine Everything-Scan", "chi", all)
  await say(sandbox, psid, WORDS)
  await hinted(sandbox, psid)
  await denied(sandbox, psid)
  await say(sandbox, psid, "freeze my card")
  await hearsBy(sandbox, psid, /Which card|frozen|names no card/)
  const own = await ownPages(sides, psid)
  const secrets = await byOperators(sides)
  await refusedEvent(sides)
  await unlinkAll(sandbox, [far])
  await say(sandbox, psid, "delete my data")
  await hearsBy(sandbox, psid, /Delete everything kept here about you/)
  await say(sandbox, psid, "Delete everything")
  await hearsBy(sandbox, psid, /Nothing about you is used here any more/)
  // Lines of the trail move to their logs, refusals to their rows.
  await passTime(sandbox, 2 * MINUTE_MS)
  return [
    ...own,
    ...secrets,
    ...[WORDS, HINTED.merchant, DENIED.merchant, REFUSED].map((value) => ({ name: "text", value })),
    ...[HINTED, DENIED].flatMap(({ amount, shown }) =>
      [amount, shown, amount.replace(".", "")].map((value) => ({ name: "amount", value })),
    ),
    { name: "Page token", value: "dev-page-token-demo-uk" },
  ]
}

/** From the bank's own site into the chat, and out of it again. */
async function byMessengerLink(browser: Browser, { gateway, sandbox }: Sides): Promise<void> {
  const someone = await meet(browser, sandbox, "Marguerite Messengerlink-Scan")
  await someone.say("hello")
  await someone.reads(/automated assistant/)
  const context = await browser.newContext({ locale: "en-US" })
  const page = await context.newPage()
  await page.goto(`${gateway}/link/demo`)
  await passBank(page, "ben")
  const code = await chooseAndConnect(page, ["receipts"])
  await hears(someone, /Type the 6 digits/, () => openInMessenger(someone, page))
  await hears(someone, /Connected: /, () => someone.say(code))
  await context.close()
  await unlinkAll(sandbox, [someone.psid])
}

/** The bank hints that something is new, and is asked what. */
async function hinted(sandbox: string, psid: string): Promise<void> {
  const { id } = await accountOf(sandbox, "chi")
  const { merchant, amount } = HINTED
  const order = { account: id, amount, direction: "credit", merchant, as: "fdx" }
  await control(sandbox, "/control/bank/payments", order)
  await hearsBy(sandbox, psid, /Hinted Scanworks/)
}

/** A payment that was not theirs. */
async function denied(sandbox: string, psid: string): Promise<void> {
  const now = await timeOf(sandbox)
  const data = {
    case_id: "F-SCAN0002",
    card: { last4: "5512" },
    transaction: {
      amount: { value: DENIED.amount, currency: "EUR" },
      occurred_at: new Date(now).toISOString(),
      merchant: { name: DENIED.merchant },
    },
    reply: { allowed: ["confirm", "deny"], expires_at: new Date(now + HOUR_MS).toISOString() },
  }
  await tellOf(sandbox, { type: "bank.fraud.suspected.v1", customer: "chi", data })
  await hearsBy(sandbox, psid, /Denied Scanworks/)
  await say(sandbox, psid, "No, not me")
  await hearsBy(sandbox, psid, /has your report|could not reach|please call/i)
}

/** The own pages, with everything they hand out. */
async function ownPages({ gateway, sandbox }: Sides, psid: string): Promise<readonly Needle[]> {
  const doors = async () =>
    [...JSON.stringify(await readThread(sandbox, psid)).matchAll(/\/me#([^"]+)/g)].map(([, token]) => token)
  const before = (await doors()).length
  await say(sandbox, psid, "my data")
  await vi.waitFor(async () => expect((await doors()).length).toBeGreaterThan(before), { timeout: 20_000 })
  const token = (await doors()).at(-1) ?? ""
  const post = (path: string, fields: Record<string, string>, cookie = "") =>
    fetch(gateway + path, {
      method: "POST",
      redirect: "manual",
      headers: { origin: gateway, cookie },
      body: new URLSearchParams(fields),
    })
  const entered = await post("/me/session", { token })
  expect(entered.status).toBe(303)
  const cookie = (entered.headers.get("set-cookie") ?? "").split(";")[0] ?? ""
  const get = async (path: string) => (await fetch(gateway + path, { headers: { cookie } })).text()
  expect(await get("/me/copy.json")).toContain(psid)
  expect(await get("/me/uses")).toContain("A payment")
  const file = /receipts\/([^"]+\.jwt)/.exec(await get("/me/receipts"))?.[1] ?? ""
  const receipt = await get(`/me/receipts/${file}`)
  const form = /name="form" value="([^"]+)"/.exec(await get("/me"))?.[1] ?? ""
  expect((await post("/me/purpose", { form, purpose: "balance_updates", to: "off" }, cookie)).status).toBe(
    303,
  )
  const visit = cookie.slice(cookie.indexOf("=") + 1)
  const values = [token, visit, form, receipt.split(".")[1] ?? ""]
  return values.map((value) => ({ name: "own pages", value }))
}

/** Keys, secrets, and what is asked about customers. */
async function byOperators({ gateway, sandbox }: Sides): Promise<readonly Needle[]> {
  const { key } = await admin<{ key: string }>(gateway, "/banks/demo/api-keys", { name: "scan" })
  const { secret } = await admin<{ secret: string }>(gateway, "/banks/demo/webhook-secrets", {})
  const { reference } = await customerOf(sandbox, "chi")
  await admin(gateway, "/banks/demo/customer/export", { customer: reference })
  await admin(gateway, "/banks/demo/consents", { at: new Date().toISOString() })
  const between = { from: "2026-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z" }
  await admin(gateway, "/banks/demo/disclosures", between)
  // What was done lies in the bank's log once the scheduled work has run.
  expect((await fetch(`${gateway}/cdn-cgi/local/scheduled`)).status).toBe(200)
  await admin(gateway, "/audit/demo/check")
  const headers = { authorization: `Bearer ${key}`, "tellerline-subject": reference }
  for (const path of ["/link", "/links", "/events/evt_scan"])
    expect((await fetch(`${gateway}/banks/demo${path}`, { headers })).status).toBe(200)
  return [
    { name: "bank's key", value: key },
    { name: "webhook secret", value: secret },
    { name: "webhook secret", value: secret.slice("whsec_".length) },
  ]
}

/** An event nobody signed: why it was refused is kept, what it said is not. */
async function refusedEvent({ gateway, sandbox }: Sides): Promise<void> {
  const { reference } = await customerOf(sandbox, "chi")
  const response = await fetch(`${gateway}/banks/demo/events`, {
    method: "POST",
    headers: { "content-type": "application/cloudevents+json" },
    body: JSON.stringify({
      specversion: "1.0",
      id: "evt_refused",
      subject: reference,
      data: { name: REFUSED },
    }),
  })
  expect(response.status).toBe(401)
  const kept = async () =>
    (await admin<{ refusals: readonly object[] }>(gateway, "/banks/demo/refusals")).refusals
  await vi.waitFor(async () => expect(await kept()).not.toEqual([]), { timeout: 20_000 })
}
