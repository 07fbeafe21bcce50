// How fast a Page may speak: exact numbers of each lane, over every second, and the breaker's steps.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import {
  BREAKER_FAILURES,
  BREAKER_WAIT_MS,
  BREAKER_WAIT_MS_MAX,
  FRESH_PACE,
  lease,
  LEASE_MAX,
  PAUSED_RETRY_MS,
  report,
  SLOT_MS,
  THROTTLE_MS_MAX,
  type Lane,
  type Lease,
  type Pace,
  type SendReport,
} from "../../../src/messenger/pacing.ts"

const T = 1_763_800_000_000

/** A Page that remembers between calls. */
function page(ceilingPerSecond = 300) {
  let pace: Pace = FRESH_PACE
  return {
    lease(lane: Lane, n: number, now: number, arriving = false): Lease {
      const step = lease(pace, { lane, n, now, ceilingPerSecond, arriving })
      pace = step.pace
      return step.lease
    },
    report(sent: SendReport, now: number) {
      pace = report(pace, sent, now)
    },
    pause: (reason: string | null) => void (pace = { ...pace, paused: reason }),
    get slots() {
      return pace.slots.size
    },
  }
}

describe("lease()", () => {
  it.each([
    [300, 216, 270],
    [40, 29, 36],
    [10, 8, 9],
    [1, 1, 1],
  ])("at a ceiling of %i leases %i updates a second and %i sends in all", (ceiling, updates, all) => {
    const busy = page(ceiling)
    expect(busy.lease("updates", LEASE_MAX, T).granted).toBe(updates)
    expect(busy.lease("updates", 1, T).granted).toBe(0)
    expect(busy.lease("alerts", LEASE_MAX, T).granted).toBe(all - updates)
    expect(busy.lease("alerts", 1, T).granted).toBe(0)
  })

  it("P13: lets a batch in while the one before is done within two seconds, and tells others when their turn comes", () => {
    const busy = page()
    expect(busy.lease("updates", 432, T, true)).toMatchObject({ granted: 216 })
    // Exactly two seconds are booked: the last that is let in.
    expect(busy.lease("updates", 216, T, true)).toEqual({ granted: 0, retryAfterMs: 100 })
    expect(busy.lease("updates", 750, T, true)).toEqual({
      granted: 0,
      retryAfterMs: 3_000,
      later: { lastsMs: 750_000 / 216 },
    })
    expect(busy.lease("updates", 150, T, true)).toMatchObject({
      later: {},
      retryAfterMs: expect.closeTo(3_000 + 750_000 / 216, 2),
    })
    // Who is inside, who comes back and who has an alert is not asked to leave.
    expect(busy.lease("updates", 216, T + 1_000)).toMatchObject({ granted: 216 })
    expect(busy.lease("alerts", 1, T + 1_000, true)).toMatchObject({ granted: 1 })
    expect(busy.lease("updates", 1, T + 60_000, true)).toMatchObject({ granted: 1 })
  })

  it("tells nobody to come back in more than an hour", () => {
    const busy = page(1)
    for (let each = 0; each < 5; each += 1) busy.lease("updates", LEASE_MAX, T, true)
    expect(busy.lease("updates", 1, T, true)).toMatchObject({ later: {}, retryAfterMs: 3_600_000 })
  })

  it("lets alerts take all that is free", () => {
    expect(page().lease("alerts", LEASE_MAX, T).granted).toBe(270)
  })

  it("grants what is asked for at once where there is room", () => {
    expect(page().lease("updates", 10, T)).toEqual({
      granted: 10,
      permit: { until: T + 2_000 },
      shares: [{ at: T, count: 10 }],
    })
  })

  it("spreads a lease over slots of 100 ms, each with its share", () => {
    const given = page().lease("updates", 60, T)
    expect(given).toMatchObject({
      granted: 60,
      shares: [
        { at: T, count: 21 },
        { at: T + 100, count: 22 },
        { at: T + 200, count: 17 },
      ],
    })
  })

  it("starts the first share now, not where its slot began", () => {
    expect(page().lease("updates", 1, T + 50)).toMatchObject({ shares: [{ at: T + 50, count: 1 }] })
  })

  it("says when to ask again: with the next slot", () => {
    const busy = page()
    busy.lease("updates", LEASE_MAX, T)
    expect(busy.lease("updates", 1, T + 30)).toEqual({ granted: 0, retryAfterMs: 70 })
    expect(busy.lease("updates", LEASE_MAX, T + 100).granted).toBe(21)
  })

  it("P7: an alert finds room in the present slot while updates take all they can", () => {
    const busy = page()
    for (let now = T; now < T + 5_000; now += SLOT_MS) {
      busy.lease("updates", LEASE_MAX, now)
      expect(busy.lease("alerts", 5, now)).toMatchObject({ granted: 5, shares: [{ at: now, count: 5 }] })
    }
  })

  it("gives what updates leave to alerts, and never more than the leased share of any second", () => {
    const asks = fc.array(
      fc.record({
        lane: fc.constantFrom<Lane>("alerts", "updates"),
        n: fc.integer({ min: 1, max: 400 }),
        afterMs: fc.integer({ min: 0, max: 400 }),
      }),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(asks, fc.constantFrom(300, 40, 7), (list, ceiling) => {
        const busy = page(ceiling)
        const starts = new Map<number, { all: number; updates: number }>()
        let now = T
        for (const { lane, n, afterMs } of list) {
          now += afterMs
          const given = busy.lease(lane, n, now)
          if (given.granted === 0) continue
          const shares = "shares" in given ? given.shares : []
          expect(given.granted).toBeLessThanOrEqual(n)
          expect(shares.reduce((sum, share) => sum + share.count, 0)).toBe(given.granted)
          for (const { at, count } of shares) {
            expect(at).toBeGreaterThanOrEqual(now)
            expect(at).toBeLessThan(now + 1_000)
            const slot = Math.floor(at / SLOT_MS)
            const use = starts.get(slot) ?? { all: 0, updates: 0 }
            starts.set(slot, {
              all: use.all + count,
              updates: use.updates + (lane === "updates" ? count : 0),
            })
          }
        }
        const leased = Math.max(1, Math.floor(ceiling * 0.9))
        for (const first of starts.keys()) {
          let [all, updates] = [0, 0]
          for (let slot = first; slot < first + 10; slot += 1) {
            all += starts.get(slot)?.all ?? 0
            updates += starts.get(slot)?.updates ?? 0
          }
          expect(all).toBeLessThanOrEqual(leased)
          expect(updates).toBeLessThanOrEqual(leased - Math.floor(leased / 5))
        }
      }),
      { numRuns: 200 },
    )
  })

  it("remembers no slot that is over", () => {
    const busy = page()
    for (let now = T; now < T + 60_000; now += 500) busy.lease("updates", LEASE_MAX, now)
    expect(busy.slots).toBeLessThanOrEqual(10)
  })

  it("leases again after the clock has been moved far ahead", () => {
    const busy = page()
    busy.lease("updates", LEASE_MAX, T)
    expect(busy.lease("updates", 1, T + 86_400_000).granted).toBe(1)
  })

  it("leases nothing while paused, and says why", () => {
    const stopped = page()
    stopped.pause("token_refused")
    expect(stopped.lease("alerts", 1, T)).toEqual({
      granted: 0,
      retryAfterMs: PAUSED_RETRY_MS,
      paused: "token_refused",
    })
    stopped.pause(null)
    expect(stopped.lease("alerts", 1, T).granted).toBe(1)
  })

  it.each([0, -1, 1.5, Number.NaN, LEASE_MAX + 1])("throws for %d sends", (n) => {
    expect(() => page().lease("alerts", n, T)).toThrow(RangeError)
  })

  it.each([0, 0.5, Number.NaN])("throws for a ceiling of %d", (ceiling) => {
    expect(() => page(ceiling).lease("alerts", 1, T)).toThrow(RangeError)
  })
})

describe("report()", () => {
  const failed: SendReport = { kind: "failed" }
  const well: SendReport = { kind: "well" }
  const broken = (times: number, now: number) => {
    const one = page()
    for (let time = 0; time < times; time += 1) one.report(failed, now)
    return one
  }

  it("opens the breaker with the fifth failure in a row, not the fourth", () => {
    expect(broken(BREAKER_FAILURES - 1, T).lease("alerts", 2, T).granted).toBe(2)
    expect(broken(BREAKER_FAILURES, T).lease("alerts", 2, T)).toEqual({
      granted: 0,
      retryAfterMs: BREAKER_WAIT_MS,
    })
  })

  it("counts failures in a row only", () => {
    const one = broken(BREAKER_FAILURES - 1, T)
    one.report(well, T)
    for (let time = 0; time < BREAKER_FAILURES - 1; time += 1) one.report(failed, T)
    expect(one.lease("alerts", 2, T).granted).toBe(2)
  })

  it("lets one probe through when the wait is over, and everybody after it went well", () => {
    const one = broken(BREAKER_FAILURES, T)
    const over = T + BREAKER_WAIT_MS
    expect(one.lease("updates", 100, over - 1)).toEqual({ granted: 0, retryAfterMs: 1 })
    expect(one.lease("updates", 100, over).granted).toBe(1)
    expect(one.lease("updates", 100, over).granted).toBe(0)
    one.report(well, over + 300)
    expect(one.lease("updates", 100, over + 300).granted).toBe(100)
  })

  it("doubles the wait with each probe that fails, up to five minutes", () => {
    const one = broken(BREAKER_FAILURES, T)
    let now = T + BREAKER_WAIT_MS
    for (const waitMs of [20_000, 40_000, 80_000, 160_000, BREAKER_WAIT_MS_MAX, BREAKER_WAIT_MS_MAX]) {
      expect(one.lease("updates", 1, now).granted).toBe(1)
      one.report(failed, now)
      expect(one.lease("updates", 1, now)).toEqual({ granted: 0, retryAfterMs: waitMs })
      now += waitMs
    }
  })

  it("sends another probe where nobody reported on the first", () => {
    const one = broken(BREAKER_FAILURES, T)
    expect(one.lease("updates", 1, T + BREAKER_WAIT_MS).granted).toBe(1)
    expect(one.lease("updates", 1, T + 2 * BREAKER_WAIT_MS - 1).granted).toBe(0)
    expect(one.lease("updates", 1, T + 2 * BREAKER_WAIT_MS).granted).toBe(1)
  })

  it("learns nothing from late reports while it is open", () => {
    const one = broken(BREAKER_FAILURES + 20, T)
    one.report(well, T)
    expect(one.lease("updates", 1, T)).toEqual({ granted: 0, retryAfterMs: BREAKER_WAIT_MS })
  })

  it("waits on a throttle as long as Meta says, and an hour at most", () => {
    const one = page()
    one.report({ kind: "throttled", afterMs: 7_000 }, T)
    expect(one.lease("alerts", 9, T + 6_999)).toEqual({ granted: 0, retryAfterMs: 1 })
    expect(one.lease("alerts", 9, T + 7_000).granted).toBe(1)
    const long = page()
    long.report({ kind: "throttled", afterMs: 1e12 }, T)
    expect(long.lease("alerts", 1, T)).toEqual({ granted: 0, retryAfterMs: THROTTLE_MS_MAX })
  })
})
