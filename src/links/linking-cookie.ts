// Where a linking attempt stands, in the customer's own browser: one sealed cookie, so that a stranger's request makes us write
// nothing (P15) and a forwarded address cannot be finished in another browser (P11). Sealed under a day key, place `linking|link|cookie`.
// Shapes, sealing and opening; the header itself is set in routes.tsx.

import type { BankId, LinkId, PageId, PersonId } from "../foundation/id.ts"
import { MINUTE_MS } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Language } from "../phrases/catalogue.ts"
import type { Vault } from "../vault/vault.ts"
import type { LoginAttempt } from "./bank-login.ts"

export const LINKING_COOKIE = "__Host-tellerline-link"
/** From the first page's button to the bank's answer. */
export const ATTEMPT_MS = 20 * MINUTE_MS
/** The browser keeps the cookie longer than it is good for, so that a late comer is told that time ran out, not that it is another browser. */
export const COOKIE_SECONDS = 3_600

interface Attempt {
  readonly v: 1
  /** Names the attempt; forms of the attempt's pages are bound to it. */
  readonly attempt: string
  readonly bank: BankId
  readonly page: PageId
  /** Whose chat it is: resolved once, at the first page's POST. Unknown where it did not begin with a Log In that still counted: then
   * it is the first to present the nonce. */
  readonly person?: PersonId
  /** Messenger's way back, as it was given and checked; none where it did not begin with Log In. */
  readonly redirectUri?: string
  /** Until when that way back is good. Afterwards it is `m.me` with the nonce. */
  readonly logInUntil?: number
  readonly language: Language
  readonly startedAt: number
}

/** The customer is at the bank. */
export interface AtBank extends Attempt {
  readonly phase: "bank"
  readonly login: LoginAttempt
}

/** The bank has answered; a pending link is written. */
export interface Pending extends Attempt {
  readonly phase: "pending"
  readonly link: LinkId
  /** The link's name in Messenger's `account_linking` event, and the nonce of its `m.me` link (authorization-code.ts). */
  readonly authorizationCode: string
}

/** The customer pressed [Connect]; the page shows the code. */
export interface Offered extends Attempt {
  readonly phase: "offered"
  readonly link: LinkId
  readonly authorizationCode: string
  /** Six digits. */
  readonly code: string
}

export type LinkingState = AtBank | Pending | Offered

/** Seal a state for the cookie. */
export function sealLinkingState(vault: Vault, state: LinkingState): Promise<string> {
  return vault.sealForDays("linking", "link", "cookie", JSON.stringify(state))
}

/** Open the cookie. Time is judged where it matters: `isAttemptOver`. */
export async function openLinkingState(
  vault: Vault,
  cookie: string | undefined,
): Promise<Result<LinkingState, { readonly reason: "other_browser" }>> {
  const opened = cookie ? await vault.openForDays("linking", "link", "cookie", cookie) : undefined
  if (!opened?.ok) return err({ reason: "other_browser" })
  const state = JSON.parse(opened.value) as LinkingState
  return state.v === 1 ? ok(state) : err({ reason: "other_browser" })
}

/** `true` once the bank took too long: what comes back after it is not exchanged. */
export function isAttemptOver(state: LinkingState, now: number): boolean {
  return now >= state.startedAt + ATTEMPT_MS
}
