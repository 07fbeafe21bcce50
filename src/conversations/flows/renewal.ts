// A consent that ends: said 14 days, 3 days and half a day before, each once; renewed as its bank's rule has it. Pure.

import { DAY_MS, HOUR_MS } from "../../foundation/clock.ts"
import type { TemplateMessage } from "../../messenger/message.ts"
import type { TemplateSpec } from "../../messenger/template.ts"
import { formatDate } from "../../phrases/format.ts"
import { changesOf, wish } from "../consent-change.ts"
import { answerText, linkNotice, plainText, type Plain } from "../leave.ts"
import type { State } from "../state.ts"
import { turnOf, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { answerWithLogIn, answerWithMenu, bankName, connectButtons, postback } from "./choices.ts"

/** Reminders, the earliest first, by the name under which each is told once. The last one comes on the day itself. */
const REMINDERS = [
  { days: 14, beforeMs: 14 * DAY_MS },
  { days: 3, beforeMs: 3 * DAY_MS },
  { days: 0, beforeMs: 12 * HOUR_MS },
] as const

/** By this name a reminder is known. */
export const ENDING_TEMPLATE = "link_ending_v1"

/** The reminder outside the platform's window. */
export const ENDING_TEMPLATES: readonly TemplateSpec[] = [
  {
    name: ENDING_TEMPLATE,
    language: "en",
    body: "Your connection with {{1}} in this chat ends on {{2}}. Write to us here to keep it.",
    examples: ["Demo Bank", "20 May 2027"],
  },
  {
    name: ENDING_TEMPLATE,
    language: "ar",
    body: "ينتهي ارتباطكم مع {{1}} في هذه المحادثة بتاريخ {{2}}. اكتبوا إلينا هنا للإبقاء عليه.",
    examples: ["بنك العرض", "20 مايو 2027"],
  },
]

/** When the next reminder is due; `undefined` where none is to come. What was due before the consent was given is not due. */
export function nextReminderAt(state: State): number | undefined {
  return dueOf(state)[0]?.at
}

/** Remind, where it is time. Of several that are due only the last is told. */
export function remind(state: State, context: TurnContext): Turn | undefined {
  const { consent, language } = state
  const due = dueOf(state).findLast(({ at }) => at <= context.now)
  if (!consent || !due || context.now >= consent.until) return undefined
  const reminded: State = { ...state, reminded: { until: consent.until, days: due.days } }
  const bank = bankName(context)
  const date = plainText(formatDate(language, consent.until, context.bank.timeZone))
  const byTap = context.bank.renewal.renewedBy === "tap"
  const text = answerText(language, byTap ? "link_ending" : "link_ending_login", { bank, date })
  const renewing = byTap ? [postback(language, "renew_button", "RENEW")] : connectButtons(state, context)
  const buttons = [...renewing, postback(language, "disconnect_button", "STOP_NOW")]
  const template: TemplateMessage = { kind: "template", name: ENDING_TEMPLATE, language, body: [bank, date] }
  return turnOf(reminded, [{ ...linkNotice({ kind: "buttons", text, buttons }), template }])
}

/** "Keep it": one tap where that is enough, else the bank's login. */
export const renew: Flow = (state, context) => {
  const { consent } = state
  const bank = bankName(context)
  if (!consent) return turnOf(state, [answerWithLogIn(state, context, "connect_first", { bank })])
  const { days, renewedBy } = context.bank.renewal
  if (renewedBy === "bank_login")
    return turnOf(state, [answerWithLogIn(state, context, "renew_at_bank", { bank })])
  const wished = wish(state, {
    id: context.questionId,
    actor: "customer",
    evidence: "chat",
    shown: shownBy(state, context),
    at: context.now,
    until: context.now + days * DAY_MS,
  })
  if (wished !== state || changesOf(state).length > 0) return turnOf(wished, [], { urgent: true })
  const date = plainText(formatDate(state.language, consent.until, context.bank.timeZone))
  return turnOf(state, [answerWithMenu(state, "renewed", { date })])
}

/** What the yes answers. */
function shownBy(state: State, context: TurnContext): Plain {
  const date = formatDate(state.language, state.consent?.until ?? context.now, context.bank.timeZone)
  return answerText(state.language, "link_ending", { bank: bankName(context), date: plainText(date) })
}

/** Reminders still to be told of this end, with their instants. Whoever stopped all messages is not reminded. */
function dueOf({
  consent,
  reminded,
  stopped,
}: State): readonly { readonly days: number; readonly at: number }[] {
  if (!consent || stopped?.keepFraud === false) return []
  const told = reminded?.until === consent.until ? reminded.days : Number.POSITIVE_INFINITY
  return REMINDERS.filter(({ days }) => days < told)
    .map(({ days, beforeMs }) => ({ days, at: consent.until - beforeMs }))
    .filter(({ at }) => at > consent.givenAt)
}
