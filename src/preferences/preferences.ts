// What a person wants to hear, and when: the shape and its limits. It narrows what the consent allows and never widens it, so a bank's
// default can hold back or put off, and switch nothing on. Pure; lies sealed in the Conversation's state. What follows from it is wants.ts.

import { parseMoney } from "../foundation/money.ts"
import { isPurpose, type Purpose } from "../foundation/purpose.ts"
import { DAY_MINUTES, isZone } from "./local-time.ts"

/** An exact amount as text, and its currency. */
export interface Amount {
  readonly value: string
  readonly currency: string
}

/** What is wanted of one purpose, or of one account of it. All that is left out is wanted. */
export interface Rule {
  /** Nothing of it. */
  readonly off?: boolean
  /** Payments of at least this much. One in another currency is told: nobody here knows rates. */
  readonly from?: Amount
  readonly direction?: "in" | "out"
  /** Payments abroad only. */
  readonly foreignOnly?: boolean
  /** Payments without the card at hand only. */
  readonly remoteOnly?: boolean
  /** A balance only where it is below this. */
  readonly below?: Amount
  /** Payments at these kinds of merchant only: ISO 18245 codes. */
  readonly categories?: readonly string[]
  /** Payments in these countries only: ISO 3166-1 alpha-2. */
  readonly countries?: readonly string[]
}

/** A stretch of each day, in minutes since midnight; over midnight where `to` is not after `from`. */
export interface Quiet {
  readonly from: number
  readonly to: number
}

/** Everything somebody wants otherwise than at once and all of it. */
export interface Preferences {
  readonly v: 1
  /** IANA zone of the person; the bank's where it is left out. */
  readonly zone?: string
  readonly quiet?: Quiet
  /** Minute of the day of the one summary a day. */
  readonly digestAt?: number
  /** Messages a day; what is more waits for the next morning. */
  readonly maxADay?: number
  /** "Mute today" holds until then. */
  readonly mutedUntil?: number
  /** By purpose, or `purpose|account` for one account. */
  readonly rules: Readonly<Record<string, Rule>>
}

/** Nothing is wanted otherwise. */
export const EVERYTHING: Preferences = { v: 1, rules: {} }
/** Morning, for what was put off till the next day … */
export const MORNING = 8 * 60
/** … and the hour of a daily summary where nobody chose one. */
export const EVENING = 18 * 60
/** More a day is no limit. */
export const MAX_A_DAY = 50
const RULES_MAX = 60
const CODES_MAX = 30

/** What holds for somebody: their own where they ever chose, else the bank's default. */
export function holding(own: Preferences | undefined, defaults: Preferences | undefined): Preferences {
  return own ?? defaults ?? EVERYTHING
}

/** The name of a rule. */
export function ruleName(purpose: Purpose, account?: string): string {
  return account === undefined ? purpose : `${purpose}|${account}`
}

/** What holds for one account of a purpose: its own rule stands before the purpose's, member by member. */
export function ruleOf({ rules }: Preferences, purpose: Purpose, account?: string): Rule {
  return {
    ...rules[ruleName(purpose)],
    ...(account === undefined ? {} : rules[ruleName(purpose, account)]),
  }
}

/** With another rule; one that says nothing is left out. */
export function withRule(preferences: Preferences, name: string, rule: Rule): Preferences {
  const { [name]: _before, ...rest } = preferences.rules
  const rules = Object.keys(rule).length > 0 ? { ...rest, [name]: rule } : rest
  return { ...preferences, rules }
}

/** Why preferences are none: the member that is wrong. */
export function faultOf(preferences: Preferences): string | undefined {
  const { zone, quiet, digestAt, maxADay, rules } = preferences
  if (zone !== undefined && !isZone(zone)) return "zone"
  if (quiet && (!isMinute(quiet.from) || !isMinute(quiet.to) || quiet.from === quiet.to)) return "quiet"
  if (digestAt !== undefined && !isMinute(digestAt)) return "digestAt"
  if (maxADay !== undefined && (!Number.isInteger(maxADay) || maxADay < 1 || maxADay > MAX_A_DAY))
    return "maxADay"
  const named = Object.entries(rules)
  if (named.length > RULES_MAX) return "rules"
  const wrong = named.find(([name, rule]) => !isPurpose(name.split("|")[0]) || !isRule(rule))
  return wrong && `rules.${wrong[0]}`
}

function isRule({ from, below, categories = [], countries = [] }: Rule): boolean {
  return (
    (from === undefined || (isAmount(from) && !from.value.startsWith("-"))) &&
    (below === undefined || isAmount(below)) &&
    categories.length <= CODES_MAX &&
    categories.every((each) => /^[0-9]{4}$/.test(each)) &&
    countries.length <= CODES_MAX &&
    countries.every((each) => /^[A-Z]{2}$/.test(each))
  )
}

function isAmount({ value, currency }: Amount): boolean {
  return parseMoney(value, currency).ok
}

function isMinute(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < DAY_MINUTES
}
