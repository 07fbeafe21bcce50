// What is on and what is off, while a link is live: switched off at once, switched on when it was recorded. Pure.

import type { LinkId } from "../../foundation/id.ts"
import { PURPOSES, type Purpose } from "../../foundation/purpose.ts"
import type { RecordMark } from "../../links/link-store.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import { formatList } from "../../phrases/format.ts"
import { changesOf, recorded, wish } from "../consent-change.ts"
import { answer, answerText, plainText, type Plain } from "../leave.ts"
import type { State } from "../state.ts"
import { turnOf, type OwnWish, type Turn, type TurnContext } from "../turn-context.ts"
import { menuChips } from "./choices.ts"

/** Purposes by the names the chat gives them: words of ours. */
export function nameAll(language: Language, purposes: readonly Purpose[]): Plain {
  const named = PURPOSES.filter((purpose) => purposes.includes(purpose))
  return plainText(
    formatList(
      language,
      named.map((purpose) => phrase(language, `purpose_${purpose}`)),
    ),
  )
}

/** Whether the bank's own grant covers a purpose. */
export function isCovered(state: State, purpose: Purpose): boolean {
  return state.consent?.covered?.includes(purpose) ?? state.consent !== undefined
}

/** A wish from the person's own pages. Nothing is added without the bank's login just before, or beyond the bank's grant. */
export function wishOwn(state: State, context: TurnContext, link: LinkId, own: OwnWish): State {
  if (state.consent?.link !== link) return state
  const { on = [], off = [], showAmounts, bankLogin, bankUntil } = own
  if (bankUntil !== undefined)
    return wish(state, {
      id: context.questionId,
      actor: "bank",
      evidence: "bank_notice",
      at: context.now,
      until: bankUntil,
      sooner: true,
    })
  const mayAdd = bankLogin ? on.filter((purpose) => isCovered(state, purpose)) : []
  const amounts = showAmounts === false || (showAmounts === true && bankLogin) ? { showAmounts } : {}
  return wish(state, {
    id: context.questionId,
    actor: "customer",
    evidence: bankLogin ? "bank_login" : "own_pages",
    at: context.now,
    on: mayAdd,
    off,
    ...amounts,
  })
}

/** The record took a change, or did not. What was asked for in the chat is answered there. */
export function tellRecorded(
  state: State,
  context: TurnContext,
  id: string,
  mark: RecordMark | undefined,
): Turn {
  const change = changesOf(state).find((each) => each.id === id)
  const after = recorded(state, id, mark, context.now)
  if (!change || change.evidence !== "chat" || change.kind === "narrowed" || !after.consent)
    return turnOf(after)
  const text = mark
    ? answerText(state.language, "purpose_on", { purposes: nameAll(state.language, change.on) })
    : answerText(state.language, "change_failed")
  return turnOf(after, [answer({ kind: "text", text, quickReplies: menuChips(after) })])
}
