// How much a JSON text may come to, counted before it is parsed, and how deep and large a parsed value is, counted before anything
// reads it: a body of 16 MiB may hold one event of 16 MiB, or five million values of nothing. Pure; used by intake.ts and event-parse.ts.

/** 1 for each byte that stands before a value. */
const MARKS = Uint8Array.from({ length: 256 }, (_, byte) =>
  "{[,".includes(String.fromCharCode(byte)) ? 1 : 0,
)

/** Look whether JSON text may hold more values than a number. Each value but one stands behind a brace, a bracket or a comma; those
 * inside texts count too, so that the limit must leave room for them. Nothing is parsed: what is refused costs no memory.
 * @param bytes UTF-8 */
export function mayHoldMoreValues(bytes: Uint8Array, valuesMax: number): boolean {
  if (bytes.length <= valuesMax) return false
  let marks = 0
  for (let at = 0; at < bytes.length; at += 1) marks += MARKS[bytes[at] ?? 0] ?? 0
  return marks >= valuesMax
}

/** What a value exceeds. */
export type ShapeExcess = "too_deep" | "too_large"

/** A number, a brace or a comma costs little, but a million of them do cost. */
const NODE_CHARS = 2

/** Look whether a value stays within a depth and a size.
 * @param depthMax nested objects and arrays, the value itself being 1
 * @param charsMax characters of all names and texts, and two for every value
 * @returns what it exceeds first, or `undefined` */
export function findShapeExcess(value: unknown, depthMax: number, charsMax: number): ShapeExcess | undefined {
  let chars = 0
  const walk = (node: unknown, depth: number): ShapeExcess | undefined => {
    chars += NODE_CHARS
    if (typeof node === "string") chars += node.length
    if (chars > charsMax) return "too_large"
    if (typeof node !== "object" || node === null) return undefined
    if (depth > depthMax) return "too_deep"
    for (const name in node) {
      if (!Array.isArray(node)) chars += name.length
      const excess = walk((node as Readonly<Record<string, unknown>>)[name], depth + 1)
      if (excess) return excess
    }
    return undefined
  }
  return walk(value, 1)
}
