// How a Page slows down by Meta's headers, what its breaker forgets, what its day's budget counts, and the order of packs that wait.
import { afterEach, describe, expect, it } from "vitest"
import { HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { PackJob } from "../../../src/jobs/job.ts"
import { budgetOf, callsSpent, spendCalls } from "../../../src/messenger/call-budget.ts"
import {
  countHeld,
  createHeldPacks,
  dropHeld,
  hasHeld,
  holdPack,
  nextHeld,
} from "../../../src/messenger/held-packs.ts"
import {
  BREAKER_FAILURES,
  FAILURE_MEMORY_MS,
  FRESH_PACE,
  lease,
  LEASE_MAX,
  noteUsage,
  report,
  USAGE_MS,
  USAGE_STOP_MS,
  type Lane,
  type Pace,
} from "../../../src/messenger/pacing.ts"
import { createStorage } from "../../support/person-storage.ts"

const T = 1_763_800_000_000
const granted = (pace: Pace, lane: Lane, now: number) =>
  lease(pace, { lane, n: LEASE_MAX, now, ceilingPerSecond: 100 }).lease

describe("noteUsage()", () => {
  it.each([
    [0, 72],
    [74.9, 72],
    [75, 36],
    [85, 21],
    [94.9, 7],
  ])("at %d %% leases %i updates a second, and alerts as ever", (percent, updates) => {
    const pace = noteUsage(FRESH_PACE, { percent }, T)
    expect(granted(pace, "updates", T).granted).toBe(updates)
    expect(granted(pace, "alerts", T).granted).toBe(90)
  })

  it("believes a header for a minute", () => {
    const pace = noteUsage(FRESH_PACE, { percent: 75 }, T)
    expect(granted(pace, "updates", T + USAGE_MS - 1).granted).toBe(36)
    expect(granted(pace, "updates", T + USAGE_MS).granted).toBe(72)
  })

  it.each([
    [undefined, USAGE_STOP_MS],
    [19 * MINUTE_MS, 19 * MINUTE_MS],
    [10_000 * MINUTE_MS, HOUR_MS],
  ])(
    "from 95 %% stops updates until the estimate %j passes, an hour at most; alerts go on",
    (regainAfterMs, stopMs) => {
      const pace = noteUsage(FRESH_PACE, { percent: 95, ...(regainAfterMs ? { regainAfterMs } : {}) }, T)
      expect(granted(pace, "updates", T)).toEqual({ granted: 0, retryAfterMs: stopMs })
      expect(granted(pace, "alerts", T).granted).toBe(90)
      expect(granted(pace, "updates", T + stopMs - 1).granted).toBe(0)
      expect(granted(pace, "updates", T + stopMs).granted).toBe(72)
    },
  )

  it("does not take an answer that was under way for the end of a stop", () => {
    const stopped = noteUsage(FRESH_PACE, { percent: 97 }, T)
    for (const percent of [94, 80, 10])
      expect(granted(noteUsage(stopped, { percent }, T + 1), "updates", T + 1).granted).toBe(0)
  })

  it("is fast again at once where a header says so", () => {
    const slow = noteUsage(FRESH_PACE, { percent: 90 }, T)
    expect(granted(noteUsage(slow, { percent: 30 }, T + 1), "updates", T + 1).granted).toBe(72)
  })
})

describe("report()", () => {
  const fail = (pace: Pace, times: number, everyMs: number) => {
    let failed = pace
    for (let each = 0; each < times; each += 1)
      failed = report(failed, { kind: "failed" }, T + each * everyMs)
    return failed
  }

  it("counts failures as in a row only where they are near each other", () => {
    expect(fail(FRESH_PACE, BREAKER_FAILURES, FAILURE_MEMORY_MS - 1).breaker.openUntil).toBeGreaterThan(0)
    expect(fail(FRESH_PACE, BREAKER_FAILURES * 3, FAILURE_MEMORY_MS).breaker.openUntil).toBe(0)
  })

  it("marks the one send that finds out whether the Page can speak again", () => {
    const open = report(FRESH_PACE, { kind: "throttled", afterMs: 1_000 }, T)
    const probe = lease(open, { lane: "updates", n: 10, now: T + 1_000, ceilingPerSecond: 100 })
    expect(probe.lease).toMatchObject({ granted: 1, probe: true })
    expect(
      lease(probe.pace, { lane: "alerts", n: 1, now: T + 1_001, ceilingPerSecond: 100 }).lease.granted,
    ).toBe(0)
    const closed = report(probe.pace, { kind: "well" }, T + 1_500)
    expect(granted(closed, "alerts", T + 1_500)).not.toHaveProperty("probe")
  })
})

describe("the budget of a day", () => {
  it("is 200 calls for each engaged person", () => expect(budgetOf(25)).toBe(5_000))

  it("counts the calls of the last 24 hours and forgets older ones", () => {
    let spent = spendCalls(new Map(), 10, T)
    spent = spendCalls(spent, 5, T + 1)
    spent = spendCalls(spent, 7, T + 12 * HOUR_MS)
    expect(callsSpent(spent, T + 12 * HOUR_MS)).toBe(22)
    expect(callsSpent(spent, T + 24 * HOUR_MS - 1)).toBe(22)
    expect(callsSpent(spent, T + 26 * HOUR_MS)).toBe(7)
    expect(spendCalls(spent, 1, T + 100 * HOUR_MS).size).toBe(1)
  })
})

describe("packs that wait", () => {
  const storage = createStorage()
  createHeldPacks(storage.sql)
  const { sql } = storage
  const job = (pack: string, lane: Lane, postedAt: number): PackJob => ({
    v: 1,
    kind: "pack",
    lane,
    bank: "demo" as PackJob["bank"],
    pack: `pack_${pack}` as PackJob["pack"],
    month: "2026-11",
    sealed: "v1.k.sealed",
    items: 2,
    postedAt,
  })
  afterEach(() => sql.exec("DELETE FROM packs"))

  it("leave alerts first, then the oldest, and the same one is kept once", () => {
    for (const [pack, lane, at] of [
      ["new", "updates", 30],
      ["old", "updates", 10],
      ["late", "alerts", 40],
      ["soon", "alerts", 20],
    ] as const)
      for (let copy = 0; copy < 2; copy += 1) holdPack(sql, job(pack, lane, at), [T, T + 10])
    const names = (limit: number) => nextHeld(sql, limit, T).map(({ job: { pack } }) => pack)
    expect(names(10)).toEqual(["pack_soon", "pack_late", "pack_old", "pack_new"])
    dropHeld(sql, nextHeld(sql, 2, T))
    expect(names(10)).toEqual(["pack_old", "pack_new"])
  })

  it("are counted by their events, and by those it is too late for", () => {
    expect(hasHeld(sql)).toBe(false)
    expect(countHeld(sql, T)).toEqual({ packs: 0, events: 0, stale: 0 })
    holdPack(sql, job("a", "updates", 1), [T, T + 1])
    holdPack(sql, job("b", "alerts", 2), [T + 2, T + 3])
    expect(hasHeld(sql)).toBe(true)
    expect(countHeld(sql, T)).toEqual({ packs: 2, events: 4, stale: 1 })
    expect(countHeld(sql, T + 3)).toEqual({ packs: 2, events: 4, stale: 4 })
    expect(nextHeld(sql, 1, T + 2)).toMatchObject([{ stale: 1, job: { pack: "pack_b" } }])
  })

  it("cost one row written each", () => {
    const before = storage.rowsWritten
    holdPack(sql, job("a", "updates", 1), [T])
    expect(storage.rowsWritten - before).toBe(1)
  })
})
