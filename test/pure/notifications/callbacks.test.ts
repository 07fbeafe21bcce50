// From outcomes to the bank: what is sealed on the queue, what the bank gets in which order, what becomes of what it does not take.
import { describe, expect, it } from "vitest"
import { isUrgent, type Callback } from "../../../src/banks/callback.ts"
import { createPostCallbacks } from "../../../src/banks/callback-post.ts"
import { createReport } from "../../../src/banks/callback-queue.ts"
import type { BankRecord } from "../../../src/banks/bank.ts"
import type { BankEvent } from "../../../src/banks/event.ts"
import { parseSigningKeys } from "../../../src/crypto/signing-keys.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import type { CallbackJob, Job } from "../../../src/jobs/job.ts"
import { NOBODY_LINKED, reportOutcomes } from "../../../src/notifications/callback-outcome.ts"
import { callbackWaitMs, deliverCallbacks, TRIED_MS } from "../../../src/notifications/callbacks.ts"
import { bankRecord, recordingLog } from "../../support/bank.ts"
import {
  alertCallback,
  countingRandom,
  CUSTOMER,
  eventCallback,
  linkCallback,
  NOW,
  PERSON,
  receivingBank,
  testPackKeys,
} from "../../support/callbacks.ts"
import { TEST_KEYS } from "../../support/keys.ts"

const BANK = "demo" as BankId
const OTHER = "other" as BankId

async function createWorld(records: readonly BankRecord[] = [bankRecord()]) {
  const signing = await parseSigningKeys(TEST_KEYS.SIGNING_KEYS)
  if (!signing.ok) throw new Error(signing.error.detail)
  const state = { now: NOW, queueOk: true, directoryOk: true }
  const now = () => state.now
  const queue: { job: CallbackJob; delaySeconds: number }[] = []
  const buried: { job: CallbackJob; attempts: number }[] = []
  const bank = receivingBank()
  const { log, lines } = recordingLog()
  const packKeys = testPackKeys(now)
  const random = countingRandom()
  const known = new Map(records.map((record) => [record.id, record]))
  const findBank = async (id: BankId) =>
    state.directoryOk ? ok(known.get(id)) : err({ reason: "unavailable", retry: "later" } as const)
  const post = async (_: string, jobs: readonly Job[], options?: { readonly delaySeconds?: number }) => {
    if (!state.queueOk) return err({ reason: "unavailable", retry: "later" } as const)
    for (const job of jobs) queue.push({ job: job as CallbackJob, delaySeconds: options?.delaySeconds ?? 0 })
    return ok(undefined)
  }
  const report = createReport({ findBank, forSealing: packKeys.forSealing, post, now, random, log })
  const handle = deliverCallbacks({
    findBank,
    packKeys,
    postCallbacks: createPostCallbacks({
      signing: signing.value,
      development: true,
      fetch: bank.fetch,
      realNow: Date.now,
    }),
    bury: async (job, attempts) => void buried.push({ job, attempts }),
    post,
    publicOrigin: "http://localhost:8787",
    now,
    random,
    log,
  })
  /** Hand out all that waits, as the queue does. */
  const drain = (attempts = 1) => handle(queue.splice(0).map(({ job }) => ({ job, attempts })))
  return { state, queue, buried, bank, lines, report, drain, known }
}

const many = (count: number, make: (index: number) => Callback = (index) => numbered(index)) =>
  Array.from({ length: count }, (_, index) => make(index))
const numbered = (index: number, change: object = {}) =>
  eventCallback({ ...change, event: { ...eventCallback().event, id: `evt_${index}` } })

describe("createReport()", () => {
  it("P5: leaves nothing readable on the queue", async () => {
    const { report, queue } = await createWorld()
    await report(BANK, [eventCallback(), alertCallback(), linkCallback()])
    const text = JSON.stringify(queue)
    for (const secret of [CUSTOMER, PERSON, "evt_1", "alert_1", "acc_1", "4821", "fraud"])
      expect(text).not.toContain(secret)
    expect(queue.map(({ job }) => [job.kind, job.bank, job.urgent, job.items])).toEqual([
      ["callback", "demo", true, 2],
      ["callback", "demo", false, 1],
    ])
  })

  it("posts nothing for a bank without a callback address, and that is well", async () => {
    const { callbackUrl: _, ...silent } = bankRecord()
    const { report, queue, drain, bank } = await createWorld([silent])
    expect(await report(BANK, [alertCallback()])).toEqual(ok(undefined))
    expect(await report(OTHER, [alertCallback()])).toEqual(ok(undefined))
    expect(queue).toEqual([])
    await drain()
    expect(bank.received).toEqual([])
  })

  it("posts nothing where there is nothing to tell", async () => {
    const { report, queue } = await createWorld()
    expect(await report(BANK, [])).toEqual(ok(undefined))
    expect(await report(BANK, [eventCallback({ status: "delivered", reason: "watermark" })])).toEqual(
      ok(undefined),
    )
    expect(queue).toEqual([])
  })

  it("shares out 1,000 callbacks over 7 messages: 0.021 queue operations a notification", async () => {
    const { report, queue } = await createWorld()
    await report(BANK, many(1_000))
    expect(queue).toHaveLength(7)
    for (const { job } of queue) expect(JSON.stringify(job).length).toBeLessThan(64_000)
  })

  it("keeps below 64 kB with the longest ids there are", async () => {
    const { report, queue } = await createWorld()
    const long = (index: number) =>
      eventCallback({
        customer: `ü${"x".repeat(250)}`,
        event: {
          ...eventCallback().event,
          id: `${index}${"y".repeat(250)}`,
          source: `https://${"z".repeat(490)}`,
        },
      })
    await report(BANK, many(200, long))
    expect(queue.reduce((sum, { job }) => sum + job.items, 0)).toBe(200)
    for (const { job } of queue) expect(JSON.stringify(job).length).toBeLessThan(64_000)
  })

  it("P1: says so where it could not be made durable", async () => {
    const { report, state } = await createWorld()
    state.queueOk = false
    expect(await report(BANK, [eventCallback()])).toMatchObject({ ok: false })
    state.queueOk = true
    state.directoryOk = false
    expect(await report(BANK, [eventCallback()])).toMatchObject({ ok: false })
  })
})

describe("reportOutcomes()", () => {
  const event = {
    v: 1,
    id: "evt_9",
    source: "http://localhost:8788/bank",
    type: "bank.balance.updated.v1",
    customer: CUSTOMER,
    at: NOW,
    staleAt: NOW,
    account: "acc_1",
    balances: [],
  } as const satisfies BankEvent

  it.each([
    ["accepted", "sent", "accepted", "sent"],
    ["read", "watermark", "read", "watermark"],
    ["accepted", "reminder", "accepted", "reminder"],
    ["suppressed", "stale", "suppressed", "stale"],
    ["suppressed", "consent_expired", "suppressed", "consent_expired"],
    ["superseded", "newer_told", "superseded", "newer_told"],
    ["undeliverable", "page_paused", "undeliverable", "page_paused"],
    ["undeliverable", "window_closed_template_pending", "undeliverable", "window_closed_template_pending"],
    ["unknown", "no_answer", "unknown", "no_answer"],
    ["failed", "message_limits", "failed", "message_limits"],
  ])("tells %s %j as %s, %s", async (state, reason, status, why) => {
    const told: { bank: BankId; callbacks: readonly Callback[] }[] = []
    const report = async (bank: BankId, callbacks: readonly Callback[]) => {
      told.push({ bank, callbacks })
      return ok(undefined)
    }
    await reportOutcomes({ report, now: () => NOW }, BANK, [
      { event, person: PERSON, told: { kind: "settled", state, reason } as never },
    ])
    expect(told).toEqual([
      {
        bank: BANK,
        callbacks: [
          {
            kind: "event",
            event: { id: "evt_9", source: event.source, type: event.type },
            customer: CUSTOMER,
            person: PERSON,
            status,
            reason: why,
            at: NOW,
          },
        ],
      },
    ])
  })

  it("tells of a customer nobody is linked to", async () => {
    const { report, drain, bank } = await createWorld()
    await reportOutcomes({ report, now: () => NOW }, BANK, [{ event, person: null, told: NOBODY_LINKED }])
    await drain()
    expect(JSON.parse(new TextDecoder().decode(bank.received[0]?.body))).toMatchObject({
      type: "tellerline.event.suppressed.v1",
      subject: CUSTOMER,
      data: { event: { id: "evt_9" }, reason: "not_linked" },
    })
  })
})

describe("deliverCallbacks()", () => {
  it("posts alerts, links and the undeliverable alone and first, the others by the hundred", async () => {
    const { report, drain, bank } = await createWorld()
    const urgent = [
      alertCallback(),
      linkCallback(),
      eventCallback({ status: "undeliverable", reason: "page_paused" }),
    ]
    expect(urgent.every(isUrgent)).toBe(true)
    await report(BANK, many(150))
    await report(BANK, [...many(100, (index) => numbered(500 + index)), ...urgent])
    expect(await drain()).toEqual([{ kind: "done" }, { kind: "done" }, { kind: "done" }])
    const sizes = bank.ids().map((ids) => ids.length)
    expect(sizes.slice(0, 3)).toEqual([1, 1, 1])
    // Those by the hundred go at once, in whichever order they are ready.
    expect(sizes.slice(3).toSorted((left, right) => left - right)).toEqual([50, 100, 100])
    expect(new Set(bank.ids().flat()).size).toBe(253)
  })

  it("tells the same under the same id when it is handed out twice", async () => {
    const { report, drain, bank } = await createWorld()
    await report(BANK, [eventCallback()])
    await report(BANK, [eventCallback()])
    await drain()
    expect(new Set(bank.ids().flat()).size).toBe(1)
  })

  it("P1: keeps what a bank does not take, and waits longer each time", async () => {
    const { report, drain, bank, state, queue } = await createWorld()
    bank.answer = () => new Response(null, { status: 500 })
    await report(BANK, many(3))
    const [job] = queue
    const waits: number[] = []
    for (const triedMs of [0, 60_000, 1_800_000, 86_400_000]) {
      state.now = NOW + triedMs
      if (job) queue.push(job)
      const [verdict] = await drain()
      if (verdict?.kind !== "retry") throw new Error("Not kept")
      waits.push(verdict.afterSeconds ?? 0)
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(waits[0]).toBeLessThanOrEqual(2)
    expect(waits.at(-1)).toBeGreaterThanOrEqual(1_800)
    expect(waits.at(-1)).toBeLessThanOrEqual(3_600)
  })

  it("honours the wait a bank asks for", async () => {
    const { report, drain, bank } = await createWorld()
    bank.answer = () => new Response(null, { status: 429, headers: { "retry-after": "120" } })
    await report(BANK, [eventCallback()])
    expect(await drain()).toEqual([{ kind: "retry", afterSeconds: 120 }])
  })

  it("gives up after three days, into the dead letters, still sealed", async () => {
    const { report, drain, bank, state, queue, buried } = await createWorld()
    bank.answer = () => new Response(null, { status: 404 })
    await report(BANK, [eventCallback()])
    const [waiting] = queue
    state.now = NOW + TRIED_MS - 1
    expect(await drain()).toMatchObject([{ kind: "retry" }])
    expect(buried).toEqual([])
    if (waiting) queue.push(waiting)
    state.now = NOW + TRIED_MS
    expect(await drain(70)).toEqual([{ kind: "done" }])
    expect(buried).toEqual([{ job: waiting?.job, attempts: 70 }])
  })

  it("posts what is left as a job of its own, as old as it was, before the first is acknowledged", async () => {
    const { report, drain, bank, state, queue } = await createWorld()
    // The two posts go at once, so that either may be first: the smaller is the one that is refused.
    let refusing = true
    bank.answer = (got) => new Response(null, { status: refusing && eventsIn(got.body) === 50 ? 422 : 204 })
    await report(BANK, many(150))
    state.now = NOW + 5_000
    expect(await drain()).toEqual([{ kind: "done" }])
    expect(queue).toMatchObject([{ job: { items: 50, urgent: false, postedAt: NOW } }])
    state.queueOk = false
    expect(
      bank
        .ids()
        .map((ids) => ids.length)
        .toSorted((left, right) => left - right),
    ).toEqual([50, 100])
    const refused = bank.ids().find((ids) => ids.length === 50)
    refusing = false
    await drain()
    expect(bank.ids().at(-1)).toEqual(refused)
  })

  it("keeps the whole job where what is left cannot be posted", async () => {
    const { report, drain, bank, state } = await createWorld()
    bank.answer = (got) => new Response(null, { status: eventsIn(got.body) === 50 ? 422 : 204 })
    await report(BANK, many(150))
    state.queueOk = false
    expect(await drain()).toMatchObject([{ kind: "retry" }])
  })

  it("posts a job anew before its queue would give it up", async () => {
    const { report, drain, bank, queue } = await createWorld()
    bank.answer = () => new Response(null, { status: 500 })
    await report(BANK, [eventCallback()])
    const [waiting] = queue
    expect(await drain(79)).toMatchObject([{ kind: "retry" }])
    if (waiting) queue.push(waiting)
    expect(await drain(80)).toEqual([{ kind: "done" }])
    expect(queue).toMatchObject([{ job: waiting?.job, delaySeconds: expect.any(Number) as unknown }])
  })

  it("P13: one bank's silence costs another nothing, and itself no further call of the batch", async () => {
    const other = bankRecord({ id: OTHER, callbackUrl: "http://localhost:9999/callbacks" })
    const { report, drain, bank } = await createWorld([bankRecord(), other])
    bank.answer = ({ url }) => {
      if (url.includes("8788")) throw new TypeError("Network connection lost")
      return new Response(null, { status: 204 })
    }
    for (let from = 0; from < 10_000; from += 1_000)
      await report(
        BANK,
        many(100, (index) => numbered(from + index)),
      )
    await report(OTHER, many(30))
    expect((await drain()).map(({ kind }) => kind)).toEqual([
      ...Array.from({ length: 10 }, () => "retry"),
      "done",
    ])
    expect(bank.received.filter(({ url }) => url.includes("8788")).length).toBeLessThanOrEqual(4)
  })

  it("lets go of what a bank wants no more, and keeps what cannot be judged", async () => {
    const { report, drain, bank, known, state } = await createWorld()
    await report(BANK, [eventCallback()])
    state.directoryOk = false
    expect(await drain()).toEqual([{ kind: "retry" }])
    state.directoryOk = true
    await report(BANK, [eventCallback()])
    const { callbackUrl: _, ...silent } = bankRecord()
    known.set(BANK, silent)
    expect(await drain()).toEqual([{ kind: "done" }])
    expect(bank.received).toEqual([])
  })

  it("keeps a job that does not open, and names nobody in the log", async () => {
    const { report, drain, queue, lines, bank } = await createWorld()
    await report(BANK, [eventCallback()])
    await report(BANK, [alertCallback()])
    const [first] = queue
    if (first) queue[0] = { ...first, job: { ...first.job, id: "callback_moved" } }
    expect((await drain()).map(({ kind }) => kind)).toEqual(["retry", "done"])
    bank.answer = () => new Response(CUSTOMER, { status: 500 })
    await report(BANK, [eventCallback()])
    await drain()
    expect(lines.join()).toContain("callbacks_sealed")
    expect(lines.join()).not.toMatch(new RegExp(`${CUSTOMER}|${PERSON}|evt_1`))
  })
})

describe("callbackWaitMs()", () => {
  it("is two seconds at first, as long as it was tried, an hour at most; never below the half", () => {
    expect(callbackWaitMs(0, 0)).toBe(1_000)
    expect(callbackWaitMs(0, 0.999)).toBeLessThanOrEqual(2_000)
    expect(callbackWaitMs(60_000, 0)).toBe(30_000)
    expect(callbackWaitMs(TRIED_MS, 0)).toBe(1_800_000)
    expect(callbackWaitMs(TRIED_MS, 0.999)).toBeLessThanOrEqual(3_600_000)
  })
})

/** How many events a post holds. */
function eventsIn(body: Uint8Array): number {
  return [JSON.parse(new TextDecoder().decode(body))].flat().length
}
