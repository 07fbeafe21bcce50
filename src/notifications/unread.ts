// What lies there and nobody reads: dead letters no person has looked after for a day, messages of a dead-letter queue or of a queue whose
// consumer is gone. Nothing is lost yet when it is found: letters lie 14 days, messages four. Opens and closes incidents; the clock's work.

import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { BoundQueue } from "../jobs/queues.ts"
import type { Incidents } from "./incidents.ts"

/** What looking needs. */
export interface UnreadWorld {
  readonly incidents: Pick<Incidents, "open" | "settle" | "listOpen">
  /** Banks with letters from before an instant. @throws DatabaseError */
  readonly listUnread: (before: number) => Promise<readonly { readonly bank: BankId | "*" }[]>
  readonly queues: readonly BoundQueue[]
  /** When something of each queue was last handed out, since an instant, by our own clock. @throws DatabaseError */
  readonly lastRead: (since: number) => Promise<ReadonlyMap<string, number>>
  readonly wait: (ms: number) => Promise<unknown>
  readonly now: Now
  /** Queues know no other. */
  readonly realNow: Now
  readonly log: Log
}

/** A letter that was neither replayed nor expired for so long has been overlooked. */
export const UNREAD_LETTERS_MS = DAY_MS
/** Longer than the longest wait between two tries of a message that cannot be written down (jobs/backoff.ts). */
export const UNREAD_DEAD_MS = 30 * MINUTE_MS
/** Longer than anything may be told to come back later: an hour (pacing.ts, callbacks.ts). */
export const UNREAD_MS = 2 * HOUR_MS
const READ_MS = SECOND_MS

/** One round. A queue whose numbers cannot be read is as it was. @throws DatabaseError */
export async function watchUnread(world: UnreadWorld): Promise<void> {
  await watchLetters(world)
  await watchQueues(world)
}

/** Whether nobody reads a queue: its oldest message waits longer than any may, and nothing of it was handed out either.
 * @param lastReadAt by the same clock as `now`; `undefined` where nothing was for long
 * @param oldestMs how long its oldest message waits; `undefined` where none does */
export function isUnread(
  dead: boolean,
  oldestMs: number | undefined,
  lastReadAt: number | undefined,
  now: number,
): boolean {
  if (oldestMs === undefined) return false
  if (dead) return oldestMs > UNREAD_DEAD_MS
  return oldestMs > UNREAD_MS && (lastReadAt === undefined || now - lastReadAt > UNREAD_MS)
}

async function watchLetters({ incidents, listUnread, now }: UnreadWorld): Promise<void> {
  const kind = "dead_letters_unread"
  const unread = await listUnread(now() - UNREAD_LETTERS_MS)
  for (const { bank } of unread) await incidents.open({ kind, bank, detail: "" })
  for (const { bank } of await incidents.listOpen(kind))
    if (!unread.some((each) => each.bank === bank)) await incidents.settle({ kind, bank }, [])
}

async function watchQueues(world: UnreadWorld): Promise<void> {
  const { incidents, now, realNow, log } = world
  const kind = "queue_unread"
  const open = new Set((await incidents.listOpen(kind)).map(({ detail }) => detail))
  const lastRead = await world.lastRead(now() - UNREAD_MS)
  const unread = await Promise.all(
    world.queues.map(async ({ name, dead, numbers }) => {
      try {
        const read = await Promise.race([numbers(), world.wait(READ_MS).then(() => undefined)])
        if (!read) return open.has(name) ? [name] : []
        const oldest = read.backlogCount > 0 ? read.oldestMessageTimestamp?.getTime() : undefined
        const oldestMs = oldest === undefined ? undefined : realNow() - oldest
        return isUnread(dead, oldestMs, lastRead.get(name), now()) ? [name] : []
      } catch (fault) {
        log.warn("queue_numbers_not_read", { queue: name, ...describeFault(fault) })
        return open.has(name) ? [name] : []
      }
    }),
  )
  await incidents.settle({ kind, bank: "*" }, unread.flat())
}
