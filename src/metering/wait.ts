// How long each bank's events waited on a queue, and whose they are that fill it. The mean of what waits is what all waits come to, divided
// by the time in which they were counted (Little's law): so every hand-out adds the time its events waited, and nothing has to be counted
// both in and out. What an isolate that is killed did not write is missing for a quarter of an hour at most and never adds up. Pure.
// Rows are wait-store.ts; counted by jobs/consume.ts, gathered by meter.ts, read by notifications/backlog.ts.

import { MINUTE_MS } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"

/** What one hand-out waited. */
export interface Waited {
  readonly bank: BankId
  readonly lane: string
  /** Events times the seconds they waited. */
  readonly waited: number
}

/** What one bank's events waited in one minute. */
export interface WaitRow extends Waited {
  /** Since the epoch, by the real clock: queues know no other. */
  readonly minute: number
}

/** What waits is judged by its last quarter of an hour: as long as a message that is handed out again and again may be away. */
export const JUDGED_MINUTES = 15

/** The banks whose events fill a lane: those of which at least as many wait as of the average bank that waits at all. One that sends
 * little beside one that sends too much is none of them (P13); where all send alike, all are.
 * @param waits what each bank's events waited */
export function decideFilling(waits: ReadonlyMap<BankId, number>): ReadonlySet<BankId> {
  const waiting = [...waits].filter(([, waited]) => waited > 0)
  const average = waiting.reduce((sum, [, waited]) => sum + waited, 0) / Math.max(1, waiting.length)
  return new Set(waiting.filter(([, waited]) => waited >= average).map(([bank]) => bank))
}

/** Add up waits of the same minute, lane and bank. */
export function addWaits(
  rows: readonly WaitRow[],
  waited: readonly Waited[],
  realNow: number,
): readonly WaitRow[] {
  const minute = Math.floor(realNow / MINUTE_MS)
  const all = new Map(rows.map((row) => [nameOf(row), row]))
  for (const each of waited) {
    const row = { ...each, minute }
    const known = all.get(nameOf(row))
    all.set(nameOf(row), known ? { ...known, waited: known.waited + each.waited } : row)
  }
  return [...all.values()]
}

function nameOf({ minute, lane, bank }: WaitRow): string {
  return `${minute}|${lane}|${bank}`
}
