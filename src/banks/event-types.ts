// How each type of event travels and what switches it on: the one table (design.md 4.1). Nothing below it asks which type an event is.
// The table of notices (conversations/notices/compose.ts) does not compile without a row for each type that is told.

import { DAY_MS, HOUR_MS, MINUTE_MS } from "../foundation/clock.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { Lane } from "../jobs/job.ts"
import type { BankEvent, BankEventType } from "./event.ts"

/** What an event comes to. */
export type EventUse =
  /** A notice to the people linked to the customer. */
  | "told"
  /** It changes the link itself. */
  | "link"
  /** The bank is asked what is new. Made by dialects, never taken by its name. */
  | "asks"
  /** It is answered, and nothing else happens. */
  | "test"

/** One type's line. */
interface EventRules {
  /** `null`: it is about the link itself, or about nothing. */
  readonly purpose: Purpose | null
  readonly lane: Lane
  /** Milliseconds after the event's own time; or the member of its data that says when. */
  readonly staleAfterMs: number | "reply.expires_at" | "due_at" | "expires_at" | "never"
  readonly use: EventUse
}

export const EVENT_TYPES = {
  "bank.balance.updated.v1": {
    purpose: "balance_updates",
    lane: "updates",
    staleAfterMs: 15 * MINUTE_MS,
    use: "told",
  },
  "bank.balance.threshold.v1": {
    purpose: "balance_updates",
    lane: "updates",
    staleAfterMs: HOUR_MS,
    use: "told",
  },
  "bank.transaction.authorised.v1": {
    purpose: "transaction_alerts",
    lane: "updates",
    staleAfterMs: DAY_MS,
    use: "told",
  },
  "bank.transaction.posted.v1": {
    purpose: "transaction_alerts",
    lane: "updates",
    staleAfterMs: DAY_MS,
    use: "told",
  },
  "bank.transaction.reversed.v1": {
    purpose: "transaction_alerts",
    lane: "updates",
    staleAfterMs: DAY_MS,
    use: "told",
  },
  "bank.transaction.declined.v1": {
    purpose: "transaction_alerts",
    lane: "alerts",
    staleAfterMs: 15 * MINUTE_MS,
    use: "told",
  },
  "bank.payment.due.v1": {
    purpose: "transaction_alerts",
    lane: "updates",
    staleAfterMs: "due_at",
    use: "told",
  },
  "bank.fraud.suspected.v1": {
    purpose: "fraud_alerts",
    lane: "alerts",
    staleAfterMs: "reply.expires_at",
    use: "told",
  },
  "bank.fraud.resolved.v1": {
    purpose: "fraud_alerts",
    lane: "alerts",
    staleAfterMs: DAY_MS,
    use: "told",
  },
  "bank.card.state_changed.v1": {
    purpose: "fraud_alerts",
    lane: "alerts",
    staleAfterMs: DAY_MS,
    use: "told",
  },
  "bank.security.notice.v1": {
    purpose: "fraud_alerts",
    lane: "alerts",
    staleAfterMs: DAY_MS,
    use: "told",
  },
  "bank.dispute.updated.v1": {
    purpose: "account_service",
    lane: "updates",
    staleAfterMs: 3 * DAY_MS,
    use: "told",
  },
  "bank.receipt.issued.v1": {
    purpose: "receipts",
    lane: "updates",
    staleAfterMs: 3 * DAY_MS,
    use: "told",
  },
  "bank.shipping.updated.v1": {
    purpose: "shipping_updates",
    lane: "updates",
    staleAfterMs: 3 * DAY_MS,
    use: "told",
  },
  "bank.consent.revoked.v1": { purpose: null, lane: "alerts", staleAfterMs: "never", use: "link" },
  "bank.consent.expiring.v1": { purpose: null, lane: "alerts", staleAfterMs: "never", use: "link" },
  "bank.customer.closed.v1": { purpose: null, lane: "alerts", staleAfterMs: "never", use: "link" },
  "bank.service.notice.v1": {
    purpose: "account_service",
    lane: "updates",
    staleAfterMs: "expires_at",
    use: "told",
  },
  "bank.data.hint.v1": { purpose: null, lane: "updates", staleAfterMs: HOUR_MS, use: "asks" },
  "bank.test.v1": { purpose: null, lane: "updates", staleAfterMs: "never", use: "test" },
} as const satisfies Readonly<Record<BankEventType, EventRules>>

type TypesOf<Use extends EventUse> = {
  [Type in BankEventType]: (typeof EVENT_TYPES)[Type]["use"] extends Use ? Type : never
}[BankEventType]

/** Types whose notice is written. */
export type ToldEventType = TypesOf<"told">
/** Events a Conversation can be told of. */
export type ToldEvent = Extract<BankEvent, { readonly type: ToldEventType }>
/** Events that change the link itself. */
export type LinkEvent = Extract<
  BankEvent,
  { readonly type: "bank.consent.revoked.v1" | "bank.consent.expiring.v1" | "bank.customer.closed.v1" }
>

/** `true` for a type of ours. */
export function isEventType(type: string): type is BankEventType {
  return Object.hasOwn(EVENT_TYPES, type)
}

/** `true` for an event a Conversation can be told of. */
export function isTold(event: BankEvent): event is ToldEvent {
  return EVENT_TYPES[event.type].use === "told"
}
