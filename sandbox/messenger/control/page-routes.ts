// The control API for Pages: more of them, how they stand, what the platform decides about them and their templates.
//
// | call | effect |
// |---|---|
// | `GET /pages` | Pages with their standing |
// | `POST /pages` `{id, token, name, fields}` | one more Page |
// | `POST /pages/{id}` | turn knobs of standing.ts; `token` gives it another token |
// | `POST /pages/{id}/integrity` `{status, violations, …}` | what `pages_status` says, and the webhook |
// | `POST /pages/{id}/policy` `{action, reason}` | warning, block or unblock, and the webhook |
// | `GET /templates`, `POST /templates/{id or name}` `{status, reason, language}` | what a review decides later |
// | `POST /templates/review` `{delayMs, reject}` | how reviews go from now on |

import { Hono } from "hono"
import { FIRST_FIELDS } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import { integrityOf } from "../graph/health.ts"
import type { Page } from "../graph/page-store.ts"
import { listOf } from "../graph/parameters.ts"
import { changeStanding } from "../graph/standing.ts"
import { readStatusName, reviewOf, setReview, setStatus } from "../graph/template-review.ts"
import type { JsonObject } from "../json.ts"
import { textOf } from "../json.ts"
import { announceChange, announceToPage } from "../webhooks/announce.ts"
import { integrityChange, policyEvent } from "../webhooks/page-event.ts"
import { problem } from "./problem.ts"
import { readObject } from "./reading.ts"

const POLICY_ACTIONS = ["warning", "block", "unblock"]

/** Routes under /control that concern Pages and templates. */
export function pageRoutes(emulator: Emulator): Hono {
  const app = new Hono()

  app.get("/pages", (c) => c.json({ pages: emulator.pages.list().map((page) => pageView(emulator, page)) }))

  app.post("/pages", async (c) => {
    const body = await readObject(c.req.raw)
    if (!body.ok) return problem(400, body.error)
    const [id, token, name] = ["id", "token", "name"].map((key) => textOf(body.value, key) ?? "")
    if (!/^\d{5,20}$/.test(id ?? "") || !token || !name)
      return problem(400, 'A Page needs an "id" of digits, a "token" and a "name"')
    if (emulator.pages.find(id ?? "") !== undefined || emulator.pages.findByToken(token) !== undefined)
      return problem(400, "There is a Page with that id or token")
    const fields = body.value.fields === undefined ? FIRST_FIELDS : listOf(body.value.fields)
    emulator.pages.add({ id: id ?? "", token, name, fields })
    return c.json({ id })
  })

  app.post("/pages/:id", async (c) => {
    const page = emulator.pages.find(c.req.param("id"))
    if (page === undefined) return unknownPage()
    const body = await readObject(c.req.raw)
    if (!body.ok) return problem(400, body.error)
    const { token, ...knobs } = body.value
    const before = emulator.standings.of(page.id)
    const standing = changeStanding(before, knobs)
    if (!standing.ok) return problem(400, standing.error)
    if (typeof token === "string" && token !== "") emulator.pages.changeToken(page.id, token)
    emulator.standings.put(page.id, standing.value)
    if (before.restricted !== standing.value.restricted) tellIntegrity(emulator, page.id)
    return c.json(pageView(emulator, emulator.pages.find(page.id) ?? page))
  })

  app.post("/pages/:id/integrity", async (c) => {
    const page = emulator.pages.find(c.req.param("id"))
    if (page === undefined) return unknownPage()
    const body = await readObject(c.req.raw)
    if (!body.ok) return problem(400, body.error)
    emulator.meta.put(`integrity:${page.id}`, JSON.stringify(body.value))
    tellIntegrity(emulator, page.id)
    return c.json(integrityOf(emulator, page.id))
  })

  app.post("/pages/:id/policy", async (c) => {
    const page = emulator.pages.find(c.req.param("id"))
    if (page === undefined) return unknownPage()
    const body = await readObject(c.req.raw)
    const action = body.ok ? textOf(body.value, "action") : undefined
    if (!body.ok || action === undefined || !POLICY_ACTIONS.includes(action))
      return problem(400, `"action" is one of ${POLICY_ACTIONS.join(", ")}`)
    const standing = emulator.standings.of(page.id)
    const restricted = action === "warning" ? standing.restricted : action === "block"
    emulator.standings.put(page.id, { ...standing, restricted })
    const event = policyEvent(page.id, emulator.clock.now(), action, textOf(body.value, "reason"))
    announceToPage(emulator, "messaging_policy_enforcement", page.id, event)
    return c.json({ action, restricted })
  })

  app.get("/templates", (c) =>
    c.json({ templates: emulator.templates.listAll(), review: reviewOf(emulator) }),
  )

  app.post("/templates/review", async (c) => {
    const body = await readObject(c.req.raw)
    const review = body.ok ? setReview(emulator, body.value) : body
    return review.ok ? c.json({ review: review.value }) : problem(400, review.error)
  })

  app.post("/templates/:name", async (c) => {
    const body = await readObject(c.req.raw)
    if (!body.ok) return problem(400, body.error)
    const status = readStatusName(textOf(body.value, "status"))
    if (status === undefined)
      return problem(400, '"status" is APPROVED, PENDING, REJECTED, PAUSED, DISABLED, …')
    const wanted = c.req.param("name")
    const language = textOf(body.value, "language")
    const meant = emulator.templates
      .listAll()
      .filter(({ id, name }) => id === wanted || name === wanted)
      .filter((template) => language === undefined || template.language === language)
    for (const { id } of meant) setStatus(emulator, id, status, textOf(body.value, "reason"))
    return meant.length === 0
      ? problem(404, "There is no such template")
      : c.json({ changed: meant.map(({ id }) => id), status })
  })

  return app
}

const unknownPage = (): Response => problem(404, "There is no such Page: POST /control/pages makes one")

function tellIntegrity(emulator: Emulator, pageId: string): void {
  const value = integrityOf(emulator, pageId)
  for (const field of ["messaging_integrity", "business_integrity"] as const)
    announceChange(emulator, field, pageId, integrityChange(field, value))
}

function pageView(emulator: Emulator, page: Page): JsonObject {
  const { id, name, token, fields, verified, failingSince } = page
  return {
    id,
    name,
    token,
    fields,
    verified,
    failingSince: failingSince ?? null,
    ...emulator.standings.of(id),
  }
}
