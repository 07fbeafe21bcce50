// A small random stream that gives the same answers for the same seed, so that the bank's two years of
// payments are the same on each machine. Not for secrets.

const ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"

export type Random = {
  /** a whole number, both ends included */
  between(low: number, high: number): number
  pick<T>(list: readonly [T, ...T[]]): T
  chance(share: number): boolean
  /** letters and digits that read as random */
  id(length: number): string
}

/** Start a stream (sfc32, seeded by hashing the text). */
export function createRandom(seed: string): Random {
  const [a0, b0, c0] = [hash(seed, 1), hash(seed, 2), hash(seed, 3)]
  let [a, b, c, d] = [a0, b0, c0, 1]
  const next = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    c |= 0
    return (t >>> 0) / 4_294_967_296
  }
  for (let i = 0; i < 12; i++) next()
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    between,
    pick: (list) => list[between(0, list.length - 1)] ?? list[0],
    chance: (share) => next() < share,
    id: (length) => Array.from({ length }, () => ALPHABET[between(0, ALPHABET.length - 1)]).join(""),
  }
}

/** FNV-1a, one of several by its salt. */
function hash(text: string, salt: number): number {
  let value = 0x811c9dc5 ^ Math.imul(salt, 0x9e3779b1)
  for (const char of text) value = Math.imul(value ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return value | 0
}
