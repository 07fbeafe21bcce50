// Reaching a person at the bank: asked for at any time, linked or not. The line gives a place; while a person has the thread the assistant
// is silent, and only what cannot wait is still answered by it (P8): a lost card, fraud, stop, delete. Closed hours take a message. Pure;
// what agents do is desk-news.ts, the words are desk-words.ts, the line is told by desk-settling.ts.

import { HOUR_MS, MINUTE_MS } from "../../foundation/clock.ts"
import type { MessengerEvent } from "../../messenger/event.ts"
import { holderAt, IDLE } from "../../messenger/thread.ts"
import { openingAt } from "../../support/hours.ts"
import { createDesk, DESK_KEPT_MS, ended, logged, owing, type Desk, type DeskWord } from "../desk-state.ts"
import { findIntent, parsePayload, URGENT, type Intent } from "../intents/intent.ts"
import { understand } from "../intents/understand.ts"
import { answer, answerText, byPerson, type Utterance } from "../leave.ts"
import { without, type State } from "../state.ts"
import { turnOf, type AskedAlert, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { findCardChoice } from "./cards.ts"
import { bankName, callButton, menuChips, postback } from "./choices.ts"
import { closedWords, keptWords, withCall } from "./desk-words.ts"
import { findCode } from "./link.ts"
import { findAccountTitle } from "./transactions.ts"
import { urgent } from "./urgent.ts"

/** Who was asked for a message and wrote nothing this long is asked anew. */
const LEAVING_MS = HOUR_MS
/** What somebody says again and again who does not get on. */
const CIRCLES: ReadonlySet<Intent> = new Set(["connect", "no_code", "how_it_works"])
const FOLLOWING: ReadonlySet<string> = new Set(["CARD", "NOT_MY_LINK"])
const CIRCLE_TURNS = 3
const CIRCLE_MS = 10 * MINUTE_MS

/** "A person": the line, the Page's Inbox, a message for later, or the bank's number where its people do not answer here. */
export const callPerson: Flow = (state, context, intent) => {
  const { desk: way, hours, timeZone } = context.bank
  const { desk } = state
  if (!way || state.erasing) return urgent(state, context, intent)
  if (desk?.phase === "with_person") return turnOf(state, [], { urgent: true })
  const opening = openingAt(hours, timeZone, context.now)
  if (desk?.phase === "joining" || desk?.phase === "waiting") {
    if (!opening.open) {
      const words = desk.kind === "message" ? keptWords(state, context) : closedWords(state, context, opening)
      return turnOf(state, [words], { urgent: true })
    }
    return turnOf({ ...state, desk: owing(desk, { kind: "join" }) }, [], { urgent: true })
  }
  const thread = `desk_${context.questionId}`
  const begin = (phase: Desk["phase"], ...owed: readonly DeskWord[]): State => ({
    ...state,
    misses: 0,
    desk: createDesk(thread, phase, context.now, owed),
  })
  if (!opening.open) return turnOf(begin("leaving"), [closedWords(state, context, opening)], { urgent: true })
  if (way === "inbox")
    return turnOf(begin("inbox", { kind: "hand_over" }), [withCall(state, context, "desk_inbox")], {
      urgent: true,
    })
  return turnOf(begin("joining", { kind: "join" }), [], { urgent: true })
}

/** What a message means beside the people: kept for them, answered by nobody, or left to the assistant.
 * @returns the state with it kept, and the turn where the assistant has nothing to say to it */
export function besidePeople(
  state: State,
  event: MessengerEvent,
  { alert, card }: { readonly alert?: AskedAlert | undefined; readonly card?: boolean | undefined },
  context: TurnContext,
): { readonly state: State; readonly turn?: Turn } {
  const { desk } = state
  if (!desk) return { state }
  if (desk.phase === "inbox") return backFromInbox(state, desk, event, context)
  const said = saidIn(event)
  if (!said || (state.offer && findCode(said.text) !== undefined)) return { state }
  const intent = intentOf(said, state)
  const spoken = said.payload === undefined
  const atWork = desk.phase === "joining" || desk.phase === "waiting" || desk.phase === "with_person"
  const kept: State =
    atWork && (spoken || desk.phase === "with_person")
      ? {
          ...state,
          desk: owing(logged(desk, { at: event.at, from: "customer", text: said.text }), { kind: "wrote" }),
        }
      : state
  if (alert || card || (intent && URGENT.has(intent) && intent !== "human")) return { state: kept }
  if (followsUrgent(said, state)) return { state: kept }
  if (desk.held && desk.held.length > 0) return { state: kept, turn: readHeld(kept, desk.held) }
  if (desk.phase === "with_person") return { state: kept, turn: turnOf({ ...kept, misses: 0 }) }
  if (!spoken || intent || findAccountTitle(state, said.text) !== undefined) return { state }
  if (desk.phase === "leaving") return leaveMessage(state, desk, said.text, event.at, context)
  if (!atWork) return { state }
  const noted: State = { ...kept, misses: 0, desk: { ...(kept.desk ?? desk), noted: true } }
  return { state: kept, turn: turnOf(noted, desk.noted ? [] : [withCall(state, context, "desk_noted")]) }
}

/** Whether it helped: counted once a thread. */
export const rateHelp: Flow = (state, context, intent) => {
  const { desk } = state
  const rated: State =
    desk?.phase === "closed" && !desk.rated
      ? {
          ...state,
          desk: { ...owing(desk, { kind: "rated", satisfied: intent === "help_yes" }), rated: true },
        }
      : state
  const text = answerText(state.language, "desk_thanks", { bank: bankName(context) })
  return turnOf(rated, [answer({ kind: "text", text, quickReplies: menuChips(state) })])
}

/** Whoever is erased leaves the line. */
export function leaveLine(state: State): State {
  const { desk } = state
  if (!desk || desk.phase === "closed" || desk.phase === "leaving") return without(state, "desk")
  const { held: _, agent: __, ...rest } = ended(desk, { kind: "left" })
  return { ...state, desk: rest }
}

/** When a thread nobody closed has come to its term. */
export function deskDueAt({ desk }: State): number | undefined {
  return desk && desk.owed.length === 0 ? desk.since + DESK_KEPT_MS : undefined
}

/** A thread nobody closed ends, and what was said in it goes. */
export function passDeskTime(state: State, { now }: TurnContext): State {
  const { desk } = state
  if (!desk || now < (deskDueAt(state) ?? Infinity)) return state
  return desk.phase === "closed" || desk.phase === "leaving"
    ? without(state, "desk")
    : { ...state, desk: { ...ended(desk, { kind: "left" }), since: now } }
}

/** Whoever asks for the same way in a third time in a row is not helped by the same words: a person is offered beside them. */
export function breakCircle(taken: Turn, intent: Intent, context: TurnContext): Turn {
  const { circling, ...state } = taken.state
  if (!CIRCLES.has(intent)) return circling ? { ...taken, state } : taken
  const same = circling?.intent === intent && context.now < circling.since + CIRCLE_MS ? circling : undefined
  const { times, since } = same ?? { times: 0, since: context.now }
  if (times + 1 < CIRCLE_TURNS)
    return { ...taken, state: { ...state, circling: { intent, times: times + 1, since } } }
  return { ...taken, state, say: [...taken.say, offerPerson(state, context)] }
}

/** Shall a person help? */
export function offerPerson(state: State, context: TurnContext): Utterance {
  return answer({
    kind: "buttons",
    text: answerText(state.language, "not_understood_twice", { bank: bankName(context) }),
    buttons: [callButton(state, context), postback(state.language, "human_button", "HUMAN")],
    quickReplies: menuChips(state),
  })
}

// In the Page's Inbox.

/** The thread is with the assistant again: given back, or its control lapsed and the person wrote to us. */
function backFromInbox(
  state: State,
  desk: Desk,
  event: MessengerEvent,
  context: TurnContext,
): { readonly state: State; readonly turn?: Turn } {
  const handedOver = !desk.owed.some(({ kind }) => kind === "hand_over")
  if (!handedOver || event.kind === "overheard" || holderAt(state.thread ?? IDLE, context.now) === "other")
    return { state }
  const back: State = { ...state, desk: { ...ended(desk, { kind: "left" }), owed: [] } }
  if (event.kind !== "thread_control") return { state: back }
  return { state: back, turn: turnOf(back, [backWords(state)]) }
}

function backWords(state: State): Utterance {
  const text = answerText(state.language, "desk_back")
  return answer({ kind: "text", text, quickReplies: menuChips(state) })
}

/** People took the thread without being asked, and gave it back: the assistant says that it is there again. */
export function backUnasked(before: State, state: State, event: MessengerEvent, context: TurnContext): Turn {
  const heldBy = ({ thread = IDLE }: State) => holderAt(thread, context.now)
  const back = event.kind === "thread_control" && heldBy(before) === "other" && heldBy(state) !== "other"
  return turnOf(state, back ? [backWords(state)] : [])
}

// What was said, and what it means.

interface Said {
  readonly text: string
  readonly payload?: string | undefined
}

function saidIn(event: MessengerEvent): Said | undefined {
  if (event.kind === "postback") return { text: event.title, payload: event.payload }
  if (event.kind !== "message") return undefined
  const { text, payload, attachments } = event
  return { text: text.trim() === "" && attachments.length > 0 ? "[attachment]" : text, payload }
}

function intentOf({ text, payload }: Said, { language }: State): Intent | undefined {
  const parsed = payload === undefined ? undefined : parsePayload(payload)
  if (!parsed) return understand(text, language)?.intent
  return parsed.action === "FRAUD" ? "fraud" : findIntent(parsed.action)
}

/** The next step of what cannot wait: which card is to be frozen, and [That wasn't me] under the news of another chat. */
function followsUrgent({ text, payload }: Said, state: State): boolean {
  if (payload === undefined) return findCardChoice(state, text) !== undefined
  return FOLLOWING.has(parsePayload(payload)?.action ?? "")
}

function leaveMessage(
  state: State,
  desk: Desk,
  text: string,
  at: number,
  context: TurnContext,
): { readonly state: State; readonly turn?: Turn } {
  if (context.now >= desk.since + LEAVING_MS) return { state: without(state, "desk") }
  const left = owing({ ...logged(desk, { at, from: "customer", text }), phase: "joining" }, { kind: "join" })
  return { state, turn: turnOf({ ...state, misses: 0, desk: left }) }
}

// Words.

function readHeld(state: State, held: readonly string[]): Turn {
  const { held: _, ...rest } = state.desk ?? createDesk("", "closed", 0, [])
  const said = held.map((text) => byPerson(text, state.desk?.persona))
  return turnOf({ ...state, desk: rest }, said, { urgent: true })
}
