// Instants as banks write them (RFC 3339) into epoch milliseconds. Strict: `Date.parse` takes local times, two-digit years and
// days that do not exist. Pure; used by event-parse.ts and the adapters.

const FORM =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/
/** Nothing we are told of happened before: an older year is a broken clock or a hostile one. */
const YEAR_MIN = 2000

/** The instant, or `undefined` where the text is none. A leap second (`:60`) is the second after it.
 * @param text date, time and offset, up to nanoseconds; digits beyond milliseconds are dropped
 * @see RFC 3339, section 5.6 */
export function parseInstant(text: string): number | undefined {
  const match = FORM.exec(text)
  if (!match) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const offsetHours = Number(match[9] ?? 0)
  const offsetMinutes = Number(match[10] ?? 0)
  if (year < YEAR_MIN || hour > 23 || minute > 59 || second > 60) return undefined
  if (offsetHours > 23 || offsetMinutes > 59) return undefined
  const date = new Date(Date.UTC(year, month - 1, day))
  // Date.UTC rolls 31 February over into March: then the month is another.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined
  const milliseconds = Number((match[7] ?? "").padEnd(3, "0").slice(0, 3))
  const local = date.getTime() + ((hour * 60 + minute) * 60 + second) * 1_000 + milliseconds
  const offset = (offsetHours * 60 + offsetMinutes) * 60_000
  return match[8] === "-" ? local + offset : local - offset
}
