// What every route of the admin API stands on: who asks, may they, and the wire form of no. Composed by admin-routes.ts and
// page-routes.ts.

import type { Context } from "hono"
import type { AuditBy } from "../audit/audit.ts"
import type { BankId } from "../foundation/id.ts"
import type { RequestVariables } from "../http/headers.ts"
import type { ActInput } from "./admin-input.ts"
import { refuse, type AdminRefusal, type Fault } from "./admin-problems.ts"
import { mayAct, type Action, type Operator } from "./operator.ts"

/** What a request carries once it is known who asks. */
export type AdminVariables = RequestVariables & { operator: Operator }
export type AdminContext = Context<{ Variables: AdminVariables }>

/** The refusal, where the operator may not. */
export function permit(context: AdminContext, action: Action, bank: BankId | "*"): Response | undefined {
  const permission = mayAct(context.var.operator, action, bank)
  return permission === "granted" ? undefined : no(context, permission)
}

/** A refusal as it leaves. */
export function no(context: Context, refusal: AdminRefusal, faults?: readonly Fault[]): Response {
  return refuse(refusal, (context as AdminContext).get("requestId"), faults)
}

/** Who acts, and why, for the trail. */
export function byOf(context: AdminContext, act: ActInput, at: number): AuditBy {
  return { actor: context.var.operator.id, reason: act.reason, at }
}

/** Instants leave as RFC 3339. */
export function renderInstant(at: number): string {
  return new Date(at).toISOString()
}
