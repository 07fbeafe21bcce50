// The choices under a message: quick replies and buttons that several dialogues offer. Every turn shows a way on and a way out.

import type { Button, QuickReply } from "../../messenger/message.ts"
import { isRegionRefused } from "../../messenger/route.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { answer, answerText, plainText, type Plain, type Utterance } from "../leave.ts"
import { intentPayload, renderPayload, type Intent } from "../intents/intent.ts"
import type { LateContext } from "../notices/late-news.ts"
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
  my_data: "my_data_button",
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

/** Who hears late news, of which bank. */
export function lateContext({ language }: State, { bank }: TurnContext): LateContext {
  return { language, bank: bank.name, timeZone: bank.timeZone }
}

/** The bank's number as a button: an answer at any hour. */
export function callButton(state: State, context: TurnContext): Button {
  return { kind: "call", title: phrase(state.language, "call_button"), phone: context.bank.emergencyPhone }
}

/** The way to a person. */
export function personButton({ language }: State): Button {
  return { kind: "postback", title: phrase(language, "human_button"), payload: intentPayload("human") }
}

/** The ways to the bank's login: the platform's Log In where the Page, the bank and the person's region allow it, and any browser. */
export function connectButtons(state: State, { ways, now }: TurnContext): readonly Button[] {
  const { logInUrl, logInAllowed } = ways
  const browserUrl = `${logInUrl}&lang=${state.language}`
  const { regionRefusedAt = null } = state
  return [
    ...(logInAllowed && !isRegionRefused(regionRefusedAt, now)
      ? [{ kind: "log_in", url: logInUrl } as const]
      : []),
    { kind: "url", title: phrase(state.language, "connect_browser_button"), url: browserUrl },
  ]
}

/** An answer that leads to the bank's login.
 * @param more a button beside the ways there */
export function answerWithLogIn(
  state: State,
  context: TurnContext,
  key: PhraseKey,
  values: Readonly<Record<string, Plain | number>> = {},
  more: readonly Button[] = [],
): Utterance {
  return answer({
    kind: "buttons",
    text: answerText(state.language, key, values),
    buttons: [...connectButtons(state, context), ...more],
    quickReplies: chips(state.language, more.length > 0 ? ["how_it_works"] : ["how_it_works", "human"]),
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
