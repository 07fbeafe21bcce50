// Money, account names and times as a person reads them. Figures always stand in Latin digits and inside bidi isolates,
// so that an amount reads the same way in a right-to-left sentence. Exact: amounts go in and out as decimal text.

import { findMinorDigits, renderDecimal, type Money } from "../foundation/money.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { Language } from "./catalogue.ts"

/** BCP 47 tags: English with the day before the month, as most who read it write it; Arabic with Latin digits, so that a figure
 * can be compared with the bank's own pages. */
const LOCALES: Readonly<Record<Language, string>> = { en: "en-GB", ar: "ar-u-nu-latn" }
const FIRST_STRONG_ISOLATE = "\u2068"
const LEFT_TO_RIGHT_ISOLATE = "\u2066"
const POP_ISOLATE = "\u2069"
const RIGHT_TO_LEFT = new Set<Language>(["ar"])
const TWO_DIGITS = 2

/** What a date or a time shows, by what it is for. */
const SHAPES = {
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  date: { day: "numeric", month: "short", year: "numeric" },
  day: { day: "2-digit", month: "short" },
  weekday: { weekday: "long" },
  compare: {},
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>

/** Making a formatter costs fifty times what using one does. Zones are those of registered banks, so that these stay few. */
const numberFormats = new Map<string, Intl.NumberFormat>()
const dateFormats = new Map<string, Intl.DateTimeFormat>()

function numberFormat(language: Language, digits: number): Intl.NumberFormat {
  const name = `${language} ${digits}`
  let format = numberFormats.get(name)
  if (!format) {
    format = new Intl.NumberFormat(LOCALES[language], {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    })
    numberFormats.set(name, format)
  }
  return format
}

function dateFormat(locale: string, shape: keyof typeof SHAPES, timeZone: string): Intl.DateTimeFormat {
  const name = `${locale} ${shape} ${timeZone}`
  let format = dateFormats.get(name)
  if (!format) {
    format = new Intl.DateTimeFormat(locale, { ...SHAPES[shape], timeZone })
    dateFormats.set(name, format)
  }
  return format
}

/** `1,204.50 EUR`: grouped, all the currency's digits, the ISO code behind. */
export function formatMoney(language: Language, money: Money): string {
  const digits = findMinorDigits(money.currency) ?? TWO_DIGITS
  // Decimal text keeps every digit: Intl formats it exactly, a number would not.
  const number = numberFormat(language, digits).format(renderDecimal(money) as Intl.StringNumericLiteral)
  return isolate(language, `${number} ${money.currency}`)
}

/** `Checking ••4821`. */
export function formatAccount(language: Language, kind: string, last4: string): string {
  return isolate(language, last4 ? `${kind} ${formatLast4(language, last4)}` : kind)
}

/** `••4821`: the dots stand before the digits in every direction. Without a direction of their own they would follow the words
 * round them, and the mark of an account would read like a number that goes on. */
function formatLast4(language: Language, last4: string): string {
  const masked = `••${last4}`
  return RIGHT_TO_LEFT.has(language) ? LEFT_TO_RIGHT_ISOLATE + masked + POP_ISOLATE : masked
}

/** `14:05 (Berlin)`: hours and minutes with the zone's city, as the bank's customers know it. */
export function formatTime(language: Language, at: number, timeZone: string): string {
  const time = dateFormat(LOCALES[language], "time", timeZone).format(at)
  return isolate(language, `${time} (${zoneName(timeZone)})`)
}

/** `20 May 2027`. */
export function formatDate(language: Language, at: number, timeZone: string): string {
  return isolate(language, dateFormat(LOCALES[language], "date", timeZone).format(at))
}

/** `22 Nov`: the day of a payment in a list. */
export function formatDay(language: Language, at: number, timeZone: string): string {
  return isolate(language, dateFormat(LOCALES[language], "day", timeZone).format(at))
}

/** `Monday`. */
export function formatWeekday(language: Language, at: number, timeZone: string): string {
  return isolate(language, dateFormat(LOCALES[language], "weekday", timeZone).format(at))
}

/** Whether an instant falls on today's date in that zone. */
export function isToday(at: number, now: number, timeZone: string): boolean {
  if (Math.abs(now - at) > DAY_MS) return false
  const day = dateFormat("en-CA", "compare", timeZone)
  return day.format(at) === day.format(now)
}

/** A list as a sentence holds it: `a, b and c`. */
export function formatList(language: Language, items: readonly string[]): string {
  return new Intl.ListFormat(LOCALES[language], { type: "unit", style: "long" }).format(items)
}

/** Keep a text of other direction from turning its neighbours round. */
export function isolate(language: Language, text: string): string {
  return RIGHT_TO_LEFT.has(language) ? FIRST_STRONG_ISOLATE + text + POP_ISOLATE : text
}

function zoneName(timeZone: string): string {
  return timeZone.split("/").pop()?.replaceAll("_", " ") ?? timeZone
}
