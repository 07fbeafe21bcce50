// Which fraud question a person answers: the one whose button was tapped, or the only open one where a button's title was typed.
// Looking it up is reading the ledger; what the answer leads to is flows/fraud.ts.

import type { MessengerEvent } from "../messenger/event.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { Entry } from "./entry.ts"
import { parsePayload } from "./intents/intent.ts"
import { readFraudReply } from "./intents/fraud-replies.ts"
import { findRow, listRecent, type LedgerRow } from "./ledger.ts"
import { openEntry, type Sender } from "./perform.ts"
import type { State } from "./state.ts"
import type { AskedAlert } from "./turn-context.ts"

/** Longer than any fraud question stays open: how far back the ledger is read for one. */
export const OPEN_DAYS_MS = 14 * DAY_MS

/** The question an event answers, or `undefined` where it answers none. */
export async function findAlert(
  sender: Sender,
  event: MessengerEvent,
  state: State,
  now: number,
): Promise<AskedAlert | undefined> {
  if (event.kind !== "postback" && event.kind !== "message") return undefined
  if (event.payload !== undefined) {
    const payload = parsePayload(event.payload)
    const [key, choice = ""] = payload?.action === "FRAUD" ? payload.parts : []
    const row = key === undefined ? undefined : findRow(sender.world.sql, key)
    return row && readAlert(row, await openEntry(sender, row), choice)
  }
  const choice = event.kind === "message" ? readFraudReply(event.text) : undefined
  if (choice === undefined) return undefined
  const open: AskedAlert[] = []
  for (const row of listRecent(sender.world.sql, "alerts", now - OPEN_DAYS_MS)) {
    const alert = readAlert(row, await openEntry(sender, row), choice)
    if (alert && now < alert.expiresAt && (state.cases[alert.key]?.stage ?? "open") === "open")
      open.push(alert)
  }
  // With two open, a typed answer does not say which payment it is about.
  return open.length === 1 ? open[0] : undefined
}

function readAlert(row: LedgerRow, entry: Entry | undefined, choice: string): AskedAlert | undefined {
  return entry?.cause.kind === "event" && entry.cause.alert
    ? { key: row.key, choice, link: entry.cause.link, ...entry.cause.alert }
    : undefined
}
