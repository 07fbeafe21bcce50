// Whose Facebook login a Page's token came from, and deletions of logins. Logins are pseudonyms; staff of banks only, never customers.
// Only this file names the two tables. Who calls: the admin API when a Page gets a token, staff-logins.ts when a login goes.

import { and, eq, inArray, isNotNull, isNull, lte, ne, sql } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, write, type Database } from "../db/database.ts"
import { loginDeletions, pageConnections } from "../db/bank-schema.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import type { PageRecord } from "../messenger/page-record.ts"
import { dropTokensStatement } from "../messenger/page-store.ts"

/** A connection that has ended, and the status of a deletion, are kept this long. */
export const ENDED_KEPT_MS = 90 * DAY_MS
const PAGES_MAX = 1_000

/** What a deletion's status page may say. */
export interface LoginDeletion {
  readonly code: string
  readonly requestedAt: number
  /** Connections that were deleted. */
  readonly connections: number
}

type PageOfBank = Pick<PageRecord, "id" | "bank">

/** A Page has a new token, or it is said whose login its token came from: what was connected before has ended.
 * @param login pseudonym; `undefined` where nobody says
 * @param at the real clock */
export async function connectPage(
  db: Database,
  page: PageOfBank,
  login: string | undefined,
  at: number,
  by: AuditBy,
): Promise<void> {
  const ended = db
    .update(pageConnections)
    .set({ endedAt: at })
    .where(
      and(
        eq(pageConnections.pageId, page.id),
        isNull(pageConnections.endedAt),
        login === undefined ? undefined : ne(pageConnections.login, login),
      ),
    )
  if (login === undefined) {
    await write(ended)
    return
  }
  await write(
    db.batch([
      ended,
      db
        .insert(pageConnections)
        .values({ pageId: page.id, login, connectedAt: at, endedAt: null })
        .onConflictDoUpdate({
          target: [pageConnections.pageId, pageConnections.login],
          set: { connectedAt: at, endedAt: null },
        }),
      auditStatement(db, { ...by, bank: page.bank, action: "page.connect", object: page.id }),
    ]),
  )
}

/** Pages whose token came from a login: connected by it before an instant, and by nobody since. */
export async function listConnected(db: Database, login: string, before: number): Promise<readonly PageId[]> {
  const rows = await read(
    db
      .select({ page: pageConnections.pageId })
      .from(pageConnections)
      .where(and(ofLogin(login, before), isNull(pageConnections.endedAt)))
      .limit(PAGES_MAX),
  )
  return rows.map(({ page }) => page as PageId)
}

/** End what a login connected and take the tokens that came with it, in one batch. Repeating it is harmless.
 * @param dependents Pages of `listConnected` */
export async function endConnections(
  db: Database,
  login: string,
  before: number,
  dependents: readonly PageOfBank[],
  by: AuditBy,
): Promise<void> {
  await write(
    db.batch([
      db
        .update(pageConnections)
        .set({ endedAt: before })
        .where(and(ofLogin(login, before), isNull(pageConnections.endedAt))),
      ...tokenStatements(db, dependents, by),
    ]),
  )
}

/** Delete everything held about a login, take the tokens that came with it and note that it was done, in one batch. Repeating it is
 * harmless: what was deleted the first time stays said. */
export async function deleteConnections(
  db: Database,
  login: string,
  before: number,
  dependents: readonly PageOfBank[],
  code: string,
  by: AuditBy,
): Promise<void> {
  const note = {
    requestedAt: by.at,
    connections: sql<number>`(select count(*) from ${pageConnections} where ${ofLogin(login, before)})`,
    until: by.at + ENDED_KEPT_MS,
  }
  await write(
    db.batch([
      db
        .insert(loginDeletions)
        .values({ code, ...note })
        .onConflictDoUpdate({
          target: loginDeletions.code,
          set: {
            requestedAt: sql`excluded.requested_at`,
            connections: sql`excluded.connections`,
            until: sql`excluded.until`,
          },
          setWhere: sql`excluded.connections > 0 or ${loginDeletions.until} <= ${by.at}`,
        }),
      db.delete(pageConnections).where(ofLogin(login, before)),
      ...tokenStatements(db, dependents, by),
    ]),
  )
}

/** A deletion by its code, for as long as its status is kept. */
export async function findDeletion(
  db: Database,
  code: string,
  now: number,
): Promise<LoginDeletion | undefined> {
  const [row] = await read(db.select().from(loginDeletions).where(eq(loginDeletions.code, code)).limit(1))
  if (!row || row.until <= now) return undefined
  return { code: row.code, requestedAt: row.requestedAt, connections: row.connections }
}

/** Forget connections that ended long ago and deletions past their term, at most `limit` of each. */
export async function forgetOldLogins(
  db: Database,
  now: number,
  realNow: number,
  limit: number,
): Promise<void> {
  const old = and(isNotNull(pageConnections.endedAt), lte(pageConnections.endedAt, realNow - ENDED_KEPT_MS))
  await write(
    db.batch([
      db.delete(pageConnections).where(
        inArray(
          sql`rowid`,
          db
            .select({ rowid: sql`rowid` })
            .from(pageConnections)
            .where(old)
            .limit(limit),
        ),
      ),
      db
        .delete(loginDeletions)
        .where(
          inArray(
            loginDeletions.code,
            db
              .select({ code: loginDeletions.code })
              .from(loginDeletions)
              .where(lte(loginDeletions.until, now))
              .limit(limit),
          ),
        ),
    ]),
  )
}

/** What began after the request was signed is not meant by it: a replay touches nothing new. */
function ofLogin(login: string, before: number) {
  return and(eq(pageConnections.login, login), lte(pageConnections.connectedAt, before))
}

function tokenStatements(db: Database, dependents: readonly PageOfBank[], by: AuditBy) {
  if (dependents.length === 0) return []
  return [
    dropTokensStatement(
      db,
      dependents.map(({ id }) => id),
      by.at,
    ),
    ...dependents.map(({ id, bank }) =>
      auditStatement(db, { ...by, bank, action: "page.disconnect", object: id }),
    ),
  ]
}
