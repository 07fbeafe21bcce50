// HMAC-SHA-256, SHA-256 and HKDF-SHA-256 by WebCrypto. Keys are imported once and kept: importing costs more than signing.

import { base64url, utf8 } from "./text.ts"

const HMAC = { name: "HMAC", hash: "SHA-256" } as const

/** An HMAC-SHA-256 key, not extractable. */
export function importHmacKey(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, HMAC, false, ["sign", "verify"])
}

/** HMAC-SHA-256 of `data`, 32 bytes. */
export async function hmac(key: CryptoKey, data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, data))
}

/** Compare an HMAC in constant time. */
export function verifyHmac(
  key: CryptoKey,
  mac: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  return crypto.subtle.verify("HMAC", key, mac, data)
}

/** SHA-256, 32 bytes. */
export async function sha256(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data))
}

/** SHA-256 of a text as base64url. */
export async function digestText(text: string): Promise<string> {
  return base64url(await sha256(utf8(text)))
}

/** 32 bytes derived from `secret` for one label. @see RFC 5869, empty salt */
export async function deriveBytes(
  secret: Uint8Array<ArrayBuffer>,
  label: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"])
  const bits = await crypto.subtle.deriveBits(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: utf8(label) },
    base,
    256,
  )
  return new Uint8Array(bits)
}
