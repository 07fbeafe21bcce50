// What a bank reads of its audit log: the signed head, and that it goes on from the one it kept. Composed by app.ts.
//
//   GET /banks/{bankId}/audit/head?month=YYYY-MM&since=<size>      the bank's bearer key

import { Hono } from "hono"
import { monthOf, type Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import type { Result } from "../foundation/result.ts"
import type { RequestVariables } from "../http/headers.ts"
import { problemResponse, type Problem } from "../http/problem.ts"
import type { AuditDesk } from "../audit/audit-desk.ts"

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/
const SIZE = /^(0|[1-9]\d{0,14})$/

/** `YYYY-MM`. */
export function isMonth(text: string): boolean {
  return MONTH.test(text)
}

/** A count of entries as it stands in a query; `undefined` where it is none. */
export function parseSize(text: string | undefined): number | undefined {
  return text !== undefined && SIZE.test(text) ? Number(text) : undefined
}

/** Routes of the bank's own. @param given.authenticate whose bearer key it is, or what the caller is told */
export function createAuditRoutes(given: {
  readonly desk: Pick<AuditDesk, "head">
  readonly authenticate: (request: Request, bank: string) => Promise<Result<BankId, Problem>>
  readonly now: Now
}): Hono<{ Variables: RequestVariables }> {
  const app = new Hono<{ Variables: RequestVariables }>()
  app.get("/banks/:bank/audit/head", async (context) => {
    const requestId = context.get("requestId")
    const bank = await given.authenticate(context.req.raw, context.req.param("bank"))
    if (!bank.ok) return problemResponse(bank.error, requestId)
    const { month = monthOf(given.now()), since } = context.req.query()
    const size = parseSize(since)
    if (!isMonth(month) || (since !== undefined && size === undefined))
      return problemResponse(
        {
          status: 400,
          type: "invalid",
          title: "The question is not understood",
          detail: "month is YYYY-MM, since a number of entries",
        },
        requestId,
      )
    const head = await given.desk.head(bank.value, month, size)
    if (!head.ok)
      return problemResponse(
        { status: 404, type: "not-found", title: "There is no log of that month, or it is not that long" },
        requestId,
      )
    return context.json(head.value, 200, { "cache-control": "no-store" })
  })
  return app
}
