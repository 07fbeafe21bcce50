// The platform takes ten profile calls in ten minutes from a Page, and as many about one person's own menu; what is refused beyond that
// holds up the next, too. Counted here before the call. In memory: whoever keeps a budget is the only one to make those calls.

import { MINUTE_MS, type Now } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { GraphRefusal } from "./refusal.ts"

/** @see messenger-platform.md 6, 8.1 */
export const PROFILE_CALLS_MAX = 10
export const PROFILE_SPAN_MS = 10 * MINUTE_MS

/** Leave for calls, one at a time. */
export interface ProfileBudget {
  /** Count one call, or say when the next may be made. */
  take(): Result<void, GraphRefusal>
}

/** A budget that nothing was taken of yet: for one Page, or for one person's menu. */
export function createProfileBudget(now: Now): ProfileBudget {
  let taken: readonly number[] = []
  return {
    take() {
      const at = now()
      taken = taken.filter((each) => at - each < PROFILE_SPAN_MS)
      const oldest = taken[0]
      if (oldest !== undefined && taken.length >= PROFILE_CALLS_MAX)
        return err({ reason: "throttled", retry: { afterMs: oldest + PROFILE_SPAN_MS - at } })
      taken = [...taken, at]
      return ok(undefined)
    },
  }
}
