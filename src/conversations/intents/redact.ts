// What a customer types by mistake and nobody may keep: card numbers, account numbers, security numbers (P6).
// Applied before a text is sealed into the inbox.

/** Digits of any script with what people put between them: spaces, dashes, dots, characters that do not show, a keycap's frame. */
const DIGIT_RUN = /\p{Nd}(?:[\s\p{Pd}\p{Cf}\p{M}./_·]{0,3}\p{Nd}){8,59}/gu
/** In the groups cards are printed in, whatever stands between them. */
const CARD_GROUPS =
  /(?<!\p{Nd})\p{Nd}{4}([^\p{L}\p{N}]{1,3})(?:\p{Nd}{4}\1\p{Nd}{4}\1\p{Nd}{1,7}|\p{Nd}{6}\1\p{Nd}{5})(?!\p{Nd})/gu
const IBAN = /\b[A-Z]{2}[0-9]{2}(?:[ -]?[A-Z0-9]){11,40}/gi
const IBAN_CHARS_MIN = 15
const IBAN_CHARS_MAX = 34
const US_SSN = /(?<![0-9])[0-9]{3}-[0-9]{2}-[0-9]{4}(?![0-9])/g
const CARD_DIGITS_MIN = 13
const CARD_DIGITS_MAX = 19
/** Digits alone beyond this are an account number of some kind; a phone number is shorter or starts with +. */
const ACCOUNT_DIGITS_MIN = 12
const MARK = "[removed]"

/** A text without numbers of cards and accounts.
 * @returns whether something that looks like a card was removed */
export function redact(text: string): { readonly text: string; readonly card: boolean } {
  let card = false
  const clean = text
    .replace(IBAN, withoutIban)
    .replace(US_SSN, MARK)
    .replace(DIGIT_RUN, (found) => {
      const digits = digitsOf(found)
      const isCard = looksLikeCard(digits)
      if (isCard) card = true
      return isCard || digits.length >= ACCOUNT_DIGITS_MIN ? MARK : found
    })
    .replace(CARD_GROUPS, (found) => {
      if (!looksLikeCard(digitsOf(found))) return found
      card = true
      return MARK
    })
  return { text: clean, card }
}

function digitsOf(text: string): readonly number[] {
  return [...text].filter((each) => /\p{Nd}/u.test(each)).map(digitValue)
}

/** The value of a decimal digit of any script: digits stand in runs of ten, each from its zero. */
export function digitValue(digit: string): number {
  const code = digit.codePointAt(0) ?? 0
  let zero = code
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1
  return (code - zero) % 10
}

/** A card's number, alone or with its date and code behind it. */
function looksLikeCard(digits: readonly number[]): boolean {
  if (digits.length <= CARD_DIGITS_MAX) return digits.length >= CARD_DIGITS_MIN && passesLuhn(digits)
  const [first = 0] = digits
  if (first < 2 || first > 6) return false
  for (let length = CARD_DIGITS_MIN; length <= CARD_DIGITS_MAX; length += 1)
    if (passesLuhn(digits.slice(0, length))) return true
  return false
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

/** The longest beginning of a candidate that is an IBAN taken out; words that follow it stay. */
function withoutIban(found: string): string {
  for (let end = found.length; end >= IBAN_CHARS_MIN; end -= 1) {
    if (/[ -]/.test(found[end - 1] ?? "")) continue
    const compact = found.slice(0, end).replace(/[ -]/g, "").toUpperCase()
    if (compact.length < IBAN_CHARS_MIN) break
    if (compact.length <= IBAN_CHARS_MAX && isIban(compact)) return MARK + found.slice(end)
  }
  return found
}

/** @see ISO 13616, mod 97-10 */
function isIban(compact: string): boolean {
  const rearranged = compact.slice(4) + compact.slice(0, 4)
  let rest = 0
  for (const character of rearranged) {
    const value = Number.parseInt(character, 36)
    rest = Number(`${rest}${value}`) % 97
  }
  return rest === 1
}
