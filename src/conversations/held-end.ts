// The end of what was held and handed over without an answer: its echo came, or nothing did in time. Nobody brings such an event again, so
// the bank hears of it from here, and the event leaves its row. Looked after by watch.ts at each alarm; telling it is held.ts.

import type { HoldReason } from "../preferences/wants.ts"
import { reportRows } from "./alert-reports.ts"
import type { EventCallback } from "../banks/callback.ts"
import { describeFault } from "../foundation/log.ts"
import { LANES, listHeldOut, settleHeld, type LedgerRow, type SettledState } from "./ledger.ts"
import { writeEntry } from "./entry-form.ts"
import { openEntry, type Sender } from "./perform.ts"
import { ledgerPlace } from "./place.ts"
import { withoutText } from "./receipt.ts"
import { memoryOf } from "./told-before.ts"

/** `reason` of a row that a template has told of and that waits for the tap. */
export const ASKED_FOR = "offered"

const HELD_REASONS = {
  muted: true,
  quiet_hours: true,
  digest: true,
  daily_limit: true,
  [ASKED_FOR]: true,
} as const satisfies Readonly<Record<HoldReason | typeof ASKED_FOR, true>>

/** Whether a row was held before it went. */
export function wasHeld({ lane, reason }: LedgerRow): boolean {
  return lane === LANES.updates && Object.hasOwn(HELD_REASONS, reason)
}

/** Give what was handed over its end. Harmless to repeat. */
export async function endHeld(sender: Sender): Promise<void> {
  const { world, whom, key } = sender
  for (const row of listHeldOut(world.sql, Object.keys(HELD_REASONS), world.now())) {
    const entry = await openEntry(sender, row)
    const receipt = entry && { ...withoutText(entry), ...(entry.held ? memoryOf(entry.held) : {}) }
    const bare = await key.seal(receipt ? writeEntry(receipt) : "", ledgerPlace(whom, row.key))
    if (row.state === "sending") await settle(sender, row, bare, { state: "unknown", reason: "no_answer" })
    else await settle(sender, row, bare, { state: row.state as SettledState, reason: "sent" })
  }
}

/** The bank hears what became of it before the row forgets the event. */
export async function settle(
  sender: Sender,
  row: LedgerRow,
  bare: string,
  to: { readonly state: SettledState; readonly reason: EventCallback["reason"] },
): Promise<void> {
  const { world, whom } = sender
  try {
    if (await world.callbacks.terms(whom.bank)) await reportRows(sender, [row], statusOf(to.state), to.reason)
  } catch (fault) {
    // What was said was said: the row says so, and whoever asks is told.
    world.log.warn("held_outcome_not_reported", describeFault(fault))
  }
  settleHeld(world.sql, row.key, to, bare)
}

/** A watermark that came before this is told by itself. */
function statusOf(state: SettledState): EventCallback["status"] {
  return state === "delivered" || state === "read" ? "accepted" : (state as EventCallback["status"])
}
