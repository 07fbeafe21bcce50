// Dead letters for whoever must reach all of them: looking inside for one event or one customer, erasing a person, putting what is sealed
// under another key. Beside dead-letter-store.ts the only file that names the table. Nothing is opened here.

import { and, desc, eq, gt, inArray, sql } from "drizzle-orm"
import { read, write, type Database } from "../db/database.ts"
import { deadLetters } from "../db/schema.ts"
import type { BankId, PersonId } from "../foundation/id.ts"
import { inTime } from "./dead-letter-store.ts"

/** Jobs of a bank's dead packs, newest first. */
export async function listDeadPacks(
  db: Database,
  bank: BankId,
  now: number,
  limit: number,
): Promise<readonly unknown[]> {
  const rows = await read(
    db
      .select({ job: deadLetters.job })
      .from(deadLetters)
      .where(
        and(eq(deadLetters.bankId, bank), inArray(deadLetters.queue, ["alerts", "updates"]), inTime(now)),
      )
      .orderBy(desc(deadLetters.at))
      .limit(limit),
  )
  return rows.map((row) => JSON.parse(row.job) as unknown)
}

/** Letters' jobs as they lie here, by id: for what must reach all of them. */
export async function listSealedLetters(
  db: Database,
  after: string,
  limit: number,
): Promise<readonly { readonly id: string; readonly job: string }[]> {
  return read(
    db
      .select({ id: deadLetters.id, job: deadLetters.job })
      .from(deadLetters)
      .where(gt(deadLetters.id, after))
      .orderBy(deadLetters.id)
      .limit(limit),
  )
}

/** Put a letter's job in another sealing. Nothing where it is gone, or another lies in its place. */
export async function resealLetter(db: Database, id: string, from: string, to: string): Promise<void> {
  await write(
    db
      .update(deadLetters)
      .set({ job: to })
      .where(and(eq(deadLetters.id, id), eq(deadLetters.job, from))),
  )
}

/** Letters of a bank with what travelled, by id: for whoever must look inside.
 * @param after only those behind this id */
export async function listLetterJobs(
  db: Database,
  bank: BankId,
  limit: number,
  after = "",
): Promise<readonly { readonly id: string; readonly at: number; readonly job: unknown }[]> {
  const rows = await read(
    db
      .select({ id: deadLetters.id, at: deadLetters.at, job: deadLetters.job })
      .from(deadLetters)
      .where(and(eq(deadLetters.bankId, bank), gt(deadLetters.id, after)))
      .orderBy(deadLetters.id)
      .limit(limit),
  )
  return rows.map((row) => ({ ...row, job: JSON.parse(row.job) as unknown }))
}

/** Put another job in a letter, unless it died again meanwhile. */
export async function replaceLetterJob(
  db: Database,
  letter: { readonly id: string; readonly at: number },
  job: object,
): Promise<void> {
  await write(
    db
      .update(deadLetters)
      .set({ job: JSON.stringify(job) })
      .where(and(eq(deadLetters.id, letter.id), eq(deadLetters.at, letter.at))),
  )
}

/** Delete letters. */
export async function deleteLetters(db: Database, ids: readonly string[]): Promise<void> {
  await write(
    db
      .delete(deadLetters)
      .where(sql`${deadLetters.id} in (select value from json_each(${JSON.stringify(ids)}))`),
  )
}

/** Delete letters that hold webhook events of one person. */
export async function deleteLettersOfPerson(db: Database, bank: BankId, person: PersonId): Promise<void> {
  await write(
    db
      .delete(deadLetters)
      .where(
        and(
          eq(deadLetters.bankId, bank),
          eq(deadLetters.queue, "inbound"),
          sql`json_extract(${deadLetters.job}, '$.person') = ${person}`,
        ),
      ),
  )
}
