// What a Conversation forgets, and when: events of webhooks after days, what was said after as many as the bank keeps it (thirty), receipts
// after ninety: their days stay (ledger-days.ts). Called by person.ts at each alarm; harmless to repeat.

import { DAY_MS, dayOf } from "../foundation/clock.ts"
import { pruneInbox } from "./inbox.ts"
import { foldLedger } from "./ledger-days.ts"
import { listWithOldText, oldestTextAt, stripRow } from "./ledger.ts"
import { openEntry, type Sender } from "./perform.ts"
import { ledgerPlace } from "./place.ts"
import { withoutText } from "./receipt.ts"
import { writeEntry } from "./entry-form.ts"

/** Retention is looked after this often where nothing else wakes the object. */
const LOOKED_AFTER_MS = 30 * DAY_MS

/** Forget what is old enough.
 * @returns when to look again: at the end of the day on which the oldest text's term is over, so that one alarm does for all that was said
 * on a day; at the latest in thirty days */
export async function forgetOld(sender: Sender): Promise<number> {
  const { world, whom, key } = sender
  const { sql, now } = world
  const { textKeptMs } = await world.loadBankFacts(whom.bank, whom.page)
  pruneInbox(sql, sender.state()?.turnedThrough ?? 0, now())
  foldLedger(sql, now(), textKeptMs)
  for (const row of listWithOldText(sql, now() - textKeptMs)) {
    const entry = await openEntry(sender, row)
    const receipt = entry ? writeEntry(withoutText(entry)) : ""
    stripRow(sql, row.key, await key.seal(receipt, ledgerPlace(whom, row.key)))
  }
  const oldest = oldestTextAt(sql)
  const latest = now() + LOOKED_AFTER_MS
  return oldest === undefined ? latest : Math.min(latest, (dayOf(oldest + textKeptMs) + 1) * DAY_MS)
}
