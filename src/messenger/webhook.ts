// The platform's way in: the handshake and the events. Cap, type, signature, parse, hand over, 200; in this order and
// nothing more. What becomes of an event is given (`receive`, `receivePage`); mounted at /messenger/webhook by app.ts.
//
// The platform wants its 200 within 5 s and unsubscribes the app after an hour of failures, so that nothing a signed body
// says may end in a 5xx: only an outage of ours does, and then the platform sends it again.

import { Hono } from "hono"
import { isSameSecret } from "../crypto/compare.ts"
import type { Outage } from "../foundation/failure.ts"
import type { Now } from "../foundation/clock.ts"
import type { Log } from "../foundation/log.ts"
import type { Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { readCapped, type BodyRefusal } from "../http/body.ts"
import type { RequestVariables } from "../http/headers.ts"
import { problemResponse, type Problem } from "../http/problem.ts"
import type { PersonEvents } from "./event.ts"
import { parseWebhook, type ParsedWebhook } from "./event-parse.ts"
import type { PageEvent } from "./page-event.ts"
import { verifySignature, type SignatureRefusal } from "./signature.ts"

/** What the webhook is given. */
export interface MessengerWebhookOptions {
  /** App secrets, newest first; never empty. */
  readonly appSecrets: readonly Secret[]
  /** The text typed in the app's dashboard. */
  readonly verifyToken: Secret
  /** Makes the events durable; `ok` only once all of them are. Must be harmless for events it has seen. */
  readonly receive: (people: readonly PersonEvents[]) => Promise<Result<void, Outage>>
  /** Takes note of what concerns Pages as a whole; `ok` once it need not be told again. Must be harmless for events it has seen. */
  readonly receivePage?: (events: readonly PageEvent[]) => Promise<Result<void, Outage>>
  /** The app we are: its echoes are `ours`. Without it no echo is. */
  readonly appId?: string
  readonly now: Now
  readonly log: Log
}

/** A batch holds up to 1000 updates of some 1 kB each, more where people write at length: six bytes of JSON a character. What is
 * refused comes again for an hour and then unsubscribes us, so that the cap is well above; hashing it takes some milliseconds. */
export const BODY_BYTES_MAX = 4_194_304
/** Shapes of unknown events one body may put into the log. */
const SHAPES_MAX = 10
/** The platform's challenge is a decimal integer. Only that is ever echoed: our origin shows nobody's markup. */
const CHALLENGE = /^[0-9]{1,32}$/

type WebhookRefusal =
  | BodyRefusal
  | SignatureRefusal
  | { readonly reason: "type_unsupported" }
  | { readonly reason: "json_malformed" }
  | { readonly reason: "handshake_refused" }
  | { readonly reason: "challenge_malformed" }
  | { readonly reason: "not_durable" }

const UNSIGNED: Problem = { status: 401, type: "signature", title: "The signature is missing or not right" }

/** One row a reason. What a stranger could learn from is told alike: the log has the reason. */
const PROBLEMS: Readonly<Record<WebhookRefusal["reason"], Problem>> = {
  body_too_large: { status: 413, type: "too-large", title: "The body is too large" },
  body_unreadable: { status: 400, type: "body", title: "The body could not be read" },
  type_unsupported: { status: 415, type: "media-type", title: "The body must be JSON" },
  signature_missing: UNSIGNED,
  signature_malformed: UNSIGNED,
  signature_mismatch: UNSIGNED,
  json_malformed: { status: 400, type: "json", title: "The body is not JSON" },
  handshake_refused: { status: 403, type: "handshake", title: "The handshake is refused" },
  challenge_malformed: { status: 400, type: "handshake", title: "The challenge must be decimal digits" },
  not_durable: {
    status: 503,
    type: "unavailable",
    title: "The events could not be stored",
    detail: "Send them again",
    headers: { "retry-after": "5" },
  },
}

/** The webhook as routes to mount. @throws RangeError without an app secret: nothing could ever be verified */
export function messengerWebhook(options: MessengerWebhookOptions): Hono<{ Variables: RequestVariables }> {
  const { appSecrets, verifyToken, receive, receivePage, appId, now, log } = options
  if (appSecrets.length === 0) throw new RangeError("Cannot serve the webhook without an app secret")
  const app = new Hono<{ Variables: RequestVariables }>()
  const refuse = (error: WebhookRefusal, requestId: string) => {
    log.warn("messenger_webhook_refused", { reason: error.reason, requestId })
    return problemResponse(PROBLEMS[error.reason], requestId)
  }

  app.get("/", async (context) => {
    const requestId = context.get("requestId")
    const sameToken = await isSameSecret(context.req.query("hub.verify_token") ?? "", verifyToken.reveal())
    if (!sameToken || context.req.query("hub.mode") !== "subscribe")
      return refuse({ reason: "handshake_refused" }, requestId)
    const challenge = context.req.query("hub.challenge") ?? ""
    if (!CHALLENGE.test(challenge)) return refuse({ reason: "challenge_malformed" }, requestId)
    return context.text(challenge, 200, { "cache-control": "no-store" })
  })

  app.post("/", async (context) => {
    const requestId = context.get("requestId")
    const bytes = await readCapped(context.req.raw, BODY_BYTES_MAX)
    if (!bytes.ok) return refuse(bytes.error, requestId)
    if (!isJsonType(context.req.header("content-type")))
      return refuse({ reason: "type_unsupported" }, requestId)
    const body = await verifySignature(bytes.value, context.req.header("x-hub-signature-256"), appSecrets)
    if (!body.ok) return refuse(body.error, requestId)
    const parsed = await parseWebhook(body.value, now(), appId)
    if (!parsed.ok) return refuse(parsed.error, requestId)
    const { people, pages, ignored } = parsed.value
    const unknown = shapesOf(parsed.value)
    if (unknown.length > 0) log.info("messenger_events_unknown", { shapes: unknown.join(", "), requestId })
    if (ignored > 0) log.warn("messenger_events_ignored", { count: ignored, requestId })
    const received = await Promise.all([
      people.length > 0 ? receive(people) : undefined,
      pages.length > 0 ? receivePage?.(pages) : undefined,
    ])
    for (const result of received) {
      if (!result || result.ok) continue
      log.error("messenger_receive_outage", { reason: result.error.reason, requestId })
      return refuse({ reason: "not_durable" }, requestId)
    }
    return context.text("EVENT_RECEIVED", 200, { "cache-control": "no-store" })
  })

  return app
}

/** A missing type is taken as JSON: the signature is the proof, the type only a courtesy. */
function isJsonType(header: string | undefined): boolean {
  const type = header?.split(";")[0]?.trim().toLowerCase()
  return type === undefined || type === "" || type === "application/json"
}

/** Key names of what nobody here understands, each once: what the platform has begun to send is seen in the log. */
function shapesOf({ people, pages }: ParsedWebhook): readonly string[] {
  const events = [...people.flatMap((person) => person.events), ...pages]
  const shapes = events.flatMap((event) => (event.kind === "unknown" ? [event.shape] : []))
  return [...new Set(shapes)].slice(0, SHAPES_MAX)
}
