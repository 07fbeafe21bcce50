// The directory's rows of one person, read for their own pages: tables `people`, `links`. Bank and person stand in each query,
// so that a visit reaches nothing of anybody else (P13). Nothing is written here.

import { and, desc, eq } from "drizzle-orm"
import type { Whom } from "../../conversations/person-world.ts"
import { read, type Database } from "../../db/database.ts"
import { links, people } from "../../db/schema.ts"
import type { LinkId, PersonId } from "../../foundation/id.ts"
import { findLink, type StoredLink } from "../../links/link-store.ts"

/** A link of theirs with when it was made and ended. */
export interface OwnLink {
  readonly stored: StoredLink
  readonly createdAt: number
  readonly endedAt: number | null
  readonly endedReason: string | null
}

const LINKS_MAX = 50

/** When they first wrote, or `undefined` for nobody we know. */
export async function findSince(db: Database, person: PersonId): Promise<number | undefined> {
  const [row] = await read(db.select({ at: people.createdAt }).from(people).where(eq(people.id, person)))
  return row?.at
}

/** Their links, newest first; at most 50. */
export async function listOwnLinks(db: Database, { person, bank }: Whom): Promise<readonly OwnLink[]> {
  const rows = await read(
    db
      .select({
        id: links.id,
        createdAt: links.createdAt,
        endedAt: links.endedAt,
        endedReason: links.endedReason,
      })
      .from(links)
      .where(and(eq(links.personId, person), eq(links.bankId, bank)))
      .orderBy(desc(links.createdAt))
      .limit(LINKS_MAX),
  )
  const found = await Promise.all(
    rows.map(async ({ id, ...times }) => ({ stored: await findLink(db, id as LinkId), ...times })),
  )
  return found.flatMap(({ stored, ...times }) => (stored ? [{ stored, ...times }] : []))
}
