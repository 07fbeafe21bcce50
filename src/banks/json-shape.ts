// How deep and how large a parsed JSON value is, counted before anything reads it: a body of 16 MiB may hold one event of 16 MiB.
// Pure; used by event-parse.ts.

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
