// `/admin/v1/banks/{id}/departure`: a bank leaves, which one admin asks for and another approves (P14); how far it is, and its signed
// certificate of deletion once all is gone. Thin, as admin-routes.ts, which mounts it. Asking after it works when the bank's row is gone.

import { Hono } from "hono"
import type { Approvals } from "../approvals/approvals.ts"
import { isBankId, type BankId } from "../foundation/id.ts"
import { byOf, no, permit, renderInstant, type AdminVariables } from "./admin-context.ts"
import { judge, nothingInput, readAct } from "./admin-input.ts"
import { renderApproval } from "./approval-routes.ts"

/** A departure as an operator sees it. */
interface DepartureAbout {
  readonly bank: BankId
  readonly name: string
  readonly requestedAt: number
  readonly doneAt?: number
  readonly counts: Readonly<Record<string, number>>
  readonly kept: Readonly<Record<string, number>>
}

/** What these routes are given. */
export interface DepartureRoutesGiven {
  readonly development: boolean
  readonly now: () => number
  readonly isBank: (bank: BankId) => Promise<boolean>
  readonly departures: {
    find(bank: BankId): Promise<DepartureAbout | undefined>
    /** `undefined` while it is not done. */
    certificate(departure: DepartureAbout): Promise<string | undefined>
  }
  readonly approvals: Pick<Approvals, "ask">
}

/** Routes below `/banks`. */
export function departureRoutes(given: DepartureRoutesGiven): Hono<{ Variables: AdminVariables }> {
  const app = new Hono<{ Variables: AdminVariables }>()
  const { departures, approvals, development, now } = given

  app.post("/:id/departure", async (context) => {
    const bank = context.req.param("id")
    if (!isBankId(bank)) return no(context, "not_found")
    const refused = permit(context, "bank.leave", bank)
    if (refused) return refused
    if (!(await given.isBank(bank))) return no(context, "not_found")
    const act = await readAct(context.req.raw, development)
    if (!act.ok) return no(context, act.error)
    const body = judge(nothingInput, act.value.body, {})
    if (!body.ok) return no(context, "invalid", body.error)
    const ask = { kind: "bank.leave", bank, object: bank, asked: { bank } } as const
    return context.json(renderApproval(await approvals.ask(ask, byOf(context, act.value, now()))))
  })

  app.get("/:id/departure", async (context) => {
    const bank = context.req.param("id")
    if (!isBankId(bank)) return no(context, "not_found")
    const refused = permit(context, "departure.read", bank)
    if (refused) return refused
    const departure = await departures.find(bank)
    if (!departure) return no(context, "not_found")
    const { requestedAt, doneAt, counts: rows, ...rest } = departure
    const certificate = await departures.certificate(departure)
    return context.json({
      ...rest,
      rows,
      requestedAt: renderInstant(requestedAt),
      ...(doneAt === undefined ? {} : { doneAt: renderInstant(doneAt) }),
      ...(certificate === undefined ? {} : { certificate }),
    })
  })

  return app
}
