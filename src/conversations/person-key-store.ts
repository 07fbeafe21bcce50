// People's keys in the directory while they are replaced: the present one and the one before lie in the row until the Conversation holds
// nothing under the former. Beside person-store.ts the only file that names the table. Used by notifications/key-renewal.ts.

import { and, count, eq, gt, isNotNull, isNull, or, sql } from "drizzle-orm"
import { read, write, type Database } from "../db/database.ts"
import { people } from "../db/schema.ts"
import type { BankId, PageId, PersonId } from "../foundation/id.ts"
import type { Whom } from "./person-world.ts"

/** A person's keys as they lie there. */
export interface ShelvedKeys extends Whom {
  readonly wrappedKey: string
  readonly formerWrappedKey: string | null
  /** When the present key was made. */
  readonly keyedAt: number
}

const keyedAt = sql<number>`max(${people.keyedAt}, ${people.createdAt})`

/** One person's keys. */
export async function findKeys(db: Database, person: PersonId): Promise<ShelvedKeys | undefined> {
  const [row] = await read(
    db
      .select({
        person: people.id,
        page: people.pageId,
        bank: people.bankId,
        wrappedKey: people.wrappedKey,
        formerWrappedKey: people.formerWrappedKey,
        keyedAt,
      })
      .from(people)
      .where(eq(people.id, person))
      .limit(1),
  )
  return (
    row && {
      ...row,
      person: row.person as PersonId,
      page: row.page as PageId,
      bank: row.bank as BankId,
    }
  )
}

/** People whose key is from before an instant, or is being replaced; by id. */
export async function listUnkeyed(
  db: Database,
  since: number,
  after: string,
  limit: number,
): Promise<readonly Whom[]> {
  const rows = await read(
    db
      .select({ person: people.id, page: people.pageId, bank: people.bankId })
      .from(people)
      .where(and(gt(people.id, after), isUnkeyed(since)))
      .orderBy(people.id)
      .limit(limit),
  )
  return rows as unknown as readonly Whom[]
}

/** How many there are. */
export async function countUnkeyed(db: Database, since: number): Promise<number> {
  const [row] = await read(db.select({ n: count() }).from(people).where(isUnkeyed(since)))
  return row?.n ?? 0
}

/** Put another key in the place of the present one, which stays beside it.
 * @returns `false` where the row has changed since it was read, or is gone */
export async function replaceKey(
  db: Database,
  from: ShelvedKeys,
  wrappedKey: string,
  at: number,
): Promise<boolean> {
  const rows = await write(
    db
      .update(people)
      .set({ wrappedKey, formerWrappedKey: from.wrappedKey, keyedAt: at })
      .where(
        and(
          eq(people.id, from.person),
          eq(people.wrappedKey, from.wrappedKey),
          isNull(people.formerWrappedKey),
        ),
      )
      .returning({ id: people.id }),
  )
  return rows.length === 1
}

/** Nothing lies under the former key any more. */
export async function dropFormerKey(db: Database, from: ShelvedKeys): Promise<void> {
  await write(
    db
      .update(people)
      .set({ formerWrappedKey: null })
      .where(and(eq(people.id, from.person), eq(people.keyedAt, from.keyedAt))),
  )
}

function isUnkeyed(since: number) {
  return or(sql`${keyedAt} < ${since}`, isNotNull(people.formerWrappedKey))
}
