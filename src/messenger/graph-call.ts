// One call to the Graph API: asks, reads a capped answer, has it judged (refusal.ts), tells what its headers say of usage (usage.ts).
// Knows no edge: those are client.ts and its parts. The Page token goes into the Authorization header, never into a URL, which traces
// and logs keep.

import { readAtMost } from "../http/body.ts"
import { importHmacKey, hmac } from "../crypto/hmac.ts"
import { utf8 } from "../crypto/text.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { objectOf, parseJson, type JsonObject } from "./json.ts"
import { errorOf, judgeError, judgeSilence, judgeStrangeAnswer, type GraphRefusal } from "./refusal.ts"
import { parseUsage, type Usage } from "./usage.ts"

/** Where the Graph API is and how we prove ourselves to it. */
export interface GraphOptions {
  /** Base URL, may hold a path, no trailing slash. */
  readonly origin: string
  /** As in the path: `v26.0`. Stated with every call, else the platform takes its oldest. */
  readonly version: string
  readonly fetch: typeof fetch
  /** With it every call carries `appsecret_proof`: wanted where the app has "Require App Secret" on, harmless elsewhere. */
  readonly appSecret?: Secret
  /** Told what each answer's headers say, for calls that name a Page. Must not throw. */
  readonly onUsage?: (page: PageId, usage: Usage) => void
}

/** One call. */
export interface GraphCall {
  /** Below the version, without a leading slash. */
  readonly path: string
  /** Whose allowance it counts against. */
  readonly page?: PageId
  readonly token: Secret
  /** POST where left out. */
  readonly method?: "GET" | "POST" | "DELETE"
  readonly query?: Readonly<Record<string, string>>
  readonly body?: JsonObject
  /** Whether it may be made twice without harm; yes where left out. */
  readonly repeatable?: boolean
  readonly timeoutMs?: number
  readonly bytesMax?: number
  readonly signal?: AbortSignal | undefined
}

/** Makes calls. */
export interface Caller {
  (call: GraphCall): Promise<Result<JsonObject, GraphRefusal>>
  /** Work out what calls with this token carry, so that the next one starts in the instant it is asked for. */
  prepare(token: Secret): Promise<void>
}

const CALL_TIMEOUT_MS = 10 * SECOND_MS
/** An answer is below 2 kB. */
const ANSWER_BYTES_MAX = 64 * 1024

/** A caller of one app. */
export function createCaller(options: GraphOptions): Caller {
  const { appSecret, onUsage } = options
  const base = `${options.origin}/${options.version}/`
  /** By token, for as long as anybody holds the token. */
  const proofs = new WeakMap<Secret, string>()
  const prepare = async (token: Secret): Promise<void> => {
    if (appSecret && !proofs.has(token)) proofs.set(token, await appSecretProof(appSecret, token))
  }
  const ask = async (call: GraphCall): Promise<Result<JsonObject, GraphRefusal>> => {
    const { method = "POST", repeatable = true, timeoutMs = CALL_TIMEOUT_MS } = call
    // Only a token seen for the first time waits here: nothing may come between a decision to speak and its call.
    if (appSecret && !proofs.has(call.token)) await prepare(call.token)
    const proof = proofs.get(call.token)
    const query = new URLSearchParams({ ...call.query, ...(proof ? { appsecret_proof: proof } : {}) })
    const deadline = AbortSignal.timeout(timeoutMs)
    let response: Response
    let bytes: Uint8Array | undefined
    try {
      response = await options.fetch(`${base}${call.path}${query.size > 0 ? `?${query.toString()}` : ""}`, {
        method,
        headers: {
          authorization: `Bearer ${call.token.reveal()}`,
          accept: "application/json",
          ...(call.body ? { "content-type": "application/json" } : {}),
        },
        ...(call.body ? { body: JSON.stringify(call.body) } : {}),
        redirect: "manual",
        signal: call.signal ? AbortSignal.any([call.signal, deadline]) : deadline,
      })
      bytes = await readAtMost(response, call.bytesMax ?? ANSWER_BYTES_MAX)
    } catch {
      // Whatever it was, its text may quote the address with a linking token in it: nothing of it is kept.
      return err(judgeSilence(repeatable))
    }
    const usage = call.page && onUsage ? parseUsage(response.headers) : undefined
    if (usage && call.page) onUsage?.(call.page, usage)
    return judgeAnswer(response, bytes, repeatable)
  }
  return Object.assign(ask, { prepare })
}

/** Proof that whoever holds the token holds the app's secret, too: hex of HMAC-SHA256 over the token.
 * @see Graph API, Securing requests: appsecret_proof */
export async function appSecretProof(appSecret: Secret, token: Secret): Promise<string> {
  const mac = await hmac(await importHmacKey(utf8(appSecret.reveal())), utf8(token.reveal()))
  return mac.toHex()
}

/** The answer of a call that only had to be done. */
export function nothing(answer: Result<unknown, GraphRefusal>): Result<void, GraphRefusal> {
  return answer.ok ? ok(undefined) : answer
}

/** Judge an answer whose body has been read; `bytes` is `undefined` where it was larger than we read. */
function judgeAnswer(
  head: { readonly status: number; readonly headers: Headers },
  bytes: Uint8Array | undefined,
  repeatable: boolean,
): Result<JsonObject, GraphRefusal> {
  const json = bytes ? parseJson(bytes) : undefined
  const body = json?.ok ? objectOf(json.value) : undefined
  const error = errorOf(body)
  if (error) return err(judgeError(error, head, repeatable))
  if (body && head.status >= 200 && head.status < 300) return ok(body)
  return err(judgeStrangeAnswer(head, repeatable))
}
