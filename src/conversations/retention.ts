// What a Conversation forgets, and when: events of webhooks after days, what was said after thirty, receipts after ninety. Called by
// person.ts at each alarm; harmless to repeat.

import type { Entry } from "./entry.ts"
import { pruneInbox } from "./inbox.ts"
import { listWithOldText, pruneLedger, stripRow } from "./ledger.ts"
import { openEntry, type Sender } from "./perform.ts"
import { ledgerPlace } from "./place.ts"

/** Forget what is old enough. */
export async function forgetOld(sender: Sender): Promise<void> {
  const { world, whom, key } = sender
  const { sql, now } = world
  pruneInbox(sql, sender.state()?.turnedThrough ?? 0, now())
  pruneLedger(sql, now())
  for (const row of listWithOldText(sql, now())) {
    const entry = await openEntry(sender, row)
    const receipt = entry ? JSON.stringify({ v: 1, cause: entry.cause } satisfies Entry) : ""
    stripRow(sql, row.key, await key.seal(receipt, ledgerPlace(whom, row.key)))
  }
}
