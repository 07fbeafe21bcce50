// Wall clocks: what day and minute it is somewhere, and when a minute of a day comes there. Pure over the platform's own table of zones.
// A minute that a change of clocks leaves out comes when the clock has jumped over it; one that comes twice counts the first time.

/** Minutes of a whole day. */
export const DAY_MINUTES = 24 * 60
const MINUTE_MS = 60_000
const DAY_MS = DAY_MINUTES * MINUTE_MS
/** Making a formatter is dear, and zones are many: as many are kept as people of one isolate live in. */
const FORMATS_MAX = 50
const ZONE_CHARS_MAX = 60

/** A wall clock's reading. */
export interface Local {
  /** Days since 1970-01-01 on that calendar. */
  readonly day: number
  /** Minutes since that day's midnight. */
  readonly minute: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** `true` for an IANA zone the platform knows. */
export function isZone(value: unknown): value is string {
  if (typeof value !== "string" || value.length > ZONE_CHARS_MAX || !/^[A-Za-z]/.test(value)) return false
  try {
    return new Intl.DateTimeFormat("en", { timeZone: value }) instanceof Intl.DateTimeFormat
  } catch {
    return false
  }
}

/** What a clock in that zone shows at an instant. */
export function localOf(at: number, zone: string): Local {
  const wall = at + offsetOf(at, zone)
  const day = Math.floor(wall / DAY_MS)
  return { day, minute: Math.floor((wall - day * DAY_MS) / MINUTE_MS) }
}

/** When a clock in that zone first shows a minute of a day. */
export function instantOf({ day, minute }: Local, zone: string): number {
  const wall = day * DAY_MS + minute * MINUTE_MS
  const early = wall - offsetOf(wall - DAY_MS, zone)
  const late = wall - offsetOf(wall + DAY_MS, zone)
  // Before and after a change of clocks the two differ: the first that shows the minute is it; where neither does, it is left out.
  const [first, second] = early <= late ? [early, late] : [late, early]
  return showsAt(first, wall, zone) ? first : second
}

/** The next instant after `at` whose minute of the day it is there. */
export function nextAt(at: number, minute: number, zone: string): number {
  const { day } = localOf(at, zone)
  for (const ahead of [0, 1, 2]) {
    const next = instantOf({ day: day + ahead, minute }, zone)
    if (next > at) return next
  }
  throw new RangeError("Cannot find a minute within two days")
}

function showsAt(at: number, wall: number, zone: string): boolean {
  return at + offsetOf(at, zone) === wall
}

/** How far that zone's clock is ahead of UTC at an instant, in milliseconds. */
function offsetOf(at: number, zone: string): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  if (formats.size >= FORMATS_MAX) formats.clear()
  const format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  })
  formats.set(zone, format)
  return format
}
