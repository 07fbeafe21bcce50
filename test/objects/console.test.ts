// Dead letters and the audit trail in D1, and the admin API over real stores: what is kept, what goes back, what is never given out.

import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test"
import { env, exports } from "cloudflare:workers"
import { Hono } from "hono"
import { beforeEach, describe, expect, it } from "vitest"
import type { AuditBy } from "../../src/audit/audit.ts"
import { auditStatement, listAudit } from "../../src/audit/audit-store.ts"
import { parseBankRecord } from "../../src/banks/bank-record.ts"
import { findBank, listBanks, putBank } from "../../src/banks/bank-store.ts"
import { adminApi, type AdminGiven } from "../../src/console/admin-routes.ts"
import { createDatabase, write } from "../../src/db/database.ts"
import { pages } from "../../src/db/bank-schema.ts"
import type { BankId } from "../../src/foundation/id.ts"
import type { Log, LogFields } from "../../src/foundation/log.ts"
import { err, ok } from "../../src/foundation/result.ts"
import type { Job, PackJob, QueueName } from "../../src/jobs/job.ts"
import type { Post } from "../../src/jobs/post.ts"
import { parsePageRecord } from "../../src/messenger/page-record.ts"
import { findPage, listPages, pagePlace, putPage } from "../../src/messenger/page-store.ts"
import { DEAD_LETTER_MS, deadLetterOf } from "../../src/notifications/dead-letter.ts"
import {
  countDeadLetters,
  deleteExpired,
  findDeadLetter,
  keepDeadLetters,
  listDeadLetters,
} from "../../src/notifications/dead-letter-store.ts"
import { consumeDeadLetters, createDeadLetterDesk } from "../../src/notifications/dead-letters.ts"
import worker from "../../src/worker.ts"

const NOW = Date.UTC(2026, 10, 22)
const DEMO = "demo" as BankId
const OTHER = "other" as BankId
const BY: AuditBy = { actor: "maria", reason: "because of a test", at: NOW }
const SEALED = "v1.inner.planted-sealed-pack"
const db = createDatabase(env.DB)

function pack(id: string, bank: BankId = DEMO): PackJob {
  return {
    v: 1,
    kind: "pack",
    lane: "alerts",
    bank,
    pack: `pack_${id}` as PackJob["pack"],
    month: "2026-11",
    sealed: SEALED,
    items: 3,
    postedAt: NOW - 5_000,
  }
}

/** Keep a job as a letter and say its id. */
async function keep(job: unknown, queue: QueueName = "alerts", now = NOW): Promise<string> {
  const row = await deadLetterOf(queue, job, { attempts: 101, now })
  await keepDeadLetters(db, [row])
  return row.id
}

function quietLog(lines: LogFields[] = []): Log {
  const add = (event: string, fields?: LogFields) => void lines.push({ event, ...fields })
  return { info: add, warn: add, error: add }
}

function recordingPost(outcome: "ok" | "outage" = "ok") {
  const posted: { queue: QueueName; jobs: readonly Job[] }[] = []
  const post: Post = (queue, jobs) => {
    posted.push({ queue, jobs })
    return Promise.resolve(outcome === "ok" ? ok(undefined) : err({ reason: "unavailable", retry: "later" }))
  }
  return { posted, post }
}

describe("auditStatement()", () => {
  it("stands and falls with the batch of its change", async () => {
    const entry = { ...BY, bank: DEMO, action: "bank.put", object: "demo" }
    await write(db.batch([auditStatement(db, entry), auditStatement(db, { ...entry, bank: "*" })]))
    expect(await listAudit(db, DEMO, 10)).toMatchObject([entry])
    const ofNoBank = { id: "44", bankId: "none", record: "{}", tokenSealed: "v1.a.b", updatedAt: NOW }
    const batch = db.batch([auditStatement(db, entry), db.insert(pages).values(ofNoBank)])
    await expect(write(batch)).rejects.toThrow("FOREIGN KEY")
    expect(await listAudit(db, DEMO, 10)).toHaveLength(1)
  })

  it("cuts an actor at 200 and a reason at 500 characters", async () => {
    await write(
      db.batch([
        auditStatement(db, {
          at: NOW,
          actor: "a".repeat(201),
          reason: "r".repeat(501),
          bank: DEMO,
          action: "bank.put",
          object: "demo",
        }),
      ]),
    )
    const [line] = await listAudit(db, DEMO, 1)
    expect([line?.actor.length, line?.reason.length]).toEqual([200, 500])
  })

  it("is listed newest first, page by page", async () => {
    for (const object of ["1", "2", "3"])
      await write(db.batch([auditStatement(db, { ...BY, bank: DEMO, action: "bank.put", object })]))
    const first = await listAudit(db, DEMO, 2)
    expect(first.map((line) => line.object)).toEqual(["3", "2"])
    expect((await listAudit(db, DEMO, 2, first[1]?.id)).map((line) => line.object)).toEqual(["1"])
  })
})

describe("dead letters", () => {
  it("are the same letter for the same job, another for another queue or content", async () => {
    const id = await keep(pack("a"))
    expect(await keep(pack("a"), "alerts", NOW + 5)).toBe(id)
    expect(await keep(pack("a"), "updates")).not.toBe(id)
    expect(await keep({ ...pack("a"), sealed: "v1.inner.other" })).not.toBe(id)
    expect(await countDeadLetters(db, "*", NOW)).toEqual({ alerts: 2, updates: 1 })
    expect((await findDeadLetter(db, id, NOW))?.at).toBe(NOW + 5)
  })

  it("are listed without their jobs, by bank, newest first", async () => {
    const first = await keep(pack("a"), "alerts", NOW)
    const second = await keep(
      { v: 1, kind: "settle_link", bank: DEMO, link: "link_x", postedAt: NOW },
      "chores",
      NOW + 1,
    )
    await keep(pack("a", OTHER))
    await keep({ v: 9, kind: "unheard-of" })
    const page = await listDeadLetters(db, [DEMO], NOW)
    expect(page.letters.map((letter) => letter.id)).toEqual([second, first])
    expect(page.letters).toMatchObject([
      { kind: "settle_link", queue: "chores", bank: DEMO, reason: "retries_exhausted" },
      { kind: "pack", items: 3, attempts: 101, at: NOW, until: NOW + DEAD_LETTER_MS, postedAt: NOW - 5_000 },
    ])
    expect(JSON.stringify(page)).not.toContain("planted")
    expect((await listDeadLetters(db, "*", NOW)).letters).toHaveLength(4)
    expect((await listDeadLetters(db, [], NOW)).letters).toEqual([])
  })

  it("are listed 50 at a time, each once, though many came at one instant", async () => {
    const rows = await Promise.all(
      Array.from({ length: 51 }, (_, n) =>
        deadLetterOf("alerts", pack(String(n)), { attempts: 1, now: NOW }),
      ),
    )
    await keepDeadLetters(db, rows)
    const first = await listDeadLetters(db, "*", NOW)
    expect(first.letters).toHaveLength(50)
    const second = await listDeadLetters(db, "*", NOW, first.next)
    expect(second.letters).toHaveLength(1)
    expect(second.next).toBeUndefined()
    expect(new Set([...first.letters, ...second.letters].map((letter) => letter.id)).size).toBe(51)
    expect((await listDeadLetters(db, "*", NOW, "nonsense")).letters).toHaveLength(50)
  })

  it("last 14 days to the millisecond, whether or not cron came round, and then go", async () => {
    const id = await keep(pack("a"))
    await keep(pack("b"), "alerts", NOW + 1)
    expect(await findDeadLetter(db, id, NOW + DEAD_LETTER_MS - 1)).toBeDefined()
    expect(await findDeadLetter(db, id, NOW + DEAD_LETTER_MS)).toBeUndefined()
    expect((await listDeadLetters(db, "*", NOW + DEAD_LETTER_MS)).letters).toHaveLength(1)
    expect(await deleteExpired(db, NOW + DEAD_LETTER_MS - 1, 10)).toBe(0)
    expect(await deleteExpired(db, NOW + DEAD_LETTER_MS, 10)).toBe(1)
    await keep(pack("c"))
    expect(await deleteExpired(db, NOW + DEAD_LETTER_MS + 1, 1)).toBe(1)
    expect(await deleteExpired(db, NOW + DEAD_LETTER_MS + 1, 1)).toBe(1)
    expect(await deleteExpired(db, NOW + DEAD_LETTER_MS + 1, 1)).toBe(0)
  })
})

describe("consumeDeadLetters()", () => {
  const message = (id: string, body: unknown) => ({ id, timestamp: new Date(NOW), attempts: 1, body })
  const told: string[] = []
  const kept = (bank: string) => {
    told.push(bank)
    return Promise.resolve()
  }
  const given = (lines: LogFields[] = []) => ({
    db,
    kept,
    now: () => NOW,
    log: quietLog(lines),
    chance: () => 0,
  })

  it("P1: keeps every message, jobs of a later release and nonsense included, and then acknowledges", async () => {
    const lines: LogFields[] = []
    const batch = createMessageBatch("updates-dlq", [
      message("1", pack("a")),
      message("2", { v: 2, kind: "pack", bank: DEMO }),
      message("3", "nonsense"),
      message("4", { v: 1, kind: "revoke_link", bank: "Not A Bank", link: "link_x", postedAt: NOW }),
    ])
    await consumeDeadLetters(batch, given(lines))
    const result = await getQueueResult(batch, createExecutionContext())
    expect(result).toMatchObject({ ackAll: true, retryMessages: [] })
    expect(told.toSorted()).toEqual(["*", "demo"])
    const { letters } = await listDeadLetters(db, "*", NOW)
    expect(letters.map(({ queue, bank, kind, reason }) => ({ queue, bank, kind, reason }))).toEqual(
      expect.arrayContaining([
        { queue: "updates", bank: DEMO, kind: "pack", reason: "retries_exhausted" },
        { queue: "updates", bank: DEMO, kind: "pack", reason: "job_version_unknown" },
        { queue: "updates", bank: "*", kind: "unknown", reason: "job_malformed" },
        { queue: "updates", bank: "*", kind: "revoke_link", reason: "retries_exhausted" },
      ]),
    )
    expect(lines).toEqual([{ event: "dead_letters_kept", queue: "updates", letters: 4 }])
  })

  it("P1: hands every message back where nothing could be written", async () => {
    await env.DB.exec("DROP TABLE dead_letters")
    const batch = createMessageBatch("alerts-dlq", [message("1", pack("a")), message("2", pack("b"))])
    const lines: LogFields[] = []
    await consumeDeadLetters(batch, given(lines))
    const result = await getQueueResult(batch, createExecutionContext())
    expect(result.explicitAcks).toEqual([])
    expect(result.retryMessages.map((each) => each.msgId).toSorted()).toEqual(["1", "2"])
    expect(JSON.stringify(lines)).not.toContain("planted")
  })

  it("is not for other queues", async () => {
    const batch = createMessageBatch("alerts", [message("1", pack("a"))])
    await expect(consumeDeadLetters(batch, given())).rejects.toThrow('queue "alerts"')
  })
})

describe("replaying", () => {
  it("posts the job as it travelled to its queue, then deletes the letter with its audit line", async () => {
    const { posted, post } = recordingPost()
    const desk = createDeadLetterDesk({ db, post, now: () => NOW })
    const id = await keep(pack("a"), "updates")
    expect(await desk.replay(id, BY)).toMatchObject({ ok: true, value: { id, bank: DEMO, queue: "updates" } })
    expect(posted).toEqual([{ queue: "updates", jobs: [pack("a")] }])
    expect(await desk.find(id)).toBeUndefined()
    expect(await listAudit(db, DEMO, 10)).toMatchObject([{ ...BY, action: "dead_letter.replay", object: id }])
    expect(await desk.replay(id, BY)).toEqual({ ok: false, error: { reason: "letter_not_found" } })
    expect(posted).toHaveLength(1)
  })

  it("P1: leaves the letter where the queue takes nothing", async () => {
    const { post } = recordingPost("outage")
    const desk = createDeadLetterDesk({ db, post, now: () => NOW })
    const id = await keep(pack("a"))
    expect(await desk.replay(id, BY)).toMatchObject({ ok: false, error: { reason: "outage" } })
    expect(await desk.find(id)).toBeDefined()
    expect(await listAudit(db, DEMO, 10)).toEqual([])
  })

  it("P1: leaves a letter that died again while it was being replayed", async () => {
    const id = await keep(pack("a"))
    const post: Post = async () => {
      await keep(pack("a"), "alerts", NOW + 1)
      return ok(undefined)
    }
    const desk = createDeadLetterDesk({ db, post, now: () => NOW })
    expect((await desk.replay(id, BY)).ok).toBe(true)
    expect((await desk.find(id))?.at).toBe(NOW + 1)
  })

  it("posts a job this release cannot read as well", async () => {
    const { posted, post } = recordingPost()
    const later = { v: 2, kind: "later", bank: DEMO, more: [1, 2] }
    await createDeadLetterDesk({ db, post, now: () => NOW }).replay(await keep(later), BY)
    expect(posted[0]?.jobs).toEqual([later])
  })
})

describe("the admin API over real stores", () => {
  const bank = {
    name: "Harbourline Bank",
    role: "bank_processor",
    jurisdiction: "EU",
    dialect: "fdx-6",
    issuer: "http://localhost:8788/bank/oidc",
    clientId: "tellerline",
    apiBase: "http://localhost:8788/bank/fdx/v6",
    eventSource: "http://localhost:8788/bank",
    jwksUri: "http://localhost:8788/bank/jwks.json",
    languages: ["en", "ar"],
    emergencyPhone: "+49301234567",
    linkHosts: ["localhost:8788"],
  }
  const rules = { development: true }
  let app: Hono
  let posted: { queue: QueueName; jobs: readonly Job[] }[]

  beforeEach(() => {
    const recording = recordingPost()
    posted = recording.posted
    const given: AdminGiven = {
      development: true,
      now: () => NOW,
      log: quietLog(),
      approvals: undefined as never,
      notices: undefined as never,
      desk: undefined as never,
      departures: undefined as never,
      keys: undefined as never,
      links: undefined as never,
      meters: undefined as never,
      letters: undefined as never,
      erase: () => Promise.reject(new Error("not in this test")),
      authenticate: (headers) =>
        Promise.resolve(
          headers.get("authorization") === "Bearer dev-admin-key"
            ? ok({ id: "dev-1", holds: [{ role: "admin", banks: ["*"] }] })
            : err({ reason: "key_unknown" }),
        ),
      banks: {
        list: () => listBanks(db, rules),
        find: (id) => findBank(db, id, rules),
        parse: (body) => parseBankRecord(body, rules),
        async put(record, by) {
          await putBank(db, record, by)
          return { kind: "stored" }
        },
        check: () => Promise.resolve([]),
      },
      ways: {
        listKeys: () => Promise.resolve([]),
        createKey: () => Promise.resolve(undefined),
        revokeKey: () => Promise.resolve(undefined),
        createWebhookSecret: () => Promise.reject(new Error("not in this test")),
        listRefusals: () => Promise.resolve([]),
      },
      pages: {
        list: () => listPages(db),
        find: async (id) => (await findPage(db, id))?.record,
        parse: parsePageRecord,
        put: (record, token, by) =>
          putPage(db, record, token && `v1.test.${token.reveal().length}.${pagePlace(record)}`, by),
        state: () =>
          Promise.resolve({
            paused: null,
            breakerOpenUntil: 0,
            waiting: { packs: 0, events: 0, stale: 0 },
            recovery: null,
            carries: { perSecond: 270, perHour: 972_000, updatesShare: 1 },
            budget: null,
          }),
        reconnect: () => Promise.resolve(err({ reason: "graph_unavailable" })),
        listTemplates: () => Promise.resolve([]),
        syncTemplates: () => Promise.resolve(err({ reason: "graph_unavailable" })),
      },
      incidents: () => Promise.resolve([]),
      audit: {
        months: () => Promise.resolve(["2026-11"]),
        head: () => Promise.resolve(err({ reason: "not_found" })),
        entries: () => Promise.resolve(err({ reason: "not_found" })),
        inclusion: () => Promise.resolve(err({ reason: "not_found" })),
        check: () => Promise.resolve(err({ reason: "not_found" })),
        exported: () => Promise.resolve(err({ reason: "not_found" })),
      },
      restore: {
        compare: () => Promise.resolve({ directory: 1, register: 1 }),
        finish: () => Promise.resolve(err({ reason: "not_restored" })),
      },
      deadLetters: createDeadLetterDesk({ db, post: recording.post, now: () => NOW }),
      health: () => Promise.resolve({ status: "ok", checks: [] }),
      advanceClock: (advanceMs) => Promise.resolve(advanceMs),
    }
    app = new Hono().route("/admin/v1", adminApi(given))
  })

  async function call(method: string, path: string, body?: object, key = "dev-admin-key") {
    const response = await app.request(`/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return { status: response.status, text: await response.text() }
  }

  it("registers a bank and its Page, keeps them through a repeat, and gives no token out", async () => {
    for (let time = 0; time < 2; time += 1) {
      expect((await call("PUT", "/banks/demo", bank)).status).toBe(200)
      const page = await call("PUT", "/pages/100000000000001", {
        bankId: "demo",
        token: "dev-page-token",
        name: "Harbourline",
      })
      expect(page.status).toBe(200)
    }
    const answers = [
      await call("GET", "/banks"),
      await call("GET", "/pages"),
      await call("GET", "/pages/100000000000001"),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      // A bank's record has a member of that name.
      expect(answer.text.replaceAll('"idTokenAlg"', "")).not.toMatch(/token|v1\./i)
    }
    const trail = await listAudit(db, DEMO, 10)
    expect(trail.map(({ actor, action, object, reason }) => [actor, action, object, reason])).toEqual([
      ["dev-1", "page.put", "100000000000001", "development"],
      ["dev-1", "bank.put", "demo", "development"],
      ["dev-1", "page.put", "100000000000001", "development"],
      ["dev-1", "bank.put", "demo", "development"],
    ])
  })

  it("P12: changes nothing for a stranger or a body at fault", async () => {
    expect((await call("PUT", "/banks/demo", bank, "dev-admin-key-3")).status).toBe(401)
    expect((await call("PUT", "/banks/demo", { ...bank, issuer: "ftp://planted" })).status).toBe(422)
    expect((await call("PUT", "/pages/44", { bank: "demo", token: "t0ken", name: "N" })).status).toBe(422)
    expect(await listBanks(db, rules)).toEqual([])
    expect(await listPages(db)).toEqual([])
    expect(await listAudit(db, DEMO, 10)).toEqual([])
  })

  it("P13: keeps a Page with its bank for life", async () => {
    await call("PUT", "/banks/demo", bank)
    await call("PUT", "/banks/other", bank)
    await call("PUT", "/pages/44", { bank: "demo", token: "t0ken", name: "N" })
    expect((await call("PUT", "/pages/44", { bank: "other", token: "t0ken", name: "N" })).status).toBe(409)
    expect((await call("PUT", "/pages/44", { bank: "demo", name: "Renamed" })).status).toBe(200)
    expect(await listPages(db)).toMatchObject([{ id: "44", bank: "demo", name: "Renamed" }])
  })

  it("lists a dead letter and replays it", async () => {
    const id = await keep(pack("a"))
    const listed = await call("GET", "/dead-letters?bank=demo")
    expect(listed.text).toContain(id)
    expect(listed.text).not.toContain("planted")
    expect((await call("GET", `/dead-letters/${id}`)).text).not.toContain("planted")
    expect((await call("POST", `/dead-letters/${id}/replay`, { reason: "bank is back" })).status).toBe(200)
    expect(posted).toEqual([{ queue: "alerts", jobs: [pack("a")] }])
    expect((await call("GET", `/dead-letters/${id}`)).status).toBe(404)
    expect(await listAudit(db, DEMO, 1)).toMatchObject([
      { actor: "dev-1", reason: "bank is back", object: id },
    ])
  })
})

describe("the admin API behind the front door", () => {
  const ask = (path: string, init: RequestInit = {}) =>
    exports.default.fetch(`http://localhost:8787${path}`, init)
  const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })

  it("knows both development keys and nobody else, and says who refused which request", async () => {
    for (const key of ["dev-admin-key", "dev-admin-key-2"]) {
      const answer = await ask("/admin/v1/banks", bearer(key))
      expect([answer.status, await answer.json()]).toEqual([200, { banks: [] }])
      expect(answer.headers.get("cache-control")).toBe("no-store")
    }
    for (const init of [{}, bearer("dev-admin-key-3"), bearer("dev-admin-ke")]) {
      const answer = await ask("/admin/v1/banks", init)
      expect(answer.status).toBe(401)
      expect(answer.headers.get("content-type")).toBe("application/problem+json")
      const problem: { request_id?: string } = await answer.json()
      expect(problem.request_id).toBe(answer.headers.get("x-request-id"))
    }
  })

  it("keeps what a dead-letter queue hands to the Worker, lists it, and replays it to the real queue", async () => {
    const job = { v: 1, kind: "settle_link", bank: "demo", link: "link_gone", postedAt: NOW }
    const batch = createMessageBatch("chores-dlq", [
      { id: "1", timestamp: new Date(NOW), attempts: 1, body: job },
    ])
    await worker.queue(batch, env)
    expect(await getQueueResult(batch, createExecutionContext())).toMatchObject({ ackAll: true })
    const listed: { deadLetters: { id: string }[] } = await (
      await ask("/admin/v1/dead-letters", bearer("dev-admin-key"))
    ).json()
    expect(listed.deadLetters).toMatchObject([{ queue: "chores", kind: "settle_link", bank: "demo" }])
    const replayed = await ask(`/admin/v1/dead-letters/${listed.deadLetters[0]?.id}/replay`, {
      method: "POST",
      headers: { authorization: "Bearer dev-admin-key", "content-type": "application/json" },
      body: JSON.stringify({ reason: "bank is back" }),
    })
    expect(replayed.status).toBe(200)
    expect((await listDeadLetters(db, "*", NOW)).letters).toEqual([])
  })

  it("is described openly, and its page stands under its own policy", async () => {
    expect((await ask("/openapi.json")).status).toBe(200)
    const docs = await ask("/docs")
    expect(docs.status).toBe(200)
    expect(docs.headers.get("content-security-policy")).toContain("default-src 'none'")
  })
})
