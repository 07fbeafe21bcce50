// Waits at rest: a row a minute, lane and bank in which anything waited at all, added to. Counts only. Only this file names the table.
// Written with the meters, in their batch (meter-store.ts).

import { and, eq, gte, lt, sql, sum } from "drizzle-orm"
import { read, write, type Database } from "../db/database.ts"
import { waits } from "../db/schema.ts"
import { HOUR_MS } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import type { WaitRow } from "./wait.ts"

export const WAITS_KEPT_MS = HOUR_MS

/** The statement that adds to what stands there. */
export function waitStatement(db: Database, { minute, lane, bank, waited }: WaitRow) {
  return db
    .insert(waits)
    .values({ minute, lane, bankId: bank, waited: Math.round(waited) })
    .onConflictDoUpdate({
      target: [waits.minute, waits.lane, waits.bankId],
      set: { waited: sql`${waits.waited} + ${sql.raw("excluded.waited")}` },
    })
}

/** What each bank's events waited on a lane since a minute. */
export async function listWaits(
  db: Database,
  lane: string,
  from: number,
): Promise<ReadonlyMap<BankId, number>> {
  const rows = await read(
    db
      .select({ bank: waits.bankId, waited: sum(waits.waited).mapWith(Number) })
      .from(waits)
      .where(and(eq(waits.lane, lane), gte(waits.minute, from)))
      .groupBy(waits.bankId),
  )
  return new Map(rows.map(({ bank, waited }) => [bank as BankId, waited]))
}

/** Delete rows of minutes before one, some at a time. */
export async function forgetWaits(db: Database, before: number, limit: number): Promise<void> {
  const old = sql`(select rowid from ${waits} where ${waits.minute} < ${before} limit ${limit})`
  await write(db.delete(waits).where(and(lt(waits.minute, before), sql`rowid in ${old}`)))
}
