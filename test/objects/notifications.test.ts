// A stopped Page in workerd: what waits in its object and how it leaves; incidents and looks in D1; the whole way through the gateway.
import {
  createMessageBatch,
  createExecutionContext,
  getQueueResult,
  runInDurableObject,
} from "cloudflare:test"
import { sql } from "drizzle-orm"
import { env, exports } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { createDatabase } from "../../src/db/database.ts"
import { bySystem } from "../../src/audit/audit.ts"
import { listAudit } from "../../src/audit/audit-store.ts"
import { banks, links } from "../../src/db/schema.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/foundation/clock.ts"
import type { BankId, LinkId, PageId, PersonId } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { consume } from "../../src/jobs/consume.ts"
import type { Job, PackJob } from "../../src/jobs/job.ts"
import { findLink } from "../../src/links/link-store.ts"
import { insertPending } from "../../src/links/linking-store.ts"
import { Page } from "../../src/messenger/page.ts"
import { pageObjectOf } from "../../src/messenger/page-object.ts"
import { parsePageRecord } from "../../src/messenger/page-record.ts"
import {
  findPage,
  listDue,
  putPage,
  putTemplateStatuses,
  replaceToken,
  setDue,
} from "../../src/messenger/page-store.ts"
import { doChores, endExpired, revokeForgotten, type ChoreWorld } from "../../src/notifications/chores.ts"
import { createIncidents } from "../../src/notifications/incidents.ts"
import { INCIDENT_KEPT_MS } from "../../src/notifications/incident.ts"
import { watch } from "../../src/notifications/watch.ts"
import { bankRecord, fraudSuspected, recordingLog, transactionPosted } from "../support/bank.ts"
import worker from "../../src/worker.ts"
import { openGateway, ORIGIN, PAGE, signedWebhook, type Gateway } from "../support/gateway.ts"

const T = 1_763_800_000_000
const DEMO = "demo" as BankId
const db = createDatabase(env.DB)
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))

function record(id: string, bank = "demo") {
  const parsed = parsePageRecord({ v: 1, id, bank, name: "Harbourline Bank" })
  if (!parsed.ok) throw new Error("Cannot read the Page of the tests")
  return parsed.value
}

describe("Page, stopped", () => {
  /** Queues that remember, or refuse. */
  function fakeQueues() {
    const posted: Job[] = []
    const state = { refuses: false }
    const queue = {
      sendBatch: (messages: Iterable<{ readonly body: Job }>) => {
        if (state.refuses) return Promise.reject(new Error("Too Many Requests"))
        for (const { body } of messages) posted.push(body)
        return Promise.resolve()
      },
    } as unknown as Queue
    return { posted, state, env: { ...env, ALERTS: queue, UPDATES: queue, CHORES: queue } as Env }
  }
  function inPage<T>(
    name: string,
    act: (made: {
      readonly page: () => Page
      readonly queues: ReturnType<typeof fakeQueues>
      readonly state: DurableObjectState
    }) => Promise<T>,
  ) {
    return runInDurableObject(env.PAGE.getByName(name), async (_instance, state) => {
      const queues = fakeQueues()
      const done = await act({ page: () => new Page(state, queues.env), queues, state })
      await state.storage.deleteAlarm()
      return done
    })
  }
  const pack = (id: string, lane: "alerts" | "updates", postedAt: number, items = 2): PackJob => ({
    v: 1,
    kind: "pack",
    lane,
    bank: DEMO,
    pack: `pack_${id}` as PackJob["pack"],
    month: "2026-11",
    sealed: "v1.k.sealed",
    items,
    postedAt,
  })
  const of = { bank: DEMO, page: "100" as PageId }
  const resume = { v: 1, now: T + 10, ceilingPerSecond: 300 } as const

  it("P1: keeps packs while it is paused, through the loss of its memory, and none while it speaks", async () => {
    await inPage("hold", async ({ page }) => {
      const one = page()
      const request = { v: 1, job: pack("a", "updates", T), staleAts: [T, T + 100] } as const
      expect(one.hold(request)).toBe(false)
      await one.pause({ v: 1, reason: "token_refused", now: T })
      expect(one.hold(request)).toBe(true)
      expect(one.hold(request)).toBe(true)
      expect(page().state({ v: 1, now: T }).waiting).toEqual({ packs: 1, events: 2, stale: 1 })
    })
  })

  it("P7: hands back alerts first, then the oldest, once it is resumed; what its queue has is gone", async () => {
    await inPage("release", async ({ page, queues, state }) => {
      const one = page()
      await one.pause({ v: 1, reason: "token_refused", now: T })
      for (const [id, lane, at] of [
        ["u2", "updates", 30],
        ["u1", "updates", 20],
        ["a2", "alerts", 50],
        ["a1", "alerts", 40],
      ] as const)
        one.hold({ v: 1, job: pack(id, lane, at), staleAts: [T + 5, T + DAY_MS] })
      await one.alarm()
      expect(queues.posted).toEqual([])
      expect(await one.resume(resume)).toEqual({ at: T + 10, held: 8, stale: 4, sent: 0 })
      expect(await state.storage.getAlarm()).not.toBeNull()
      await page().alarm()
      expect(queues.posted.map((job) => (job as PackJob).pack)).toEqual([
        "pack_a1",
        "pack_a2",
        "pack_u1",
        "pack_u2",
      ])
      const { paused, waiting, recovery } = page().state({ v: 1, now: T + 20 })
      expect([paused, waiting.packs]).toEqual([null, 0])
      expect(recovery).toEqual({ at: T + 10, held: 8, stale: 4, sent: 4 })
    })
  })

  it("P1: keeps what its queue does not take, and tries again", async () => {
    await inPage("refused", async ({ page, queues, state }) => {
      const one = page()
      await one.pause({ v: 1, reason: "token_refused", now: T })
      one.hold({ v: 1, job: pack("u1", "updates", 20), staleAts: [T + DAY_MS] })
      await one.resume(resume)
      queues.state.refuses = true
      await state.storage.deleteAlarm()
      await one.alarm()
      expect(one.state({ v: 1, now: T }).waiting.packs).toBe(1)
      expect(await state.storage.getAlarm()).not.toBeNull()
      queues.state.refuses = false
      await one.alarm()
      expect(queues.posted).toHaveLength(1)
      expect(one.state({ v: 1, now: T }).recovery?.sent).toBe(2)
    })
  })

  it("hands back no more at once than the Page carries until the next time", async () => {
    await inPage("paced", async ({ page, queues, state }) => {
      const one = page()
      await one.pause({ v: 1, reason: "token_refused", now: T })
      for (let each = 0; each < 10; each += 1)
        one.hold({ v: 1, job: pack(`u${each}`, "updates", each, 150), staleAts: [] })
      // Nine a second, for five seconds: a pack is more, and goes alone.
      await one.resume({ ...resume, ceilingPerSecond: 10 })
      await one.alarm()
      expect(queues.posted).toHaveLength(1)
      expect(await state.storage.getAlarm()).not.toBeNull()
      for (let each = 0; each < 9; each += 1) await one.alarm()
      expect(queues.posted).toHaveLength(10)
      await state.storage.deleteAlarm()
      await one.alarm()
      expect(await state.storage.getAlarm()).toBeNull()
    })
  })

  it("makes its pause known once, and keeps trying until that is durable", async () => {
    await inPage("announce", async ({ page, queues, state }) => {
      const one = page()
      queues.state.refuses = true
      await one.pause({ v: 1, reason: "restricted", now: T, of })
      await one.alarm()
      expect(await state.storage.getAlarm()).not.toBeNull()
      queues.state.refuses = false
      await page().alarm()
      await page().alarm()
      expect(queues.posted).toEqual([{ v: 1, kind: "page_paused", ...of, reason: "restricted", postedAt: T }])
    })
  })

  it.each([
    [89_999, true, false],
    [90_000, true, true],
    [1, false, true],
  ])(
    "%i ms after its token was swapped a refusal (of a token: %s) stops it: %s",
    async (afterMs, token, stops) => {
      await inPage(`swapped-${afterMs}`, async ({ page }) => {
        const one = page()
        await one.resume({ ...resume, now: T })
        await one.pause({ v: 1, reason: "token_refused", now: T + afterMs, token })
        expect(one.state({ v: 1, now: T }).paused !== null).toBe(stops)
      })
    },
  )

  it("counts a day's calls where it is told how many people are engaged, through the loss of its memory", async () => {
    await inPage("budget", async ({ page }) => {
      const one = page()
      const ask = { v: 1, lane: "updates", n: 100, now: T, ceilingPerSecond: 300 } as const
      one.lease(ask)
      expect(one.state({ v: 1, now: T }).callsInDay).toBe(0)
      one.lease({ ...ask, engagedPeople: 1 })
      expect(page().state({ v: 1, now: T }).callsInDay).toBe(100)
      expect(page().state({ v: 1, now: T + 26 * 3_600_000 }).callsInDay).toBe(0)
    })
  })
})

describe("incidents", () => {
  const { log, lines } = recordingLog()
  const state = { now: T }
  const incidents = createIncidents({ db, now: () => state.now, random, log })
  const page = "100" as PageId
  beforeEach(() => {
    state.now = T
  })

  it("are open once, however often they are opened, and are told once in the log", async () => {
    const about = { kind: "page_stopped", bank: DEMO, page, detail: "restricted" } as const
    const before = lines.length
    await Promise.all([incidents.open(about), incidents.open(about), incidents.open(about)])
    expect(await incidents.listOpen("page_stopped")).toMatchObject([{ ...about, openedAt: T }])
    expect(lines.slice(before).filter((line) => line.includes("incident_opened"))).toHaveLength(1)
    await incidents.close(["page_stopped"], page)
    await incidents.open(about)
    expect(await incidents.list("*", true)).toHaveLength(2)
  })

  it("are settled: exactly what is wrong now is open, of that kind, bank and Page alone", async () => {
    const about = { kind: "template_paused", bank: DEMO, page } as const
    const other = { kind: "template_paused", bank: "other" as BankId, page: "200" as PageId } as const
    await incidents.settle(other, ["a_v1 en"])
    await incidents.settle(about, ["a_v1 en", "b_v1 en"])
    await incidents.settle(about, ["b_v1 en", "c_v1 en"])
    const open = await incidents.listOpen("template_paused")
    expect(open.map(({ bank, detail }) => `${bank} ${detail}`).toSorted()).toEqual([
      "demo b_v1 en",
      "demo c_v1 en",
      "other a_v1 en",
    ])
  })

  it("settle alike whatever the length of what is wrong", async () => {
    const about = { kind: "page_fields_missing", bank: DEMO, page } as const
    const detail = "message_echoes ".repeat(20)
    await incidents.settle(about, [detail])
    state.now = T + 1
    await incidents.settle(about, [detail])
    expect(await incidents.list("*", true)).toMatchObject([{ openedAt: T, detail: detail.slice(0, 100) }])
  })

  it("P13: are listed by bank; those of the deployment only for who holds every bank", async () => {
    await incidents.open({ kind: "dead_letters", bank: DEMO, detail: "" })
    await incidents.open({ kind: "dead_letters", bank: "other" as BankId, detail: "" })
    await incidents.settle({ kind: "graph_version_ending", bank: "*" }, ["v21.0"])
    expect((await incidents.list([DEMO], true)).map(({ bank }) => bank)).toEqual(["demo"])
    expect(await incidents.list("*", false)).toHaveLength(3)
  })

  it("are kept 90 days once they are over", async () => {
    await incidents.open({ kind: "dead_letters", bank: DEMO, detail: "" })
    await incidents.settle({ kind: "dead_letters", bank: DEMO }, [])
    await incidents.open({ kind: "dead_letters", bank: DEMO, detail: "" })
    state.now = T + INCIDENT_KEPT_MS - 1
    expect(await incidents.deleteOld(10)).toBe(0)
    state.now = T + INCIDENT_KEPT_MS
    expect(await incidents.deleteOld(10)).toBe(1)
    expect(await incidents.list("*", true)).toHaveLength(1)
  })

  it("are closed by the clock where their cause is gone", async () => {
    await incidents.open({ kind: "dead_letters", bank: DEMO, detail: "" })
    await incidents.open({ kind: "dead_letters", bank: "other" as BankId, detail: "" })
    await incidents.open({ kind: "page_stopped", bank: DEMO, page, detail: "restricted" })
    await incidents.open({ kind: "page_stopped", bank: DEMO, page: "200" as PageId, detail: "restricted" })
    const world = {
      incidents,
      countDeadLetters: (bank: string) => Promise.resolve(bank === "demo" ? {} : { alerts: 1 }),
      isPaused: (id: PageId) => Promise.resolve(id === page),
      graphVersion: "v21.0",
      now: () => Date.parse("2026-12-01"),
    }
    await watch(world)
    const open = await incidents.list("*", false)
    expect(open.map(({ kind, bank, page: id }) => `${kind} ${bank} ${id ?? ""}`.trim()).toSorted()).toEqual([
      "dead_letters other",
      "graph_version_ending *",
      "page_stopped demo 100",
    ])
    await watch({ ...world, graphVersion: "v26.0" })
    expect(await incidents.listOpen("graph_version_ending")).toEqual([])
  })
})

describe("what the clock looks at", () => {
  const by = bySystem("a test", T)
  beforeEach(async () => {
    await db.insert(banks).values({ id: "demo", record: "{}", updatedAt: T })
    for (const id of ["1", "2", "3"]) await putPage(db, record(id), "v1.k.sealed", by)
  })

  it("is a Page never looked at, one that is due, and for templates one with a review under way", async () => {
    await setDue(db, "1" as PageId, "templates", T + MINUTE_MS * 10)
    await setDue(db, "2" as PageId, "templates", T + MINUTE_MS * 10)
    await putTemplateStatuses(db, "2" as PageId, [{ name: "a_v1", language: "en", status: "PENDING" }], T)
    expect(await listDue(db, "templates", T, 10)).toEqual(["3", "2"])
    expect(await listDue(db, "templates", T + MINUTE_MS * 10, 10)).toEqual(["3", "1", "2"])
    expect(await listDue(db, "health", T, 2)).toEqual(["1", "2"])
  })

  it("is written down where it moves, not each minute", async () => {
    const page = "1" as PageId
    const dueOf = async () =>
      (await env.DB.prepare("SELECT due_at FROM checks WHERE page_id = '1'").first<{ due_at: number }>())
        ?.due_at
    await setDue(db, page, "health", T)
    await setDue(db, page, "health", T + MINUTE_MS)
    expect(await dueOf()).toBe(T)
    await setDue(db, page, "health", T + 5 * MINUTE_MS)
    expect(await dueOf()).toBe(T + 5 * MINUTE_MS)
  })

  it("a token is swapped in place with its line of the trail, at its own bank's Page only", async () => {
    expect(await replaceToken(db, record("1"), "v1.k.newer", by)).toBe(true)
    expect(await findPage(db, "1" as PageId)).toMatchObject({ tokenSealed: "v1.k.newer" })
    expect(await replaceToken(db, record("1", "other"), "v1.k.theirs", by)).toBe(false)
    expect(await findPage(db, "1" as PageId)).toMatchObject({ tokenSealed: "v1.k.newer" })
    expect((await listAudit(db, DEMO, 10)).map(({ action }) => action)).toContain("page.reconnect")
  })
})

describe("doChores()", () => {
  const incidents = createIncidents({ db, now: () => T, random, log: recordingLog().log })
  const world = (changes: Partial<ChoreWorld> = {}): ChoreWorld => ({
    db,
    access: { revoke: () => Promise.resolve(ok(undefined)) },
    findBank: () => Promise.resolve(bankRecord()),
    incidents,
    isPaused: () => Promise.resolve(true),
    leaving: { endAgain: () => Promise.resolve("ended"), settle: () => Promise.resolve(true) },
    erase: () => Promise.reject(new Error("not in this test")),
    renewal: undefined as never,
    post: () => Promise.resolve(ok(undefined)),
    now: () => T,
    random,
    ...changes,
  })
  const run = async (given: ChoreWorld, ...bodies: Job[]) => {
    const batch = createMessageBatch(
      "chores",
      bodies.map((body, index) => ({ id: String(index), timestamp: new Date(T), attempts: 1, body })),
    )
    await consume(batch, doChores(given), recordingLog().log, () => 0)
    return getQueueResult(batch, createExecutionContext())
  }
  const paused: Job = {
    v: 1,
    kind: "page_paused",
    bank: DEMO,
    page: "100" as PageId,
    reason: "restricted",
    postedAt: T,
  }
  async function pendingLink(id: string) {
    await insertPending(
      db,
      {
        id: id as LinkId,
        person: `person_${id}` as PersonId,
        bank: DEMO,
        page: "100" as PageId,
        customer: "c",
        wrappedKey: "w",
        tokensSealed: "t",
        customerSealed: "s",
      },
      bySystem("a test", T),
    )
  }

  it("lets operators know of a Page that is stopped, and not of one that speaks again", async () => {
    await run(world({ isPaused: () => Promise.resolve(false) }), paused)
    expect(await incidents.listOpen("page_stopped")).toEqual([])
    expect(await run(world(), paused, paused)).toMatchObject({ explicitAcks: ["0", "1"] })
    expect(await incidents.listOpen("page_stopped")).toMatchObject([{ detail: "restricted" }])
  })

  it("a fault in one chore is that chore's alone", async () => {
    const result = await run(
      world({
        findBank: () => {
          throw new Error("Not now")
        },
      }),
      { v: 1, kind: "revoke_link", bank: DEMO, link: "link_x" as LinkId, postedAt: T },
      paused,
    )
    expect(result).toMatchObject({ explicitAcks: ["1"], retryMessages: [{ msgId: "0" }] })
  })

  it("P1: ends links nobody confirmed only once their revocation is on its queue", async () => {
    await pendingLink("link_late")
    const late = () => T + 11 * MINUTE_MS
    const outage = () => Promise.resolve(err({ reason: "unavailable", retry: "later" } as const))
    expect(await endExpired(world({ now: late, post: outage }))).toBe(0)
    expect((await findLink(db, "link_late" as LinkId))?.state).toBe("pending")
    const posted: Job[] = []
    const post: ChoreWorld["post"] = (_queue, jobs) => {
      posted.push(...jobs)
      return Promise.resolve(ok(undefined))
    }
    expect(await endExpired(world({ now: late, post }))).toBe(1)
    expect(posted).toMatchObject([{ kind: "revoke_link", link: "link_late" }])
    expect((await findLink(db, "link_late" as LinkId))?.state).toBe("ended")
    expect(await endExpired(world({ now: late, post }))).toBe(0)
    expect(await db.select().from(links)).toHaveLength(1)
  })

  it("P5: a link whose revocation was lost on the way is found a day later, once an hour", async () => {
    await pendingLink("link_forgotten")
    const posted: Job[] = []
    const post: ChoreWorld["post"] = (_queue, jobs) => {
      posted.push(...jobs)
      return Promise.resolve(ok(undefined))
    }
    await endExpired(world({ now: () => T + 11 * MINUTE_MS, post }))
    posted.length = 0
    const onTheHour = Math.ceil((T + 25 * HOUR_MS) / HOUR_MS) * HOUR_MS
    expect(await revokeForgotten(world({ now: () => T + 12 * MINUTE_MS, post }))).toBe(0)
    expect(await revokeForgotten(world({ now: () => onTheHour + 5 * MINUTE_MS, post }))).toBe(0)
    expect(await revokeForgotten(world({ now: () => onTheHour, post }))).toBe(1)
    expect(posted).toMatchObject([{ kind: "revoke_link", link: "link_forgotten" }])
    expect(await incidents.listOpen("revocation_waits")).toMatchObject([{ bank: DEMO }])
    await db.run(sql`update links set wrapped_key = null where id = 'link_forgotten'`)
    await revokeForgotten(world({ now: () => onTheHour + HOUR_MS, post }))
    expect(await incidents.listOpen("revocation_waits")).toEqual([])
  })

  it("P13: however many links wait at one bank, another's is seen to in the same hour", async () => {
    const many = sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < 150)`
    const columns = sql`(id, person_id, bank_id, page_id, customer, state, epoch, record_hash, wrapped_key, tokens_version, created_at, pending_until, ended_at)`
    await db.run(
      sql`insert into links ${columns} ${many} select 'link_down_' || i, 'p', 'down', '100', 'c', 'ended', 1, '', 'w', 0, 0, 0, 0 from n`,
    )
    await pendingLink("link_others")
    await db.run(sql`update links set state = 'ended', ended_at = ${T} where id = 'link_others'`)
    const posted: Job[] = []
    const post: ChoreWorld["post"] = (_queue, jobs) => {
      posted.push(...jobs)
      return Promise.resolve(ok(undefined))
    }
    const onTheHour = Math.ceil((T + 25 * HOUR_MS) / HOUR_MS) * HOUR_MS
    expect(await revokeForgotten(world({ now: () => onTheHour, post }))).toBe(100)
    expect(posted).toContainEqual(expect.objectContaining({ link: "link_others" }))
    expect((await incidents.listOpen("revocation_waits")).map(({ bank }) => bank).toSorted()).toEqual(
      [DEMO, "down"].toSorted(),
    )
  })
})

describe("a Page whose token dies", () => {
  const CUSTOMER = "Kx7Qm2vX9kLtB4wZ8pR5nYdA"
  const DEAD = { status: 400, error: { message: "m", type: "OAuthException", code: 190, error_subcode: 460 } }
  const WAIT = { timeout: 10_000, interval: 100 }
  let gateway: Gateway
  beforeEach(async () => {
    gateway = await openGateway()
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const admin = async (method: string, path: string, body?: object) => {
    const response = await exports.default.fetch(
      new Request(`${ORIGIN}/admin/v1${path}`, {
        method,
        headers: { authorization: "Bearer dev-admin-key", "content-type": "application/json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    )
    // oxlint-disable-next-line typescript/no-explicit-any
    return { status: response.status, body: (await response.json()) as any }
  }

  it("P1: is stopped by the first send that finds out; what is for its people waits, and goes when it is reconnected", async () => {
    const psid = "90000000000007301"
    await gateway.link(psid, CUSTOMER, ["transaction_alerts", "fraud_alerts"])
    gateway.answer = () => DEAD
    await gateway.say(psid, "help")
    await vi.waitFor(async () => {
      expect((await admin("GET", `/pages/${PAGE}`)).body.state.paused).toMatchObject({
        reason: "token_refused",
      })
    }, WAIT)
    await vi.waitFor(async () => {
      const { body } = await admin("GET", "/incidents?bank=demo")
      expect(body.incidents).toMatchObject([{ kind: "page_stopped", page: PAGE, detail: "token_refused" }])
    }, WAIT)

    const before = gateway.sent.length
    const at = Date.now()
    for (const id of ["evt_w1", "evt_w2"])
      expect((await gateway.postEvents([transactionPosted({ id, at })])).status).toBe(202)
    expect((await gateway.postEvents([fraudSuspected({ id: "evt_alert", at })])).status).toBe(202)
    await vi.waitFor(async () => {
      const { body } = await admin("GET", `/pages/${PAGE}`)
      expect(body.state.waiting).toEqual({ packs: 3, events: 3, stale: 0 })
    }, WAIT)
    expect(gateway.sent.length).toBe(before)

    gateway.answer = () => "accept"
    const reconnected = await admin("PUT", `/pages/${PAGE}/token`, {
      token: "EAAG-new",
      reason: "new password",
    })
    expect(reconnected).toMatchObject({ status: 200, body: { reconnected: { held: 3, stale: 0 } } })
    await vi.waitFor(() => {
      const texts = gateway.sent.slice(before).map(({ text }) => text)
      expect(texts.filter((text) => text.includes("ELECTRO MART"))).toHaveLength(3)
    }, WAIT)
    const { body } = await admin("GET", `/pages/${PAGE}`)
    expect(body.state).toMatchObject({
      paused: null,
      waiting: { packs: 0, events: 0, stale: 0 },
      recovery: { held: 3, stale: 0, sent: 3 },
    })
    expect((await admin("GET", "/incidents?bank=demo")).body.incidents).toEqual([])
    expect((await findPage(gateway.means.db, PAGE))?.tokenSealed).not.toContain("EAAG")
  })
})

describe("what Messenger says of a Page, and the clock", () => {
  let gateway: Gateway
  beforeEach(async () => {
    gateway = await openGateway()
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const calls = () =>
    vi
      .mocked(globalThis.fetch)
      .mock.calls.map(([input, init]) => new Request(input, init))
      .map(({ method, url }) => `${method} ${new URL(url).pathname.split("/").at(-1)}`)
  const say = async (entry: object) => {
    const body = new TextEncoder().encode(
      JSON.stringify({ object: "page", entry: [{ id: PAGE, time: Date.now(), ...entry }] }),
    ) as Uint8Array<ArrayBuffer>
    return exports.default.fetch(new Request(`${ORIGIN}/messenger/webhook`, await signedWebhook(body)))
  }
  const pageState = () =>
    pageObjectOf({ page: env.PAGE, development: true }, record(PAGE)).state({ v: 1, now: Date.now() })

  it("follows a hint that a template changed, beside the answer", async () => {
    const value = { event: "APPROVED", message_template_name: "a_v1", message_template_language: "en" }
    const changes = [{ field: "message_template_status_update", value }]
    expect((await say({ changes })).status).toBe(200)
    await vi.waitFor(() => expect(calls()).toContain("GET message_templates"))
  })

  it("stops a Page that Messenger blocks", async () => {
    const policy = {
      recipient: { id: PAGE },
      timestamp: Date.now(),
      policy_enforcement: { action: "block", reason: "r" },
    }
    expect((await say({ messaging: [policy] })).status).toBe(200)
    expect((await pageState()).paused).toMatchObject({ reason: "blocked" })
    const incidents = createIncidents({ ...gateway.means, random })
    expect(await incidents.listOpen("page_stopped")).toMatchObject([{ page: PAGE, detail: "blocked" }])
    await pageObjectOf({ page: env.PAGE, development: true }, record(PAGE)).resume({
      v: 1,
      now: Date.now(),
      ceilingPerSecond: 300,
    })
  })

  it("looks at templates each minute while one is under review, else once an hour, and at a Page once a day", async () => {
    const run = async () => {
      vi.mocked(globalThis.fetch).mockClear()
      await worker.scheduled({} as never, env)
      return calls().filter((call) => call.startsWith("GET"))
    }
    const first = await run()
    expect(first).toContain("GET message_templates")
    expect(first).toContain("GET debug_token")
    expect(first).toContain("GET subscribed_apps")
    // The pretended Messenger answers nothing of a status: what was created is under review.
    expect(await run()).toEqual(["GET message_templates"])
    await env.DB.prepare("UPDATE templates SET status = 'APPROVED'").run()
    expect(await run()).toEqual([])
  })
})

describe("pageObjectOf()", () => {
  it("P13: names a Page's object by its id and jurisdiction", () => {
    const namespaces = { page: env.PAGE, development: true }
    const names = [record("1"), { ...record("1"), jurisdiction: "eu" } as const, record("2")].map((page) =>
      pageObjectOf(namespaces, page).id.toString(),
    )
    expect(new Set(names).size).toBe(3)
  })
})
