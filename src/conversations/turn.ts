// One turn of a conversation, pure: (state, event, context) -> state, words and effects. No I/O, no clock, no randomness.
// Urgent meanings are heard before anything else, in every state (P8). Dialogues are in flows/.

import { MINUTE_MS } from "../foundation/clock.ts"
import type { EndReason } from "../links/link-store.ts"
import type { AccountLinking, MessageReceived, MessengerEvent } from "../messenger/event.ts"
import { hearThread, IDLE } from "../messenger/thread.ts"
import type { PhraseKey } from "../phrases/en.ts"
import { answer, answerText } from "./leave.ts"
import { findIntent, parsePayload, URGENT, type Intent } from "./intents/intent.ts"
import { findScript, understand } from "./intents/understand.ts"
import { reconciled } from "./consent-change.ts"
import { ending, without, type State } from "./state.ts"
import { hearChange, loseActs, passTime } from "./turn-time.ts"
import {
  turnOf,
  type AskedAlert,
  type Flow,
  type RefusedFact,
  type Turn,
  type TurnContext,
  type TurnEvent,
} from "./turn-context.ts"
import { askForHeld, chooseAlerts, heldShown, showAlerts, typeAlerts } from "./flows/alerts.ts"
import { complain, help } from "./flows/bank-pages.ts"
import { askBalance, tellBalance } from "./flows/balance.ts"
import {
  chooseCard,
  findCardChoice,
  freezeAllCards,
  freezeCards,
  loseCard,
  reportFraud,
  tellCards,
  unfreezeCards,
} from "./flows/cards.ts"
import { disputePayment, hearDispute, tapDispute, tellDispute } from "./flows/dispute.ts"
import { askToDelete, beErased, confirmDelete, confirmed, keepData } from "./flows/delete-data.ts"
import { answerAlert, askOnceMore, takeBack, tellFraud } from "./flows/fraud.ts"
import { askForCode, findCode, finishOpening, hearPresented, showCodeAgain, tryCode } from "./flows/link.ts"
import { hearDesk } from "./flows/desk-news.ts"
import { backUnasked, besidePeople, breakCircle, callPerson, rateHelp } from "./flows/human.ts"
import { enter, showMyData } from "./flows/my-data.ts"
import { sayWhere } from "./flows/never-here.ts"
import { choosePurpose, stopPurpose, switchOnOffered, tellRecorded, wishOwn } from "./flows/purposes.ts"
import { renew } from "./flows/renewal.ts"
import { hearLinkedElsewhere, refuseElsewhere } from "./flows/linked-elsewhere.ts"
import { disconnect, endLink, keepFraudAlerts, stop, undoStop } from "./flows/stop.ts"
import {
  askMoreTransactions,
  askTransactions,
  chooseAccount,
  findAccountTitle,
  tellTransactions,
} from "./flows/transactions.ts"
import {
  answerAttachment,
  chooseLanguage,
  connect,
  explain,
  greet,
  misunderstand,
  speak,
  warnOfCard,
} from "./flows/welcome.ts"

/** Qualifying actions. @see messenger-platform.md 4.2 */
const OPENS_WINDOW: ReadonlySet<MessengerEvent["kind"]> = new Set([
  "message",
  "postback",
  "reaction",
  "referral",
])

/** Turns a person gets in a minute; urgent ones are excepted (P15). */
export const TURNS_A_MINUTE_MAX = 20

const FLOWS: Readonly<Record<Intent, Flow>> = {
  fraud: reportFraud,
  fraud_mistake: takeBack,
  lost_card: loseCard,
  freeze_card: freezeCards,
  freeze_all: freezeAllCards,
  unfreeze_card: unfreezeCards,
  dispute: disputePayment,
  human: callPerson,
  delete_data: askToDelete,
  delete_confirm: confirmDelete,
  delete_cancel: keepData,
  stop_balances: stopPurpose("balance_updates"),
  stop_payments: stopPurpose("transaction_alerts"),
  stop_fraud: stopPurpose("fraud_alerts"),
  stop_receipts: stopPurpose("receipts"),
  stop_parcels: stopPurpose("shipping_updates"),
  stop,
  stop_keep_fraud: keepFraudAlerts,
  stop_now: disconnect,
  stop_undo: undoStop,
  greeting: greet,
  balance: askBalance,
  transactions: askTransactions,
  more_transactions: askMoreTransactions,
  help,
  complain,
  connect,
  no_code: showCodeAgain,
  how_it_works: explain,
  language: chooseLanguage,
  my_data: showMyData,
  renew,
  switch_on: switchOnOffered,
  transfer: sayWhere("never_transfer"),
  new_payee: sayWhere("never_payee"),
  full_number: sayWhere("never_number"),
  change_details: sayWhere("never_details"),
  alerts: showAlerts,
  alerts_above: typeAlerts,
  alerts_digest: typeAlerts,
  alerts_all: typeAlerts,
  mute_today: typeAlerts,
  unmute: typeAlerts,
  updates: askForHeld,
  help_yes: rateHelp,
  help_no: rateHelp,
  read_answer: help,
  try_again: (state, context) => FLOWS[state.again ?? "help"](state, context, state.again ?? "help"),
}

/** Take one turn. */
export function turn(state: State, event: TurnEvent, context: TurnContext): Turn {
  const taken = takeTurn(state, event, context)
  // However a link ended: what the bank still owed under it is not lost without a word.
  if (taken.state.consent?.link === state.consent?.link) return taken
  const lost = loseActs(taken.state, context)
  return { ...taken, state: lost.state, say: [...taken.say, ...lost.say] }
}

function takeTurn(state: State, event: TurnEvent, context: TurnContext): Turn {
  switch (event.kind) {
    case "messenger":
      return hear(state, event, context)
    case "offered":
      return askForCode(state, context, event.offer)
    case "linked_elsewhere":
      return hearLinkedElsewhere(state, context, event.link)
    case "opened":
      return finishOpening(state, context, event.offer, event.opened)
    case "bank_answered":
      return hearBank(state, event, context)
    case "link_ended":
      return hearEnded(state, event, context)
    case "consent_wished":
      return turnOf(wishOwn(state, context, event.link, event.wish))
    case "consent_recorded":
      return tellRecorded(state, context, event.change, event.mark)
    case "consent_proven":
      return turnOf(reconciled(state, event.proven, context.questionId, context.now))
    case "closed":
      return turnOf({ ...state, ending: state.ending.filter((each) => each.link !== event.link) })
    case "entered":
      return enter(state, event.entry, context)
    case "erase":
      return beErased(state, context, event)
    case "erasure_requested":
      return turnOf(confirmed(state))
    case "silence":
      return askOnceMore(state, event.alert, event.utterance)
    case "bank_changed":
      return turnOf(hearChange(state, event, context.now))
    case "held_shown":
      return heldShown(state, event.none)
    case "desk":
      return hearDesk(state, event.news, context)
    case "refused":
      return hearRefused(state, event.fact, context)
    case "time":
      return passTime(state, context, event.quiet ?? false)
  }
}

function hear(
  state: State,
  { event, alert, card, presented }: TurnEvent & { readonly kind: "messenger" },
  context: TurnContext,
): Turn {
  const met = placed(state, event, context)
  if (presented) {
    const asked = hearPresented(met, context, presented)
    // What opens a chat by the link says nothing more than that; but a lost card is heard first (P8).
    const heard = hear(asked.state, { kind: "messenger", event, ...(card ? { card } : {}) }, context)
    return heard.urgent ? { ...heard, say: [...heard.say, ...asked.say] } : asked
  }
  const { state: known, turn: silent } = besidePeople(met, event, { alert, card }, context)
  if (silent) return silent
  switch (event.kind) {
    case "message":
      if (card) return hearCard(known, event, context)
      return hearMessage(known, event, alert, context)
    case "postback":
      return hearPayload(known, event.payload, event.title, alert, context)
    case "account_linking":
      return hearLogOut(known, event, context)
    case "overheard":
      // Said to somebody else: it is never answered. A Log Out is Messenger's own and counts wherever it is heard.
      return event.event.kind === "account_linking"
        ? { ...hearLogOut(known, event.event, context), say: [] }
        : turnOf(known)
    default:
      return backUnasked(state, known, event, context)
  }
}

/** What an event tells besides what it says: who holds the thread, that the person is there, that the window is open. */
function placed(state: State, event: MessengerEvent, { appId }: TurnContext): State {
  const thread = hearThread(state.thread ?? IDLE, event, appId)
  const known: State = thread === (state.thread ?? IDLE) ? state : { ...state, thread }
  const act = event.kind === "overheard" ? event.event : event
  if (!OPENS_WINDOW.has(act.kind)) return known
  const there = opened(known.suspendedAt === undefined ? known : without(known, "suspendedAt"), act.at)
  const newest = act.kind === "message" && act.at > (there.lastMessageAt ?? 0)
  return newest ? { ...there, lastMessageAt: act.at } : there
}

/** `linked` proves nothing (P11): only the code makes a link live. Log Out ends one, unless it was said of an earlier one. */
function hearLogOut(state: State, event: AccountLinking, context: TurnContext): Turn {
  return event.status === "unlinked" && state.consent && event.at >= (state.linkedAt ?? 0)
    ? endLink(state, context, "disconnected", "log_out")
    : turnOf(state)
}

/** What the platform said of the person when it refused a message. */
function hearRefused(state: State, fact: RefusedFact, { now }: TurnContext): Turn {
  switch (fact) {
    case "unavailable":
      return turnOf({ ...state, suspendedAt: now })
    case "region":
      return turnOf({ ...state, regionRefusedAt: now })
    case "thread":
      return turnOf({ ...state, thread: { v: 1, holder: "other", at: now } })
  }
}

/** A card number was typed. What else was said with it may be urgent and is not lost by that (P8). */
function hearCard(state: State, event: MessageReceived, context: TurnContext): Turn {
  const written = state.languageChosen ? undefined : findScript(event.text)
  const speaking: State = { ...state, language: written ?? state.language }
  const heard = understand(event.text, speaking.language)
  const slowed = heard && URGENT.has(heard.intent) ? undefined : slowDown(speaking, context)
  if (slowed) return slowed
  const warned = warnOfCard(counting(speaking, context))
  if (!heard || !URGENT.has(heard.intent)) return warned
  const followed = follow(warned.state, heard.intent, context)
  return { ...followed, say: [...followed.say, ...warned.say] }
}

/** A qualifying action opens the platform's window. */
function opened(state: State, at: number): State {
  return at > state.lastActionAt ? { ...state, lastActionAt: at } : state
}

function hearMessage(
  state: State,
  event: MessageReceived,
  alert: AskedAlert | undefined,
  context: TurnContext,
): Turn {
  if (event.payload !== undefined) return hearPayload(state, event.payload, event.text, alert, context)
  const code = state.offer ? findCode(event.text) : undefined
  if (code !== undefined) return tryCode(state, context, code)
  const written = state.languageChosen ? undefined : findScript(event.text)
  if (alert) return answerAlert(state, context, alert)
  const disputed = hearDispute(state, context, event)
  if (disputed) return disputed
  const card = findCardChoice(state, event.text)
  if (card) return chooseCard(state, context, card.id, card.nth)
  const account = findAccountTitle(state, event.text)
  if (account !== undefined)
    return slowDown(state, context) ?? chooseAccount(counting(state, context), context, account)
  const heard = understand(event.text, written ?? state.language)
  const language = state.languageChosen ? state.language : (heard?.language ?? written ?? state.language)
  const speaking: State = { ...state, language }
  if (heard) return follow(speaking, heard.intent, context)
  const slowed = slowDown(speaking, context)
  if (slowed) return slowed
  const counted = counting(speaking, context)
  return event.text.trim() === "" && event.attachments.length > 0
    ? answerAttachment(counted)
    : misunderstand(counted, context)
}

function hearPayload(
  state: State,
  payload: string,
  title: string,
  alert: AskedAlert | undefined,
  context: TurnContext,
): Turn {
  const parsed = parsePayload(payload)
  if (!parsed) {
    const heard = understand(title, state.language)
    return heard ? follow(state, heard.intent, context) : greet(counting(state, context), context, "greeting")
  }
  const [first = ""] = parsed.parts
  switch (parsed.action) {
    case "FRAUD":
      return first ? answerAlert(state, context, alert) : follow(state, "fraud", context)
    case "DISPUTE":
      return (
        slowDown(state, context) ??
        tapDispute(counting(state, context), context, first, parsed.parts[1] ?? "")
      )
    case "CARD":
      return chooseCard(state, context, first, parsed.parts[1] ?? "")
    case "SPEAK":
      return speak(counting(state, context), context, first)
    case "ACCOUNT":
      return slowDown(state, context) ?? chooseAccount(counting(state, context), context, first)
    case "PURPOSE":
      return choosePurpose(counting(state, context), context, first, parsed.parts[1] ?? "")
    case "ALERTS":
      return slowDown(state, context) ?? chooseAlerts(counting(state, context), context, parsed.parts)
    case "UPDATES":
      return slowDown(state, context) ?? askForHeld(counting(state, context), context)
    case "NOT_MY_LINK":
      return refuseElsewhere(state, context, first)
    case "GET_STARTED":
      return follow(state, "greeting", context)
    default: {
      const intent = findIntent(parsed.action)
      return intent ? follow(state, intent, context) : misunderstand(counting(state, context), context)
    }
  }
}

function follow(state: State, intent: Intent, context: TurnContext): Turn {
  const understood: State = { ...state, misses: 0 }
  if (URGENT.has(intent)) return FLOWS[intent](understood, context, intent)
  const slowed = slowDown(understood, context)
  if (slowed) return slowed
  return breakCircle(FLOWS[intent](counting(understood, context), context, intent), intent, context)
}

function counting(state: State, context: TurnContext): State {
  const minute = Math.floor(context.now / MINUTE_MS)
  return { ...state, pace: { minute, turns: state.pace.minute === minute ? state.pace.turns + 1 : 1 } }
}

/** The turn beyond the last allowed one says so once; those after it say nothing. */
function slowDown(state: State, context: TurnContext): Turn | undefined {
  const minute = Math.floor(context.now / MINUTE_MS)
  if (state.pace.minute !== minute || state.pace.turns < TURNS_A_MINUTE_MAX) return undefined
  const first = state.pace.turns === TURNS_A_MINUTE_MAX
  const text = answerText(state.language, "too_many")
  return turnOf(counting(state, context), first ? [answer({ kind: "text", text })] : [])
}

/** A link ends by somebody else's word: the live one is said to have ended, where that is right; a pending one only goes. */
function hearEnded(
  state: State,
  { link, reason, silent, by }: TurnEvent & { readonly kind: "link_ended" },
  context: TurnContext,
): Turn {
  if (state.consent?.link === link) {
    const ended = endLink(state, context, reason, ENDED_WORDS[reason] ?? "link_again")
    return { ...ended, state: ending(ended.state, link, reason, by), say: silent ? [] : ended.say }
  }
  const offer = state.offer?.link === link ? (["offer"] as const) : []
  const opening = state.opening?.link === link ? (["opening"] as const) : []
  if (offer.length + opening.length === 0) return turnOf(state)
  return turnOf(ending(without(state, ...offer, ...opening), link, reason, by))
}

/** Neutral words: who ended it and why is said where the person did it themselves. */
const ENDED_WORDS: Readonly<Partial<Record<EndReason, PhraseKey>>> = {
  disconnected: "stop_now",
  idle: "link_idle",
}

function hearBank(
  state: State,
  event: TurnEvent & { readonly kind: "bank_answered" },
  context: TurnContext,
): Turn {
  const { question, answer: bankAnswer } = event
  if (!state.questions.some((each) => each.id === question.id)) return turnOf(state)
  const answered: State = { ...state, questions: state.questions.filter((each) => each.id !== question.id) }
  if (bankAnswer.kind === "balances") return tellBalance(answered, context, bankAnswer.result)
  if (bankAnswer.kind === "transactions" && question.kind === "transactions")
    return tellTransactions(answered, context, question, bankAnswer.result)
  if ("dispute" in question) return tellDispute(answered, context, question, bankAnswer)
  if ("act" in question) return tellCards(answered, context, question, bankAnswer)
  if ("alert" in question) return tellFraud(answered, context, question, bankAnswer)
  return turnOf(answered)
}
