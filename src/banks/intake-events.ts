// CloudEvents, one or many, under one signature of the request's head: `POST /banks/{bankId}/events`.
// Stores nothing and knows no queue: `accept` makes events durable. The same path takes single tokens: intake-sets.ts.

import type { Context } from "hono"
import { fromUtf8 } from "../crypto/text.ts"
import { readCapped } from "../http/body.ts"
import type { Outage } from "../foundation/failure.ts"
import { problemResponse, type Problem } from "../http/problem.ts"
import type { BankRecord } from "./bank.ts"
import { readBatch, type ReadBatch } from "./event-batch.ts"
import { verifyContentDigest } from "./event-digest.ts"
import { findRule } from "./event-rules.ts"
import {
  SIGNATURE_TAG,
  SIGNED_COMPONENTS,
  SIGNED_PARAMETERS,
  verifyEventSignature,
  type SignatureRefusal,
} from "./event-signature.ts"
import { findBank, handOn, openDesk, previewOf, retryAfterOf, termsOf, wantsPreview } from "./intake-desk.ts"
import {
  EVENTS_MAX,
  SIGNED_BODY_BYTES_MAX,
  VALUES_MAX,
  type BankIntake,
  type IntakeVariables,
} from "./intake-given.ts"
import { SET_TYPE, takeSet } from "./intake-sets.ts"
import { mayHoldMoreValues } from "./json-shape.ts"
import { reportSignature } from "./signature-report.ts"

/** Whether one event is a body of its own or an element of a list, by content type. */
const CONTENT_TYPES: Readonly<Record<string, "single" | "batch">> = {
  "application/cloudevents+json": "single",
  "application/cloudevents-batch+json": "batch",
}

const TYPES = [...Object.keys(CONTENT_TYPES), SET_TYPE]

/** Why a whole request is refused. */
type IntakeRefusal =
  | "media-type"
  | "query"
  | "signature"
  | "digest"
  | "json"
  | "event"
  | "not-this-bank"
  | "too-large"
  | "too-many-values"
  | "too-many-events"
  | "unavailable"

const SIGNATURE_INPUT = `(${SIGNED_COMPONENTS.map((name) => `"${name}"`).join(" ")})`

const PROBLEMS = {
  "media-type": {
    status: 415,
    title: "The content type is not supported",
    detail: `Send ${TYPES.join(", ")}, UTF-8, without a content encoding`,
    headers: { "accept-post": TYPES.join(", ") },
  },
  query: { status: 400, title: "The query is not supported", detail: "Send no query, or preview=1" },
  signature: {
    status: 401,
    title: "The signature was refused",
    detail:
      `Sign ${SIGNED_COMPONENTS.join(" ")} with the parameters ${SIGNED_PARAMETERS.join(" ")} ` +
      `and tag="${SIGNATURE_TAG}" (RFC 9421), with a key of the registered JWK set, at most 300 s ago`,
    members: { err: "authentication_failed" },
    headers: {
      "accept-signature": `sig1=${SIGNATURE_INPUT};created;keyid;tag="${SIGNATURE_TAG}"`,
    },
  },
  digest: {
    status: 400,
    title: "The body is not the one its digest names",
    detail: "Send Content-Digest with sha-256 or sha-512 over the bytes of the body (RFC 9530)",
    members: { err: "invalid_request" },
  },
  json: {
    status: 400,
    title: "The body is not the JSON its content type promises",
    members: { err: "invalid_request" },
  },
  event: { status: 400, title: "The event was refused" },
  "not-this-bank": {
    status: 403,
    title: "The events are not this bank's",
    detail: "source must be the one registered for this bank",
    members: { err: "access_denied" },
  },
  "too-large": {
    status: 413,
    title: "The body is too large",
    detail: `Send at most ${SIGNED_BODY_BYTES_MAX} bytes`,
  },
  "too-many-values": {
    status: 413,
    title: "The body holds too many values",
    detail: `Send at most ${VALUES_MAX} members and elements`,
  },
  "too-many-events": {
    status: 413,
    title: "The batch is too large",
    detail: `Send at most ${EVENTS_MAX} events`,
  },
  unavailable: { status: 503, title: "Nothing was taken; send it again" },
} as const satisfies Readonly<Record<IntakeRefusal, Omit<Problem, "type">>>

/** Each step may end the request:
 *
 * 1. content type: one event or a list of them, UTF-8, not encoded (415); no query but `preview=1` (400)
 * 2. bank: an unknown one goes on as a bank without keys, so that nobody can list our banks
 * 3. signature of the head, before the body is read (401 with what is required)
 * 4. body, at most 16 MiB (413)
 * 5. digest over the bytes (400)
 * 6. JSON of the promised shape (400), at most 10,000 events, of a size that can be parsed (413)
 * 7. each event: a bad one is refused by its id, the rest goes on; a bad single one is the request's (400), another's (403)
 * 8. accept: durable, then 202; otherwise 503 and the bank sends again, which is harmless
 *
 * A repeat within 300 s passes every step again and is answered like the first. */
export async function takeEvents(given: BankIntake, context: Context<IntakeVariables>): Promise<Response> {
  const { headers } = context.req.raw
  if (isSet(headers)) return takeSet(given, context)
  return takeCloudEvents(given, context)
}

async function takeCloudEvents(given: BankIntake, context: Context<IntakeVariables>): Promise<Response> {
  const desk = openDesk(given, context, "events")
  const { request, requestId } = desk
  const proven: { bank?: BankRecord } = {}
  const refuse = (type: IntakeRefusal, more: Partial<Problem> = {}, reason: string = type) => {
    desk.refused(reason, proven.bank)
    return problemResponse({ ...PROBLEMS[type], ...more, type }, requestId)
  }
  const outage = (fault: Outage) =>
    refuse("unavailable", { headers: { "retry-after": retryAfterOf(fault) } }, fault.reason)

  const mode = modeOf(request.headers)
  if (!mode) return refuse("media-type")
  const url = new URL(request.url)
  const preview = wantsPreview(url)
  if (preview === undefined) return refuse("query")

  const found = await findBank(given, context.req.param("bankId") ?? "")
  if (!found.ok) return outage(found.error)
  const bank = found.value
  const rule = bank && findRule(bank, "events")

  const head = { method: request.method, target: url.pathname + url.search, headers: request.headers }
  const proof = await verifyEventSignature(
    head,
    given.publicOrigin,
    async (kid) => (bank && rule ? given.keysOf(bank, kid) : NO_KEY),
    given.realNow,
  )
  if (!proof.ok) {
    if (proof.error.reason === "keys_unavailable") return outage(proof.error.outage)
    // A refusal is kept with what its engineers need; `refuse` itself keeps nothing of a bank that is not proven.
    desk.refused(reasonOf(proof.error, bank), bank, reportSignature(head, given))
    return problemResponse({ ...PROBLEMS.signature, type: "signature" }, requestId)
  }
  if (!bank || !rule) return refuse("signature", {}, "bank_unknown")
  proven.bank = bank

  const body = await readCapped(request, SIGNED_BODY_BYTES_MAX)
  if (!body.ok)
    return refuse(body.error.reason === "body_too_large" ? "too-large" : "json", {}, body.error.reason)
  const digest = await verifyContentDigest(request.headers.get("content-digest"), body.value)
  if (!digest.ok) return refuse("digest", {}, digest.error.reason)

  if (mayHoldMoreValues(body.value, VALUES_MAX)) return refuse("too-many-values")
  const elements = parseElements(body.value, mode)
  if (!elements) return refuse("json")
  if (elements.length > EVENTS_MAX) return refuse("too-many-events")
  const batch = readBatch(elements, termsOf(bank, rule), given.now())
  if (batch.allForeign) return refuse("not-this-bank")
  const [onlyRefusal] = batch.rejected.values()
  if (mode === "single" && onlyRefusal) {
    return refuse("event", { detail: onlyRefusal.description, members: { ...onlyRefusal } })
  }

  if (preview) {
    const answer = {
      preview: previewOf(desk, bank, batch.events),
      rejected: Object.fromEntries(batch.rejected),
    }
    return Response.json(answer, { headers: { "cache-control": "no-store" } })
  }
  const tests = await handOn(desk, bank, batch.events)
  if (!tests.ok) return outage(tests.error)
  given.log.info("bank_events", {
    bank: bank.id,
    accepted: batch.events.length,
    rejected: batch.rejected.size,
    requestId,
  })
  return accepted(batch, mode, `${given.publicOrigin}/banks/${bank.id}/events`, tests.value)
}

const NO_KEY = { ok: true, value: undefined } as const

/** A stranger hears the same either way; the log does not. */
function reasonOf(refusal: SignatureRefusal, bank: BankRecord | undefined): string {
  return bank ? refusal.reason : "bank_unknown"
}

function modeOf(headers: Headers): "single" | "batch" | undefined {
  const [type = "", ...parameters] = (headers.get("content-type") ?? "").toLowerCase().split(";")
  const encoding = headers.get("content-encoding")?.trim().toLowerCase()
  if (encoding && encoding !== "identity") return undefined
  const charsets = parameters
    .map((parameter) => parameter.trim())
    .filter((text) => text.startsWith("charset="))
  if (charsets.some((charset) => !/^charset="?utf-8"?$/.test(charset))) return undefined
  return Object.hasOwn(CONTENT_TYPES, type.trim()) ? CONTENT_TYPES[type.trim()] : undefined
}

/** The elements a body holds, or `undefined` where it is not what its content type promises. */
function parseElements(bytes: Uint8Array, mode: "single" | "batch"): readonly unknown[] | undefined {
  let value: unknown
  try {
    value = JSON.parse(fromUtf8(bytes))
  } catch {
    return undefined
  }
  if (mode === "single") return Array.isArray(value) ? undefined : [value]
  return Array.isArray(value) ? (value as readonly unknown[]) : undefined
}

function accepted(
  batch: ReadBatch,
  mode: "single" | "batch",
  base: string,
  tests: Readonly<Record<string, unknown>>,
): Response {
  const [only] = batch.events
  const link =
    mode === "single" && only ? { link: `<${base}/${encodeURIComponent(only.id)}>; rel="status"` } : undefined
  return Response.json(
    {
      accepted: batch.events.length,
      rejected: Object.fromEntries(batch.rejected),
      ...(Object.keys(tests).length > 0 ? { tests } : {}),
    },
    { status: 202, headers: { "cache-control": "no-store", ...link } },
  )
}

function isSet(headers: Headers): boolean {
  return (headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() === SET_TYPE
}
