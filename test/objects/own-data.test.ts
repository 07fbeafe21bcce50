// The customer's own pages on the whole gateway in workerd: the chat's one-time link, the visit it begins, what a visit reaches and what it
// does not: another person's things, another bank's (P13).
import { runInDurableObject } from "cloudflare:test"
import { env, exports } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import { putBank } from "../../src/banks/bank-store.ts"
import type { BankId, PageId } from "../../src/foundation/id.ts"
import { parsePageRecord } from "../../src/messenger/page-record.ts"
import { pagePlace, putPage } from "../../src/messenger/page-store.ts"
import { createSession, sealSession, SESSION_COOKIE } from "../../src/privacy/me/session.ts"
import { bankRecord, transactionPosted } from "../support/bank.ts"
import {
  APP_SECRET,
  BANK,
  openGateway,
  ORIGIN,
  PAGE,
  signedWebhook,
  type Gateway,
} from "../support/gateway.ts"
import { utf8 } from "../../src/crypto/text.ts"

const CUSTOMER = "Kx7Qm2vX9kLtB4wZ8pR5nYdA"
const OTHER_BANK = "other" as BankId
const OTHER_PAGE = "100000000000002" as PageId
const PURPOSES = ["transaction_alerts", "fraud_alerts"] as const
let gateway: Gateway
let people = 0

beforeEach(async () => {
  gateway = await openGateway()
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** A person no other test has met: object ids outlive a reset. */
function someone(): string {
  people += 1
  return `91000000000000${100 + people}`
}

/** The token of the newest [My data]. */
async function tokenOf(psid: string): Promise<string> {
  return vi.waitFor(() => {
    const url = gateway.sent.flatMap((each) => (each.psid === psid ? each.urls : [])).at(-1)
    const token = url?.split("/me#")[1]
    if (token === undefined) throw new Error("No link yet")
    return token
  })
}

function post(path: string, fields: Readonly<Record<string, string>>, cookie = ""): Promise<Response> {
  return exports.default.fetch(
    new Request(ORIGIN + path, {
      method: "POST",
      headers: { origin: ORIGIN, cookie, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(fields).toString(),
      redirect: "manual",
    }),
  )
}

function get(path: string, cookie: string): Promise<Response> {
  return exports.default.fetch(new Request(ORIGIN + path, { headers: { cookie }, redirect: "manual" }))
}

async function visitOf(psid: string): Promise<string> {
  const entered = await post("/me/session", { token: await tokenOf(psid) })
  expect(entered.status).toBe(303)
  return (entered.headers.get("set-cookie") ?? "").split(";")[0] ?? ""
}

async function formOf(cookie: string): Promise<string> {
  return /name="form" value="([^"]+)"/.exec(await (await get("/me", cookie)).text())?.[1] ?? ""
}

describe("a visit", () => {
  it("begins once, however many post the link at the same time", async () => {
    const psid = someone()
    await gateway.say(psid, "my data")
    const token = await tokenOf(psid)
    const answers = await Promise.all([1, 2, 3, 4].map(() => post("/me/session", { token })))
    expect(answers.map(({ status }) => status).toSorted((left, right) => left - right)).toEqual([
      303, 403, 403, 403,
    ])
  })

  it("shows what is on; switched off it is not told from that moment, and the record says so", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, PURPOSES)
    await gateway.say(psid, "my data")
    const cookie = await visitOf(psid)
    const form = await formOf(cookie)
    await gateway.postEvents([transactionPosted({ id: `own_${psid}_1`, at: Date.now() })])
    await vi.waitFor(() => expect(told(psid)).toHaveLength(1))
    const off = await post("/me/purpose", { form, purpose: "transaction_alerts", to: "off" }, cookie)
    expect(off.headers.get("location")).toBe("/me?did=change")
    const view = await (
      await gateway.conversation(psid)
    ).ownData({ v: 1, whom: await whomOf(psid), since: gateway.means.now() })
    expect(view?.consent?.purposes).toEqual(["fraud_alerts"])
    await gateway.postEvents([transactionPosted({ id: `own_${psid}_2`, at: Date.now() })])
    // Longer than the first one took.
    await scheduler.wait(1_000)
    const receipts = await (await get("/me/receipts", cookie)).text()
    expect(receipts).toContain("You switched something off")
    const uses = await (await get("/me/uses", cookie)).text()
    expect(uses).toContain("Checked just now: none was changed, none taken out.")
    expect(uses.match(/<b>A payment<\/b>/g)).toHaveLength(1)
    expect(told(psid)).toHaveLength(1)
  })

  it("P11: while a link is pending shows neither its code nor who logged in at the bank, whatever the chat asks", async () => {
    const psid = someone()
    const link = await gateway.offer(psid, CUSTOMER, PURPOSES)
    await gateway.say(psid, "my data")
    const cookie = await visitOf(psid)
    const pages = ["/me", "/me/copy.json", "/me/copy/1", "/me/receipts", "/me/uses"]
    const shown = await Promise.all(pages.map(async (path) => (await get(path, cookie)).text()))
    const copy = JSON.parse(shown[1] ?? "") as { about: { conversation: { offer: unknown } } }
    expect(copy.about.conversation.offer).toEqual({ link, until: expect.any(Number) })
    for (const secret of [CUSTOMER, "acc_1"]) expect(shown.join("")).not.toContain(secret)
    // The bank's telephone number may have these digits among its own.
    expect(shown.join("")).not.toMatch(/(?<!\d)123456(?!\d)/)
    await gateway.say(psid, "123456")
    await vi.waitFor(() => expect(gateway.sent.at(-1)?.text).toMatch(/^Connected/))
    expect(await (await get("/me/copy.json", cookie)).text()).toContain(CUSTOMER)
  })

  it("says so where one bit of a receipt was changed", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, PURPOSES)
    await gateway.say(psid, "my data")
    const cookie = await visitOf(psid)
    await runInDurableObject(await gateway.conversation(psid), (_, state) => {
      state.storage.sql.exec("UPDATE ledger SET at = at + 1 WHERE n = 2")
    })
    expect(await (await get("/me/uses", cookie)).text()).toContain("does not fit the one before it")
  })

  it("says so where a record of what was agreed to was altered, or the newest one is gone", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, PURPOSES)
    await gateway.say(psid, "my data")
    const cookie = await visitOf(psid)
    const shown = async () => (await get("/me/receipts", cookie)).text()
    expect(await shown()).toContain("none is missing, none was changed")
    await env.DB.prepare("DELETE FROM consents WHERE kind = 'confirmed'").run()
    expect(await shown()).toContain("does not fit the one before it")
    await env.DB.prepare("UPDATE consents SET record = replace(record, 'fraud_alerts', 'receipts')").run()
    expect(await shown()).toContain("does not fit the one before it")
    expect(await shown()).not.toContain(".jwt")
  })

  it("of a link that ended meanwhile changes nothing and says so", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, PURPOSES)
    await gateway.say(psid, "my data")
    const cookie = await visitOf(psid)
    const form = await formOf(cookie)
    await gateway.say(psid, "disconnect now")
    await vi.waitFor(() => expect(gateway.sent.at(-1)?.text).toMatch(/^Disconnected\./))
    expect((await post("/me/purpose", { form, purpose: "fraud_alerts", to: "off" }, cookie)).status).toBe(409)
    expect(await (await get("/me", cookie)).text()).toContain("Nothing is connected")
  })

  it("from before everything was deleted reaches nothing of whoever writes from that chat afterwards", async () => {
    const psid = someone()
    await gateway.say(psid, "my data")
    const cookie = await visitOf(psid)
    expect(await (await get("/me/copy.json", cookie)).text()).toContain(psid)
    const { person } = await whomOf(psid)
    const requestedAt = gateway.means.now()
    await (await gateway.conversation(psid)).erase({ v: 1, person, requestedAt, oldKey: true })
    await scheduler.wait(5)
    await gateway.say(psid, "hello")
    await vi.waitFor(() => expect(gateway.sent.at(-1)?.text).toContain("automated assistant"))
    expect(await (await get("/me/copy.json", cookie)).text()).not.toContain(psid)
    const form = await formOf(cookie)
    expect((await post("/me/delete", { form }, cookie)).status).toBe(409)
    await gateway.say(psid, "my data")
    expect(await (await get("/me/copy.json", await visitOf(psid))).text()).toContain(psid)
  })

  it("P13: reaches nothing of another person, nor of another bank's", async () => {
    const psid = someone()
    const stranger = someone()
    await gateway.link(psid, CUSTOMER, PURPOSES)
    await gateway.say(psid, "my data")
    const cookie = await visitOf(psid)
    const hash = /receipts\/([^"]+)\.jwt/.exec(await (await get("/me/receipts", cookie)).text())?.[1] ?? ""
    expect((await get(`/me/receipts/${hash}.jwt`, cookie)).status).toBe(200)

    await openOtherBank()
    await sayTo(OTHER_PAGE, stranger, "my data")
    const theirs = await visitOf(stranger)
    expect((await get(`/me/receipts/${hash}.jwt`, theirs)).status).toBe(409)
    expect((await post("/me/disconnect", { form: await formOf(theirs) }, theirs)).status).toBe(409)
    expect(
      (await post("/me/purpose", { form: await formOf(cookie), purpose: "fraud_alerts", to: "off" }, theirs))
        .status,
    ).toBe(400)
    const copy = await (await get("/me/copy.json", theirs)).text()
    expect(copy).toContain(stranger)
    expect(copy).not.toContain(psid)
    expect(copy).not.toContain(CUSTOMER)

    const whom = await whomOf(psid)
    const forged = createSession(
      { ...whom, bank: OTHER_BANK },
      "en",
      gateway.means.now(),
      gateway.means.random,
    )
    const sealed = `${SESSION_COOKIE}=${await sealSession(gateway.means.vault, forged)}`
    expect((await get("/me", sealed)).status).toBe(503)
    expect(await (await get("/me/copy.json", sealed)).text()).not.toContain(CUSTOMER)
    const conversation = await gateway.conversation(psid)
    for (const wrong of [
      { bank: OTHER_BANK },
      { page: OTHER_PAGE },
      { person: (await whomOf(stranger)).person },
    ])
      expect(
        await conversation.everything({ v: 1, whom: { ...whom, ...wrong }, since: gateway.means.now() }),
      ).toBeUndefined()
    expect(
      (await conversation.ownData({ v: 1, whom, since: gateway.means.now() }))?.consent?.purposes,
    ).toHaveLength(2)
  })
})

function told(psid: string): readonly string[] {
  return gateway.sent.flatMap((each) =>
    each.psid === psid && /paid|payment,/.test(each.text) ? [each.text] : [],
  )
}

async function whomOf(psid: string) {
  return { person: await gateway.personOf(psid), page: PAGE, bank: BANK } as const
}

async function openOtherBank(): Promise<void> {
  const { db, vault, banks, pages, now } = gateway.means
  const by = bySystem("a second bank to test", now())
  const record = parsePageRecord({ v: 1, id: OTHER_PAGE, bank: OTHER_BANK, name: "Other Bank" })
  if (!record.ok) throw new Error("Cannot read the Page of the tests")
  await putBank(db, { ...bankRecord(), id: OTHER_BANK, name: "Other Bank" }, by)
  await putPage(db, record.value, await vault.seal("dev-page-token", pagePlace(record.value)), by)
  banks.forget(OTHER_BANK)
  pages.forget(OTHER_PAGE)
}

async function sayTo(page: PageId, psid: string, text: string): Promise<void> {
  const event = {
    sender: { id: psid },
    recipient: { id: page },
    timestamp: Date.now(),
    message: { mid: `m_own_${psid}`, text },
  }
  const body = utf8(
    JSON.stringify({ object: "page", entry: [{ id: page, time: Date.now(), messaging: [event] }] }),
  )
  const init = await signedWebhook(body, APP_SECRET)
  expect((await exports.default.fetch(new Request(`${ORIGIN}/messenger/webhook`, init))).status).toBe(200)
}
