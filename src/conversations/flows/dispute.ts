// "This charge is wrong", in words: which payment, what is wrong, how much, what goes along. What is tapped or typed goes through the
// dispute (cases/dispute.ts); what the bank opened is said after the bank said so, and no date but the bank's.

import type { BankRefusal, Transaction } from "../../banks/bank.ts"
import { isForGood } from "../../banks/bank-answer.ts"
import { cleanOutsiderText } from "../../banks/outsider-text.ts"
import { parseMoney, renderDecimal } from "../../foundation/money.ts"
import { Grant } from "../../links/grant.ts"
import type { MessageReceived } from "../../messenger/event.ts"
import type { Button, QuickReply } from "../../messenger/message.ts"
import { LANGUAGES, phrase, type Language } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { formatDate, formatDay, formatMoney, isolate } from "../../phrases/format.ts"
import {
  beginDispute,
  DISPUTE_REASONS,
  stepDispute,
  type DisputablePayment,
  type Dispute,
  type DisputeEvent,
  type DisputeReason,
  type DisputeSaying,
  type DisputeStep,
} from "../cases/dispute.ts"
import { readTypedAmounts } from "../intents/amounts.ts"
import { digitValue } from "../intents/redact.ts"
import { renderPayload, URGENT } from "../intents/intent.ts"
import { normalise, understand } from "../intents/understand.ts"
import { answer, answerText, plainText, resultText, told, type Plain, type Utterance } from "../leave.ts"
import { isTheirs, without, type Question, type State } from "../state.ts"
import { turnOf, type BankAnswer, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { withoutSign } from "./balance.ts"
import { disputeNews } from "../notices/late-news.ts"
import { placeButtons } from "./bank-pages.ts"
import { bankName, callButton, lateContext, menuChips, personButton, postback } from "./choices.ts"
import { accountName, offerLink } from "./link.ts"
import { ask, sayRefusal } from "./questions.ts"

/** Payments named in one message: as many as fit in six lines with the question. */
const PAYMENTS_MAX = 5
const ACCOUNTS_OFFERED_MAX = 11
const LABEL_CHARS_MAX = 60

const REASON_TITLES = {
  not_mine: "dispute_not_mine_button",
  wrong_amount: "dispute_amount_button",
  not_received: "dispute_missing_button",
  charged_twice: "dispute_twice_button",
  other: "dispute_other_button",
} as const satisfies Readonly<Record<DisputeReason, PhraseKey>>

/** Begin: the account's payments, after a choice where there are several. Naming them is reading, and needs its purpose. */
export const disputePayment: Flow = (state, context) => {
  const grant = Grant.decide(state.consent, "account_service", context.now)
  const accounts = grant.ok ? grant.value.accounts : []
  const [first, ...others] = accounts
  if (!grant.ok || !first) return begin(state, context, "")
  if (others.length === 0) return begin(state, context, first.id)
  const quickReplies = accounts.slice(0, ACCOUNTS_OFFERED_MAX).map((account, nth) => ({
    title: accountName(state.language, account),
    payload: renderPayload("DISPUTE", "account", String(nth)),
  }))
  const text = phrase(state.language, "dispute_account")
  return turnOf(state, [told(grant.value, { kind: "text", text, quickReplies })])
}

/** A button of the dialogue. */
export function tapDispute(state: State, context: TurnContext, what: string, value: string): Turn {
  if (what === "account") {
    const account = /^[0-9]{1,2}$/.test(value) ? state.consent?.accounts[Number(value)] : undefined
    return account ? begin(state, context, account.id) : disputePayment(state, context, "dispute")
  }
  const event = TAPS[what]?.(value, context.receivedAt ?? context.now)
  // A button of a dialogue that is over: begin anew.
  if (!event || !state.dispute) return disputePayment(state, context, "dispute")
  return take(state, context, stepDispute(state.dispute, event, context.now))
}

const TAPS: Readonly<Record<string, (value: string, now: number) => DisputeEvent | undefined>> = {
  payment: (value) => (/^[0-9]$/.test(value) ? { kind: "chosen", nth: Number(value) } : undefined),
  reason: (value) => {
    const reason = DISPUTE_REASONS.find((each) => each === value)
    return reason && { kind: "reasoned", reason }
  },
  whole: () => ({ kind: "amounted" }),
  send: (_, now) => ({ kind: "sent", at: now }),
  cancel: () => ({ kind: "cancelled" }),
}

/** What a message says within the dialogue; `undefined` where it says nothing to it and is heard as any other. */
export function hearDispute(state: State, context: TurnContext, event: MessageReceived): Turn | undefined {
  const at = state.dispute
  const heard = at && readMessage(at, event, context.receivedAt ?? context.now)
  return heard && take(state, context, stepDispute(at, heard, context.now))
}

function readMessage(at: Dispute, event: MessageReceived, now: number): DisputeEvent | undefined {
  if (at.stage === "evidence" && event.attachments.length > 0 && !isUrgent(event.text))
    // What the bank's people find it by in the Page's own inbox; what it shows is never read here.
    return {
      kind: "attached",
      references: event.attachments.map((_, nth) => `messenger:${event.mid}:${nth}`),
    }
  const said = normalise(event.text).replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
  const isTitle = (key: PhraseKey) => LANGUAGES.some((language) => normalise(phrase(language, key)) === said)
  if (said === "") return undefined
  if (isTitle("dispute_cancel_button")) return { kind: "cancelled" }
  switch (at.stage) {
    case "choosing":
      return /^[1-9]$/.test(said) && Number(said) <= at.payments.length
        ? { kind: "chosen", nth: Number(said) - 1 }
        : undefined
    case "reason": {
      const reason = DISPUTE_REASONS.find((each) => isTitle(REASON_TITLES[each]))
      return reason && { kind: "reasoned", reason }
    }
    case "amount": {
      if (isTitle("dispute_whole_button")) return { kind: "amounted" }
      const value = readAmount(at, event.text)
      return value === undefined ? undefined : { kind: "amounted", value }
    }
    case "evidence":
      return isTitle("dispute_send_button") ? { kind: "sent", at: now } : undefined
    default:
      return undefined
  }
}

/** A part of the payment, as decimal text: above nothing, at most all of it. What could be two amounts is neither. */
function readAmount({ payment }: Dispute, text: string): string | undefined {
  const whole = payment && parseMoney(payment.value, payment.currency)
  if (!whole?.ok) return undefined
  const { currency, minor } = whole.value
  const meant = readTypedAmounts(text, currency).flatMap((typed) => {
    const part = parseMoney(typed, currency)
    return part.ok && part.value.minor > 0n && part.value.minor <= minor ? [renderDecimal(part.value)] : []
  })
  return meant.length === 1 ? meant[0] : undefined
}

/** A file sent along takes nothing from a cry for help beside it (P8). */
function isUrgent(text: string): boolean {
  const heard = LANGUAGES.flatMap((language) => understand(text, language)?.intent ?? [])
  return heard.some((intent) => URGENT.has(intent))
}

type DisputeQuestion = Question & { readonly kind: "dispute_payments" | "dispute" }

/** What the bank said. */
export function tellDispute(
  state: State,
  context: TurnContext,
  question: DisputeQuestion,
  bankAnswer: BankAnswer,
): Turn {
  const at = state.dispute
  if (at?.id !== question.dispute) return turnOf(state)
  if (bankAnswer.kind === "dispute_payments") {
    if (bankAnswer.result.ok) {
      const payments = bankAnswer.result.value.transactions
        .filter(({ direction }) => direction === "out")
        .slice(0, PAYMENTS_MAX)
        .map((each) => nameOf(state.language, context, each))
      return take(state, context, stepDispute(at, { kind: "listed", payments }, context.now))
    }
    const dropped = take(state, context, stepDispute(at, { kind: "not_listed" }, context.now)).state
    return sayRefusal(dropped, context, bankAnswer.result.error, "dispute")
  }
  if (bankAnswer.kind !== "dispute") return turnOf(state)
  const event: DisputeEvent = bankAnswer.result.ok
    ? { kind: "opened", ...bankAnswer.result.value }
    : refusalEvent(bankAnswer.result.error)
  return take(state, context, stepDispute(at, event, context.now))
}

function refusalEvent(refusal: BankRefusal): DisputeEvent {
  if (refusal.reason === "step_up_required")
    return { kind: "proof_wanted", ...(refusal.url === undefined ? {} : { url: refusal.url }) }
  return { kind: isForGood(refusal) ? "refused" : "unreachable" }
}

/** Rounds that are due, words that were not finished. */
export function passDisputeTime(state: State, context: TurnContext): Turn {
  const at = state.dispute
  const due = at?.dueAt !== undefined && at.dueAt <= context.now
  return due ? take(state, context, stepDispute(at, { kind: "time" }, context.now)) : turnOf(state)
}

/** A link is gone, and with it the way to the bank. */
export function loseDispute(state: State, context: TurnContext): Turn {
  const at = state.dispute
  const gone = at !== undefined && !isTheirs(state, at.link)
  return gone ? take(state, context, stepDispute(at, { kind: "link_ended" }, context.now)) : turnOf(state)
}

function begin(state: State, context: TurnContext, account: string): Turn {
  const { consent } = state
  // What was sent off is finished before another is begun.
  if (state.dispute?.sentAt !== undefined)
    return turnOf(state, [say(state, context, state.dispute, { is: "owed" })])
  if (!consent) return offerLink(state, context, "not_linked")
  const { next } = beginDispute(context.questionId, consent.link, account)
  const asked = ask({ ...state, dispute: next }, context, "account_service", {
    kind: "dispute_payments",
    dispute: next.id,
    account,
  })
  // Not asked: what stands in the way was said, and there is no dispute.
  return asked.state.questions.length > state.questions.length
    ? asked
    : { ...asked, state: withDispute(asked.state, undefined) }
}

function take(state: State, context: TurnContext, { next, ask: asked, say: saying }: DisputeStep): Turn {
  const stepped = withDispute(state, next)
  const open: Question = {
    kind: "dispute",
    dispute: next.id,
    id: `${next.id}_${next.tries}`,
    order: context.order,
    askedAt: context.now,
  }
  const after: State = asked === "open" ? { ...stepped, questions: [...stepped.questions, open] } : stepped
  if (!saying) return turnOf(after)
  const template = disputeNews(lateContext(state, context), next, saying)
  return turnOf(after, [{ ...say(after, context, next, saying), ...(template ? { template } : {}) }])
}

function withDispute(state: State, next: Dispute | undefined): State {
  return next && next.stage !== "over" ? { ...state, dispute: next } : without(state, "dispute")
}

function nameOf(language: Language, context: TurnContext, transaction: Transaction): DisputablePayment {
  const amount = withoutSign(transaction.amount)
  const merchant = cleanOutsiderText(transaction.description, phrase(language, "someone"))
  return {
    id: transaction.id,
    value: renderDecimal(amount),
    currency: amount.currency,
    label: phrase(language, "dispute_line", {
      amount: formatMoney(language, amount),
      merchant: isolate(language, merchant.slice(0, LABEL_CHARS_MAX)),
      date: formatDay(language, transaction.occurredAt, context.bank.timeZone),
    }),
  }
}

// Words.

function say(state: State, context: TurnContext, at: Dispute, saying: DisputeSaying): Utterance {
  const { language } = state
  const bank = bankName(context)
  const words = (key: PhraseKey, values: Readonly<Record<string, Plain | number>> = {}) =>
    answerText(language, key, { bank, ...values })
  const reply = (title: PhraseKey, what: string, value = "x"): QuickReply => ({
    title: phrase(language, title),
    payload: renderPayload("DISPUTE", what, value),
  })
  const cancel = reply("dispute_cancel_button", "cancel")
  const choices = (text: Plain, ...quickReplies: readonly QuickReply[]) =>
    answer({ kind: "text", text, quickReplies: [...quickReplies, cancel] })
  const buttons = (text: Plain, ...all: readonly Button[]) => answer({ kind: "buttons", text, buttons: all })
  switch (saying.is) {
    case "choose":
      return choose(state, context, at, cancel)
    case "none":
      return answer({ kind: "text", text: words("dispute_none"), quickReplies: menuChips(state) })
    case "reason":
      return choices(
        words("dispute_reason"),
        ...DISPUTE_REASONS.map((each) => reply(REASON_TITLES[each], "reason", each)),
      )
    case "amount":
      return choices(words("dispute_amount"), reply("dispute_whole_button", "whole"))
    case "evidence":
      return choices(
        saying.count === 0 ? words("dispute_evidence") : words("dispute_attached", { count: saying.count }),
        reply("dispute_send_button", "send"),
      )
    case "opened": {
      const date = plainText(
        saying.nextDate === undefined ? "none" : formatDate(language, Date.parse(saying.nextDate), "UTC"),
      )
      const text = words("dispute_opened", { case: resultText(isolate(language, saying.caseId)), date })
      const freeze = postback(language, "freeze_card_button", "FREEZE_CARD")
      return at.reason === "not_mine"
        ? buttons(text, freeze, personButton(state))
        : answer({ kind: "text", text, quickReplies: menuChips(state) })
    }
    case "refused":
      return buttons(words("dispute_refused"), callButton(state, context), personButton(state))
    case "owed":
      return buttons(words("dispute_owed"), callButton(state, context), personButton(state))
    case "prove":
      return buttons(
        words("step_up"),
        ...(saying.url === undefined
          ? placeButtons(language, context.bank, ["appLink"])
          : [{ kind: "url" as const, title: phrase(language, "open_bank_button"), url: saying.url }]),
        callButton(state, context),
      )
    case "cancelled":
      return answer({ kind: "text", text: words("dispute_cancelled"), quickReplies: menuChips(state) })
    case "given_up":
      return buttons(words("dispute_given_up"), callButton(state, context), personButton(state))
  }
}

/** The payments by number. They are bank data: without its grant nothing of them is said. */
function choose(state: State, context: TurnContext, at: Dispute, cancel: QuickReply): Utterance {
  const { language } = state
  const grant = Grant.decide(state.consent, "account_service", context.now, at.account)
  if (!grant.ok)
    return answer({
      kind: "text",
      text: answerText(language, "dispute_none"),
      quickReplies: menuChips(state),
    })
  const lines = at.payments.map(({ label }, nth) => `${nth + 1}. ${label}`)
  const text = [phrase(language, "dispute_choose"), ...lines].join("\n")
  const quickReplies = at.payments.map((_, nth) => ({
    title: String(nth + 1),
    payload: renderPayload("DISPUTE", "payment", String(nth)),
  }))
  return told(grant.value, { kind: "text", text, quickReplies: [...quickReplies, cancel] }, at.account)
}
