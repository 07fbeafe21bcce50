// Two banks on one queue with few consumers: one posts more than its Page can carry for a minute, the other now and then a single event.
// The real fan-out and the real arithmetic of Pages, on a clock of its own; what it costs is the bench's to say.
import { expect, it } from "vitest"
import type { PageId } from "../../../src/foundation/id.ts"
import type { Delivered } from "../../../src/jobs/consume.ts"
import type { PackJob } from "../../../src/jobs/job.ts"
import { FRESH_PACE, lease, type Pace } from "../../../src/messenger/pacing.ts"
import { fanOut } from "../../../src/notifications/fan-out.ts"
import { createVirtualTime } from "../../support/virtual-time.ts"
import { ACCEPTED, createFanOutWorld, items, linkOf, pack, payment, T } from "./fan-out-world.ts"

const CEILING = 100
const UPDATES_PER_SECOND = 72
const LOAD = 4_500
const PACK_ITEMS = 150
const CONSUMERS = 4
const BATCH_MAX = 5
const RPC_MS = 5
const SINGLES = 120
const SINGLE_EVERY_MS = 400
const [BUSY, CALM] = ["100000000000001", "100000000000002"] as unknown as readonly [PageId, PageId]

it("P13: a bank's backlog holds up nobody else's updates, and is told at its Page's full rate", async () => {
  const time = createVirtualTime(T)
  const paces = new Map<PageId, Pace>()
  const told = new Map<string, number>()
  let asks = 0
  const fan = createFanOutWorld({
    now: time.now,
    wait: time.wait,
    async lease(page, lane, n, arriving = false) {
      asks += 1
      const ask = { lane, n, now: time.now(), ceilingPerSecond: CEILING, arriving }
      const step = lease(paces.get(page) ?? FRESH_PACE, ask)
      paces.set(page, step.pace)
      await time.wait(RPC_MS)
      return step.lease
    },
    async tell({ event, permit }) {
      if (time.now() >= permit.until) return { kind: "no_permit" }
      expect(told.has(event.id)).toBe(false)
      told.set(event.id, time.now())
      await time.wait(RPC_MS)
      return ACCEPTED
    },
    async post(_queue, jobs, options) {
      for (const job of jobs) queue.post({ job: job as PackJob, attempts: 1 }, options?.delaySeconds ?? 0)
      return { ok: true, value: undefined }
    },
  })
  const queue = createQueue(time, fanOut(fan.world))
  const loaded = Array.from({ length: LOAD }, (_, index) => `a${index}`)
  fan.links.push(...loaded.map((customer) => linkOf(customer, BUSY)), linkOf("b", CALM))
  for (let first = 0; first < LOAD; first += PACK_ITEMS) {
    const some = loaded
      .slice(first, first + PACK_ITEMS)
      .map((customer) => payment(`load ${customer}`, customer))
    queue.post(pack(`a${first}`, items(...some)), 0)
  }
  const postedAt = new Map<string, number>()
  const source = (async () => {
    for (let index = 0; index < SINGLES; index += 1) {
      const id = `single ${index}`
      postedAt.set(id, time.now())
      queue.post(pack(`b${index}`, items(payment(id, "b", T + index))), 0)
      await time.wait(SINGLE_EVERY_MS)
    }
  })()
  await time.run()
  await source
  await queue.finished()

  expect(told.size).toBe(LOAD + SINGLES)
  const waits = [...postedAt].map(([id, at]) => (told.get(id) ?? Infinity) - at)
  // Alone it is told once the Page has been asked: after RPC_MS.
  const p99 = waits.toSorted((a, b) => a - b)[Math.floor(waits.length * 0.99) - 1]
  expect(p99).toBeLessThanOrEqual(2 * RPC_MS)
  expect(Math.max(...waits)).toBeLessThanOrEqual(4 * RPC_MS)
  const last = Math.max(...loaded.map((customer) => told.get(`load ${customer}`) ?? Infinity))
  expect(last - T).toBeLessThan((LOAD / UPDATES_PER_SECOND) * 1_000 * 1.25)
  // A pack comes back about once: asking again and again would be paid by the queue's operations.
  expect(asks).toBeLessThan(SINGLES + 6 * (LOAD / UPDATES_PER_SECOND))
  expect(queue.handedOut() - SINGLES).toBeLessThan(3 * (LOAD / PACK_ITEMS))
})

/** First come, first served by so many consumers; what is to come later is in nobody's way. */
function createQueue(time: ReturnType<typeof createVirtualTime>, handle: ReturnType<typeof fanOut>) {
  const waiting: Delivered<PackJob>[] = []
  const running = new Set<Promise<void>>()
  let free = CONSUMERS
  let handed = 0
  function keep(work: Promise<void>): void {
    const kept = work.finally(() => running.delete(kept))
    running.add(kept)
  }
  async function consume(batch: readonly Delivered<PackJob>[]): Promise<void> {
    handed += batch.length
    const verdicts = await handle(batch)
    free += 1
    for (const [index, each] of batch.entries()) {
      const verdict = verdicts[index]
      if (verdict?.kind === "retry") post({ ...each, attempts: each.attempts + 1 }, verdict.afterSeconds ?? 1)
    }
    serve()
  }
  function serve(): void {
    while (free > 0 && waiting.length > 0) {
      free -= 1
      keep(consume(waiting.splice(0, BATCH_MAX)))
    }
  }
  function post(delivered: Delivered<PackJob>, afterSeconds: number): void {
    if (afterSeconds === 0) {
      waiting.push(delivered)
      serve()
    } else
      keep(
        time.wait(afterSeconds * 1_000).then(() => {
          waiting.push(delivered)
          serve()
        }),
      )
  }
  return {
    post,
    handedOut: () => handed,
    async finished() {
      while (running.size > 0) await Promise.all(running)
    },
  }
}
