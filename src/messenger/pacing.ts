// How fast a Page may speak: leases of sends, handed out by slots of 100 ms from memory. Pure: state and clock are given, page.ts
// keeps the one and asks the other. Replies take no lease: what stays free below Meta's ceiling is theirs.
//
// Of the ceiling 90 % is leased. Every slot has its share of that, one fifth of which only alerts may take; alerts may take the rest
// too. Updates are booked up to a second ahead, because fan-out asks once a second; alerts find their fifth free at any moment (P7).

import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"

export const SLOT_MS = 100
const SLOTS_PER_SECOND = SECOND_MS / SLOT_MS
/** Share of the ceiling that is leased, in tenths. */
const LEASED_TENTHS = 9
/** One fifth of what is leased waits for alerts. */
const ALERT_SHARE = 5
/** How far ahead slots are booked: the pace at which fan-out asks. */
export const BOOK_AHEAD_MS = SECOND_MS
/** A batch that arrives is let in while what was let in before is done by then; else it is told when its turn comes, and holds up nobody
 * else's on its queue meanwhile (P13). */
export const ARRIVE_AHEAD_MS = 2 * SECOND_MS
/** Nobody is told to come back later than this. */
export const TURN_MS_MAX = 60 * MINUTE_MS
/** A send that has not started by then needs a new permit. */
export const PERMIT_MS = 2 * SECOND_MS
/** Sends one lease may ask for: a pack holds 150 people. */
export const LEASE_MAX = 1_000
/** Asked again after this while paused; `resume` is not announced. */
export const PAUSED_RETRY_MS = MINUTE_MS

/** Refusals in a row that open the breaker, and how long it then stays open: doubled with every probe that fails. */
export const BREAKER_FAILURES = 5
export const BREAKER_WAIT_MS = 10 * SECOND_MS
export const BREAKER_WAIT_MS_MAX = 5 * MINUTE_MS
/** Failures further apart than this are not in a row: successes of other isolates are not reported. */
export const FAILURE_MEMORY_MS = MINUTE_MS
/** Meta's own estimate is believed up to an hour; then one probe asks again. */
export const THROTTLE_MS_MAX = 60 * MINUTE_MS

/** Share of its limits at which updates slow down, and at which they stop until Meta's estimate. @see messenger-platform.md 8.1 */
export const USAGE_SLOW_PERCENT = 75
export const USAGE_STOP_PERCENT = 95
/** What a header said is believed this long; the next call brings the next one. */
export const USAGE_MS = MINUTE_MS
/** A stop where Meta states no estimate. */
export const USAGE_STOP_MS = 5 * MINUTE_MS

export type Lane = "alerts" | "updates"

/** What a Page remembers. Lost with the object's memory, except the pause: a second's slots may then be leased twice, which the free
 * tenth absorbs. */
export interface Pace {
  /** Sends leased in each slot that is not over, by slot number. */
  readonly slots: ReadonlyMap<number, SlotUse>
  /** Why a person or a refusal stopped it; `null` while it speaks. */
  readonly paused: string | null
  readonly breaker: Breaker
  /** Share of their rate updates have until an instant: 1 while Meta's headers are calm, 0 while they are stopped. */
  readonly updates: { readonly share: number; readonly until: number }
  /** When all updates are sent that were let in or told when to come back. */
  readonly bookedUntil: number
}

interface SlotUse {
  readonly alerts: number
  readonly updates: number
}

/** Closed while `openUntil` is 0. Once that is over one send is leased as a probe, and the others wait for what is reported of it. */
interface Breaker {
  readonly failures: number
  readonly failedAt: number
  readonly openUntil: number
  readonly waitMs: number
  readonly probing: boolean
}

/** Sends that may start in the slot beginning at `at`, epoch milliseconds. */
export interface Share {
  readonly at: number
  readonly count: number
}

/** Leave for `granted` sends: those of a share start from its `at`, and none after `permit.until`. */
export type Lease =
  | {
      readonly granted: number
      readonly permit: { readonly until: number }
      readonly shares: readonly Share[]
      /** The one send that is to find out whether the Page can speak again: whoever makes it reports how it went. */
      readonly probe?: true
    }
  | {
      readonly granted: 0
      readonly retryAfterMs: number
      readonly paused?: string
      /** Its turn begins then, and lasts so long: waiting for it here would hold up others. */
      readonly later?: { readonly lastsMs: number }
    }

/** What became of sends, as far as it concerns the Page as a whole. */
export type SendReport =
  | { readonly kind: "well" }
  /** Meta could not be reached, or did not answer as it should. */
  | { readonly kind: "failed" }
  | { readonly kind: "throttled"; readonly afterMs: number }

/** What Meta's usage headers say to a Page's pace, after a call. */
export interface PageUsage {
  /** The highest of the percentages: 100 is throttled. */
  readonly percent: number
  /** Until access is regained, by Meta's estimate, where it states one. */
  readonly regainAfterMs?: number
}

const CLOSED: Breaker = { failures: 0, failedAt: 0, openUntil: 0, waitMs: 0, probing: false }
const CALM = { share: 1, until: 0 }
export const FRESH_PACE: Pace = {
  slots: new Map(),
  paused: null,
  breaker: CLOSED,
  updates: CALM,
  bookedUntil: 0,
}

/** Sends a second that are leased of a ceiling: what is left is for replies. */
export function leasedPerSecond(ceilingPerSecond: number): number {
  return Math.max(1, Math.floor((ceilingPerSecond * LEASED_TENTHS) / 10))
}

/** Lease up to `n` sends from `now` on.
 * @param ask.arriving the first ask of a batch that comes for the first time: one that came back at its turn has its place already
 * @param ceilingPerSecond Meta's limit for this Page
 * @throws RangeError for an `n` that is no count from 1 to LEASE_MAX, or a ceiling below 1 */
export function lease(
  pace: Pace,
  ask: {
    readonly lane: Lane
    readonly n: number
    readonly now: number
    readonly ceilingPerSecond: number
    readonly arriving?: boolean
  },
): { readonly pace: Pace; readonly lease: Lease } {
  const { lane, n, now, ceilingPerSecond, arriving = false } = ask
  if (!Number.isInteger(n) || n < 1 || n > LEASE_MAX) throw new RangeError(`Cannot lease ${n} sends`)
  if (!Number.isInteger(ceilingPerSecond) || ceilingPerSecond < 1)
    throw new RangeError(`Cannot pace a Page at ${ceilingPerSecond} calls a second`)
  if (pace.paused !== null)
    return { pace, lease: { granted: 0, retryAfterMs: PAUSED_RETRY_MS, paused: pace.paused } }
  const { breaker } = pace
  if (now < breaker.openUntil) return { pace, lease: { granted: 0, retryAfterMs: breaker.openUntil - now } }
  const calm = now >= pace.updates.until
  if (lane === "updates" && !calm && pace.updates.share === 0)
    return { pace, lease: { granted: 0, retryAfterMs: pace.updates.until - now } }
  const share = calm ? 1 : pace.updates.share
  let { bookedUntil } = pace
  if (lane === "updates" && arriving) {
    const turnAt = Math.max(now, bookedUntil)
    const lastsMs = (n * SECOND_MS) / updatesPerSecond(ceilingPerSecond, share)
    bookedUntil = turnAt + lastsMs
    if (turnAt - now > ARRIVE_AHEAD_MS)
      return {
        pace: { ...pace, bookedUntil },
        lease: { granted: 0, retryAfterMs: Math.min(TURN_MS_MAX, turnAt - now), later: { lastsMs } },
      }
  }
  const probing = breaker.openUntil > 0
  // A probe nobody reports on must not hold the Page for ever: after the same wait there is another.
  const guarded = probing ? { ...breaker, probing, openUntil: now + breaker.waitMs } : breaker

  const current = Math.floor(now / SLOT_MS)
  const slots = new Map([...pace.slots].filter(([slot]) => slot >= current))
  const shares: Share[] = []
  let left = probing ? 1 : n
  for (let slot = current; left > 0 && slot < current + BOOK_AHEAD_MS / SLOT_MS; slot += 1) {
    const use = slots.get(slot) ?? { alerts: 0, updates: 0 }
    const count = Math.min(left, freeFor(lane, slot, use, ceilingPerSecond, share))
    if (count === 0) continue
    left -= count
    slots.set(slot, { ...use, [lane]: use[lane] + count })
    shares.push({ at: Math.max(now, slot * SLOT_MS), count })
  }
  const granted = shares.reduce((sum, share) => sum + share.count, 0)
  if (granted === 0)
    return {
      pace: { ...pace, slots, bookedUntil },
      lease: { granted: 0, retryAfterMs: (current + 1) * SLOT_MS - now },
    }
  return {
    pace: { ...pace, slots, bookedUntil, breaker: guarded },
    lease: { granted, permit: { until: now + PERMIT_MS }, shares, ...(probing ? { probe: true } : {}) },
  }
}

/** What a lane may still take of a slot. */
function freeFor(lane: Lane, slot: number, use: SlotUse, ceilingPerSecond: number, share: number): number {
  const perSecond = leasedPerSecond(ceilingPerSecond)
  const free = Math.max(0, shareOfSlot(slot, perSecond) - use.alerts - use.updates)
  if (lane === "alerts") return free
  const forUpdates = shareOfSlot(slot, updatesPerSecond(ceilingPerSecond, share))
  return Math.min(free, Math.max(0, forUpdates - use.updates))
}

/** What updates may take of a second. */
function updatesPerSecond(ceilingPerSecond: number, share: number): number {
  const perSecond = leasedPerSecond(ceilingPerSecond)
  return Math.max(1, Math.floor((perSecond - Math.floor(perSecond / ALERT_SHARE)) * share))
}

/** The slot's part of a rate: whole sends, and over any second exactly the rate. */
function shareOfSlot(slot: number, perSecond: number): number {
  const index = slot % SLOTS_PER_SECOND
  return (
    Math.floor(((index + 1) * perSecond) / SLOTS_PER_SECOND) -
    Math.floor((index * perSecond) / SLOTS_PER_SECOND)
  )
}

/** Take note of how sends went. Failures in a row open the breaker, a throttle opens it for as long as Meta says; a probe that went
 * well closes it. What was leased before it opened and is reported late says nothing new; arriving beside a probe it may pass for
 * the probe, which costs one wait at most. */
export function report(pace: Pace, sent: SendReport, now: number): Pace {
  const { breaker } = pace
  const waiting = breaker.openUntil > 0 && !breaker.probing
  switch (sent.kind) {
    case "well":
      return waiting || breaker === CLOSED ? pace : { ...pace, breaker: CLOSED }
    case "throttled":
      return {
        ...pace,
        breaker: {
          failures: breaker.failures,
          failedAt: now,
          openUntil: Math.max(breaker.openUntil, now + Math.min(Math.max(1, sent.afterMs), THROTTLE_MS_MAX)),
          waitMs: Math.max(breaker.waitMs, BREAKER_WAIT_MS),
          probing: false,
        },
      }
    case "failed": {
      if (waiting) return pace
      const inRow = breaker.probing || now - breaker.failedAt < FAILURE_MEMORY_MS
      const failures = (inRow ? breaker.failures : 0) + 1
      if (failures < BREAKER_FAILURES && !breaker.probing)
        return { ...pace, breaker: { ...breaker, failures, failedAt: now } }
      const waitMs = Math.min(breaker.waitMs > 0 ? breaker.waitMs * 2 : BREAKER_WAIT_MS, BREAKER_WAIT_MS_MAX)
      return {
        ...pace,
        breaker: { failures, failedAt: now, openUntil: now + waitMs, waitMs, probing: false },
      }
    }
  }
}

/** Take note of Meta's usage headers: from 75 % on updates have half of their rate and less, from 95 % on none until the estimate
 * has passed. Alerts go on: one that is refused is no worse off than one that was not tried (P7), and a refusal opens the breaker. */
export function noteUsage(pace: Pace, usage: PageUsage, now: number): Pace {
  const { percent, regainAfterMs = USAGE_STOP_MS } = usage
  const stopped = pace.updates.share === 0 && now < pace.updates.until
  if (percent >= USAGE_STOP_PERCENT) {
    const stopMs = Math.min(Math.max(1, regainAfterMs), THROTTLE_MS_MAX)
    return { ...pace, updates: { share: 0, until: now + stopMs } }
  }
  // Calls answered before the stop say less than the one that led to it.
  if (stopped) return pace
  if (percent < USAGE_SLOW_PERCENT) return pace.updates === CALM ? pace : { ...pace, updates: CALM }
  return { ...pace, updates: { share: (100 - percent) / 50, until: now + USAGE_MS } }
}
