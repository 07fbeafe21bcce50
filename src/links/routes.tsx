// The linking pages: thin handlers over linking.ts. Every way in is the same short list: attempt, origin, form, step, page.
//
//   GET  /link/{bankId}            first page              POST /link/{bankId}    -> 303 to the bank
//   GET  /link/callback[/{bankId}] the bank's redirect     -> 303 to the consent page
//   GET  /link/consent             seven switches          POST /link/consent     -> 303 to the code page
//   GET  /link/code                six digits, and the way on: back where Log In began, else into the chat by m.me
//
// A bank can therefore not be named `callback`, `consent` or `code`. Answers carry no id of a person or account; the attempt is in a
// sealed cookie. Composed by app.ts, below `requestIdentity`.

import { Hono, type Context } from "hono"
import { getCookie } from "hono/cookie"
import { createMiddleware } from "hono/factory"
import type { BankRecord } from "../banks/bank.ts"
import { fromUtf8 } from "../crypto/text.ts"
import type { Now } from "../foundation/clock.ts"
import { isBankId, type BankId, type PageId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { isPurpose } from "../foundation/purpose.ts"
import { readCapped } from "../http/body.ts"
import { pageHeaders, type RequestVariables } from "../http/headers.ts"
import { findLanguage, LANGUAGES, type Language } from "../phrases/catalogue.ts"
import type { Vault } from "../vault/vault.ts"
import { isInMessenger, renderBrowserPage } from "./browser-page.tsx"
import { renderCodePage, type WayOn } from "./code-page.tsx"
import { renderConsentPage } from "./consent-page.tsx"
import type { Linking } from "./linking.ts"
import {
  COOKIE_SECONDS,
  LINKING_COOKIE,
  openLinkingState,
  sealLinkingState,
  type LinkingState,
  type Offered,
} from "./linking-cookie.ts"
import { REFUSAL_STATUS, type LinkingReason, type LinkingRefusal } from "./linking-refusal.ts"
import { renderOutcomePage, type OutcomeKind } from "./outcome-page.tsx"
import type { PageFrame } from "./page-layout.tsx"
import { withAuthorizationCode } from "./redirect-uri.ts"
import { renderStartPage } from "./start-page.tsx"

/** What the pages are given. */
export interface LinkRoutesWorld {
  readonly linking: Linking
  readonly vault: Vault
  readonly now: Now
  readonly log: Log
  /** Ours: the only `Origin` a form may come from. */
  readonly publicOrigin: string
  /** Base of `m.me` links: the way into the chat where Log In gives none, or its own has expired. */
  readonly messengerLinkOrigin: string
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  /** The one bank of an issuer; `undefined` where there are several. */
  readonly findBankOfIssuer: (issuer: string) => Promise<BankRecord | undefined>
}

interface LinkVariables extends RequestVariables {
  /** The attempt this browser has under way. */
  attempt: LinkingState | undefined
  /** The bank of the path, else of the attempt, else the one whose answer came to a browser without an attempt. */
  bank: BankRecord | undefined
  language: Language
}
type LinkContext = Context<{ Variables: LinkVariables }>

/** Two sealed texts and nine short fields. */
const FORM_BYTES_MAX = 16 * 1024
/** After these the attempt is over; others may be a stranger's doing, and must not end the customer's own. */
const ENDS_ATTEMPT: readonly LinkingReason[] = [
  "denied",
  "second_factor_missing",
  "answer_refused",
  "no_accounts",
  "bank_refused",
  "attempt_expired",
  "link_expired",
  "link_gone",
  "links_full",
]
const RESERVED = ["callback", "consent", "code"]

export function createLinkRoutes(world: LinkRoutesWorld): Hono<{ Variables: LinkVariables }> {
  const { linking, vault, now, log } = world
  const app = new Hono<{ Variables: LinkVariables }>()

  /** Who is here, at which bank, in which language. What a page cannot do without is known before the directory is asked. */
  const prepare = createMiddleware<{ Variables: LinkVariables }>(async (c, next) => {
    const opened = await openLinkingState(vault, getCookie(c, LINKING_COOKIE))
    const attempt = opened.ok ? opened.value : undefined
    const named = c.req.path.split("/")[2] ?? ""
    const isUnderWay = RESERVED.includes(named)
    const bankId = isUnderWay ? (attempt?.bank ?? c.req.path.split("/")[3]) : named
    c.set("attempt", attempt)
    c.set("language", isUnderWay && attempt ? attempt.language : chooseLanguage(c, undefined))
    const issuer = named === "callback" && !attempt ? c.req.query("iss") : undefined
    const bank = isBankId(bankId)
      ? await world.findBank(bankId)
      : issuer && (await world.findBankOfIssuer(issuer))
    c.set("bank", bank || undefined)
    if (!isUnderWay || !attempt) c.set("language", chooseLanguage(c, c.var.bank))
    return next()
  })

  const frameOf = (c: LinkContext): PageFrame => ({
    language: c.var.language,
    nonce: c.var.nonce,
    bankName: c.var.bank?.name,
    brand: c.var.bank,
  })

  function outcome(c: LinkContext, kind: OutcomeKind, status: number, from: WayBack | null) {
    const restart = c.var.bank && startPath(c, c.var.bank, from?.page)
    const ways = { back: from ? wayBack(from) : undefined, restart }
    return c.html(renderOutcomePage(frameOf(c), kind, ways), status as 200)
  }

  /** Where linking begins, for whoever opens it: it names a bank and its Page, and nobody. */
  function startPath(c: LinkContext, bank: BankRecord, page: string | undefined): string {
    const query = new URLSearchParams({ ...(page ? { page } : {}), lang: c.var.language })
    return `/link/${bank.id}?${query.toString()}`
  }

  function refuse(c: LinkContext, refusal: LinkingRefusal, from: WayBack | null = c.var.attempt ?? null) {
    const { reason } = refusal
    const why =
      "code" in refusal ? refusal.code : "lacking" in refusal ? refusal.lacking.join(" ") : undefined
    log.warn("linking_refused", { reason, why, bank: c.var.bank?.id, request: c.var.requestId })
    if (ENDS_ATTEMPT.includes(reason) && c.var.attempt) setCookie(c, "", 0)
    return outcome(c, reason, REFUSAL_STATUS[reason], from)
  }

  function wayBack({ redirectUri, page, logInUntil = 0 }: WayBack): string {
    return redirectUri && now() < logInUntil ? redirectUri : `${world.messengerLinkOrigin}/${page}`
  }

  /** From the code into the chat: the code's own name goes with it, once. */
  function wayOn({ redirectUri, logInUntil = 0, page, authorizationCode }: Offered): WayOn {
    const opened = `${world.messengerLinkOrigin}/${page}?ref=${authorizationCode}`
    const leftMs = logInUntil - now()
    return redirectUri && leftMs > 0
      ? {
          href: withAuthorizationCode(redirectUri, authorizationCode),
          byLogIn: true,
          later: { href: opened, afterMs: leftMs },
        }
      : { href: opened, byLogIn: false }
  }

  async function goOn(c: LinkContext, state: LinkingState, to: string) {
    setCookie(c, await sealLinkingState(vault, state), COOKIE_SECONDS)
    return c.redirect(to, 303)
  }

  /** The posted fields, where the form is from our own page. */
  async function readForm(c: LinkContext): Promise<URLSearchParams | "not_same_origin" | "form_expired"> {
    if (c.req.header("origin") !== world.publicOrigin) return "not_same_origin"
    const body = await readCapped(c.req.raw, FORM_BYTES_MAX)
    if (!body.ok) return "form_expired"
    try {
      return new URLSearchParams(fromUtf8(body.value))
    } catch {
      return "form_expired"
    }
  }

  app.use(
    "/link/*",
    pageHeaders<LinkVariables>((c) => (c.var.bank ? formTargets(c.var.bank) : [])),
    prepare,
  )

  app.get("/link/callback/:bankId?", async (c) => {
    const { attempt, bank } = c.var
    const named = c.req.param("bankId")
    if (!attempt || !bank || (named !== undefined && named !== bank.id))
      return refuse(c, { reason: "other_browser" })
    const finished = await linking.finish(bank, attempt, new URL(c.req.url).searchParams)
    return finished.ok ? goOn(c, finished.value, "/link/consent") : refuse(c, finished.error)
  })

  app.get("/link/consent", async (c) => {
    const { attempt, bank } = c.var
    if (!attempt || !bank || attempt.phase === "bank") return refuse(c, { reason: "other_browser" })
    const review = await linking.review(bank, attempt)
    return review.ok ? c.html(renderConsentPage(frameOf(c), review.value)) : refuse(c, review.error)
  })

  app.post("/link/consent", async (c) => {
    const { attempt, bank } = c.var
    const fields = await readForm(c)
    if (typeof fields === "string") return refuse(c, { reason: fields })
    if (!attempt || !bank || attempt.phase === "bank") return refuse(c, { reason: "other_browser" })
    const form = fields.get("form") ?? ""
    if (fields.get("action") === "decline") {
      const declined = await linking.decline(bank, attempt, form)
      if (!declined.ok) return refuse(c, declined.error)
      setCookie(c, "", 0)
      return outcome(c, "declined", 200, attempt)
    }
    const showAmounts = fields.get("show_amounts") === "on"
    const offered = await linking.consent(bank, attempt, {
      form,
      purposes: fields.getAll("purpose").filter(isPurpose),
      showAmounts,
    })
    if (offered.ok) return goOn(c, offered.value, "/link/code")
    if (offered.error.reason !== "nothing_chosen") return refuse(c, offered.error)
    const review = await linking.review(bank, attempt)
    return review.ok
      ? c.html(renderConsentPage(frameOf(c), review.value, { showAmounts }), REFUSAL_STATUS.nothing_chosen)
      : refuse(c, review.error)
  })

  app.get("/link/code", async (c) => {
    const { attempt, bank } = c.var
    if (!attempt || !bank || attempt.phase === "bank") return refuse(c, { reason: "other_browser" })
    if (attempt.phase === "pending") return c.redirect("/link/consent", 303)
    const view = await linking.showCode(attempt)
    if (!view.ok) return refuse(c, view.error)
    if (view.value.state === "live") return outcome(c, "connected", 200, attempt)
    const frame = { ...frameOf(c), bankName: bank.name }
    return c.html(renderCodePage(frame, attempt.code, view.value.minutesLeft, wayOn(attempt)))
  })

  app.get("/link/:bankId", async (c) => {
    const opening = await linking.open(
      c.req.param("bankId"),
      {
        page: c.req.query("page"),
        accountLinkingToken: c.req.query("account_linking_token"),
        redirectUri: c.req.query("redirect_uri"),
      },
      c.var.language,
    )
    if (!opening.ok) return refuse(c, opening.error, null)
    const { bank } = opening.value
    const userAgent = c.req.header("user-agent") ?? ""
    if (bank.login !== "app" || !isInMessenger(userAgent))
      return c.html(renderStartPage(frameOf(c), opening.value))
    const address = world.publicOrigin + startPath(c, bank, c.req.query("page"))
    return c.html(renderBrowserPage({ ...frameOf(c), bankName: bank.name }, address, userAgent))
  })

  app.post("/link/:bankId", async (c) => {
    const { bank } = c.var
    const fields = await readForm(c)
    if (typeof fields === "string") return refuse(c, { reason: fields }, null)
    if (!bank) return refuse(c, { reason: "bank_unknown" }, null)
    const name = fields.get("attempt") ?? ""
    const form = await linking.readForm(bank.id, name, fields.get("form") ?? "")
    if (form) c.set("language", form.language)
    const started = await linking.start(bank, name, form)
    return started.ok
      ? goOn(c, started.value.state, started.value.url)
      : refuse(c, started.error, form ? { ...form.from, page: form.page, logInUntil: form.logInUntil } : null)
  })

  // A page for a person, where the app's own answer is for machines.
  app.onError((fault, c) => {
    log.error("linking_fault", { ...describeFault(fault), request: c.var.requestId })
    return outcome(c, "our_fault", REFUSAL_STATUS.our_fault, c.var.attempt ?? null)
  })

  return app
}

interface WayBack {
  readonly redirectUri?: string | undefined
  readonly page: PageId
  readonly logInUntil?: number | undefined
}

/** The chat's own choice, then the browser's, then the bank's first. */
function chooseLanguage(c: LinkContext, bank: BankRecord | undefined): Language {
  const wanted = [
    c.req.query("lang") ?? "",
    ...(c.req.header("accept-language") ?? "").split(",").map((each) => each.split(";")[0]?.trim() ?? ""),
    ...(bank?.languages ?? []),
  ]
  return wanted.map(findLanguage).find((language) => language !== undefined) ?? LANGUAGES[0]
}

/** Browsers hold a form to `form-action` through every redirect: the bank's login may pass over hosts of its own. */
function formTargets(bank: BankRecord): readonly string[] {
  return [new URL(bank.issuer).origin, ...bank.linkHosts.map((host) => `https://${host}`)]
}

/** @see RFC 6265bis, 4.1.3: `__Host-` means Secure, Path=/ and no Domain. Lax, for the bank's redirect comes from another site. */
function setCookie(c: LinkContext, value: string, seconds: number): void {
  c.header(
    "set-cookie",
    `${LINKING_COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; Secure; SameSite=Lax`,
    { append: true },
  )
}
