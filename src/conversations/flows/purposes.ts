// What is on and what is off, while a link is live: switched off at once, switched on when it was recorded. Pure.

import { DAY_MS } from "../../foundation/clock.ts"
import type { LinkId } from "../../foundation/id.ts"
import { isPurpose, PURPOSES, type Purpose } from "../../foundation/purpose.ts"
import { faultOf } from "../../preferences/preferences.ts"
import type { RecordMark } from "../../links/link-store.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import { formatDate, formatList } from "../../phrases/format.ts"
import { changesOf, recorded, wish } from "../consent-change.ts"
import { answer, answerText, plainText, type Plain } from "../leave.ts"
import type { State } from "../state.ts"
import { turnOf, type Flow, type OwnWish, type Turn, type TurnContext } from "../turn-context.ts"
import { answerWithMenu, bankName, chips, menuChips, postback } from "./choices.ts"
import { offerLink } from "./link.ts"

/** A purpose that is off is offered once in this long. */
const OFFERED_AGAIN_MS = 30 * DAY_MS
/** A purpose stopped in the chat is switched on again with one tap for this long. */
const UNDONE_MS = 7 * DAY_MS

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
export function wishOwn(before: State, context: TurnContext, link: LinkId, own: OwnWish): State {
  if (before.consent?.link !== link) return before
  const { preferences } = own
  const state = preferences && faultOf(preferences) === undefined ? { ...before, preferences } : before
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

/** One purpose is off from now on; the rest stays. For seven days one tap undoes it. */
export function stopPurpose(purpose: Purpose): Flow {
  return (state, context) => {
    const { consent, language } = state
    const purposes = nameAll(language, [purpose])
    if (!consent?.purposes.includes(purpose))
      return turnOf(
        state,
        [answerWithMenu(state, consent ? "purpose_not_on" : "stop_nothing", { purposes })],
        {
          urgent: true,
        },
      )
    const stopped: State = {
      ...wish(state, { ...byCustomer(context), off: [purpose] }),
      stoppedPurposes: { ...state.stoppedPurposes, [purpose]: context.now },
    }
    const text = answerText(language, "purpose_stopped", { purposes })
    const buttons = [
      postback(language, "undo_button", "PURPOSE", purpose, "undo"),
      postback(language, "stop_all_button", "STOP"),
    ]
    return turnOf(stopped, [answer({ kind: "buttons", text, buttons })], { urgent: true })
  }
}

/** Something is asked for that is off: one tap switches it on where the bank's grant covers it, else its login does. Offered once in
 * thirty days. */
export function offerPurpose(state: State, context: TurnContext, purpose: Purpose): Turn {
  const { language } = state
  if (!isCovered(state, purpose)) return offerLink(state, context, "purpose_off")
  const before = state.offered?.[purpose]
  if (before !== undefined && context.now - before < OFFERED_AGAIN_MS)
    return turnOf(state, [
      answer({
        kind: "text",
        text: answerText(language, "purpose_still_off", { purposes: nameAll(language, [purpose]) }),
        quickReplies: chips(language, ["my_data", "help", "stop"]),
      }),
    ])
  const offered: State = { ...state, offered: { ...state.offered, [purpose]: context.now } }
  const buttons = [postback(language, "switch_on_button", "PURPOSE", purpose, "on")]
  return turnOf(offered, [
    answer({
      kind: "buttons",
      text: offerText(state, context, purpose),
      buttons,
      quickReplies: chips(language, ["my_data", "help", "stop"]),
    }),
  ])
}

/** A button about one purpose was tapped. */
export function choosePurpose(state: State, context: TurnContext, named: string, act: string): Turn {
  const purpose = isPurpose(named) ? named : undefined
  if (!state.consent) return offerLink(state, context, "not_linked")
  if (!purpose) return turnOf(state, [answerWithMenu(state, "help_linked", { bank: bankName(context) })])
  if (act === "undo") return undoPurposes(state, context, [purpose])
  const offered = isRecent(state.offered?.[purpose], context.now, OFFERED_AGAIN_MS)
  if (act !== "on" || !offered || !isCovered(state, purpose)) return offerPurpose(state, context, purpose)
  return switchOn(state, context, [purpose], offerText(state, context, purpose))
}

/** "Switch it on": what was offered last. */
export const switchOnOffered: Flow = (state, context) => {
  const [last] = PURPOSES.filter((purpose) => state.offered?.[purpose] !== undefined).toSorted(
    (left, right) => (state.offered?.[right] ?? 0) - (state.offered?.[left] ?? 0),
  )
  if (last) return choosePurpose(state, context, last, "on")
  return turnOf(state, [
    answerWithMenu(state, state.consent ? "help_linked" : "help_unlinked", { bank: bankName(context) }),
  ])
}

/** Purposes stopped one by one in the last seven days. */
export function stoppedLately(state: State, now: number): readonly Purpose[] {
  return PURPOSES.filter((purpose) => isRecent(state.stoppedPurposes?.[purpose], now, UNDONE_MS))
}

/** What was stopped one by one is on again, as far as it was stopped lately. */
export function undoPurposes(state: State, context: TurnContext, purposes: readonly Purpose[]): Turn {
  // A link made anew since may cover less.
  const lately = stoppedLately(state, context.now).filter(
    (purpose) => purposes.includes(purpose) && isCovered(state, purpose),
  )
  const [first] = purposes
  if (lately.length === 0 && first) return offerPurpose(state, context, first)
  const text = answerText(state.language, "purpose_stopped", { purposes: nameAll(state.language, lately) })
  const kept = Object.entries(state.stoppedPurposes ?? {}).filter(
    ([purpose]) => !lately.some((each) => each === purpose),
  )
  return switchOn({ ...state, stoppedPurposes: Object.fromEntries(kept) }, context, lately, text)
}

/** On as soon as it was recorded; what is on already is only said to be. */
function switchOn(state: State, context: TurnContext, purposes: readonly Purpose[], shown: string): Turn {
  const wished = wish(state, { ...byCustomer(context), on: purposes, shown })
  if (wished !== state) return turnOf(wished, [], { urgent: true })
  const text = answerText(state.language, "purpose_on", { purposes: nameAll(state.language, purposes) })
  return turnOf(state, [answer({ kind: "text", text, quickReplies: menuChips(state) })])
}

function byCustomer({ questionId, now }: TurnContext) {
  return { id: questionId, actor: "customer", evidence: "chat", at: now } as const
}

function offerText(state: State, context: TurnContext, purpose: Purpose): Plain {
  const purposes = nameAll(state.language, [purpose])
  return answerText(state.language, "purpose_offer", { purposes, bank: bankName(context) })
}

function isRecent(at: number | undefined, now: number, forMs: number): boolean {
  return at !== undefined && now - at < forMs
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
  const { language } = state
  const date = plainText(formatDate(language, after.consent.until, context.bank.timeZone))
  const done =
    change.kind === "reconfirmed"
      ? answerText(language, "renewed", { date })
      : answerText(language, "purpose_on", { purposes: nameAll(language, change.on) })
  const text = mark ? done : answerText(language, "change_failed")
  return turnOf(after, [answer({ kind: "text", text, quickReplies: menuChips(after) })])
}
