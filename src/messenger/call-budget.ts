// Meta's budget for all calls of a Page: 200 for each engaged person in any 24 hours. Counted by the hour from what was leased, so that
// a Page with few people is noticed before Meta refuses its calls. Pure; replies take no lease and are not counted. Composed by page.ts.

import { HOUR_MS } from "../foundation/clock.ts"

/** Calls a rolling day for each engaged person. @see messenger-platform.md 8.1 */
const CALLS_PER_PERSON = 200
/** Any 24 hours touch at most 25 hours of the clock. */
const HOURS = 25
/** Share of the budget at which somebody should know. */
export const BUDGET_NEAR = 0.8

/** Calls by hour since 1970. */
export type SpentCalls = ReadonlyMap<number, number>

/** Calls a Page has in 24 hours. @param engagedPeople as Meta counts them; the operator's estimate */
export function budgetOf(engagedPeople: number): number {
  return engagedPeople * CALLS_PER_PERSON
}

/** Count `calls` made at `now`; hours that no longer matter are dropped. */
export function spendCalls(spent: SpentCalls, calls: number, now: number): SpentCalls {
  const hour = Math.floor(now / HOUR_MS)
  const kept = new Map([...spent].filter(([each]) => each > hour - HOURS && each <= hour))
  return kept.set(hour, (kept.get(hour) ?? 0) + calls)
}

/** Calls of the last 24 hours, at most one hour more. */
export function callsSpent(spent: SpentCalls, now: number): number {
  const hour = Math.floor(now / HOUR_MS)
  let calls = 0
  for (const [each, count] of spent) if (each > hour - HOURS && each <= hour) calls += count
  return calls
}
