// Whether a queue is too far behind to take more of a bank's events: its own numbers, read at most once in ten seconds and isolate and
// remembered in between. Where they cannot be read everything is taken: a queue that is full says so itself. Composed by house.ts.

import { MINUTE_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { Lane } from "../jobs/job.ts"

/** What a queue says of itself. */
export interface QueueNumbers {
  readonly backlogCount: number
  readonly backlogBytes: number
  readonly oldestMessageTimestamp?: Date
}

const GB = 1_000_000_000
/** A queue holds 25 GB; alerts are taken when updates are not any more. @see design.md 4.1 */
export const BACKLOG_BYTES_MAX = { updates: 10 * GB, alerts: 20 * GB } as const satisfies Record<Lane, number>
/** An update older than this waits behind others: more of them would only be told stale. */
export const OLDEST_MS_MAX = 5 * MINUTE_MS
/** A few packs that are handed out again and again are no backlog: one bank's must not keep another's out (P13). */
export const BACKLOG_COUNT_MIN = 100
const FRESH_MS = 10 * SECOND_MS
const READ_MS = SECOND_MS
const RETRY_MS = 30 * SECOND_MS

/** Says whether a lane is too far behind. */
export type FindBacklog = (lane: Lane) => Promise<Outage | undefined>

/** @param given.numbers what a queue says of itself. May throw, may take long
 * @param given.realNow the real clock: queues know no other */
export function createBacklog(given: {
  readonly numbers: (lane: Lane) => Promise<QueueNumbers>
  readonly wait: (ms: number) => Promise<unknown>
  readonly realNow: Now
  readonly log: Log
}): FindBacklog {
  const known = new Map<Lane, { readonly at: number; readonly behind: boolean }>()
  return async (lane) => {
    const now = given.realNow()
    const before = known.get(lane)
    if (!before || now - before.at >= FRESH_MS) {
      // Noted before it is asked: other requests go by what was known meanwhile.
      known.set(lane, { at: now, behind: before?.behind ?? false })
      known.set(lane, { at: now, behind: await isBehind(lane) })
    }
    return known.get(lane)?.behind ? { reason: "throttled", retry: { afterMs: RETRY_MS } } : undefined
  }

  async function isBehind(lane: Lane): Promise<boolean> {
    try {
      const numbers = await Promise.race([given.numbers(lane), given.wait(READ_MS).then(() => undefined)])
      if (!numbers) return false
      const behind = decideBehind(lane, numbers, given.realNow())
      if (behind)
        given.log.warn("queue_behind", { lane, messages: numbers.backlogCount, bytes: numbers.backlogBytes })
      return behind
    } catch (fault) {
      given.log.warn("queue_numbers_not_read", { lane, ...describeFault(fault) })
      return false
    }
  }
}

/** The rule: too many bytes, or for updates, many of which the oldest is old. */
export function decideBehind(lane: Lane, numbers: QueueNumbers, now: number): boolean {
  if (numbers.backlogBytes >= BACKLOG_BYTES_MAX[lane]) return true
  if (lane === "alerts" || numbers.backlogCount < BACKLOG_COUNT_MIN) return false
  const oldest = numbers.oldestMessageTimestamp?.getTime() ?? now
  return now - oldest > OLDEST_MS_MAX
}
