// `/admin/v1/restore`: whether the database was put back to an older state, and doing again what it forgot. The only way in that stays open
// then. One call does some of it and says what is left. Thin, as admin-routes.ts, which mounts it.

import { Hono } from "hono"
import type { AuditBy } from "../audit/audit.ts"
import type { Generations } from "../audit/generation.ts"
import type { Result } from "../foundation/result.ts"
import type { RestoreRefusal, RestoreReport } from "../notifications/restoring.ts"
import { byOf, no, permit, renderInstant, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct } from "./admin-input.ts"
import { EVERY_BANK } from "./operator.ts"

/** What routes of a restore are given. */
export interface RestoreRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly restore: {
    readonly compare: () => Promise<Generations>
    readonly finish: (by: AuditBy) => Promise<Result<RestoreReport, RestoreRefusal>>
  }
}

/** Routes below `/restore`. */
export function restoreRoutes(given: RestoreRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()

  app.get("/", async (context) => {
    const refused = permit(context, "restore.read", EVERY_BANK)
    if (refused) return refused
    const { directory, register } = await given.restore.compare()
    return context.json({ restored: directory < register, directory, register })
  })

  app.post("/finish", async (context) => {
    const refused = permit(context, "restore.finish", EVERY_BANK)
    if (refused) return refused
    const act = await readAct(context.req.raw, given.development)
    if (!act.ok) return no(context, act.error)
    const body = judge(nothingInput, act.value.body, {})
    if (!body.ok) return no(context, "invalid", body.error)
    const finished = await given.restore.finish(byOf(context, act.value, given.now()))
    if (!finished.ok) return no(context, finished.error.reason)
    const { toDo, ...counts } = finished.value
    return context.json({ ...counts, toDo: toDo.map((line) => ({ ...line, at: renderInstant(line.at) })) })
  })

  return app
}
