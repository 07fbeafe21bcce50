// What became of an event: `GET /banks/{bankId}/events/{eventId}` with `Tellerline-Subject: <customer reference>` and the bank's bearer
// key. Nothing is stored for an event, so the customer's Conversations are asked, and the dead letters.

import type { Context } from "hono"
import { problemResponse } from "../http/problem.ts"
import { bankProblem } from "./authenticate-bank.ts"
import { listSources } from "./event-rules.ts"
import { isUsableId } from "./event-wire.ts"
import { openDesk, unavailable } from "./intake-desk.ts"
import type { BankIntake, IntakeVariables } from "./intake-given.ts"
import { CUSTOMER_CHARS_MAX } from "./wire-values.ts"

/** The header that says whose: a reference in an address would stand in logs. */
export const SUBJECT_HEADER = "tellerline-subject"

/** Answers `{state, rows}`; 400 without the header, 401 without the key. */
export async function answerStatus(given: BankIntake, context: Context<IntakeVariables>): Promise<Response> {
  const desk = openDesk(given, context, "events")
  const { request, requestId } = desk
  const known = await given.auth.authenticate(request, context.req.param("bankId") ?? "")
  if (!known.ok) return problemResponse(bankProblem(known.error), requestId)
  const { bank } = known.value
  const id = context.req.param("eventId")
  const customer = request.headers.get(SUBJECT_HEADER)
  if (!isUsableId(id) || !isUsableId(customer) || customer.length > CUSTOMER_CHARS_MAX)
    return problemResponse(
      {
        status: 400,
        type: "subject",
        title: "Whose event it is was not said",
        detail: "Send Tellerline-Subject with the customer reference the event was posted under",
      },
      requestId,
    )
  const found = await given.findStatus(bank, { id, sources: listSources(bank), customer })
  if (!found.ok) return unavailable(desk, found.error)
  return Response.json(found.value, { headers: { "cache-control": "no-store" } })
}
