// A lane shared out over several queues: what is for one person keeps together and in order whichever number of queues there is, in whatever
// order they are emptied, and a number that changes meanwhile loses nothing and tells nothing twice. What the Conversation itself keeps of
// P3 where two of a person's messages overtake each other is told.test.ts and held.test.ts.
import { describe, expect, it } from "vitest"
import type { BankEvent } from "../../../src/banks/event.ts"
import type { Delivered } from "../../../src/jobs/consume.ts"
import type { Job, PackJob } from "../../../src/jobs/job.ts"
import { createPost } from "../../../src/jobs/post.ts"
import { queueNamed, shardOf, SHARDS_MAX } from "../../../src/jobs/queues.ts"
import { acceptEvents, type AcceptanceWorld } from "../../../src/notifications/acceptance.ts"
import { fanOut } from "../../../src/notifications/fan-out.ts"
import { bankRecord } from "../../support/bank.ts"
import { BANK, createFanOutWorld, linkOf, opened, payment, T } from "./fan-out-world.ts"

const PEOPLE = 40
const EACH = 12
const BATCH = 5
const customers = Array.from({ length: PEOPLE }, (_, n) => `customer-${n}`)

/** Every lane's four queues, as they are bound; only so many are posted to. */
function standing(shards: number) {
  const queues = Array.from({ length: SHARDS_MAX }, () => [] as Job[])
  const fan = createFanOutWorld()
  fan.links.push(...customers.map((customer) => linkOf(customer)))
  const queueOf = (jobs: Job[]) =>
    ({
      sendBatch: async (messages: Iterable<{ readonly body: Job }>) => {
        for (const { body } of messages) jobs.push(body)
      },
    }) as unknown as Queue
  const [first, ...rest] = queues.map(queueOf)
  if (!first) throw new Error("No queue")
  const post = createPost({ updates: [first, ...rest], alerts: [first, ...rest] })
  const world = {
    ...fan.world,
    post: (queue: "alerts" | "updates", jobs: readonly Job[], options?: object) => post(queue, jobs, options),
    shards,
    receiveNotice: () => Promise.resolve(),
  } as AcceptanceWorld & typeof fan.world
  const state = { world }
  return {
    fan,
    queues,
    accept: async (events: readonly BankEvent[]) => {
      expect(await acceptEvents(state.world, bankRecord(), events)).toEqual({ ok: true })
    },
    setShards(count: number) {
      state.world = { ...state.world, shards: count }
    },
    /** Empty every queue, some of each at a time, the last one first. */
    async handOut(): Promise<void> {
      const handle = fanOut(state.world)
      while (queues.some((jobs) => jobs.length > 0))
        for (const jobs of queues.toReversed()) {
          const batch = jobs
            .splice(0, BATCH)
            .map((job): Delivered<PackJob> => ({ job: job as PackJob, attempts: 1 }))
          if (batch.length === 0) continue
          for (const verdict of await handle(batch)) expect(verdict).toEqual({ kind: "done" })
        }
    },
    /** What each person was told, in order. */
    told: () => {
      const all = new Map<string, string[]>()
      for (const { whom, event } of fan.told)
        all.set(whom.person, [...(all.get(whom.person) ?? []), event.id])
      return all
    },
  }
}

/** So many payments of everybody, one after another, from a number on. */
function payments(from: number, count: number): readonly BankEvent[] {
  return Array.from({ length: count }, (_, n) =>
    customers.map((customer) => payment(`${customer} ${from + n}`, customer, T + from + n)),
  ).flat()
}
const idsOf = (from: number, count: number) =>
  new Map(
    customers.map((customer) => [
      `person_${customer}`,
      Array.from({ length: count }, (_, n) => `${customer} ${from + n}`),
    ]),
  )

describe("shards", () => {
  it.each([1, 2, 3, 4])(
    "P3: with %i, each person hears everything once and in the order it happened",
    async (shards) => {
      const { accept, handOut, told, queues, fan } = standing(shards)
      await accept(payments(0, EACH))
      expect(queues.filter((jobs) => jobs.length > 0)).toHaveLength(shards)
      for (const job of queues.flat())
        expect(JSON.stringify({ ...job, sealed: "" })).not.toContain("customer-")
      await handOut()
      expect(told()).toEqual(idsOf(0, EACH))
      expect(fan.told).toHaveLength(PEOPLE * EACH)
    },
  )

  it("keeps a person's events in one queue, whatever else is posted with them", async () => {
    const { accept, queues } = standing(4)
    await accept(payments(0, 2))
    for (const event of payments(2, 1)) await accept([event])
    const where = new Map<string, Set<number>>()
    for (const [shard, jobs] of queues.entries())
      for (const job of jobs)
        for (const { event } of opened(job))
          where.set(event.customer, (where.get(event.customer) ?? new Set()).add(shard))
    expect(where.size).toBe(PEOPLE)
    for (const shards of where.values()) expect(shards.size).toBe(1)
  })

  it.each([
    [4, 2],
    [2, 4],
    [4, 1],
    [1, 3],
  ])(
    "P1, P2: going from %i to %i while events wait loses none and tells none twice",
    async (before, after) => {
      const { accept, handOut, told, fan, setShards } = standing(before)
      await accept(payments(0, EACH / 2))
      setShards(after)
      await accept(payments(EACH / 2, EACH / 2))
      await handOut()
      const heard = new Map([...told()].map(([person, ids]) => [person, ids.toSorted()]))
      expect(heard).toEqual(new Map([...idsOf(0, EACH)].map(([person, ids]) => [person, ids.toSorted()])))
      expect(fan.told).toHaveLength(PEOPLE * EACH)
      // What was posted after the change keeps its order among itself, and so does what was posted before.
      for (const ids of told().values())
        for (const half of [0, 1])
          expect(ids.filter((id) => Math.floor(Number(id.split(" ")[1]) / (EACH / 2)) === half)).toHaveLength(
            EACH / 2,
          )
    },
  )

  it("P1: what comes again after the number went down is posted where it still is read", async () => {
    const { accept, handOut, fan, setShards, queues } = standing(4)
    fan.answers.set("customer-0 0", { kind: "no_permit" })
    await accept(payments(0, 1))
    setShards(1)
    const handle = fanOut({ ...fan.world, shards: 1 })
    const [jobs] = queues.filter((each) =>
      each.some((job) => opened(job).some(({ event }) => event.id === "customer-0 0")),
    )
    const [job] = jobs ?? []
    const [verdict] = await handle([{ job: job as PackJob, attempts: 1 }])
    expect(verdict).toEqual({ kind: "done" })
    // One of the pack's is left: it goes to the first queue now.
    expect(fan.posted).toMatchObject([{ queue: "updates", jobs: [{ items: 1 }] }])
    expect(fan.posted[0]?.jobs[0]).not.toHaveProperty("shard")
    fan.answers.clear()
    await handOut()
    expect(new Set(fan.told.map(({ event }) => event.id)).size).toBe(PEOPLE)
  })
})

describe("shardOf()", () => {
  it("spreads customers evenly, and is one bank's own", () => {
    const counts = [0, 0, 0, 0]
    for (let n = 0; n < 4_000; n += 1) {
      const shard = shardOf(BANK, `Kx7Qm2vX9kLtB4wZ8pR5${n}`, 4)
      counts[shard] = (counts[shard] ?? 0) + 1
    }
    for (const count of counts) expect(count).toBeGreaterThan(850)
    expect(shardOf(BANK, "anybody", 1)).toBe(0)
  })
})

describe("queueNamed()", () => {
  it.each([
    ["updates", "updates"],
    ["updates-2", "updates"],
    ["alerts-4", "alerts"],
    ["updates-5", undefined],
    ["updates-1", undefined],
    ["chores-2", undefined],
    ["updates-dlq", undefined],
    ["updates-2-dlq", undefined],
  ])("%s is %s", (name, queue) => {
    expect(queueNamed(name)).toBe(queue)
  })
})
