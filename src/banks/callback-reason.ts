// The one registry of what we tell a bank of its events and links: every status and every reason there is, with what it means.
// The rooms above say why in these words; a reason that is not here does not compile. docs/bank-callbacks.md prints the same table,
// and a test keeps the two alike. Words stay once they were told: banks decide on them.

/** What may become of an event for one person. The type of its callback is `tellerline.event.<status>.v1`. */
export const EVENT_STATUSES = {
  accepted: "Messenger took the message and gave it an id",
  delivered: "it reached the customer's device",
  read: "the customer opened the chat after it",
  answered: "the customer answered the alert",
  held: "it waits, as the customer wishes; another callback follows",
  suppressed: "nothing was said, and nothing will be",
  superseded: "nothing was said: something newer was",
  undeliverable: "it cannot reach the customer here now: use another channel",
  unknown: "it was handed over and nobody knows whether it arrived; it is not sent again",
  failed: "it could not be said through a fault on our side",
} as const satisfies Readonly<Record<string, string>>
export type EventStatus = keyof typeof EVENT_STATUSES

/** What may become of a link. The type of its callback is `tellerline.link.<status>.v1`. */
export const LINK_STATUSES = {
  requested: "the customer typed the code; the bank, which must confirm it, is asked for its word",
  activated: "the customer typed the code: events are told from now on",
  changed: "purposes, accounts or the end of the consent are others now",
  undeliverable: "the reminder that the consent ends cannot reach the customer here now: use another channel",
  ended: "nothing is told, read or asked under it any more",
} as const satisfies Readonly<Record<string, string>>
export type LinkStatus = keyof typeof LINK_STATUSES

/** Every reason. */
export const REASONS = {
  // accepted, delivered, read, answered
  sent: "nothing stood in the way",
  reminder: "it was sent once more, marked as a reminder: the first send was not answered",
  watermark: "Messenger says that everything up to then was delivered or read",
  confirmed: "the customer says it was them",
  denied: "the customer says it was not them",
  // held
  quiet_hours: "the customer's quiet hours",
  digest: "the customer wants it in a digest",
  muted: "the customer wants no more today",
  daily_limit: "the customer wants no more than so many a day, and the rest the next morning",
  // suppressed, superseded
  not_linked: "nobody in Messenger is linked to this customer",
  purpose_off: "the customer did not switch this purpose on, or stopped all messages",
  account_not_covered: "the consent does not cover this account",
  consent_expired: "the consent has run out",
  threshold: "below the amount the customer wants to hear of",
  not_chosen: "the customer wants to hear of other ones of its kind only",
  stale: "the event is older than its type allows, or than the link",
  link_event:
    "it is about the link itself: what was done is told as `tellerline.link.ended.v1` or `.changed.v1`",
  conflict: "another event was told under the same id",
  unfit: "its words promote, threaten or ask for a secret",
  case_over: "the case it asks about is over, or nobody was asked about the case that is",
  asked: "the bank was asked, and what is new goes on as events of its own",
  newer_told: "a newer one of the same account was told before",
  told_before: "the same payment was told before",
  payment_told: "a payment of the same account was told moments before",
  // undeliverable
  person_unavailable: "the customer blocked the Page, left Messenger or cannot be reached by it",
  window_closed_no_template: "the customer has not written for a day, and there is no template for this",
  window_closed_template_pending:
    "the customer has not written for a day, and Meta has not approved the template",
  window_closed_template_rejected: "the customer has not written for a day, and Meta refused the template",
  utility_unavailable: "the customer has not written for a day, and Meta takes no templates for them",
  page_paused: "the Page cannot send until an operator acts",
  thread_elsewhere: "a person at the bank, or another app, holds the conversation",
  new_link: "the link is new: use another channel too; the chat was told, without the amount",
  fallback: "an alert was not delivered in time: use another channel; it may still arrive",
  // unknown, failed
  no_answer: "Messenger did not answer, and no echo came",
  refused: "Messenger refused the message as wrong",
  message_limits: "the message does not fit Messenger's limits",
  unreadable: "what was kept of it does not open",
  lost: "what was kept of it is gone",
  gave_up: "it failed too often and lies where an operator sees it",
  // links
  code_confirmed: "the customer typed the page's code in the chat",
  changed_by_customer: "the customer changed what is shared or told",
  renewed: "the customer extended the consent",
  disconnected: "the customer ended it",
  not_me: "another chat of the same customer says that this link is not theirs",
  replaced: "the customer made a new link in its place",
  erased: "the customer's data was deleted",
  idle: "nothing happened under it for twelve months",
  ended_by_operator: "an operator ended it",
  refused_by_bank: "the bank's authorization server refused the tokens",
  revoked_by_bank: "the bank ended it",
} as const satisfies Readonly<Record<string, string>>
/** Why. */
export type Reason = keyof typeof REASONS

/** `true` for a word of the registry. */
export function isReason(word: string): word is Reason {
  return Object.hasOwn(REASONS, word)
}
