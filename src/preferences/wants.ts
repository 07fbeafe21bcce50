// Whether a person wants to be told of one event now, later or not at all. Pure. What warns of fraud or of a stranger at the account is
// never asked about: it is told at once (P7). What was declined is told at once or not at all, for it is about this very minute.

import type { ToldEvent } from "../banks/event-types.ts"
import type { WireMoney, WireTransaction } from "../banks/event.ts"
import { parseMoney } from "../foundation/money.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { instantOf, localOf, nextAt } from "./local-time.ts"
import { MORNING, ruleOf, type Amount, type Preferences, type Quiet, type Rule } from "./preferences.ts"

/** An event, and what of it counts here. */
export interface Told {
  readonly event: ToldEvent
  readonly purpose: Purpose
  readonly account?: string | undefined
}

/** What else counts. */
export interface Moment {
  readonly now: number
  /** The bank's zone: the person's own stands before it. */
  readonly zone: string
  /** Messages of events since the person's midnight. */
  readonly toldToday: number
}

/** Why something waits. */
export type HoldReason = "quiet_hours" | "digest" | "muted" | "daily_limit"

/** What a person wants. */
export type Wish =
  | { readonly kind: "tell" }
  | { readonly kind: "hold"; readonly until: number; readonly why: HoldReason }
  | { readonly kind: "no"; readonly why: "purpose_off" | "threshold" | "not_chosen" }

const TELL: Wish = { kind: "tell" }
/** Told at once, or not at all. */
const AT_ONCE: ReadonlySet<ToldEvent["type"]> = new Set(["bank.transaction.declined.v1"])
/** Banks' words for a payment without the card at hand. */
const REMOTE: ReadonlySet<string> = new Set([
  "card_not_present",
  "ecommerce",
  "online",
  "moto",
  "mail_order",
  "telephone_order",
])

/** Decide. */
export function wants(preferences: Preferences, told: Told, moment: Moment): Wish {
  const { event, purpose, account } = told
  if (purpose === "fraud_alerts") return TELL
  const why = unwanted(ruleOf(preferences, purpose, account), event)
  if (why) return { kind: "no", why }
  return AT_ONCE.has(event.type) ? TELL : (waits(preferences, moment) ?? TELL)
}

/** Whether anything may be said at an instant, and if not from when on: quiet hours and "mute today". What was held for them, or for a
 * summary, is told when this says yes. */
export function quietUntil(
  preferences: Preferences,
  { now, zone }: Omit<Moment, "toldToday">,
): { readonly until: number; readonly why: HoldReason } | undefined {
  const there = preferences.zone ?? zone
  const { mutedUntil, quiet } = preferences
  if (mutedUntil !== undefined && now < mutedUntil)
    return { until: afterQuiet(mutedUntil, quiet, there), why: "muted" }
  const until = afterQuiet(now, quiet, there)
  return until > now ? { until, why: "quiet_hours" } : undefined
}

/** Whether the person has changed their mind about what something waits for: then it waits no longer.
 * @param why as it was held for; any other word is none of theirs */
export function isWaitOver(
  { mutedUntil, quiet, digestAt, maxADay }: Preferences,
  why: string,
  now: number,
): boolean {
  const over: Readonly<Record<HoldReason, boolean>> = {
    muted: now >= (mutedUntil ?? 0) && digestAt === undefined,
    quiet_hours: !quiet && digestAt === undefined,
    digest: digestAt === undefined,
    daily_limit: maxADay === undefined,
  }
  return Object.hasOwn(over, why) && over[why as HoldReason]
}

/** When "mute today" ends: the next morning. */
export function mutedUntil(preferences: Preferences, { now, zone }: Omit<Moment, "toldToday">): number {
  const there = preferences.zone ?? zone
  return instantOf({ day: localOf(now, there).day + 1, minute: MORNING }, there)
}

/** Since when it is today there. */
export function midnight(preferences: Preferences, { now, zone }: Omit<Moment, "toldToday">): number {
  const there = preferences.zone ?? zone
  return instantOf({ day: localOf(now, there).day, minute: 0 }, there)
}

function waits(preferences: Preferences, moment: Moment): Wish | undefined {
  const { digestAt, maxADay, quiet } = preferences
  const zone = preferences.zone ?? moment.zone
  const { now } = moment
  const silent = quietUntil(preferences, moment)
  if (digestAt !== undefined) {
    const from = silent?.why === "muted" ? silent.until : now
    const until = afterQuiet(nextAt(from - 1, digestAt, zone), quiet, zone)
    return { kind: "hold", until: Math.max(until, now + 1), why: silent?.why ?? "digest" }
  }
  if (silent) return { kind: "hold", ...silent }
  if (maxADay === undefined || moment.toldToday < maxADay) return undefined
  const morning = instantOf({ day: localOf(now, zone).day + 1, minute: MORNING }, zone)
  return { kind: "hold", until: afterQuiet(morning, quiet, zone), why: "daily_limit" }
}

/** The instant itself, or the end of the quiet hours it lies in. They are a stretch of time, begun once: an hour that comes twice on the
 * clock neither ends them for a while nor lets them last another day. */
function afterQuiet(at: number, quiet: Quiet | undefined, zone: string): number {
  if (!quiet) return at
  const { day } = localOf(at, zone)
  const { from, to } = quiet
  for (const begun of [day, day - 1]) {
    const begins = instantOf({ day: begun, minute: from }, zone)
    const ends = instantOf({ day: from < to ? begun : begun + 1, minute: to }, zone)
    if (begins <= at && at < ends) return ends
  }
  return at
}

/** Why an event is not wanted, if it is not. */
function unwanted(rule: Rule, event: ToldEvent): (Wish & { readonly kind: "no" })["why"] | undefined {
  if (rule.off) return "purpose_off"
  if ("transaction" in event && event.type !== "bank.fraud.suspected.v1")
    return unwantedPayment(rule, event.transaction)
  if (event.type === "bank.payment.due.v1" && isBelow(event.amount, rule.from)) return "threshold"
  const balance = balanceOf(event)
  return rule.below && balance && isBelow(balance, rule.below) === false ? "threshold" : undefined
}

function unwantedPayment(
  rule: Rule,
  payment: WireTransaction,
): (Wish & { readonly kind: "no" })["why"] | undefined {
  if (isBelow(payment.amount, rule.from)) return "threshold"
  if (rule.direction !== undefined && payment.direction !== rule.direction) return "not_chosen"
  if (rule.foreignOnly && payment.foreign !== true) return "not_chosen"
  if (rule.remoteOnly && !REMOTE.has(payment.channel ?? "")) return "not_chosen"
  const { mcc = "", country = "" } = payment.merchant ?? {}
  const chosen =
    isAmong(rule.categories, mcc) && isAmong(rule.countries, country) ? undefined : ("not_chosen" as const)
  return chosen
}

function isAmong(chosen: readonly string[] | undefined, word: string): boolean {
  return chosen === undefined || chosen.length === 0 || chosen.includes(word)
}

/** The balance an event tells of. */
function balanceOf(event: ToldEvent): WireMoney | undefined {
  if (event.type === "bank.balance.threshold.v1") return event.balance
  if (event.type !== "bank.balance.updated.v1") return undefined
  return (event.balances.find(({ type }) => type === "available") ?? event.balances[0])?.amount
}

/** Whether an amount is below another; `undefined` where nobody can say. */
function isBelow(amount: WireMoney, limit: Amount | undefined): boolean | undefined {
  if (!limit || limit.currency !== amount.currency) return undefined
  const [left, right] = [parseMoney(amount.value, amount.currency), parseMoney(limit.value, limit.currency)]
  return left.ok && right.ok ? left.value.minor < right.value.minor : undefined
}
