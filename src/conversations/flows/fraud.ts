// The answer to a fraud alert: told to the bank, and to the person only what the bank has confirmed. A button counts once.

import type { BankRefusal } from "../../banks/bank.ts"
import type { Result } from "../../foundation/result.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { formatTime } from "../../phrases/format.ts"
import { answer, answerText, plainText } from "../leave.ts"
import type { Question, State } from "../state.ts"
import { turnOf, type AskedAlert, type Turn, type TurnContext } from "../turn-context.ts"
import { bankName, callButton, menuChips, postback } from "./choices.ts"

type FraudQuestion = Question & { readonly kind: "fraud_answer" }

/** A button of an alert was tapped, or its title typed. */
export function answerAlert(state: State, context: TurnContext, alert: AskedAlert | undefined): Turn {
  const choice = alert?.choice
  const said = choice === "confirm" || choice === "deny" ? choice : undefined
  const waiting = state.questions.some((each) => each.kind === "fraud_answer" && each.alert === alert?.key)
  const live = state.consent?.link === alert?.link && context.now < (state.consent?.until ?? 0)
  const closed = !alert || !said || !live || context.now >= alert.expiresAt
  if (closed || waiting || state.answered[alert.key])
    return waiting ? turnOf(state, [], { urgent: true }) : closeAlert(state, context)
  const question: Question = {
    kind: "fraud_answer",
    id: context.questionId,
    order: context.order,
    askedAt: context.now,
    alert: alert.key,
    caseId: alert.caseId,
    answer: said,
    answeredAt: context.now,
  }
  return turnOf({ ...state, questions: [...state.questions, question] }, [], { urgent: true })
}

/** The bank has the answer, or it has not. */
export function tellAlertAnswer(
  state: State,
  context: TurnContext,
  question: FraudQuestion,
  result: Result<void, BankRefusal>,
): Turn {
  const bank = bankName(context)
  const { language } = state
  if (!result.ok && result.error.reason === "step_up_required" && result.error.url) {
    const button = {
      kind: "url" as const,
      title: phrase(language, "open_bank_button"),
      url: result.error.url,
    }
    const text = answerText(language, "fraud_step_up", { bank })
    return turnOf(state, [answer({ kind: "buttons", text, buttons: [button, callButton(state, context)] })], {
      urgent: true,
    })
  }
  if (!result.ok && result.error.reason === "not_found") return closeAlert(state, context)
  if (!result.ok) {
    const again = postback(language, "try_again_button", "FRAUD", question.alert, question.answer)
    const text = answerText(language, "fraud_unreachable", { bank })
    return turnOf(state, [answer({ kind: "buttons", text, buttons: [callButton(state, context), again] })], {
      urgent: true,
    })
  }
  const answered: State = {
    ...state,
    answered: { ...state.answered, [question.alert]: { answer: question.answer, at: context.now } },
  }
  if (question.answer === "confirm")
    return turnOf(
      answered,
      [
        answer({
          kind: "text",
          text: answerText(language, "fraud_yes", { bank }),
          quickReplies: menuChips(answered),
        }),
      ],
      {
        urgent: true,
      },
    )
  const time = plainText(formatTime(language, question.answeredAt, context.bank.timeZone))
  const text = answerText(language, "fraud_no", { bank, time })
  return turnOf(answered, [answer({ kind: "buttons", text, buttons: [callButton(state, context)] })], {
    urgent: true,
  })
}

function closeAlert(state: State, context: TurnContext): Turn {
  const text = answerText(state.language, "fraud_closed", { bank: bankName(context) })
  return turnOf(state, [answer({ kind: "buttons", text, buttons: [callButton(state, context)] })], {
    urgent: true,
  })
}
