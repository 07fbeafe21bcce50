// The answer to a fraud alert, in words: what is tapped or typed goes through its case (cases/fraud-case.ts), what the case asks for
// becomes a question to the bank, what it says is said here, and only what the bank has confirmed.

import type { CardState, FraudCaseRefusal } from "../../banks/actions.ts"
import type { BankRefusal } from "../../banks/bank.ts"
import { isForGood } from "../../banks/bank-answer.ts"
import { DAY_MS } from "../../foundation/clock.ts"
import type { Button } from "../../messenger/message.ts"
import { phrase } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { formatDate, formatTime } from "../../phrases/format.ts"
import { openFraudCase, stepFraud, UNFINISHED } from "../cases/fraud-case.ts"
import type { FraudAsk, FraudCase, FraudEvent, FraudSaying, FraudStep } from "../cases/fraud-shape.ts"
import { isBefore } from "../cases/happened.ts"
import { intentPayload } from "../intents/intent.ts"
import { answer, answerText, plainText, resultText, type Plain, type Utterance } from "../leave.ts"
import { findFraudCase, isTheirs, type Question, type State } from "../state.ts"
import {
  turnOf,
  type AskedAlert,
  type BankAnswer,
  type Flow,
  type Turn,
  type TurnContext,
} from "../turn-context.ts"
import { reportNews } from "../notices/late-news.ts"
import { placeButtons } from "./bank-pages.ts"
import { bankName, callButton, lateContext, menuChips, personButton, postback } from "./choices.ts"

/** A case is remembered this long after its buttons have expired, for whoever taps them then. */
const KEPT_MS = 14 * DAY_MS
/** Ends of cases remembered. */
const CLOSED_MAX = 20
/** A longer one is the bank's inner name, not something to read out on the phone. */
const CASE_NAME_CHARS_MAX = 16

const CHOICES: Readonly<Record<string, "deny" | "confirm" | "mistake">> = {
  deny: "deny",
  confirm: "confirm",
  mistake: "mistake",
}

/** A button of an alert was tapped, or an answer to the only open one typed. */
export function answerAlert(state: State, context: TurnContext, alert: AskedAlert | undefined): Turn {
  const live = isTheirs(state, alert?.link) && context.now < (state.consent?.until ?? 0)
  if (!alert || !live) return closed(state, context)
  const { key, choice, ...asked } = alert
  if (choice === "yes") return showAgain(state, context, key)
  const kind = CHOICES[choice]
  if (kind === undefined) return closed(state, context)
  const over = state.closed?.some(({ caseId }) => caseId === asked.caseId)
  const known = findFraudCase(state, asked.caseId)
  if (over && !known) return closed(state, context)
  const at = known ? askedAgain(known, asked) : openFraudCase({ alert: key, ...asked })
  const event: FraudEvent = kind === "mistake" ? { kind } : { kind, at: context.receivedAt ?? context.now }
  return take(state, context, stepFraud(at, event, context.now))
}

/** A bank may ask of one case twice: it is one case all the same, and counts until the later end. */
function askedAgain(at: FraudCase, { expiresAt, card }: Pick<AskedAlert, "expiresAt" | "card">): FraudCase {
  const named = at.card?.ref === undefined && card ? { card } : {}
  return expiresAt > at.expiresAt || named.card
    ? { ...at, ...named, expiresAt: Math.max(at.expiresAt, expiresAt) }
    : at
}

/** [Tapped by mistake], typed: about the one No there is. */
export const takeBack: Flow = (state, context) => {
  const denied = Object.values(state.cases).filter(
    ({ stage, link }) => (stage === "denied" || stage === "returning") && isTheirs(state, link),
  )
  const [at] = denied
  return at && denied.length === 1
    ? take(state, context, stepFraud(at, { kind: "mistake" }, context.now))
    : closed(state, context)
}

type FraudQuestion = Question & { readonly kind: "fraud_answer" | "fraud_freeze" | "fraud_undo" }

/** What the bank said of a case. */
export function tellFraud(
  state: State,
  context: TurnContext,
  question: FraudQuestion,
  bankAnswer: BankAnswer,
): Turn {
  const at = state.cases[question.alert]
  const event = at && readAnswer(question, bankAnswer)
  return event ? take(state, context, stepFraud(at, event, context.now)) : turnOf(state)
}

/** Nobody answered: the question stands, and its one reminder is said. */
export function askOnceMore(state: State, alert: AskedAlert, words: Utterance): Turn {
  const { key, caseId, link, expiresAt, card } = alert
  if (findFraudCase(state, caseId)) return turnOf(state)
  const at = openFraudCase({ alert: key, caseId, link, expiresAt, ...(card ? { card } : {}) })
  return turnOf({ ...state, cases: { ...state.cases, [key]: at } }, [words], { urgent: true })
}

/** The bank says that a case is over, or that a card can be used again: what waited for that waits no more. */
export function hearBankChange(
  state: State,
  {
    at: happenedAt,
    caseId,
    card,
  }: { readonly at: number; readonly caseId?: string; readonly card?: CardState },
  now: number,
): State {
  const usable = card?.state === "active" ? card.ref : undefined
  const settled = withCases(state, (at) => {
    if (caseId !== undefined && at.caseId === caseId) return stepFraud(at, { kind: "resolved" }, now).next
    const works = usable !== undefined && at.card?.ref === usable && !isBefore(happenedAt, at.answeredAt)
    return works ? stepFraud(at, { kind: "card_usable" }, now).next : at
  })
  if (caseId === undefined || state.closed?.some((each) => each.caseId === caseId)) return settled
  const closed = (state.closed ?? []).filter(({ at }) => now - at < KEPT_MS).slice(1 - CLOSED_MAX)
  return { ...settled, closed: [...closed, { caseId, at: now }] }
}

/** Rounds that are due, pages of the bank's nobody came back from, cases nobody will tap any more. */
export function passFraudTime(state: State, context: TurnContext): Turn {
  const kept = withCases(state, (at) =>
    context.now >= at.expiresAt + KEPT_MS && !UNFINISHED.has(at.stage) ? undefined : at,
  )
  return takeAll(kept, context, { kind: "time" }, ({ dueAt }) => dueAt !== undefined && dueAt <= context.now)
}

/** A link is gone, and with it the way to the bank: what it still owed somebody must do by phone. */
export function loseFraud(state: State, context: TurnContext): Turn {
  return takeAll(state, context, { kind: "link_ended" }, ({ link }) => !isTheirs(state, link))
}

/** When a case is due next. */
export function fraudDueAt(state: State): readonly number[] {
  return Object.values(state.cases).flatMap(({ stage, dueAt, expiresAt }) =>
    dueAt !== undefined ? [dueAt] : UNFINISHED.has(stage) ? [] : [expiresAt + KEPT_MS],
  )
}

function readAnswer(question: FraudQuestion, bankAnswer: BankAnswer): FraudEvent | undefined {
  if (question.kind === "fraud_freeze" && bankAnswer.kind === "fraud_freeze")
    return bankAnswer.result.ok ? { kind: "frozen" } : freezeFailed(bankAnswer.result.error)
  if (question.kind === "fraud_undo" && bankAnswer.kind === "fraud_undo")
    return bankAnswer.result.ok
      ? { kind: "undo_page", url: bankAnswer.result.value.url }
      : { kind: "undo_refused" }
  if (question.kind !== "fraud_answer" || bankAnswer.kind !== "fraud_answer") return undefined
  const { answer: said } = question
  return bankAnswer.result.ok
    ? {
        kind: "taken",
        answer: said,
        frozen: said === "deny" && isFrozen(bankAnswer.result.value.card),
        ...(bankAnswer.result.value.nextDate === undefined
          ? {}
          : { nextDate: bankAnswer.result.value.nextDate }),
      }
    : answerFailed(said, bankAnswer.result.error)
}

function freezeFailed(refusal: BankRefusal): FraudEvent {
  return { kind: isForGood(refusal) ? "freeze_refused" : "freeze_unreachable" }
}

function answerFailed(said: "confirm" | "deny", refusal: FraudCaseRefusal): FraudEvent {
  switch (refusal.reason) {
    case "step_up_required":
      return {
        kind: "proof_wanted",
        answer: said,
        ...(refusal.url === undefined ? {} : { url: refusal.url }),
      }
    case "already_answered":
      return { kind: "answered_before", answer: said }
    case "case_closed":
    case "not_found":
    case "forbidden":
      return { kind: "case_closed", answer: said }
    case "link_ended":
    case "quota_spent":
    case "outage":
      return { kind: "unreachable", answer: said }
  }
}

function isFrozen(card: CardState | undefined): boolean {
  return card !== undefined && card.state !== "active"
}

function take(state: State, context: TurnContext, step: FraudStep, nth = 0): Turn {
  const next: State = {
    ...state,
    cases: { ...state.cases, [step.next.alert]: step.next },
    questions: state.questions.filter((each) => isWanted(each, step.next)),
  }
  const asked: State = step.ask
    ? { ...next, questions: [...next.questions, questionOf(step.next, step.ask, context, nth)] }
    : next
  return turnOf(asked, step.say ? [sayLate(asked, context, step.next, step.say)] : [], { urgent: true })
}

/** A Yes that the bank has not taken is not told to it after a No, nor a page asked for that nobody wants any more. */
function isWanted(question: Question, { alert, stage }: FraudCase): boolean {
  if (!("alert" in question) || question.alert !== alert) return true
  if (question.kind === "fraud_undo") return stage === "undoing"
  return question.kind !== "fraud_answer" || question.answer === "deny" || stage === "confirming"
}

function takeAll(
  state: State,
  context: TurnContext,
  event: FraudEvent,
  concerns: (at: FraudCase) => boolean,
): Turn {
  return Object.values(state.cases)
    .filter(concerns)
    .reduce<Turn>((turn, at, nth) => {
      const { state: next, say: said } = take(turn.state, context, stepFraud(at, event, context.now), nth + 1)
      return turnOf(next, [...turn.say, ...said], { urgent: true })
    }, turnOf(state))
}

function withCases(state: State, change: (at: FraudCase) => FraudCase | undefined): State {
  const before = Object.entries(state.cases)
  const after = before.flatMap(([key, at]) => {
    const next = change(at)
    return next === undefined ? [] : [[key, next] as const]
  })
  const same = after.length === before.length && after.every(([, next], nth) => next === before[nth]?.[1])
  return same ? state : { ...state, cases: Object.fromEntries(after) }
}

function questionOf(at: FraudCase, ask: FraudAsk, context: TurnContext, nth: number): Question {
  const head = {
    id: nth === 0 ? context.questionId : `${context.questionId}_${nth}`,
    order: context.order,
    askedAt: context.now,
    alert: at.alert,
  }
  if (ask === "freeze") return { ...head, kind: "fraud_freeze" }
  if (ask === "undo") return { ...head, kind: "fraud_undo" }
  return { ...head, kind: "fraud_answer", answer: ask }
}

// Words.

/** What is said, and the template that says it where the window has closed meanwhile. */
function sayLate(state: State, context: TurnContext, at: FraudCase, saying: FraudSaying): Utterance {
  const template = reportNews(lateContext(state, context), at, saying)
  return { ...say(state, context, at, saying), ...(template ? { template } : {}) }
}

function say(state: State, context: TurnContext, at: FraudCase, saying: FraudSaying): Utterance {
  const { language } = state
  const bank = bankName(context)
  const call = callButton(state, context)
  const human = personButton(state)
  const words = (key: PhraseKey, values: Readonly<Record<string, Plain>> = {}) =>
    answerText(language, key, { bank, ...values })
  const open = (url: string): Button => ({ kind: "url", title: phrase(language, "open_bank_button"), url })
  const buttons = (text: Plain, ...choices: readonly Button[]) =>
    answer({ kind: "buttons", text, buttons: choices })
  const afterFrozen = (frozen: boolean, text: Plain) =>
    frozen ? join(words("fraud_frozen", { last4: last4Of(at) }), text) : text
  switch (saying.is) {
    case "denied": {
      const mistake = postback(language, "fraud_mistake_button", "FRAUD", at.alert, "mistake")
      const text = join(...deniedParts(state, context, at, saying))
      return saying.owed ? buttons(text, call, human) : buttons(text, human, call, mistake)
    }
    case "thanked":
      return answer({ kind: "text", text: words("fraud_yes"), quickReplies: menuChips(state) })
    case "prove": {
      const page =
        saying.url === undefined ? placeButtons(language, context.bank, ["appLink"]) : [open(saying.url)]
      if (saying.answer === "confirm") return buttons(words("fraud_step_up"), ...page, call)
      if (saying.freeze === "owed") return buttons(words("fraud_not_frozen_yet"), call, ...page, human)
      return buttons(afterFrozen(saying.freeze === "done", words("fraud_prove_no")), ...page, call)
    }
    case "answered_before":
      return buttons(afterFrozen(saying.frozen, words("fraud_answered_before")), call, human)
    case "closed":
      return buttons(
        afterFrozen(saying.frozen, words("fraud_closed")),
        { kind: "postback", title: phrase(language, "fraud_report_button"), payload: intentPayload("fraud") },
        human,
        call,
      )
    case "yes_unreachable":
      return buttons(words("fraud_yes_unreachable"), ...answerButtons(state, at.alert), call)
    case "stands":
      return at.stage === "denied"
        ? buttons(
            words("fraud_stands"),
            postback(language, "fraud_mistake_button", "FRAUD", at.alert, "mistake"),
            human,
            call,
          )
        : buttons(words("fraud_stands"), call, human)
    case "undo":
      return buttons(words("fraud_undo"), open(saying.url), call)
    case "undo_failed":
      return buttons(words("fraud_undo_failed"), call, human)
    case "nothing_changed":
      return answer({ kind: "text", text: words("nothing_changed"), quickReplies: menuChips(state) })
    case "given_up":
      return buttons(afterFrozen(saying.frozen, words("fraud_given_up")), call, human)
  }
}

/** Each part only as far as the bank has said so, at most two sentences. */
function deniedParts(
  state: State,
  context: TurnContext,
  at: FraudCase,
  { frozen, reported, freezeRefused, owed }: FraudSaying & { readonly is: "denied" },
): readonly Plain[] {
  const { language } = state
  const { timeZone } = context.bank
  const last4 = last4Of(at)
  const bank = bankName(context)
  const time = plainText(formatTime(language, at.answeredAt, timeZone))
  const date = resultText(
    at.nextDate === undefined ? "none" : formatDate(language, Date.parse(at.nextDate), "UTC"),
  )
  const name = resultText(at.caseId.length <= CASE_NAME_CHARS_MAX ? at.caseId : "none")
  const report = () => answerText(language, "fraud_reported", { bank, time, date, case: name })
  if (!owed)
    return [
      ...(frozen ? [answerText(language, "fraud_frozen", { last4 })] : []),
      ...(reported ? [report()] : []),
      ...(freezeRefused ? [answerText(language, "fraud_freeze_refused", { bank })] : []),
    ]
  if (frozen)
    return [
      answerText(language, "fraud_frozen", { last4 }),
      answerText(language, "fraud_not_reported", { bank }),
    ]
  if (reported) return [report(), answerText(language, "fraud_not_frozen_yet", { bank })]
  return [answerText(language, at.freeze === "owed" ? "fraud_not_frozen" : "fraud_unreachable", { bank })]
}

/** What an old button leads to, and a question of a link that has ended: the bank's number, a person, another report. */
function closed(state: State, context: TurnContext): Turn {
  const text = answerText(state.language, "fraud_closed", { bank: bankName(context) })
  const report: Button = {
    kind: "postback",
    title: phrase(state.language, "fraud_report_button"),
    payload: intentPayload("fraud"),
  }
  const buttons = [report, personButton(state), callButton(state, context)]
  return turnOf(state, [answer({ kind: "buttons", text, buttons })], { urgent: true })
}

/** A typed Yes is too little: the buttons again. */
function showAgain(state: State, context: TurnContext, alert: string): Turn {
  const text = answerText(state.language, "fraud_which", { bank: bankName(context) })
  const buttons = answerButtons(state, alert)
  return turnOf(state, [answer({ kind: "buttons", text, buttons })], { urgent: true })
}

function answerButtons({ language }: State, alert: string): readonly Button[] {
  return [
    postback(language, "fraud_yes_button", "FRAUD", alert, "confirm"),
    postback(language, "fraud_no_button", "FRAUD", alert, "deny"),
  ]
}

function last4Of(at: FraudCase): Plain {
  return resultText(at.card?.last4 ?? "")
}

function join(...parts: readonly Plain[]): Plain {
  return plainText(parts.join(" "))
}
