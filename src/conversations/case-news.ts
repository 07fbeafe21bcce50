// What a bank's event changes before it is told: a case that is over withdraws its question where nobody has read it yet, and ends what
// waited for the bank's page; a card that can be used again does so too. Reads and settles rows of the ledger; the state changes in a
// turn (flows/fraud.ts). Called by person.ts.

import type { ToldEvent } from "../banks/event-types.ts"
import { HOUR_MS } from "../foundation/clock.ts"
import type { Sql } from "../foundation/world.ts"
import { OPEN_DAYS_MS } from "./alerts.ts"
import { findReplyStates, listRecent, LANES, settleRow, type LedgerState } from "./ledger.ts"
import { settled, type Settled } from "./outcome.ts"
import { openEntry, type Sender } from "./perform.ts"
import type { TurnEvent } from "./turn-context.ts"

/** A bank's word on a card this soon after our own freeze is the answer to it, and was said. */
const OWN_ACT_MS = HOUR_MS
const NOT_HEARD: ReadonlySet<LedgerState> = new Set(["undeliverable", "failed", "suppressed"])

/** The turn an event leads to before it is told; none for most, and none for an old word on a card: a case that is over stays over, a
 * card may be anything by now. */
export function changeOf(
  event: ToldEvent,
  now: number,
): (TurnEvent & { readonly kind: "bank_changed" }) | undefined {
  const { at } = event
  if (event.type === "bank.fraud.resolved.v1") return { kind: "bank_changed", at, caseId: event.caseId }
  if (event.type !== "bank.card.state_changed.v1" || now >= event.staleAt) return undefined
  const { ref, last4 } = event.card
  const card = { last4, state: event.state, ...(ref === undefined ? {} : { ref }) }
  return { kind: "bank_changed", at, card }
}

/** Whether an event is no news by now: a question about a case that is over, the end of a case nobody was asked about, a freeze that
 * the person made here and heard of. Alerts of a case that is over which still wait in the outbox are withdrawn. */
export async function findStaleNews(sender: Sender, event: ToldEvent): Promise<Settled | undefined> {
  const state = sender.state()
  switch (event.type) {
    case "bank.fraud.suspected.v1":
      return state?.closed?.some(({ caseId }) => caseId === event.caseId)
        ? settled("superseded", "case_over")
        : undefined
    case "bank.fraud.resolved.v1":
      return (await withdraw(sender, event.caseId)) ? undefined : settled("superseded", "case_over")
    case "bank.card.state_changed.v1":
      return event.state === "frozen" && isOwnFreeze(sender, event)
        ? settled("superseded", "newer_told")
        : undefined
    default:
      return undefined
  }
}

/** Withdraw what was not said of a case. @returns whether any of it was, or may have been, said */
async function withdraw(sender: Sender, caseId: string): Promise<boolean> {
  const { sql, now } = sender.world
  let said = false
  for (const row of listRecent(sql, "alerts", now() - OPEN_DAYS_MS)) {
    const cause = (await openEntry(sender, row))?.cause
    if (cause?.kind !== "event" || cause.alert?.caseId !== caseId) continue
    const waits = row.lane === LANES.alerts && row.state === "queued" && row.sends === 0
    if (waits) settleRow(sql, row.key, "superseded", "case_over")
    else said ||= row.sends > 0
  }
  return said
}

function isOwnFreeze(
  { state: stateOf, world: { sql, now } }: Sender,
  { card: { ref } }: Extract<ToldEvent, { readonly type: "bank.card.state_changed.v1" }>,
): boolean {
  const state = stateOf()
  const fresh = (at: number) => now() - at < OWN_ACT_MS
  if (state?.frozenHere?.some((own) => own.ref === ref && fresh(own.at) && isHeard(sql, own.order)))
    return true
  return (
    ref !== undefined &&
    Object.values(state?.cases ?? {}).some(
      ({ card, told, answeredAt }) => card?.ref === ref && told.includes("frozen") && fresh(answeredAt),
    )
  )
}

/** Whether our own words are out, or on their way: outside the window they may not have been allowed. */
function isHeard(sql: Sql, order: number | undefined): boolean {
  const last = order === undefined ? undefined : findReplyStates(sql, order).at(-1)
  return last === undefined || !NOT_HEARD.has(last)
}
