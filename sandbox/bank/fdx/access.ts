// Who may read: the DPoP-bound token of a request, checked as a resource server must (RFC 9068, RFC 9449), then
// the grant behind it, then what it covers. Used by the account data and by the bank's actions.

import * as oauth from "oauth4webapi"
import type { Context } from "hono"
import type { BankContext } from "../env.ts"
import { addressesOf, storeOf } from "../env.ts"
import type { Action } from "../oidc/details.ts"
import { DETAIL_TYPE } from "../oidc/details.ts"
import { GRANT_CLAIM, ISSUED_CLAIM } from "../oidc/provider.ts"
import { publicPart } from "../store/keys.ts"

const PROOF_LIFE_MS = 300_000
const NONCE_LIFE_MS = 60_000

export type Access = {
  readonly customer: string
  readonly actions: ReadonlySet<Action>
  readonly accounts: ReadonlySet<string>
}

export type AccessRefusal =
  | { readonly reason: "consent_ended" | "not_consented"; readonly challenge: string }
  | { readonly reason: "token_refused"; readonly challenge: string; readonly nonce?: string }

export type AccessResult =
  | { readonly ok: true; readonly value: Access }
  | { readonly ok: false; readonly error: AccessRefusal }

type Detail = { type?: string; actions?: readonly Action[]; accounts?: readonly { id: string }[] }

/** Check the token and its proof, in the order: token and proof, nonce, first use, grant, age, scope. */
export async function checkAccess(c: Context<BankContext>): Promise<AccessResult> {
  const { issuer, fdx } = addressesOf(c.var.origins)
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
    claims = await oauth.validateJwtAccessToken({ issuer, jwks_uri: `${issuer}/jwks` }, request, fdx, {
      requireDPoP: true,
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: async () => Response.json({ keys: [publicPart(keys.tokens)] }),
    })
  } catch (error) {
    return { ok: false, error: { reason: "token_refused", challenge: challengeFor(error) } }
  }
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
  const standing = await store.standing(String(claims[GRANT_CLAIM]), Number(claims[ISSUED_CLAIM]))
  const ended = `DPoP error="invalid_token", algs="ES256"`
  if (!standing.stands) return { ok: false, error: { reason: "consent_ended", challenge: ended } }
  if (claims.exp * 1000 - standing.agedMs <= Date.now())
    return { ok: false, error: { reason: "token_refused", challenge: ended } }
  if (!claims.scope?.split(" ").includes("accounts"))
    return {
      ok: false,
      error: { reason: "not_consented", challenge: `DPoP error="insufficient_scope", scope="accounts"` },
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
