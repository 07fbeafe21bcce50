// How the customer's own pages answer: the frame of a page, a refusal with its line in the log, cookies, the posted form of a visit.
// Used by routes.tsx alone.

import type { Context } from "hono"
import type { BankRecord } from "../../banks/bank.ts"
import { fromUtf8 } from "../../crypto/text.ts"
import { SECOND_MS } from "../../foundation/clock.ts"
import { describeFault } from "../../foundation/log.ts"
import { readCapped } from "../../http/body.ts"
import type { RequestVariables } from "../../http/headers.ts"
import { findLanguage, LANGUAGES, type Language } from "../../phrases/catalogue.ts"
import { linkPagePhrase } from "../../phrases/link-pages.ts"
import { ME_STATUS, type MeReason, type MeWorld } from "./me.ts"
import { renderOutcome, type MeOutcome, type WayOn } from "./outcome-page.tsx"
import type { MeFrame } from "./parts.tsx"
import { isFormOf, type Session } from "./session.ts"

/** What handlers know of a request. */
export interface MeVariables extends RequestVariables {
  session: Session | undefined
  bank: BankRecord | undefined
  language: Language
}
export type MeContext = Context<{ Variables: MeVariables }>

/** A token and a few short fields. */
const FORM_BYTES_MAX = 4 * 1024

/** The frame of a page of this visit. */
export function frameOf(c: MeContext): MeFrame {
  const { language, nonce, bank } = c.var
  return {
    language,
    nonce,
    bankName: bank?.name ?? linkPagePhrase(language, "your_bank"),
    brand: bank,
    timeZone: bank?.timeZone ?? "UTC",
    help: bank ?? {},
  }
}

/** The browser's language, for whoever has no visit yet. */
export function languageOf(c: MeContext): Language {
  const wanted = (c.req.header("accept-language") ?? "")
    .split(",")
    .map((each) => findLanguage(each.split(";")[0]?.trim() ?? ""))
  return wanted.find((each) => each !== undefined) ?? LANGUAGES[0]
}

/** Take a posted form of this visit and answer it: from our own page, with the visit's token.
 * @param act what is done with it; a fault in it is answered as `unavailable`, for what was pressed may not have been done */
export async function answerTo(
  world: MeWorld,
  c: MeContext,
  act: (session: Session, fields: URLSearchParams) => Promise<Response>,
): Promise<Response> {
  const fields = await readForm(world, c)
  if (typeof fields === "string") return refuse(world, c, fields)
  const { session } = c.var
  if (!session) return refuse(world, c, "session_over")
  if (!(await isFormOf(session, fields.get("form") ?? ""))) return refuse(world, c, "form_expired")
  return act(session, fields)
}

/** The posted fields, where the form is from our own page. */
export async function readForm(
  { publicOrigin }: Pick<MeWorld, "publicOrigin">,
  c: MeContext,
): Promise<URLSearchParams | "not_same_origin" | "form_expired"> {
  if (c.req.header("origin") !== publicOrigin) return "not_same_origin"
  const body = await readCapped(c.req.raw, FORM_BYTES_MAX)
  if (!body.ok) return "form_expired"
  try {
    return new URLSearchParams(fromUtf8(body.value))
  } catch {
    return "form_expired"
  }
}

/** A refusal's page, and its line in the log. @param why a word of ours or a registered one, never a text of others */
export async function refuse(
  world: MeWorld,
  c: MeContext,
  reason: MeReason,
  why?: string,
): Promise<Response> {
  world.log.warn("own_pages_refused", { reason, why, bank: c.var.bank?.id, request: c.var.requestId })
  return outcome(world, c, { kind: "refused", reason }, ME_STATUS[reason], c.var.session)
}

/** Something nobody expected, as a page: a person reads it. */
export async function failed(world: MeWorld, c: MeContext, fault: Error): Promise<Response> {
  world.log.error("own_pages_fault", { ...describeFault(fault), request: c.var.requestId })
  return outcome(world, c, { kind: "refused", reason: "unavailable" }, ME_STATUS.unavailable, c.var.session)
}

/** A page that says how it ended, and where it goes on. */
export async function outcome(
  world: MeWorld,
  c: MeContext,
  ended: MeOutcome,
  status: number,
  session: Session | undefined,
): Promise<Response> {
  const { language, nonce, bank } = c.var
  const on = wayOn(world, ended, session)
  return c.html(
    renderOutcome({ language, nonce, bankName: bank?.name, brand: bank }, ended, on),
    status as 200,
  ) as Response
}

/** While the visit lasts, back to its first page; else to the chat, where that is known. */
function wayOn(world: MeWorld, ended: MeOutcome, session: Session | undefined): WayOn | undefined {
  if (ended.kind === "erasing") return { label: "erasing_status", href: ended.status }
  if (!session) return undefined
  return ended.kind === "closed" || world.now() >= session.until
    ? { label: "back_to_chat", href: `${world.messengerLinkOrigin}/${session.whom.page}` }
    : { label: "back", href: "/me" }
}

/** @see RFC 6265bis, 4.1.3: `__Host-` means Secure, Path=/ and no Domain */
export function setCookie(
  c: MeContext,
  name: string,
  value: string,
  lifeMs: number,
  sameSite: "Strict" | "Lax",
): void {
  const seconds = Math.max(0, Math.floor(lifeMs / SECOND_MS))
  c.header(
    "set-cookie",
    `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=${sameSite}`,
    { append: true },
  )
}

/** Take a cookie away. */
export function clearCookie(c: MeContext, name: string): void {
  setCookie(c, name, "", 0, "Strict")
}
