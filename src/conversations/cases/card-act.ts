// Freezing cards, and the way to using one again, pure: (act, event) -> act, what to ask the bank, what to say. Freezing takes one tap and
// no proof, and is carried until the bank has done it; using a card again is the bank's own page, and the chat says what came of it. No
// words and no I/O in here: words are flows/cards.ts, asking is ask.ts.
//
//   listing ─> choosing ─> freezing ─> over          freeze_all needs no choice: its button was the tap
//                  │          └─> owing ─> freezing   again and again, for three days
//                  └────> leading ─> waiting ─> over  the bank's page, for ten minutes

import type { ListedCard } from "../../banks/actions.ts"
import { DAY_MS, MINUTE_MS } from "../../foundation/clock.ts"
import type { LinkId } from "../../foundation/id.ts"
import { retryMs } from "./retry.ts"

export const CARD_STAGES = ["listing", "choosing", "freezing", "owing", "leading", "waiting", "over"] as const
export type CardStage = (typeof CARD_STAGES)[number]

/** What the person wants. */
export type CardAim = "freeze" | "freeze_all" | "restore"

/** One card of an act. `asked`: with the bank now; `owed`: the bank was not reached. */
export interface ActCard {
  readonly ref: string
  readonly last4: string
  readonly is: "offered" | "asked" | "owed" | "frozen" | "refused"
}

/** An act on cards. Stored sealed in the Conversation's state. */
export interface CardAct {
  readonly id: string
  readonly link: LinkId
  readonly aim: CardAim
  readonly stage: CardStage
  readonly cards: readonly ActCard[]
  /** When the person asked for it. */
  readonly at: number
  /** Rounds in which the bank was not reached. */
  readonly tries: number
  /** References of the frozen cards the person has heard of. */
  readonly told?: readonly string[]
  readonly dueAt?: number
}

export type CardEvent =
  | { readonly kind: "listed"; readonly cards: readonly ListedCard[] }
  | { readonly kind: "list_refused" }
  | { readonly kind: "list_unreachable" }
  /** A card was chosen, by its reference. */
  | { readonly kind: "chosen"; readonly ref: string }
  | { readonly kind: "frozen"; readonly ref: string }
  | { readonly kind: "freeze_refused"; readonly ref: string }
  | { readonly kind: "freeze_unreachable"; readonly ref: string }
  | { readonly kind: "page"; readonly url: string }
  | { readonly kind: "page_refused" }
  /** The bank says what a card is now. */
  | { readonly kind: "changed"; readonly ref: string; readonly state: ListedCard["state"] }
  | { readonly kind: "link_ended" }
  | { readonly kind: "time" }

/** What the bank is to be asked: the list, or one act for each reference. */
export type CardAsk =
  | { readonly kind: "list" }
  | { readonly kind: "freeze"; readonly refs: readonly string[] }
  | { readonly kind: "page"; readonly ref: string }

/** What the person is to hear. Cards by their last four digits. */
export type CardSaying =
  | { readonly is: "choose" }
  /** No card is in a state the act could change; `frozen` are so already. */
  | { readonly is: "none"; readonly frozen: readonly string[] }
  | { readonly is: "refused" }
  | { readonly is: "unreachable" }
  | {
      readonly is: "result"
      readonly frozen: readonly string[]
      readonly owed: readonly string[]
      readonly refused: readonly string[]
    }
  | { readonly is: "page"; readonly url: string; readonly last4: string }
  | { readonly is: "nothing_changed" }
  | { readonly is: "given_up"; readonly frozen: readonly string[]; readonly owed: readonly string[] }

export interface CardStep {
  readonly next: CardAct
  readonly ask?: CardAsk
  readonly say?: CardSaying
}

/** A choice that is not made, and a page nobody came back from. */
export const WAIT_MS = 10 * MINUTE_MS
/** The bank is tried again for this long; then the person is told to call. */
export const OWED_MS = 3 * DAY_MS

type Rule = (at: CardAct, event: CardEvent, now: number) => CardStep | undefined
type Rules = Readonly<Record<CardStage, Partial<Record<CardEvent["kind"], Rule>>>>

/** Begin an act: the bank is asked for the cards. */
export function beginCardAct(id: string, link: LinkId, aim: CardAim, now: number): CardStep {
  return { next: { id, link, aim, stage: "listing", cards: [], at: now, tries: 0 }, ask: { kind: "list" } }
}

/** Take one step. A pair that is not in the table changes nothing and says nothing. */
export function stepCard(at: CardAct, event: CardEvent, now: number): CardStep {
  return RULES[at.stage][event.kind]?.(at, event, now) ?? { next: at }
}

const over =
  (say?: CardSaying): Rule =>
  (at) => ({ next: ended(at), ...(say ? { say } : {}) })

const listed: Rule = (at, event, now) => {
  if (event.kind !== "listed") return undefined
  const from = at.aim === "restore" ? "frozen" : "active"
  const cards = event.cards
    .filter(({ state }) => state === from)
    .map(({ ref, last4 }): ActCard => ({ ref, last4, is: "offered" }))
  if (cards.length === 0) {
    const frozen = event.cards.filter(({ state }) => state === "frozen").map(({ last4 }) => last4)
    return { next: ended(at), say: { is: "none", frozen } }
  }
  const found: CardAct = { ...at, cards }
  if (at.aim === "freeze_all") return freezeNow(found, ({ is }) => is === "offered")
  return { next: { ...found, stage: "choosing", dueAt: now + WAIT_MS }, say: { is: "choose" } }
}

const chosen: Rule = (at, event) => {
  const card = event.kind === "chosen" ? at.cards.find(({ ref }) => ref === event.ref) : undefined
  if (!card) return undefined
  if (at.aim === "restore")
    return { next: { ...undated(at), stage: "leading", cards: [card] }, ask: { kind: "page", ref: card.ref } }
  return freezeNow(at, ({ ref }) => ref === card.ref)
}

const cardIs =
  (is: "frozen" | "refused" | "owed"): Rule =>
  (at, event, now) => {
    if (!("ref" in event)) return undefined
    const cards = at.cards.map((card) =>
      card.ref === event.ref && card.is === "asked" ? { ...card, is } : card,
    )
    const next: CardAct = { ...at, cards }
    return cards.some((card) => card.is === "asked") ? { next } : settle(next, now)
  }

/** A round is over: what is owed is tried again later. The first round always speaks, a later one where another card was frozen, and the
 * last: whoever lost a wallet wants to know of each card as soon as the bank has said so. */
function settle(at: CardAct, now: number): CardStep {
  const owed = last4sOf(at, "owed")
  if (owed.length > 0 && now >= at.at + OWED_MS)
    return { next: ended(at), say: { is: "given_up", frozen: last4sOf(at, "frozen"), owed } }
  const say: CardSaying = {
    is: "result",
    frozen: last4sOf(at, "frozen"),
    owed,
    refused: last4sOf(at, "refused"),
  }
  if (owed.length === 0) return { next: ended(at), say }
  const frozen = at.cards.filter(({ is }) => is === "frozen").map(({ ref }) => ref)
  const speaks = at.tries === 0 || frozen.some((ref) => !at.told?.includes(ref))
  const next: CardAct = {
    ...at,
    stage: "owing",
    tries: at.tries + 1,
    told: speaks ? frozen : (at.told ?? []),
    dueAt: now + retryMs(at.tries),
  }
  return speaks ? { next, say } : { next }
}

function freezeNow(at: CardAct, which: (card: ActCard) => boolean): CardStep {
  const cards = at.cards.map((card): ActCard => (which(card) ? { ...card, is: "asked" } : card))
  const refs = cards.filter(({ is }) => is === "asked").map(({ ref }) => ref)
  return { next: { ...undated(at), stage: "freezing", cards }, ask: { kind: "freeze", refs } }
}

const tryAgain: Rule = (at, _, now) =>
  now >= (at.dueAt ?? 0) ? freezeNow(at, ({ is }) => is === "owed") : undefined

/** The bank froze a card we still owe, of itself or at last: it need not be asked again. */
const frozenElsewhere: Rule = (at, event) => {
  if (event.kind !== "changed" || event.state === "active") return undefined
  if (!at.cards.some(({ ref, is }) => ref === event.ref && is === "owed")) return undefined
  const cards = at.cards.map((card): ActCard => (card.ref === event.ref ? { ...card, is: "frozen" } : card))
  return cards.some(({ is }) => is === "owed")
    ? { next: { ...at, cards } }
    : { next: ended({ ...at, cards }) }
}

const lost: Rule = (at) => ({
  next: ended(at),
  say: {
    is: "given_up",
    frozen: last4sOf(at, "frozen"),
    owed: [...last4sOf(at, "owed"), ...last4sOf(at, "asked")],
  },
})

const page: Rule = (at, event, now) => {
  if (event.kind !== "page") return undefined
  const last4 = at.cards[0]?.last4 ?? ""
  return {
    next: { ...at, stage: "waiting", dueAt: now + WAIT_MS },
    say: { is: "page", url: event.url, last4 },
  }
}

const changed: Rule = (at, event) =>
  event.kind === "changed" && at.cards.some(({ ref }) => ref === event.ref) ? { next: ended(at) } : undefined

const whenDue =
  (rule: Rule): Rule =>
  (at, event, now) =>
    now >= (at.dueAt ?? 0) ? rule(at, event, now) : undefined

function undated(at: CardAct): CardAct {
  const { dueAt: _, ...rest } = at
  return rest
}

function ended(at: CardAct): CardAct {
  return { ...undated(at), stage: "over" }
}

function last4sOf(at: CardAct, is: ActCard["is"]): readonly string[] {
  return at.cards.filter((card) => card.is === is).map(({ last4 }) => last4)
}

const RULES: Rules = {
  listing: {
    listed,
    list_refused: over({ is: "refused" }),
    list_unreachable: over({ is: "unreachable" }),
    link_ended: over(),
  },
  choosing: { chosen, time: whenDue(over()), link_ended: over() },
  freezing: {
    frozen: cardIs("frozen"),
    freeze_refused: cardIs("refused"),
    freeze_unreachable: cardIs("owed"),
    link_ended: lost,
  },
  owing: { time: tryAgain, changed: frozenElsewhere, link_ended: lost },
  leading: { page, page_refused: over({ is: "refused" }), link_ended: over() },
  waiting: { changed, time: whenDue(over({ is: "nothing_changed" })), link_ended: over() },
  over: {},
}
