// One signed post to a bank: RFC 9421 over the request's head, RFC 9530 over its bytes, under our newest key. Judges the answer by its
// status alone; what the bank writes is not read. When to try again is the consumer's (notifications/callbacks.ts).
// Composed by worker.ts.

import {
  BrokenCircuitError,
  circuitBreaker,
  ConsecutiveBreaker,
  handleWhenResult,
  type CircuitBreakerPolicy,
} from "cockatiel"
import { appendSignature, createSignature } from "http-message-sig"
import { sha256 } from "../crypto/hmac.ts"
import type { SigningKeys } from "../crypto/signing-keys.ts"
import { utf8 } from "../crypto/text.ts"
import { HOUR_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { isServiceUrl } from "./bank-record.ts"
import type { CallbackEvent } from "./callback.ts"

export const CALLBACK_TAG = "tellerline-callback-v1"
/** What the signature covers: the same list a bank's own events must cover. */
const COMPONENTS = ["@method", "@authority", "@path", "@query", "content-type", "content-digest"] as const
const SINGLE_TYPE = "application/cloudevents+json"
const BATCH_TYPE = "application/cloudevents-batch+json"
const LABEL = "sig1"
const ALGORITHM = "ecdsa-p256-sha256"
const ECDSA = { name: "ECDSA", hash: "SHA-256" } as const
const TIMEOUT_MS = 8 * SECOND_MS
/** A bank cannot make us wait longer than this before we ask again. */
const RETRY_AFTER_MS_MAX = HOUR_MS
/** So many silences in a row, and the bank is left alone for a while: its messages wait on the queue at no cost to others. */
const SILENCES_MAX = 5
const PAUSE_MS = 10 * SECOND_MS
const BANKS_MAX = 1_000

type Posted = Result<void, Outage>

/** Post events to a bank: one alone as a single CloudEvent, several as a batch. `ok` for any 2xx. Harmless to repeat.
 * @returns else an outage; `refused` for a redirect or another status below 500: the bank was reached and does not want it */
export type PostCallbacks = (
  bank: BankId,
  url: string,
  events: readonly [CallbackEvent, ...CallbackEvent[]],
) => Promise<Posted>

/** A sender, for the isolate's life.
 * @param given.realNow the real clock: a bank judges the signature's age by it
 * @param given.development plain http is allowed, to loopback only */
export function createPostCallbacks(given: {
  readonly signing: Pick<SigningKeys, "key" | "kid">
  readonly development: boolean
  readonly fetch: typeof fetch
  readonly realNow: Now
}): PostCallbacks {
  const policies = new Map<BankId, CircuitBreakerPolicy>()
  const policyOf = (bank: BankId) => {
    const known = policies.get(bank)
    if (known) return known
    const policy = circuitBreaker(
      handleWhenResult((posted) => isSilence(posted as Posted)),
      {
        halfOpenAfter: PAUSE_MS,
        breaker: new ConsecutiveBreaker(SILENCES_MAX),
      },
    )
    if (policies.size >= BANKS_MAX) policies.clear()
    policies.set(bank, policy)
    return policy
  }
  return async (bank, url, events) => {
    // Judged when it was registered; judged again here, because this is where a stranger's address would be called.
    if (!isServiceUrl(url, given.development))
      return err({ reason: "refused", retry: "later", code: "address" })
    try {
      return await policyOf(bank).execute(() => postSigned(given, url, events))
    } catch (fault) {
      if (!(fault instanceof BrokenCircuitError)) throw fault
      return err({ reason: "unavailable", retry: { afterMs: PAUSE_MS }, code: "paused" })
    }
  }
}

/** Whether it is the bank that is silent, so that its next callback would fare alike. */
export function isSilence(posted: Posted): boolean {
  return !posted.ok && posted.error.reason !== "refused"
}

async function postSigned(
  given: Parameters<typeof createPostCallbacks>[0],
  url: string,
  events: readonly CallbackEvent[],
): Promise<Posted> {
  const body = utf8(JSON.stringify(events.length === 1 ? events[0] : events))
  const headers = await signHeaders(given, url, body, events.length === 1 ? SINGLE_TYPE : BATCH_TYPE)
  let response: Response
  try {
    response = await given.fetch(url, {
      method: "POST",
      headers,
      body,
      redirect: "manual",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    await response.body?.cancel()
  } catch (fault) {
    const { name } = fault as { name?: unknown }
    return err({ reason: name === "TimeoutError" ? "timeout" : "unreachable", retry: "later" })
  }
  return response.status >= 200 && response.status < 300 ? ok(undefined) : err(outageOf(response))
}

/** The head of a signed POST to a bank. @see RFC 9421, 2.5; RFC 9530, 2 */
export async function signHeaders(
  { signing, realNow }: Pick<Parameters<typeof createPostCallbacks>[0], "signing" | "realNow">,
  url: string,
  body: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<Headers> {
  const headers = new Headers({
    "content-type": contentType,
    "content-digest": `sha-256=:${(await sha256(body)).toBase64()}:`,
  })
  const fields = [...headers].map(([name, value]) => ({ name, value }))
  const signature = await createSignature(
    { kind: "request", method: "POST", targetUri: url, fields },
    {
      label: LABEL,
      components: COMPONENTS,
      parameters: { created: Math.floor(realNow() / SECOND_MS), keyid: signing.kid, tag: CALLBACK_TAG },
      signer: {
        algorithm: ALGORITHM,
        sign: async (data) =>
          new Uint8Array(await crypto.subtle.sign(ECDSA, signing.key, data as Uint8Array<ArrayBuffer>)),
      },
    },
  )
  return appendSignature(headers, signature)
}

function outageOf(response: Response): Outage {
  const { status, headers } = response
  const code = String(status)
  const seconds = /^[0-9]{1,6}$/.test(headers.get("retry-after") ?? "")
    ? Number(headers.get("retry-after"))
    : 0
  const retry = seconds > 0 ? { afterMs: Math.min(seconds * SECOND_MS, RETRY_AFTER_MS_MAX) } : "later"
  if (status === 429) return { reason: "throttled", retry, code }
  return { reason: status >= 500 ? "unavailable" : "refused", retry, code }
}
