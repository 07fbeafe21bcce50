// A bank's events made durable: alerts first, packs within their limits, a refusal of the queue told as one; and what it costs.
import { describe, expect, it } from "vitest"
import type { BankEvent, FraudSuspected } from "../../../src/banks/event.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import type { Job, PackJob } from "../../../src/jobs/job.ts"
import { PACK_BYTES_MAX, PACK_ITEMS_MAX } from "../../../src/jobs/pack.ts"
import { createPost } from "../../../src/jobs/post.ts"
import { acceptEvents, type AcceptanceWorld } from "../../../src/notifications/acceptance.ts"
import { bankRecord, recordingLog } from "../../support/bank.ts"
import { BANK, createFanOutWorld, linkOf, payment, T } from "./fan-out-world.ts"

/** A queue that remembers. */
function fakeQueue(broken = false): { readonly queue: Queue; readonly batches: Job[][] } {
  const batches: Job[][] = []
  const queue = {
    sendBatch: (messages: readonly { readonly body: Job }[]) => {
      if (broken) return Promise.reject(new Error("Storage Limit Exceeded"))
      batches.push(messages.map(({ body }) => body))
      return Promise.resolve()
    },
  }
  return { queue: queue as unknown as Queue, batches }
}

function createAcceptance(broken: Partial<Record<"alerts" | "updates", boolean>> = {}) {
  const alerts = fakeQueue(broken.alerts)
  const updates = fakeQueue(broken.updates)
  const post = createPost({ alerts: alerts.queue, updates: updates.queue })
  // Base64 as sealing makes it: a third more, and 28 bytes.
  const key = {
    seal: (text: string) => Promise.resolve(Buffer.from(`${text}${" ".repeat(28)}`).toString("base64")),
    open: (sealed: string) => Promise.resolve(ok(Buffer.from(sealed, "base64").toString().trimEnd())),
  }
  const order: string[] = []
  let ids = 0
  const world: AcceptanceWorld = {
    receiveNotice: () => Promise.resolve(),
    packKeys: { forSealing: () => Promise.resolve(key), forOpening: () => Promise.resolve(key) },
    post: (queue, jobs, options) => {
      order.push(queue)
      return post(queue as "alerts" | "updates", jobs, options)
    },
    shards: 1,
    now: () => T,
    random: (bytes) => new Uint8Array(bytes).fill((ids += 1)),
    log: recordingLog().log,
  }
  return { world, alerts: alerts.batches, updates: updates.batches, order }
}

function fraud(id: string): FraudSuspected {
  const { transaction } = payment(id, "c1")
  return {
    v: 1,
    id,
    source: "bank",
    customer: "c1",
    at: T,
    staleAt: T + 3_600_000,
    type: "bank.fraud.suspected.v1",
    caseId: "case_1",
    card: { last4: "4821" },
    transaction,
    reply: { allowed: ["confirm", "deny"], expiresAt: T + 3_600_000 },
  }
}

/** An event as a bank's parsed one: references and ids as long as the sandbox's. */
function posted(index: number): BankEvent {
  const id = `evt_${String(index).padStart(18, "0")}`
  return {
    ...payment(id, `Kx7Qm2vX9kLtB4wZ8p${String(index).padStart(6, "0")}`),
    source: "http://localhost:8788/bank",
  }
}

const bank = bankRecord()

describe("acceptEvents()", () => {
  it("P7: posts alerts before everything else, each on its own queue", async () => {
    const { world, alerts, updates, order } = createAcceptance()
    expect(await acceptEvents(world, bank, [payment("u1", "c1"), fraud("a1"), payment("u2", "c2")])).toEqual(
      ok(undefined),
    )
    expect(order).toEqual(["alerts", "updates"])
    const ids = (batches: Job[][]) =>
      batches.flat().map(
        (job) =>
          JSON.parse(
            Buffer.from((job as PackJob).sealed, "base64")
              .toString()
              .trim(),
          ) as { event: { id: string } }[],
      )
    expect(
      ids(alerts)
        .flat()
        .map(({ event }) => event.id),
    ).toEqual(["a1"])
    expect(
      ids(updates)
        .flat()
        .map(({ event }) => event.id),
    ).toEqual(["u1", "u2"])
  })

  it("shares 10,000 events out into packs of at most 150 and 60 kB, in batches the platform takes", async () => {
    const { world, updates } = createAcceptance()
    const events = Array.from({ length: 10_000 }, (_, index) => posted(index))
    expect(await acceptEvents(world, bank, events)).toEqual(ok(undefined))
    const packs = updates.flat() as PackJob[]
    expect(packs.reduce((sum, { items }) => sum + items, 0)).toBe(10_000)
    for (const pack of packs) {
      expect(pack.items).toBeLessThanOrEqual(PACK_ITEMS_MAX)
      expect(JSON.stringify(pack).length).toBeLessThanOrEqual(PACK_BYTES_MAX)
    }
    for (const batch of updates) {
      expect(batch.length).toBeLessThanOrEqual(100)
      expect(batch.reduce((sum, job) => sum + JSON.stringify(job).length + 100, 0)).toBeLessThanOrEqual(
        256_000,
      )
    }
    expect(new Set(packs.map(({ pack }) => pack)).size).toBe(packs.length)
  })

  it("P1: is an outage where a queue refuses, and posts no update past an alert that is not durable", async () => {
    const both = [fraud("a1"), payment("u1", "c1")]
    const outage = err({ reason: "unavailable", retry: "later" })
    const noAlerts = createAcceptance({ alerts: true })
    expect(await acceptEvents(noAlerts.world, bank, both)).toEqual(outage)
    expect(noAlerts.order).toEqual(["alerts"])
    const noUpdates = createAcceptance({ updates: true })
    expect(await acceptEvents(noUpdates.world, bank, both)).toEqual(outage)
    expect(noUpdates.alerts).toHaveLength(1)
  })

  it("P1: is an outage where the bank's key cannot be had", async () => {
    const { world, order } = createAcceptance()
    const packKeys = { ...world.packKeys, forSealing: () => Promise.reject(new Error("no key")) }
    expect(await acceptEvents({ ...world, packKeys }, bank, [payment("u1", "c1")])).toEqual(
      err({ reason: "unavailable", retry: "later" }),
    )
    expect(order).toEqual([])
  })

  it("posts nothing for no events", async () => {
    const { world, order } = createAcceptance()
    expect(await acceptEvents(world, bank, [])).toEqual(ok(undefined))
    expect(order).toEqual([])
  })
})

describe("queue operations for a notification: one write, one read and one delete for each 64 kB of a message", () => {
  it.each([
    [1, 3],
    [1_000, 0.05],
  ])("in posts of %i at most %f", async (events, atMost) => {
    const { world, updates } = createAcceptance()
    await acceptEvents(
      world,
      bank,
      Array.from({ length: events }, (_, index) => posted(index)),
    )
    const jobs = updates.flat() as PackJob[]
    const fan = createFanOutWorld({ packKeys: world.packKeys })
    for (let index = 0; index < events; index += 1)
      fan.links.push(linkOf(posted(index).customer, undefined, BANK))
    const verdicts = await fan.run(...jobs.map((job) => ({ job, attempts: 1 })))
    expect(verdicts.every(({ kind }) => kind === "done")).toBe(true)
    expect(fan.told).toHaveLength(events)
    expect(fan.posted).toEqual([])
    const operations = jobs.reduce((sum, job) => sum + 3 * Math.ceil(JSON.stringify(job).length / 64_000), 0)
    expect(operations / events).toBeLessThanOrEqual(atMost)
  })
})
