// `/admin/v1/links`: how one link stands, and ending it. Thin, as admin-routes.ts, which mounts it. A link is named by our own id: whose it
// is, is nobody's business here.

import { Hono } from "hono"
import type { AuditBy } from "../audit/audit.ts"
import { isLinkId, type BankId, type LinkId } from "../foundation/id.ts"
import { byOf, no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct } from "./admin-input.ts"
import type { Action } from "./operator.ts"

/** A link as an operator sees it. */
export interface LinkAbout {
  readonly id: LinkId
  readonly bank: BankId
  readonly state: "pending" | "live" | "ended"
  readonly createdAt: number
  /** Number of its newest consent record. */
  readonly epoch: number
  /** It has ended, and its bank has not taken the end yet. */
  readonly revocationWaits: boolean
}

/** What routes of links are given. */
export interface LinkRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly links: {
    find(id: LinkId): Promise<LinkAbout | undefined>
    /** `ending`: the directory and the bank have it, the Conversation did not answer yet and is asked again. */
    end(id: LinkId, by: AuditBy): Promise<"ended" | "ending" | "unknown">
  }
}

/** Routes below `/links`. */
export function linkRoutes(given: LinkRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { links, development, now } = given

  app.get("/:id", async (context) => {
    const link = await find(context, "link.read")
    return link instanceof Response ? link : context.json(renderLink(link))
  })

  app.post("/:id/end", async (context) => {
    const link = await find(context, "link.end")
    if (link instanceof Response) return link
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const body = judge(nothingInput, act.value.body, {})
    if (!body.ok) return no(context, "invalid", body.error)
    const left = await links.end(link.id, byOf(context, act.value, now()))
    if (left === "unknown") return no(context, "not_found")
    return context.json({ link: link.id, left })
  })

  return app

  async function find(context: AdminContext, action: Action): Promise<LinkAbout | Response> {
    const id = context.req.param("id")
    const link = isLinkId(id) ? await links.find(id) : undefined
    if (!link) return no(context, "not_found")
    return permit(context, action, link.bank) ?? link
  }
}

function renderLink({ createdAt, ...rest }: LinkAbout): object {
  return { ...rest, createdAt: renderInstant(createdAt) }
}
