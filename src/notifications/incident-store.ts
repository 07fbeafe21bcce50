// Incidents at rest. Only this file names the table. Opening one that is open, and closing one that is not, changes nothing: the
// table's partial unique index is what decides. Used by incidents.ts.

import { and, desc, eq, inArray, isNull, lte, sql } from "drizzle-orm"
import { read, write, type Database } from "../db/database.ts"
import { incidents } from "../db/schema.ts"
import { randomText, type BankId, type PageId, type Random } from "../foundation/id.ts"
import { type Incident, type IncidentAbout, type IncidentKind } from "./incident.ts"

/** Whose incidents are meant: some banks', or everybody's with those of the deployment. */
export type IncidentScope = readonly BankId[] | "*"

const LISTED_MAX = 200
/** A statement takes 100 bound parameters. */
const BANKS_MAX = 90

/** Open an incident. Its detail is within its limit. @returns whether it was not open before */
export async function openIncident(
  db: Database,
  about: IncidentAbout,
  at: number,
  random: Random,
): Promise<boolean> {
  const rows = await write(
    db
      .insert(incidents)
      .values({
        id: `incident_${randomText(random)}`,
        kind: about.kind,
        bankId: about.bank,
        pageId: about.page ?? "",
        detail: about.detail,
        openedAt: at,
      })
      .onConflictDoNothing()
      .returning({ id: incidents.id }),
  )
  return rows.length === 1
}

/** Close incidents by their ids. */
export async function closeIncidents(db: Database, ids: readonly string[], at: number): Promise<void> {
  if (ids.length === 0) return
  await write(
    db
      .update(incidents)
      .set({ closedAt: at })
      .where(
        and(
          sql`${incidents.id} in (select value from json_each(${JSON.stringify(ids)}))`,
          isNull(incidents.closedAt),
        ),
      ),
  )
}

/** What is open, of some kinds, of one Page or of all. */
export async function listOpen(
  db: Database,
  kinds: readonly IncidentKind[],
  page?: PageId,
): Promise<readonly Incident[]> {
  const rows = await read(
    db
      .select()
      .from(incidents)
      .where(
        and(
          inArray(incidents.kind, [...kinds]),
          page === undefined ? undefined : eq(incidents.pageId, page),
          isNull(incidents.closedAt),
        ),
      ),
  )
  return rows.map(toIncident)
}

/** Newest first, at most 200.
 * @param closed those that are over, too */
export async function listIncidents(
  db: Database,
  scope: IncidentScope,
  closed: boolean,
): Promise<readonly Incident[]> {
  const rows = await read(
    db
      .select()
      .from(incidents)
      .where(
        and(
          scope === "*" ? undefined : inArray(incidents.bankId, scope.slice(0, BANKS_MAX)),
          closed ? undefined : isNull(incidents.closedAt),
        ),
      )
      .orderBy(desc(incidents.openedAt), desc(incidents.id))
      .limit(LISTED_MAX),
  )
  return rows.map(toIncident)
}

/** Delete incidents that were closed before an instant, at most `limit` of them. */
export async function deleteClosed(db: Database, before: number, limit: number): Promise<number> {
  const gone = await write(
    db
      .delete(incidents)
      .where(
        inArray(
          incidents.id,
          db.select({ id: incidents.id }).from(incidents).where(lte(incidents.closedAt, before)).limit(limit),
        ),
      )
      .returning({ id: incidents.id }),
  )
  return gone.length
}

function toIncident(row: typeof incidents.$inferSelect): Incident {
  return {
    id: row.id,
    kind: row.kind as IncidentKind,
    bank: row.bankId as BankId | "*",
    ...(row.pageId === "" ? {} : { page: row.pageId as PageId }),
    detail: row.detail,
    openedAt: row.openedAt,
    ...(row.closedAt === null ? {} : { closedAt: row.closedAt }),
  }
}
