// UK Open Banking's event notifications: `POST /banks/{bankId}/open-banking/{version}/event-notifications`. The body is a JWS under PS256;
// the answer is 202 without a body, with the caller's `x-fapi-interaction-id`. What a token says is dialects/open-banking.ts.

import type { Context } from "hono"
import { fromUtf8 } from "../crypto/text.ts"
import { ok } from "../foundation/result.ts"
import { readCapped } from "../http/body.ts"
import { problemResponse } from "../http/problem.ts"
import type { BankRecord } from "./bank.ts"
import { makeHint } from "./dialects/hint.ts"
import {
  CODE_OF,
  findGeneration,
  OPEN_BANKING_ALGORITHMS,
  openBankingError,
  readOpenBankingEvent,
  type OpenBankingCode,
} from "./dialects/open-banking.ts"
import { readEvent } from "./event-parse.ts"
import { findRule } from "./event-rules.ts"
import { findBank, handOn, openDesk, retryAfterOf, termsOf } from "./intake-desk.ts"
import { UNSIGNED_BODY_BYTES_MAX, type BankIntake, type IntakeVariables } from "./intake-given.ts"
import { SET_REASONS, verifySet } from "./set.ts"

const INTERACTION_ID = /^[A-Za-z0-9-]{1,64}$/

/** Each step may end the request:
 *
 * 1. version: v3.1 or v4.0 (404)
 * 2. content type `application/jwt` (415)
 * 3. bank: an unknown one goes on as a bank without keys
 * 4. body, at most 1 MiB (413)
 * 5. token: header, key, signature, `iss`, `aud` (our client id), `iat` (400)
 * 6. claims and event (400)
 * 7. whose: where nobody is named, the link that rests on the named consent (503); of a consent nothing rests on nothing is kept
 * 8. accept: durable, then 202 */
export async function takeOpenBanking(
  given: BankIntake,
  context: Context<IntakeVariables>,
): Promise<Response> {
  const desk = openDesk(given, context, "open-banking")
  const { request, requestId } = desk
  const generation = findGeneration(context.req.param("version") ?? "")
  if (!generation)
    return problemResponse(
      { status: 404, type: "not-found", title: "There is nothing at this address" },
      requestId,
    )
  const named = request.headers.get("x-fapi-interaction-id") ?? ""
  const interaction = INTERACTION_ID.test(named) ? named : crypto.randomUUID()
  const headers = { "cache-control": "no-store", "x-fapi-interaction-id": interaction }
  const known: { bank?: BankRecord } = {}
  const refuse = (
    code: OpenBankingCode,
    message: string,
    reason: string,
    more: { readonly status?: number; readonly kid?: string; readonly retryAfter?: string } = {},
  ) => {
    const { status = 400, kid, retryAfter } = more
    desk.refused(reason, known.bank, kid === undefined ? {} : { kid })
    return Response.json(openBankingError(generation, code, message, { status, id: interaction }), {
      status,
      headers: { ...headers, ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }) },
    })
  }
  const later = (outage: Parameters<typeof retryAfterOf>[0]) =>
    refuse("field", "Nothing was taken; send it again", outage.reason, {
      status: 503,
      retryAfter: retryAfterOf(outage),
    })

  if (!/^application\/jwt\s*(;|$)/i.test(request.headers.get("content-type") ?? ""))
    return refuse("header", "Send application/jwt", "media-type", { status: 415 })
  const found = await findBank(given, context.req.param("bankId") ?? "")
  if (!found.ok) return later(found.error)
  const bank = found.value
  if (bank) known.bank = bank
  const rule = bank && findRule(bank, "open-banking")
  const body = await readCapped(request, UNSIGNED_BODY_BYTES_MAX)
  if (!body.ok)
    return refuse("malformed", "The body is too large or cannot be read", body.error.reason, {
      status: body.error.reason === "body_too_large" ? 413 : 400,
    })
  const token = textOf(body.value)
  if (token === "") return refuse("missing", "The body holds no token", "set_missing")
  const verified = await verifySet(
    token,
    {
      issuer: rule?.issuer ?? "",
      audience: rule?.audience ?? `${given.publicOrigin}/banks/${bank?.id ?? ""}`,
      algorithms: OPEN_BANKING_ALGORITHMS,
      textualInstants: true,
    },
    async (kid) => (bank && rule ? given.keysOf(bank, kid) : ok(undefined)),
    given.realNow,
  )
  if (!verified.ok) {
    const { error } = verified
    if (error.reason === "keys_unavailable") return later(error.outage)
    const { reason, kid } = error
    return refuse(CODE_OF[reason], SET_REASONS[reason], reason, kid === undefined ? {} : { kid })
  }
  if (!bank || !rule) return refuse("invalid", SET_REASONS.set_key_unknown, "bank_unknown")
  const reading = readOpenBankingEvent(verified.value, bank.apiBase)
  if (!reading.ok)
    return refuse(reading.error.missing ? "missingClaim" : "field", reading.error.description, "event")
  const { consent } = reading.value
  const whose = consent === undefined ? undefined : await given.findConsentCustomer(bank.id, consent)
  if (whose && !whose.ok) return later(whose.error)
  // A consent that never led to a link, or whose link is gone: nobody is to be told, and sending it again changes nothing.
  if (whose?.ok && whose.value === undefined) {
    desk.refused("consent_unknown", bank, {})
    return new Response(null, { status: 202, headers })
  }
  const customer = whose?.value === undefined ? {} : { customer: whose.value }
  const event =
    reading.value.kind === "event"
      ? readEvent({ ...reading.value.claim, ...customer }, termsOf(bank, rule), given.now())
      : makeHint({ ...reading.value.hint, ...customer }, given.now())
  if (!event.ok) return refuse("field", event.error.description, "event")
  const taken = await handOn(desk, bank, [event.value])
  if (!taken.ok) return later(taken.error)
  given.log.info("bank_events", { bank: bank.id, way: desk.way, accepted: 1, rejected: 0, requestId })
  return new Response(null, { status: 202, headers })
}

function textOf(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes).trim()
  } catch {
    // No token is written in anything but ASCII: it is refused as malformed.
    return "."
  }
}
