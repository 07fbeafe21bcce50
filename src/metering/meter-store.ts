// Meters at rest: a row a minute and queue, added to. Counts only. Only this file names the table. Used by meter.ts and the admin API.

import { and, asc, gte, lt, max, sql } from "drizzle-orm"
import { read, write, type Database } from "../db/database.ts"
import { meters } from "../db/schema.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { MeterRow } from "./meter.ts"
import type { WaitRow } from "./wait.ts"
import { waitStatement } from "./wait-store.ts"

export const METERS_KEPT_MS = 35 * DAY_MS
/** An answer's rows: a day of six queues has 8,640. */
const ROWS_MAX = 10_000

const AGES = ["c0", "c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11"] as const
const COUNTS = ["batches", "messages", "items", "retried", ...AGES] as const

/** Add counts, and what banks' events waited, to what stands there; one batch. */
export async function keepMeters(
  db: Database,
  rows: readonly MeterRow[],
  waits: readonly WaitRow[] = [],
): Promise<void> {
  const counts = rows.map(({ ages, ...row }) =>
    db
      .insert(meters)
      .values({ ...row, ...agesOf(ages) })
      .onConflictDoUpdate({
        target: [meters.minute, meters.queue],
        set: Object.fromEntries(
          COUNTS.map((name) => [name, sql`${meters[name]} + ${sql.raw(`excluded.${name}`)}`]),
        ),
      }),
  )
  const [first, ...rest] = [...counts, ...waits.map((row) => waitStatement(db, row))]
  if (first) await write(db.batch([first, ...rest]))
}

/** Rows of some minutes, oldest first. @param until exclusive */
export async function listMeters(db: Database, from: number, until: number): Promise<readonly MeterRow[]> {
  const rows = await read(
    db
      .select()
      .from(meters)
      .where(and(gte(meters.minute, from), lt(meters.minute, until)))
      .orderBy(asc(meters.minute), asc(meters.queue))
      .limit(ROWS_MAX),
  )
  return rows.map((row) => {
    const { minute, queue, batches, messages, items, retried } = row
    return { minute, queue, batches, messages, items, retried, ages: AGES.map((name) => row[name]) }
  })
}

/** The last minute of each queue in which anything was handed out, not before one. */
export async function listLastMinutes(db: Database, from: number): Promise<ReadonlyMap<string, number>> {
  const rows = await read(
    db
      .select({ queue: meters.queue, minute: max(meters.minute) })
      .from(meters)
      .where(gte(meters.minute, from))
      .groupBy(meters.queue),
  )
  return new Map(rows.map(({ queue, minute }) => [queue, minute ?? 0]))
}

/** Delete rows of minutes before one, some at a time. */
export async function forgetMeters(db: Database, before: number, limit: number): Promise<void> {
  const old = sql`(select rowid from ${meters} where ${meters.minute} < ${before} limit ${limit})`
  await write(db.delete(meters).where(sql`rowid in ${old}`))
}

function agesOf(ages: readonly number[]): Record<(typeof AGES)[number], number> {
  return Object.fromEntries(AGES.map((name, index) => [name, ages[index] ?? 0])) as Record<
    (typeof AGES)[number],
    number
  >
}
