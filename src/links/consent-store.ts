// The consent record of links that are live: appending a change, reading what was recorded. Beside link-store.ts, which opens and ends
// links, and linking-store.ts, which begins them, the only file that names these tables; its batches and guards are those described there.

import { and, asc, eq, sql } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, type Database } from "../db/database.ts"
import { consents, links } from "../db/schema.ts"
import { createConsentId, type BankId, type LinkId, type PersonId, type Random } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { storedRecord, type ChangedRecord, type ConsentRecord, type StoredRecord } from "./consent-record.ts"
import { findLink, guarded, only, type LinkRefusal, type RecordMark } from "./link-store.ts"

/** One record with where it stands. */
export interface KeptRecord extends StoredRecord {
  readonly link: LinkId
  readonly bank: BankId
  readonly epoch: number
  readonly kind: ConsentRecord["kind"]
  readonly at: number
  readonly until: number
}

/** A person asks for what was recorded of them; there is no more than this. */
const RECORDS_MAX = 1_000

/** Append a change to a live link's record and raise its epoch. Repeating it is harmless: the same `change` is appended once.
 * @param record built on the record it follows: `previous` and `epoch` are taken from there
 * @returns the newest record's mark; refusal `link_gone` for a link that is not live, `other_person`, or `link_changed` where something
 * else was recorded meanwhile */
export async function appendChange(
  db: Database,
  person: PersonId,
  record: ChangedRecord,
  by: AuditBy,
  random: Random,
): Promise<Result<RecordMark, LinkRefusal>> {
  const link = await findLink(db, record.link)
  if (link?.state !== "live") return err({ reason: "link_gone" })
  if (link.person !== person) return err({ reason: "other_person" })
  const known = await findChange(db, record.link, record.change)
  if (known) return ok(known)
  if (link.recordHash !== record.previous || link.epoch >= record.epoch)
    return err({ reason: "link_changed" })
  const { json, hash } = await storedRecord(record)
  const done = await guarded(
    db.batch([
      ...appendStatements(db, link, "live", { ...record, json, hash }, random),
      auditStatement(db, { ...by, bank: link.bank, action: `link.${record.kind}`, object: link.id }),
    ]),
  )
  if (done) return ok({ epoch: record.epoch, recordHash: hash })
  const meanwhile = await findChange(db, record.link, record.change)
  return meanwhile ? ok(meanwhile) : err({ reason: "link_changed" })
}

/** Append a record to a link and raise its epoch: two statements of a batch, which fails whole where the link has moved on.
 * @param link as it was read */
export function appendStatements(
  db: Database,
  link: { readonly id: LinkId; readonly bank: BankId; readonly epoch: number },
  state: "pending" | "live",
  record: StoredRecord & Pick<KeptRecord, "epoch" | "kind" | "at" | "until">,
  random: Random,
) {
  const { epoch, kind, json, hash, at, until } = record
  return [
    db
      .update(links)
      .set({
        epoch: only(epoch, eq(links.epoch, link.epoch), eq(links.state, state)),
        recordHash: hash,
      })
      .where(eq(links.id, link.id)),
    db.insert(consents).values({
      id: createConsentId(random),
      linkId: link.id,
      bankId: link.bank,
      epoch,
      kind,
      record: json,
      hash,
      at,
      until,
    }),
  ] as const
}

/** The records of one link, oldest first: for `foldConsents`. */
export async function listRecords(db: Database, link: LinkId): Promise<readonly KeptRecord[]> {
  const rows = await read(
    db
      .select()
      .from(consents)
      .where(eq(consents.linkId, link))
      .orderBy(asc(consents.epoch))
      .limit(RECORDS_MAX),
  )
  return rows.map(toRecord)
}

/** Everything recorded of one person, link by link, oldest first. */
export async function listRecordsOf(db: Database, person: PersonId): Promise<readonly KeptRecord[]> {
  const rows = await read(
    db
      .select({ consent: consents })
      .from(consents)
      .innerJoin(links, eq(links.id, consents.linkId))
      .where(eq(links.personId, person))
      .orderBy(asc(links.createdAt), asc(links.id), asc(consents.epoch))
      .limit(RECORDS_MAX),
  )
  return rows.map(({ consent }) => toRecord(consent))
}

/** The record of an act, by its name. */
async function findChange(db: Database, link: LinkId, change: string): Promise<RecordMark | undefined> {
  const [row] = await read(
    db
      .select({ epoch: consents.epoch, recordHash: consents.hash })
      .from(consents)
      .where(and(eq(consents.linkId, link), sql`json_extract(${consents.record}, '$.change') = ${change}`))
      .limit(1),
  )
  return row
}

function toRecord(row: typeof consents.$inferSelect): KeptRecord {
  const { linkId, bankId, epoch, kind, record, hash, at, until } = row
  return { link: linkId as LinkId, bank: bankId as BankId, epoch, kind, json: record, hash, at, until }
}
