// From what a Conversation says became of an event to what its bank is told: statuses and reasons of the registry, nothing else.
// Fan-out reports every settled outcome before it acknowledges the event (P1); what comes later (delivered, read, answered, the
// fallback of an alert) the Conversation reports itself, by the same function of the world. Composed by fan-out.ts.

import type { EventCallback } from "../banks/callback.ts"
import type { Report } from "../banks/callback-queue.ts"
import type { EventStatus } from "../banks/callback-reason.ts"
import type { BankEvent } from "../banks/event.ts"
import type { SettledState } from "../conversations/ledger.ts"
import { settled, type Settled } from "../conversations/outcome.ts"
import type { Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId, PersonId } from "../foundation/id.ts"
import type { Result } from "../foundation/result.ts"

/** What became of an event for one person; `person` is `null` where nobody is linked. */
export interface EventOutcome {
  readonly event: BankEvent
  readonly person: PersonId | null
  readonly told: Settled
}

/** One row a state: a new one without a status does not compile. */
const STATUSES = {
  accepted: "accepted",
  delivered: "delivered",
  read: "read",
  held: "held",
  suppressed: "suppressed",
  superseded: "superseded",
  undeliverable: "undeliverable",
  unknown: "unknown",
  failed: "failed",
} as const satisfies Readonly<Record<SettledState, EventStatus>>

/** An event for a customer nobody in Messenger is linked to. */
export const NOBODY_LINKED = settled("suppressed", "not_linked")

/** An event that failed too often and was put among the dead letters. */
export const GAVE_UP = settled("failed", "gave_up")

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
  return {
    kind: "event",
    event: { id, source, type },
    customer,
    person,
    status: STATUSES[told.state],
    reason: told.reason,
    at,
  }
}
