// Security Event Tokens: one a request (RFC 8935) at `POST /banks/{bankId}/events`, many (multi-SET push, draft 02) at
// `POST /banks/{bankId}/event-sets`. Each token is signed by itself; the many also need the bank's bearer key.
// Verifying is set.ts, what a token says dialects/secevent.ts. @see draft-deshpande-secevent-http-multi-set-push-02

import type { Context } from "hono"
import { fromUtf8 } from "../crypto/text.ts"
import type { Outage } from "../foundation/failure.ts"
import { ok, type Result } from "../foundation/result.ts"
import { readCapped } from "../http/body.ts"
import type { BankRecord } from "./bank.ts"
import { readSetEvent } from "./dialects/secevent.ts"
import type { BankEvent } from "./event.ts"
import { readEvent } from "./event-parse.ts"
import { findRule, type EventRule } from "./event-rules.ts"
import {
  findBank,
  handOn,
  openDesk,
  previewOf,
  termsOf,
  unavailable,
  wantsPreview,
  type Desk,
} from "./intake-desk.ts"
import { EVENTS_MAX, UNSIGNED_BODY_BYTES_MAX, type BankIntake, type IntakeVariables } from "./intake-given.ts"
import { SET_REASONS, verifySet, type SetReason } from "./set.ts"

export const SET_TYPE = "application/secevent+jwt"
/** Names of JOSE a bank may sign tokens by. */
export const SET_ALGORITHMS = ["ES256", "EdDSA", "Ed25519", "PS256", "PS512"] as const

/** RFC 8935, 2.4, and what the drafts add. */
interface SetError {
  readonly err:
    | "invalid_request"
    | "invalid_key"
    | "invalid_issuer"
    | "invalid_audience"
    | "authentication_failed"
    | "access_denied"
    | "conflict"
    | "too_many_sets"
  readonly description: string
}

/** Which error each reason is told as. */
const ERRORS: Readonly<Record<SetReason, SetError["err"]>> = {
  set_malformed: "invalid_request",
  set_header: "invalid_request",
  set_algorithm: "invalid_key",
  set_key_unknown: "invalid_key",
  set_signature: "authentication_failed",
  set_type: "invalid_request",
  set_issuer: "invalid_issuer",
  set_audience: "invalid_audience",
  set_claims: "invalid_request",
  set_too_old: "invalid_request",
  set_future: "invalid_request",
}

/** One token. Each step may end the request:
 *
 * 1. query: none but `preview=1`
 * 2. bank: an unknown one goes on as a bank without keys
 * 3. body, at most 1 MiB (413)
 * 4. header, key of the registered set, signature, `typ`, `iss`, `aud`, `iat` (400 with `err`)
 * 5. exactly one event of ours, and its data (400)
 * 6. accept: durable, then 202 without a body */
export async function takeSet(given: BankIntake, context: Context<IntakeVariables>): Promise<Response> {
  const desk = openDesk(given, context, "set")
  const preview = wantsPreview(new URL(desk.request.url))
  if (preview === undefined)
    return refuse(desk, { err: "invalid_request", description: "Send no query, or preview=1" })
  const found = await findBank(given, context.req.param("bankId") ?? "")
  if (!found.ok) return unavailable(desk, found.error)
  const bank = found.value
  const body = await readText(desk)
  if (typeof body !== "string") return body
  const read = await readToken(desk, bank, body.trim())
  if (!read.ok) {
    if ("outage" in read.error) return unavailable(desk, read.error.outage)
    const { reason, error, kid } = read.error
    return refuse(desk, error, reason, bank, kid)
  }
  if (!bank) return refuse(desk, errorOf("set_key_unknown"), "bank_unknown")
  if (preview) return Response.json({ preview: previewOf(desk, bank, [read.value]) }, { headers: NO_STORE })
  const taken = await handOn(desk, bank, [read.value])
  if (!taken.ok) return unavailable(desk, taken.error)
  given.log.info("bank_events", {
    bank: bank.id,
    way: desk.way,
    accepted: 1,
    rejected: 0,
    requestId: desk.requestId,
  })
  const status = `${given.publicOrigin}/banks/${bank.id}/events/${encodeURIComponent(read.value.id)}`
  return new Response(null, { status: 202, headers: { ...NO_STORE, link: `<${status}>; rel="status"` } })
}

/** Many tokens: `{"sets": {jti: token}}`. Every one ends up in `ack` or `setErrs`; an empty map is answered like any other. */
export async function takeSets(given: BankIntake, context: Context<IntakeVariables>): Promise<Response> {
  const desk = openDesk(given, context, "event-sets")
  const { request, requestId } = desk
  if (!/^application\/json\s*(;|$)/i.test(request.headers.get("content-type") ?? ""))
    return refuse(
      desk,
      { err: "invalid_request", description: "Send application/json" },
      "media-type",
      undefined,
      undefined,
      415,
    )
  const known = await given.auth.authenticate(request, context.req.param("bankId") ?? "")
  if (!known.ok) {
    if (known.error.reason === "bank_keys_unavailable") return unavailable(desk, known.error.outage)
    const error = {
      err: "authentication_failed",
      description: "Send this bank's key as a bearer token",
    } as const
    return refuse(desk, error, known.error.reason)
  }
  const { bank } = known.value
  const body = await readText(desk)
  if (typeof body !== "string") return body
  const sets = parseSets(body)
  if (!sets)
    return refuse(desk, { err: "invalid_request", description: 'Send {"sets": {jti: token}}' }, "json", bank)
  if (sets.length > EVENTS_MAX)
    return refuse(
      desk,
      { err: "too_many_sets", description: `Send at most ${EVENTS_MAX} sets` },
      "too-many-events",
      bank,
      undefined,
      413,
    )
  const events: BankEvent[] = []
  const setErrs = new Map<string, SetError>()
  for (const [jti, token] of sets) {
    const read = await readToken(desk, bank, typeof token === "string" ? token : "")
    if (!read.ok) {
      if ("outage" in read.error) return unavailable(desk, read.error.outage)
      setErrs.set(jti, read.error.error)
    } else if (read.value.id !== jti)
      setErrs.set(jti, { err: "invalid_request", description: "The name is not the token's jti" })
    else events.push(read.value)
  }
  const taken = await handOn(desk, bank, events)
  if (!taken.ok) return unavailable(desk, taken.error)
  given.log.info("bank_events", {
    bank: bank.id,
    way: desk.way,
    accepted: events.length,
    rejected: setErrs.size,
    requestId,
  })
  const answer = { ack: events.map((event) => event.id), setErrs: Object.fromEntries(setErrs) }
  return Response.json(answer, { status: 202, headers: NO_STORE })
}

const NO_STORE = { "cache-control": "no-store" } as const

/** Why one token is not taken: an answer, or an outage. */
type TokenRefusal =
  | { readonly outage: Outage }
  | { readonly reason: string; readonly error: SetError; readonly kid?: string }

/** From a token to an event. An unknown bank has no keys. */
async function readToken(
  desk: Desk,
  bank: BankRecord | undefined,
  token: string,
): Promise<Result<BankEvent, TokenRefusal>> {
  const { given } = desk
  const rule: EventRule | undefined = bank && findRule(bank, "set")
  const verified = await verifySet(
    token,
    {
      issuer: rule?.issuer ?? "",
      audience: rule?.audience ?? `${given.publicOrigin}/banks/${bank?.id ?? ""}`,
      algorithms: SET_ALGORITHMS,
      type: "secevent+jwt",
    },
    async (kid) => (bank && rule ? given.keysOf(bank, kid) : ok(undefined)),
    given.realNow,
  )
  if (!verified.ok) {
    const { error } = verified
    return error.reason === "keys_unavailable"
      ? { ok: false, error: { outage: error.outage } }
      : { ok: false, error: { ...error, error: errorOf(error.reason) } }
  }
  const claim = readSetEvent(verified.value)
  if (!claim.ok) return { ok: false, error: { reason: "event", error: claim.error } }
  if (!bank || !rule)
    return { ok: false, error: { reason: "bank_unknown", error: errorOf("set_key_unknown") } }
  const event = readEvent(claim.value, termsOf(bank, rule), given.now())
  return event.ok ? event : { ok: false, error: { reason: "event", error: event.error } }
}

function errorOf(reason: SetReason): SetError {
  return { err: ERRORS[reason], description: SET_REASONS[reason] }
}

/** The body as text, or the answer. */
async function readText(desk: Desk): Promise<string | Response> {
  const body = await readCapped(desk.request, UNSIGNED_BODY_BYTES_MAX)
  if (!body.ok) {
    const large = body.error.reason === "body_too_large"
    const description = large ? `Send at most ${UNSIGNED_BODY_BYTES_MAX} bytes` : "The body cannot be read"
    return refuse(
      desk,
      { err: "invalid_request", description },
      body.error.reason,
      undefined,
      undefined,
      large ? 413 : 400,
    )
  }
  try {
    return fromUtf8(body.value)
  } catch {
    return refuse(desk, { err: "invalid_request", description: "The body is not UTF-8" }, "json")
  }
}

function parseSets(text: string): readonly (readonly [string, unknown])[] | undefined {
  try {
    const value = JSON.parse(text) as { readonly sets?: unknown } | null
    const sets = value?.sets
    return typeof sets === "object" && sets !== null && !Array.isArray(sets)
      ? Object.entries(sets)
      : undefined
  } catch {
    return undefined
  }
}

/** @see RFC 8935, 2.3 */
function refuse(
  desk: Desk,
  { err: code, description }: SetError,
  reason: string = code,
  bank?: BankRecord,
  kid?: string,
  status = 400,
): Response {
  desk.refused(reason, bank, kid === undefined ? {} : { kid })
  return Response.json(
    { err: code, description },
    { status, headers: { ...NO_STORE, "content-language": "en" } },
  )
}
