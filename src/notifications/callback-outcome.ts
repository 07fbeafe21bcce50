// From what a Conversation says became of an event to what its bank is told: statuses and reasons of the registry, nothing else.
// Fan-out reports every settled outcome before it acknowledges the event (P1); what comes later (delivered, read, answered, the
// fallback of an alert) the Conversation reports itself, by the same function of the world. Composed by fan-out.ts.

import type { EventCallback } from "../banks/callback.ts"
import type { Report } from "../banks/callback-queue.ts"
import { isReason, type EventStatus, type Reason } from "../banks/callback-reason.ts"
import type { BankEvent } from "../banks/event.ts"
import type { LedgerState } from "../conversations/ledger.ts"
import type { TellOutcome } from "../conversations/person-world.ts"
import type { Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId, PersonId } from "../foundation/id.ts"
import type { Result } from "../foundation/result.ts"
import type { GrantRefusal } from "../links/grant.ts"
import type { RouteReason } from "../messenger/route.ts"

/** What became of an event for one person; `person` is `null` where nobody is linked. */
export interface EventOutcome {
  readonly event: BankEvent
  readonly person: PersonId | null
  readonly told: Extract<TellOutcome, { readonly kind: "settled" }>
}

/** States in which a row may be found settled. */
type SettledState = Exclude<LedgerState, "queued" | "sending" | "again">

/** One row a state: a new one without a status does not compile. */
const STATUSES = {
  accepted: "accepted",
  delivered: "delivered",
  suppressed: "suppressed",
  superseded: "superseded",
  undeliverable: "undeliverable",
  unknown: "unknown",
  failed: "failed",
} as const satisfies Readonly<Record<SettledState, EventStatus>>

/** Why, where the state says it all. */
const PLAIN_REASONS = {
  accepted: "sent",
  delivered: "watermark",
  suppressed: "purpose_off",
  superseded: "newer_told",
  undeliverable: "person_unavailable",
  unknown: "no_answer",
  failed: "refused",
} as const satisfies Readonly<Record<SettledState, Reason>>

/** An event for a customer nobody in Messenger is linked to. */
export const NOBODY_LINKED: EventOutcome["told"] = {
  kind: "settled",
  state: "suppressed",
  reason: "not_linked",
}

/** An event that failed too often and was put among the dead letters. */
export const GAVE_UP: EventOutcome["told"] = { kind: "settled", state: "failed", reason: "gave_up" }

/** Report what became of a bank's events. Everything in one round; harmless to repeat. `ok` once durable: before that nothing of it may
 * be acknowledged. A bank without a callback address is told nothing, and that is `ok`. */
export function reportOutcomes(
  world: { readonly report: Report; readonly now: Now },
  bank: BankId,
  outcomes: readonly EventOutcome[],
): Promise<Result<void, Outage>> {
  const at = world.now()
  return world.report(
    bank,
    outcomes.map(({ event, person, told }) => callbackOf(event, person, told, at)),
  )
}

function callbackOf(
  { id, source, type, customer }: BankEvent,
  person: PersonId | null,
  told: EventOutcome["told"],
  at: number,
): EventCallback {
  const state = told.state as SettledState
  const { reason } = told
  return {
    kind: "event",
    event: { id, source, type },
    customer,
    person,
    status: STATUSES[state],
    reason: isReason(reason) ? wordOf(reason) : PLAIN_REASONS[state],
    at,
  }
}

/** The rooms below give their reasons in the registry's words: one of theirs that is not in it does not compile. */
function wordOf(word: Reason | RouteReason | GrantRefusal["reason"]): Reason {
  return word
}
