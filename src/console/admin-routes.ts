// `/admin/v1`: registering banks, incidents, health, the development clock; what else there is has a file of its own. Thin: who asks, may
// they, is the body sound, then a function of the room whose thing it is. Described in openapi.ts, and a test keeps the two alike.
// Composed by app.ts; every answer is JSON and none is cached. Faults go to app.onError.

import { Hono } from "hono"
import { createMiddleware } from "hono/factory"
import type { AuditBy } from "../audit/audit.ts"
import type { BankRecord } from "../banks/bank.ts"
import type { Now } from "../foundation/clock.ts"
import { isBankId, type BankId } from "../foundation/id.ts"
import type { Log } from "../foundation/log.ts"
import type { Result } from "../foundation/result.ts"
import type { DeadLetterDesk } from "../notifications/dead-letters.ts"
import { INCIDENT_KINDS, type Incident } from "../notifications/incident.ts"
import type { IncidentScope } from "../notifications/incident-store.ts"
import { auditRoutes, type AuditRoutesGiven } from "./audit-routes.ts"
import { restoreRoutes, type RestoreRoutesGiven } from "./restore-routes.ts"
import { approvalRoutes, renderApproval, type ApprovalRoutesGiven } from "./approval-routes.ts"
import type { Authenticate } from "./admin-auth.ts"
import { byOf, no, permit, renderInstant, type AdminVariables } from "./admin-context.ts"
import { bankCheckRoutes, type BankCheckRoutesGiven } from "./bank-check-routes.ts"
import type { BankPut } from "./bank-desk.ts"
import { bankWayRoutes, type BankWayRoutesGiven } from "./bank-way-routes.ts"
import { deadLetterRoutes } from "./dead-letter-routes.ts"
import { departureRoutes, type DepartureRoutesGiven } from "./departure-routes.ts"
import { clockInput, judge, readAct } from "./admin-input.ts"
import type { Fault } from "./admin-problems.ts"
import { deskRoutes, type DeskRoutesGiven } from "./desk-routes.ts"
import { isDevelopmentValue } from "./development-values.ts"
import { keyRoutes, type KeyRoutesGiven } from "./key-routes.ts"
import { banksFor, EVERY_BANK } from "./operator.ts"
import { letterRoutes, type LetterRoutesGiven } from "./letter-routes.ts"
import { meterRoutes, type MeterRoutesGiven } from "./meter-routes.ts"
import { noticeRoutes, type NoticeRoutesGiven } from "./notice-routes.ts"
import { linkRoutes, type LinkRoutesGiven } from "./link-routes.ts"
import { pageRoutes, type PageRoutesGiven } from "./page-routes.ts"

/** What a deployment says of itself to those who run it. Names and counts only. */
export interface HealthReport {
  readonly status: "ok" | "degraded"
  /** Each thing that was looked at; `detail` is a sentence without values of settings. */
  readonly checks: readonly { readonly name: string; readonly ok: boolean; readonly detail?: string }[]
}

/** All the admin API is given. */
export interface AdminGiven {
  readonly development: boolean
  readonly authenticate: Authenticate
  readonly now: Now
  readonly log: Log
  readonly banks: {
    list(): Promise<readonly BankRecord[]>
    find(id: BankId): Promise<BankRecord | undefined>
    /** Read a record from outside. Faults name members, never values. */
    parse(body: unknown): Result<BankRecord, { readonly faults: readonly Fault[] }>
    /** Store the record and its audit line in one batch, or ask for a second person. */
    put(record: BankRecord, by: AuditBy): Promise<BankPut>
    check: BankCheckRoutesGiven["banks"]["check"]
  }
  readonly ways: BankWayRoutesGiven["ways"]
  readonly pages: PageRoutesGiven["pages"]
  readonly meters: MeterRoutesGiven["meters"]
  readonly notices: NoticeRoutesGiven["notices"]
  readonly approvals: ApprovalRoutesGiven["approvals"] & KeyRoutesGiven["approvals"]
  readonly keys: KeyRoutesGiven["keys"]
  readonly links: LinkRoutesGiven["links"]
  readonly letters: LetterRoutesGiven["letters"]
  readonly erase: LetterRoutesGiven["erase"]
  readonly desk: DeskRoutesGiven["desk"]
  readonly departures: DepartureRoutesGiven["departures"]
  readonly deadLetters: DeadLetterDesk
  readonly audit: AuditRoutesGiven["audit"]
  readonly restore: RestoreRoutesGiven["restore"]
  /** Newest first. @param closed those that are over, too */
  readonly incidents: (scope: IncidentScope, closed: boolean) => Promise<readonly Incident[]>
  readonly health: () => Promise<HealthReport>
  /** Move the development clock, wake what is due, and say how far it now is from the real one. Never called elsewhere. */
  readonly advanceClock: (advanceMs: number, by: AuditBy) => Promise<number>
}

/** The admin API, to be mounted at `/admin/v1`. */
export function adminApi(given: AdminGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { banks, deadLetters, development } = given

  app.use(noStore, identify(given))

  app.get("/banks", async (context) => {
    const scope = banksFor(context.var.operator, "bank.read")
    const records = await banks.list()
    return context.json({
      banks: records.filter((bank) => scope === EVERY_BANK || scope.includes(bank.id)),
    })
  })

  app.get("/banks/:id", async (context) => {
    const id = context.req.param("id")
    if (!isBankId(id)) return no(context, "not_found")
    const refused = permit(context, "bank.read", id)
    if (refused) return refused
    const record = await banks.find(id)
    return record ? context.json(record) : no(context, "not_found")
  })

  app.put("/banks/:id", async (context) => {
    const id = context.req.param("id")
    if (!isBankId(id)) return no(context, "not_found")
    const refused = permit(context, "bank.put", id)
    if (refused) return refused
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    if (!development && isDevelopmentValue(id)) return no(context, "development_value")
    const record = banks.parse({ v: 1, ...act.value.body, id })
    if (!record.ok) return no(context, "invalid", record.error.faults)
    const put = await banks.put(record.value, byOf(context, act.value, given.now()))
    if (put.kind === "stored") return context.json(record.value)
    if (put.kind === "asked") return context.json(renderApproval(put.approval), 202)
    return no(context, "changed_meanwhile")
  })

  app.route("/banks", bankCheckRoutes({ development, now: given.now, banks }))

  app.route(
    "/banks",
    bankWayRoutes({
      development,
      now: given.now,
      isBank: async (bank) => (await banks.find(bank)) !== undefined,
      ways: given.ways,
    }),
  )

  app.route(
    "/pages",
    pageRoutes({
      development,
      now: given.now,
      isBank: async (bank) => (await banks.find(bank)) !== undefined,
      pages: given.pages,
    }),
  )

  app.route("/keys", keyRoutes({ development, now: given.now, keys: given.keys, approvals: given.approvals }))

  app.route(
    "/banks",
    letterRoutes({
      development,
      now: given.now,
      isBank: async (bank) => (await banks.find(bank)) !== undefined,
      letters: given.letters,
      erase: given.erase,
    }),
  )
  app.route(
    "/banks",
    departureRoutes({
      development,
      now: given.now,
      isBank: async (bank) => (await banks.find(bank)) !== undefined,
      departures: given.departures,
      approvals: given.approvals,
    }),
  )
  app.route("/links", linkRoutes({ development, now: given.now, links: given.links }))

  app.route("/meters", meterRoutes(given))

  app.route(
    "/notices",
    noticeRoutes({ development, now: given.now, notices: given.notices, approvals: given.approvals }),
  )

  app.route("/approvals", approvalRoutes({ development, now: given.now, approvals: given.approvals }))

  app.route(
    "/desk",
    deskRoutes({ isBank: async (bank) => (await banks.find(bank)) !== undefined, desk: given.desk }),
  )

  app.route("/audit", auditRoutes(given))
  app.route("/restore", restoreRoutes(given))

  app.get("/incidents", async (context) => {
    const { bank, closed } = context.req.query()
    if (bank !== undefined && !isBankId(bank)) return no(context, "not_found")
    const refused = bank === undefined ? undefined : permit(context, "incident.read", bank)
    if (refused) return refused
    const scope = bank === undefined ? banksFor(context.var.operator, "incident.read") : [bank]
    if (scope.length === 0) return no(context, "forbidden")
    const found = await given.incidents(scope, closed === "true")
    return context.json({ incidents: found.map(renderIncident) })
  })

  app.route(
    "/dead-letters",
    deadLetterRoutes({ development, now: given.now, deadLetters, approvals: given.approvals }),
  )

  app.get("/health", async (context) => {
    const scope = banksFor(context.var.operator, "health.read")
    if (scope.length === 0) return no(context, "forbidden")
    const [report, letters] = await Promise.all([given.health(), deadLetters.count(scope)])
    return context.json({ ...report, deadLetters: letters })
  })

  if (development)
    app.post("/clock", async (context) => {
      const refused = permit(context, "clock.advance", EVERY_BANK)
      if (refused) return refused
      const act = await readAct(context.req.raw, development)
      if (!act.ok) return no(context, act.error)
      const input = judge(clockInput, act.value.body, CLOCK_RULES)
      if (!input.ok) return no(context, "invalid", input.error)
      const offsetMs = await given.advanceClock(input.value.advanceMs, byOf(context, act.value, given.now()))
      return context.json({ offsetMs })
    })

  return app
}

const CLOCK_RULES = { advanceMs: "must be a whole number of milliseconds from 0 to five years" }

const noStore = createMiddleware(async (context, next) => {
  await next()
  context.header("cache-control", "no-store")
})

/** Let nobody further whose name is not known; strangers hear the same on every path. */
function identify(given: { readonly authenticate: Authenticate; readonly log: Log }) {
  return createMiddleware<{ Variables: AdminVariables }>(async (context, next) => {
    const { raw, method } = context.req
    // Access's cookie comes along from any page a member of staff looks at: another site's must not act with it.
    const site = raw.headers.get("sec-fetch-site")
    if (method !== "GET" && site !== null && site !== "same-origin" && site !== "none")
      return no(context, "cross_site")
    const operator = await given.authenticate(raw.headers)
    if (!operator.ok) {
      given.log.warn("admin_refused", { reason: operator.error.reason, requestId: context.get("requestId") })
      return no(context, operator.error.reason)
    }
    context.set("operator", operator.value)
    return next()
  })
}

/** What it is stands beside its word. */
function renderIncident({ openedAt, closedAt, ...rest }: Incident): object {
  return {
    ...rest,
    meaning: INCIDENT_KINDS[rest.kind],
    openedAt: renderInstant(openedAt),
    ...(closedAt === undefined ? {} : { closedAt: renderInstant(closedAt) }),
  }
}
