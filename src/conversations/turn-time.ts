// What time alone changes, and what a change round the person ends: offers and terms that run out, rounds that are due, acts whose bank
// spoke first or whose link is gone. Pure; part of turn.ts.

import { eraseIdle } from "./flows/delete-data.ts"
import { cardsDueAt, hearCardChange, loseCards, passCardTime } from "./flows/cards.ts"
import { deskDueAt, passDeskTime } from "./flows/human.ts"
import { fraudDueAt, hearBankChange, loseFraud, passFraudTime } from "./flows/fraud.ts"
import { loseDispute, passDisputeTime } from "./flows/dispute.ts"
import { endOffer } from "./flows/link.ts"
import { nextReminderAt, remind } from "./flows/renewal.ts"
import { endLink, expireLink } from "./flows/stop.ts"
import { forgottenAt } from "./idle.ts"
import type { State } from "./state.ts"
import { turnOf, type Turn, type TurnContext, type TurnEvent } from "./turn-context.ts"

/** Time went by. @param quiet nothing was said or told under the link for its longest idle time */
export function passTime(before: State, context: TurnContext, quiet: boolean): Turn {
  const state = passDeskTime(before, context)
  if (state.offer && context.now >= state.offer.offeredUntil) return endOffer(state, context)
  if (state.stopped?.keepFraud === false && state.consent && context.now >= state.stopped.endsAt)
    return endLink(state, context, "disconnected", "stop_ended")
  if (state.consent && context.now >= state.consent.until) return expireLink(state, context)
  if (quiet && state.consent) return endLink(state, context, "idle", "link_idle")
  const forgotten = forgottenAt(state)
  if (forgotten !== undefined && context.now >= forgotten) return eraseIdle(state, context)
  const reminder = remind(state, context)
  if (reminder) return reminder
  const fraud = passFraudTime(state, context)
  const cards = passCardTime(fraud.state, context)
  const dispute = passDisputeTime(cards.state, context)
  const said = [...fraud.say, ...cards.say, ...dispute.say]
  return turnOf(dispute.state, said, { urgent: fraud.urgent || cards.urgent })
}

/** What the bank says of a case or a card. */
export function hearChange(
  state: State,
  event: TurnEvent & { readonly kind: "bank_changed" },
  now: number,
): State {
  const changed = hearBankChange(state, event, now)
  return event.card ? hearCardChange(changed, event.card, event.at, now) : changed
}

/** A link is gone, and with it the way to the bank: what the bank still owed under it is not lost without a word. */
export function loseActs(state: State, context: TurnContext): Turn {
  const fraud = loseFraud(state, context)
  const cards = loseCards(fraud.state, context)
  const dispute = loseDispute(cards.state, context)
  return turnOf(dispute.state, [...fraud.say, ...cards.say, ...dispute.say])
}

/** The next instant at which time alone changes something. */
export function nextChangeAt(state: State): number | undefined {
  const { offer, consent, stopped } = state
  const instants = [
    offer?.offeredUntil,
    consent?.until,
    consent && stopped?.endsAt,
    forgottenAt(state),
    nextReminderAt(state),
    deskDueAt(state),
    ...fraudDueAt(state),
    ...cardsDueAt(state),
    state.dispute?.dueAt,
  ].filter((each): each is number => each !== undefined)
  return instants.length > 0 ? Math.min(...instants) : undefined
}
