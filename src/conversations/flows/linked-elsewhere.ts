// The customer of this chat was linked to another chat too. Whoever holds this one hears of it at once and can say that it was not them:
// the warning of a code that was talked out of somebody (P11). Only a link this chat was told of can be refused here.

import type { LinkId } from "../../foundation/id.ts"
import type { TemplateMessage } from "../../messenger/message.ts"
import type { TemplateSpec } from "../../messenger/template.ts"
import { renderPayload } from "../intents/intent.ts"
import { answer, answerText, linkNotice } from "../leave.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { ending, type State } from "../state.ts"
import { turnOf, type Turn, type TurnContext } from "../turn-context.ts"
import { answerWithMenu, bankName, callButton, postback } from "./choices.ts"

/** More than a customer can have. */
const ELSEWHERE_MAX = 10

const TEMPLATE = "other_chat_connected_v1"

/** The warning outside the platform's window. */
export const ELSEWHERE_TEMPLATES: readonly TemplateSpec[] = [
  {
    name: TEMPLATE,
    language: "en",
    body: "Security notice: another chat was connected to your account at {{1}}. If that was not you, tell us here now.",
    examples: ["Demo Bank"],
    buttons: [phrase("en", "not_my_link_button")],
  },
  {
    name: TEMPLATE,
    language: "ar",
    body: "إشعار أمان: رُبطت محادثة أخرى بحسابكم لدى {{1}}. إن لم تكونوا أنتم فأخبرونا هنا الآن.",
    examples: ["بنك العرض"],
    buttons: [phrase("ar", "not_my_link_button")],
  },
]

/** Say it, once for each link. */
export function hearLinkedElsewhere(state: State, context: TurnContext, link: LinkId): Turn {
  const { elsewhere = [], consent } = state
  if (!consent || consent.link === link || elsewhere.some((each) => each.link === link)) return turnOf(state)
  const told: State = {
    ...state,
    elsewhere: [...elsewhere, { link, at: context.now }].slice(-ELSEWHERE_MAX),
  }
  const text = phrase(state.language, "linked_elsewhere", { bank: context.bank.name })
  const buttons = [postback(state.language, "not_my_link_button", "NOT_MY_LINK", link)]
  const template: TemplateMessage = {
    kind: "template",
    name: TEMPLATE,
    language: state.language,
    body: [context.bank.name],
    payloads: [renderPayload("NOT_MY_LINK", link)],
  }
  return turnOf(told, [{ ...linkNotice({ kind: "buttons", text, buttons }), template }], { urgent: true })
}

/** [That wasn't me]: the other link ends, if this chat was told of it. */
export function refuseElsewhere(state: State, context: TurnContext, named: string): Turn {
  const { elsewhere = [] } = state
  const meant = elsewhere.find(({ link }) => link === named)
  const bank = bankName(context)
  if (!meant) return turnOf(state, [answerWithMenu(state, "not_my_link_gone", { bank })], { urgent: true })
  const left: State = { ...state, elsewhere: elsewhere.filter(({ link }) => link !== meant.link) }
  const text = answerText(state.language, "not_my_link", { bank })
  const buttons = [callButton(state, context)]
  return turnOf(ending(left, meant.link, "not_me"), [answer({ kind: "buttons", text, buttons })], {
    urgent: true,
  })
}
