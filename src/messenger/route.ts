// How a message may leave, decided in one place (P9): inside the person's window as a message, outside it as an approved utility
// template, or not at all and why. Pure: no call, no clock, no store. Composed by the Conversation's sender.
// @see messenger-platform.md 4.2, 4.10

import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { TemplateState } from "./template.ts"

/** The window after the person's last message or tap. Some ways in open longer ones; this much is promised for all. */
export const WINDOW_MS = DAY_MS
/** The platform's clock ends the window, and a send takes time. */
export const WINDOW_MARGIN_MS = MINUTE_MS

/** What a Page can do now. `no_utility`: the platform takes no utility templates from it, by its region or permission. */
export type PageState = "open" | "paused" | "no_utility"

/** Everything the decision rests on. */
export interface RouteQuestion {
  readonly now: number
  /** The person's last qualifying action: message, tap, reaction, `m.me` link; not a delivery or a read. `null`: none is known. */
  readonly lastActionAt: number | null
  /** Who speaks: the assistant, or a person at the bank. */
  readonly author: "bot" | "person"
  /** What the customer switched on that this serves; `null` for a reply and for a notice of the link itself. */
  readonly purpose: Purpose | null
  /** Whether it answers what the person just said. */
  readonly inTurn: boolean
  /** Of the template that could carry it. */
  readonly template: TemplateState
  readonly page: PageState
}

/** Why nothing may be said now. */
export type RouteReason =
  | "page_paused"
  | "utility_unavailable"
  | "window_closed_no_template"
  | "window_closed_template_pending"
  | "window_closed_template_rejected"

/** RESPONSE and UPDATE carry any message, UTILITY carries the template only. */
export type Route =
  | { readonly kind: "RESPONSE" | "UPDATE" | "UTILITY" }
  | { readonly kind: "cannot"; readonly reason: RouteReason }

const CLOSED = {
  none: "window_closed_no_template",
  pending: "window_closed_template_pending",
  rejected: "window_closed_template_rejected",
} as const satisfies Record<Exclude<TemplateState, "approved">, RouteReason>

/** Decide. An action later than `now` (another machine's clock) counts as just now. */
export function decideRoute(question: RouteQuestion): Route {
  const { now, lastActionAt, author, purpose, inTurn, template, page } = question
  if (page === "paused") return { kind: "cannot", reason: "page_paused" }
  if (isWindowOpen(lastActionAt, now)) return { kind: inTurn ? "RESPONSE" : "UPDATE" }
  if (page === "no_utility") return { kind: "cannot", reason: "utility_unavailable" }
  // What a person at the bank types never leaves in an alert's clothes: the one template they have says that an answer is waiting.
  const usable = author === "bot" || purpose === "support_chat" ? template : "none"
  return usable === "approved" ? { kind: "UTILITY" } : { kind: "cannot", reason: CLOSED[usable] }
}

/** Whether free text is still allowed, with the margin taken off. */
export function isWindowOpen(lastActionAt: number | null, now: number): boolean {
  return lastActionAt !== null && now - lastActionAt < WINDOW_MS - WINDOW_MARGIN_MS
}
