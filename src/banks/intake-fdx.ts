// FDX notifications: `POST /banks/{bankId}/fdx/{version}/notifications`, with the bank's bearer key, answered 204. Nothing signs the body:
// it is taken as a hint only, and the bank is asked. What a notification says is dialects/fdx.ts.

import type { Context } from "hono"
import { fromUtf8 } from "../crypto/text.ts"
import { readCapped } from "../http/body.ts"
import { problemResponse } from "../http/problem.ts"
import type { BankRecord } from "./bank.ts"
import { isFdxVersion, readFdxNotification } from "./dialects/fdx.ts"
import { makeHint } from "./dialects/hint.ts"
import { findRule } from "./event-rules.ts"
import { handOn, openDesk, retryAfterOf } from "./intake-desk.ts"
import type { BankIntake, IntakeVariables } from "./intake-given.ts"

/** One notification. */
const BODY_BYTES_MAX = 65_536

/** Each step may end the request: version (404), bearer key (401), content type (415), body of 64 KiB (413), JSON and notification (400),
 * accept (503). */
export async function takeNotification(
  given: BankIntake,
  context: Context<IntakeVariables>,
): Promise<Response> {
  const desk = openDesk(given, context, "fdx")
  const { request, requestId } = desk
  if (!isFdxVersion(context.req.param("version") ?? ""))
    return problemResponse(
      { status: 404, type: "not-found", title: "There is nothing at this address" },
      requestId,
    )
  const refuse = (
    status: number,
    message: string,
    reason: string,
    more: { readonly bank?: BankRecord; readonly headers?: Readonly<Record<string, string>> } = {},
  ) => {
    desk.refused(reason, more.bank)
    // FDX's error entity: a code and a sentence.
    return Response.json(
      { code: String(status), message },
      { status, headers: { "cache-control": "no-store", ...more.headers } },
    )
  }
  const known = await given.auth.authenticate(request, context.req.param("bankId") ?? "")
  if (!known.ok) {
    if (known.error.reason === "bank_keys_unavailable")
      return refuse(503, "Nothing was taken; send it again", known.error.reason, {
        headers: { "retry-after": retryAfterOf(known.error.outage) },
      })
    return refuse(401, "Send this bank's key as a bearer token", known.error.reason, {
      headers: { "www-authenticate": 'Bearer realm="tellerline"' },
    })
  }
  const { bank } = known.value
  const rule = findRule(bank, "fdx")
  if (!rule) return refuse(403, "This way in is not open for this bank", "way_closed", { bank })
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? ""))
    return refuse(415, "Send application/json", "media-type", { bank })
  const body = await readCapped(request, BODY_BYTES_MAX)
  if (!body.ok) {
    const large = body.error.reason === "body_too_large"
    return refuse(
      large ? 413 : 400,
      large ? `Send at most ${BODY_BYTES_MAX} bytes` : "The body cannot be read",
      body.error.reason,
      { bank },
    )
  }
  const value = parse(body.value)
  if (value === undefined) return refuse(400, "The body is not JSON", "json", { bank })
  const read = readFdxNotification(value, rule.issuer)
  const hint = read.ok ? makeHint(read.value, given.now()) : read
  if (!hint.ok) return refuse(400, hint.error.description, "event", { bank })
  const taken = await handOn(desk, bank, [hint.value])
  if (!taken.ok)
    return refuse(503, "Nothing was taken; send it again", taken.error.reason, {
      bank,
      headers: { "retry-after": retryAfterOf(taken.error) },
    })
  given.log.info("bank_events", { bank: bank.id, way: desk.way, accepted: 1, rejected: 0, requestId })
  return new Response(null, { status: 204, headers: { "cache-control": "no-store" } })
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes))
  } catch {
    return undefined
  }
}
