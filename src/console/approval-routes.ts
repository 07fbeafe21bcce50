// `/admin/v1/approvals`: what one admin asked for and another must approve (P14). Thin, as admin-routes.ts, which mounts it. Asking has no
// route here: it is part of the act's own.

import { Hono } from "hono"
import { APPROVAL_KINDS, isApprovalId, type Approval } from "../approvals/approval.ts"
import type { Approvals } from "../approvals/approvals.ts"
import { isBankId } from "../foundation/id.ts"
import { byOf, no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct } from "./admin-input.ts"
import { banksFor, EVERY_BANK, type Action } from "./operator.ts"

/** What routes of approvals are given. */
export interface ApprovalRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly approvals: Pick<Approvals, "find" | "list" | "approve" | "decline">
}

/** Routes below `/approvals`. */
export function approvalRoutes(given: ApprovalRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { approvals, development, now } = given

  app.get("/", async (context) => {
    const { bank, all } = context.req.query()
    if (bank !== undefined && !isBankId(bank)) return no(context, "not_found")
    const refused = bank === undefined ? undefined : permit(context, "approval.read", bank)
    if (refused) return refused
    const scope = bank === undefined ? banksFor(context.var.operator, "approval.read") : [bank]
    if (scope.length === 0) return no(context, "forbidden")
    const found = await approvals.list(scope, all === "true")
    return context.json({ approvals: found.map(renderApproval) })
  })

  app.get("/:id", async (context) => {
    const approval = await find(context, "approval.read")
    return approval instanceof Response ? approval : context.json(renderApproval(approval))
  })

  app.post("/:id/approve", (context) => decide(context, "approve"))
  app.post("/:id/decline", (context) => decide(context, "decline"))

  return app

  async function find(context: AdminContext, action: Action): Promise<Approval | Response> {
    const id = context.req.param("id")
    const approval = isApprovalId(id) ? await approvals.find(id) : undefined
    if (!approval) return no(context, "not_found")
    const refused = permit(context, action, approval.bank)
    // One of the deployment's is hidden from whoever does not hold every bank.
    const hidden = approval.bank === EVERY_BANK && banksFor(context.var.operator, action) !== EVERY_BANK
    if (refused) return hidden ? no(context, "hidden") : refused
    return approval
  }

  async function decide(context: AdminContext, decision: "approve" | "decline"): Promise<Response> {
    const approval = await find(context, "approval.decide")
    if (approval instanceof Response) return approval
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const body = judge(nothingInput, act.value.body, {})
    if (!body.ok) return no(context, "invalid", body.error)
    const decided = await approvals[decision](approval.id, byOf(context, act.value, now()))
    if (decided.ok) return context.json(renderApproval(decided.value))
    if (decided.error.reason === "approval_not_done")
      return no(context, "approval_not_done", [{ field: "", fault: decided.error.why }])
    return no(context, decided.error.reason === "approval_not_found" ? "not_found" : decided.error.reason)
  }
}

/** An ask as it leaves; what it is stands beside its word. */
export function renderApproval(approval: Approval): object {
  const { askedAt, until, decidedAt, ...rest } = approval
  return {
    ...rest,
    meaning: APPROVAL_KINDS[rest.kind],
    askedAt: renderInstant(askedAt),
    until: renderInstant(until),
    ...(decidedAt === undefined ? {} : { decidedAt: renderInstant(decidedAt) }),
  }
}
