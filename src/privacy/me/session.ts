// What keeps a visit to the customer's own pages together, all of it in their browser: the session, and the bank's login it may ask for in
// between. Two cookies, each sealed under a day key (places `me|session|cookie`, `me|step|cookie`), so that nothing is stored for a
// visit. The session's cookie is Strict: no other site's link opens the pages. The step's is Lax, for the bank's redirect is another site's.

import type { OwnVisit } from "../../conversations/own-data.ts"
import type { Whom } from "../../conversations/person-world.ts"
import { isSameSecret } from "../../crypto/compare.ts"
import { MINUTE_MS } from "../../foundation/clock.ts"
import { randomText, type LinkId, type Random } from "../../foundation/id.ts"
import type { Purpose } from "../../foundation/purpose.ts"
import type { LoginAttempt } from "../../links/bank-login.ts"
import type { Language } from "../../phrases/catalogue.ts"
import type { Vault } from "../../vault/vault.ts"

export const SESSION_COOKIE = "__Host-tellerline-me"
export const STEP_COOKIE = "__Host-tellerline-me-step"
/** A visit, from the one-time link on; looking at pages does not lengthen it. */
export const SESSION_MS = 15 * MINUTE_MS
/** From the button to the bank's answer: what a bank's own login lasts. */
export const STEP_MS = 20 * MINUTE_MS

/** One visit. */
export interface Session extends OwnVisit {
  readonly v: 1
  /** Forms of this visit carry it; no other visit's do. */
  readonly form: string
  readonly language: Language
  readonly until: number
}

/** What the bank's login was asked for. */
export type StepAct =
  | { readonly kind: "switch_on"; readonly what: Purpose | "amounts" }
  | { readonly kind: "delete_everything" }

/** The customer is at the bank, for one act under one link. */
export interface Step {
  readonly v: 1
  readonly session: Session
  readonly link: LinkId
  readonly act: StepAct
  readonly login: LoginAttempt
  readonly startedAt: number
}

/** Begin a visit. */
export function createSession(whom: Whom, language: Language, now: number, random: Random): Session {
  return { v: 1, whom, since: now, form: randomText(random), language, until: now + SESSION_MS }
}

/** Whether a form is of this visit. */
export function isFormOf(session: Session, form: string): Promise<boolean> {
  return isSameSecret(form, session.form)
}

/** Seal a visit for its cookie. */
export function sealSession(vault: Pick<Vault, "sealForDays">, session: Session): Promise<string> {
  return vault.sealForDays("me", "session", "cookie", JSON.stringify(session))
}

/** The visit a cookie holds, while it lasts; `undefined` for anything else. */
export async function openSession(
  vault: Pick<Vault, "openForDays">,
  cookie: string | undefined,
  now: number,
): Promise<Session | undefined> {
  const opened = cookie ? await vault.openForDays("me", "session", "cookie", cookie) : undefined
  if (!opened?.ok) return undefined
  const session = JSON.parse(opened.value) as Session
  return session.v === 1 && now < session.until ? session : undefined
}

/** Seal a step for its cookie. */
export function sealStep(vault: Pick<Vault, "sealForDays">, step: Step): Promise<string> {
  return vault.sealForDays("me", "step", "cookie", JSON.stringify(step))
}

/** The step a cookie holds. Its time is judged when the bank has answered. */
export async function openStep(
  vault: Pick<Vault, "openForDays">,
  cookie: string | undefined,
): Promise<Step | undefined> {
  const opened = cookie ? await vault.openForDays("me", "step", "cookie", cookie) : undefined
  if (!opened?.ok) return undefined
  const step = JSON.parse(opened.value) as Step
  return step.v === 1 ? step : undefined
}
