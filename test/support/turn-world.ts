// One turn after another without an object: states, a context whose time is given, what was said as plain texts.
import type { MessengerEvent } from "../../src/messenger/event.ts"
import type { Consent } from "../../src/links/consent.ts"
import { DAY_MS, MINUTE_MS } from "../../src/foundation/clock.ts"
import { createDesk } from "../../src/conversations/desk-state.ts"
import { createState, type State } from "../../src/conversations/state.ts"
import { turn } from "../../src/conversations/turn.ts"
import type { Turn, TurnContext, TurnEvent } from "../../src/conversations/turn-context.ts"
import { APP_ID, BANK, NOON, offer, PSID, text, WHOM } from "./person-builders.ts"

/** The context of a turn at an instant. */
export function contextAt(now: number = NOON, bank: Partial<TurnContext["bank"]> = {}): TurnContext {
  return {
    now,
    order: now,
    questionId: `q-${now}`,
    bank: { ...BANK, ...bank },
    ways: BANK,
    ownDataUrl: BANK.ownDataUrl,
    erasureUrl: BANK.erasureUrl,
    appId: APP_ID,
  }
}

/** A consent as the code made it. */
export function consent(more: Partial<Consent> = {}): Consent {
  const { link, bank, bankName, purposes, accounts, showAmounts, givenAt, until, epoch, recordHash } = offer()
  return {
    v: 1,
    link,
    bank,
    bankName,
    purposes,
    accounts,
    showAmounts,
    givenAt,
    until,
    epoch,
    recordHash,
    ...more,
  }
}

/** A person nobody has talked to, and more. */
export function person(more: Partial<State> = {}): State {
  return { ...createState({ page: WHOM.page, bank: WHOM.bank, psid: PSID, language: "en" }), ...more }
}

/** Somebody in each state there is. */
export const STATES: Readonly<Record<string, State>> = {
  unlinked: person(),
  "asked for a code": person({ offer: { ...offer(), triesLeft: 3 } }),
  "going live": person({ opening: offer() }),
  linked: person({ consent: consent() }),
  stopped: person({ consent: consent(), stopped: { at: NOON, endsAt: NOON + 7 * DAY_MS, keepFraud: false } }),
  "waiting for the bank": person({
    consent: consent(),
    questions: [{ kind: "balances", id: "q", order: NOON - 1, askedAt: NOON - 1 }],
  }),
  "past 20 turns this minute": person({
    consent: consent(),
    pace: { minute: Math.floor(NOON / MINUTE_MS), turns: 40 },
  }),
  "asked for a message": person({ desk: createDesk("desk_1", "leaving", NOON, []) }),
  "in the line": person({ consent: consent(), desk: createDesk("desk_1", "waiting", NOON, []) }),
  "with a person": person({ consent: consent(), desk: createDesk("desk_1", "with_person", NOON, []) }),
  "misunderstood twice": person({ misses: 2 }),
}

/** Take a turn with what Messenger brought. */
export function hear(
  state: State,
  event: MessengerEvent,
  context: TurnContext = contextAt(),
  card = false,
): Turn {
  return turn(state, { kind: "messenger", event, card }, context)
}

/** Take a turn with a text. */
export function say(state: State, said: string, context: TurnContext = contextAt()): Turn {
  return hear(state, text(said, context.now), context)
}

/** Take a turn with anything else. */
export function take(state: State, event: TurnEvent, context: TurnContext = contextAt()): Turn {
  return turn(state, event, context)
}

/** The words of a turn. */
export function wordsOf(taken: Turn): readonly string[] {
  return taken.say.map(({ message }) => (message.kind === "template" ? message.name : message.text))
}

/** Titles and payloads of everything that can be tapped under a turn's words. */
export function choicesOf(taken: Turn): readonly string[] {
  return taken.say.flatMap(({ message }) => {
    if (message.kind === "template") return []
    const buttons = message.kind === "buttons" ? message.buttons : []
    return [
      ...buttons.map((button) => (button.kind === "log_in" ? "Log In" : button.title)),
      ...(message.quickReplies ?? []).map(({ title }) => title),
    ]
  })
}
