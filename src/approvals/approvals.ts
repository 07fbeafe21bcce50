// Asking and approving (P14): nobody both asks and approves. An approved act is carried out at once, from what was asked and nothing else;
// where that is refused or cut off the ask stays approved, and approving it again repeats the act, which must be harmless.
// Composed by doors.ts, which gives the acts; routes are console/approval-routes.ts.

import type { AuditBy } from "../audit/audit.ts"
import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import { randomText, type Random } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import {
  APPROVAL_MS,
  whyNotDecide,
  type Approval,
  type ApprovalKind,
  type ApprovalRefusal,
  type Ask,
} from "./approval.ts"
import {
  decideApproval,
  findApproval,
  insertApproval,
  listApprovals,
  type ApprovalScope,
} from "./approval-store.ts"

/** Does what two people wanted. Harmless to repeat. @returns refusal: a word of the room's own, for whoever approved */
export type ApprovedAct = (
  approval: Approval,
  by: AuditBy,
) => Promise<Result<void, { readonly reason: string }>>

/** Asks of a deployment. Every function @throws DatabaseError. */
export interface Approvals {
  /** Ask. An open ask of the same kind about the same thing is replaced. Who may ask is the caller's to say. */
  ask(ask: Ask, by: AuditBy): Promise<Approval>
  find(id: string): Promise<Approval | undefined>
  /** Newest first. @param all those that are decided or too old, too */
  list(scope: ApprovalScope, all: boolean): Promise<readonly Approval[]>
  /** Approve as somebody else than who asked, and do it. Whether they may at all is the caller's to say. */
  approve(id: string, by: AuditBy): Promise<Result<Approval, ApprovalRefusal>>
  /** Say no, or take one's own ask back. */
  decline(id: string, by: AuditBy): Promise<Result<Approval, ApprovalRefusal>>
}

/** Approvals over a database. */
export function createApprovals(given: {
  readonly db: Database
  readonly now: Now
  readonly random: Random
  readonly acts: Readonly<Record<ApprovalKind, ApprovedAct>>
}): Approvals {
  const { db, now, random, acts } = given

  async function load(id: string): Promise<Approval> {
    const found = await findApproval(db, id)
    if (!found) throw new Error("Cannot find an approval that was just decided")
    return found
  }

  return {
    async ask(ask, by) {
      const approval: Approval = {
        ...ask,
        id: `approval_${randomText(random)}`,
        state: "asked",
        askedBy: by.actor,
        askedReason: by.reason,
        askedAt: by.at,
        until: by.at + APPROVAL_MS,
      }
      await insertApproval(db, approval, by)
      return approval
    },
    find: (id) => findApproval(db, id),
    list: (scope, all) => listApprovals(db, scope, all ? undefined : now()),
    async approve(id, by) {
      const approval = await findApproval(db, id)
      const refused = whyNotDecide(approval, by.actor, "approve", now())
      if (refused || !approval) return err(refused ?? { reason: "approval_not_found" })
      if (!(await decideApproval(db, approval, ["asked", "approved"], "approved", by)))
        return err({ reason: "approval_closed" })
      const done = await acts[approval.kind](approval, by)
      if (!done.ok) return err({ reason: "approval_not_done", why: done.error.reason })
      await decideApproval(db, approval, ["approved"], "done", by)
      return ok(await load(id))
    },
    async decline(id, by) {
      const approval = await findApproval(db, id)
      const refused = whyNotDecide(approval, by.actor, "decline", now())
      if (refused || !approval) return err(refused ?? { reason: "approval_not_found" })
      if (!(await decideApproval(db, approval, ["asked"], "declined", by)))
        return err({ reason: "approval_closed" })
      return ok(await load(id))
    },
  }
}
