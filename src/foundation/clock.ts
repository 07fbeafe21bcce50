// Time is given, never found: whoever needs it takes a `Now`. Instants are epoch milliseconds ending in `At`.

/** The present instant, epoch milliseconds. Our own records use it; signed things keep the real clock. */
export type Now = () => number

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** The UTC day an instant falls in, counted from 1970-01-01: names the day keys of the vault. */
export function dayOf(at: number): number {
  return Math.floor(at / DAY_MS)
}

/** The UTC month an instant falls in, `YYYY-MM`: names a bank's pack key. */
export function monthOf(at: number): string {
  return new Date(at).toISOString().slice(0, 7)
}
