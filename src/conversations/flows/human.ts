// Reaching a person at the bank: asked for at any time, linked or not. The line gives a place; while a person has the thread the assistant
// is silent, and only what cannot wait is still answered by it (P8): a lost card, fraud, stop, delete. Closed hours take a message. What
// agents do comes in as acts. Pure; the line is told by desk-settling.ts, agents' requests are desk-acts.ts.

import { HOUR_MS, MINUTE_MS } from "../../foundation/clock.ts"
import { Grant } from "../../links/grant.ts"
import type { MessengerEvent } from "../../messenger/event.ts"
import type { TemplateMessage } from "../../messenger/message.ts"
import type { TemplateSpec } from "../../messenger/template.ts"
import { holderAt, IDLE } from "../../messenger/thread.ts"
import { phrase } from "../../phrases/catalogue.ts"
import { formatTime, formatWeekday } from "../../phrases/format.ts"
import { openingAt, type Opening } from "../../support/hours.ts"
import type { LinePlace } from "../../support/line-store.ts"
import {
  createDesk,
  DESK_KEPT_MS,
  ended,
  logged,
  owing,
  taken,
  told as toldOf,
  type Desk,
  type DeskNews,
  type DeskWord,
} from "../desk-state.ts"
import { findIntent, parsePayload, renderPayload, URGENT, type Intent } from "../intents/intent.ts"
import { understand } from "../intents/understand.ts"
import { answer, answerText, byPerson, plainText, told, type Utterance } from "../leave.ts"
import { without, type State } from "../state.ts"
import { turnOf, type AskedAlert, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { bankName, callButton, menuChips, postback } from "./choices.ts"
import { findCode } from "./link.ts"
import { findAccountTitle } from "./transactions.ts"
import { urgent } from "./urgent.ts"

/** The name under which a template says that an answer waits. */
export const ANSWER_TEMPLATE = "answer_waiting_v1"

/** Outside the platform's window, where people may not write any more. */
export const ANSWER_TEMPLATES: readonly TemplateSpec[] = [
  {
    name: ANSWER_TEMPLATE,
    language: "en",
    body: "An answer from {{1}} to your question is waiting for you in this chat.",
    examples: ["Demo Bank"],
    buttons: [phrase("en", "answer_button")],
  },
  {
    name: ANSWER_TEMPLATE,
    language: "ar",
    body: "هناك رد من {{1}} على سؤالكم بانتظاركم في هذه المحادثة.",
    examples: ["بنك العرض"],
    buttons: [phrase("ar", "answer_button")],
  },
]

/** Who was asked for a message and wrote nothing this long is asked anew. */
const LEAVING_MS = HOUR_MS
/** What somebody says again and again who does not get on. */
const CIRCLES: ReadonlySet<Intent> = new Set(["connect", "no_code", "how_it_works"])
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
    if (!opening.open && desk.kind === "message")
      return turnOf(state, [keptWords(state, context)], { urgent: true })
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

/** News of the wish: an agent acted, the line knows, the line does not answer. */
export function hearDesk(state: State, act: DeskNews, context: TurnContext): Turn {
  const { desk } = state
  if (!desk) return turnOf(state)
  if (act.kind === "told") return hearTold(state, desk, act, context)
  if (state.erasing) return turnOf(state)
  const bank = bankName(context)
  switch (act.kind) {
    case "claimed": {
      const { draft: _, ...rest } = desk
      const claimed: State = {
        ...state,
        desk: { ...toldOf(rest, { kind: "join" }), phase: "with_person", agent: act.name },
      }
      const again = desk.phase === "with_person" && desk.agent === act.name
      return turnOf(claimed, again ? [] : [joinedWords(state, act.name, context)], { urgent: true })
    }
    case "said": {
      if (desk.phase !== "with_person" || desk.said.includes(act.id)) return turnOf(state)
      const { draft: _, ...rest } = desk
      const name = desk.agent ?? ""
      const next = taken(logged(rest, { at: context.now, from: "agent", text: act.text, name }), act.id)
      if (!act.held) return turnOf({ ...state, desk: next }, [byPerson(act.text)], { urgent: true })
      const held: State = { ...state, desk: { ...next, held: [...(desk.held ?? []), act.text] } }
      return turnOf(held, desk.held?.length ? [] : [waitingWords(state, context)], { urgent: true })
    }
    case "noted":
      return turnOf({
        ...state,
        desk: logged(desk, { at: context.now, from: "note", text: act.text, name: desk.agent ?? "" }),
      })
    case "drafted":
      return turnOf({ ...state, desk: { ...desk, draft: act.text } })
    case "returned": {
      if (desk.phase !== "with_person") return turnOf(state)
      const values = { name: plainText(desk.agent ?? ""), bank, place: act.place }
      const waiting: State = { ...state, desk: { ...desk, phase: "waiting" } }
      return turnOf(waiting, [withCall(state, context, "desk_returned", values)], { urgent: true })
    }
    case "closed":
      return turnOf({ ...state, desk: ended(desk, { kind: "left" }) }, [leftWords(state, desk)], {
        urgent: true,
      })
    case "outage":
      return desk.phase === "waiting" || desk.phase === "joining"
        ? turnOf(state, [withCall(state, context, "desk_outage", { bank })], { urgent: true })
        : turnOf(state)
    case "unreached":
      return hearUnreached(state, desk, context)
  }
}

/** The line, or the platform, has been told. */
function hearTold(
  state: State,
  desk: Desk,
  { word, place }: { readonly word: DeskWord; readonly place?: LinePlace },
  context: TurnContext,
): Turn {
  const { unreached: _, ...known } = toldOf(desk, word)
  const next: State = { ...state, desk: known }
  if (word.kind === "hand_over")
    return turnOf({ ...next, thread: { v: 1, holder: "other", at: context.now } })
  if (word.kind !== "join" || (desk.phase !== "joining" && desk.phase !== "waiting")) return turnOf(next)
  const waiting: State = { ...next, desk: { ...known, phase: "waiting" } }
  const words =
    desk.kind === "message" ? keptWords(state, context) : placeWords(state, place ?? { place: 1 }, context)
  return turnOf(waiting, [words], { urgent: true })
}

/** The line does not answer: said once, tried on. */
function hearUnreached(state: State, desk: Desk, context: TurnContext): Turn {
  if (desk.unreached) return turnOf(state)
  const bank = bankName(context)
  const next: State = { ...state, desk: { ...desk, unreached: true } }
  const waits = desk.owed.some(({ kind }) => kind === "join" || kind === "hand_over")
  return turnOf(next, waits ? [withCall(state, context, "desk_unreached", { bank })] : [], { urgent: true })
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
  const text = answerText(state.language, "desk_back")
  return { state: back, turn: turnOf(back, [answer({ kind: "text", text, quickReplies: menuChips(state) })]) }
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
  return turnOf({ ...state, desk: rest }, held.map(byPerson), { urgent: true })
}

function withCall(
  state: State,
  context: TurnContext,
  key: Parameters<typeof answerText>[1],
  values: Parameters<typeof answerText>[2] = { bank: bankName(context) },
): Utterance {
  const text = answerText(state.language, key, values)
  return answer({ kind: "buttons", text, buttons: [callButton(state, context)] })
}

function closedWords(
  state: State,
  context: TurnContext,
  opening: Opening & { readonly open: false },
): Utterance {
  const { language } = state
  const { timeZone } = context.bank
  const { opensAt } = opening
  const text =
    opensAt === undefined
      ? answerText(language, "desk_closed_now")
      : answerText(language, "desk_closed", {
          day: plainText(formatWeekday(language, opensAt, timeZone)),
          time: plainText(formatTime(language, opensAt, timeZone)),
        })
  const buttons = [postback(language, "urgent_button", "LOST_CARD"), callButton(state, context)]
  return answer({ kind: "buttons", text, buttons })
}

function placeWords(state: State, { place, estimateMs }: LinePlace, context: TurnContext): Utterance {
  if (estimateMs === undefined) return withCall(state, context, "desk_place", { place })
  const minutes = Math.max(1, Math.ceil(estimateMs / MINUTE_MS))
  return withCall(state, context, "desk_place_usual", { place, minutes })
}

function keptWords(state: State, context: TurnContext): Utterance {
  return withCall(state, context, "desk_message_kept")
}

/** Where agents may see more than what is said, this is where it begins: its receipt names the purpose. */
function joinedWords(state: State, name: string, context: TurnContext): Utterance {
  const text = answerText(state.language, "desk_joined", { name: plainText(name), bank: bankName(context) })
  const grant = Grant.decide(state.consent, "support_chat", context.now)
  return grant.ok ? told(grant.value, { kind: "text", text }) : answer({ kind: "text", text })
}

function leftWords(state: State, desk: Desk): Utterance {
  const { language } = state
  const text = answerText(language, "desk_left", { name: plainText(desk.agent ?? "") })
  const buttons = [
    postback(language, "help_yes_button", "HELP_YES"),
    postback(language, "help_no_button", "HELP_NO"),
  ]
  return answer({ kind: "buttons", text, buttons })
}

function waitingWords(state: State, context: TurnContext): Utterance {
  const bank = bankName(context)
  const { language } = state
  const template: TemplateMessage = {
    kind: "template",
    name: ANSWER_TEMPLATE,
    language,
    body: [bank],
    payloads: [renderPayload("READ_ANSWER")],
  }
  const text = answerText(language, "desk_answer_waits", { bank })
  return { ...answer({ kind: "text", text }), template, author: "person" }
}
