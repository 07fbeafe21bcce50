// An erasure that breaks off anywhere ends the same; a bank that never answers does not keep it from its end; and the clock's pass over
// what is past its term. The directory and the Conversation are real, whatever fails is made to.
import { env } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import { createApiKey } from "../../src/banks/api-key.ts"
import { insertApiKey } from "../../src/banks/api-key-store.ts"
import { conversationOf } from "../../src/conversations/conversation-of.ts"
import { createLeaving } from "../../src/conversations/leaving.ts"
import { DAY_MS, monthOf } from "../../src/foundation/clock.ts"
import type { LinkId } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { createErasures, REVOCATION_TRIED_MS, type ErasureWorld } from "../../src/privacy/erasure.ts"
import { forgetPastTerm } from "../../src/privacy/retention.ts"
import { BANK_KEY_KEPT_MS, CONSENT_KEPT_MS, ENDED_LINK_KEPT_MS } from "../../src/privacy/terms.ts"
import { bankRecord } from "../support/bank.ts"
import { BANK, openGateway, PAGE, type Gateway } from "../support/gateway.ts"

let gateway: Gateway
let people = 0

beforeEach(async () => {
  gateway = await openGateway()
})

afterEach(() => {
  vi.restoreAllMocks()
})

async function someoneLinked(): Promise<{ psid: string; customer: string; link: LinkId }> {
  people += 1
  const psid = `90000000000000${800 + people}`
  const customer = `St3p-Cust0mer-${800 + people}`
  return { psid, customer, link: await gateway.link(psid, customer, ["account_service"]) }
}

async function rows(sql: string, ...bound: (string | number)[]): Promise<readonly Record<string, unknown>[]> {
  const found = await env.DB.prepare(sql)
    .bind(...bound)
    .all<Record<string, unknown>>()
  return found.results
}

/** Erasing over the real directory and objects; before call number `at` it breaks, once. */
function breaking(at: number, settings: { readonly revoked?: boolean; readonly now?: () => number } = {}) {
  const { db, pseudonyms, linkReports, random, log } = gateway.means
  const calls: string[] = []
  const now = settings.now ?? Date.now
  const step = async <T>(name: string, act: () => Promise<T>): Promise<T> => {
    calls.push(name)
    if (calls.length - 1 === at) throw new Error(`Broken before ${name}`)
    return act()
  }
  const objects = { conversation: env.CONVERSATION, development: true }
  const page = { id: PAGE, jurisdiction: "none" } as Parameters<typeof conversationOf>[1]
  const post: ErasureWorld["post"] = () => step("post", async () => ok(undefined))
  const leaving = createLeaving({
    db,
    holderOf: async ({ person }) => conversationOf(objects, page, person),
    customerOf: pseudonyms.customerOf,
    linkReports,
    post,
    now,
    random,
    log,
  })
  const incidents: object[] = []
  const erasures = createErasures({
    db,
    pseudonyms,
    conversation: async ({ person }) => {
      const conversation = conversationOf(objects, page, person)
      return {
        beginErasure: (request) => step("beginErasure", () => conversation.beginErasure(request)),
        erase: (request) => step("erase", () => conversation.erase(request)),
      }
    },
    leaving: { end: (link, how) => step("leaving.end", () => leaving.end(link, how)) },
    access: {
      revoke: () =>
        step("revoke", async () =>
          settings.revoked === false ? err({ reason: "unreachable", retry: "later" }) : ok(undefined),
        ),
    },
    findBank: () => step("findBank", async () => bankRecord()),
    forgetLetters: () => step("forgetLetters", async () => undefined),
    incidents: { open: async (about) => void incidents.push(about) },
    post,
    now,
    random,
    log: { info() {}, warn() {}, error() {} },
  })
  return { erasures, calls, incidents }
}

async function jobFor(psid: string, requestedAt: number) {
  const person = await gateway.personOf(psid)
  const about = { bank: BANK, page: PAGE, person, cause: "bank", requestedAt, postedAt: requestedAt } as const
  return { v: 1, kind: "erase_person", code: `code-${psid}`, ...about } as const
}

describe("an erasure", () => {
  it(
    "broken off before any of its calls, ends the same when its job comes again",
    { timeout: 60_000 },
    async () => {
      const first = await someoneLinked()
      const whole = breaking(-1)
      expect(await whole.erasures.consume(await jobFor(first.psid, Date.now()))).toEqual({ kind: "done" })
      // The Conversation ends its own link in its first step; the directory's way is for one that could not.
      expect(whole.calls).toEqual(
        expect.arrayContaining(["beginErasure", "erase", "forgetLetters", "findBank", "revoke"]),
      )
      for (let at = 0; at < whole.calls.length; at += 1) {
        const { psid, link } = await someoneLinked()
        const { erasures } = breaking(at)
        const job = await jobFor(psid, Date.now())
        expect(await erasures.consume(job), `before ${whole.calls[at]}`).not.toEqual({ kind: "done" })
        expect(await rows("SELECT done_at FROM erasures WHERE code = ?", job.code)).toEqual([
          { done_at: null },
        ])
        expect(await erasures.consume(job)).toEqual({ kind: "done" })
        expect(await rows("SELECT id FROM people WHERE id = ?", job.person)).toEqual([])
        expect(await rows("SELECT id FROM links WHERE id = ?", link)).toEqual([])
        expect(await rows("SELECT person_id FROM erasures WHERE code = ?", job.code)).toEqual([
          { person_id: null },
        ])
        // Told once more by a queue that repeats itself, nothing happens to whoever came since.
        await gateway.say(psid, "hello")
        await vi.waitFor(async () =>
          expect(await rows("SELECT id FROM people WHERE id = ?", job.person)).toHaveLength(1),
        )
        expect(await erasures.consume(job)).toEqual({ kind: "done" })
        expect(await rows("SELECT id FROM people WHERE id = ?", job.person)).toHaveLength(1)
      }
    },
  )

  it("waits three days for a bank that does not answer; then the key goes all the same and an operator hears of it", async () => {
    const { psid, link } = await someoneLinked()
    let now = Date.now()
    const { erasures, incidents } = breaking(-1, { revoked: false, now: () => now })
    const job = await jobFor(psid, now)
    expect(await erasures.consume(job)).toEqual({ kind: "retry" })
    const [waiting] = await rows("SELECT customer_sealed, tokens_sealed, state FROM links WHERE id = ?", link)
    expect(waiting).toMatchObject({ customer_sealed: null, state: "ended" })
    expect(waiting?.["tokens_sealed"]).not.toBeNull()
    expect(await rows("SELECT id FROM people WHERE id = ?", job.person)).toEqual([])
    now += REVOCATION_TRIED_MS - 1
    expect(await erasures.consume(job)).toEqual({ kind: "retry" })
    expect(incidents).toEqual([])
    now += 1
    expect(await erasures.consume(job)).toEqual({ kind: "done" })
    expect(incidents).toEqual([{ kind: "erasure_not_revoked", bank: BANK, detail: link }])
    expect(await rows("SELECT id FROM links WHERE id = ?", link)).toEqual([])
  })

  it("is not done before every link of theirs is gone, however many there were", async () => {
    const { psid, link } = await someoneLinked()
    const columns = (await rows("SELECT name FROM pragma_table_info('links') ORDER BY cid")).map(({ name }) =>
      String(name),
    )
    const instead: Readonly<Record<string, string>> = {
      id: "'link_many_' || n.i",
      state: "'ended'",
      wrapped_key: "NULL",
    }
    const values = columns.map((name) => instead[name] ?? name)
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120)
        INSERT INTO links (${columns.join()}) SELECT ${values.join()} FROM links, n WHERE links.id = ?`,
    )
      .bind(link)
      .run()
    const { erasures } = breaking(-1)
    const job = await jobFor(psid, Date.now())
    expect(await erasures.consume(job)).toEqual({ kind: "retry" })
    expect(await erasures.consume(job)).toEqual({ kind: "done" })
    expect(await rows("SELECT id FROM links WHERE person_id = ?", job.person)).toEqual([])
  })

  it("asked for again by somebody who came while a bank was waited for, is another erasure, and is done", async () => {
    const { psid, customer } = await someoneLinked()
    const { erasures } = breaking(-1, { revoked: false })
    const first = await jobFor(psid, Date.now())
    expect(await erasures.consume(first)).toEqual({ kind: "retry" })
    await scheduler.wait(5)
    await gateway.say(psid, "hello")
    await vi.waitFor(async () =>
      expect(await rows("SELECT id FROM people WHERE id = ?", first.person)).toHaveLength(1),
    )
    const again = breaking(-1)
    const [code] = await again.erasures.requestCustomer(BANK, customer, "bank", bySystem("bank", Date.now()))
    expect(code).toBe(first.code)
    expect(again.calls).not.toContain("beginErasure")
    const whom = { person: first.person, page: PAGE, bank: BANK }
    const second = await again.erasures.request(whom, "me", bySystem("me", Date.now()))
    expect(second).not.toBe(first.code)
    expect(again.calls).toContain("beginErasure")
    const job = { ...first, code: second, cause: "me", requestedAt: Date.now() } as const
    expect(await again.erasures.consume(job)).toEqual({ kind: "done" })
    expect(await rows("SELECT id FROM people WHERE id = ?", first.person)).toEqual([])
  })

  it("is done again after a restore, for whoever was there then and nobody who came since", async () => {
    const { psid, link } = await someoneLinked()
    const { erasures } = breaking(-1)
    const person = await gateway.personOf(psid)
    const by = bySystem("restore", Date.now())
    const before = { code: "c".repeat(22), page: PAGE, bank: BANK }
    const erasedAt = Date.now() - 60_000
    expect(await erasures.eraseAgain({ person, erasedAt, status: before, doneAt: erasedAt + 1 }, by)).toBe(
      false,
    )
    expect(await rows("SELECT id FROM people WHERE id = ?", person)).toHaveLength(1)
    // Whoever was told of that page finds it answering again, though its person has long been gone.
    expect(await erasures.find(before.code)).toEqual({
      ...before,
      cause: "restore",
      requestedAt: erasedAt,
      endedAt: erasedAt + 1,
      wipedAt: erasedAt + 1,
      doneAt: erasedAt + 1,
    })
    const status = { code: "d".repeat(22), page: PAGE, bank: BANK }
    expect(await erasures.eraseAgain({ person, erasedAt: Date.now(), status }, by)).toBe(true)
    const [row] = await rows("SELECT code, cause FROM erasures WHERE person_id = ?", person)
    expect(row).toEqual({ code: status.code, cause: "restore" })
    expect(await rows("SELECT state, ended_reason FROM links WHERE id = ?", link)).toEqual([
      { state: "ended", ended_reason: "erased" },
    ])
  })
})

describe("forgetPastTerm()", () => {
  const pass = (now: number) => forgetPastTerm({ ...gateway.means, now: () => now })
  const onTheMinute = (at: number) => Math.ceil(at / 300_000) * 300_000

  it("lets go of links that are over, and of their records three years later; of what is not past its term nothing", async () => {
    const { link } = await someoneLinked()
    const endedAt = onTheMinute(Date.now())
    await env.DB.prepare(
      "UPDATE links SET state = 'ended', ended_at = ?, wrapped_key = NULL, tokens_sealed = NULL, customer_sealed = NULL WHERE id = ?",
    )
      .bind(endedAt, link)
      .run()
    await env.DB.prepare(
      "UPDATE consents SET kind = 'withdrawn', at = ? WHERE link_id = ? AND kind = 'confirmed'",
    )
      .bind(endedAt, link)
      .run()
    const left = async () => [
      (await rows("SELECT id FROM links WHERE id = ?", link)).length,
      (await rows("SELECT id FROM consents WHERE link_id = ?", link)).length,
    ]
    expect(await pass(endedAt + ENDED_LINK_KEPT_MS - 300_000)).toBe(true)
    expect(await left()).toEqual([1, 2])
    await pass(endedAt + ENDED_LINK_KEPT_MS)
    expect(await left()).toEqual([0, 2])
    expect(await rows("SELECT id FROM consents WHERE link_id = ? AND customer IS NULL", link)).toEqual([])
    await pass(endedAt + CONSENT_KEPT_MS)
    expect(await left()).toEqual([0, 2])
    await pass(endedAt + CONSENT_KEPT_MS + 300_000)
    expect(await left()).toEqual([0, 0])
  })

  it("lets go of keys of months and of bearer keys that ended, and runs every fifth minute", async () => {
    const { db, random } = gateway.means
    const at = onTheMinute(Date.now())
    const made = await createApiKey(
      { bank: BANK, name: "old", createdAt: at, expiresAt: at + DAY_MS },
      random,
    )
    await insertApiKey(db, made.kept, bySystem("a test", at))
    const month = monthOf(at)
    await env.DB.prepare(
      "INSERT OR IGNORE INTO bank_keys (bank_id, month, wrapped_key, created_at) VALUES (?, ?, 'x', ?)",
    )
      .bind("old-bank", month, at)
      .run()
    const [year = 0, number = 0] = month.split("-").map(Number)
    const over = Date.UTC(year, number, 1)
    const left = async () => [
      (await rows("SELECT month FROM bank_keys WHERE bank_id = 'old-bank'")).length,
      (await rows("SELECT id FROM bank_api_keys WHERE id = ?", made.kept.id)).length,
    ]
    expect(await pass(over + BANK_KEY_KEPT_MS + 60_000)).toBe(false)
    await pass(over + BANK_KEY_KEPT_MS - 300_000)
    expect(await left()).toEqual([1, 1])
    await pass(over + BANK_KEY_KEPT_MS)
    expect(await left()).toEqual([0, 1])
    await pass(at + 91 * DAY_MS + 300_000)
    expect(await left()).toEqual([0, 0])
  })
})

describe("requestCustomer()", () => {
  it("leaves a chat alone that is another customer's by now: only what was the asked one's goes", async () => {
    const { psid, customer, link } = await someoneLinked()
    const former = `Form3r-Cust0mer-${psid}`
    const pseudonym = await gateway.means.pseudonyms.customerOf(BANK, former)
    const columns = (await rows("SELECT name FROM pragma_table_info('links') ORDER BY cid")).map(({ name }) =>
      String(name),
    )
    const instead: Readonly<Record<string, string>> = {
      id: `'link_${psid}'`,
      customer: "?1",
      state: "'ended'",
    }
    const values = columns.map((name) => instead[name] ?? name)
    await env.DB.prepare(
      `INSERT INTO links (${columns.join()}) SELECT ${values.join()} FROM links WHERE id = ?2`,
    )
      .bind(pseudonym, link)
      .run()
    const { erasures } = breaking(-1)
    expect(await erasures.requestCustomer(BANK, former, "bank", bySystem("bank", Date.now()))).toEqual([])
    expect(await rows("SELECT state FROM links WHERE id = ?", link)).toEqual([{ state: "live" }])
    expect(await rows("SELECT customer_sealed FROM links WHERE id = ?", `link_${psid}`)).toEqual([
      { customer_sealed: null },
    ])
    expect(await erasures.requestCustomer(BANK, customer, "bank", bySystem("bank", Date.now()))).toHaveLength(
      1,
    )
  })
})
