// Dead letters found by filters in real D1, replayed by two people in steps, and what a replay tells whom: the whole gateway looks at each
// event anew, as if it had never died.
import { createExecutionContext } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { AuditBy } from "../../src/audit/audit.ts"
import { listAudit } from "../../src/audit/audit-store.ts"
import type { Approval } from "../../src/approvals/approval.ts"
import { insertApproval } from "../../src/approvals/approval-store.ts"
import type { BankEvent, TransactionPosted } from "../../src/banks/event.ts"
import { createDatabase } from "../../src/db/database.ts"
import { DAY_MS, HOUR_MS, monthOf } from "../../src/foundation/clock.ts"
import { createPackId, type BankId, type PageId } from "../../src/foundation/id.ts"
import { err, ok } from "../../src/foundation/result.ts"
import type { Job, PackJob, QueueName } from "../../src/jobs/job.ts"
import { sealPacks } from "../../src/jobs/pack.ts"
import type { Post } from "../../src/jobs/post.ts"
import { parsePageRecord } from "../../src/messenger/page-record.ts"
import { putPage } from "../../src/messenger/page-store.ts"
import { deadLetterOf, type DeadLetterReason } from "../../src/notifications/dead-letter.ts"
import {
  countDeadLetters,
  keepDeadLetters,
  listDeadLetters,
  listUnread,
} from "../../src/notifications/dead-letter-store.ts"
import type { DeadLetterFilter } from "../../src/notifications/dead-letter-filter.ts"
import { createDeadLetterDesk } from "../../src/notifications/dead-letters.ts"
import { continueReplay, REPLAYED_A_STEP } from "../../src/notifications/replaying.ts"
import worker from "../../src/worker.ts"
import { transactionPosted } from "../support/bank.ts"
import { BANK, openGateway, ORIGIN, type Gateway } from "../support/gateway.ts"

const NOW = Date.UTC(2026, 10, 22)
const OTHER = "other" as BankId
const PAGE = "11" as PageId
const BY: AuditBy = { actor: "maria", reason: "because of a test", at: NOW }
const db = createDatabase(env.DB)

function packOf(name: string, about: { readonly bank?: BankId; readonly page?: PageId } = {}): PackJob {
  return {
    v: 1,
    kind: "pack",
    lane: "updates",
    bank: BANK,
    pack: `pack_${name}` as PackJob["pack"],
    month: "2026-11",
    sealed: "v1.inner.planted",
    items: 3,
    postedAt: NOW - 5_000,
    ...about,
  }
}

async function keep(
  job: unknown,
  {
    queue = "updates",
    at = NOW,
    reason = "gave_up",
  }: { queue?: QueueName; at?: number; reason?: DeadLetterReason } = {},
): Promise<string> {
  const row = await deadLetterOf(queue, job, { attempts: 5, now: at, reason })
  await keepDeadLetters(db, [row])
  return row.id
}

async function registerPage(id: string, bank = BANK): Promise<void> {
  const page = parsePageRecord({ v: 1, id, bank, name: "N" })
  if (page.ok) await putPage(db, page.value, "v1.k.sealed", BY)
}

function recordingPost(refused: readonly QueueName[] = []) {
  const posted: { queue: QueueName; jobs: readonly Job[] }[] = []
  const post: Post = async (queue, jobs) => {
    if (refused.includes(queue)) return err({ reason: "unavailable", retry: "later" })
    posted.push({ queue, jobs })
    return ok(undefined)
  }
  return { posted, post }
}

describe("listDeadLetters() by a filter", () => {
  const idsOf = async (filter: DeadLetterFilter) =>
    (await listDeadLetters(db, "*", NOW, undefined, filter)).letters.map(({ id }) => id)

  beforeEach(async () => {
    await env.DB.exec(
      "INSERT INTO banks (id, record, updated_at) VALUES ('demo', '{}', 1), ('other', '{}', 1)",
    )
  })

  it("means letters that fit every member, on both sides of each line", async () => {
    const old = await keep(packOf("old"), { at: NOW - DAY_MS })
    const young = await keep(packOf("young"), { reason: "retries_exhausted" })
    const alert = await keep({ ...packOf("alert"), lane: "alerts" }, { queue: "alerts" })
    const inbound = await keep(
      { v: 1, kind: "inbound", bank: BANK, page: PAGE, person: "p" },
      { queue: "inbound" },
    )
    expect(new Set(await idsOf({}))).toEqual(new Set([old, young, alert, inbound]))
    expect(await idsOf({ to: NOW })).toEqual([old])
    expect(await idsOf({ to: NOW - DAY_MS })).toEqual([])
    expect(await idsOf({ from: NOW - DAY_MS, to: NOW })).toEqual([old])
    expect(await idsOf({ from: NOW - DAY_MS + 1, reason: "retries_exhausted" })).toEqual([young])
    expect(await idsOf({ queue: "alerts" })).toEqual([alert])
    expect(await idsOf({ kind: "inbound" })).toEqual([inbound])
    expect(await idsOf({ kind: "inbound", reason: "retries_exhausted" })).toEqual([])
  })

  it("finds a Page's: those that name it, and those that name none where the bank has that Page only", async () => {
    await registerPage("11")
    const named = await keep(packOf("named", { page: PAGE }), { at: NOW - 1 })
    const unnamed = await keep(packOf("unnamed"), { at: NOW - 2 })
    await keep(packOf("elsewhere", { page: "22" as PageId }))
    await keep(packOf("theirs", { bank: OTHER }))
    expect(await idsOf({ page: PAGE })).toEqual([named, unnamed])
    expect((await listDeadLetters(db, "*", NOW)).letters).toContainEqual(
      expect.objectContaining({ id: named, page: PAGE }),
    )
    await registerPage("22")
    expect(await idsOf({ page: PAGE })).toEqual([named])
  })

  it("goes on page by page within the filter", async () => {
    for (let n = 0; n < 60; n += 1)
      await keep(packOf(`n${n}`), { at: NOW - n, reason: n % 2 ? "gave_up" : "retries_exhausted" })
    const first = await listDeadLetters(db, [BANK], NOW, undefined, { reason: "gave_up" })
    expect([first.letters.length, first.next]).toEqual([30, undefined])
    const all = await listDeadLetters(db, [BANK], NOW)
    expect(all.letters).toHaveLength(50)
    expect((await listDeadLetters(db, [BANK], NOW, all.next)).letters).toHaveLength(10)
  })
})

describe("listUnread()", () => {
  it("says since when the oldest lies there, bank by bank, of those older than an instant", async () => {
    await keep(packOf("a"), { at: NOW - DAY_MS })
    await keep(packOf("b"), { at: NOW - DAY_MS - 1 })
    await keep(packOf("c", { bank: OTHER }), { at: NOW - HOUR_MS })
    expect(await listUnread(db, NOW - DAY_MS - 1, NOW)).toEqual([])
    expect(await listUnread(db, NOW - DAY_MS, NOW)).toEqual([{ bank: BANK, since: NOW - DAY_MS - 1 }])
    expect(await listUnread(db, NOW, NOW)).toHaveLength(2)
  })
})

describe("replaying several", () => {
  it("P1: what a queue takes goes back with its line of the trail, what another refuses stays", async () => {
    const { posted, post } = recordingPost(["callbacks"])
    const desk = createDeadLetterDesk({ db, post, now: () => NOW })
    const first = await keep(packOf("a"))
    const second = await keep(packOf("b"))
    const stays = await keep({ v: 1, kind: "callback", bank: BANK, id: "c" }, { queue: "callbacks" })
    const gone = `dead_${"g".repeat(43)}`
    const replayed = await desk.replayAll([first, second, stays, gone], BY)
    expect(replayed.ok && replayed.value.map(({ id }) => id).toSorted()).toEqual([first, second].toSorted())
    expect(posted.map(({ queue, jobs }) => [queue, jobs.length])).toEqual([["updates", 2]])
    expect(await countDeadLetters(db, "*", NOW)).toEqual({ callbacks: 1 })
    expect(
      (await listAudit(db, BANK, 10)).map(({ action, object }) => `${action} ${object}`).toSorted(),
    ).toEqual([first, second].map((id) => `dead_letter.replay ${id}`).toSorted())
    expect(await desk.replayAll([stays], BY)).toMatchObject({ ok: false, error: { reason: "outage" } })
  })
})

describe("replaying by a filter", () => {
  const approval = (change: Partial<Approval> = {}): Approval => ({
    id: `approval_${"a".repeat(22)}`,
    kind: "dead_letters.replay",
    bank: BANK,
    object: BANK,
    asked: { filter: { bank: BANK, reason: "gave_up", to: new Date(NOW).toISOString() }, letters: 1 },
    state: "approved",
    askedBy: "maria",
    askedReason: "the Page was stopped by mistake",
    askedAt: NOW,
    until: NOW + DAY_MS,
    ...change,
  })
  const job = { v: 1, kind: "replay_letters", bank: BANK, approval: approval().id, postedAt: NOW } as const
  const run = async (posts = recordingPost(), bank: BankId = BANK) => ({
    verdict: await continueReplay({ db, post: posts.post, now: () => NOW + 5 }, { ...job, bank }),
    posted: posts.posted,
  })

  it("P14: goes step by step through what was meant then, and leaves what came later or was never meant", async () => {
    for (let n = 0; n < REPLAYED_A_STEP + 1; n += 1) await keep(packOf(`n${n}`), { at: NOW - 100 + n })
    const later = await keep(packOf("later"), { at: NOW })
    const unmeant = await keep(packOf("unmeant"), { at: NOW - 1, reason: "retries_exhausted" })
    const theirs = await keep(packOf("theirs", { bank: OTHER }), { at: NOW - 1 })
    await insertApproval(db, approval(), BY)
    const first = await run()
    expect(first.verdict).toEqual({ kind: "done" })
    expect(first.posted).toMatchObject([
      { queue: "updates", jobs: { length: REPLAYED_A_STEP } },
      { queue: "chores", jobs: [{ kind: "replay_letters", approval: approval().id }] },
    ])
    // Oldest first.
    expect(first.posted[0]?.jobs[0]).toEqual(packOf("n0"))
    const second = await run()
    expect(second.posted).toMatchObject([{ queue: "updates", jobs: [{ pack: `pack_n${REPLAYED_A_STEP}` }] }])
    const { letters } = await listDeadLetters(db, "*", NOW)
    expect(letters.map(({ id }) => id).toSorted()).toEqual([later, unmeant, theirs].toSorted())
    // Doing it again does nothing.
    expect((await run()).posted).toEqual([])
  })

  it("P1: waits where the queue takes nothing, and loses no letter", async () => {
    await keep(packOf("a"), { at: NOW - 1 })
    await insertApproval(db, approval(), BY)
    expect((await run(recordingPost(["updates"]))).verdict).toEqual({ kind: "retry" })
    expect(await countDeadLetters(db, "*", NOW)).toEqual({ updates: 1 })
  })

  it.each([
    ["nobody approved", { state: "asked" }],
    ["somebody declined", { state: "declined" }],
    ["a newer ask replaced", { state: "replaced" }],
    ["is another act", { kind: "notice.start" }],
    ["names another bank", { asked: { filter: { bank: OTHER } } }],
    ["names no bank", { asked: { filter: {} } }],
    ["cannot be read", { asked: { filter: { bank: BANK, everything: "true" } } }],
  ] as const)("P14: does nothing on the word of an ask that %s", async (_, change) => {
    await keep(packOf("a"), { at: NOW - 1 })
    await keep(packOf("theirs", { bank: OTHER }), { at: NOW - 1 })
    await insertApproval(db, approval(change), BY)
    expect(await run()).toEqual({ verdict: { kind: "done" }, posted: [] })
  })

  it("P13: does nothing for another bank than the ask's, and nothing without an ask", async () => {
    await keep(packOf("theirs", { bank: OTHER }), { at: NOW - 1 })
    expect((await run()).posted).toEqual([])
    await insertApproval(db, approval(), BY)
    expect((await run(recordingPost(), OTHER)).posted).toEqual([])
  })
})

describe("a replay through the whole gateway", () => {
  let gateway: Gateway
  beforeEach(async () => {
    gateway = await openGateway()
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const customerOf = (psid: string) => `Kx7Qm2vX9kLtB4wZ8pR5${psid.slice(-4)}`
  const martOf = (psid: string, n = 1) => `MART ${psid.slice(-4)} NO ${n}`

  function payment(psid: string, n = 1, at = gateway.means.now()): TransactionPosted {
    const id = `evt-${psid}-${n}`
    return {
      v: 1,
      id,
      source: "http://localhost:8788/bank",
      customer: customerOf(psid),
      at,
      staleAt: at + DAY_MS,
      type: "bank.transaction.posted.v1",
      account: "acc_1",
      transaction: {
        id: `txn-${psid}-${n}`,
        amount: { value: "249.99", currency: "USD" },
        direction: "out",
        occurredAt: at,
        merchant: { name: martOf(psid, n) },
      },
    }
  }

  async function bury(events: readonly BankEvent[]): Promise<string> {
    const { packKeys, random, now } = gateway.means
    const month = monthOf(now())
    const key = await packKeys.forSealing(BANK, month)
    const packs = await sealPacks(
      events.map((event) => ({ event, attempts: 5 })),
      // From when there were more shards than are posted to now: it goes back to its own, which is read all the same.
      { lane: "updates", bank: BANK, month, now: now(), shard: 2 },
      { createPackId: () => createPackId(random), seal: key.seal },
    )
    if (!packs.ok) throw new Error("Cannot seal")
    return keep(packs.value[0], { at: now() })
  }

  async function admin(who: string, method: string, path: string, body?: object) {
    const request = new Request(`${ORIGIN}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${who}`, "content-type": "application/json" },
      ...(body ? { body: JSON.stringify({ ...body, reason: "a test" }) } : {}),
    })
    const answer = await worker.fetch(request as never, env, createExecutionContext())
    return { status: answer.status, body: await answer.json<Record<string, unknown>>() }
  }

  const tellingsOf = (psid: string) =>
    gateway.sent
      .filter((sent) => sent.psid === psid && /MART|template/.test(sent.text))
      .map(({ text }) => text)

  it("P2, P4, P9, P14: tells whoever may hear it now, once, and nobody who heard it, left, or is too late", async () => {
    const [told, left, silent, late, due] = [1, 2, 3, 4, 5].map((n) => `940000000000000${n}`) as [
      string,
      string,
      string,
      string,
      string,
    ]
    for (const psid of [told, late, due]) await gateway.link(psid, customerOf(psid), ["transaction_alerts"])
    const link = await gateway.link(left, customerOf(left), ["transaction_alerts"])
    await gateway.link(silent, customerOf(silent), ["receipts"])

    // Told before it "died": a crash between telling and acknowledging.
    const { id, transaction, at } = payment(told)
    await gateway.postEvents([
      {
        ...transactionPosted({
          id,
          at,
          transaction: { id: transaction.id, merchant: { name: martOf(told) } },
        }),
        subject: customerOf(told),
      },
    ])
    await vi.waitFor(() => expect(tellingsOf(told)).toHaveLength(1), { timeout: 10_000 })
    const letter = await bury([
      payment(told, 1, at),
      payment(left),
      payment(silent),
      payment(late, 1, gateway.means.now() - DAY_MS - 1),
      payment(due),
    ])
    expect((await admin("dev-admin-key", "POST", `/links/${link}/end`, {})).status).toBe(200)

    // One asks, may not approve it, and nothing has gone back; another approves.
    await new Promise((resolve) => setTimeout(resolve, 5))
    const asked = await admin("dev-admin-key", "POST", "/dead-letters/replay-by-filter", {
      filter: { bank: BANK, reason: "gave_up" },
    })
    expect(asked.body).toMatchObject({ kind: "dead_letters.replay", asked: { letters: 1 } })
    const approve = `/approvals/${String(asked.body["id"])}/approve`
    expect((await admin("dev-admin-key", "POST", approve, {})).status).toBe(403)
    expect((await admin("dev-admin-key", "GET", `/dead-letters/${letter}`)).status).toBe(200)
    expect((await admin("dev-admin-key-2", "POST", approve, {})).status).toBe(200)
    await vi.waitFor(() => expect(tellingsOf(due)).toHaveLength(1), { timeout: 10_000 })
    expect((await admin("dev-admin-key", "GET", `/dead-letters/${letter}`)).status).toBe(404)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect([told, left, silent, late, due].map((psid) => tellingsOf(psid).length)).toEqual([1, 0, 0, 0, 1])

    const lines = (await listAudit(db, BANK, 200)).filter(({ object }) => object === letter)
    expect(lines).toMatchObject([{ actor: "dev-2", action: "dead_letter.replay", reason: "a test" }])

    // The same letter replayed a second time, and a third: nobody hears anything again.
    for (let time = 0; time < 2; time += 1) {
      const copy = await bury([payment(told, 1, at), payment(due)])
      expect((await admin("dev-admin-key", "POST", `/dead-letters/${copy}/replay`, {})).status).toBe(200)
    }
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect([told, due].map((psid) => tellingsOf(psid).length)).toEqual([1, 1])

    // A day later the platform's window is closed, and there is no template here: fresh, allowed, and still not sent.
    expect((await admin("dev-admin-key", "POST", "/clock", { advanceMs: 25 * HOUR_MS })).status).toBe(200)
    const closed = await bury([payment(due, 2)])
    const ids = [closed]
    expect((await admin("dev-admin-key", "POST", "/dead-letters/replay", { ids })).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    expect(tellingsOf(due)).toHaveLength(1)
  })
})
