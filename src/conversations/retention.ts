// What a Conversation forgets, and when: events of webhooks after days, what was said after thirty, receipts after ninety: their days
// stay (ledger-days.ts). Called by person.ts at each alarm; harmless to repeat.

import { pruneInbox } from "./inbox.ts"
import { foldLedger } from "./ledger-days.ts"
import { listWithOldText, stripRow } from "./ledger.ts"
import { openEntry, type Sender } from "./perform.ts"
import { ledgerPlace } from "./place.ts"
import { withoutText } from "./receipt.ts"

/** Forget what is old enough. */
export async function forgetOld(sender: Sender): Promise<void> {
  const { world, whom, key } = sender
  const { sql, now } = world
  pruneInbox(sql, sender.state()?.turnedThrough ?? 0, now())
  foldLedger(sql, now())
  for (const row of listWithOldText(sql, now())) {
    const entry = await openEntry(sender, row)
    const receipt = entry ? JSON.stringify(withoutText(entry)) : ""
    stripRow(sql, row.key, await key.seal(receipt, ledgerPlace(whom, row.key)))
  }
}
