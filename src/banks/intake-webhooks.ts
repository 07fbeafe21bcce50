// Small banks' way in: Standard Webhooks, one event a request, at `POST /banks/{bankId}/webhooks`. The signature is
// dialects/standard-webhooks.ts; secrets lie sealed in the directory and are given open.

import type { Context } from "hono"
import { fromUtf8 } from "../crypto/text.ts"
import { readCapped } from "../http/body.ts"
import { problemResponse, type Problem } from "../http/problem.ts"
import { parseWebhookHead, readWebhookEvent, verifyWebhook } from "./dialects/standard-webhooks.ts"
import { readEvent } from "./event-parse.ts"
import { findRule } from "./event-rules.ts"
import { findBank, handOn, openDesk, previewOf, termsOf, unavailable, wantsPreview } from "./intake-desk.ts"
import { UNSIGNED_BODY_BYTES_MAX, type BankIntake, type IntakeVariables } from "./intake-given.ts"

type WebhookProblem = "media-type" | "query" | "signature" | "too-large" | "json" | "event" | "not-this-bank"

const PROBLEMS = {
  "media-type": { status: 415, title: "The content type is not supported", detail: "Send application/json" },
  query: { status: 400, title: "The query is not supported", detail: "Send no query, or preview=1" },
  signature: {
    status: 401,
    title: "The signature was refused",
    detail:
      "Send webhook-id, webhook-timestamp (at most 300 s off) and webhook-signature (v1 or v1a) as Standard Webhooks 1.0.0 says",
    members: { err: "authentication_failed" },
  },
  "too-large": {
    status: 413,
    title: "The body is too large",
    detail: `Send at most ${UNSIGNED_BODY_BYTES_MAX} bytes`,
  },
  json: { status: 400, title: "The body is not JSON", members: { err: "invalid_request" } },
  event: { status: 400, title: "The event was refused" },
  "not-this-bank": { status: 403, title: "The event is not this bank's", members: { err: "access_denied" } },
} as const satisfies Readonly<Record<WebhookProblem, Omit<Problem, "type">>>

/** Each step may end the request:
 *
 * 1. content type (415), query (400)
 * 2. bank: an unknown one goes on as a bank without secrets
 * 3. the three headers, both sides of time (401)
 * 4. body, at most 1 MiB (413)
 * 5. signature (401)
 * 6. JSON and event (400)
 * 7. accept: durable, then 202 */
export async function takeWebhook(given: BankIntake, context: Context<IntakeVariables>): Promise<Response> {
  const desk = openDesk(given, context, "webhooks")
  const { request, requestId } = desk
  const found = await findBank(given, context.req.param("bankId") ?? "")
  if (!found.ok) return unavailable(desk, found.error)
  const bank = found.value
  const refuse = (
    type: WebhookProblem,
    reason: string = type,
    more: Partial<Problem> & { readonly skewSeconds?: number } = {},
  ) => {
    const { skewSeconds, ...problem } = more
    desk.refused(reason, bank, skewSeconds === undefined ? {} : { skewSeconds })
    return problemResponse({ ...PROBLEMS[type], ...problem, type }, requestId)
  }
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? ""))
    return refuse("media-type")
  const preview = wantsPreview(new URL(request.url))
  if (preview === undefined) return refuse("query")
  const head = parseWebhookHead(request.headers, given.realNow)
  if (!head.ok)
    return refuse(
      "signature",
      head.error.reason,
      "skewSeconds" in head.error ? { skewSeconds: head.error.skewSeconds } : {},
    )
  const rule = bank && findRule(bank, "webhooks")
  const secrets = bank && rule ? await given.webhookSecrets(bank.id) : { ok: true as const, value: [] }
  if (!secrets.ok) return unavailable(desk, secrets.error)
  const body = await readCapped(request, UNSIGNED_BODY_BYTES_MAX)
  if (!body.ok)
    return refuse(body.error.reason === "body_too_large" ? "too-large" : "json", body.error.reason)
  const keys = { secrets: secrets.value, publicKeys: (rule && bank?.webhookKeys) ?? [] }
  const proof = await verifyWebhook(head.value, body.value, keys)
  if (!proof.ok) return refuse("signature", bank ? proof.error.reason : "bank_unknown")
  if (!bank || !rule) return refuse("signature", "bank_unknown")
  const value = parse(body.value)
  if (value === undefined) return refuse("json")
  const claim = readWebhookEvent(value, head.value, rule.issuer)
  const event = claim.ok ? readEvent(claim.value, termsOf(bank, rule), given.now()) : claim
  if (!event.ok) {
    const type = event.error.err === "access_denied" ? "not-this-bank" : "event"
    return refuse(type, type, { detail: event.error.description, members: { ...event.error } })
  }
  if (preview)
    return Response.json(
      { preview: previewOf(desk, bank, [event.value]) },
      { headers: { "cache-control": "no-store" } },
    )
  const taken = await handOn(desk, bank, [event.value])
  if (!taken.ok) return unavailable(desk, taken.error)
  given.log.info("bank_events", { bank: bank.id, way: desk.way, accepted: 1, rejected: 0, requestId })
  const status = `${given.publicOrigin}/banks/${bank.id}/events/${encodeURIComponent(event.value.id)}`
  const tests = Object.keys(taken.value).length > 0 ? { tests: taken.value } : {}
  return Response.json(
    { accepted: 1, rejected: {}, ...tests },
    { status: 202, headers: { "cache-control": "no-store", link: `<${status}>; rel="status"` } },
  )
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes))
  } catch {
    return undefined
  }
}
