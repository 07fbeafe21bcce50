// Erasure in workerd, the whole way: asked in the chat, by the bank; with the real directory, object and queues; and the bank's own
// questions about who is linked, through every hostile case.
import { runInDurableObject } from "cloudflare:test"
import { env, exports } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import { createApiKey } from "../../src/banks/api-key.ts"
import { insertApiKey } from "../../src/banks/api-key-store.ts"
import { putBank } from "../../src/banks/bank-store.ts"
import { DAY_MS } from "../../src/foundation/clock.ts"
import type { BankId, LinkId } from "../../src/foundation/id.ts"
import { deadLetterOf } from "../../src/notifications/dead-letter.ts"
import { keepDeadLetters } from "../../src/notifications/dead-letter-store.ts"
import { LETTERS_A_STEP } from "../../src/privacy/erased-letters.ts"
import { sealPacks } from "../../src/jobs/pack.ts"
import { bankRecord, transactionPosted } from "../support/bank.ts"
import { BANK, openGateway, ORIGIN, type Gateway } from "../support/gateway.ts"

const OTHER = "other-bank" as BankId
let gateway: Gateway
let people = 0

/** One key a bank for the whole file: the gateway remembers a bank's keys for a minute, as it should. */
const made = Promise.all(
  [BANK, OTHER].map((bank) => {
    const createdAt = Date.now()
    const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
    return createApiKey({ bank, name: "a test", createdAt, expiresAt: createdAt + DAY_MS }, random)
  }),
)

beforeEach(async () => {
  gateway = await openGateway()
  const { db, banks } = gateway.means
  await putBank(db, { ...bankRecord(), id: OTHER }, bySystem("a test", Date.now()))
  banks.forget(OTHER)
  for (const { kept } of await made) await insertApiKey(db, kept, bySystem("a test", Date.now()))
})

afterEach(() => {
  vi.restoreAllMocks()
})

function someone(): { psid: string; customer: string } {
  people += 1
  return { psid: `90000000000000${700 + people}`, customer: `Er4sure-Cust0mer-${700 + people}` }
}

async function keyOf(bank: BankId): Promise<string> {
  return (await made).find(({ kept }) => kept.bank === bank)?.key.reveal() ?? ""
}

/** Linked, with nothing to be taken back at a bank that does not stand here. */
async function linked(...given: Parameters<Gateway["link"]>): Promise<LinkId> {
  const link = await gateway.link(...given)
  await env.DB.prepare("UPDATE links SET tokens_sealed = NULL WHERE id = ?").bind(link).run()
  return link
}

function ask(method: string, path: string, headers: Record<string, string>): Promise<Response> {
  return exports.default.fetch(new Request(ORIGIN + path, { method, headers }))
}

async function rows(sql: string, ...bound: string[]): Promise<readonly Record<string, unknown>[]> {
  const found = await env.DB.prepare(sql)
    .bind(...bound)
    .all<Record<string, unknown>>()
  return found.results
}

/** Every value in the directory that holds one of these, but for what is meant to stay. */
async function leftIn(needles: readonly string[]): Promise<readonly string[]> {
  const tables = await rows(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
  )
  const left: string[] = []
  for (const { name } of tables) {
    if (name === "audit_outbox") continue
    for (const row of await rows(`SELECT * FROM "${String(name)}"`))
      if (needles.some((needle) => JSON.stringify(row).includes(needle))) left.push(String(name))
  }
  return left
}

async function stored(psid: string): Promise<string> {
  return runInDurableObject(await gateway.conversation(psid), (_, state) => {
    const tables = state.storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray()
    return JSON.stringify(
      tables.map(({ name }) => state.storage.sql.exec(`SELECT * FROM "${name}"`).toArray()),
    )
  })
}

async function done(): Promise<void> {
  await vi.waitFor(
    async () => expect(await rows("SELECT code FROM erasures WHERE done_at IS NULL")).toEqual([]),
    { timeout: 10_000, interval: 100 },
  )
}

describe("erasure", () => {
  it("asked for in the chat leaves nothing of the person: not in the directory, not in the object", async () => {
    const { psid, customer } = someone()
    const link = await linked(psid, customer, ["transaction_alerts", "account_service"])
    const person = await gateway.personOf(psid)
    const pseudonym = await gateway.means.pseudonyms.customerOf(BANK, customer)
    await gateway.say(psid, "delete my data")
    await vi.waitFor(() => expect(gateway.sent.at(-1)?.text).toContain("Delete everything kept here"))
    await gateway.say(psid, "Delete everything")
    await vi.waitFor(async () => expect(await rows("SELECT code FROM erasures")).toHaveLength(1))
    await done()
    expect(gateway.sent.filter((each) => each.psid === psid).at(-1)?.text).toContain(
      "Nothing about you is used",
    )
    expect(await leftIn([person, pseudonym, psid, customer])).toEqual([])
    const held = await stored(psid)
    for (const needle of [person, psid, customer]) expect(held).not.toContain(needle)
    expect(held).not.toContain("v1.")
    const kept = await rows("SELECT kind, customer FROM consents WHERE link_id = ?", link)
    const subject = await gateway.means.pseudonyms.recordSubjectOf(pseudonym)
    expect(kept.map(({ kind }) => kind)).toEqual(["given", "confirmed", "withdrawn"])
    expect(new Set(kept.map((row) => row["customer"]))).toEqual(new Set([subject]))
    const trail = await rows("SELECT action, actor FROM audit_outbox WHERE object = ? ORDER BY id", person)
    expect(trail).toEqual([
      { action: "person.erase", actor: person },
      { action: "person.erased", actor: "system" },
    ])
    await gateway.say(psid, "balance")
    await vi.waitFor(() => expect(gateway.sent.at(-1)?.text).toMatch(/[Cc]onnect/))
    expect(await rows("SELECT id FROM people WHERE id = ?", person)).toHaveLength(1)
  })

  it("has a page that says what is true then, in the reader's language, and nothing of anybody", async () => {
    const { psid, customer } = someone()
    await linked(psid, customer, ["account_service"])
    const key = await keyOf(BANK)
    const answer = await ask("DELETE", `/banks/${BANK}/link`, {
      authorization: `Bearer ${key}`,
      "tellerline-subject": customer,
    })
    expect(answer.status).toBe(202)
    const { erased, erasures } = await answer.json<{ erased: number; erasures: { status: string }[] }>()
    expect(erased).toBe(1)
    const path = new URL(erasures[0]?.status ?? "").pathname
    await done()
    const page = await (await ask("GET", path, { "accept-language": "en" })).text()
    expect(page).toContain("Your data is deleted")
    expect(page).toContain("no one at all")
    expect(page).not.toContain(customer)
    const arabic = await (await ask("GET", path, { "accept-language": "ar" })).text()
    expect(arabic).toContain('dir="rtl"')
    const none = await ask("GET", `/privacy/erasure/${"A".repeat(22)}`, {})
    expect([none.status, none.headers.get("cache-control")]).toEqual([404, "no-store"])
    expect((await ask("GET", "/privacy/erasure/../../x", {})).status).toBe(404)
    // The chat was told, in neutral words, once.
    const told = gateway.sent.filter((each) => each.psid === psid && each.text.includes("what was kept here"))
    expect(told).toHaveLength(1)
  })

  it("takes what waited of theirs out of the dead letters, and leaves what is others'", async () => {
    const { psid, customer } = someone()
    const another = someone()
    await linked(psid, customer, ["transaction_alerts"])
    const { db, packKeys } = gateway.means
    const at = Date.now()
    // A month no other test sealed anything in: keys are remembered, and each test begins with an empty directory.
    const month = "2020-01"
    const key = await packKeys.forSealing(BANK, month)
    const items = [customer, another.customer].map((each) => ({
      event: { v: 1, id: `e-${each}`, customer: each } as const,
      attempts: 0,
    }))
    const about = { lane: "updates", bank: BANK, month, now: at } as const
    let packs = 0
    const sealing = { createPackId: () => `pack_${(packs += 1)}` as never, seal: key.seal }
    const [both, theirs] = [
      await sealPacks(items, about, sealing),
      await sealPacks(items.slice(0, 1), about, sealing),
    ]
    if (!both.ok || !theirs.ok) throw new Error("Cannot seal")
    const inbound = { v: 1, kind: "inbound", bank: BANK, person: await gateway.personOf(psid), sealed: "x" }
    const gone = { attempts: 1, now: at }
    const letters = await Promise.all([
      deadLetterOf("updates", both.value[0], gone),
      deadLetterOf("updates", theirs.value[0], gone),
      deadLetterOf("inbound", inbound, gone),
    ])
    await keepDeadLetters(db, letters)
    // More than one step looks at lie before them: it goes on behind them.
    const chore = { v: 1, kind: "settle_link", bank: BANK, link: "link_gone", postedAt: at }
    const before = await deadLetterOf("chores", chore, gone)
    for (let n = 0; n < 2 * LETTERS_A_STEP; n += 20)
      await keepDeadLetters(
        db,
        Array.from({ length: 20 }, (_, each) => ({
          ...before,
          id: `dead_-${String(n + each).padStart(42, "0")}`,
        })),
      )
    const bearer = { authorization: `Bearer ${await keyOf(BANK)}`, "tellerline-subject": customer }
    expect((await ask("DELETE", `/banks/${BANK}/link`, bearer)).status).toBe(202)
    await done()
    const kept = new Set(letters.map(({ id }) => id))
    const left = (await rows("SELECT id, job FROM dead_letters")).filter(({ id }) => kept.has(String(id)))
    expect(left.map(({ id }) => id)).toEqual([letters[0]?.id])
    const job = JSON.parse(String(left[0]?.["job"])) as { sealed: string; items: number; pack: string }
    const opened = await key.open(job.sealed, `${BANK}|pack|${job.pack}|events`)
    expect(job.items).toBe(1)
    expect(opened.ok && opened.value).toContain(another.customer)
    expect(opened.ok && opened.value).not.toContain(customer)
  })

  it("says a person's events are not told from the moment it is answered", async () => {
    const { psid, customer } = someone()
    await linked(psid, customer, ["transaction_alerts"])
    const bearer = { authorization: `Bearer ${await keyOf(BANK)}`, "tellerline-subject": customer }
    const answered = await ask("DELETE", `/banks/${BANK}/link`, bearer)
    expect(answered.status).toBe(202)
    gateway.sent.length = 0
    await gateway.postEvents([
      { ...transactionPosted({ id: `evt-${customer}`, at: Date.now() }), subject: customer },
    ])
    await done()
    expect(gateway.sent.filter((each) => each.psid === psid)).toEqual([])
    const again = await ask("DELETE", `/banks/${BANK}/link`, bearer)
    expect([again.status, await again.json()]).toEqual([200, { erased: 0, erasures: [] }])
  })
})

describe("letters", () => {
  const ask4 = (path: string, body: object) =>
    exports.default.fetch(
      new Request(`${ORIGIN}/admin/v1/banks/${BANK}/${path}`, {
        method: "POST",
        headers: { authorization: "Bearer dev-admin-key", "content-type": "application/json" },
        body: JSON.stringify({ ...body, reason: "a letter" }),
      }),
    )

  it("say what is held of a customer, what was allowed on a day, and what was passed to Meta; after an erasure nothing", async () => {
    const { psid, customer } = someone()
    const from = new Date(Date.now() - 60_000).toISOString()
    const link = await linked(psid, customer, ["transaction_alerts"])
    const event = { ...transactionPosted({ id: `evt-${customer}`, at: Date.now() }), subject: customer }
    await gateway.postEvents([event])
    await vi.waitFor(
      () => expect(gateway.sent.some((each) => each.text.includes("ELECTRO"))).toBe(true),
      5_000,
    )
    const to = new Date(Date.now() + 60_000).toISOString()

    const held = await (await ask4("customer/export", { customer })).json<Record<string, unknown[]>>()
    expect(held["links"]).toMatchObject([{ id: link, state: "live", accounts: [{ last4: "4821" }] }])
    expect(held["records"]).toMatchObject([{ record: { kind: "given" } }, { record: { kind: "confirmed" } }])
    expect(JSON.stringify(held["chats"])).toContain(psid)

    // Somebody else's chat, for which the customer once logged in without typing its code there, is not theirs.
    const stranger = someone().psid
    const strangers = await gateway.offer(stranger, customer, ["transaction_alerts"])
    const again = await (await ask4("customer/export", { customer })).json<Record<string, unknown[]>>()
    expect(again["chats"]).toHaveLength(1)
    expect(JSON.stringify(again["chats"])).not.toContain(stranger)
    await gateway.say(stranger, "000000")
    await gateway.say(stranger, "000000")
    await gateway.say(stranger, "000000")
    await vi.waitFor(async () =>
      expect(await rows("SELECT id FROM links WHERE state = 'pending'")).toEqual([]),
    )

    const now = await (await ask4("consents", { at: to })).json<{ consents: object[] }>()
    expect(now.consents).toMatchObject([{ link, customer, purposes: ["transaction_alerts"] }])
    expect(await (await ask4("consents", { at: from })).json()).toEqual({ consents: [] })

    const passed = await (await ask4("disclosures", { from, to })).json<{ disclosures: object[] }>()
    expect(passed.disclosures).toMatchObject([
      { customers: [customer], passed: [{ purpose: "transaction_alerts", data: "transaction", times: 1 }] },
    ])
    expect(JSON.stringify(passed)).not.toContain("249.99")
    expect(await (await ask4("disclosures", { from: to, to })).json()).toEqual({ disclosures: [] })

    const erased = await (await ask4("customer/erasure", { customer })).json<{ erased: number }>()
    expect(erased.erased).toBe(1)
    await done()
    const after = await (await ask4("customer/export", { customer })).json<Record<string, unknown[]>>()
    // Of the login in a stranger's chat only that there was one is left, until its term.
    expect(after["links"]).toEqual([
      { id: strangers, state: "ended", person: await gateway.personOf(stranger), accounts: [] },
    ])
    expect(after["chats"]).toEqual([])
    expect(await rows("SELECT id FROM people WHERE id = ?", await gateway.personOf(stranger))).toHaveLength(1)
    // What was allowed, and that it ended, is still proved: without a name, found by the bank's reference alone.
    const theirs = (after["records"] ?? []).filter((each) => JSON.stringify(each).includes(link))
    expect(theirs).toMatchObject([{ record: { kind: "given" } }, {}, { record: { kind: "withdrawn" } }])
    expect(JSON.stringify(after)).not.toContain(psid)
    const trail = await rows("SELECT action, reason FROM audit_outbox WHERE actor = 'dev-1' ORDER BY id")
    expect(trail.map(({ action }) => action)).toEqual([
      "customer.export",
      "customer.export",
      "consents.read",
      "consents.read",
      "disclosures.read",
      "disclosures.read",
      "person.erase",
      "customer.export",
    ])
    expect(new Set(trail.map(({ reason }) => reason))).toEqual(new Set(["a letter"]))
  })
})

describe("a bank's questions", () => {
  it("GET /link says whether a customer is linked, with what, until when", async () => {
    const { psid, customer } = someone()
    const bearer = { authorization: `Bearer ${await keyOf(BANK)}` }
    const subject = { ...bearer, "tellerline-subject": customer }
    const before = await ask("GET", `/banks/${BANK}/link`, subject)
    expect(await before.json()).toEqual({ linked: false, links: [] })
    await linked(psid, customer, ["balance_updates", "fraud_alerts"])
    const after = await ask("GET", `/banks/${BANK}/link`, subject)
    expect(await after.json()).toMatchObject({
      linked: true,
      links: [{ purposes: ["balance_updates", "fraud_alerts"], accounts: [{ id: "acc_1", last4: "4821" }] }],
    })
    expect(after.headers.get("cache-control")).toBe("no-store")
  })

  it("GET /links lists everybody, and its cursor is good for that bank only", async () => {
    const known = [someone(), someone()]
    for (const { psid, customer } of known) await linked(psid, customer, ["account_service"])
    const bearer = { authorization: `Bearer ${await keyOf(BANK)}` }
    const page = await (
      await ask("GET", `/banks/${BANK}/links`, bearer)
    ).json<{ links: { customer: string }[] }>()
    expect(page.links.map(({ customer }) => customer)).toEqual(
      expect.arrayContaining(known.map(({ customer }) => customer)),
    )
    const { vault } = gateway.means
    const mine = await vault.sealForDays("cursor", BANK, "links", "link_zzzz")
    expect(await (await ask("GET", `/banks/${BANK}/links?cursor=${mine}`, bearer)).json()).toEqual({
      links: [],
    })
    const theirs = await vault.sealForDays("cursor", OTHER, "links", "link_")
    for (const cursor of [theirs, "x", mine.slice(0, -2)])
      expect((await ask("GET", `/banks/${BANK}/links?cursor=${cursor}`, bearer)).status).toBe(400)
  })

  it("P13: no key, another bank's, one that ended, a stranger's and an unknown bank all hear the same; nothing is erased", async () => {
    const { psid, customer } = someone()
    await linked(psid, customer, ["account_service"])
    const others = await keyOf(OTHER)
    const attempts: readonly (readonly [string, Record<string, string>])[] = [
      [BANK, {}],
      [BANK, { authorization: "Bearer dev-admin-key" }],
      [BANK, { authorization: `Bearer ${others}` }],
      [BANK, { authorization: `Bearer tlbank_${"A".repeat(43)}` }],
      [BANK, { authorization: `Basic ${btoa("a:b")}` }],
      ["nobody-here", { authorization: `Bearer ${others}` }],
      ["Not.A.Bank", { authorization: `Bearer ${others}` }],
    ]
    const heard = new Set<string>()
    for (const [bank, headers] of attempts)
      for (const [method, path] of [
        ["GET", "link"],
        ["DELETE", "link"],
        ["GET", "links"],
      ] as const) {
        const answer = await ask(method, `/banks/${bank}/${path}`, {
          ...headers,
          "tellerline-subject": customer,
        })
        const { request_id: _, ...body } = await answer.json<Record<string, unknown>>()
        heard.add(JSON.stringify([answer.status, body]))
      }
    expect([...heard]).toHaveLength(1)
    expect([...heard][0]).toContain("401")
    expect(await rows("SELECT code FROM erasures")).toEqual([])
    // The other bank's key, on its own path, knows nothing of this customer.
    const own = { authorization: `Bearer ${others}`, "tellerline-subject": customer }
    expect(await (await ask("GET", `/banks/${OTHER}/link`, own)).json()).toEqual({ linked: false, links: [] })
    expect(await (await ask("DELETE", `/banks/${OTHER}/link`, own)).json()).toEqual({
      erased: 0,
      erasures: [],
    })
    expect(await (await ask("GET", `/banks/${OTHER}/links`, own)).json()).toEqual({ links: [] })
  })

  it("answers 400 without the header, or with one that is no reference", async () => {
    const bearer = { authorization: `Bearer ${await keyOf(BANK)}` }
    for (const headers of [
      {},
      { "tellerline-subject": "" },
      { "tellerline-subject": "x".repeat(256) },
      { "tellerline-subject": "a b" },
    ])
      for (const method of ["GET", "DELETE"])
        expect((await ask(method, `/banks/${BANK}/link`, { ...bearer, ...headers })).status).toBe(400)
    const last = { ...bearer, "tellerline-subject": "x".repeat(255) }
    expect((await ask("GET", `/banks/${BANK}/link`, last)).status).toBe(200)
  })
})
