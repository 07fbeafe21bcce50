// The audit outbox in D1: lines wait here until the clock moves them to the audit log (moving.ts). Only this file names the table.
// A line is never written alone: its statement goes into the batch of the change it tells of.

import { and, asc, desc, eq, inArray, lt, max, notInArray, sql } from "drizzle-orm"
import type { BatchItem } from "drizzle-orm/batch"
import { canonicalJson } from "../crypto/canonical.ts"
import { read, write, type Database } from "../db/database.ts"
import { auditOutbox, settings } from "../db/schema.ts"
import type { BankId } from "../foundation/id.ts"
import type { AuditDetail, AuditEntry } from "./audit.ts"

/** Longest texts kept: a reason is a sentence, not a letter. */
const ACTOR_CHARS_MAX = 200
const REASON_CHARS_MAX = 500
const LIST_MAX = 200
/** Setting: the largest number that was ever moved. */
const MOVED_NAME = "audit_moved"

/** A line of the trail with its number; numbers grow and are never used again. */
export interface AuditLine extends AuditEntry {
  readonly id: number
}

/** The statement that writes one line: for the `db.batch([...])` of the change it tells of.
 * Actor and reason beyond their limits are cut off rather than refused: the act is what counts. */
export function auditStatement(db: Database, entry: AuditEntry): BatchItem<"sqlite"> {
  return db.insert(auditOutbox).values({
    bankId: entry.bank,
    actor: entry.actor.slice(0, ACTOR_CHARS_MAX),
    action: entry.action,
    object: entry.object,
    reason: entry.reason.slice(0, REASON_CHARS_MAX),
    at: entry.at,
    detail: entry.detail ? canonicalJson(entry.detail) : null,
  })
}

/** Put the heads of people's chains into their bank's log: one line, however many they are.
 * @param heads by person: receipts in the chain and its head. @throws DatabaseError */
export async function anchorHeads(
  db: Database,
  bank: BankId,
  heads: ReadonlyMap<string, { readonly n: number; readonly head: string }>,
  at: number,
): Promise<void> {
  const detail = Object.fromEntries([...heads].map(([person, { n, head }]) => [person, `${n}:${head}`]))
  const by = { actor: "system", reason: "heads", at, detail }
  await write(
    db.batch([auditStatement(db, { ...by, bank, action: "ledger.anchor", object: `heads_${heads.size}` })]),
  )
}

/** Write one line of an act that changes nothing in D1. @throws DatabaseError */
export async function writeLine(db: Database, entry: AuditEntry): Promise<void> {
  await write(db.batch([auditStatement(db, entry)]))
}

/** Lines of one bank (`*`: of the deployment itself), newest first.
 * @param before only lines with a smaller number: the last one of the page before
 * @param limit at most 200 */
export async function listAudit(
  db: Database,
  bank: BankId | "*",
  limit: number,
  before?: number,
): Promise<readonly AuditLine[]> {
  const rows = await read(
    db
      .select()
      .from(auditOutbox)
      .where(and(eq(auditOutbox.bankId, bank), before === undefined ? undefined : lt(auditOutbox.id, before)))
      .orderBy(desc(auditOutbox.id))
      .limit(Math.min(limit, LIST_MAX)),
  )
  return rows.map(toLine)
}

/** Lines that wait to be moved, in the order they were written.
 * @param except banks whose log does not answer now: theirs wait */
export async function listWaiting(
  db: Database,
  limit: number,
  except: readonly string[],
): Promise<readonly AuditLine[]> {
  const rows = await read(
    db
      .select()
      .from(auditOutbox)
      .where(except.length > 0 ? notInArray(auditOutbox.bankId, [...except]) : undefined)
      .orderBy(asc(auditOutbox.id))
      .limit(limit),
  )
  return rows.map(toLine)
}

/** Delete lines that lie in their log now, and remember how far that went. One batch.
 * @param ids at most 90, for D1 takes 100 parameters */
export async function deleteMoved(db: Database, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return
  const moved = String(Math.max(...ids))
  await write(
    db.batch([
      db.delete(auditOutbox).where(inArray(auditOutbox.id, [...ids])),
      db
        .insert(settings)
        .values({ name: MOVED_NAME, value: moved })
        .onConflictDoUpdate({
          target: settings.name,
          set: { value: sql`cast(max(cast(${settings.value} as integer), ${Number(moved)}) as text)` },
        }),
    ]),
  )
}

/** The largest number that was ever moved from this database: whatever has a larger one happened after it was copied, or little before. */
export async function findMoved(db: Database): Promise<number> {
  const [row] = await read(db.select().from(settings).where(eq(settings.name, MOVED_NAME)))
  return Number(row?.value ?? 0)
}

/** The largest number a line has here; 0 where none waits. */
export async function findNewestWaiting(db: Database): Promise<number> {
  const [row] = await read(db.select({ id: max(auditOutbox.id) }).from(auditOutbox))
  return row?.id ?? 0
}

/** A line under a number of its own: the next ones go on from there. */
export function auditStatementAt(db: Database, id: number, entry: AuditEntry): BatchItem<"sqlite"> {
  const { bank, ...rest } = entry
  return db.insert(auditOutbox).values({
    id,
    ...rest,
    bankId: bank,
    detail: entry.detail ? canonicalJson(entry.detail) : null,
  })
}

function toLine({ bankId, detail, ...row }: typeof auditOutbox.$inferSelect): AuditLine {
  return {
    ...row,
    bank: bankId as BankId | "*",
    ...(detail === null ? {} : { detail: JSON.parse(detail) as AuditDetail }),
  }
}
