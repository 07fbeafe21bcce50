// What is said about a wish for a person at the bank: the place, who joined, who left, what waits; and the template of an answer outside the
// platform's window. Words only; what leads to them is human.ts and desk-news.ts.

import { MINUTE_MS } from "../../foundation/clock.ts"
import { Grant } from "../../links/grant.ts"
import type { TemplateMessage } from "../../messenger/message.ts"
import type { TemplateSpec } from "../../messenger/template.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { formatTime, formatWeekday } from "../../phrases/format.ts"
import type { Opening } from "../../support/hours.ts"
import type { LinePlace } from "../../support/line-store.ts"
import type { Desk } from "../desk-state.ts"
import { renderPayload } from "../intents/intent.ts"
import { answer, answerText, plainText, told, type Utterance } from "../leave.ts"
import type { State } from "../state.ts"
import type { TurnContext } from "../turn-context.ts"
import { bankName, callButton, postback } from "./choices.ts"

/** The name under which a template says that an answer waits. */
export const ANSWER_TEMPLATE = "answer_waiting_v1"

/** Outside the platform's window, where people may not write any more. */
export const ANSWER_TEMPLATES: readonly TemplateSpec[] = [
  {
    name: ANSWER_TEMPLATE,
    language: "en",
    body: "An answer from {{1}} to your question is waiting for you in this chat.",
    examples: ["Demo Bank"],
    buttons: [phrase("en", "answer_button")],
  },
  {
    name: ANSWER_TEMPLATE,
    language: "ar",
    body: "هناك رد من {{1}} على سؤالكم بانتظاركم في هذه المحادثة.",
    examples: ["بنك العرض"],
    buttons: [phrase("ar", "answer_button")],
  },
]

/** Words with the bank's number under them. */
export function withCall(
  state: State,
  context: TurnContext,
  key: Parameters<typeof answerText>[1],
  values: Parameters<typeof answerText>[2] = { bank: bankName(context) },
): Utterance {
  const text = answerText(state.language, key, values)
  return answer({ kind: "buttons", text, buttons: [callButton(state, context)] })
}

/** Nobody is there: when they are back, and what cannot wait. */
export function closedWords(
  state: State,
  context: TurnContext,
  opening: Opening & { readonly open: false },
): Utterance {
  const { language } = state
  const { timeZone } = context.bank
  const { opensAt } = opening
  const text =
    opensAt === undefined
      ? answerText(language, "desk_closed_now")
      : answerText(language, "desk_closed", {
          day: plainText(formatWeekday(language, opensAt, timeZone)),
          time: plainText(formatTime(language, opensAt, timeZone)),
        })
  const buttons = [postback(language, "urgent_button", "LOST_CARD"), callButton(state, context)]
  return answer({ kind: "buttons", text, buttons })
}

/** Where they stand, and how long it usually takes where that is known. */
export function placeWords(state: State, { place, estimateMs }: LinePlace, context: TurnContext): Utterance {
  if (estimateMs === undefined) return withCall(state, context, "desk_place", { place })
  const minutes = Math.max(1, Math.ceil(estimateMs / MINUTE_MS))
  return withCall(state, context, "desk_place_usual", { place, minutes })
}

/** Their message is kept for when somebody is there. */
export function keptWords(state: State, context: TurnContext): Utterance {
  return withCall(state, context, "desk_message_kept")
}

/** Where agents may see more than what is said, this is where it begins: its receipt names the purpose. */
export function joinedWords(state: State, name: string, context: TurnContext): Utterance {
  const text = answerText(state.language, "desk_joined", { name: plainText(name), bank: bankName(context) })
  const grant = Grant.decide(state.consent, "support_chat", context.now)
  return grant.ok ? told(grant.value, { kind: "text", text }) : answer({ kind: "text", text })
}

/** The agent is done: did it help? */
export function leftWords(state: State, desk: Desk): Utterance {
  const { language } = state
  const text = answerText(language, "desk_left", { name: plainText(desk.agent ?? "") })
  const buttons = [
    postback(language, "help_yes_button", "HELP_YES"),
    postback(language, "help_no_button", "HELP_NO"),
  ]
  return answer({ kind: "buttons", text, buttons })
}

/** An answer waits: in the window said as it is, outside it by its template. */
export function waitingWords(state: State, context: TurnContext): Utterance {
  const bank = bankName(context)
  const { language } = state
  const template: TemplateMessage = {
    kind: "template",
    name: ANSWER_TEMPLATE,
    language,
    body: [bank],
    payloads: [renderPayload("READ_ANSWER")],
  }
  const text = answerText(language, "desk_answer_waits", { bank })
  // The assistant says it: what a person may say for longer is theirs alone.
  return { ...answer({ kind: "text", text }), template }
}
