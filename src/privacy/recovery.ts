// From when on nobody at all can read what was deleted, the operator with every key and every recovery copy included. Shown on the
// page of an erasure and in a bank's deletion certificate; docs/threat-model.md says what the operator must do for it to hold.

import { DAY_MS } from "../foundation/clock.ts"
import { DEAD_LETTER_MS } from "../notifications/dead-letter.ts"

/** D1's Time Travel and a Durable Object's point-in-time recovery reach 30 days back. */
export const RECOVERY_MS = 30 * DAY_MS
/** A message lies on a queue at most 14 days, then as long among the dead letters. */
const TRANSIT_MS = 14 * DAY_MS + DEAD_LETTER_MS

/** What lay under keys that were destroyed at an instant. */
export function unreadableAt(destroyedAt: number): number {
  return destroyedAt + RECOVERY_MS
}

/** What was on its way at that instant, under the bank's key of its month. */
export function transitUnreadableAt(destroyedAt: number): number {
  return destroyedAt + TRANSIT_MS + RECOVERY_MS
}
