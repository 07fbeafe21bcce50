// An amount as people type it, in digits of any script: "1,204.50", "1.204,50", "1 204", "٢٧٫٤٠". Pure. Which mark groups and which begins
// the decimals differs by country; where a text can be read both ways both are given, and the reader asks on.

import { findMinorDigits } from "../../foundation/money.ts"
import { digitValue } from "./redact.ts"

/** One amount with a word or a sign of at most four characters on either side; no minus. */
const TYPED = /^[^\d\p{Pd}\u2212]{0,4}([0-9](?:[0-9.,٫٬'’\s]{0,22}[0-9])?)\D{0,4}$/u
const DECIMALS = /^(.+)([.,٫])([0-9]{1,4})$/u
const PLAIN = /^[0-9]{1,12}$/
/** In threes, or as India counts; by one mark throughout. */
const GROUPED = /^[1-9][0-9]{0,2}([.,٬'’\s])(?:[0-9]{2,3}\1)*[0-9]{3}$/u
/** So many digits behind a mark may be a group as well. */
const GROUP_DIGITS = 3

/** What a text may mean as an amount, as decimal text; none where it is none. */
export function readTypedAmounts(text: string, currency: string): readonly string[] {
  const digits = text.replace(/\p{Nd}/gu, (digit) => String(digitValue(digit))).trim()
  const typed = TYPED.exec(digits)?.[1]
  if (typed === undefined) return []
  const [, whole = "", mark = "", decimals = ""] = DECIMALS.exec(typed) ?? []
  const isDecimal =
    whole !== "" &&
    !whole.includes(mark) &&
    (PLAIN.test(whole) || GROUPED.test(whole)) &&
    (decimals.length !== GROUP_DIGITS || mark === "٫" || findMinorDigits(currency) === GROUP_DIGITS)
  return [
    ...(isDecimal ? [`${whole.replace(/[^0-9]/g, "")}.${decimals}`] : []),
    ...(PLAIN.test(typed) || GROUPED.test(typed) ? [typed.replace(/[^0-9]/g, "")] : []),
  ]
}
