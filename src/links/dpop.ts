// The key pair a link's tokens are bound to (RFC 9449): made extractable so that it can lie sealed in D1, used non-extractable.

import * as oauth from "oauth4webapi"
import type { DpopJwks } from "./link-tokens.ts"

const ES256 = { name: "ECDSA", namedCurve: "P-256" } as const

/** A new pair, for one link. */
export function createDpop(): Promise<oauth.CryptoKeyPair> {
  return oauth.generateKeyPair("ES256", { extractable: true })
}

/** A pair as JWKs without what import does not need. */
export async function exportDpop(pair: oauth.CryptoKeyPair): Promise<DpopJwks> {
  const { kty, crv, x, y, d } = (await crypto.subtle.exportKey(
    "jwk",
    pair.privateKey,
  )) as Required<JsonWebKey>
  return { publicKey: { kty, crv, x, y }, privateKey: { kty, crv, x, y, d } }
}

/** A pair to sign proofs with. The public half is extractable: it stands in every proof. */
export async function importDpop(jwks: DpopJwks): Promise<oauth.CryptoKeyPair> {
  const [publicKey, privateKey] = await Promise.all([
    crypto.subtle.importKey("jwk", jwks.publicKey, ES256, true, ["verify"]),
    crypto.subtle.importKey("jwk", jwks.privateKey, ES256, false, ["sign"]),
  ])
  return { publicKey, privateKey }
}
