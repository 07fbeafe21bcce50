// Reading the platform's JSON without trusting it: members of objects that may be anything, ids that may be numbers beyond
// 2^53, times in seconds or milliseconds; and writing a number whose digits must arrive as they are. No event's meaning is known
// here: the readers of events and graph-call.ts compose these.

import { fromUtf8 } from "../crypto/text.ts"
import { err, ok, type Result } from "../foundation/result.ts"

/** An object of parsed JSON: any member may be missing or of any type. */
export type JsonObject = Readonly<Record<string, unknown>>

/** A number below this counts seconds: as milliseconds it would lie in 1973. */
const SECONDS_BELOW = 1e11
/** Latest instant a `Date` can hold. */
const INSTANT_MAX = 8.64e15
/** An integer literal that may lie beyond 2^53. Digits inside a string match too: that costs time, never a value. */
const LONG_INTEGER = /[[:,\s]-?[0-9]{16,}/
const ID = /^[0-9]{1,32}$/
const NUMBER = /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/

/** Parse UTF-8 JSON, with or without a byte order mark. Integer literals a number cannot hold become text with all their digits.
 * Text that is not UTF-8, not JSON, or nested deeper than the runtime's stack is refused; nothing throws. */
export function parseJson(bytes: Uint8Array): Result<unknown, { readonly reason: "json_malformed" }> {
  try {
    const text = fromUtf8(bytes)
    return ok(LONG_INTEGER.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text))
  } catch {
    return err({ reason: "json_malformed" })
  }
}

/** TypeScript's library does not know the third argument yet; both workerd and Node 24 give it.
 * @see https://tc39.es/proposal-json-parse-with-source */
function keepDigits(
  this: unknown,
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value
  const source = context?.source
  return source && /^-?[0-9]+$/.test(source) ? source : value
}

/** The value where it is an object (not an array, not null). */
export function objectOf(value: unknown): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as JsonObject)
    : undefined
}

/** The objects of a list; whatever else stands in it is passed over. */
export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter((each) => objectOf(each) !== undefined) : []
}

/** The value where it is text of at most `charsMax` UTF-16 units. */
export function textOf(value: unknown, charsMax: number): string | undefined {
  return typeof value === "string" && value.length <= charsMax ? value : undefined
}

/** An id as decimal text, whether it arrived as text or as a number. */
export function idOf(value: unknown): string | undefined {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value
  return typeof text === "string" && ID.test(text) ? text : undefined
}

/** An instant in epoch milliseconds from seconds or milliseconds, number or digits; `undefined` where it is none. */
export function instantOf(value: unknown): number | undefined {
  const number = typeof value === "string" && /^[0-9]{1,16}$/.test(value) ? Number(value) : value
  if (typeof number !== "number" || !(number > 0)) return undefined
  const at = Math.floor(number < SECONDS_BELOW ? number * 1_000 : number)
  return at > 0 && at <= INSTANT_MAX ? at : undefined
}

/** A number token for `JSON.stringify` with exactly these digits. A binary float would round what it cannot hold, and write others than
 * were said.
 * @param digits a JSON number: `249.99`, `-0.5`, `1200`
 * @throws SyntaxError for text that is none
 * @see https://tc39.es/proposal-json-parse-with-source */
export function exactNumber(digits: string): unknown {
  if (!NUMBER.test(digits)) throw new SyntaxError("Cannot write a number that is none")
  // The same proposal as above, as unknown to the library's types.
  return (JSON as unknown as { readonly rawJSON: (text: string) => unknown }).rawJSON(digits)
}

/** Deeper values are all alike to `canonicalText`: the platform's own are four levels deep, a stack is not endless. */
const CANONICAL_DEPTH_MAX = 32

/** Text that is equal for equal values, whatever the order of their members. */
export function canonicalText(value: unknown, depth = 0): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  if (depth >= CANONICAL_DEPTH_MAX) return '"..."'
  if (Array.isArray(value)) return `[${value.map((each) => canonicalText(each, depth + 1)).join(",")}]`
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${members.map(([name, each]) => `${JSON.stringify(name)}:${canonicalText(each, depth + 1)}`).join(",")}}`
}
