// What a customer types by mistake and nobody may keep: card numbers, account numbers, security numbers (P6).
// Applied before a text is sealed into the inbox.

const DIGIT_RUN = /\p{Nd}(?:[ \-.]?\p{Nd}){8,33}/gu
const IBAN = /\b[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]){11,30}\b/gi
const US_SSN = /\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b/g
const CARD_DIGITS_MIN = 13
const CARD_DIGITS_MAX = 19
/** Digits alone beyond this are an account number of some kind; a phone number is shorter or starts with +. */
const ACCOUNT_DIGITS_MIN = 12
const MARK = "[removed]"

/** A text without numbers of cards and accounts.
 * @returns whether something that looks like a card was removed */
export function redact(text: string): { readonly text: string; readonly card: boolean } {
  let card = false
  const withoutIban = text.replace(IBAN, (found) => (isIban(found) ? MARK : found)).replace(US_SSN, MARK)
  const clean = withoutIban.replace(DIGIT_RUN, (found) => {
    const digits = [...found].filter((each) => /\p{Nd}/u.test(each)).map(digitValue)
    const isCard = digits.length >= CARD_DIGITS_MIN && digits.length <= CARD_DIGITS_MAX && passesLuhn(digits)
    if (isCard) card = true
    return isCard || digits.length >= ACCOUNT_DIGITS_MIN ? MARK : found
  })
  return { text: clean, card }
}

/** The value of a decimal digit of any script: digits stand in runs of ten that begin at a multiple of their zero. */
export function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0
  for (let zero = code; zero > code - 10; zero -= 1)
    if (!/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) return code - zero
  return code >= 0x30 && code <= 0x39 ? code - 0x30 : Number.NaN
}

/** @see ISO/IEC 7812-1, annex B */
function passesLuhn(digits: readonly number[]): boolean {
  let sum = 0
  for (const [index, digit] of digits.toReversed().entries()) {
    const doubled = index % 2 === 1 ? digit * 2 : digit
    sum += doubled > 9 ? doubled - 9 : doubled
  }
  return sum % 10 === 0
}

/** @see ISO 13616, mod 97-10 */
function isIban(text: string): boolean {
  const compact = text.replace(/ /g, "").toUpperCase()
  const rearranged = compact.slice(4) + compact.slice(0, 4)
  let rest = 0
  for (const character of rearranged) {
    const value = Number.parseInt(character, 36)
    rest = Number(`${rest}${value}`) % 97
  }
  return rest === 1
}
