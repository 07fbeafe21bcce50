// Facts of the deployment itself, table `settings`: the pseudonym key's check value and the development clock.
// Nothing else may live there.

import { eq, sql } from "drizzle-orm"
import type { BatchItem } from "drizzle-orm/batch"
import { read, write, type Database } from "./database.ts"
import { settings } from "./schema.ts"

const CHECK_NAME = "pseudonym_check"
const CLOCK_NAME = "clock_offset_ms"

/** Hold this database's pseudonym check value against the key's: the first key to come is the key for ever.
 * @returns `false` where the database was made with another key: every way in must then stop */
export async function isPseudonymKeyOf(db: Database, checkValue: string): Promise<boolean> {
  const [row] = await read(db.select().from(settings).where(eq(settings.name, CHECK_NAME)))
  if (row) return row.value === checkValue
  await write(db.insert(settings).values({ name: CHECK_NAME, value: checkValue }).onConflictDoNothing())
  const [stored] = await read(db.select().from(settings).where(eq(settings.name, CHECK_NAME)))
  return stored?.value === checkValue
}

/** How far the development clock runs ahead of the real one, milliseconds. */
export async function loadClockOffset(db: Database): Promise<number> {
  const [row] = await read(db.select().from(settings).where(eq(settings.name, CLOCK_NAME)))
  return Number(row?.value ?? 0)
}

/** Move the development clock.
 * @param audit the line of the trail that tells of it, for the same batch
 * @returns the new offset */
export async function advanceClockOffset(
  db: Database,
  advanceMs: number,
  audit: BatchItem<"sqlite">,
): Promise<number> {
  const moved = db
    .insert(settings)
    .values({ name: CLOCK_NAME, value: String(advanceMs) })
    .onConflictDoUpdate({
      target: settings.name,
      set: { value: sql`cast(cast(${settings.value} as integer) + ${advanceMs} as text)` },
    })
  await write(db.batch([moved, audit]))
  return loadClockOffset(db)
}
