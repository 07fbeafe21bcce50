// How a message may leave, decided in one place (P9): inside the person's window as a message, outside it as an approved utility
// template or as a person's own late answer, or not at all and why. Pure: no call, no clock, no store. Composed by the Conversation's
// sender. @see messenger-platform.md 4.2, 4.3, 4.10, 7.1

import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { DefaultApp } from "./page-record.ts"
import type { TemplateState } from "./template.ts"
import type { ThreadHolder } from "./thread.ts"
import type { Messaging } from "./wire.ts"

/** The window after the person's last message or tap. Some ways in open longer ones; this much is promised for all. */
export const WINDOW_MS = DAY_MS
/** How long a person at the bank may answer where the platform granted it. */
export const HUMAN_AGENT_MS = 7 * DAY_MS
/** The platform's clock ends the window, and a send takes time. */
export const WINDOW_MARGIN_MS = MINUTE_MS
/** What 10/2018336 told of a person's region is believed this long. */
export const REGION_REMEMBERED_MS = 30 * DAY_MS

/** What a Page can do now. `no_utility`: the platform takes no utility templates from it, by its region or permission. */
export type PageState = "open" | "paused" | "no_utility"

/** Everything the decision rests on. */
export interface RouteQuestion {
  readonly now: number
  /** The person's last qualifying action: message, tap, reaction, `m.me` link; not a delivery or a read. `null`: none is known. */
  readonly lastActionAt: number | null
  /** The person's last message, a quick reply among them: what a person at the bank may answer for seven days. A tap on a button opens the
   * window and is no message. `null`, or left out: none is known. @see messenger-platform.md 4.3 */
  readonly lastMessageAt?: number | null
  /** Who speaks: the assistant, or a person at the bank. */
  readonly author: "bot" | "person"
  /** What the customer switched on that this serves; `null` for a reply and for a notice of the link itself. */
  readonly purpose: Purpose | null
  /** Whether it answers what the person just said. */
  readonly inTurn: boolean
  /** Of the template that could carry it. */
  readonly template: TemplateState
  readonly page: PageState
  /** Who holds the thread; ours where left out. */
  readonly thread?: ThreadHolder
  /** Of the Page's record: counts while nobody holds the thread; `none` where left out. */
  readonly defaultApp?: DefaultApp
  /** Of the Page's record: whether people may answer for seven days; no where left out. */
  readonly humanAgent?: boolean
  /** When the platform last refused a structured message for this person's region, 10/2018336; never where left out. */
  readonly regionRefusedAt?: number | null
}

/** Why nothing may be said now: words of the registry of design.md 4.3. */
export type RouteReason =
  | "page_paused"
  | "thread_elsewhere"
  | "utility_unavailable"
  | "window_closed_no_template"
  | "window_closed_template_pending"
  | "window_closed_template_rejected"

/** RESPONSE and UPDATE carry any message, UTILITY carries the template only. `plain`: text alone, this person's region refuses more. */
export type BotRoute =
  | { readonly kind: "RESPONSE" | "UPDATE"; readonly plain?: true }
  | { readonly kind: "UTILITY" }
  | { readonly kind: "cannot"; readonly reason: RouteReason }

/** HUMAN_AGENT carries what a person at the bank wrote, and nothing automatic. */
export type Route = BotRoute | { readonly kind: "HUMAN_AGENT"; readonly plain?: true }

const CLOSED = {
  none: "window_closed_no_template",
  pending: "window_closed_template_pending",
  rejected: "window_closed_template_rejected",
} as const satisfies Record<Exclude<TemplateState, "approved">, RouteReason>

/** Decide. An action later than `now` (another machine's clock) counts as just now. */
export function decideRoute(question: RouteQuestion & { readonly author: "bot" }): BotRoute
export function decideRoute(question: RouteQuestion): Route
export function decideRoute(question: RouteQuestion): Route {
  const { now, lastActionAt, lastMessageAt = null } = question
  const { author, purpose, inTurn, template, page, humanAgent = false } = question
  if (page === "paused") return { kind: "cannot", reason: "page_paused" }
  if (!maySpeak(question)) return { kind: "cannot", reason: "thread_elsewhere" }
  const { regionRefusedAt = null } = question
  const refused = isRegionRefused(regionRefusedAt, now)
  const plain = refused ? ({ plain: true } as const) : {}
  if (isWindowOpen(lastActionAt, now))
    return { kind: inTurn || author === "person" ? "RESPONSE" : "UPDATE", ...plain }
  if (author === "person" && humanAgent && isOpen(lastMessageAt, now, HUMAN_AGENT_MS))
    return { kind: "HUMAN_AGENT", ...plain }
  if (page === "no_utility" || refused) return { kind: "cannot", reason: "utility_unavailable" }
  // What a person at the bank types never leaves in an alert's clothes: the one template they have says that an answer is waiting.
  const usable = author === "bot" || purpose === "support_chat" ? template : "none"
  return usable === "approved" ? { kind: "UTILITY" } : { kind: "cannot", reason: CLOSED[usable] }
}

/** Whether the person's region is still thought to refuse what is structured.
 * @param at when the platform last said so; `null` for never */
export function isRegionRefused(at: number | null, now: number): boolean {
  return at !== null && now - at < REGION_REMEMBERED_MS
}

/** Whether free text is still allowed, with the margin taken off. */
export function isWindowOpen(lastActionAt: number | null, now: number): boolean {
  return isOpen(lastActionAt, now, WINDOW_MS)
}

/** What a route is to the platform: for `renderSend`. */
export function messagingOf(route: Exclude<Route, { kind: "cannot" }>): Messaging {
  return route.kind === "HUMAN_AGENT"
    ? { messagingType: "MESSAGE_TAG", tag: "HUMAN_AGENT" }
    : { messagingType: route.kind }
}

/** Only its owner may speak in a thread that has one; in an idle one the default app, or everybody where there is none. */
function maySpeak({ thread = "ours", defaultApp = "none" }: RouteQuestion): boolean {
  return thread === "ours" || (thread === "idle" && defaultApp !== "other")
}

function isOpen(lastActionAt: number | null, now: number, lengthMs: number): boolean {
  return lastActionAt !== null && now - lastActionAt < lengthMs - WINDOW_MARGIN_MS
}
