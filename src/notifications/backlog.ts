// Whether a queue is too far behind to take more of a bank's events: its own numbers, read at most once in ten seconds and isolate and
// remembered in between. A queue that is behind is shut to the banks whose events fill it and to nobody else (P13); only one that is nearly
// full is shut to everybody. Where its numbers cannot be read everything is taken: a queue that is full says so itself.
// Composed by house.ts; whose events fill it is metering/wait.ts.

import { MINUTE_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { Lane } from "../jobs/job.ts"
import { decideFilling, JUDGED_MINUTES } from "../metering/wait.ts"

/** What a queue says of itself. */
export interface QueueNumbers {
  readonly backlogCount: number
  readonly backlogBytes: number
  readonly oldestMessageTimestamp?: Date
}

const GB = 1_000_000_000
/** A queue holds 25 GB; alerts are taken when updates are not any more. @see design.md 4.1 */
export const BACKLOG_BYTES_MAX = { updates: 10 * GB, alerts: 20 * GB } as const satisfies Record<Lane, number>
/** From this share of it on, whoever fills the queue is shut out, so that the rest stays for the others. */
const FILLING_SHARE = 0.5
/** An update older than this waits behind others: more of them would only be told stale. */
export const OLDEST_MS_MAX = 5 * MINUTE_MS
/** A few packs that are handed out again and again are no backlog. */
export const BACKLOG_COUNT_MIN = 100
const FRESH_MS = 10 * SECOND_MS
const READ_MS = SECOND_MS
const RETRY_MS = 30 * SECOND_MS

/** `late`: the oldest waits too long. `large`: half of what may wait does. `full`: all of it. */
export type QueueState = "clear" | "late" | "large" | "full"

/** Says whether a lane is too far behind for a bank. */
export type FindBacklog = (lane: Lane, bank: BankId) => Promise<Outage | undefined>

/** Whom a lane is shut to. */
type Shut = ReadonlySet<BankId> | "everybody"

const NOBODY: ReadonlySet<BankId> = new Set()

/** @param given.numbers what a queue says of itself. May throw, may take long
 * @param given.waits what each bank's events waited since a minute. @throws DatabaseError
 * @param given.realNow the real clock: queues know no other */
export function createBacklog(given: {
  readonly numbers: (lane: Lane) => Promise<QueueNumbers>
  readonly waits: (lane: Lane, fromMinute: number) => Promise<ReadonlyMap<BankId, number>>
  readonly wait: (ms: number) => Promise<unknown>
  readonly realNow: Now
  readonly log: Log
}): FindBacklog {
  const known = new Map<Lane, { readonly at: number; readonly shut: Shut }>()
  return async (lane, bank) => {
    const now = given.realNow()
    const before = known.get(lane)
    if (!before || now - before.at >= FRESH_MS) {
      const shut = before?.shut ?? NOBODY
      // Noted before it is asked: other requests go by what was known meanwhile.
      known.set(lane, { at: now, shut })
      known.set(lane, { at: now, shut: await findShut(lane, shut) })
    }
    const shut = known.get(lane)?.shut ?? NOBODY
    return shut === "everybody" || shut.has(bank)
      ? { reason: "throttled", retry: { afterMs: RETRY_MS } }
      : undefined
  }

  async function findShut(lane: Lane, before: Shut): Promise<Shut> {
    try {
      const numbers = await Promise.race([given.numbers(lane), given.wait(READ_MS).then(() => undefined)])
      if (!numbers) return NOBODY
      const state = decideState(lane, numbers, given.realNow())
      if (state === "clear") return NOBODY
      const filling = state === "full" ? NOBODY : await findFilling(lane)
      const shut = decideShut(state, filling, before)
      const { backlogCount: messages, backlogBytes: bytes } = numbers
      given.log.warn("queue_behind", { lane, state, messages, bytes, shut: shutTo(shut) })
      return shut
    } catch (fault) {
      given.log.warn("queue_numbers_not_read", { lane, ...describeFault(fault) })
      return NOBODY
    }
  }

  async function findFilling(lane: Lane): Promise<ReadonlySet<BankId> | undefined> {
    const minute = Math.floor(given.realNow() / MINUTE_MS)
    try {
      return decideFilling(await given.waits(lane, minute - JUDGED_MINUTES + 1))
    } catch (fault) {
      given.log.warn("waits_not_read", { lane, ...describeFault(fault) })
      return undefined
    }
  }
}

/** The rule: too many bytes, or for updates, many of which the oldest is old. */
export function decideState(lane: Lane, numbers: QueueNumbers, now: number): QueueState {
  const { backlogBytes, backlogCount, oldestMessageTimestamp } = numbers
  if (backlogBytes >= BACKLOG_BYTES_MAX[lane]) return "full"
  const oldest = oldestMessageTimestamp?.getTime() ?? now
  const late = lane === "updates" && backlogCount >= BACKLOG_COUNT_MIN && now - oldest > OLDEST_MS_MAX
  if (late) return "late"
  return backlogBytes >= BACKLOG_BYTES_MAX[lane] * FILLING_SHARE ? "large" : "clear"
}

/** What a lane's shards say of themselves, as one queue: each may hold as much as any. */
export function addNumbers(shards: readonly QueueNumbers[]): QueueNumbers {
  const waiting = shards.filter(({ backlogCount }) => backlogCount > 0)
  const oldest = waiting.flatMap(({ oldestMessageTimestamp }) => oldestMessageTimestamp?.getTime() ?? [])
  return {
    backlogCount: waiting.reduce((sum, { backlogCount }) => sum + backlogCount, 0),
    backlogBytes: Math.max(0, ...shards.map(({ backlogBytes }) => backlogBytes)),
    ...(oldest.length === 0 ? {} : { oldestMessageTimestamp: new Date(Math.min(...oldest)) }),
  }
}

/** Whom a lane in this state is shut to.
 * @param filling whose events fill it; empty where nothing was handed out for a while, `undefined` where it cannot be read
 * @param before whom it was shut to */
export function decideShut(
  state: Exclude<QueueState, "clear">,
  filling: ReadonlySet<BankId> | undefined,
  before: Shut,
): Shut {
  if (state === "full") return "everybody"
  if (!filling && before !== "everybody" && before.size > 0) return before
  if (filling && filling.size > 0) return filling
  // Nothing is handed out, or nobody can say whose it is: the fault is no bank's, and what is taken would be told stale.
  return state === "late" ? "everybody" : NOBODY
}

function shutTo(shut: Shut): string {
  return shut === "everybody" ? shut : [...shut].join(" ")
}
