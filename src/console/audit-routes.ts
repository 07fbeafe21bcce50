// `/admin/v1/audit`: what lies in a bank's audit log, its signed head, proofs, the whole of it. Reads only. Thin, as admin-routes.ts, which
// mounts it. A log is named by its bank (`*`: the deployment's own) and the month, by default the present one.

import { Hono } from "hono"
import type { AuditDesk, LogOwner, LogRefusal } from "../audit/audit-desk.ts"
import { isMonth, parseSize } from "./bank-audit-routes.ts"
import { monthOf } from "../foundation/clock.ts"
import { isBankId } from "../foundation/id.ts"
import type { Result } from "../foundation/result.ts"
import { no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { EVERY_BANK } from "./operator.ts"

/** What routes of audit logs are given. */
export interface AuditRoutesGiven {
  readonly now: () => number
  readonly audit: AuditDesk
}

const FAULTS = {
  month: "must be YYYY-MM",
  since: "must be a number of entries",
  from: "must be the number of an entry",
  index: "must be the number of an entry",
  size: "must be a number of entries",
} as const
type Name = keyof typeof FAULTS

/** Routes below `/audit`. */
export function auditRoutes({ now, audit }: AuditRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()

  app.get("/:id", async (context) => {
    const owner = ownerOf(context)
    if (owner instanceof Response) return owner
    return context.json({ months: await audit.months(owner) })
  })

  app.get("/:id/head", (context) =>
    read(context, ["since"], (owner, month, { since }) => audit.head(owner, month, since)),
  )

  app.get("/:id/entries", (context) =>
    read(context, ["from"], async (owner, month, { from }) => {
      const page = await audit.entries(owner, month, from ?? 0)
      if (!page.ok) return page
      const entries = page.value.entries.map((entry) => ({ ...entry, at: renderInstant(entry.at) }))
      return { ok: true, value: { ...page.value, entries } }
    }),
  )

  app.get("/:id/proof", (context) =>
    read(context, ["index", "size"], (owner, month, { index, size }) =>
      audit.inclusion(owner, month, index ?? 0, size),
    ),
  )

  app.get("/:id/check", (context) => read(context, [], (owner, month) => audit.check(owner, month)))

  app.get("/:id/export", async (context) => {
    const asked = askedOf(context, [])
    if (asked instanceof Response) return asked
    const whole = await audit.exported(asked.owner, asked.month)
    if (!whole.ok) return no(context, whole.error.reason)
    return new Response(whole.value, { headers: { "content-type": "application/json" } })
  })

  return app

  async function read(
    context: AdminContext,
    names: readonly Name[],
    from: (
      owner: LogOwner,
      month: string,
      numbers: Readonly<Partial<Record<Name, number>>>,
    ) => Promise<Result<object, LogRefusal>>,
  ): Promise<Response> {
    const asked = askedOf(context, names)
    if (asked instanceof Response) return asked
    const found = await from(asked.owner, asked.month, asked.numbers)
    return found.ok ? context.json(found.value) : no(context, found.error.reason)
  }

  function askedOf(context: AdminContext, names: readonly Name[]) {
    const owner = ownerOf(context)
    if (owner instanceof Response) return owner
    const query = context.req.query()
    const { month = monthOf(now()) } = query
    const numbers: Partial<Record<Name, number>> = {}
    const wrong: Name[] = isMonth(month) ? [] : ["month"]
    for (const name of names) {
      const number = parseSize(query[name])
      if (number !== undefined) numbers[name] = number
      else if (query[name] !== undefined) wrong.push(name)
    }
    if (wrong.length > 0)
      return no(
        context,
        "invalid",
        wrong.map((field) => ({ field, fault: FAULTS[field] })),
      )
    return { owner, month, numbers }
  }
}

/** Whose log it is, where the operator may read it. */
function ownerOf(context: AdminContext): LogOwner | Response {
  const id = context.req.param("id")
  if (id !== EVERY_BANK && !isBankId(id)) return no(context, "not_found")
  return permit(context, "audit.read", id) ?? id
}
