// The outer keys of a deployment (`VAULT_KEYS`): a JWK set of 256-bit `oct` keys with `kid`, newest first.
// The newest seals, every one opens. What each is used for is `vault/`.

import { err, ok, type Result } from "../foundation/result.ts"
import { fromBase64url } from "./text.ts"

const KEY_BYTES = 32
const KID = /^[A-Za-z0-9_-]{1,64}$/

/** One outer key. */
export interface RingKey {
  readonly kid: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Outer keys, newest first; never empty, no `kid` twice. */
export interface KeyRing {
  readonly newest: RingKey
  find(kid: string): RingKey | undefined
}

/** Read a JWK set. The refusal names what is wrong with it, never a key. */
export function parseKeyRing(
  json: string,
): Result<KeyRing, { readonly reason: "key_ring_malformed"; readonly detail: string }> {
  const malformed = (detail: string) => err({ reason: "key_ring_malformed" as const, detail })
  let set: unknown
  try {
    set = JSON.parse(json)
  } catch {
    return malformed("not JSON")
  }
  const keys = (set as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys)) return malformed('no "keys" member')
  const ring: RingKey[] = []
  for (const jwk of keys as readonly Record<string, unknown>[]) {
    if (jwk?.["kty"] !== "oct") return malformed('a key is not of type "oct"')
    const kid = jwk["kid"]
    if (typeof kid !== "string" || !KID.test(kid)) return malformed("a key has no usable kid")
    if (ring.some((key) => key.kid === kid)) return malformed("two keys share a kid")
    const bytes = typeof jwk["k"] === "string" ? fromBase64url(jwk["k"]) : undefined
    if (bytes?.length !== KEY_BYTES) return malformed("a key is not 256 bits long")
    ring.push({ kid, bytes })
  }
  const newest = ring[0]
  if (!newest) return malformed("no key")
  return ok({ newest, find: (kid) => ring.find((key) => key.kid === kid) })
}
