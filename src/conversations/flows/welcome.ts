// Greetings, how it works, the languages, and what is said when nothing was understood.

import { findLanguage, isLanguage, LANGUAGES } from "../../phrases/catalogue.ts"
import { answer, answerText } from "../leave.ts"
import { renderPayload } from "../intents/intent.ts"
import type { State } from "../state.ts"
import { turnOf, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { answerWithLogIn, answerWithMenu, bankName, menuChips, postback } from "./choices.ts"
import { offerPerson } from "./human.ts"

/** After this many misses in a row the way to people stands first. */
const MISSES_BEFORE_PEOPLE = 2

/** Hello: who speaks, and the first step. */
export const greet: Flow = (state, context) =>
  turnOf(state, [
    state.consent
      ? answerWithMenu(state, "hello_linked", { bank: bankName(context) })
      : answerWithLogIn(state, context, "welcome", { bank: bankName(context) }, [
          postback(state.language, "human_button", "HUMAN"),
        ]),
  ])

/** How connecting works, and the way to it. */
export const explain: Flow = (state, context) =>
  turnOf(state, [
    state.consent
      ? answerWithMenu(state, "how_it_works", { bank: bankName(context) })
      : answerWithLogIn(state, context, "how_it_works", { bank: bankName(context) }),
  ])

/** The way to the bank's login. */
export const connect: Flow = (state, context) =>
  turnOf(state, [answerWithLogIn(state, context, "connect_first", { bank: bankName(context) })])

/** Offer the languages this bank speaks. */
export const chooseLanguage: Flow = (state, context) => {
  const offered = LANGUAGES.filter((language) =>
    context.bank.languages.some((each) => findLanguage(each) === language),
  )
  return turnOf(state, [
    answer({
      kind: "text",
      text: answerText(state.language, "language_choose"),
      quickReplies: offered.map((language) => ({
        title: new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language,
        payload: renderPayload("SPEAK", language),
      })),
    }),
  ])
}

/** The person chose a language. */
export function speak(state: State, context: TurnContext, language: string): Turn {
  if (!isLanguage(language)) return chooseLanguage(state, context, "language")
  const changed: State = { ...state, language, languageChosen: true }
  return turnOf(changed, [answerWithMenu(changed, "language_set")])
}

/** Nothing matched. The second time in a row the bank's people are offered. */
export function misunderstand(state: State, context: TurnContext): Turn {
  const misses = state.misses + 1
  const changed: State = { ...state, misses }
  if (misses < MISSES_BEFORE_PEOPLE) return turnOf(changed, [answerWithMenu(changed, "not_understood")])
  return turnOf(changed, [offerPerson(changed, context)])
}

/** A sticker, a photo, a voice message: nothing is read out of them. */
export function answerAttachment(state: State): Turn {
  return turnOf(state, [answerWithMenu(state, "attachment_only")])
}

/** A card number was typed: it was not kept, and the person should remove it. */
export function warnOfCard(state: State): Turn {
  return turnOf(
    state,
    [answer({ kind: "text", text: answerText(state.language, "redacted"), quickReplies: menuChips(state) })],
    {
      urgent: true,
    },
  )
}
