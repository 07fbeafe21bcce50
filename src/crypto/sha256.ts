// SHA-256 in one synchronous step (FIPS 180-4). WebCrypto's digest is a promise, and there are two places where nothing may be awaited:
// between the decision to speak and the call (conversations/), and inside an object's transaction (audit/). They hash some hundred bytes,
// public or sealed ones; nothing here works on a key. Everything else uses crypto/hmac.ts. Held against WebCrypto by a test.

import { base64url } from "./text.ts"

const BLOCK_BYTES = 64
const LENGTH_BYTES = 8
const WORD_VALUES = 2 ** 32

/** First 32 bits of the fractional parts of the square roots (initial value) and cube roots (constants) of the first primes. */
const PRIMES = firstPrimes(64)
const INITIAL = Uint32Array.from(PRIMES.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))
const CONSTANTS = Uint32Array.from(PRIMES, (prime) => fraction(Math.cbrt(prime)))

/** SHA-256 of the given bytes one after another, 32 bytes. */
export function sha256Now(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const blocks = Math.ceil((length + 1 + LENGTH_BYTES) / BLOCK_BYTES)
  const padded = new Uint8Array(blocks * BLOCK_BYTES)
  let offset = 0
  for (const part of parts) {
    padded.set(part, offset)
    offset += part.length
  }
  padded[length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(padded.length - 8, Math.floor((length * 8) / WORD_VALUES))
  view.setUint32(padded.length - 4, (length * 8) % WORD_VALUES)
  const hash = Uint32Array.from(INITIAL)
  const schedule = new Uint32Array(BLOCK_BYTES)
  for (let at = 0; at < padded.length; at += BLOCK_BYTES) compress(hash, schedule, view, at)
  const digest = new Uint8Array(32)
  const out = new DataView(digest.buffer)
  hash.forEach((word, index) => out.setUint32(index * 4, word))
  return digest
}

/** The same as base64url text, 43 characters. */
export function digestNow(...parts: readonly Uint8Array[]): string {
  return base64url(sha256Now(...parts))
}

function compress(hash: Uint32Array, w: Uint32Array, view: DataView, at: number): void {
  for (let t = 0; t < 16; t++) w[t] = view.getUint32(at + t * 4)
  for (let t = 16; t < 64; t++) {
    const early = w[t - 15]!
    const late = w[t - 2]!
    const s0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const s1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    w[t] = s1 + w[t - 7]! + s0 + w[t - 16]!
  }
  let [a, b, c, d, e, f, g, h] = hash as unknown as Eight
  for (let t = 0; t < 64; t++) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const t1 = (h + sum1 + ((e & f) ^ (~e & g)) + CONSTANTS[t]! + w[t]!) | 0
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const t2 = (sum0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  for (const [index, word] of [a, b, c, d, e, f, g, h].entries()) hash[index]! += word
}

type Eight = readonly [number, number, number, number, number, number, number, number]

function rotate(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits))
}

function fraction(root: number): number {
  return Math.floor((root - Math.floor(root)) * WORD_VALUES)
}

function firstPrimes(count: number): readonly number[] {
  const primes: number[] = []
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  return primes
}
