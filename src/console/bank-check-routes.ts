// `/admin/v1/banks/{id}/check` and `/changes`: everything a bank must pass, looked at now (bank-check.ts), and what another record would
// change. A record may come along that is not stored yet, so that a change is looked at before it is asked for. Thin, as admin-routes.ts, which mounts it.

import { Hono } from "hono"
import type { AuditBy } from "../audit/audit.ts"
import { listChanges } from "../banks/bank-change.ts"
import { BANK_CHECKS, type Finding } from "../banks/bank-check.ts"
import type { BankRecord } from "../banks/bank.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import { isBankId, type BankId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { byOf, no, permit, type AdminVariables } from "./admin-context.ts"
import { readAct, type ActInput } from "./admin-input.ts"
import type { Fault } from "./admin-problems.ts"

/** What these routes are given. */
export interface BankCheckRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly banks: {
    find(id: BankId): Promise<BankRecord | undefined>
    parse(body: unknown): Result<BankRecord, { readonly faults: readonly Fault[] }>
    /** Look a record over, and say in the trail who had it done. */
    check(record: BankRecord, by: AuditBy): Promise<readonly Finding[]>
  }
}

/** Between two checks of one bank by one isolate: each calls the bank a dozen times (P15). */
const AGAIN_MS = 5 * SECOND_MS
/** The same in development, where the bank is on this machine. */
const AGAIN_DEVELOPMENT_MS = 100
const BANKS_MAX = 1_000

/** Routes below `/banks`. */
export function bankCheckRoutes(given: BankCheckRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { banks, development, now } = given
  const checkedAt = new Map<BankId, number>()

  app.post("/:id/check", async (context) => {
    const id = context.req.param("id")
    if (!isBankId(id)) return no(context, "not_found")
    const refused = permit(context, "bank.check", id)
    if (refused) return refused
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const record = parse(id, act.value)
    if (!record.ok) return no(context, "invalid", record.error)
    // Whoever may not register a bank may not have us call addresses of their choice.
    const mayNot = record.value && permit(context, "bank.put", id)
    if (mayNot) return mayNot
    const looked = record.value ?? (await banks.find(id))
    if (!looked) return no(context, "not_found")
    if (now() - (checkedAt.get(id) ?? 0) < (development ? AGAIN_DEVELOPMENT_MS : AGAIN_MS))
      return no(context, "check_too_soon")
    if (checkedAt.size >= BANKS_MAX) checkedAt.clear()
    checkedAt.set(id, now())
    const found = await banks.check(looked, byOf(context, act.value, now()))
    return context.json({
      passed: found.every(({ state }) => state !== "fault"),
      findings: found.map((finding) => ({ ...finding, rule: BANK_CHECKS[finding.check] })),
    })
  })

  app.post("/:id/changes", async (context) => {
    const id = context.req.param("id")
    if (!isBankId(id)) return no(context, "not_found")
    const refused = permit(context, "bank.read", id)
    if (refused) return refused
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const record = parse(id, act.value)
    if (!record.ok) return no(context, "invalid", record.error)
    const stored = await banks.find(id)
    if (!stored) return no(context, "not_found")
    return context.json({ changes: record.value ? listChanges(stored, record.value) : [] })
  })

  return app

  /** The record that came along, if one did. */
  function parse(id: BankId, { body }: ActInput): Result<BankRecord | undefined, readonly Fault[]> {
    const { record, ...stray } = body
    if (Object.keys(stray).length > 0)
      return err([{ field: "", fault: "has a member that is not known here" }])
    if (record === undefined) return ok(undefined)
    const parsed = banks.parse({ v: 1, ...(record as object), id })
    if (parsed.ok) return parsed
    return err(parsed.error.faults.map(({ field, fault }) => ({ field: `record.${field}`, fault })))
  }
}
