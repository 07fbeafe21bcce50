// Which fraud question a person answers: the one whose button was tapped, or the only open one where a button's title was typed.
// Looking it up is reading the ledger; what the answer leads to is flows/fraud.ts.

import type { MessengerEvent } from "../messenger/event.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { Entry } from "./entry.ts"
import { parsePayload } from "./intents/intent.ts"
import type { FraudStage } from "./cases/fraud-shape.ts"
import { readFraudReply, saysNotMine } from "./intents/fraud-replies.ts"
import { findRow, listRecent, type LedgerRow, type LedgerState } from "./ledger.ts"
import { openEntry, type Sender } from "./perform.ts"
import { findFraudCase, isTheirs, type State } from "./state.ts"
import type { AskedAlert } from "./turn-context.ts"

/** Longer than any fraud question stays open: how far back the ledger is read for one. */
export const OPEN_DAYS_MS = 14 * DAY_MS

/** Nobody was asked by these. */
const NOT_ASKED: ReadonlySet<LedgerState> = new Set(["undeliverable", "failed", "suppressed", "superseded"])
const AFTER_YES: ReadonlySet<FraudStage> = new Set(["confirming", "confirmed", "proving"])

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
  if (event.kind !== "message" || choice === undefined) return undefined
  // A bare Yes or No said to a person of the bank answers that person; the buttons stand, and "that was not me" is heard all the same.
  const isSaidToPerson = state.desk?.phase === "with_person"
  if (isSaidToPerson && choice !== "confirm" && !saysNotMine(event.text)) return undefined
  // By case: a bank may ask of one twice, and its later end counts.
  const open = new Map<string, AskedAlert>()
  const answered = new Map<string, AskedAlert>()
  for (const row of listRecent(sender.world.sql, "alerts", now - OPEN_DAYS_MS)) {
    if (row.sends === 0 || NOT_ASKED.has(row.state)) continue
    const alert = readAlert(row, await openEntry(sender, row), choice)
    if (!alert || now >= alert.expiresAt || !isTheirs(state, alert.link)) continue
    if (state.closed?.some(({ caseId }) => caseId === alert.caseId)) continue
    const stage = findFraudCase(state, alert.caseId)?.stage ?? "open"
    const found = stage === "open" ? open : AFTER_YES.has(stage) ? answered : undefined
    if (found && (found.get(alert.caseId)?.expiresAt ?? 0) < alert.expiresAt) found.set(alert.caseId, alert)
  }
  // A bare No some time after a Yes may be about anything; "that was not me" is not.
  const meant = open.size > 0 || !saysNotMine(event.text) ? open : answered
  // With two, a typed answer does not say which payment it is about.
  return meant.size === 1 ? [...meant.values()][0] : undefined
}

function readAlert(row: LedgerRow, entry: Entry | undefined, choice: string): AskedAlert | undefined {
  return entry?.cause.kind === "event" && entry.cause.alert
    ? { key: row.key, choice, link: entry.cause.link, ...entry.cause.alert }
    : undefined
}
