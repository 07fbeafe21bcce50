// Words several notices share: the account's name, the merchant as outsiders wrote it, when it happened.

import { cleanOutsiderText } from "../../banks/outsider-text.ts"
import type { WireMoney, WireTransaction } from "../../banks/event.ts"
import { parseMoney } from "../../foundation/money.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import { formatDay, formatMoney, formatTime, isolate, isToday } from "../../phrases/format.ts"
import { withoutSign } from "../flows/balance.ts"
import { accountName } from "../flows/link.ts"
import { redact } from "../intents/redact.ts"
import type { NoticeContext } from "./notice.ts"

/** Never left of a text that was cleaned. */
const NOTHING = "\u2026"
const REFERENCE_CHARS_MAX = 40
const LAST = 4
/** In the place of an amount that is hidden, where a template must say something. */
export const HIDDEN_AMOUNT = "••"

/** The consent's account in words; its events never name one the consent does not hold. */
export function nameAccount(context: NoticeContext, account: string): string {
  const held = context.grant.accounts.find((each) => each.id === account)
  return held ? accountName(context.language, held) : phrase(context.language, "kind_other")
}

/** A merchant without links, numbers to call or direction marks. */
export function nameMerchant(language: Language, transaction: WireTransaction): string {
  const fallback = phrase(language, "someone")
  return isolate(language, cleanOutsiderText(transaction.merchant?.name ?? "", fallback))
}

/** A word of outsiders, cleaned; empty where nothing readable is left. */
export function nameOutsider(language: Language, text: string | undefined): string {
  const clean = cleanOutsiderText(text ?? "", NOTHING)
  return clean === NOTHING ? "" : isolate(language, clean)
}

/** A reference a person may compare with a letter: letters, digits, dashes. One that reads like a number of a card or a phone is shown
 * by its last four characters only. */
export function nameReference(language: Language, reference: string): string {
  const plain = reference.replace(/[^A-Za-z0-9_/#-]/g, "").slice(0, REFERENCE_CHARS_MAX)
  const safe = redact(plain).text === plain && !/^[\d-]{7,}$/.test(plain) ? plain : `…${plain.slice(-LAST)}`
  return isolate(language, safe)
}

/** `22 Nov`: a day the bank names without a time. */
export function nameDay(language: Language, day: string): string {
  return formatDay(language, Date.parse(`${day}T12:00:00Z`), "UTC")
}

/** `today 09:13 (Berlin)` or `22 Nov, 09:13 (Berlin)`. */
export function nameInstant(context: NoticeContext, at: number): string {
  const { language, now } = context
  const { timeZone } = context.bank
  const time = formatTime(language, at, timeZone)
  return isToday(at, now, timeZone)
    ? phrase(language, "just_now", { time })
    : phrase(language, "on_day", { date: formatDay(language, at, timeZone), time })
}

/** Whether an amount is below zero: then words say so, and `nameAmount` of it has no sign. */
export function isBelowZero(amount: WireMoney): boolean {
  return amount.value.startsWith("-") && /[1-9]/.test(amount.value)
}

/** An amount that intake has already checked, without its sign. @throws RangeError where it had not: a fault of ours */
export function nameAmount(language: Language, amount: WireMoney): string {
  const money = parseMoney(amount.value, amount.currency)
  if (!money.ok) throw new RangeError(`Cannot name an amount: ${money.error.reason}`)
  return formatMoney(language, withoutSign(money.value))
}
