// The ways to the bank's own places, where its record names them: its app, its help pages, where it takes complaints. They are addresses
// of the record, looked at when it was registered; nothing of a person stands in them.

import type { Button } from "../../messenger/message.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { answer, answerText } from "../leave.ts"
import { turnOf, type Flow, type TurnContext } from "../turn-context.ts"
import { answerWithMenu, bankName, callButton, menuChips, personButton } from "./choices.ts"

type BankPlaces = Pick<TurnContext["bank"], "appLink" | "helpUrl" | "complaintsUrl">

const TITLES = {
  appLink: "open_app_button",
  helpUrl: "help_pages_button",
  complaintsUrl: "complain_button",
} as const satisfies Readonly<Record<keyof BankPlaces, PhraseKey>>

/** Buttons to those of the bank's places that it has, in this order. */
export function placeButtons(
  language: Language,
  bank: BankPlaces,
  places: readonly (keyof BankPlaces)[],
): readonly Button[] {
  return places.flatMap((place) => {
    const url = bank[place]
    return url === undefined ? [] : [{ kind: "url", title: phrase(language, TITLES[place]), url } as const]
  })
}

/** What this assistant can do, now, and where the bank itself helps. */
export const help: Flow = (state, context) => {
  const key = state.consent ? "help_linked" : "help_unlinked"
  const values = { bank: bankName(context) }
  const buttons = placeButtons(state.language, context.bank, ["appLink", "helpUrl", "complaintsUrl"])
  if (buttons.length === 0) return turnOf(state, [answerWithMenu(state, key, values)])
  const text = answerText(state.language, key, values)
  return turnOf(state, [answer({ kind: "buttons", text, buttons, quickReplies: menuChips(state) })])
}

/** Where a complaint goes: the bank's own page, a person, its telephone. */
export const complain: Flow = (state, context) =>
  turnOf(state, [
    answer({
      kind: "buttons",
      text: answerText(state.language, "complain", { bank: bankName(context) }),
      buttons: [
        ...placeButtons(state.language, context.bank, ["complaintsUrl"]),
        personButton(state),
        callButton(state, context),
      ],
      quickReplies: menuChips(state),
    }),
  ])
