// The Page's pace as fan-out meets it: the real arithmetic of pacing.ts, the real fan-out, a queue that hands out again, and a clock of
// its own. What is counted is when each send would reach Meta.
import { describe, expect, it } from "vitest"
import type { Lane } from "../../../src/jobs/job.ts"
import type { Delivered, Verdict } from "../../../src/jobs/consume.ts"
import type { PackJob } from "../../../src/jobs/job.ts"
import { FRESH_PACE, lease, leasedPerSecond, type Pace } from "../../../src/messenger/pacing.ts"
import { fanOut, type FanOutWorld } from "../../../src/notifications/fan-out.ts"
import { createVirtualTime } from "../../support/virtual-time.ts"
import { ACCEPTED, createFanOutWorld, items, linkOf, pack, payment, T } from "./fan-out-world.ts"

const CEILING = 100
const UPDATES = 1_500
const PACK_ITEMS = 150
const ALERT_EVERY_MS = 100
/** A send takes about as long as Meta's. */
const SEND_MS = 300
/** Asking a Page's object. */
const RPC_MS = 5

interface Start {
  readonly at: number
  readonly lane: Lane
  readonly id: string
}

/** Everything posted is handed to fan-out, as a queue does: batches of its own, retries after their delay. */
function createQueue(world: FanOutWorld, time: ReturnType<typeof createVirtualTime>, batchMax: number) {
  const handle = fanOut(world)
  const running: Promise<void>[] = []
  async function deliver(batch: readonly Delivered<PackJob>[]): Promise<void> {
    const verdicts = await handle(batch)
    for (const [index, verdict] of verdicts.entries()) if (batch[index]) again(batch[index], verdict)
  }
  function again(delivered: Delivered<PackJob>, verdict: Verdict) {
    if (verdict.kind === "done") return
    const { afterSeconds = 1 } = verdict
    running.push(
      time
        .wait(afterSeconds * 1_000)
        .then(() => deliver([{ ...delivered, attempts: delivered.attempts + 1 }])),
    )
  }
  return {
    post(packs: readonly Delivered<PackJob>[]) {
      for (let from = 0; from < packs.length; from += batchMax)
        running.push(deliver(packs.slice(from, from + batchMax)))
    },
    async finished() {
      for (let index = 0; index < running.length; index += 1) await running[index]
    },
  }
}

describe("1,500 updates and an alert every 100 ms through one Page at 100 a second", () => {
  it("P7, P9: no second above the ceiling, alerts never behind updates, and everything is told", async () => {
    const time = createVirtualTime(T)
    const starts: Start[] = []
    const alertPostedAt = new Map<string, number>()
    let pace: Pace = FRESH_PACE
    let postToQueue: (packs: readonly Delivered<PackJob>[]) => void = () => undefined
    const fan = createFanOutWorld({
      now: time.now,
      wait: time.wait,
      async lease(_page, lane, n) {
        const step = lease(pace, { lane, n, now: time.now(), ceilingPerSecond: CEILING })
        pace = step.pace
        await time.wait(RPC_MS)
        return step.lease
      },
      async tell({ event, permit }) {
        if (time.now() >= permit.until) return { kind: "no_permit" }
        starts.push({
          at: time.now(),
          lane: event.id.startsWith("alert") ? "alerts" : "updates",
          id: event.id,
        })
        await time.wait(SEND_MS)
        return ACCEPTED
      },
      async post(queue, jobs, options) {
        await time.wait((options?.delaySeconds ?? 0) * 1_000)
        postToQueue(jobs.map((job) => ({ job: job as PackJob, attempts: 1 })))
        return { ok: true, value: undefined }
      },
    })
    const updates = createQueue(fan.world, time, 5)
    const alerts = createQueue(fan.world, time, 10)
    postToQueue = (packs) => updates.post(packs)

    const customers = Array.from({ length: UPDATES }, (_, index) => `c${index}`)
    fan.links.push(...customers.map((customer) => linkOf(customer)), linkOf("alerted"))
    updates.post(
      Array.from({ length: UPDATES / PACK_ITEMS }, (_, index) =>
        pack(
          `u${index}`,
          items(
            ...customers
              .slice(index * PACK_ITEMS, (index + 1) * PACK_ITEMS)
              .map((customer) => payment(`update ${customer}`, customer)),
          ),
        ),
      ),
    )
    // As long as updates are about: at 72 a second some 21 seconds.
    const source = (async () => {
      for (let index = 0; index < 250; index += 1) {
        const id = `alert ${index}`
        alertPostedAt.set(id, time.now())
        alerts.post([pack(id, items(payment(id, "alerted", T + index)), { lane: "alerts" })])
        await time.wait(ALERT_EVERY_MS)
      }
    })()
    await time.run()
    await source
    await Promise.all([updates.finished(), alerts.finished()])

    const sent = (lane: Lane) => starts.filter((start) => start.lane === lane)
    expect(new Set(sent("updates").map(({ id }) => id)).size).toBe(UPDATES)
    expect(sent("updates")).toHaveLength(UPDATES)
    expect(sent("alerts")).toHaveLength(250)
    expect(busiestSecond(starts)).toBeLessThanOrEqual(leasedPerSecond(CEILING))
    const delays = sent("alerts").map(({ at, id }) => at - (alertPostedAt.get(id) ?? 0))
    expect(Math.max(...delays)).toBeLessThanOrEqual(100 + 2 * RPC_MS)
    // They use what the Page has: nearly all of it while updates are about.
    const last = Math.max(...sent("updates").map(({ at }) => at))
    expect(last - T).toBeLessThan((UPDATES / 72) * 1_000 * 1.25)
  })
})

/** Sends started in the busiest 1,000 ms, wherever they begin. */
function busiestSecond(starts: readonly Start[]): number {
  const times = starts.map(({ at }) => at).toSorted((a, b) => a - b)
  let most = 0
  let from = 0
  for (const [index, at] of times.entries()) {
    while (at - (times[from] ?? 0) >= 1_000) from += 1
    most = Math.max(most, index - from + 1)
  }
  return most
}
