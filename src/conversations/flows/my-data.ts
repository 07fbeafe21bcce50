// "My data": what is on, said in the chat, and the way to the person's own pages. The button's address is completed with its one-time
// token when the words are stored (own-data-entry.ts); here only what makes it good once, for five minutes, is put into the state.

import { MINUTE_MS } from "../../foundation/clock.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { formatDate, formatList } from "../../phrases/format.ts"
import { intentPayload } from "../intents/intent.ts"
import { answerText, linkNotice, plainText } from "../leave.ts"
import { without, type State } from "../state.ts"
import { turnOf, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { chips } from "./choices.ts"
import { askToDelete } from "./delete-data.ts"
import { nameAccounts } from "./link.ts"

/** From the chat's words to the button of the page it opens. */
export const ENTRY_MS = 5 * MINUTE_MS

/** Purposes, accounts and until when; a button to the pages, the newest of which is the only good one. */
export const showMyData: Flow = (state, context, intent) => {
  // What is being deleted has its own page, which says how far it is.
  if (state.erasing) return askToDelete(state, context, intent)
  const shown: State = { ...state, entry: { id: context.questionId, until: context.now + ENTRY_MS } }
  const { language } = state
  const buttons = [
    { kind: "url", title: phrase(language, "my_data_button"), url: context.ownDataUrl } as const,
    ...(state.consent
      ? [
          {
            kind: "postback",
            title: phrase(language, "stop_button"),
            payload: intentPayload("stop"),
          } as const,
        ]
      : []),
  ]
  const quickReplies = chips(language, state.consent ? ["help", "human"] : ["connect", "help", "human"])
  return turnOf(shown, [
    linkNotice({ kind: "buttons", text: wordsOf(state, context), buttons, quickReplies }),
  ])
}

/** The one-time link was posted: it is good no more. The state is the same where it was not good. */
export function enter(state: State, entry: string, { now }: TurnContext): Turn {
  const known = state.entry
  return turnOf(known?.id === entry && now < known.until ? without(state, "entry") : state)
}

function wordsOf(state: State, { bank, now }: TurnContext): string {
  const { consent, language, stopped } = state
  if (!consent || now >= consent.until) return answerText(language, "my_data_unlinked")
  const { timeZone } = bank
  if (stopped && !stopped.keepFraud)
    return answerText(language, "my_data_stopped", {
      date: plainText(formatDate(language, stopped.endsAt, timeZone)),
    })
  return phrase(language, consent.purposes.length > 0 ? "my_data" : "my_data_nothing_on", {
    purposes: formatList(
      language,
      consent.purposes.map((purpose) => phrase(language, `purpose_${purpose}`)),
    ),
    accounts: nameAccounts(language, consent.accounts),
    until: formatDate(language, consent.until, timeZone),
  })
}
