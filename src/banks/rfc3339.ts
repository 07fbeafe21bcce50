// Instants as banks write them (RFC 3339) into epoch milliseconds. Strict: `Date.parse` takes local times, two-digit years and
// days that do not exist. Pure; used by event-wire.ts and the adapters. A batch holds twenty thousand of them.

const FORM =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/
/** Nothing we are told of happened before: an older year is a broken clock or a hostile one. */
const YEAR_MIN = 2000
const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const

/** The instant, or `undefined` where the text is none. A leap second (`:60`) is the second after it.
 * @param text date, time and offset, up to nanoseconds; digits beyond milliseconds are dropped
 * @see RFC 3339, section 5.6 */
export function parseInstant(text: string): number | undefined {
  const match = FORM.exec(text)
  if (!match) return undefined
  const year = Number(match[1])
  const month = Number(match[2])
  const day = Number(match[3])
  const hour = Number(match[4])
  const minute = Number(match[5])
  const second = Number(match[6])
  if (year < YEAR_MIN || day < 1 || day > daysOf(year, month)) return undefined
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const milliseconds = match[7] === undefined ? 0 : Number(match[7].padEnd(3, "0").slice(0, 3))
  const local = Date.UTC(year, month - 1, day, hour, minute, second, milliseconds)
  if (match[8] === undefined) return local
  const offsetHours = Number(match[9])
  const offsetMinutes = Number(match[10])
  if (offsetHours > 23 || offsetMinutes > 59) return undefined
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000
  return match[8] === "-" ? local + offset : local - offset
}

/** Days of a month, 0 for one that does not exist. */
function daysOf(year: number, month: number): number {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return leap ? 29 : (MONTH_DAYS[month - 1] ?? 0)
}
