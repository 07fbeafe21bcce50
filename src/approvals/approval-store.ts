// Asks and their decisions at rest. Only this file names the table. Each change and its line of the audit trail are one batch; a decision
// is guarded by the state it was made from, so that two who decide at once do not both. Used by approvals.ts.

import { and, desc, eq, gt, inArray, or, sql } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { DatabaseError, read, write, type Database } from "../db/database.ts"
import { approvals } from "../db/schema.ts"
import type { BankId } from "../foundation/id.ts"
import type { Approval, ApprovalKind, ApprovalState } from "./approval.ts"

/** Whose asks are meant: some banks', or everybody's with those of the deployment. */
export type ApprovalScope = readonly BankId[] | "*"

const LISTED_MAX = 100
/** A statement takes 100 bound parameters. */
const BANKS_MAX = 90

/** Write an ask down; an open one of the same kind about the same thing gives way to it. */
export async function insertApproval(db: Database, approval: Approval, by: AuditBy): Promise<void> {
  const { id, kind, bank, object, asked, state, askedBy, askedReason, askedAt, until } = approval
  await write(
    db.batch([
      db
        .update(approvals)
        .set({ state: "replaced" })
        .where(
          and(
            eq(approvals.kind, kind),
            eq(approvals.bankId, bank),
            eq(approvals.object, object),
            inArray(approvals.state, ["asked", "approved"]),
          ),
        ),
      db.insert(approvals).values({
        id,
        kind,
        bankId: bank,
        object,
        asked: JSON.stringify(asked),
        state,
        askedBy,
        askedReason,
        askedAt,
        until,
      }),
      auditStatement(db, { ...by, bank, action: "approval.ask", object: id }),
    ]),
  )
}

/** One ask. */
export async function findApproval(db: Database, id: string): Promise<Approval | undefined> {
  const [row] = await read(db.select().from(approvals).where(eq(approvals.id, id)).limit(1))
  return row && toApproval(row)
}

/** Newest first, at most 100.
 * @param open only those that can still be approved at that instant */
export async function listApprovals(
  db: Database,
  scope: ApprovalScope,
  open: number | undefined,
): Promise<readonly Approval[]> {
  const rows = await read(
    db
      .select()
      .from(approvals)
      .where(
        and(
          scope === "*" ? undefined : inArray(approvals.bankId, scope.slice(0, BANKS_MAX)),
          open === undefined
            ? undefined
            : and(
                or(eq(approvals.state, "asked"), eq(approvals.state, "approved")),
                gt(approvals.until, open),
              ),
        ),
      )
      .orderBy(desc(approvals.askedAt), desc(approvals.id))
      .limit(LISTED_MAX),
  )
  return rows.map(toApproval)
}

/** Move an ask on, and say who did.
 * @returns `false` where it was not in any of the states `from` any more */
export async function decideApproval(
  db: Database,
  approval: Pick<Approval, "id" | "bank">,
  from: readonly ApprovalState[],
  to: ApprovalState,
  by: AuditBy,
): Promise<boolean> {
  const action = { approved: "approval.approve", declined: "approval.decline", done: "approval.done" }[
    to as "approved" | "declined" | "done"
  ]
  const decided = to === "done" ? {} : { decidedBy: by.actor, decidedReason: by.reason, decidedAt: by.at }
  // The column takes no NULL: where the state has moved on, SQLite undoes the whole batch, and no line tells of what did not happen.
  const state = sql`case when ${inArray(approvals.state, [...from])} then ${to} else null end`
  try {
    await write(
      db.batch([
        db
          .update(approvals)
          .set({ state, ...decided })
          .where(eq(approvals.id, approval.id)),
        auditStatement(db, { ...by, bank: approval.bank, action, object: approval.id }),
      ]),
    )
    return true
  } catch (fault) {
    if (fault instanceof DatabaseError && fault.message.includes("NOT NULL constraint failed: approvals."))
      return false
    throw fault
  }
}

function toApproval(row: typeof approvals.$inferSelect): Approval {
  const { bankId, kind, asked, decidedBy, decidedReason, decidedAt, ...rest } = row
  return {
    ...rest,
    kind: kind as ApprovalKind,
    bank: bankId as BankId | "*",
    asked: JSON.parse(asked) as Approval["asked"],
    ...(decidedBy === null ? {} : { decidedBy }),
    ...(decidedReason === null ? {} : { decidedReason }),
    ...(decidedAt === null ? {} : { decidedAt }),
  }
}
