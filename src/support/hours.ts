// When people at a bank are there: their hours by the bank's own clock, and when they are back. Pure; summer time included. A bank
// without hours has people at any time. Which hours a bank has stands in its record.

import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import type { OpenHours } from "../banks/bank.ts"

/** `opensAt`: none where its hours never come. */
export type Opening = { readonly open: true } | { readonly open: false; readonly opensAt?: number }

/** Hours repeat every week; the day after it sees today's again. */
const DAYS_AHEAD = 8
const WEEKDAYS = 7

/** Whether somebody is there now, or when somebody is.
 * @param timeZone the bank's, an IANA name */
export function openingAt(hours: readonly OpenHours[] | undefined, timeZone: string, now: number): Opening {
  if (!hours || hours.length === 0) return { open: true }
  const spans = Array.from({ length: DAYS_AHEAD }, (_, ahead) => localDay(now + ahead * DAY_MS, timeZone))
    .flatMap(({ year, month, day }) => {
      const weekday = new Date(Date.UTC(year, month, day)).getUTCDay() || WEEKDAYS
      return hours
        .filter(({ days }) => days.includes(weekday))
        .map(({ from, to }) => ({
          from: instantOf(Date.UTC(year, month, day) + minutesOf(from) * MINUTE_MS, timeZone),
          to: instantOf(Date.UTC(year, month, day) + minutesOf(to) * MINUTE_MS, timeZone),
        }))
    })
    .sort((a, b) => a.from - b.from)
  if (spans.some(({ from, to }) => from <= now && now < to)) return { open: true }
  const next = spans.find(({ from }) => from > now)
  return next ? { open: false, opensAt: next.from } : { open: false }
}

function minutesOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(":").map(Number)
  return hours * 60 + minutes
}

/** The instant at which clocks of the zone show `local`, written as if it were UTC. The second look settles the hours round a change. */
function instantOf(local: number, timeZone: string): number {
  const guess = local - offsetAt(local, timeZone)
  return local - offsetAt(guess, timeZone)
}

function offsetAt(at: number, timeZone: string): number {
  const { year, month, day, hour, minute, second } = localDay(at, timeZone)
  return Date.UTC(year, month, day, hour, minute, second) - Math.floor(at / 1_000) * 1_000
}

function localDay(at: number, timeZone: string) {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(at)
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? 0)
  return {
    year: of("year"),
    month: of("month") - 1,
    day: of("day"),
    hour: of("hour"),
    minute: of("minute"),
    second: of("second"),
  }
}
