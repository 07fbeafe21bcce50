// Facts of the deployment itself, table `settings`: the pseudonym key's check value, the development clock, how far the database and the passes over it
// have come.
// Nothing else may live there.

import { and, eq, sql } from "drizzle-orm"
import type { BatchItem } from "drizzle-orm/batch"
import { read, write, type Database } from "./database.ts"
import { settings } from "./schema.ts"

const CHECK_NAME = "pseudonym_check"
const CLOCK_NAME = "clock_offset_ms"
const GENERATION_NAME = "generation"
const RESTORE_NAME = "restore_after"
const PACKS_NAME = "packs_moved"

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

/** How far this database has come: a count that only grows, once a minute. */
export async function loadGeneration(db: Database): Promise<number> {
  const [row] = await read(db.select().from(settings).where(eq(settings.name, GENERATION_NAME)))
  return Number(row?.value ?? 0)
}

/** Raise it by one, unless the database is behind what was seen of it elsewhere.
 * @param seen the largest that was seen; 0 where none ever was
 * @returns the new count; `undefined` where it is behind, and then it stays so */
export async function raiseGenerationFrom(db: Database, seen: number): Promise<number | undefined> {
  if (seen === 0)
    await write(db.insert(settings).values({ name: GENERATION_NAME, value: "0" }).onConflictDoNothing())
  const rows = await write(
    db
      .update(settings)
      .set({ value: sql`cast(cast(${settings.value} as integer) + 1 as text)` })
      .where(and(eq(settings.name, GENERATION_NAME), sql`cast(${settings.value} as integer) >= ${seen}`))
      .returning({ value: settings.value }),
  )
  return rows[0] ? Number(rows[0].value) : undefined
}

/** The statement that brings it up after a restore, for the batch that says so. */
export function generationStatement(db: Database, value: number): BatchItem<"sqlite"> {
  const text = String(value)
  return db
    .insert(settings)
    .values({ name: GENERATION_NAME, value: text })
    .onConflictDoUpdate({ target: settings.name, set: { value: text } })
}

/** How far finishing a restore has come: the last thing that was done again; '' at its beginning.
 * @param restore names the restore: what an earlier one left is not its own */
export async function loadRestoreProgress(db: Database, restore: number): Promise<string> {
  const [row] = await read(db.select().from(settings).where(eq(settings.name, RESTORE_NAME)))
  const [of, ...after] = (row?.value ?? "").split("|")
  return of === String(restore) ? after.join("|") : ""
}

/** Remember it. */
export async function putRestoreProgress(db: Database, restore: number, after: string): Promise<void> {
  const value = `${restore}|${after}`
  await write(
    db
      .insert(settings)
      .values({ name: RESTORE_NAME, value })
      .onConflictDoUpdate({ target: settings.name, set: { value } }),
  )
}

/** How far the passes over what lies about sealed have come, as notifications/key-renewal-packs.ts writes it; '' before the first. */
export async function loadPacksPass(db: Database): Promise<string> {
  const [row] = await read(db.select().from(settings).where(eq(settings.name, PACKS_NAME)))
  return row?.value ?? ""
}

/** Remember it. */
export async function putPacksPass(db: Database, value: string): Promise<void> {
  await write(
    db
      .insert(settings)
      .values({ name: PACKS_NAME, value })
      .onConflictDoUpdate({ target: settings.name, set: { value } }),
  )
}
