// What a chat is never used for: moving money, payees, full numbers, a customer's details. Says why and where it is done, and does
// nothing. There is no code behind it that could.

import type { PhraseKey } from "../../phrases/en.ts"
import { answer, answerText } from "../leave.ts"
import { turnOf, type Flow } from "../turn-context.ts"
import { placeButtons } from "./bank-pages.ts"
import { bankName, callButton, menuChips, personButton } from "./choices.ts"

/** Why not here, and where: the bank's own app, its number, a person. Linked or not. */
export const sayWhere =
  (key: PhraseKey): Flow =>
  (state, context) =>
    turnOf(state, [
      answer({
        kind: "buttons",
        text: answerText(state.language, key, { bank: bankName(context) }),
        buttons: [
          ...placeButtons(state.language, context.bank, ["appLink"]),
          callButton(state, context),
          personButton(state),
        ],
        quickReplies: menuChips(state),
      }),
    ])
