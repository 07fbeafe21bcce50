// The directory's row of a person: pseudonym, Page, wrapped key. Written once, when somebody first writes to a Page. Table `people`.

import { and, eq, gt, lte } from "drizzle-orm"
import { read, write, type Database } from "../db/database.ts"
import { people } from "../db/schema.ts"
import type { BankId, PageId, PersonId } from "../foundation/id.ts"
import type { Whom } from "./person-world.ts"

/** The wrapped key of a person, or `undefined` for nobody we know. */
export async function findWrappedKey(db: Database, person: PersonId): Promise<string | undefined> {
  const [row] = await read(db.select({ key: people.wrappedKey }).from(people).where(eq(people.id, person)))
  return row?.key
}

/** Enter a person. Whoever comes first wins.
 * @returns the wrapped key that lies there now */
export async function enterPerson(
  db: Database,
  whom: Whom,
  wrappedKey: string,
  now: number,
): Promise<string> {
  await write(
    db
      .insert(people)
      .values({ id: whom.person, bankId: whom.bank, pageId: whom.page, wrappedKey, createdAt: now })
      .onConflictDoNothing(),
  )
  return (await findWrappedKey(db, whom.person)) ?? wrappedKey
}

/** When a person was entered, or `undefined` for nobody we know. */
export async function findEnteredAt(db: Database, person: PersonId): Promise<number | undefined> {
  const [row] = await read(db.select({ at: people.createdAt }).from(people).where(eq(people.id, person)))
  return row?.at
}

/** Where a person wrote, or `undefined` for nobody we know. */
export async function findPerson(db: Database, person: PersonId): Promise<Whom | undefined> {
  const [row] = await read(
    db.select({ page: people.pageId, bank: people.bankId }).from(people).where(eq(people.id, person)),
  )
  return row && { person, page: row.page as PageId, bank: row.bank as BankId }
}

/** Remove a person and with the row their key, unless they were entered after that instant. */
export async function removePerson(db: Database, person: PersonId, before: number): Promise<void> {
  await write(db.delete(people).where(and(eq(people.id, person), lte(people.createdAt, before))))
}

/** A bank's people, in order of their ids, some at a time. */
export async function listPeopleOfBank(
  db: Database,
  bank: BankId,
  after: string,
  limit: number,
): Promise<readonly Whom[]> {
  const rows = await read(
    db
      .select({ person: people.id, page: people.pageId })
      .from(people)
      .where(and(eq(people.bankId, bank), gt(people.id, after)))
      .orderBy(people.id)
      .limit(limit),
  )
  return rows.map((row) => ({ person: row.person as PersonId, page: row.page as PageId, bank }))
}

/** Everybody, in order of their ids, some at a time: for work that must reach each Conversation. */
export async function listPeople(db: Database, after: string, limit: number): Promise<readonly Whom[]> {
  const rows = await read(
    db
      .select({ person: people.id, page: people.pageId, bank: people.bankId })
      .from(people)
      .where(gt(people.id, after))
      .orderBy(people.id)
      .limit(limit),
  )
  return rows.map((row) => ({
    person: row.person as PersonId,
    page: row.page as PageId,
    bank: row.bank as BankId,
  }))
}
