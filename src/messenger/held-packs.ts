// Packs that wait while their Page is stopped: one row each in the Page object, alerts first, then the oldest. A row is the job as it
// travelled, sealed, and the instants its events go stale: nothing of people in clear. Only this file names the table. Used by page.ts.

import type { Sql } from "../foundation/world.ts"
import type { Lane, PackJob } from "../jobs/job.ts"

/** What waits, in events. */
export interface Held {
  readonly packs: number
  readonly events: number
  /** Of these events, those nobody may be told any more. */
  readonly stale: number
}

/** A pack's place in the table. */
export interface HeldKey {
  readonly lane: number
  readonly postedAt: number
  readonly pack: string
}

/** A pack that waits, with its place in the table. */
export interface HeldPack {
  readonly job: PackJob
  readonly stale: number
  readonly key: HeldKey
}

const LANE_ORDER: Readonly<Record<Lane, number>> = { alerts: 0, updates: 1 }

/** Create the table: key lane (0 alerts, 1 updates), postedAt, pack; then events, staleAts (JSON list of epoch ms), job (JSON, `v`).
 * The key is the order in which they leave, and without a rowid a pack is one row written. */
export function createHeldPacks(sql: Sql): void {
  sql.exec(
    `CREATE TABLE IF NOT EXISTS packs (lane INTEGER NOT NULL, posted_at INTEGER NOT NULL, pack TEXT NOT NULL,
     events INTEGER NOT NULL, stale_ats TEXT NOT NULL, job TEXT NOT NULL,
     PRIMARY KEY (lane, posted_at, pack)) WITHOUT ROWID`,
  )
}

/** Keep a pack. The same pack again is the same row. */
export function holdPack(sql: Sql, job: PackJob, staleAts: readonly number[]): void {
  sql.exec(
    "INSERT INTO packs (lane, posted_at, pack, events, stale_ats, job) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    LANE_ORDER[job.lane],
    job.postedAt,
    job.pack,
    staleAts.length,
    JSON.stringify(staleAts),
    JSON.stringify(job),
  )
}

/** How much waits. */
export function countHeld(sql: Sql, now: number): Held {
  const [sum] = sql.exec<{ packs: number; events: number }>(
    "SELECT count(*) AS packs, coalesce(sum(events), 0) AS events FROM packs",
  ).rows
  const [late] = sql.exec<{ stale: number }>(
    "SELECT count(*) AS stale FROM packs, json_each(packs.stale_ats) WHERE json_each.value <= ?",
    now,
  ).rows
  return { packs: sum?.packs ?? 0, events: sum?.events ?? 0, stale: late?.stale ?? 0 }
}

/** Whether anything waits. */
export function hasHeld(sql: Sql): boolean {
  return sql.exec("SELECT 1 AS waits FROM packs LIMIT 1").rows.length > 0
}

/** The packs to go next, at most `limit`: all alerts before any update, each lane oldest first. */
export function nextHeld(sql: Sql, limit: number, now: number): readonly HeldPack[] {
  return sql
    .exec<{ lane: number; posted_at: number; pack: string; stale_ats: string; job: string }>(
      "SELECT lane, posted_at, pack, stale_ats, job FROM packs ORDER BY lane, posted_at, pack LIMIT ?",
      limit,
    )
    .rows.map((row) => ({
      job: JSON.parse(row.job) as PackJob,
      stale: (JSON.parse(row.stale_ats) as number[]).filter((at) => at <= now).length,
      key: { lane: row.lane, postedAt: row.posted_at, pack: row.pack },
    }))
}

/** Take away packs that their queue has again. */
export function dropHeld(sql: Sql, packs: readonly HeldPack[]): void {
  for (const { key } of packs)
    sql.exec(
      "DELETE FROM packs WHERE lane = ? AND posted_at = ? AND pack = ?",
      key.lane,
      key.postedAt,
      key.pack,
    )
}

/** The packs after a place, in the order they leave, at most `limit`. */
export function listHeld(
  sql: Sql,
  after: HeldKey | null,
  limit: number,
): readonly { readonly key: HeldKey; readonly job: PackJob }[] {
  const { lane, postedAt, pack } = after ?? { lane: -1, postedAt: 0, pack: "" }
  return sql
    .exec<{ lane: number; posted_at: number; pack: string; job: string }>(
      `SELECT lane, posted_at, pack, job FROM packs WHERE (lane, posted_at, pack) > (?, ?, ?)
       ORDER BY lane, posted_at, pack LIMIT ?`,
      lane,
      postedAt,
      pack,
      limit,
    )
    .rows.map((row) => ({
      key: { lane: row.lane, postedAt: row.posted_at, pack: row.pack },
      job: JSON.parse(row.job) as PackJob,
    }))
}

/** Put the same pack in another sealing. Nothing where it has left. */
export function replaceHeld(sql: Sql, { lane, postedAt, pack }: HeldKey, job: PackJob): void {
  sql.exec(
    "UPDATE packs SET job = ? WHERE lane = ? AND posted_at = ? AND pack = ?",
    JSON.stringify(job),
    lane,
    postedAt,
    pack,
  )
}
