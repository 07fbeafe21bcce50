// "Delete my data": said what would go, asked once, done. Heard in every state and language, linked or not (P8). The grant ends in the
// same turn; keys, storage and rows go right after it (privacy/).

import type { ErasureCause } from "../../jobs/job.ts"
import { HOUR_MS } from "../../foundation/clock.ts"
import type { Button } from "../../messenger/message.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { answer, answerText, linkNotice } from "../leave.ts"
import { ending, without, withoutLink, type State } from "../state.ts"
import { turnOf, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { leaveLine } from "./human.ts"
import { answerWithMenu, bankName, menuChips, postback } from "./choices.ts"

/** A button pressed later than this asks again: it may be one from an old conversation. */
const ASKED_MS = HOUR_MS

/** Say what would go, and ask. */
export const askToDelete: Flow = (state, context) => {
  if (state.erasing) return turnOf(state, [begun(state, context)], { urgent: true })
  const { language } = state
  const linked = state.consent || state.offer || state.opening
  const text = answerText(language, linked ? "delete_ask_linked" : "delete_ask", { bank: bankName(context) })
  const buttons = [
    postback(language, "delete_button", "DELETE_CONFIRM"),
    postback(language, "delete_keep_button", "DELETE_CANCEL"),
  ]
  const asked: State = { ...state, deleteAskedAt: context.now }
  return turnOf(asked, [answer({ kind: "buttons", text, buttons, quickReplies: menuChips(state) })], {
    urgent: true,
  })
}

/** Yes: from this turn on nothing of them is used. */
export const confirmDelete: Flow = (state, context, intent) => {
  const { deleteAskedAt } = state
  const asked = deleteAskedAt !== undefined && context.now - deleteAskedAt < ASKED_MS
  if (state.erasing || !asked) return askToDelete(state, context, intent)
  const erasing = begin(state, context, context.questionId, "chat")
  return turnOf(erasing, [begun(erasing, context)], { urgent: true })
}

/** No; too late where it has begun. */
export const keepData: Flow = (state, context) => {
  if (state.erasing) return turnOf(state, [begun(state, context)], { urgent: true })
  const kept = without(state, "deleteAskedAt")
  return turnOf(kept, [answerWithMenu(kept, "delete_kept")], { urgent: true })
}

/** Others decided it: the bank, an operator, the person on their own page. A person who was connected hears of it once. */
export function beErased(
  state: State,
  context: TurnContext,
  { code, cause }: { readonly code: string; readonly cause: ErasureCause },
): Turn {
  if (state.erasing) return turnOf(confirmed(state))
  const erasing = confirmed(begin(state, context, code, cause))
  if (!state.consent || cause === "idle") return turnOf(erasing)
  const text = phrase(state.language, "delete_told", { bank: context.bank.name })
  const notice = linkNotice({ kind: "buttons", text, buttons: [statusButton(erasing, context)] })
  return turnOf(erasing, [notice], { urgent: true })
}

/** The erasure is on its way and need not be asked for again. */
export function confirmed(state: State): State {
  return state.erasing ? { ...state, erasing: { ...state.erasing, requested: true } } : state
}

/** Nobody was here for a year and nothing is connected. */
export function eraseIdle(state: State, context: TurnContext): Turn {
  return turnOf(begin(state, context, context.questionId, "idle"))
}

function begin(state: State, { now }: TurnContext, code: string, cause: ErasureCause): State {
  const links = [state.consent, state.offer, state.opening].filter((each) => each !== undefined)
  const bare: State = without(leaveLine(withoutLink(state)), "offer", "opening", "entry", "deleteAskedAt")
  const ended = links.reduce((before, { link }) => ending(before, link, "erased"), bare)
  return { ...ended, erasing: { code, cause, at: now, requested: false } }
}

function begun(state: State, context: TurnContext) {
  const text = answerText(state.language, "delete_begun")
  return answer({ kind: "buttons", text, buttons: [statusButton(state, context)] })
}

function statusButton(state: State, context: TurnContext): Button {
  const title = phrase(state.language, "delete_status_button")
  return { kind: "url", title, url: context.erasureUrl + (state.erasing?.code ?? "") }
}
