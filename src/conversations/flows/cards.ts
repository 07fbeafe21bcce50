// "Freeze my card", a lost phone or wallet, using a card again: what is tapped or typed goes through an act on cards (cases/card-act.ts);
// what the act asks for becomes questions to the bank, what it says is said here, and only what the bank has confirmed.

import type { CardState } from "../../banks/actions.ts"
import type { BankRefusal } from "../../banks/bank.ts"
import { isForGood } from "../../banks/bank-answer.ts"
import type { Result } from "../../foundation/result.ts"
import type { Button, QuickReply } from "../../messenger/message.ts"
import { phrase } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { formatList } from "../../phrases/format.ts"
import {
  beginCardAct,
  stepCard,
  type CardAct,
  type CardAim,
  type CardAsk,
  type CardEvent,
  type CardSaying,
  type CardStep,
} from "../cases/card-act.ts"
import { isBefore } from "../cases/happened.ts"
import { intentPayload, renderPayload, URGENT, type Intent } from "../intents/intent.ts"
import { digitValue } from "../intents/redact.ts"
import { normalise, understand } from "../intents/understand.ts"
import { answer, answerText, plainText, resultText, type Plain, type Utterance } from "../leave.ts"
import { isTheirs, type Question, type State } from "../state.ts"
import { turnOf, type BankAnswer, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { freezeNews } from "../notices/late-news.ts"
import { placeButtons } from "./bank-pages.ts"
import { bankName, callButton, chips, lateContext, menuChips, personButton, postback } from "./choices.ts"
import { urgent } from "./urgent.ts"

/** Buttons of one message; one is the bank's number. */
const CARDS_AS_BUTTONS_MAX = 2
const QUICK_REPLIES_MAX = 11
/** As many as a bank's list may have. */
const FROZEN_REMEMBERED_MAX = 50
/** Longer texts are not the title of a button. */
const TITLE_CHARS_MAX = 40
/** Beside a card's digits these mean something else than that card; `UNDOING` does where it is to be frozen. Normalised, both languages. */
const NOT_THAT = /\b(not|no|don ?t|except|but|never|keep)\b|(^| )(لا|ليس|ليست|الا|غير) /
const UNDOING = /\bun(freeze|block|lock)|فك|الغاء|ازاله|رفع|من جديد/
/** Urgent words that may stand beside the digits of the card to freeze. */
const FREEZING: ReadonlySet<Intent> = new Set<Intent>(["freeze_card", "freeze_all"])

/** An intent that acts on cards; whoever is not linked has the bank's number. */
const begin =
  (aim: CardAim): Flow =>
  (state, context, intent) => {
    const { consent } = state
    if (!consent || context.now >= consent.until) return urgent(state, context, intent)
    // What is under way already goes on: a second tap is no second act.
    const waiting = Object.values(state.cardActs ?? {}).some(
      (at) => at.aim === aim && (at.stage === "listing" || at.stage === "freezing"),
    )
    if (waiting) return turnOf(state, [], { urgent: true })
    return take(
      withoutChoices(state),
      context,
      beginCardAct(context.questionId, consent.link, aim, context.now),
    )
  }

/** [Freeze a card]: which one. */
export const freezeCards = begin("freeze")
/** [Freeze my cards]: all of them, now. */
export const freezeAllCards = begin("freeze_all")
/** Using a frozen card again. */
export const unfreezeCards = begin("restore")

/** A lost card, phone or wallet: freeze, cut this chat off, a person. */
export const loseCard: Flow = (state, context, intent) =>
  state.consent && context.now < state.consent.until
    ? say3(state, "lost_choices", context, [
        postback(state.language, "freeze_all_button", "FREEZE_ALL"),
        postback(state.language, "disconnect_chat_button", "STOP_NOW"),
        personButton(state),
      ])
    : urgent(state, context, intent)

/** "This wasn't me" where no question is open: the card, a person, the bank's number. */
export const reportFraud: Flow = (state, context, intent) =>
  state.consent && context.now < state.consent.until
    ? say3(state, "fraud_report", context, [
        postback(state.language, "freeze_card_button", "FREEZE_CARD"),
        callButton(state, context),
        personButton(state),
      ])
    : urgent(state, context, intent)

/** A card was chosen by its button: the act it belongs to, and its place there. */
export function chooseCard(state: State, context: TurnContext, id: string, nth: string): Turn {
  const at = state.cardActs?.[id]
  const card = /^[0-9]{1,2}$/.test(nth) ? at?.cards[Number(nth)] : undefined
  // A button of an act that is over: the list anew, for the cards may have changed.
  if (!at || !card || at.stage !== "choosing")
    return (at?.aim === "restore" ? unfreezeCards : freezeCards)(state, context, "freeze_card")
  return take(state, context, stepCard(at, { kind: "chosen", ref: card.ref }, context.now))
}

/** The card a typed text names while one is to be chosen: its button's title, or its four digits. What is urgent and something else is
 * not a choice (P8), nor is "not 4821". */
export function findCardChoice(
  state: State,
  text: string,
): { readonly id: string; readonly nth: string } | undefined {
  const said = normalise(text).replace(/\p{Nd}/gu, (digit) => String(digitValue(digit)))
  if (said === "" || said.length > TITLE_CHARS_MAX || NOT_THAT.test(said)) return undefined
  const choosing = Object.values(state.cardActs ?? {}).filter(({ stage }) => stage === "choosing")
  const meant = choosing.length > 0 ? understand(text, state.language)?.intent : undefined
  if (meant && URGENT.has(meant) && !FREEZING.has(meant)) return undefined
  const named = choosing
    .filter(({ aim }) => aim === "restore" || !UNDOING.test(said))
    .flatMap(({ id, cards }) => cards.map(({ last4 }, nth) => ({ id, nth: String(nth), last4 })))
    .filter(({ last4 }) => said.split(" ").includes(last4))
  const [choice] = named
  return choice && named.length === 1 ? choice : undefined
}

type CardQuestion = Question & { readonly kind: "cards" | "card_freeze" | "card_page" }

/** What the bank said of an act. */
export function tellCards(
  state: State,
  context: TurnContext,
  question: CardQuestion,
  bankAnswer: BankAnswer,
): Turn {
  const at = state.cardActs?.[question.act]
  const event = at && readAnswer(question, bankAnswer)
  if (!event) return turnOf(state)
  const known = event.kind === "frozen" ? frozenBy(state, event.ref, context) : state
  return take(known, context, stepCard(at, event, context.now))
}

/** The bank's own word on that is no news for a while, where ours was heard (case-news.ts). */
function frozenBy(state: State, ref: string, { now: at, order }: TurnContext): State {
  return {
    ...state,
    frozenHere: [...(state.frozenHere ?? []), { ref, at, order }].slice(-FROZEN_REMEMBERED_MAX),
  }
}

/** The bank says what a card is now: what waited for that waits no more. */
export function hearCardChange(state: State, card: CardState, happenedAt: number, now: number): State {
  const { ref } = card
  if (ref === undefined || !state.cardActs) return state
  const event: CardEvent = { kind: "changed", ref, state: card.state }
  const acts = Object.entries(state.cardActs)
  const changed = acts.map(
    ([id, at]) => [id, isBefore(happenedAt, at.at) ? at : stepCard(at, event, now).next] as const,
  )
  if (changed.every(([, next], nth) => next === acts[nth]?.[1])) return state
  return withActs(state, Object.fromEntries(changed))
}

/** Rounds that are due, choices nobody made, pages nobody came back from. */
export function passCardTime(state: State, context: TurnContext): Turn {
  return takeAll(state, context, { kind: "time" }, ({ dueAt }) => dueAt !== undefined && dueAt <= context.now)
}

/** A link is gone, and with it the way to the bank. */
export function loseCards(state: State, context: TurnContext): Turn {
  return takeAll(state, context, { kind: "link_ended" }, ({ link }) => !isTheirs(state, link))
}

/** When an act is due next. */
export function cardsDueAt(state: State): readonly number[] {
  return Object.values(state.cardActs ?? {}).flatMap(({ dueAt }) => dueAt ?? [])
}

function readAnswer(question: CardQuestion, bankAnswer: BankAnswer): CardEvent | undefined {
  if (question.kind === "cards" && bankAnswer.kind === "cards")
    return bankAnswer.result.ok
      ? { kind: "listed", cards: bankAnswer.result.value }
      : { kind: isForGood(bankAnswer.result.error) ? "list_refused" : "list_unreachable" }
  if (question.kind === "card_freeze" && bankAnswer.kind === "card_freeze")
    return { kind: freezeEvent(bankAnswer.result), ref: question.ref }
  if (question.kind === "card_page" && bankAnswer.kind === "card_page")
    return bankAnswer.result.ok
      ? { kind: "page", url: bankAnswer.result.value.url }
      : { kind: "page_refused" }
  return undefined
}

function freezeEvent(
  result: Result<unknown, BankRefusal>,
): "frozen" | "freeze_refused" | "freeze_unreachable" {
  if (result.ok) return "frozen"
  return isForGood(result.error) ? "freeze_refused" : "freeze_unreachable"
}

function take(state: State, context: TurnContext, step: CardStep): Turn {
  const { next, ask, say: saying } = step
  const acted = withActs(state, { ...state.cardActs, [next.id]: next })
  const asked: State = ask
    ? { ...acted, questions: [...acted.questions, ...questionsOf(next, ask, context)] }
    : acted
  if (!saying) return turnOf(asked, [], { urgent: true })
  const template = freezeNews(lateContext(state, context), saying)
  const said = { ...say(asked, context, next, saying), ...(template ? { template } : {}) }
  return turnOf(asked, [said], { urgent: true })
}

function takeAll(
  state: State,
  context: TurnContext,
  event: CardEvent,
  concerns: (at: CardAct) => boolean,
): Turn {
  return Object.values(state.cardActs ?? {})
    .filter(concerns)
    .reduce<Turn>((turn, at) => {
      const { state: next, say: said } = take(turn.state, context, stepCard(at, event, context.now))
      return turnOf(next, [...turn.say, ...said], { urgent: true })
    }, turnOf(state))
}

/** Asked anew, an earlier choice is over: digits typed then name one card, and acts do not pile up. */
function withoutChoices(state: State): State {
  const acts = Object.entries(state.cardActs ?? {})
  return withActs(state, Object.fromEntries(acts.filter(([, { stage }]) => stage !== "choosing")))
}

/** What is over is forgotten. */
function withActs(state: State, acts: Readonly<Record<string, CardAct>>): State {
  const going = Object.entries(acts).filter(([, { stage }]) => stage !== "over")
  const { cardActs: _, ...rest } = state
  return going.length > 0 ? { ...rest, cardActs: Object.fromEntries(going) } : rest
}

function questionsOf(at: CardAct, ask: CardAsk, context: TurnContext): readonly Question[] {
  const head = { order: context.order, askedAt: context.now, act: at.id }
  const id = `${at.id}_${at.stage}_${at.tries}`
  if (ask.kind === "list") return [{ ...head, id, kind: "cards" }]
  if (ask.kind === "page") return [{ ...head, id, kind: "card_page", ref: ask.ref }]
  return ask.refs.map((ref, nth) => ({ ...head, id: `${id}_${nth}`, kind: "card_freeze", ref }))
}

// Words.

function say(state: State, context: TurnContext, at: CardAct, saying: CardSaying): Utterance {
  const { language } = state
  const bank = bankName(context)
  const call = callButton(state, context)
  const human = personButton(state)
  const words = (key: PhraseKey, values: Readonly<Record<string, Plain | number>> = {}) =>
    answerText(language, key, { bank, ...values })
  const buttons = (text: Plain, ...choices: readonly Button[]) =>
    answer({ kind: "buttons", text, buttons: choices, quickReplies: menuChips(state) })
  switch (saying.is) {
    case "choose":
      return choose(state, context, at)
    case "none":
      if (at.aim === "restore") return buttons(words("cards_none_frozen"), call, human)
      return saying.frozen.length > 0
        ? buttons(words("cards_frozen_already", listOf(state, saying.frozen)), call, human)
        : buttons(words("cards_none"), call, human)
    case "refused":
      if (at.aim !== "restore") return buttons(words("cards_refused"), call, human)
      return buttons(
        words("cards_restore_refused"),
        ...placeButtons(language, context.bank, ["appLink"]),
        call,
        human,
      )
    case "unreachable":
      return buttons(words("cards_unreachable"), call, human, {
        kind: "postback",
        title: phrase(language, "try_again_button"),
        payload: intentPayload(INTENTS[at.aim]),
      })
    case "result":
      return buttons(resultWords(state, context, saying), call, human)
    case "page":
      return answer({
        kind: "buttons",
        text: words("card_page", { last4: resultText(saying.last4) }),
        buttons: [{ kind: "url", title: phrase(language, "open_bank_button"), url: saying.url }, call],
      })
    case "nothing_changed":
      return answer({ kind: "text", text: words("nothing_changed"), quickReplies: menuChips(state) })
    case "given_up":
      return buttons(
        join(
          ...(saying.frozen.length > 0 ? [words("cards_frozen", listOf(state, saying.frozen))] : []),
          words("cards_given_up", listOf(state, saying.owed)),
        ),
        call,
        human,
      )
  }
}

const INTENTS = {
  freeze: "freeze_card",
  freeze_all: "freeze_all",
  restore: "unfreeze_card",
} as const satisfies Readonly<Record<CardAim, Intent>>

function choose(state: State, context: TurnContext, at: CardAct): Utterance {
  const { language } = state
  const restore = at.aim === "restore"
  const text = answerText(language, restore ? "cards_choose_restore" : "cards_choose_freeze", {
    bank: bankName(context),
  })
  const choices: readonly QuickReply[] = at.cards.slice(0, QUICK_REPLIES_MAX).map(({ last4 }, nth) => ({
    title: phrase(language, restore ? "card_restore_title" : "card_freeze_title", { last4 }),
    payload: renderPayload("CARD", at.id, String(nth)),
  }))
  if (choices.length > CARDS_AS_BUTTONS_MAX) return answer({ kind: "text", text, quickReplies: choices })
  const buttons = choices.map((choice): Button => ({ kind: "postback", ...choice }))
  return answer({ kind: "buttons", text, buttons: [...buttons, callButton(state, context)] })
}

function resultWords(
  state: State,
  context: TurnContext,
  { frozen, owed, refused }: CardSaying & { readonly is: "result" },
): Plain {
  const bank = bankName(context)
  const parts = [
    ["cards_frozen", frozen],
    ["cards_owed", owed],
    ["cards_freeze_refused", refused],
  ] as const
  return join(
    ...parts
      .filter(([, last4s]) => last4s.length > 0)
      .map(([key, last4s]) => answerText(state.language, key, { bank, ...listOf(state, last4s) })),
  )
}

function listOf(
  { language }: State,
  last4s: readonly string[],
): { readonly cards: Plain; readonly count: number } {
  const cards = resultText(
    formatList(
      language,
      last4s.map((last4) => `••${last4}`),
    ),
  )
  return { cards, count: last4s.length }
}

function say3(state: State, key: PhraseKey, context: TurnContext, buttons: readonly Button[]): Turn {
  const text = answerText(state.language, key, { bank: bankName(context) })
  const quickReplies = chips(state.language, ["help", "stop"])
  return turnOf(state, [answer({ kind: "buttons", text, buttons, quickReplies })], { urgent: true })
}

function join(...parts: readonly Plain[]): Plain {
  return plainText(parts.join(" "))
}
