// The audit outbox in D1: lines wait here until a chore moves them to the audit log. Only this file names the table.
// A line is never written alone: its statement goes into the batch of the change it tells of.

import { and, desc, eq, lt } from "drizzle-orm"
import type { BatchItem } from "drizzle-orm/batch"
import { read, type Database } from "../db/database.ts"
import { auditOutbox } from "../db/schema.ts"
import type { BankId } from "../foundation/id.ts"
import type { AuditEntry } from "./audit.ts"

/** Longest texts kept: a reason is a sentence, not a letter. */
const ACTOR_CHARS_MAX = 200
const REASON_CHARS_MAX = 500
const LIST_MAX = 200

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
  })
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
  return rows.map(({ bankId, ...row }) => ({ ...row, bank: bankId as BankId | "*" }))
}
