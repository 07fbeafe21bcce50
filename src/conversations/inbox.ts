// Webhook events between their receipt and their turn. The key is unique, so a copy of an event has no effect;
// the content is sealed under a day key, because D1 may be out of reach when it arrives.

import { DAY_MS } from "../foundation/clock.ts"
import type { Sql } from "../foundation/world.ts"

/** Longer than the platform repeats, shorter than a day key lives. */
const KEPT_MS = 8 * DAY_MS

/** An event waiting for its turn. */
export interface InboxRow {
  readonly key: string
  readonly seq: number
  readonly at: number
  readonly sealed: string
}

/** Store events in the order given. Copies of known ones are left out.
 * @returns how many were new */
export function storeInbox(
  sql: Sql,
  events: readonly { readonly key: string; readonly sealed: string }[],
  now: number,
): number {
  return sql.transaction(() => {
    let seq = sql.exec<{ seq: number | null }>("SELECT max(seq) AS seq FROM inbox").rows[0]?.seq ?? 0
    let stored = 0
    for (const event of events) {
      const insert = sql.exec(
        "INSERT INTO inbox (key, seq, at, sealed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        event.key,
        Math.max(seq + 1, now),
        now,
        event.sealed,
      )
      if (insert.rowsWritten === 0) continue
      seq = Math.max(seq + 1, now)
      stored += 1
    }
    return stored
  })
}

/** The next event whose turn has not been taken. */
export function nextInInbox(sql: Sql, turnedThrough: number): InboxRow | undefined {
  return sql.exec<InboxRow & Record<string, string | number>>(
    "SELECT key, seq, at, sealed FROM inbox WHERE seq > ? ORDER BY seq LIMIT 1",
    turnedThrough,
  ).rows[0]
}

/** Forget events that have had their turn long ago. */
export function pruneInbox(sql: Sql, turnedThrough: number, now: number): void {
  sql.exec("DELETE FROM inbox WHERE at < ? AND seq <= ?", now - KEPT_MS, turnedThrough)
}
