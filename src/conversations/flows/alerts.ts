// "Alerts": what a person wants to hear and when, by quick choices; everything finer is on their own pages. It narrows what is on and
// switches nothing on. Pure. The rules are preferences/, what waited meanwhile is told by held.ts.

import { parseMoney } from "../../foundation/money.ts"
import type { QuickReply } from "../../messenger/message.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { formatMoney, formatTime } from "../../phrases/format.ts"
import { EVENING, holding, ruleOf, withRule, type Preferences } from "../../preferences/preferences.ts"
import { mutedUntil } from "../../preferences/wants.ts"
import { renderPayload, type Intent } from "../intents/intent.ts"
import { answer, answerText, plainText, type Utterance } from "../leave.ts"
import { without, type State } from "../state.ts"
import { turnOf, type Flow, type Turn, type TurnContext } from "../turn-context.ts"
import { answerWithLogIn, answerWithMenu, bankName } from "./choices.ts"

const ACTION = "ALERTS"
/** "Only above 50", in whole units of the currency. */
const QUICK_AMOUNT = "50"
/** The same where a unit is worth little. */
const LARGE_AMOUNT = "5000"
/** Currencies without decimals, of which fifty buy nothing. */
const LARGE: ReadonlySet<string> = new Set(["CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF"])
const PURPOSE = "transaction_alerts"

/** How to hear less: under the third payment of a day. */
export function alertChips(language: Language, currency: string): readonly QuickReply[] {
  const amount = quickAmount(currency)
  return [
    {
      title: phrase(language, "alerts_quick_above", { amount }),
      payload: renderPayload(ACTION, "above", amount, currency),
    },
    chip(language, "alerts_digest_button", "digest"),
    chip(language, "alerts_all_button", "all"),
  ]
}

/** What is set, and the quick choices. */
export const showAlerts: Flow = (state, context) => {
  const { consent } = state
  if (!consent)
    return turnOf(state, [answerWithLogIn(state, context, "connect_first", { bank: bankName(context) })])
  return turnOf(state, [ask(state, context, describe(preferencesOf(state, context)))])
}

/** The same choices, typed by their titles. */
const TYPED: Readonly<Partial<Record<Intent, string>>> = {
  mute_today: "mute",
  unmute: "unmute",
  alerts_digest: "digest",
  alerts_all: "all",
  alerts_above: "above",
}

/** A quick choice was typed. */
export const typeAlerts: Flow = (state, context, intent) => {
  const currency = state.consent?.accounts[0]?.currency ?? ""
  return choose(state, context, TYPED[intent] ?? "", quickAmount(currency), currency)
}

/** A quick choice was tapped. */
export function chooseAlerts(state: State, context: TurnContext, parts: readonly string[]): Turn {
  const [choice = "", value = "", currency = ""] = parts
  return choose(state, context, choice, value, currency)
}

/** The person wants to see what waited. Who speaks is held.ts, once this is stored. */
export function askForHeld(state: State, { now }: TurnContext): Turn {
  return turnOf({ ...state, heldAsked: now }, [], { urgent: true })
}

/** What waited was shown, or there was nothing. */
export function heldShown(state: State, none: boolean): Turn {
  const shown: State = without(state, "heldAsked")
  return turnOf(shown, none ? [answerWithMenu(shown, "held_none")] : [])
}

function choose(state: State, context: TurnContext, choice: string, value = "", currency = ""): Turn {
  const { consent } = state
  if (!consent)
    return turnOf(state, [answerWithLogIn(state, context, "connect_first", { bank: bankName(context) })])
  const before = preferencesOf(state, context)
  const after = changed(before, context, choice, value, currency)
  if (!after) return turnOf(state, [ask(state, context, describe(before))])
  const next: State = { ...state, preferences: after.preferences }
  const said = answerWithMenu(next, after.said, {
    ...(after.amount ? { amount: plainText(after.amount(state.language)) } : {}),
    ...(after.at === undefined
      ? {}
      : {
          time: plainText(
            formatTime(state.language, after.at, after.preferences.zone ?? context.bank.timeZone),
          ),
        }),
  })
  return turnOf(next, [said])
}

interface Change {
  readonly preferences: Preferences
  readonly said: PhraseKey
  readonly amount?: (language: Language) => string
  readonly at?: number
}

function changed(
  before: Preferences,
  context: TurnContext,
  choice: string,
  value: string,
  currency: string,
): Change | undefined {
  const moment = { now: context.now, zone: context.bank.timeZone }
  switch (choice) {
    case "above": {
      const money = parseMoney(value, currency)
      if (!money.ok || value.startsWith("-")) return undefined
      const rule = { ...ruleOf(before, PURPOSE), from: { value, currency } }
      return {
        preferences: withRule(before, PURPOSE, rule),
        said: "alerts_above",
        amount: (language) => formatMoney(language, money.value),
      }
    }
    case "digest":
      return { preferences: { ...before, digestAt: EVENING }, said: "alerts_digest" }
    case "all": {
      const { digestAt: _digest, maxADay: _max, mutedUntil: _muted, ...rest } = before
      const { from: _from, ...rule } = ruleOf(before, PURPOSE)
      return { preferences: withRule(rest, PURPOSE, rule), said: "alerts_all" }
    }
    case "mute": {
      const at = mutedUntil(before, moment)
      return { preferences: { ...before, mutedUntil: at }, said: "alerts_muted", at }
    }
    case "unmute": {
      const { mutedUntil: _muted, ...rest } = before
      return { preferences: rest, said: "alerts_unmuted" }
    }
    default:
      return undefined
  }
}

function quickAmount(currency: string): string {
  return LARGE.has(currency) ? LARGE_AMOUNT : QUICK_AMOUNT
}

function ask(state: State, { now }: TurnContext, key: PhraseKey): Utterance {
  const { language, consent } = state
  const muted = (state.preferences?.mutedUntil ?? 0) > now
  const currency = consent?.accounts[0]?.currency ?? "EUR"
  return answer({
    kind: "text",
    text: answerText(language, key),
    quickReplies: [
      ...alertChips(language, currency),
      muted ? chip(language, "alerts_unmute_button", "unmute") : chip(language, "alerts_mute_button", "mute"),
      { title: phrase(language, "my_data_button"), payload: renderPayload("MY_DATA") },
    ],
  })
}

function describe({ digestAt, rules }: Preferences): PhraseKey {
  if (digestAt !== undefined) return "alerts_now_digest"
  return rules[PURPOSE]?.from ? "alerts_now_above" : "alerts_now_all"
}

function preferencesOf(state: State, { bank }: TurnContext): Preferences {
  return holding(state.preferences, bank.defaults)
}

function chip(language: Language, key: PhraseKey, choice: string): QuickReply {
  return { title: phrase(language, key), payload: renderPayload(ACTION, choice) }
}
