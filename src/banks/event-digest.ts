// Content-Digest (RFC 9530): the signature covers the header only, so the bytes are judged against it here.
// `sha-256` and `sha-512` are judged, each that is present; older algorithms are ignored, as the RFC asks.

import { err, ok, type Result } from "../foundation/result.ts"

/** Why the bytes are not what the header says. */
export type DigestRefusal =
  | { readonly reason: "digest_missing" }
  | { readonly reason: "digest_malformed" }
  | { readonly reason: "digest_unsupported" }
  | { readonly reason: "digest_mismatch" }

const HEADER_CHARS_MAX = 1_000
const ALGORITHMS: Readonly<Record<string, string>> = { "sha-256": "SHA-256", "sha-512": "SHA-512" }
/** One member of the dictionary: a key and a byte sequence (RFC 8941, 3.2 and 3.3.5). */
const MEMBER = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):$/

/** Verify that a body is the one its Content-Digest names.
 * @param header `sha-256=:<base64>:`, several joined by commas; all that we know must match
 * @param bytes the body as it was sent, before any decoding
 * @see RFC 9530, section 2 */
export async function verifyContentDigest(
  header: string | null,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Result<void, DigestRefusal>> {
  if (!header) return err({ reason: "digest_missing" })
  if (header.length > HEADER_CHARS_MAX) return err({ reason: "digest_malformed" })
  const expected = new Map<string, string>()
  for (const member of header.split(",")) {
    const [, name, value] = MEMBER.exec(member.trim()) ?? []
    if (name === undefined || value === undefined || expected.has(name))
      return err({ reason: "digest_malformed" })
    expected.set(name, value)
  }
  let judged = 0
  for (const [name, value] of expected) {
    const algorithm = ALGORITHMS[name]
    if (!algorithm) continue
    judged += 1
    const given = decode(value)
    if (!given) return err({ reason: "digest_malformed" })
    const actual = new Uint8Array(await crypto.subtle.digest(algorithm, bytes))
    if (given.length !== actual.length || !crypto.subtle.timingSafeEqual(given, actual)) {
      return err({ reason: "digest_mismatch" })
    }
  }
  return judged > 0 ? ok(undefined) : err({ reason: "digest_unsupported" })
}

function decode(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(base64)
  } catch {
    return undefined
  }
}
