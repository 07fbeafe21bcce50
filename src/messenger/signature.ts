// Whether the platform signed a webhook: X-Hub-Signature-256 over the bytes as they arrived. Nothing is parsed here: the
// platform signs an escaped form of its JSON, which parsing and writing anew would lose. Composed by webhook.ts.

import { importHmacKey, verifyHmac } from "../crypto/hmac.ts"
import { fromHex, utf8 } from "../crypto/text.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"

declare const signed: unique symbol

/** Bytes whose signature was found right: only `verifySignature` makes one, only event-parse.ts reads one. */
export type SignedBody = Uint8Array<ArrayBuffer> & { readonly [signed]: true }

/** Why a body is not taken as the platform's. For the log: a stranger hears the same sentence for each. */
export type SignatureRefusal =
  | { readonly reason: "signature_missing" }
  | { readonly reason: "signature_malformed" }
  | { readonly reason: "signature_mismatch" }

const HEADER = /^sha256=([0-9a-f]{64})$/i

/** Imported keys by their secret, for the isolate's life. Keys, not promises: a promise belongs to the request that made it. */
const keys = new WeakMap<Secret, CryptoKey>()

/** Verify that the platform signed these bytes.
 * @param header `X-Hub-Signature-256`: "sha256=" and 64 hex digits
 * @param secrets app secrets, newest first; two while one is being rotated. The key is the secret's text as shown, not decoded
 * @returns the same bytes, marked as signed
 * @see Meta, Webhooks: Validate payloads */
export async function verifySignature(
  bytes: Uint8Array<ArrayBuffer>,
  header: string | null | undefined,
  secrets: readonly Secret[],
): Promise<Result<SignedBody, SignatureRefusal>> {
  if (!header) return err({ reason: "signature_missing" })
  const mac = fromHex(HEADER.exec(header)?.[1] ?? "")
  if (!mac || mac.length === 0) return err({ reason: "signature_malformed" })
  for (const secret of secrets)
    if (await verifyHmac(await keyOf(secret), mac, bytes)) return ok(bytes as SignedBody)
  return err({ reason: "signature_mismatch" })
}

async function keyOf(secret: Secret): Promise<CryptoKey> {
  const known = keys.get(secret)
  if (known) return known
  const key = await importHmacKey(utf8(secret.reveal()))
  keys.set(secret, key)
  return key
}
