// The consent records of many links at once, those included whose link's row is gone: for a bank that asks what was allowed, now or on a
// day. Reads only. Beside link-store.ts, linking-store.ts, consent-store.ts and release-store.ts the only file that names these tables.

import { and, asc, eq, gt, inArray, isNotNull, or, sql } from "drizzle-orm"
import { read, type Database } from "../db/database.ts"
import { consents, links } from "../db/schema.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import type { StoredRecord } from "./consent-record.ts"

/** A link as its records know it. */
export interface RecordedLink {
  readonly id: LinkId
  /** Oldest first: for `foldConsents`. */
  readonly records: readonly (StoredRecord & { readonly at: number })[]
}

/** A record a link can have many of; a statement's answer stays small all the same. */
const RECORDS_MAX = 5_000

/** Records of these links. @throws DatabaseError */
export async function listRecordsOfLinks(
  db: Database,
  ids: readonly LinkId[],
): Promise<ReadonlyMap<LinkId, RecordedLink>> {
  const rows = await read(
    db
      .select({ link: consents.linkId, json: consents.record, hash: consents.hash, at: consents.at })
      .from(consents)
      .where(inArray(consents.linkId, sql`(select value from json_each(${JSON.stringify(ids)}))`))
      .orderBy(asc(consents.linkId), asc(consents.epoch))
      .limit(RECORDS_MAX),
  )
  const found = new Map<LinkId, RecordedLink>()
  for (const { link, json, hash, at } of rows) {
    const id = link as LinkId
    found.set(id, { id, records: [...(found.get(id)?.records ?? []), { json, hash, at }] })
  }
  return found
}

/** Of these links those that ever were live, their code having been typed. Until then a chat may be anybody's (P11): it says nothing of the
 * customer, nor they of it. @throws DatabaseError */
export async function listEverLive<T extends { readonly id: LinkId }>(
  db: Database,
  among: readonly T[],
): Promise<readonly T[]> {
  const ids = JSON.stringify(among.map(({ id }) => id))
  const rows = await read(
    db
      .selectDistinct({ link: consents.linkId })
      .from(consents)
      .where(
        and(
          inArray(consents.linkId, sql`(select value from json_each(${ids}))`),
          eq(consents.kind, "confirmed"),
        ),
      ),
  )
  const live = new Set(rows.map(({ link }) => link))
  return among.filter(({ id }) => live.has(id))
}

/** Links of a bank that anything was recorded of, by id, some at a time. @throws DatabaseError */
export async function listRecordedLinks(
  db: Database,
  bank: BankId,
  after: string,
  limit: number,
): Promise<readonly LinkId[]> {
  const rows = await read(
    db
      .selectDistinct({ link: consents.linkId })
      .from(consents)
      .where(and(eq(consents.bankId, bank), gt(consents.linkId, after)))
      .orderBy(asc(consents.linkId))
      .limit(limit),
  )
  return rows.map(({ link }) => link as LinkId)
}

/** Links that were a customer's, their rows there or gone. @throws DatabaseError
 * @param customer pseudonym of the bank's reference
 * @param subject what records keep of it once the row is gone */
export async function listRecordedLinksOf(
  db: Database,
  customer: string,
  subject: string,
): Promise<readonly LinkId[]> {
  const rows = await read(
    db
      .selectDistinct({ link: consents.linkId })
      .from(consents)
      .leftJoin(links, eq(links.id, consents.linkId))
      .where(
        or(eq(links.customer, customer), and(isNotNull(consents.customer), eq(consents.customer, subject))),
      )
      .limit(RECORDS_MAX),
  )
  return rows.map(({ link }) => link as LinkId)
}
