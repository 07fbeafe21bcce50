// How long the bank is waited for before it is asked again within a case. Pure. Read by the cases' rules.

import { MINUTE_MS, SECOND_MS } from "../../foundation/clock.ts"

const RETRY_MS = 5 * SECOND_MS
const RETRY_MS_MAX = 15 * MINUTE_MS

/** Milliseconds until the next try, doubled with each.
 * @param tries how many there were before */
export function retryMs(tries: number): number {
  return Math.min(RETRY_MS * 2 ** Math.min(tries, 20), RETRY_MS_MAX)
}
