// The messenger room in workerd: the webhook's bytes and ids, the Page object, Pages and templates in D1.
import { runInDurableObject } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { describe, expect, it } from "vitest"
import type { AuditBy } from "../../src/audit/audit.ts"
import { listAudit } from "../../src/audit/audit-store.ts"
import { utf8 } from "../../src/crypto/text.ts"
import { createDatabase, DatabaseError } from "../../src/db/database.ts"
import { banks } from "../../src/db/bank-schema.ts"
import type { BankId, PageId } from "../../src/foundation/id.ts"
import { ok } from "../../src/foundation/result.ts"
import { Secret } from "../../src/foundation/secret.ts"
import type { PersonEvents } from "../../src/messenger/event.ts"
import { splitText } from "../../src/messenger/message-text.ts"
import { Page } from "../../src/messenger/page.ts"
import { parsePageRecord, type PageRecord } from "../../src/messenger/page-record.ts"
import {
  deleteTemplateStatuses,
  findPage,
  listPages,
  listTemplateStatuses,
  putPage,
  putTemplateStatuses,
} from "../../src/messenger/page-store.ts"
import { messengerWebhook } from "../../src/messenger/webhook.ts"
import { VECTOR_BODY, VECTOR_DIGEST, VECTOR_SECRET } from "../fixtures/messenger/webhooks.ts"

const T = 1_763_800_000_000
const DAY = 86_400_000
const db = createDatabase(env.DB)
const by: AuditBy = { actor: "dev-1", reason: "a test", at: T }
const PAGE = "100000000000001" as PageId
const quiet = { info: () => {}, warn: () => {}, error: () => {} }

function page(change: object = {}): PageRecord {
  const parsed = parsePageRecord({ v: 1, id: PAGE, bankId: "demo", name: "Harbourline Bank", ...change })
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error))
  return parsed.value
}

async function registerBanks(...ids: string[]) {
  for (const id of ids) await db.insert(banks).values({ id, record: "{}", updatedAt: T })
}

describe("the webhook in workerd", () => {
  it("verifies the platform's vector and keeps ids beyond 2^53", async () => {
    const handed: PersonEvents[] = []
    const app = messengerWebhook({
      appSecrets: [new Secret(VECTOR_SECRET)],
      verifyToken: new Secret("t"),
      receive: (people) => {
        handed.push(...people)
        return Promise.resolve(ok(undefined))
      },
      now: () => T,
      log: quiet,
    })
    const post = (body: string, digest: string) =>
      app.request("/", {
        method: "POST",
        body: utf8(body),
        headers: { "x-hub-signature-256": `sha256=${digest}` },
      })
    expect((await post(VECTOR_BODY, VECTOR_DIGEST)).status).toBe(200)
    const body =
      '{"object":"page","entry":[{"id":1,"messaging":[{"sender":{"id":90071992547409933},"read":{"watermark":1}}]}]}'
    const key = await crypto.subtle.importKey(
      "raw",
      utf8(VECTOR_SECRET),
      { name: "HMAC", hash: "SHA-256" },
      false,
      ["sign"],
    )
    const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, utf8(body)))
    expect((await post(body, mac.toHex())).status).toBe(200)
    expect(handed.map((each) => each.psid)).toEqual(["200", "90071992547409933"])
  })

  it("splits text with workerd's own Intl.Segmenter", () => {
    expect(splitText("One two. Three four five. Six.", 20)).toEqual(["One two.", "Three four five.", "Six."])
  })
})

describe("Page", () => {
  const inPage = <T>(name: string, act: (page: Page, again: () => Page, state: DurableObjectState) => T) =>
    runInDurableObject(env.PAGE.getByName(name), (_instance, state) =>
      act(new Page(state, env), () => new Page(state, env), state),
    )
  const ask = { v: 1, lane: "updates", n: 10, now: T, ceilingPerSecond: 300 } as const

  it("leases from memory and writes nothing", async () => {
    await inPage("lease", (one, _again, state) => {
      const before = state.storage.sql.databaseSize
      expect(one.lease(ask)).toEqual({
        granted: 10,
        permit: { until: T + 2_000 },
        shares: [{ at: T, count: 10 }],
      })
      expect(one.lease({ ...ask, n: 1_000 }).granted).toBe(206)
      expect(one.lease({ ...ask, lane: "alerts", n: 1 }).granted).toBe(1)
      expect(state.storage.sql.databaseSize).toBe(before)
    })
  })

  const now = { v: 1, now: T } as const
  const fresh = {
    v: 1,
    paused: null,
    breakerOpenUntil: 0,
    waiting: { packs: 0, events: 0, stale: 0 },
    recovery: null,
    updatesShare: 1,
    callsInDay: 0,
  }

  it("stays paused when its memory is lost, until it is resumed", async () => {
    await inPage("pause", async (one, again) => {
      await one.pause({ v: 1, reason: "token_refused", now: T })
      await one.pause({ v: 1, reason: "another", now: T + 1 })
      const woken = again()
      expect(woken.state(now)).toEqual({ ...fresh, paused: { reason: "token_refused", at: T } })
      expect(woken.lease(ask)).toMatchObject({ granted: 0, paused: "token_refused" })
      await woken.resume({ ...now, ceilingPerSecond: 300 })
      expect(woken.lease(ask).granted).toBe(10)
      expect(again().state(now).paused).toBeNull()
    })
  })

  it("answers over RPC with plain values", async () => {
    const stub = env.PAGE.getByName("rpc")
    expect(await stub.lease({ ...ask, n: 30 })).toEqual({
      granted: 30,
      permit: { until: T + 2_000 },
      shares: [
        { at: T, count: 21 },
        { at: T + 100, count: 9 },
      ],
    })
    expect(await stub.state(now)).toEqual(fresh)
  })

  it("opens its breaker on reports", async () => {
    await inPage("breaker", (one) => {
      one.report({ v: 1, sent: { kind: "throttled", afterMs: 5_000 }, now: T })
      expect(one.state(now).breakerOpenUntil).toBe(T + 5_000)
      expect(one.lease(ask)).toEqual({ granted: 0, retryAfterMs: 5_000 })
    })
  })

  it("throws for a request of a later release", async () => {
    await inPage("version", (one) => {
      expect(() => one.lease({ ...ask, v: 2 as 1 })).toThrow(RangeError)
    })
  })
})

describe("putPage()", () => {
  it("stores record, sealed token and an audit line, and finds them again", async () => {
    await registerBanks("demo")
    expect(await putPage(db, page(), "v1.k.sealed", by)).toEqual({ ok: true, value: undefined })
    expect(await findPage(db, PAGE)).toEqual({ record: page(), tokenSealed: "v1.k.sealed" })
    expect(await listAudit(db, "demo" as BankId, 10)).toMatchObject([
      { actor: "dev-1", action: "page.put", object: PAGE },
    ])
    expect(await findPage(db, "999" as PageId)).toBeUndefined()
  })

  it("replaces record and token, and keeps the token where none is given", async () => {
    await registerBanks("demo")
    await putPage(db, page(), "v1.k.sealed", by)
    await putPage(db, page({ name: "New name" }), undefined, by)
    expect(await findPage(db, PAGE)).toMatchObject({
      record: { name: "New name" },
      tokenSealed: "v1.k.sealed",
    })
    await putPage(db, page(), "v1.k.newer", by)
    expect(await findPage(db, PAGE)).toMatchObject({ tokenSealed: "v1.k.newer" })
  })

  it("refuses a new Page without a token", async () => {
    await registerBanks("demo")
    expect(await putPage(db, page(), undefined, by)).toEqual({
      ok: false,
      error: { reason: "page_token_missing" },
    })
    expect(await findPage(db, PAGE)).toBeUndefined()
  })

  it("P13: refuses a Page of another bank, and a change of its place, and writes nothing", async () => {
    await registerBanks("demo", "other")
    await putPage(db, page({ jurisdiction: "eu" }), "v1.k.sealed", by)
    expect(await putPage(db, page({ bankId: "other", jurisdiction: "eu" }), "v1.k.theirs", by)).toEqual({
      ok: false,
      error: { reason: "page_of_another_bank" },
    })
    expect(await putPage(db, page(), undefined, by)).toEqual({
      ok: false,
      error: { reason: "page_jurisdiction_fixed" },
    })
    expect(await findPage(db, PAGE)).toMatchObject({ record: { bank: "demo" }, tokenSealed: "v1.k.sealed" })
    expect(await listAudit(db, "other" as BankId, 10)).toEqual([])
  })

  it("P13: one of two banks wins where both register a Page at once, and the other hears of it", async () => {
    await registerBanks("demo", "other")
    const outcomes = await Promise.all([
      putPage(db, page(), "v1.k.ours", by),
      putPage(db, page({ bankId: "other" }), "v1.k.theirs", by),
    ])
    expect(outcomes.filter((each) => each.ok)).toHaveLength(1)
    expect(outcomes.find((each) => !each.ok)).toEqual({
      ok: false,
      error: { reason: "page_of_another_bank" },
    })
    const winner = (await findPage(db, PAGE))?.record.bank
    const lines = await Promise.all(["demo", "other"].map((id) => listAudit(db, id as BankId, 10)))
    expect(lines.flat().map((each) => each.bank)).toEqual([winner])
  })

  it("does not store a Page of no bank, and says nothing of it in the error", async () => {
    const put = putPage(db, page(), "v1.k.sealed", by)
    await expect(put).rejects.toThrow(DatabaseError)
    await expect(put).rejects.not.toThrow(/sealed|Harbourline/)
  })

  it("lists Pages, all or of one bank", async () => {
    await registerBanks("demo", "other")
    await putPage(db, page({ id: "2", bankId: "other" }), "v1.k.a", by)
    await putPage(db, page({ id: "1" }), "v1.k.b", by)
    expect((await listPages(db)).map((each) => each.id)).toEqual(["1", "2"])
    expect((await listPages(db, "other" as BankId)).map((each) => each.id)).toEqual(["2"])
  })
})

describe("putTemplateStatuses()", () => {
  const status = (name: string, word: string) => ({ name, language: "en", status: word })

  it("writes what is new or changed, and what was last written a day ago", async () => {
    expect(
      await putTemplateStatuses(db, PAGE, [status("a_v1", "PENDING"), status("b_v1", "APPROVED")], T),
    ).toBe(2)
    expect(
      await putTemplateStatuses(
        db,
        PAGE,
        [status("a_v1", "PENDING"), status("b_v1", "APPROVED")],
        T + DAY - 1,
      ),
    ).toBe(0)
    expect(
      await putTemplateStatuses(
        db,
        PAGE,
        [status("a_v1", "APPROVED"), status("b_v1", "APPROVED")],
        T + DAY - 1,
      ),
    ).toBe(1)
    expect(
      await putTemplateStatuses(db, PAGE, [status("a_v1", "APPROVED"), status("b_v1", "APPROVED")], T + DAY),
    ).toBe(1)
    expect(await listTemplateStatuses(db, PAGE)).toEqual([
      { ...status("a_v1", "APPROVED"), checkedAt: T + DAY - 1 },
      { ...status("b_v1", "APPROVED"), checkedAt: T + DAY },
    ])
  })

  it("takes more than one batch, and none", async () => {
    const many = Array.from({ length: 120 }, (_, index) => status(`t_${index}`, "APPROVED"))
    expect(await putTemplateStatuses(db, PAGE, many, T)).toBe(120)
    expect(await putTemplateStatuses(db, PAGE, [], T)).toBe(0)
  })

  it("forgets what is gone, of that Page alone", async () => {
    const other = "2" as PageId
    for (const id of [PAGE, other]) await putTemplateStatuses(db, id, [status("a_v1", "APPROVED")], T)
    await deleteTemplateStatuses(db, PAGE, [status("a_v1", "APPROVED")])
    await deleteTemplateStatuses(db, PAGE, [])
    expect(await listTemplateStatuses(db, PAGE)).toEqual([])
    expect(await listTemplateStatuses(db, other)).toHaveLength(1)
  })
})
