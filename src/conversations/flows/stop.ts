// The way out: everything off at once, the link gone in seven days, fraud alerts kept if wanted, undone while it lasts.

import { DAY_MS } from "../../foundation/clock.ts"
import type { EndReason } from "../../links/link-store.ts"
import { answer, answerText, linkNotice } from "../leave.ts"
import { ending, without, withoutLink, type State } from "../state.ts"
import { turnOf, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { formatDate } from "../../phrases/format.ts"
import { offerLink } from "./link.ts"
import { stoppedLately, undoPurposes } from "./purposes.ts"
import { answerWithLogIn, answerWithMenu, bankName, chips, connectButtons, postback } from "./choices.ts"

/** Between "stop" and the end of the link. */
const STOPPED_MS = 7 * DAY_MS

/** Nothing is sent from this turn on. */
export const stop: Flow = (state, context) => {
  if (!state.consent && !state.offer && !state.opening)
    return turnOf(state, [nothingToStop(state)], { urgent: true })
  const free = withoutPending(state)
  if (!free.consent) return turnOf(free, [answerWithMenu(free, "code_failed")], { urgent: true })
  const stopped: State = {
    ...free,
    stopped: { at: context.now, endsAt: context.now + STOPPED_MS, keepFraud: false },
  }
  const text = answerText(state.language, "stop", { bank: bankName(context) })
  const buttons = [
    ...(free.consent.purposes.includes("fraud_alerts")
      ? [postback(state.language, "keep_fraud_button", "STOP_KEEP_FRAUD")]
      : []),
    postback(state.language, "disconnect_button", "STOP_NOW"),
    postback(state.language, "undo_button", "STOP_UNDO"),
  ]
  return turnOf(stopped, [answer({ kind: "buttons", text, buttons })], { urgent: true })
}

/** Everything off but fraud alerts; then the link stays, for their sake. */
export const keepFraudAlerts: Flow = (state, context) => {
  if (!state.consent) return turnOf(state, [nothingToStop(state)], { urgent: true })
  if (!state.consent.purposes.includes("fraud_alerts"))
    return { ...offerLink(state, context, "purpose_off"), urgent: true }
  const kept: State = {
    ...state,
    stopped: { at: context.now, endsAt: state.consent.until, keepFraud: true },
  }
  const text = answerText(state.language, "stop_kept_fraud")
  const quickReplies = chips(state.language, ["stop_undo", "help"])
  return turnOf(kept, [answer({ kind: "text", text, quickReplies })], { urgent: true })
}

/** As it was before "stop". */
export const undoStop: Flow = (state, context) => {
  if (!state.consent)
    return turnOf(state, [answerWithLogIn(state, context, "link_again", { bank: bankName(context) })], {
      urgent: true,
    })
  const lately = stoppedLately(state, context.now)
  if (!state.stopped && lately.length > 0) return { ...undoPurposes(state, context, lately), urgent: true }
  const resumed: State = without(state, "stopped")
  const undone = answerWithMenu(resumed, "stop_undone", { bank: bankName(context) })
  return turnOf(resumed, [undone], { urgent: true })
}

/** The link ends now. */
export const disconnect: Flow = (state, context, intent) =>
  state.consent
    ? endLink(withoutPending(state), context, "disconnected", "stop_now")
    : stop(state, context, intent)

/** End the live link and say so in neutral words: the object first, the directory after it. */
export function endLink(
  state: State,
  context: TurnContext,
  reason: EndReason,
  key: PhraseKey,
  values: Readonly<Record<string, string>> = {},
): Turn {
  const { consent } = state
  if (!consent) return turnOf(state)
  const ended = ending(withoutLink(state), consent.link, reason)
  const message = {
    kind: "buttons" as const,
    text: phrase(state.language, key, { bank: context.bank.name, ...values }),
    buttons: connectButtons(ended, context),
  }
  return turnOf(ended, [linkNotice(message)], { urgent: true })
}

/** The time the consent was given for is over. */
export function expireLink(state: State, context: TurnContext): Turn {
  const date = formatDate(state.language, state.consent?.until ?? context.now, context.bank.timeZone)
  return endLink(state, context, "consent_expired", "consent_expired", { date })
}

/** Nothing that is on its way goes live any more. */
function withoutPending(state: State): State {
  const cleared: State = without(state, "offer", "opening")
  return [state.offer, state.opening]
    .filter((each) => each !== undefined)
    .reduce((ended, { link }) => ending(ended, link, "disconnected"), cleared)
}

function nothingToStop(state: State) {
  return answerWithMenu(state, "stop_nothing")
}
