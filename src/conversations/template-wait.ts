// How long a notice to everybody waits for its own template where the window is closed: until the platform has decided, and no longer than
// it may be told. Pure. Whoever asked tries again sooner, once it hears of the decision (notifications/notice-running.ts).

import type { ToldEvent } from "../banks/event-types.ts"
import type { Reason } from "../banks/callback-reason.ts"
import { MINUTE_MS } from "../foundation/clock.ts"

/** Before it goes stale everybody who still waits has their outcome, and the bank hears of it. */
export const LAST_CALL_MS = 15 * MINUTE_MS
/** It is not at the platform yet, or under review. */
const UNDECIDED: readonly Reason[] = ["window_closed_no_template", "window_closed_template_pending"]

/** When to ask again at the latest; `undefined` where waiting is no use: then the reason stands. */
export function templateWaitMs(event: ToldEvent, reason: Reason, now: number): number | undefined {
  if (event.type !== "bank.service.notice.v1" || event.audience !== "linked") return undefined
  if (!UNDECIDED.includes(reason)) return undefined
  const leftMs = event.staleAt - LAST_CALL_MS - now
  return leftMs > 0 ? leftMs : undefined
}
