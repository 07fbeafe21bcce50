// Questions to the bank: put down in the state, asked beside the turn, answered as an event. What the bank's refusals sound like.

import type { BankRefusal } from "../../banks/bank.ts"
import type { Purpose } from "../../foundation/purpose.ts"
import { Grant } from "../../links/grant.ts"
import { answer, answerText, plainText, type Plain } from "../leave.ts"
import { countLook } from "../looks.ts"
import { isNewLink, type Question, type State } from "../state.ts"
import { turnOf, type Turn, type TurnContext } from "../turn-context.ts"
import { intentPayload, type Intent } from "../intents/intent.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { placeButtons } from "./bank-pages.ts"
import { answerWithMenu, bankName } from "./choices.ts"
import { offerPurpose } from "./purposes.ts"
import { endLink } from "./stop.ts"
import { endOfNew, offerLink } from "./link.ts"

/** Questions that may wait at one time; one more is answered with "in a minute". */
const QUESTIONS_MAX = 5

type Asked = Question extends infer Q
  ? Q extends Question
    ? Omit<Q, "id" | "order" | "askedAt">
    : never
  : never

/** Put a question down, if the consent covers it. While the link is new nothing is asked that could not be told. */
export function ask(state: State, context: TurnContext, purpose: Purpose, asked: Asked): Turn {
  const grant = Grant.decide(state.consent, purpose, context.now)
  if (!grant.ok && grant.error.reason === "purpose_off") return offerPurpose(state, context, purpose)
  if (!grant.ok) return offerLink(state, context, grant.error.reason)
  if (isNewLink(state, context.ways.newLinkMs, context.now)) {
    const time = plainText(endOfNew(state, context))
    return turnOf(state, [answerWithMenu(state, "amounts_hidden", { bank: bankName(context), time })])
  }
  if (state.questions.length >= QUESTIONS_MAX) return turnOf(state, [answerWithMenu(state, "too_many")])
  const counted = countLook(state, asked, context.bank, context.now)
  if (!counted) return turnOf(state, [answerWithMenu(state, "bank_quota", { bank: bankName(context) })])
  const question = {
    ...asked,
    id: context.questionId,
    order: context.order,
    askedAt: context.now,
  } as Question
  return turnOf({ ...counted, questions: [...state.questions, question] })
}

/** What a person hears when the bank did not answer. */
export function sayRefusal(state: State, context: TurnContext, refusal: BankRefusal, again: Intent): Turn {
  const bank = bankName(context)
  switch (refusal.reason) {
    case "link_ended":
      return endLink(state, context, "refused_by_bank", "link_ended_by_bank")
    case "step_up_required": {
      const { url } = refusal
      const text = answerText(state.language, "step_up", { bank })
      const buttons = url
        ? [{ kind: "url" as const, title: phrase(state.language, "open_bank_button"), url }]
        : placeButtons(state.language, context.bank, ["appLink"])
      if (buttons.length === 0) return turnOf(state, [answerWithMenu(state, "step_up", { bank })])
      return turnOf(state, [answer({ kind: "buttons", text, buttons })])
    }
    case "outage":
      return turnOf({ ...state, again }, [
        tryAgain(state, answerText(state.language, "bank_down", { bank }), again),
      ])
    case "quota_spent":
      return turnOf(state, [answerWithMenu(state, "bank_quota", { bank })])
    case "forbidden":
    case "not_found":
      return turnOf(state, [answerWithMenu(state, "bank_refused", { bank })])
  }
}

function tryAgain(state: State, text: Plain, again: Intent) {
  return answer({
    kind: "buttons",
    text,
    buttons: [
      { kind: "postback", title: phrase(state.language, "try_again_button"), payload: intentPayload(again) },
    ],
  })
}
