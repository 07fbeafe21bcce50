// Incidents, looks and chores of Pages, links and templates in real D1: what stands open, what is due, what a chore leaves behind.
import { createMessageBatch, createExecutionContext, getQueueResult } from "cloudflare:test"
import { sql } from "drizzle-orm"
import { env } from "cloudflare:workers"
import { beforeEach, describe, expect, it } from "vitest"
import { createDatabase } from "../../src/db/database.ts"
import { bySystem } from "../../src/audit/audit.ts"
import { listAudit } from "../../src/audit/audit-store.ts"
import { banks } from "../../src/db/bank-schema.ts"
import { links } from "../../src/db/schema.ts"
import { HOUR_MS, MINUTE_MS } from "../../src/foundation/clock.ts"
import type { BankId, LinkId, PageId, PersonId } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import { consume } from "../../src/jobs/consume.ts"
import type { Job } from "../../src/jobs/job.ts"
import { findLink } from "../../src/links/link-store.ts"
import { insertPending } from "../../src/links/linking-store.ts"
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
import { bankRecord, recordingLog } from "../support/bank.ts"

const T = 1_763_800_000_000
const DEMO = "demo" as BankId
const db = createDatabase(env.DB)
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))

function record(id: string, bank = "demo") {
  const parsed = parsePageRecord({ v: 1, id, bank, name: "Harbourline Bank" })
  if (!parsed.ok) throw new Error("Cannot read the Page of the tests")
  return parsed.value
}

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
      unread: {
        incidents,
        listUnread: () => Promise.resolve([]),
        queues: [],
        lastRead: () => Promise.resolve(new Map<string, number>()),
        wait: () => Promise.resolve(),
        now: () => T,
        realNow: () => T,
        log,
      },
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
    leave: () => Promise.reject(new Error("not in this test")),
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
