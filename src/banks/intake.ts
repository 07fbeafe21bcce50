// The way in for a bank's events. Verifies, reads, hands over; stores nothing and knows no queue: `accept` makes events durable.
// The only file of this room that sees hono. Composed by worker.ts; app.ts mounts it at the root.

import { Hono, type Context } from "hono"
import { fromUtf8 } from "../crypto/text.ts"
import type { Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { isBankId, type BankId } from "../foundation/id.ts"
import type { Log } from "../foundation/log.ts"
import type { Result } from "../foundation/result.ts"
import { readCapped } from "../http/body.ts"
import type { RequestVariables } from "../http/headers.ts"
import { problemResponse, type Problem } from "../http/problem.ts"
import type { BankRecord } from "./bank.ts"
import type { KeysOf } from "./bank-keys.ts"
import { readBatch, type ReadBatch } from "./event-batch.ts"
import { verifyContentDigest } from "./event-digest.ts"
import type { BankEvent } from "./event.ts"
import { EVENT_TYPES } from "./event-types.ts"
import type { EventTerms } from "./event-parse.ts"
import {
  SIGNATURE_TAG,
  SIGNED_COMPONENTS,
  SIGNED_PARAMETERS,
  verifyEventSignature,
  type SignatureRefusal,
} from "./event-signature.ts"
import { mayHoldMoreValues } from "./json-shape.ts"

/** A body whose headers were signed. */
export const SIGNED_BODY_BYTES_MAX = 16 * 1_024 * 1_024
export const EVENTS_MAX = 10_000
/** Members and elements of a body: eighty an event, twice what the fullest type has. More would not fit beside other banks' requests
 * into an isolate's 128 MB once they are parsed (P13). */
export const VALUES_MAX = 80 * EVENTS_MAX
const RETRY_AFTER_SECONDS = 10

/** What the way in needs, given by worker.ts. */
export interface BankIntake {
  /** The record of a bank, or `undefined`. Cached: strangers may ask for any name. */
  readonly findBank: (id: BankId) => Promise<Result<BankRecord | undefined, Outage>>
  readonly keysOf: KeysOf
  /** Make events durable. `ok` means every one is; it may be called again with the same events. */
  readonly accept: (bank: BankRecord, events: readonly BankEvent[]) => Promise<Result<void, Outage>>
  /** Scheme and host, no trailing slash: what `@authority` is judged against. */
  readonly publicOrigin: string
  /** Our own clock: judges what an event says. */
  readonly now: Now
  /** The real clock: judges signatures. */
  readonly realNow: Now
  readonly log: Log
}

type Variables = { Variables: RequestVariables }

/** Whether one event is a body of its own or an element of a list, by content type. */
const CONTENT_TYPES: Readonly<Record<string, "single" | "batch">> = {
  "application/cloudevents+json": "single",
  "application/cloudevents-batch+json": "batch",
}

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
    detail: `Send ${Object.keys(CONTENT_TYPES).join(" or ")}, UTF-8, without a content encoding`,
    headers: { "accept-post": Object.keys(CONTENT_TYPES).join(", ") },
  },
  query: { status: 400, title: "The query is not supported", detail: "Send no query" },
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

/** Routes for a bank's events: `POST /banks/:bankId/events`. Each step may end the request:
 *
 * 1. content type: one event or a list of them, UTF-8, not encoded (415); no query (400)
 * 2. bank: an unknown one goes on as a bank without keys, so that nobody can list our banks
 * 3. signature of the head, before the body is read (401 with what is required)
 * 4. body, at most 16 MiB (413)
 * 5. digest over the bytes (400)
 * 6. JSON of the promised shape (400), at most 10,000 events, of a size that can be parsed (413)
 * 7. each event: a bad one is refused by its id, the rest goes on; a bad single one is the request's (400), another's (403)
 * 8. accept: durable, then 202; otherwise 503 and the bank sends again, which is harmless
 *
 * A repeat within 300 s passes every step again and is answered like the first. */
export function bankIntake(given: BankIntake): Hono<Variables> {
  const routes = new Hono<Variables>()
  routes.post("/banks/:bankId/events", (context) => takeEvents(given, context))
  return routes
}

async function takeEvents(given: BankIntake, context: Context<Variables>): Promise<Response> {
  const request = context.req.raw
  const refuse = (type: IntakeRefusal, more: Partial<Problem> = {}, reason: string = type) => {
    given.log.warn("bank_events_refused", { reason, requestId: context.get("requestId") })
    return problemResponse({ ...PROBLEMS[type], ...more, type }, context.get("requestId"))
  }
  const outage = ({ retry, reason }: Outage) => {
    const seconds =
      typeof retry === "object" ? Math.max(1, Math.ceil(retry.afterMs / 1_000)) : RETRY_AFTER_SECONDS
    return refuse("unavailable", { headers: { "retry-after": String(seconds) } }, reason)
  }

  const mode = modeOf(request.headers)
  if (!mode) return refuse("media-type")
  const url = new URL(request.url)
  if (url.search !== "") return refuse("query")

  const bankId = context.req.param("bankId")
  const found = isBankId(bankId) ? await given.findBank(bankId) : NO_BANK
  if (!found.ok) return outage(found.error)
  const bank = found.value

  const proof = await verifyEventSignature(
    { method: request.method, target: url.pathname + url.search, headers: request.headers },
    given.publicOrigin,
    async (kid) => (bank ? given.keysOf(bank, kid) : NO_KEY),
    given.realNow,
  )
  if (!proof.ok) {
    return proof.error.reason === "keys_unavailable"
      ? outage(proof.error.outage)
      : refuse("signature", {}, reasonOf(proof.error, bank))
  }
  if (!bank) return refuse("signature", {}, "bank_unknown")

  const body = await readCapped(request, SIGNED_BODY_BYTES_MAX)
  if (!body.ok)
    return refuse(body.error.reason === "body_too_large" ? "too-large" : "json", {}, body.error.reason)
  const digest = await verifyContentDigest(request.headers.get("content-digest"), body.value)
  if (!digest.ok) return refuse("digest", {}, digest.error.reason)

  if (mayHoldMoreValues(body.value, VALUES_MAX)) return refuse("too-many-values")
  const elements = parseElements(body.value, mode)
  if (!elements) return refuse("json")
  if (elements.length > EVENTS_MAX) return refuse("too-many-events")
  const batch = readBatch(elements, termsOf(bank), given.now())
  if (batch.allForeign) return refuse("not-this-bank")
  const [onlyRefusal] = batch.rejected.values()
  if (mode === "single" && onlyRefusal) {
    return refuse("event", { detail: onlyRefusal.description, members: { ...onlyRefusal } })
  }

  const events = batch.events.filter(goesOn)
  if (events.length > 0) {
    const taken = await given.accept(bank, events)
    if (!taken.ok) return outage(taken.error)
  }
  given.log.info("bank_events", {
    bank: bank.id,
    accepted: batch.events.length,
    rejected: batch.rejected.size,
    requestId: context.get("requestId"),
  })
  return accepted(batch, mode, `${given.publicOrigin}/banks/${bank.id}/events`)
}

/** What a bank's events are held to. */
function termsOf(bank: BankRecord): EventTerms {
  return { source: bank.eventSource, linkHosts: bank.linkHosts }
}

/** A test is answered and goes nowhere. */
function goesOn(event: BankEvent): boolean {
  return EVENT_TYPES[event.type].use !== "test"
}

const NO_BANK = { ok: true, value: undefined } as const
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

function accepted(batch: ReadBatch, mode: "single" | "batch", base: string): Response {
  const [only] = batch.events
  const link =
    mode === "single" && only ? { link: `<${base}/${encodeURIComponent(only.id)}>; rel="status"` } : undefined
  return Response.json(
    { accepted: batch.events.length, rejected: Object.fromEntries(batch.rejected) },
    { status: 202, headers: { "cache-control": "no-store", ...link } },
  )
}
