// The choices under a message: quick replies and buttons that several dialogues offer. Every turn shows a way on and a way out.

import type { Button, QuickReply } from "../../messenger/message.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { answer, answerText, plainText, type Plain, type Utterance } from "../leave.ts"
import { intentPayload, renderPayload, type Intent } from "../intents/intent.ts"
import type { State } from "../state.ts"
import type { TurnContext } from "../turn-context.ts"

const CHIPS = {
  balance: "balance_button",
  transactions: "transactions_button",
  more_transactions: "more_button",
  help: "help_button",
  stop: "stop_button",
  connect: "connect_button",
  how_it_works: "how_button",
  human: "human_button",
  lost_card: "urgent_button",
  language: "language_button",
  stop_keep_fraud: "keep_fraud_button",
  stop_now: "disconnect_button",
  stop_undo: "undo_button",
} as const satisfies Partial<Record<Intent, PhraseKey>>

/** Quick replies for some intents. */
export function chips(language: Language, intents: readonly (keyof typeof CHIPS)[]): readonly QuickReply[] {
  return intents.map((intent) => ({ title: phrase(language, CHIPS[intent]), payload: intentPayload(intent) }))
}

/** What can be done now, as quick replies. */
export function menuChips(state: State): readonly QuickReply[] {
  return chips(
    state.language,
    state.consent
      ? ["balance", "transactions", "help", "stop", "human"]
      : ["connect", "how_it_works", "lost_card", "human"],
  )
}

/** An answer with the menu under it. */
export function answerWithMenu(
  state: State,
  key: PhraseKey,
  values: Readonly<Record<string, Plain | number>> = {},
): Utterance {
  return answer({
    kind: "text",
    text: answerText(state.language, key, values),
    quickReplies: menuChips(state),
  })
}

/** The bank's number as a button: an answer at any hour. */
export function callButton(state: State, context: TurnContext): Button {
  return { kind: "call", title: phrase(state.language, "call_button"), phone: context.bank.emergencyPhone }
}

/** The platform's Log In. */
export function logInButton(context: TurnContext): Button {
  return { kind: "log_in", url: context.logInUrl }
}

/** An answer that leads to the bank's login. */
export function answerWithLogIn(
  state: State,
  context: TurnContext,
  key: PhraseKey,
  values: Readonly<Record<string, Plain | number>> = {},
): Utterance {
  return answer({
    kind: "buttons",
    text: answerText(state.language, key, values),
    buttons: [logInButton(context)],
    quickReplies: chips(state.language, ["how_it_works", "human"]),
  })
}

/** The bank's name, as everybody may read it. */
export function bankName(context: TurnContext): Plain {
  return plainText(context.bank.name)
}

/** A button that answers with a payload of several parts. */
export function postback(
  language: Language,
  key: PhraseKey,
  action: string,
  ...parts: readonly string[]
): Button {
  return { kind: "postback", title: phrase(language, key), payload: renderPayload(action, ...parts) }
}
