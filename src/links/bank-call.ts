// One question's means to speak to a bank as one customer: requests bound by DPoP where the bank binds, the nonce asked for once, a refused token refreshed
// once, a bank that keeps silent left alone for a while. Judges no answer: that is the adapter's work.
// Composed by bank-access.ts, which opens the tokens.

import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
  type CircuitBreakerPolicy,
} from "cockatiel"
import * as oauth from "oauth4webapi"
import type { BankAnswer, BankCall, BankRecord, BankRefusal } from "../banks/bank.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { bankHttp, isLoopbackIssuer, outageOf, withNonce } from "./bank-http.ts"
import { importDpop } from "./dpop.ts"
import type { LinkTokens } from "./link-tokens.ts"

/** A token this close to its end is refreshed before it is used: it must survive the call. */
const EXPIRY_MARGIN_MS = 20 * SECOND_MS
/** So many silences in a row, and the bank is not asked again for a while: nobody waits for what will not come. */
const SILENCES_MAX = 8
const PAUSE_MS = 5 * SECOND_MS
/** After a pause one call finds out whether the bank is back. It is over long before this, unless its object is gone. */
const PROBE_MS_MAX = 30 * SECOND_MS
const BANKS_MAX = 1_000

/** Tokens in use, and how newer ones are had. */
export interface TokenSource {
  readonly tokens: LinkTokens
  /** Tokens newer than these: refreshed at the bank, or by somebody else meanwhile. */
  refresh(): Promise<Result<TokenSource, BankRefusal>>
}

type Asked = Result<BankAnswer, BankRefusal>
/** The bank does not take the token; it may take a newer one. */
interface TokenRefused {
  readonly refused: BankAnswer
}
/** Runs a call unless its bank has kept silent. */
export type Breaker = (bank: string, call: () => Promise<Asked>) => Promise<Asked>

interface Fuse {
  readonly policy: CircuitBreakerPolicy
  /** Real clock: when the call began that finds out whether the bank is back. */
  probedAt: number
}

const PAUSED: Asked = err({
  reason: "outage",
  outage: { reason: "unavailable", retry: { afterMs: PAUSE_MS }, code: "paused" },
})

/** A breaker for each bank, for the isolate's life. Nobody waits for what another's call finds out: that one may never end, for it
 * goes with its object. */
export function createBreaker(): Breaker {
  const fuses = new Map<string, Fuse>()
  const isSilence = (asked: unknown) => {
    const { ok: answered, error } = asked as { ok: boolean; error?: BankRefusal }
    return (
      !answered &&
      error?.reason === "outage" &&
      ["unreachable", "timeout", "unavailable"].includes(error.outage.reason)
    )
  }
  function fuseOf(bank: string): Fuse {
    const known = fuses.get(bank)
    const isLost =
      known?.policy.state === CircuitState.HalfOpen && Date.now() - known.probedAt >= PROBE_MS_MAX
    if (known && !isLost) return known
    const policy = circuitBreaker(handleWhenResult(isSilence), {
      halfOpenAfter: PAUSE_MS,
      breaker: new ConsecutiveBreaker(SILENCES_MAX),
    })
    const fuse: Fuse = { policy, probedAt: 0 }
    policy.onHalfOpen(() => {
      fuse.probedAt = Date.now()
    })
    if (fuses.size >= BANKS_MAX) fuses.clear()
    fuses.set(bank, fuse)
    return fuse
  }
  return async (bank, call) => {
    const { policy } = fuseOf(bank)
    if (policy.state === CircuitState.HalfOpen) return PAUSED
    try {
      return await policy.execute(call)
    } catch (fault) {
      if (!(fault instanceof BrokenCircuitError)) throw fault
      return PAUSED
    }
  }
}

/** @param given.development plain http is allowed, to a bank on loopback only */
export async function createBankCall(
  given: { readonly fetch: typeof fetch; readonly development: boolean; readonly breaker: Breaker },
  bank: BankRecord,
  source: TokenSource,
): Promise<BankCall> {
  const insecure = given.development && isLoopbackIssuer(bank.issuer)
  const { dpop, consent } = source.tokens
  const bound = dpop ? { DPoP: oauth.DPoP({}, await importDpop(dpop)) } : {}
  let current = source

  async function refreshed(signal: AbortSignal): Promise<Result<undefined, BankRefusal>> {
    const fresh = await within(current.refresh(), signal)
    if (!fresh.ok) return fresh
    current = fresh.value
    return ok(undefined)
  }

  const request: BankCall["request"] = async (
    method,
    url,
    { body, idempotencyKey, signal, headers: own },
  ) => {
    assertOfBank(bank, url)
    const headers = new Headers({
      accept: "application/json",
      "x-fapi-interaction-id": crypto.randomUUID(),
      ...own,
    })
    if (body !== undefined) headers.set("content-type", "application/json")
    if (idempotencyKey !== undefined) headers.set("idempotency-key", idempotencyKey)
    const http = bankHttp(given.fetch, { insecure, passErrors: true, signal })
    const ask = () =>
      withNonce(
        () =>
          oauth.protectedResourceRequest(
            current.tokens.accessToken,
            method,
            new URL(url),
            headers,
            body === undefined ? null : JSON.stringify(body),
            { ...http, ...bound },
          ),
        async (response): Promise<Asked | TokenRefused> => {
          const answer = await read(response)
          return answer.status === 401 ? { refused: answer } : ok(answer)
        },
      ).catch(judgeFault)

    if (current.tokens.accessExpiresAt - Date.now() < EXPIRY_MARGIN_MS) {
      const renewed = await refreshed(signal)
      if (!renewed.ok) return renewed
    }
    const first = await ask()
    if (!("refused" in first)) return first
    const renewed = await refreshed(signal)
    if (!renewed.ok) return renewed
    const second = await ask()
    // A token as fresh as can be: what the bank still means by 401 its dialect says in the body.
    return "refused" in second ? ok(second.refused) : second
  }

  return {
    request: (method, url, options) => given.breaker(bank.id, () => request(method, url, options)),
    ...(consent === undefined ? {} : { consent }),
  }
}

async function read(response: Response): Promise<BankAnswer> {
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** A challenge is the bank's word about our token; the rest is an outage, or a fault to be thrown on. @see RFC 6750, 3.1; RFC 9470 */
async function judgeFault(fault: unknown): Promise<Asked | TokenRefused> {
  if (fault instanceof oauth.WWWAuthenticateChallengeError) {
    const errors = fault.cause.map((challenge) => challenge.parameters["error"])
    if (errors.includes("insufficient_user_authentication")) return err({ reason: "step_up_required" })
    const answer = await read(fault.response)
    return fault.status === 401 ? { refused: answer } : ok(answer)
  }
  const outage = outageOf(fault)
  if (!outage) throw fault
  return err({ reason: "outage", outage })
}

/** The token goes to the bank it is from and nowhere else. @throws Error: an adapter asked for a URL it made up or was given */
function assertOfBank(bank: BankRecord, url: string): void {
  const href = URL.parse(url)?.href
  const bases = [bank.apiBase, bank.actionsBase].filter((base) => base !== undefined)
  if (!href || !bases.some((base) => href.startsWith(`${base}/`)))
    throw new Error(`Cannot call bank "${bank.id}" outside its registered addresses`)
}

/** Wait no longer than the caller does; what is waited for goes on, so that a refreshed token is stored. */
async function within<T>(
  step: Promise<Result<T, BankRefusal>>,
  signal: AbortSignal,
): Promise<Result<T, BankRefusal>> {
  const late = err({
    reason: "outage" as const,
    outage: { reason: "timeout" as const, retry: "later" as const },
  })
  if (signal.aborted) {
    step.catch(() => undefined)
    return late
  }
  let leave: (() => void) | undefined
  const left = new Promise<typeof late>((resolve) => {
    leave = () => resolve(late)
    signal.addEventListener("abort", leave, { once: true })
  })
  try {
    return await Promise.race([step, left])
  } finally {
    if (leave) signal.removeEventListener("abort", leave)
  }
}
