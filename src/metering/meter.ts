// What consumers do, counted: messages, events in them, what has to come again, and how old messages were when they were settled, on one
// fixed scale. An isolate gathers what its invocations count and writes at most once in ten seconds, so that a single event costs no row
// of its own; what was gathered by an isolate that is killed is lost. Rows are meter-store.ts. Composed by worker.ts.

import { MINUTE_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { addWaits, type Waited, type WaitRow } from "./wait.ts"

/** Upper bounds of the age classes, half a decade each; what is older is in the last class. Fixed: rows of years are added up. */
export const AGE_BOUNDS_MS = [
  10, 32, 100, 316, 1_000, 3_162, 10_000, 31_623, 100_000, 316_228, 1_000_000,
] as const
export const AGE_CLASSES = AGE_BOUNDS_MS.length + 1
/** Between two writings of one isolate. */
export const METERED_EVERY_MS = 10 * SECOND_MS

/** Counts of one queue. */
export interface Tally {
  readonly batches: number
  readonly messages: number
  /** Events in them. */
  readonly items: number
  /** Messages that have to come again. */
  readonly retried: number
  /** Settled messages by age class. */
  readonly ages: readonly number[]
}

/** Counts of one queue in one minute. */
export interface MeterRow extends Tally {
  readonly minute: number
  readonly queue: string
}

/** What one invocation did. */
export interface Metered {
  readonly queue: string
  readonly messages: number
  readonly items: number
  readonly retried: number
  /** When each settled message was posted. */
  readonly settledPostedAt: readonly number[]
  /** What banks' events waited. */
  readonly waited: readonly Waited[]
}

/** The class of an age. */
export function ageClassOf(ageMs: number): number {
  const found = AGE_BOUNDS_MS.findIndex((bound) => ageMs <= bound)
  return found === -1 ? AGE_BOUNDS_MS.length : found
}

/** The age below which a share of settled messages was: the upper bound of its class, `Infinity` for the last; `undefined` for none.
 * @param share in (0, 1] */
export function ageBelow(ages: readonly number[], share: number): number | undefined {
  const all = ages.reduce((sum, count) => sum + count, 0)
  if (all === 0) return undefined
  let seen = 0
  const at = ages.findIndex((count) => (seen += count) >= all * share)
  return AGE_BOUNDS_MS[at] ?? Infinity
}

/** Add one tally to another. */
export function addTally(left: Tally, right: Tally): Tally {
  return {
    batches: left.batches + right.batches,
    messages: left.messages + right.messages,
    items: left.items + right.items,
    retried: left.retried + right.retried,
    ages: left.ages.map((count, index) => count + (right.ages[index] ?? 0)),
  }
}

/** What one invocation did, as a tally. */
export function tallyOf(metered: Metered, now: number): Tally {
  const { messages, items, retried } = metered
  const ages = Array.from({ length: AGE_CLASSES }, () => 0)
  for (const at of metered.settledPostedAt) {
    const index = ageClassOf(Math.max(0, now - at))
    ages[index] = (ages[index] ?? 0) + 1
  }
  return { batches: 1, messages, items, retried, ages }
}

/** Nothing waits: an invocation that waited would hold its queue. What was gathered since the last writing is written by the next invocation
 * that comes ten seconds after it.
 * @param given.keep add rows to those there are; kept alive by `waitUntil` */
export function createMeter(given: {
  readonly keep: (rows: readonly MeterRow[], waits: readonly WaitRow[]) => Promise<void>
  readonly waitUntil: (work: Promise<void>) => void
  readonly now: Now
  readonly realNow: Now
  readonly log: Log
}): (metered: Metered) => void {
  let gathered = new Map<string, MeterRow>()
  let waits: readonly WaitRow[] = []
  let writtenAt = Number.NEGATIVE_INFINITY

  async function write(): Promise<void> {
    const rows = [...gathered.values()]
    const waited = waits
    gathered = new Map()
    waits = []
    try {
      await given.keep(rows, waited)
    } catch (fault) {
      given.log.warn("meters_not_kept", describeFault(fault))
    }
  }

  return (metered) => {
    const now = given.now()
    const minute = Math.floor(now / MINUTE_MS)
    const name = `${minute}|${metered.queue}`
    const tally = tallyOf(metered, now)
    const known = gathered.get(name)
    gathered.set(name, { ...(known ? addTally(known, tally) : tally), minute, queue: metered.queue })
    waits = addWaits(waits, metered.waited, given.realNow())
    if (given.realNow() - writtenAt < METERED_EVERY_MS) return
    writtenAt = given.realNow()
    given.waitUntil(write())
  }
}
