// Our signing keys (`SIGNING_KEYS`): a private JWK set of ES256 keys with `kid`, newest first.
// The newest signs (private_key_jwt, HTTP signatures); the public half of every one is published, so that what an older key
// signed stays verifiable while it is rotated out, and a bank that has not read our keys since is answered to with the one before
// (links/bank-client.ts). Composed by worker.ts; the rooms receive the result.

import { err, ok, type Result } from "../foundation/result.ts"

const ES256 = { name: "ECDSA", namedCurve: "P-256" } as const
const KID = /^[A-Za-z0-9._~-]{1,64}$/

/** A public key as banks read it at `/.well-known/jwks.json`. */
export interface PublicSigningJwk {
  readonly kty: "EC"
  readonly crv: "P-256"
  readonly x: string
  readonly y: string
  readonly kid: string
  readonly alg: "ES256"
  readonly use: "sig"
}

/** What a deployment signs with. */
export interface SigningKeys {
  /** The newest key: ECDSA P-256, not extractable, for signing only. */
  readonly key: CryptoKey
  readonly kid: string
  /** All of them, newest first. */
  readonly keys: readonly { readonly key: CryptoKey; readonly kid: string }[]
  /** Every key's public half, newest first: the body of `/.well-known/jwks.json`. */
  readonly publicJwks: { readonly keys: readonly PublicSigningJwk[] }
}

/** Why a text is not a set of signing keys. `detail` says what is wrong, never a key. */
export interface SigningKeysRefusal {
  readonly reason: "signing_keys_malformed"
  readonly detail: string
}

/** Read a private JWK set. Every key is imported, so that a damaged older one is found now and not by a bank. */
export async function parseSigningKeys(json: string): Promise<Result<SigningKeys, SigningKeysRefusal>> {
  const list = parseList(json)
  if (!list) return malformed('no "keys" member')
  const publicKeys: PublicSigningJwk[] = []
  const keys: { readonly key: CryptoKey; readonly kid: string }[] = []
  for (const jwk of list) {
    const { kty, crv, x, y, d, kid } = jwk
    if (kty !== "EC" || crv !== "P-256") return malformed("a key is not of curve P-256")
    if (typeof x !== "string" || typeof y !== "string" || typeof d !== "string")
      return malformed("a key is not whole")
    if (typeof kid !== "string" || !KID.test(kid)) return malformed("a key has no usable kid")
    if (publicKeys.some((key) => key.kid === kid)) return malformed("two keys share a kid")
    let key: CryptoKey
    try {
      key = await crypto.subtle.importKey("jwk", { kty, crv, x, y, d }, ES256, false, ["sign"])
    } catch {
      return malformed("a key cannot be imported")
    }
    keys.push({ key, kid })
    publicKeys.push({ kty, crv, x, y, kid, alg: "ES256", use: "sig" })
  }
  const newest = keys[0]
  if (!newest) return malformed("no key")
  return ok({ ...newest, keys, publicJwks: { keys: publicKeys } })
}

function malformed(detail: string) {
  return err({ reason: "signing_keys_malformed" as const, detail })
}

function parseList(json: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    const set: unknown = JSON.parse(json)
    const keys = (set as { keys?: unknown } | null)?.keys
    if (!Array.isArray(keys)) return undefined
    return keys.map((key: unknown) => (typeof key === "object" && key !== null ? { ...key } : {}))
  } catch {
    return undefined
  }
}
