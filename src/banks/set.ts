// Verifying a Security Event Token (RFC 8417) or another signed JWT that tells of events: the JWS, then the claims every dialect has.
// Only keys of the bank's registered set count: nothing a token names is fetched, and one that names where to find its key is refused.
// What the claims mean is dialects/*.ts; the ways in are intake-*.ts.

import { compactVerify, errors } from "jose"
import { DAY_MS, MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { fromBase64url, fromUtf8 } from "../crypto/text.ts"
import type { FindEventKey } from "./event-signature.ts"

/** Longer than a bank tries to deliver: a token is history, not a session. */
export const SET_AGE_MS_MAX = 3 * DAY_MS
/** Two clocks may differ by this much. */
export const SET_AHEAD_MS_MAX = MINUTE_MS
/** An event of 64 KiB as base64url, with its head. */
export const SET_CHARS_MAX = 100_000
const KID_CHARS_MAX = 200
const AUDIENCES_MAX = 20

/** What one way in asks of a token. */
export interface SetTerms {
  /** The only `iss` that speaks for the bank here. */
  readonly issuer: string
  /** `aud` must hold it. */
  readonly audience: string
  /** Names of JOSE. */
  readonly algorithms: readonly string[]
  /** `typ` of the header, in lower case; where there is none, it is not looked at. */
  readonly type?: string
  /** `iat` may be text: the samples of UK Open Banking have it so. */
  readonly textualInstants?: boolean
}

/** A token's claims, as far as all dialects have them. */
export interface SetClaims {
  readonly id: string
  readonly issuer: string
  readonly issuedAt: number
  /** When it happened: `toe`, else `iat`. */
  readonly at: number
  /** Event URIs with what they say. */
  readonly events: Readonly<Record<string, unknown>>
  /** All claims, read further by the dialect. */
  readonly all: Readonly<Record<string, unknown>>
}

export const SET_REASONS = {
  set_malformed: "The token is not a compact JWS of a JSON object",
  set_header: "The header names a key or where to find one, or something critical that is not known here",
  set_algorithm: "alg is not allowed for this bank",
  set_key_unknown: "kid is missing or not in the registered key set",
  set_signature: "The signature does not hold",
  set_type: "typ is not the required one",
  set_issuer: "iss is not registered for this bank",
  set_audience: "aud is not this address",
  set_claims: "jti, iat or events is missing or of another type",
  set_too_old: "iat is more than 3 days old",
  set_future: "iat lies ahead",
} as const satisfies Readonly<Record<string, string>>
export type SetReason = keyof typeof SET_REASONS

/** Why a token is not taken. */
export type SetRefusal =
  | { readonly reason: SetReason; readonly kid?: string }
  | { readonly reason: "keys_unavailable"; readonly outage: Outage }

/** Members of a header that would choose the key. @see RFC 7515, 4.1.2 to 4.1.8 */
const KEY_MEMBERS = ["jku", "jwk", "x5u", "x5c"] as const

/** Verify one token: header, key, signature, then the claims.
 * @param realNow the real clock: what is signed never follows a moved one */
export async function verifySet(
  token: string,
  terms: SetTerms,
  findKey: FindEventKey,
  realNow: Now,
): Promise<Result<SetClaims, SetRefusal>> {
  const header = headerOf(token)
  if (!header) return err({ reason: "set_malformed" })
  const kid =
    typeof header["kid"] === "string" && header["kid"].length <= KID_CHARS_MAX ? header["kid"] : undefined
  const refuse = (reason: SetReason) => err({ reason, ...(kid === undefined ? {} : { kid }) } as const)
  if (KEY_MEMBERS.some((name) => name in header) || "crit" in header) return refuse("set_header")
  const { alg, typ } = header
  if (typeof alg !== "string" || !terms.algorithms.includes(alg)) return refuse("set_algorithm")
  if (terms.type !== undefined && !isType(typ, terms.type)) return refuse("set_type")
  if (!kid) return refuse("set_key_unknown")
  const key = await findKey(kid)
  if (!key.ok) return err({ reason: "keys_unavailable", outage: key.error })
  if (!key.value) return refuse("set_key_unknown")
  if (!key.value.names.includes(alg)) return refuse("set_algorithm")
  let payload: Uint8Array
  try {
    const verified = await compactVerify(token, await key.value.keyFor(alg), { algorithms: [alg] })
    payload = verified.payload
  } catch (fault) {
    if (fault instanceof errors.JWSSignatureVerificationFailed) return refuse("set_signature")
    if (fault instanceof errors.JOSEError) return refuse("set_malformed")
    throw fault
  }
  const claims = parseObject(payload)
  if (!claims) return refuse("set_malformed")
  const judged = judgeClaims(claims, terms, realNow())
  return judged.ok ? judged : refuse(judged.error)
}

function judgeClaims(
  claims: Readonly<Record<string, unknown>>,
  terms: SetTerms,
  now: number,
): Result<SetClaims, SetReason> {
  const { iss, aud, jti, iat, toe, events } = claims
  if (iss !== terms.issuer) return err("set_issuer")
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud.slice(0, AUDIENCES_MAX) : [aud]
  if (!audiences.includes(terms.audience)) return err("set_audience")
  const issuedAt = instantOf(iat, terms.textualInstants)
  const happenedAt = toe === undefined ? issuedAt : instantOf(toe, terms.textualInstants)
  const many = typeof events === "object" && events !== null && !Array.isArray(events) ? events : undefined
  if (typeof jti !== "string" || issuedAt === undefined || happenedAt === undefined || !many)
    return err("set_claims")
  if (now - issuedAt > SET_AGE_MS_MAX) return err("set_too_old")
  if (issuedAt - now > SET_AHEAD_MS_MAX) return err("set_future")
  return ok({
    id: jti,
    issuer: terms.issuer,
    issuedAt,
    at: happenedAt,
    events: many as Readonly<Record<string, unknown>>,
    all: claims,
  })
}

/** A NumericDate as epoch milliseconds. @see RFC 7519, section 2 */
function instantOf(value: unknown, textual = false): number | undefined {
  const seconds = textual && typeof value === "string" && /^[0-9]{1,11}$/.test(value) ? Number(value) : value
  if (typeof seconds !== "number" || !Number.isFinite(seconds) || seconds < 0 || seconds > 99_999_999_999)
    return undefined
  return Math.round(seconds * 1_000)
}

/** `secevent+jwt`, with or without `application/` before it. @see RFC 7515, 4.1.9 */
function isType(typ: unknown, wanted: string): boolean {
  if (typeof typ !== "string") return false
  const type = typ.toLowerCase()
  return type === wanted || type === `application/${wanted}`
}

function headerOf(token: string): Readonly<Record<string, unknown>> | undefined {
  if (token.length > SET_CHARS_MAX) return undefined
  const [head = "", ...rest] = token.split(".", 4)
  const bytes = rest.length === 2 ? fromBase64url(head) : undefined
  return bytes && parseObject(bytes)
}

function parseObject(bytes: Uint8Array): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(fromUtf8(bytes))
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}
