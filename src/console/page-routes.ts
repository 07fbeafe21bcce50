// `/admin/v1/pages`: registering and reconnecting Pages, how they stand, their templates. Thin, as admin-routes.ts, which mounts it.
// A token goes in here and never comes out.

import { Hono } from "hono"
import type { AuditBy } from "../audit/audit.ts"
import { isPageId, type BankId, type PageId } from "../foundation/id.ts"
import type { Result } from "../foundation/result.ts"
import { Secret } from "../foundation/secret.ts"
import type { Recovery } from "../messenger/page.ts"
import type { PageRecord } from "../messenger/page-record.ts"
import type { PutPageRefusal, TemplateStatus } from "../messenger/page-store.ts"
import type { PageDesk, PageState } from "../notifications/page-desk.ts"
import { byOf, no, permit, renderInstant, type AdminContext, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct, type ActInput } from "./admin-input.ts"
import type { Fault } from "./admin-problems.ts"
import { isDevelopmentValue } from "./development-values.ts"
import { banksFor, EVERY_BANK, type Action } from "./operator.ts"

/** What routes of Pages are given. */
export interface PageRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly isBank: (bank: BankId) => Promise<boolean>
  readonly pages: {
    list(): Promise<readonly PageRecord[]>
    find(id: PageId): Promise<PageRecord | undefined>
    parse(body: unknown): Result<PageRecord, { readonly faults: readonly Fault[] }>
    /** Store the record, seal the token where one is given, and the audit line, in one batch.
     * @param connectedBy app-scoped id of the Facebook login the token came from, where it is said */
    put(
      record: PageRecord,
      token: Secret | undefined,
      by: AuditBy,
      connectedBy?: string,
    ): Promise<Result<void, PutPageRefusal>>
  } & Pick<PageDesk, "state" | "reconnect" | "listTemplates" | "syncTemplates">
}

/** Printable, without spaces; Meta's have some 200 characters. */
const TOKEN = /^[\x21-\x7e]{1,2000}$/
/** An app-scoped id of Meta's. */
const LOGIN = /^[0-9]{1,32}$/

/** Routes below `/pages`. */
export function pageRoutes(given: PageRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { pages, development, now } = given

  app.get("/", async (context) => {
    const scope = banksFor(context.var.operator, "page.read")
    const records = await pages.list()
    return context.json({
      pages: records.filter((page) => scope === EVERY_BANK || scope.includes(page.bank)),
    })
  })

  app.post("/", async (context) => {
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const { id } = act.value.body
    if (!isPageId(id)) return no(context, "invalid", [{ field: "id", fault: "must be decimal digits" }])
    return register(context, id, act.value)
  })

  app.get("/:id", async (context) => {
    const page = await find(context, "page.read")
    if (page instanceof Response) return page
    return context.json({ ...page, state: renderState(await pages.state(page)) })
  })

  app.put("/:id", async (context) => {
    const id = context.req.param("id")
    if (!isPageId(id)) return no(context, "not_found")
    const act = await readAct(context.req.raw, development)
    return act.ok ? register(context, id, act.value) : no(context, act.error)
  })

  app.put("/:id/token", async (context) => {
    const page = await find(context, "page.reconnect")
    if (page instanceof Response) return page
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const { token, connectedBy, ...stray } = act.value.body
    if (!development && isDevelopmentValue(token)) return no(context, "development_value")
    const faults = [...faultsOfToken(token, connectedBy), ...faultsOfNothing(stray)]
    if (faults.length > 0) return no(context, "invalid", faults)
    const reconnected = await pages.reconnect(
      page,
      {
        ...(typeof token === "string" ? { token: new Secret(token) } : {}),
        ...(typeof connectedBy === "string" ? { connectedBy } : {}),
      },
      byOf(context, act.value, now()),
    )
    return reconnected.ok
      ? context.json({ reconnected: renderRecovery(reconnected.value) })
      : no(context, reconnected.error.reason)
  })

  app.get("/:id/templates", async (context) => {
    const page = await find(context, "page.read")
    if (page instanceof Response) return page
    return context.json({ templates: (await pages.listTemplates(page.id)).map(renderTemplate) })
  })

  app.post("/:id/templates/sync", async (context) => {
    const page = await find(context, "templates.sync")
    if (page instanceof Response) return page
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const body = judge(nothingInput, act.value.body, {})
    if (!body.ok) return no(context, "invalid", body.error)
    const synced = await pages.syncTemplates(page.id, byOf(context, act.value, now()))
    if (!synced.ok) return no(context, synced.error.reason)
    const { created, refused, retired } = synced.value
    return context.json({
      created,
      retired,
      refused: refused.map(({ template, refusal: { reason, code, subcode } }) => ({
        template,
        reason,
        ...(code === undefined ? {} : { code }),
        ...(subcode === undefined ? {} : { subcode }),
      })),
      templates: (await pages.listTemplates(page.id)).map(renderTemplate),
    })
  })

  return app

  /** The Page a path names, or the refusal. */
  async function find(context: AdminContext, action: Action): Promise<PageRecord | Response> {
    const id = context.req.param("id")
    const page = isPageId(id) ? await pages.find(id) : undefined
    if (!page) return no(context, "not_found")
    return permit(context, action, page.bank) ?? page
  }

  async function register(context: AdminContext, id: PageId, act: ActInput): Promise<Response> {
    const { token, connectedBy, ...body } = act.body
    if (!development && (isDevelopmentValue(id) || isDevelopmentValue(token)))
      return no(context, "development_value")
    const record = pages.parse({ v: 1, ...body, id })
    if (!record.ok) return no(context, "invalid", record.error.faults)
    const { bank } = record.value
    const refused = permit(context, "page.put", bank)
    if (refused) return refused
    const existing = await pages.find(id)
    if (existing && existing.bank !== bank)
      return permit(context, "page.put", existing.bank) ?? no(context, "page_of_another_bank")
    const unknown = (await given.isBank(bank)) ? [] : [{ field: "bank", fault: "must be a registered bank" }]
    const faults = [...unknown, ...faultsOfToken(token, connectedBy)]
    if (faults.length > 0) return no(context, "invalid", faults)
    const secret = typeof token === "string" ? new Secret(token) : undefined
    const login = typeof connectedBy === "string" ? connectedBy : undefined
    const stored = await pages.put(record.value, secret, byOf(context, act, now()), login)
    return stored.ok ? context.json(record.value) : no(context, stored.error.reason)
  }
}

function faultsOfToken(token: unknown, connectedBy: unknown): readonly Fault[] {
  const faults: Fault[] = []
  const isToken = typeof token === "string" && TOKEN.test(token)
  if (token !== undefined && !isToken) faults.push({ field: "token", fault: "must be an access token" })
  const isLogin = typeof connectedBy === "string" && LOGIN.test(connectedBy)
  if (connectedBy !== undefined && !isLogin)
    faults.push({
      field: "connectedBy",
      fault: "must be the decimal digits of a Facebook login's id, as text",
    })
  return faults
}

function faultsOfNothing(stray: object): readonly Fault[] {
  const judged = judge(nothingInput, stray, {})
  return judged.ok ? [] : judged.error
}

function renderTemplate({ checkedAt, ...template }: TemplateStatus): object {
  return { ...template, checkedAt: renderInstant(checkedAt) }
}

function renderRecovery({ at, ...counts }: Recovery): object {
  return { at: renderInstant(at), ...counts }
}

function renderState({ paused, breakerOpenUntil, waiting, recovery, carries, budget }: PageState): object {
  return {
    paused: paused && { reason: paused.reason, at: renderInstant(paused.at) },
    heldBackUntil: breakerOpenUntil > 0 ? renderInstant(breakerOpenUntil) : null,
    waiting,
    recovery: recovery && renderRecovery(recovery),
    carries,
    budget,
  }
}
