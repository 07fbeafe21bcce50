// Bytes to text and back: UTF-8, base64url, hex. One spelling for the whole house; the runtime does the work.

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false })

/** UTF-8 bytes of a text. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text) as Uint8Array<ArrayBuffer>
}

/** The text of UTF-8 bytes. @throws TypeError where they are not UTF-8 */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** base64url without padding (RFC 4648, 5). */
export function base64url(bytes: Uint8Array): string {
  return bytes.toBase64({ alphabet: "base64url", omitPadding: true })
}

/** The bytes of base64url text, or `undefined` where it is none. One spelling only: text whose unused last bits are set decodes to the same
 * bytes, and would make two texts of one value. */
export function fromBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    const bytes = Uint8Array.fromBase64(text, { alphabet: "base64url" }) as Uint8Array<ArrayBuffer>
    return base64url(bytes) === text ? bytes : undefined
  } catch {
    return undefined
  }
}

/** The bytes of hex text in either case, or `undefined` where it is none. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.fromHex(text) as Uint8Array<ArrayBuffer>
  } catch {
    return undefined
  }
}
