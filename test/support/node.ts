// What workerd has and Node 24 lacks, so that code written for web standards alone runs in plain Node tests.
// Only what is missing is added, so that a newer Node is tested as it is. Not for src/, which never runs here in earnest.
// Composed by vitest.config.ts as a setup file.
import { timingSafeEqual } from "node:crypto"

type Alphabet = "base64" | "base64url"
interface Base64Options {
  readonly alphabet?: Alphabet
  readonly omitPadding?: boolean
}

/** @throws {SyntaxError} as the standard does, where Node's decoder would skip what it does not know */
function fromBase64(text: string, options: Base64Options = {}): Uint8Array<ArrayBuffer> {
  const alphabet = options.alphabet ?? "base64"
  const compact = text.replace(/[\t\n\f\r ]/g, "")
  const form = alphabet === "base64url" ? /^[A-Za-z0-9_-]*={0,2}$/ : /^[A-Za-z0-9+/]*={0,2}$/
  const body = compact.replace(/=+$/, "")
  const padded = body.length !== compact.length
  if (!form.test(compact) || body.length % 4 === 1 || (padded && compact.length % 4 !== 0)) {
    throw new SyntaxError("Found a character that cannot be part of a valid base64 string")
  }
  return copy(Buffer.from(body, alphabet))
}

function toBase64(this: Uint8Array, options: Base64Options = {}): string {
  const text = Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString(
    options.alphabet ?? "base64",
  )
  const padding = text.length % 4
  // Node leaves the padding out of base64url and never out of base64; the standard asks.
  if (options.alphabet === "base64url" && !options.omitPadding && padding > 0)
    return text.padEnd(text.length + 4 - padding, "=")
  return options.alphabet !== "base64url" && options.omitPadding ? text.replace(/=+$/, "") : text
}

/** @throws {SyntaxError} on an odd length or anything but hex digits */
function fromHex(text: string): Uint8Array<ArrayBuffer> {
  if (text.length % 2 !== 0) throw new SyntaxError("Hex string must have an even number of characters")
  if (!/^[0-9A-Fa-f]*$/.test(text)) throw new SyntaxError("Found a character that is not a hex digit")
  return copy(Buffer.from(text, "hex"))
}

function toHex(this: Uint8Array): string {
  return Buffer.from(this.buffer, this.byteOffset, this.byteLength).toString("hex")
}

/** Small buffers share one pool in Node; the standard's functions return an array with a buffer of its own. */
function copy(buffer: Buffer): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer)
}

/** workerd's addition to SubtleCrypto: constant time, and a TypeError where the lengths differ. */
function subtleTimingSafeEqual(a: ArrayBufferView | ArrayBuffer, b: ArrayBufferView | ArrayBuffer): boolean {
  const [left, right] = [view(a), view(b)]
  if (left.byteLength !== right.byteLength)
    throw new TypeError("Input buffers must have the same byte length")
  return timingSafeEqual(left, right)
}

function view(data: ArrayBufferView | ArrayBuffer): Uint8Array {
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data)
}

function addMissing(target: object, functions: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(functions)) {
    if (!(name in target)) Object.defineProperty(target, name, { value, writable: true, configurable: true })
  }
}

addMissing(Uint8Array, { fromBase64, fromHex })
addMissing(Uint8Array.prototype, { toBase64, toHex })
addMissing(SubtleCrypto.prototype, { timingSafeEqual: subtleTimingSafeEqual })
