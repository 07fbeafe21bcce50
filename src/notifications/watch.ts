// What the clock sees to each minute beside the Pages' own looks: incidents whose cause is gone are closed, what nobody reads is
// found (unread.ts), the pinned Graph version is
// held against its end, old incidents go. Composed by worker.ts.

import { DAY_MS, type Now } from "../foundation/clock.ts"
import type { BankId, PageId } from "../foundation/id.ts"
import type { QueueName } from "../jobs/job.ts"
import type { Incidents } from "./incidents.ts"
import { watchUnread, type UnreadWorld } from "./unread.ts"

/** What watching needs. */
export interface WatchWorld {
  readonly incidents: Incidents
  readonly countDeadLetters: (bank: BankId | "*") => Promise<Readonly<Partial<Record<QueueName, number>>>>
  readonly unread: UnreadWorld
  readonly isPaused: (page: PageId) => Promise<boolean>
  /** `v26.0` */
  readonly graphVersion: string
  readonly now: Now
}

/** The day from which a version answers no more. @see messenger-platform.md 0.3; one that is not here has no end announced */
export const GRAPH_VERSION_ENDS: Readonly<Record<string, string>> = {
  "v20.0": "2026-09-24",
  "v21.0": "2027-01-21",
  "v22.0": "2027-05-20",
  "v23.0": "2027-10-08",
  "v24.0": "2028-02-18",
  "v25.0": "2028-07-29",
}
/** How long before it ends somebody should know: a release, its tests and its roll-out fit in. */
export const VERSION_WARNING_MS = 90 * DAY_MS
const OLD_A_RUN = 500

/** Whether a version ends within 90 days, or has ended. */
export function isEnding(version: string, now: number): boolean {
  const ends = GRAPH_VERSION_ENDS[version]
  return ends !== undefined && now >= Date.parse(ends) - VERSION_WARNING_MS
}

/** One round. @throws DatabaseError */
export async function watch(world: WatchWorld): Promise<void> {
  const { incidents, graphVersion, now } = world
  const ending = isEnding(graphVersion, now()) ? [graphVersion] : []
  await incidents.settle({ kind: "graph_version_ending", bank: "*" }, ending)
  for (const { bank } of await incidents.listOpen("dead_letters")) {
    const letters = await world.countDeadLetters(bank)
    if (Object.keys(letters).length === 0) await incidents.settle({ kind: "dead_letters", bank }, [])
  }
  // One that was told of only after the Page had been resumed.
  for (const { page } of await incidents.listOpen("page_stopped"))
    if (page && !(await world.isPaused(page))) await incidents.close(["page_stopped"], page)
  await watchUnread(world.unread)
  await incidents.deleteOld(OLD_A_RUN)
}
