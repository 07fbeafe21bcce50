// The fixed scale, what is added up, and how often it is written.
import { describe, expect, it } from "vitest"
import { recordingLog } from "../../support/bank.ts"
import {
  AGE_BOUNDS_MS,
  AGE_CLASSES,
  ageBelow,
  ageClassOf,
  createMeter,
  METERED_EVERY_MS,
  type MeterRow,
} from "../../../src/metering/meter.ts"

const T = 1_763_800_000_000

describe("the scale", () => {
  it("puts each bound into its own class and what is a millisecond older into the next", () => {
    for (const [index, bound] of AGE_BOUNDS_MS.entries())
      expect([ageClassOf(bound), ageClassOf(bound + 1)]).toEqual([index, index + 1])
    expect(ageClassOf(Number.MAX_SAFE_INTEGER)).toBe(AGE_CLASSES - 1)
  })

  it("says below which age a share was", () => {
    const ages = Array.from({ length: AGE_CLASSES }, () => 0)
    expect(ageBelow(ages, 0.5)).toBeUndefined()
    ages[0] = 98
    ages[3] = 1
    ages[AGE_CLASSES - 1] = 1
    expect([ageBelow(ages, 0.98), ageBelow(ages, 0.99), ageBelow(ages, 1)]).toEqual([10, 316, Infinity])
  })
})

describe("createMeter()", () => {
  function metering() {
    const clock = { now: T }
    const kept: (readonly MeterRow[])[] = []
    const work: Promise<void>[] = []
    const state = { fails: false }
    const meter = createMeter({
      keep: (rows) => {
        if (state.fails) return Promise.reject(new Error("Not now"))
        kept.push(rows)
        return Promise.resolve()
      },
      waitUntil: (each) => void work.push(each),
      now: () => clock.now,
      realNow: () => clock.now,
      log: recordingLog().log,
    })
    return { clock, kept, work, meter, state }
  }
  const batch = {
    queue: "updates",
    messages: 5,
    items: 700,
    retried: 1,
    settledPostedAt: [T - 50, T - 5],
    waited: [],
  }

  it("writes the first invocation at once, what follows with the next ten seconds later, and holds none up", async () => {
    const { clock, kept, work, meter } = metering()
    meter(batch)
    await work[0]
    expect(kept).toMatchObject([[{ queue: "updates", batches: 1, messages: 5, items: 700, retried: 1 }]])
    expect(kept[0]?.[0]?.ages).toEqual([1, 0, 1, ...Array.from({ length: 9 }, () => 0)])
    clock.now += 1_000
    meter(batch)
    meter(batch)
    meter({ ...batch, queue: "alerts" })
    clock.now += METERED_EVERY_MS - 1_001
    meter(batch)
    expect(work).toHaveLength(1)
    clock.now += 1
    meter(batch)
    await Promise.all(work)
    expect(kept).toHaveLength(2)
    expect(kept[1]).toMatchObject([
      { queue: "updates", batches: 4, messages: 20, items: 2_800 },
      { queue: "alerts", batches: 1 },
    ])
  })

  it("harms nobody where it cannot write", async () => {
    const { work, meter, state } = metering()
    state.fails = true
    meter(batch)
    await expect(work[0]).resolves.toBeUndefined()
  })
})
