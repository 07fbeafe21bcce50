// JSON whose numbers are amounts: the text of a number as it was written, because a binary float is not exact.
// Pure; used by the adapters of dialects that write amounts as JSON numbers (FDX).

import { err, ok, type Result } from "../foundation/result.ts"

/** `JSON.parse`'s reviver with the source text of primitives (ECMAScript, JSON.parse source text access). */
type SourceReviver = (name: string, value: unknown, context?: { readonly source?: string }) => unknown
const parseWith = JSON.parse as (text: string, reviver: SourceReviver) => unknown

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/
/** More digits than money has; keeps `1e300` from becoming a text of 300 zeros. */
const DIGITS_MAX = 40

/** Parse JSON; every number under one of `names` becomes the text it was written as.
 * @throws Error where the runtime does not give the source text: silently rounding amounts would be worse */
export function parseWithSource(
  text: string,
  names: ReadonlySet<string>,
): Result<unknown, { readonly reason: "json_malformed" }> {
  let sourceMissing = false
  let value: unknown
  try {
    value = parseWith(text, (name, member, context) => {
      if (typeof member !== "number" || !names.has(name)) return member
      if (context?.source === undefined) sourceMissing = true
      return context?.source
    })
  } catch {
    return err({ reason: "json_malformed" })
  }
  if (sourceMissing) throw new Error("Cannot read amounts: this runtime gives no source text of JSON numbers")
  return ok(value)
}

/** A JSON number's text without an exponent: `1.5e3` is `1500`. `undefined` where it is none or has too many digits. */
export function plainDecimal(source: string): string | undefined {
  const match = NUMBER.exec(source)
  if (!match) return undefined
  const [, sign = "", whole = "", fraction = "", exponentText = "0"] = match
  const exponent = Number(exponentText)
  const digits = whole + fraction
  if (digits.length + Math.abs(exponent) > DIGITS_MAX) return undefined
  const point = whole.length + exponent
  const padded = point <= 0 ? digits.padStart(digits.length - point + 1, "0") : digits.padEnd(point, "0")
  const at = Math.max(point, 1)
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, "")
  const right = padded.slice(at)
  return sign + left + (right ? `.${right}` : "")
}
