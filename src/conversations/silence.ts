// A fraud question nobody answers: said once more, marked as a reminder, while there is still time to answer and the window is open.
// Which ones are due is read from the ledger; that one was said is remembered with its case. Called by person.ts in the alarm.

import { HOUR_MS } from "../foundation/clock.ts"
import type { LinkId } from "../foundation/id.ts"
import { phrase } from "../phrases/catalogue.ts"
import { OPEN_DAYS_MS } from "./alerts.ts"
import type { Need, Utterance } from "./leave.ts"
import { listRecent, REMINDER, type LedgerState } from "./ledger.ts"
import { isStopped, openEntry, type Sender } from "./perform.ts"
import { findFraudCase, isTheirs } from "./state.ts"
import type { AskedAlert } from "./turn-context.ts"

/** A reminder: the question, and its words. */
export interface Silent {
  readonly alert: AskedAlert
  readonly utterance: Utterance
}

/** A question is said once more after this, or halfway to its end where that is sooner. */
const SILENCE_MS = HOUR_MS
const TOLD: ReadonlySet<LedgerState> = new Set(["accepted", "delivered", "read"])

/** Questions whose reminder is due, and when the next one is. */
export async function findSilent(
  sender: Sender,
): Promise<{ readonly due: readonly Silent[]; readonly nextAt: number | undefined }> {
  const state = sender.state()
  const now = sender.world.now()
  const due: Silent[] = []
  let nextAt: number | undefined
  if (!state?.consent || isStopped(state, "fraud_alerts")) return { due, nextAt }
  for (const row of listRecent(sender.world.sql, "alerts", now - OPEN_DAYS_MS)) {
    if (!TOLD.has(row.state) || row.reason === REMINDER) continue
    const { cause, utterance } = (await openEntry(sender, row)) ?? {}
    if (cause?.kind !== "event" || !cause.alert || !utterance || utterance.message.kind !== "buttons")
      continue
    const { caseId, expiresAt } = cause.alert
    if (!isTheirs(state, cause.link)) continue
    if (findFraudCase(state, caseId)) continue
    if (now >= expiresAt || state.closed?.some((each) => each.caseId === caseId)) continue
    const at = row.at + Math.min(SILENCE_MS, (expiresAt - row.at) / 2)
    if (at > now) {
      nextAt = Math.min(nextAt ?? at, at)
      continue
    }
    const text = phrase(state.language, "fraud_reminder", { text: utterance.message.text })
    due.push({
      alert: { key: row.key, choice: "", link: cause.link, ...cause.alert },
      utterance: {
        ...utterance,
        message: { ...utterance.message, text },
        need: underLiveLink(utterance.need, state.consent.link),
      },
    })
  }
  return { due, nextAt }
}

/** The same customer's consent renewed what the question was told under. */
function underLiveLink(need: Need, link: LinkId): Need {
  return need.kind === "grant" ? { ...need, link } : need
}
