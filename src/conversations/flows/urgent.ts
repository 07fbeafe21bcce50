// What cannot wait: a lost card, fraud, a person. Heard in every state and language (P8); the answer has the bank's number.

import type { PhraseKey } from "../../phrases/en.ts"
import { answer, answerText } from "../leave.ts"
import type { Intent } from "../intents/intent.ts"
import { turnOf, type Flow } from "../turn-context.ts"
import { bankName, callButton, menuChips, personButton } from "./choices.ts"

const WORDS: Readonly<Partial<Record<Intent, PhraseKey>>> = {
  human: "human",
}

/** The bank's number first, whatever else is going on. */
export const urgent: Flow = (state, context, intent) =>
  turnOf(
    state,
    [
      answer({
        kind: "buttons",
        text: answerText(state.language, WORDS[intent] ?? "urgent", { bank: bankName(context) }),
        buttons: [callButton(state, context), ...(intent === "human" ? [] : [personButton(state)])],
        quickReplies: menuChips(state),
      }),
    ],
    { urgent: true },
  )
