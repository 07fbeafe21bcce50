// Nobody there: a link under which nothing was said or asked for a year ends, and whoever has none and was not heard of for as long is
// forgotten. Read by turn.ts and, with the ledger, by person.ts.

import { DAY_MS, dayOf } from "../foundation/clock.ts"
import type { Sql } from "../foundation/world.ts"
import type { State } from "./state.ts"

/** design.md 7: idle link, twelve months. */
export const IDLE_MS = 365 * DAY_MS

/** When somebody without a link is forgotten. */
export function forgottenAt({
  consent,
  opening,
  turnedThrough,
  erasing,
  ...state
}: State): number | undefined {
  const heardAt = Math.max(state.lastActionAt, turnedThrough)
  return consent || opening || erasing || heardAt === 0 ? undefined : heardAt + IDLE_MS
}

/** Nothing was said or asked under the link for too long. The ledger is looked at only where the person was away so long. */
export function isQuiet(sql: Sql, { consent, lastActionAt, linkedAt = 0 }: State, now: number): boolean {
  if (!consent || now < Math.max(lastActionAt, linkedAt, consent.givenAt) + IDLE_MS) return false
  const since = now - IDLE_MS
  const [said] = sql.exec<{ n: number }>(
    "SELECT (SELECT count(*) FROM ledger WHERE at > ?) + (SELECT count(*) FROM days WHERE day >= ?) AS n",
    since,
    dayOf(since),
  ).rows
  return said?.n === 0
}
