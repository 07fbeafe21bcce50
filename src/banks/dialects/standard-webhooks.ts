// Standard Webhooks 1.0.0: a symmetric signature (`v1`, HMAC-SHA256) or Ed25519's (`v1a`) over id, timestamp and body. Secrets and keys are
// given; an algorithm the bank has no key for is passed over. Pure but for WebCrypto. The way in is intake-webhooks.ts.
// @see standard-webhooks/standard-webhooks, spec/standard-webhooks.md

import { utf8 } from "../../crypto/text.ts"
import type { Now } from "../../foundation/clock.ts"
import { err, ok, type Result } from "../../foundation/result.ts"
import { parseInstant } from "../rfc3339.ts"
import type { EventClaim, EventRefusal } from "../event-parse.ts"

/** Both sides of time, as the reference code has it. */
export const WEBHOOK_SKEW_MS_MAX = 300_000
/** Two keys in rotation, each in both forms, with room. */
const SIGNATURES_MAX = 10
const HEADER_CHARS_MAX = 2_000
/** It becomes the event's id, and must not hold the dot that parts what is signed. */
const ID = /^[A-Za-z0-9_:-]{1,200}$/
const SECRET = /^whsec_([A-Za-z0-9+/]{32,86}={0,2})$/
const SECRET_BYTES_MIN = 24
const SECRET_BYTES_MAX = 64

export type WebhookRefusal =
  | { readonly reason: "webhook_missing" }
  | { readonly reason: "webhook_malformed" }
  | { readonly reason: "webhook_too_old"; readonly skewSeconds: number }
  | { readonly reason: "webhook_future"; readonly skewSeconds: number }
  | { readonly reason: "webhook_mismatch" }

/** What the headers say. */
export interface WebhookHead {
  readonly id: string
  readonly timestamp: string
  readonly signatures: readonly { readonly version: "v1" | "v1a"; readonly bytes: Uint8Array<ArrayBuffer> }[]
}

/** Read the three headers and judge the time: before the body is read. */
export function parseWebhookHead(headers: Headers, realNow: Now): Result<WebhookHead, WebhookRefusal> {
  const id = headers.get("webhook-id")
  const timestamp = headers.get("webhook-timestamp")
  const list = headers.get("webhook-signature")
  if (!id || !timestamp || !list) return err({ reason: "webhook_missing" })
  if (!ID.test(id) || !/^[0-9]{1,11}$/.test(timestamp) || list.length > HEADER_CHARS_MAX)
    return err({ reason: "webhook_malformed" })
  const behindMs = realNow() - Number(timestamp) * 1_000
  const skewSeconds = Math.round(behindMs / 1_000)
  if (behindMs > WEBHOOK_SKEW_MS_MAX) return err({ reason: "webhook_too_old", skewSeconds })
  if (behindMs < -WEBHOOK_SKEW_MS_MAX) return err({ reason: "webhook_future", skewSeconds })
  const signatures = list
    .split(" ")
    .slice(0, SIGNATURES_MAX)
    .flatMap((item): WebhookHead["signatures"] => {
      const [version, text = ""] = item.split(",", 2)
      const bytes = version === "v1" || version === "v1a" ? decode(text) : undefined
      return bytes && (version === "v1" || version === "v1a") ? [{ version, bytes }] : []
    })
  return signatures.length > 0 ? ok({ id, timestamp, signatures }) : err({ reason: "webhook_malformed" })
}

/** Verify the body. Every secret and key is tried, newest first.
 * @param secrets bytes of `whsec_` texts
 * @param publicKeys `whpk_` texts of the bank's record */
export async function verifyWebhook(
  { id, timestamp, signatures }: WebhookHead,
  body: Uint8Array<ArrayBuffer>,
  given: { readonly secrets: readonly Uint8Array<ArrayBuffer>[]; readonly publicKeys: readonly string[] },
): Promise<Result<void, WebhookRefusal>> {
  const head = utf8(`${id}.${timestamp}.`)
  const signed = new Uint8Array(head.length + body.length)
  signed.set(head)
  signed.set(body, head.length)
  for (const { version, bytes } of signatures) {
    const keys =
      version === "v1" ? given.secrets.map(importSecret) : given.publicKeys.map((key) => importPublic(key))
    for (const key of await Promise.all(keys)) {
      const algorithm = version === "v1" ? "HMAC" : "Ed25519"
      if (key && (await crypto.subtle.verify(algorithm, key, bytes, signed))) return ok(undefined)
    }
  }
  return err({ reason: "webhook_mismatch" })
}

/** The bytes of a secret, or `undefined` where the text is none. */
export function parseWebhookSecret(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = decode(SECRET.exec(text)?.[1] ?? "")
  return bytes && bytes.length >= SECRET_BYTES_MIN && bytes.length <= SECRET_BYTES_MAX ? bytes : undefined
}

/** Read the payload `{type, timestamp, data}`, with the customer beside it as `subject`. The standard has no member for whose it is. */
export function readWebhookEvent(
  value: unknown,
  head: Pick<WebhookHead, "id">,
  source: string,
): Result<EventClaim, EventRefusal> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return invalid("The body is not a JSON object")
  const { type, timestamp, data, subject } = value as Readonly<Record<string, unknown>>
  const at = typeof timestamp === "string" ? parseInstant(timestamp) : undefined
  if (typeof type !== "string") return invalid("type is missing or of another type")
  if (at === undefined) return invalid("timestamp is not an RFC 3339 instant")
  if (subject !== undefined && typeof subject !== "string") return invalid("subject is of another type")
  return ok({ type, id: head.id, source, customer: subject ?? "", at, data })
}

function importSecret(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"])
}

async function importPublic(key: string): Promise<CryptoKey | undefined> {
  const bytes = decode(key.slice("whpk_".length))
  try {
    return bytes && (await crypto.subtle.importKey("raw", bytes, { name: "Ed25519" }, false, ["verify"]))
  } catch {
    return undefined
  }
}

function decode(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return base64 === "" ? undefined : (Uint8Array.fromBase64(base64) as Uint8Array<ArrayBuffer>)
  } catch {
    return undefined
  }
}

function invalid(description: string): Result<never, EventRefusal> {
  return err({ err: "invalid_request", description })
}
