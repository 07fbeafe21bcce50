// Who calls the admin API: a person's bearer key (ADMIN_KEYS holds only its digest) or Cloudflare Access's signed assertion.
// What they may do is operator.ts. Composed by admin-routes.ts; the verifier is built once an isolate, so that it can keep keys.

import { createRemoteJWKSet, customFetch, decodeJwt, errors, jwtVerify, type JWTPayload } from "jose"
import type { AccessRole, AdminKey, Config } from "../config.ts"
import { sha256 } from "../crypto/hmac.ts"
import { fromHex, utf8 } from "../crypto/text.ts"
import type { Now } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Operator } from "./operator.ts"

const BEARER = /^Bearer ([A-Za-z0-9._~+/=-]{8,512})$/i
/** An assertion with many groups has some 4 kB. */
const ASSERTION_CHARS_MAX = 16_384
const ASSERTION_HEADER = "cf-access-jwt-assertion"
/** Access signs with RS256; nothing else is accepted. */
const ASSERTION_ALGORITHMS = ["RS256"]
/** Unknown keys are refetched, and a failing look-up is repeated, once in this time: a stranger's assertions cost no more (P15). */
const REFETCH_MS = 30_000
const CERTS_TIMEOUT_MS = 3_000
/** jose's code for an answer that is no key set. */
const CERTS_UNREADABLE = "ERR_JOSE_GENERIC"
const ID_CHARS_MAX = 200

/** Why a caller is nobody. For the log; the caller hears one sentence. */
export type AuthRefusal =
  | { readonly reason: "credential_missing" }
  | { readonly reason: "key_unknown" }
  | { readonly reason: "key_expired"; readonly id: string }
  | { readonly reason: "assertion_refused" }
  | { readonly reason: "assertion_without_role" }
  /** Access's keys could not be fetched: the caller may come again. */
  | { readonly reason: "certs_unreachable" }

/** Says who a request comes from. A bearer key, where there is one, is the only thing looked at. */
export type Authenticate = (headers: Headers) => Promise<Result<Operator, AuthRefusal>>

/** An authenticator over the configured keys and Access application.
 * @param given.now our own clock, for the expiry of admin keys
 * @param given.realNow the real clock, for what Access signed
 * @param given.fetch for Access's keys only */
export function createAuthenticate(
  admin: Config["admin"],
  given: { readonly now: Now; readonly realNow: Now; readonly fetch: typeof fetch },
): Authenticate {
  const verifyAssertion = admin.access ? createAssertionVerifier(admin.access, given) : undefined
  return async (headers) => {
    const authorization = headers.get("authorization")
    if (authorization !== null) return verifyKey(authorization, admin.keys, given.now())
    const assertion = headers.get(ASSERTION_HEADER)
    if (assertion === null || !verifyAssertion) return err({ reason: "credential_missing" })
    return verifyAssertion(assertion)
  }
}

/** Find the key whose digest this is. Every configured key is compared, so that the time tells nothing of which fits. */
export async function verifyKey(
  authorization: string,
  keys: readonly AdminKey[],
  now: number,
): Promise<Result<Operator, AuthRefusal>> {
  const given = BEARER.exec(authorization)?.[1]
  if (!given) return err({ reason: "credential_missing" })
  const digest = await sha256(utf8(given))
  let found: AdminKey | undefined
  for (const key of keys) {
    const expected = fromHex(key.sha256)
    if (expected?.length === digest.length && crypto.subtle.timingSafeEqual(digest, expected)) found = key
  }
  if (!found) return err({ reason: "key_unknown" })
  if (now >= found.expiresAt) return err({ reason: "key_expired", id: found.id })
  return ok({ id: found.id, holds: [{ role: found.role, banks: found.banks }] })
}

/** Roles of the groups an assertion names. Access puts a provider's claims under `custom`.
 * @see Cloudflare One, Application token */
export function operatorOf(claims: JWTPayload, roles: readonly AccessRole[]): Result<Operator, AuthRefusal> {
  const { email, type, custom } = claims as JWTPayload & Readonly<Record<string, unknown>>
  // A service token has no subject, and an organisation's own session is not for this application.
  if (!claims.sub || type !== "app") return err({ reason: "assertion_refused" })
  const named = (custom as { readonly groups?: unknown } | null | undefined)?.groups ?? claims["groups"]
  const groups = Array.isArray(named) ? (named as readonly unknown[]) : [named]
  const holds = roles
    .filter((role) => groups.includes(role.group))
    .map(({ role, banks }) => ({ role, banks }))
  if (holds.length === 0) return err({ reason: "assertion_without_role" })
  const id = typeof email === "string" && email ? email : claims.sub
  return ok({ id: id.slice(0, ID_CHARS_MAX), holds })
}

function createAssertionVerifier(
  access: NonNullable<Config["admin"]["access"]>,
  given: { readonly realNow: Now; readonly fetch: typeof fetch },
): (assertion: string) => Promise<Result<Operator, AuthRefusal>> {
  const issuer = `https://${access.teamDomain}`
  let failedAt = Number.NEGATIVE_INFINITY
  const certs = createRemoteJWKSet(new URL("/cdn-cgi/access/certs", issuer), {
    cooldownDuration: REFETCH_MS,
    timeoutDuration: CERTS_TIMEOUT_MS,
    // jose states method, `redirect: "manual"` and a signal; it repeats a failed look-up at each call, which this does not.
    [customFetch]: async (url, init) => {
      if (given.realNow() - failedAt < REFETCH_MS) throw new CertsUnreachable()
      const answer = await given.fetch(url, init).catch(() => undefined)
      if (answer?.status === 200) return answer
      failedAt = given.realNow()
      await answer?.body?.cancel()
      throw new CertsUnreachable()
    },
  })
  return async (assertion) => {
    if (assertion.length > ASSERTION_CHARS_MAX || !claims(assertion, issuer, access.audience))
      return err({ reason: "assertion_refused" })
    try {
      const { payload } = await jwtVerify(assertion, certs, {
        issuer,
        audience: access.audience,
        algorithms: ASSERTION_ALGORITHMS,
        requiredClaims: ["exp", "iat"],
        currentDate: new Date(given.realNow()),
      })
      return operatorOf(payload, access.roles)
    } catch (fault) {
      const refused = fault instanceof errors.JOSEError && fault.code !== CERTS_UNREADABLE
      return err({ reason: refused ? "assertion_refused" : "certs_unreachable" })
    }
  }
}

class CertsUnreachable extends Error {
  override readonly name = "CertsUnreachable"
}

/** Does it say it is for us? Asked before any key is fetched. */
function claims(assertion: string, issuer: string, audience: string): boolean {
  try {
    const { iss, aud } = decodeJwt(assertion)
    return iss === issuer && [aud].flat().includes(audience)
  } catch {
    return false
  }
}
