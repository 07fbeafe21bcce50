// Whether something happened at the bank before the person acted: then it says nothing of what came of their act. Pure.

import { MINUTE_MS } from "../../foundation/clock.ts"

/** A bank's clock may differ from ours by this much. */
const CLOCK_TOLERANCE_MS = MINUTE_MS

/** @param actedAt by our own clock */
export function isBefore(happenedAt: number, actedAt: number): boolean {
  return happenedAt + CLOCK_TOLERANCE_MS < actedAt
}
