// Who may read: the token of a request, checked as a resource server must (RFC 9068, RFC 9449; bearer tokens where the server binds
// none), then the grant behind it, then what it covers. Used by the account data of every dialect and by the bank's actions.

import * as oauth from "oauth4webapi"
import type { Context } from "hono"
import type { BankContext } from "../env.ts"
import { storeOf } from "../env.ts"
import type { Action } from "../oidc/details.ts"
import { ACTIONS, DETAIL_TYPE } from "../oidc/details.ts"
import { CLIENT_ID, GRANT_CLAIM, ISSUED_CLAIM } from "../oidc/provider.ts"
import type { Server } from "../oidc/servers.ts"
import { audienceOf, issuerOf, serverOfToken, SERVERS } from "../oidc/servers.ts"
import type { Consent } from "../store/consent-rows.ts"
import { publicPart } from "../store/keys.ts"

const PROOF_LIFE_MS = 300_000
const NONCE_LIFE_MS = 60_000

export type Access = {
  readonly customer: string
  readonly actions: ReadonlySet<Action>
  readonly accounts: ReadonlySet<string>
  /** What the customer chose, where tokens do not carry it. */
  readonly consent?: Consent
}

export type AccessRefusal =
  | { readonly reason: "consent_ended" | "not_consented"; readonly challenge: string }
  | { readonly reason: "token_refused"; readonly challenge: string; readonly nonce?: string }

export type AccessResult =
  | { readonly ok: true; readonly value: Access }
  | { readonly ok: false; readonly error: AccessRefusal }

type Detail = { type?: string; actions?: readonly Action[]; accounts?: readonly { id: string }[] }

/** Check the token and its proof, in the order: token and proof, nonce, first use, grant, age, scope.
 * @param servers whose tokens are good here */
export async function checkAccess(
  c: Context<BankContext>,
  servers: readonly Server[],
): Promise<AccessResult> {
  const checked = await checkToken(c, servers)
  if (!checked.ok) return checked
  const { server, claims } = checked.value
  const store = storeOf(c.env)
  const ended = challengeOf(server, "invalid_token")
  const grant = String(claims[GRANT_CLAIM])
  const standing = await store.standing(grant, Number(claims[ISSUED_CLAIM]))
  if (!standing.stands) return { ok: false, error: { reason: "consent_ended", challenge: ended } }
  if (claims.exp * 1000 - standing.agedMs <= Date.now())
    return { ok: false, error: { reason: "token_refused", challenge: ended } }
  const scopes = claims.scope?.split(" ") ?? []
  if (!SERVERS[server].scope.split(" ").every((scope) => scopes.includes(scope)))
    return {
      ok: false,
      error: { reason: "not_consented", challenge: challengeOf(server, "insufficient_scope") },
    }
  if (server !== "fapi2") {
    const consent = await store.consentOfGrant(grant)
    if (!consent) return { ok: false, error: { reason: "consent_ended", challenge: ended } }
    const accounts = new Set(consent.accounts)
    return { ok: true, value: { customer: claims.sub, actions: new Set(ACTIONS), accounts, consent } }
  }
  const details = (claims.authorization_details ?? []) as readonly Detail[]
  const ours = details.filter((detail) => detail.type === DETAIL_TYPE)
  return {
    ok: true,
    value: {
      customer: claims.sub,
      actions: new Set(ours.flatMap((detail) => detail.actions ?? [])),
      accounts: new Set(ours.flatMap((detail) => (detail.accounts ?? []).map((account) => account.id))),
    },
  }
}

/** Whether the client itself asks, under no customer's grant: to keep consents. */
export async function checkClient(c: Context<BankContext>, server: Server): Promise<boolean> {
  const checked = await checkToken(c, [server])
  return (
    checked.ok && checked.value.claims.sub === CLIENT_ID && checked.value.claims[GRANT_CLAIM] === undefined
  )
}

type Checked = { readonly server: Server; readonly claims: oauth.JWTAccessTokenClaims }
type Refused = { readonly ok: false; readonly error: AccessRefusal }

async function checkToken(
  c: Context<BankContext>,
  servers: readonly Server[],
): Promise<{ readonly ok: true; readonly value: Checked } | Refused> {
  const token = c.req.header("authorization")?.split(" ")[1] ?? ""
  const server = serverOfToken(c.var.origins, token)
  if (!server || !servers.includes(server))
    return {
      ok: false,
      error: { reason: "token_refused", challenge: challengeOf(servers[0] ?? "fapi2", "invalid_token") },
    }
  const bound = server === "fapi2"
  const issuer = issuerOf(c.var.origins, server)
  const store = storeOf(c.env)
  const keys = await store.keys()
  // The proof names the address the client called; the request is put on that origin however it came here.
  const { pathname, search } = new URL(c.req.url)
  const request = new Request(c.var.origins.sandbox + pathname + search, {
    method: c.req.method,
    headers: c.req.raw.headers,
  })
  let claims: oauth.JWTAccessTokenClaims
  try {
    const audience = audienceOf(c.var.origins, server)
    claims = await oauth.validateJwtAccessToken({ issuer, jwks_uri: `${issuer}/jwks` }, request, audience, {
      requireDPoP: bound,
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: async () => Response.json({ keys: [publicPart(keys.tokens)] }),
    })
  } catch (error) {
    const challenge = bound ? challengeFor(error) : challengeOf(server, "invalid_token")
    return { ok: false, error: { reason: "token_refused", challenge } }
  }
  if (!bound) return { ok: true, value: { server, claims } }
  const proof = proofOf(request)
  if (c.var.gate.settings.requireResourceNonce && !(await isFreshNonce(proof.nonce, keys.nonceSecret)))
    return {
      ok: false,
      error: {
        reason: "token_refused",
        challenge: `DPoP error="use_dpop_nonce"`,
        nonce: await createNonce(keys.nonceSecret),
      },
    }
  if (!(await store.firstSeen(proof.jti, PROOF_LIFE_MS)))
    return { ok: false, error: { reason: "token_refused", challenge: `DPoP error="invalid_dpop_proof"` } }
  return { ok: true, value: { server, claims } }
}

function challengeOf(server: Server, error: "invalid_token" | "insufficient_scope"): string {
  const scheme = server === "fapi2" ? "DPoP" : "Bearer"
  const more = error === "insufficient_scope" ? `, scope="${SERVERS[server].scope}"` : ""
  return `${scheme} error="${error}"${server === "fapi2" && !more ? `, algs="ES256"` : more}`
}

function challengeFor(error: unknown): string {
  const about = error instanceof Error ? error.message : ""
  return /dpop|htm|htu|ath/i.test(about) && !/authorization/i.test(about)
    ? `DPoP error="invalid_dpop_proof"`
    : `DPoP error="invalid_token", algs="ES256"`
}

/** Members of a proof that was already verified. */
function proofOf(request: Request): { jti: string; nonce?: string } {
  const payload = request.headers.get("dpop")?.split(".")[1] ?? ""
  return JSON.parse(Buffer.from(payload, "base64url").toString()) as { jti: string; nonce?: string }
}

/** A nonce is its own minute and a HMAC of it: good for this minute and the one before, stored nowhere. */
async function createNonce(secret: string, minute = Math.floor(Date.now() / NONCE_LIFE_MS)): Promise<string> {
  const raw = Buffer.from(secret, "base64")
  const key = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
  const mac = await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(`resource ${minute}`))
  return Buffer.from(mac).toString("base64url")
}

async function isFreshNonce(nonce: string | undefined, secret: string): Promise<boolean> {
  if (nonce === undefined) return false
  const minute = Math.floor(Date.now() / NONCE_LIFE_MS)
  return nonce === (await createNonce(secret, minute)) || nonce === (await createNonce(secret, minute - 1))
}
