// A bank's JWK set (RFC 7517) as keys that judge event signatures. Pure but for WebCrypto; fetching the set is bank-keys.ts.
// The key decides the algorithm: what a message claims is only compared with it.

import { importJWK } from "jose"
import { err, ok, type Result } from "../foundation/result.ts"
import type { EventKey, SignatureAlgorithm } from "./event-signature.ts"

type Jwk = Readonly<Record<string, unknown>>

/** A kind of key and how it is used. Members beyond `public` are never handed to WebCrypto. */
interface KeyForm {
  readonly algorithm: SignatureAlgorithm
  /** JOSE names that may stand in `alg`. */
  readonly names: readonly string[]
  readonly public: readonly string[]
  /** The one of `names` RFC 9421 has, where it has not all of them. */
  readonly requests?: string
  readonly importAs: SubtleCryptoImportKeyAlgorithm
  readonly verifyAs: SubtleCryptoSignAlgorithm
}

const FORMS: Readonly<Record<string, KeyForm>> = {
  "EC P-256": {
    algorithm: "ecdsa-p256-sha256",
    names: ["ES256"],
    public: ["kty", "crv", "x", "y"],
    importAs: { name: "ECDSA", namedCurve: "P-256" },
    verifyAs: { name: "ECDSA", hash: "SHA-256" },
  },
  "OKP Ed25519": {
    algorithm: "ed25519",
    names: ["EdDSA", "Ed25519"],
    public: ["kty", "crv", "x"],
    importAs: { name: "Ed25519" },
    verifyAs: { name: "Ed25519" },
  },
  RSA: {
    algorithm: "rsa-pss-sha512",
    names: ["PS256", "PS512"],
    requests: "PS512",
    public: ["kty", "n", "e"],
    importAs: { name: "RSA-PSS", hash: "SHA-512" },
    verifyAs: { name: "RSA-PSS", saltLength: 64 },
  },
}

const RSA_BITS_MIN = 2_048
const RSA_BITS_MAX = 4_096
const KEYS_MAX = 20
const KID_CHARS_MAX = 200

/** Read a JWK set. Keys that are not for this, or not fit for it, are left out; so are all keys that share a `kid`,
 * because nobody can say which of them signed. At most 20 keys are read.
 * @returns keys by `kid` */
export async function parseEventKeys(
  set: unknown,
): Promise<Result<ReadonlyMap<string, EventKey>, { readonly reason: "jwks_malformed" }>> {
  const listed = (set as { readonly keys?: unknown } | null)?.keys
  if (!Array.isArray(listed) || listed.length > KEYS_MAX) return err({ reason: "jwks_malformed" })
  const jwks = (listed as readonly unknown[]).filter(
    (jwk): jwk is Jwk => typeof jwk === "object" && jwk !== null,
  )
  const kids = jwks.map((jwk) => jwk["kid"])
  const keys = new Map<string, EventKey>()
  for (const jwk of jwks) {
    const kid = jwk["kid"]
    if (typeof kid !== "string" || kid === "" || kid.length > KID_CHARS_MAX) continue
    if (kids.indexOf(kid) !== kids.lastIndexOf(kid)) continue
    const key = await importEventKey(kid, jwk)
    if (key) keys.set(kid, key)
  }
  return ok(keys)
}

async function importEventKey(kid: string, jwk: Jwk): Promise<EventKey | undefined> {
  const form = FORMS[[jwk["kty"], jwk["crv"]].filter(Boolean).join(" ")]
  // A private or secret member published by mistake: whoever read it can sign.
  if (!form || "d" in jwk || "k" in jwk) return undefined
  if (jwk["use"] !== undefined && jwk["use"] !== "sig") return undefined
  if (jwk["alg"] !== undefined && !form.names.includes(String(jwk["alg"]))) return undefined
  const operations = jwk["key_ops"]
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes("verify")))
    return undefined
  const bare = Object.fromEntries(form.public.map((name) => [name, jwk[name]]))
  let key: CryptoKey
  try {
    key = await crypto.subtle.importKey("jwk", bare as unknown as JsonWebKey, form.importAs, false, [
      "verify",
    ])
  } catch {
    return undefined
  }
  const bits = (key.algorithm as { readonly modulusLength?: number }).modulusLength
  if (bits !== undefined && (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)) return undefined
  const named =
    jwk["alg"] === undefined ? form.names : form.names.filter((name) => sameScheme(name, jwk["alg"]))
  const imported = new Map<string, Promise<CryptoKey>>()
  return {
    kid,
    algorithm: form.algorithm,
    signsRequests: form.requests === undefined || named.includes(form.requests),
    names: named,
    async keyFor(name) {
      const known =
        imported.get(name) ?? (importJWK({ ...bare, kty: String(jwk["kty"]) }, name) as Promise<CryptoKey>)
      imported.set(name, known)
      return known
    },
    verify: (data, signature) => crypto.subtle.verify(form.verifyAs, key, signature, data),
  }
}

/** `EdDSA` and `Ed25519` are two names of one scheme here. @see RFC 9864 */
function sameScheme(name: string, alg: unknown): boolean {
  return name === alg || (name.startsWith("Ed") && (alg === "EdDSA" || alg === "Ed25519"))
}
