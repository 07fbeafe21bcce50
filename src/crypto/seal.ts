// One sealing format for everything that rests or travels:
//
//   v1.<kid>.<base64url(nonce 12 || ciphertext || tag 16)>
//
// AES-256-GCM (NIST SP 800-38D) by WebCrypto, a fresh random nonce a sealing. The additional data names the place the value
// belongs to (`bank|table|row|column`), so that a value moved elsewhere does not open. Which key: `crypto/key-ring.ts`, `vault/`.

import { err, ok, type Result } from "../foundation/result.ts"
import type { Random } from "../foundation/id.ts"
import { base64url, fromBase64url, utf8 } from "./text.ts"

const VERSION = "v1"
const NONCE_BYTES = 12
const TAG_BYTES = 16
const KEY_BYTES = 32
/** Largest text that is looked at: a queue message is 128 kB, a D1 row 2 MB. */
const SEALED_CHARS_MAX = 2_000_000

/** Why a sealed text does not open. `seal_broken` covers a wrong key, a changed byte and a value from another place alike. */
export type OpenRefusal =
  | { readonly reason: "seal_malformed" }
  | { readonly reason: "seal_version_unknown" }
  | { readonly reason: "seal_key_unknown"; readonly kid: string }
  | { readonly reason: "seal_broken" }

/** Import 32 bytes as a sealing key, not extractable. @throws RangeError for another length */
export function importSealingKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  if (bytes.length !== KEY_BYTES) throw new RangeError(`Cannot import a sealing key of ${bytes.length} bytes`)
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"])
}

/** Seal bytes under `key`.
 * @param kid names the key to whoever opens; no dot in it
 * @param place additional data: where the value belongs */
export async function sealBytes(
  key: CryptoKey,
  kid: string,
  place: string,
  plain: Uint8Array<ArrayBuffer>,
  random: Random,
): Promise<string> {
  const nonce = random(NONCE_BYTES)
  const sealed = new Uint8Array(
    await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce, additionalData: utf8(place) }, key, plain),
  )
  const all = new Uint8Array(NONCE_BYTES + sealed.length)
  all.set(nonce)
  all.set(sealed, NONCE_BYTES)
  return `${VERSION}.${kid}.${base64url(all)}`
}

/** The key a sealed text asks for. */
export function parseSealed(
  sealed: string,
): Result<{ readonly kid: string; readonly bytes: Uint8Array<ArrayBuffer> }, OpenRefusal> {
  if (sealed.length > SEALED_CHARS_MAX) return err({ reason: "seal_malformed" })
  const parts = sealed.split(".")
  const [version, kid, body] = parts
  if (parts.length !== 3 || !kid || !body) return err({ reason: "seal_malformed" })
  if (version !== VERSION) return err({ reason: "seal_version_unknown" })
  const bytes = fromBase64url(body)
  if (!bytes || bytes.length < NONCE_BYTES + TAG_BYTES) return err({ reason: "seal_malformed" })
  return ok({ kid, bytes })
}

/** Open a sealed text with `key`, at the place it claims to belong to. */
export async function openBytes(
  key: CryptoKey,
  place: string,
  sealed: string,
): Promise<Result<Uint8Array<ArrayBuffer>, OpenRefusal>> {
  const parsed = parseSealed(sealed)
  if (!parsed.ok) return parsed
  const { bytes } = parsed.value
  try {
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: bytes.subarray(0, NONCE_BYTES), additionalData: utf8(place) },
      key,
      bytes.subarray(NONCE_BYTES),
    )
    return ok(new Uint8Array(plain))
  } catch {
    return err({ reason: "seal_broken" })
  }
}
