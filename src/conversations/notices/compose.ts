// Every notice there is, by event type. One file a type holds its words and its template together; nothing below this table asks
// which type an event is.

import { EVENT_TYPES, type ToldEvent, type ToldEventType } from "../../banks/event-types.ts"
import type { Purpose } from "../../foundation/purpose.ts"
import type { TemplateSpec } from "../../messenger/template.ts"
import { thresholdNotice } from "./balance-threshold.ts"
import { balanceNotice } from "./balance-updated.ts"
import { cardStateNotice } from "./card-state-changed.ts"
import { disputeNotice } from "./dispute-updated.ts"
import { fraudResolvedNotice } from "./fraud-resolved.ts"
import { fraudNotice } from "./fraud-suspected.ts"
import { ELSEWHERE_TEMPLATES } from "../flows/linked-elsewhere.ts"
import { WAITING_TEMPLATES } from "./updates-waiting.ts"
import { ANSWER_TEMPLATES } from "../flows/desk-words.ts"
import { LATE_TEMPLATES } from "./late-news.ts"
import { ENDING_TEMPLATES } from "../flows/renewal.ts"
import type { ComposedNotice, Notice, NoticeContext } from "./notice.ts"
import { dueNotice } from "./payment-due.ts"
import { receiptNotice } from "./receipt-issued.ts"
import { securityNotice } from "./security-notice.ts"
import { serviceNotice } from "./service-notice.ts"
import { shippingNotice } from "./shipping-updated.ts"
import { authorisedNotice, declinedNotice, reversedNotice, transactionNotice } from "./transaction-posted.ts"

type Notices = { readonly [T in ToldEventType]: Notice<Extract<ToldEvent, { type: T }>> }

const NOTICES: Notices = {
  "bank.balance.updated.v1": balanceNotice,
  "bank.balance.threshold.v1": thresholdNotice,
  "bank.transaction.authorised.v1": authorisedNotice,
  "bank.transaction.posted.v1": transactionNotice,
  "bank.transaction.reversed.v1": reversedNotice,
  "bank.transaction.declined.v1": declinedNotice,
  "bank.payment.due.v1": dueNotice,
  "bank.fraud.suspected.v1": fraudNotice,
  "bank.fraud.resolved.v1": fraudResolvedNotice,
  "bank.card.state_changed.v1": cardStateNotice,
  "bank.security.notice.v1": securityNotice,
  "bank.dispute.updated.v1": disputeNotice,
  "bank.receipt.issued.v1": receiptNotice,
  "bank.shipping.updated.v1": shippingNotice,
  "bank.service.notice.v1": serviceNotice,
}

/** The purpose that switches a type on. */
export function purposeOf(event: ToldEvent): Purpose {
  return EVENT_TYPES[event.type].purpose
}

/** The account an event is about. */
export function accountOf(event: ToldEvent): string | undefined {
  return find(event).accountOf(event)
}

/** Whether an event's own words are not what its type is for. */
export function isUnfit(event: ToldEvent): boolean {
  return find(event).isUnfit?.(event) ?? false
}

/** Put an event into words. */
export function composeNotice(event: ToldEvent, context: NoticeContext): ComposedNotice {
  return find(event).compose(event, context)
}

/** Every template of every notice, of the reminder that a link ends, of the warning that there is another, of an answer that waits, of
 * what came late of an act, in every language. */
export function listTemplates(): readonly TemplateSpec[] {
  const noticed = Object.values(NOTICES).flatMap((notice) => notice.templates)
  return [
    ...noticed,
    ...ENDING_TEMPLATES,
    ...ELSEWHERE_TEMPLATES,
    ...WAITING_TEMPLATES,
    ...ANSWER_TEMPLATES,
    ...LATE_TEMPLATES,
  ]
}

function find(event: ToldEvent): Notice<ToldEvent> {
  // The table's type ties each key to its event; TypeScript cannot follow that through an index by a union.
  return NOTICES[event.type] as unknown as Notice<ToldEvent>
}
