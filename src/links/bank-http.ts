// How we speak HTTP to a bank's authorization server and APIs: one deadline and one cap for every call, and one reading of what
// went wrong. No OAuth in here beyond oauth4webapi's own error classes. Used by bank-login.ts, bank-metadata.ts and bank-call.ts.

import { readAtMost } from "../http/body.ts"
import * as oauth from "oauth4webapi"
import { SECOND_MS } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"

/** A bank that has not answered by then is treated as silent. */
export const BANK_TIMEOUT_MS = 8 * SECOND_MS
/** Largest answer that is read: ten pages of transactions are far below. */
export const BANK_ANSWER_BYTES_MAX = 1024 * 1024
const RETRY_AFTER_SECONDS_MAX = 3_600
const REGISTERED_WORD = /^[a-z_]{1,64}$/
const LOOPBACK_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

/** The bank did not answer, or not in a form that can be judged. Caught where it becomes a refusal. */
export class BankSilence extends Error {
  override readonly name = "BankSilence"
  constructor(
    readonly outage: Outage,
    options?: ErrorOptions,
  ) {
    super(`The bank did not answer: ${outage.reason}`, options)
  }
}

/** A request as oauth4webapi makes it. */
interface BankRequest {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body?: BodyInit | null | undefined
  readonly signal?: AbortSignal
}

/** oauth4webapi's request options, as all calls use them. */
export interface BankHttpOptions {
  readonly signal: () => AbortSignal
  readonly [oauth.customFetch]: (url: string, request: BankRequest) => Promise<Response>
  readonly [oauth.allowInsecureRequests]?: true
}

/** Options for calls to one bank.
 * @param insecure plain http is allowed: an issuer on loopback, in development only (`isLoopbackIssuer`)
 * @param passErrors hand on 429 and 5xx to be judged, as account data needs; else they are a silence
 * @param signal ends the call before its own deadline does
 * @param timeoutMs each call's own deadline */
export function bankHttp(
  fetcher: typeof fetch,
  {
    insecure,
    passErrors = false,
    signal,
    timeoutMs = BANK_TIMEOUT_MS,
  }: {
    readonly insecure: boolean
    readonly passErrors?: boolean
    readonly signal?: AbortSignal
    readonly timeoutMs?: number
  },
): BankHttpOptions {
  return {
    signal: () => {
      const deadline = AbortSignal.timeout(timeoutMs)
      return signal ? AbortSignal.any([signal, deadline]) : deadline
    },
    [oauth.customFetch]: (url, request) => fetchCapped(fetcher, url, request, passErrors),
    ...(insecure ? { [oauth.allowInsecureRequests]: true as const } : {}),
  }
}

/** `true` for plain http on this machine, which is how the sandbox's bank is reached. */
export function isLoopbackIssuer(issuer: string): boolean {
  const url = URL.parse(issuer)
  return url !== null && url.protocol === "http:" && LOOPBACK_HOSTS.includes(url.hostname)
}

/** Ask once more where the bank wants a nonce in the DPoP proof: an isolate starts without one, so that this is the normal path.
 * `send` is called anew, so that proof and assertion are fresh. @see RFC 9449, 8 and 9 */
export async function withNonce<T>(
  send: () => Promise<Response>,
  judge: (response: Response) => Promise<T>,
): Promise<T> {
  const attempt = async () => judge(await send())
  try {
    return await attempt()
  } catch (fault) {
    if (oauth.isDPoPNonceError(fault)) return attempt()
    throw fault
  }
}

/** What an error of a bank call means, or `undefined` for a fault of ours, to be thrown on.
 * Texts of the bank never go on; its error code does where it is a word of the registry. */
export function outageOf(fault: unknown): Outage | undefined {
  if (fault instanceof BankSilence) return fault.outage
  if (fault instanceof oauth.ResponseBodyError)
    return { reason: "refused", retry: "never", code: registeredWord(fault.error) }
  if (fault instanceof oauth.WWWAuthenticateChallengeError)
    return { reason: "refused", retry: "never", code: registeredWord(fault.cause[0]?.parameters["error"]) }
  if (fault instanceof oauth.OperationProcessingError || fault instanceof oauth.UnsupportedOperationError)
    return { reason: "malformed", retry: "never", code: fault.code ?? "unsupported" }
  return undefined
}

/** An error code of OAuth's registry, or `other`. */
export function registeredWord(code: string | null | undefined): string {
  return code && REGISTERED_WORD.test(code) ? code : "other"
}

async function fetchCapped(
  fetcher: typeof fetch,
  url: string,
  { method, headers: sent, body: posted, signal }: BankRequest,
  passErrors: boolean,
): Promise<Response> {
  try {
    const response = await fetcher(url, {
      method,
      headers: sent,
      body: posted ?? null,
      redirect: "manual",
      signal: signal ?? null,
    })
    if (!passErrors && (response.status === 429 || response.status >= 500)) {
      await response.body?.cancel()
      throw new BankSilence(outageOfStatus(response))
    }
    const body = await readAtMost(response, BANK_ANSWER_BYTES_MAX)
    if (!body) throw new BankSilence({ reason: "malformed", retry: "never", code: "too_large" })
    const headers = new Headers(response.headers)
    // They speak of the bytes on the wire, not of those that are here now.
    headers.delete("content-encoding")
    headers.delete("content-length")
    // Some statuses allow no body, not even an empty one.
    return new Response(body.length > 0 ? body : null, { status: response.status, headers })
  } catch (fault) {
    if (fault instanceof BankSilence) throw fault
    // A DOMException is no Error everywhere, but it has a name everywhere.
    const name = (fault as { name?: unknown } | null)?.name
    const timedOut = name === "TimeoutError" || name === "AbortError"
    throw new BankSilence({ reason: timedOut ? "timeout" : "unreachable", retry: "later" }, { cause: fault })
  }
}

function outageOfStatus(response: Response): Outage {
  const code = String(response.status)
  if (response.status !== 429) return { reason: "unavailable", retry: "later", code }
  const seconds = Number(response.headers.get("retry-after"))
  return seconds > 0 && seconds <= RETRY_AFTER_SECONDS_MAX
    ? { reason: "throttled", retry: { afterMs: seconds * SECOND_MS }, code }
    : { reason: "throttled", retry: "later", code }
}
