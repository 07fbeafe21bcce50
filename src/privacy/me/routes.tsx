// The customer's own pages over HTTP: thin handlers. Every way in is the same short list: visit, origin, form, act, page.
//
//   GET  /me                    with a visit: what is on; without: the page of the one-time link     GET /me/open   always the latter
//   POST /me/session            the one-time token -> a visit of 15 minutes, 303 /me
//   POST /me/purpose, /amounts  one switch: off at once; on after the bank's login
//   GET, POST /me/alerts        what they want to hear, and when
//   GET  /me/uses, /receipts, /receipts/{hash}.jwt, /copy, /copy/{part}, /copy.json
//   GET, POST /me/disconnect, /me/delete     POST /me/language, /me/close
//   GET  /link/callback[/{bankId}]           the bank's answer to a login asked for here; others pass on to the linking pages
//
// No address holds an id of a person, a customer or an account. All after the entry works without script. Composed by app.ts, before the
// linking pages.

import { Hono } from "hono"
import { getCookie } from "hono/cookie"
import { createMiddleware } from "hono/factory"
import { isPurpose } from "../../foundation/purpose.ts"
import { redirectUriOf } from "../../links/bank-profile.ts"
import { pageHeaders, type RequestVariables } from "../../http/headers.ts"
import { isLanguage } from "../../phrases/catalogue.ts"
import { openEntry } from "../../conversations/own-data-entry.ts"
import type { OwnData } from "../../conversations/own-data.ts"
import { defaultsOf } from "../../preferences/defaults.ts"
import { holding } from "../../preferences/preferences.ts"
import { readAlertForm } from "./alert-form.ts"
import { renderAlertsPage } from "./alerts-page.tsx"
import { renderConfirmPage } from "./confirm-page.tsx"
import { createCopy } from "./copy.ts"
import { renderCopyChoice, renderCopyPage, splitCopy } from "./copy-page.tsx"
import { renderEntryPage } from "./entry-page.tsx"
import { renderMainPage } from "./main-page.tsx"
import type { MeWorld } from "./me.ts"
import { renderReceiptsPage } from "./receipts-page.tsx"
import {
  answerTo,
  clearCookie,
  failed,
  frameOf,
  languageOf,
  outcome,
  readForm,
  refuse,
  setCookie,
  type MeContext,
  type MeVariables,
} from "./answers.tsx"
import {
  createSession,
  openSession,
  openStep,
  sealSession,
  sealStep,
  SESSION_COOKIE,
  SESSION_MS,
  STEP_COOKIE,
  STEP_MS,
  type Session,
  type StepAct,
} from "./session.ts"
import { beginStep, finishStep, isAnswerTo } from "./step.ts"
import { renderUsesPage } from "./uses-page.tsx"

const PART = /^[1-9][0-9]{0,3}$/
const HASH_FILE = /^([A-Za-z0-9_-]{43})\.jwt$/

export function createMeRoutes(world: MeWorld): Hono<{ Variables: RequestVariables }> {
  const { vault, now, chat, acts } = world
  const app = new Hono<{ Variables: MeVariables }>()

  /** Whose visit it is, and at which bank. */
  const prepare = createMiddleware<{ Variables: MeVariables }>(async (c, next) => {
    const session = await openSession(vault, getCookie(c, SESSION_COOKIE), now())
    c.set("session", session)
    c.set("language", session?.language ?? languageOf(c))
    c.set("bank", session && (await world.findBank(session.whom.bank)))
    return next()
  })
  const headers = pageHeaders<MeVariables>(({ var: { bank } }) =>
    bank ? [new URL(bank.issuer).origin, ...bank.linkHosts.map((host) => `https://${host}`)] : [],
  )
  // `/me` too.
  app.use("/me/*", headers, prepare)

  app.get("/me/open", (c) => c.html(renderEntryPage(c.var.language, c.var.nonce)))

  app.get("/me", async (c) => {
    const { session } = c.var
    if (!session) return c.html(renderEntryPage(c.var.language, c.var.nonce))
    const data = await chat.ownData(session)
    return c.html(renderMainPage(frameOf(c), session, data, c.req.query("did") === "change"))
  })

  app.post("/me/session", async (c) => {
    const fields = await readForm(world, c)
    if (typeof fields === "string") return refuse(world, c, fields)
    const entry = await openEntry(vault, fields.get("token") ?? "", now())
    if (!entry.ok) return refuse(world, c, "entry_used", entry.error.reason)
    const { whom, id, language } = entry.value
    if (!(await chat.enter(whom, id))) return refuse(world, c, "entry_used", "not_good")
    const session = createSession(whom, language, now(), world.random)
    setCookie(c, SESSION_COOKIE, await sealSession(vault, session), SESSION_MS, "Strict")
    return c.redirect("/me", 303)
  })

  app.post("/me/purpose", (c) =>
    answerTo(world, c, async (session, fields) => {
      const purpose = fields.get("purpose")
      if (!isPurpose(purpose)) return refuse(world, c, "form_expired")
      return fields.get("to") === "on"
        ? step(c, session, { kind: "switch_on", what: purpose })
        : switchOff(c, session, { off: [purpose], bankLogin: false })
    }),
  )

  app.post("/me/amounts", (c) =>
    answerTo(world, c, async (session, fields) =>
      fields.get("to") === "on"
        ? step(c, session, { kind: "switch_on", what: "amounts" })
        : switchOff(c, session, { showAmounts: false, bankLogin: false }),
    ),
  )

  app.get("/me/alerts", async (c) => {
    const { session } = c.var
    if (!session) return refuse(world, c, "session_over")
    const data = await chat.ownData(session)
    if (!data?.consent) return c.redirect("/me", 303)
    const saved = c.req.query("did") === "change" ? ({ kind: "saved" } as const) : undefined
    return c.html(renderAlertsPage(frameOf(c), session, data.consent, heldOf(c, data), saved))
  })

  app.post("/me/alerts", (c) =>
    answerTo(world, c, async (session, fields) => {
      const data = await chat.ownData(session)
      if (!data?.consent) return refuse(world, c, "link_changed")
      const held = heldOf(c, data)
      const read = readAlertForm(fields, held.preferences, data.consent)
      if (!read.ok) {
        const done = { kind: "wrong", field: read.error } as const
        return c.html(renderAlertsPage(frameOf(c), session, data.consent, held, done), 400) as Response
      }
      const set = await acts.prefer(session.whom, data.consent.link, read.value)
      return set ? c.redirect("/me/alerts?did=change", 303) : refuse(world, c, "link_changed")
    }),
  )

  app.get("/me/uses", async (c) => {
    const { session } = c.var
    if (!session) return refuse(world, c, "session_over")
    const before = Number(c.req.query("before") ?? Number.NaN)
    const uses = await chat.uses(session, Number.isSafeInteger(before) ? before : undefined)
    return c.html(renderUsesPage(frameOf(c), uses))
  })

  app.get("/me/receipts", async (c) => {
    const { session } = c.var
    if (!session) return refuse(world, c, "session_over")
    const part = c.req.query("part") ?? "0"
    return c.html(
      renderReceiptsPage(frameOf(c), await world.held(session), PART.test(part) ? Number(part) : 0),
    )
  })

  app.get("/me/receipts/:file", async (c) => {
    const { session } = c.var
    if (!session) return refuse(world, c, "session_over")
    const hash = HASH_FILE.exec(c.req.param("file"))?.[1]
    const { receipts } = await world.held(session)
    const receipt = receipts.find(({ now: { recordHash } }) => recordHash === hash)
    if (!receipt) return refuse(world, c, "link_changed")
    return c.body(await world.sign(receipt), 200, {
      "content-type": "application/jwt",
      "content-disposition": 'attachment; filename="receipt.jwt"',
    })
  })

  app.get("/me/copy", (c) =>
    c.var.session ? c.html(renderCopyChoice(frameOf(c))) : refuse(world, c, "session_over"),
  )

  app.get("/me/copy.json", async (c) => {
    const { session } = c.var
    if (!session) return refuse(world, c, "session_over")
    const [everything, held] = await Promise.all([chat.everything(session), world.held(session)])
    const copy = createCopy(frameOf(c).bankName, everything, held, now())
    return c.body(JSON.stringify(copy, undefined, 2), 200, {
      "content-type": "application/json; charset=utf-8",
      "content-disposition": 'attachment; filename="my-data.json"',
    })
  })

  app.get("/me/copy/:part", async (c) => {
    const { session } = c.var
    if (!session) return refuse(world, c, "session_over")
    const [everything, held] = await Promise.all([chat.everything(session), world.held(session)])
    const wanted = c.req.param("part")
    const part = PART.test(wanted) ? Math.min(Number(wanted), splitCopy(everything).length) : 1
    return c.html(renderCopyPage(frameOf(c), held, everything, part))
  })

  app.get("/me/disconnect", async (c) => {
    const { session } = c.var
    if (!session) return refuse(world, c, "session_over")
    const data = await chat.ownData(session)
    return data?.consent
      ? c.html(renderConfirmPage(frameOf(c), session.form, "disconnect", false))
      : c.redirect("/me", 303)
  })

  app.post("/me/disconnect", (c) =>
    answerTo(world, c, async (session) => {
      const link = (await chat.ownData(session))?.consent?.link
      const ended = link !== undefined && (await acts.disconnect(session.whom, link))
      return ended ? c.redirect("/me?did=change", 303) : refuse(world, c, "link_changed")
    }),
  )

  app.get("/me/delete", async (c) => {
    const { session } = c.var
    if (!session) return refuse(world, c, "session_over")
    const data = await chat.ownData(session)
    return c.html(renderConfirmPage(frameOf(c), session.form, "delete", data?.consent !== undefined))
  })

  app.post("/me/delete", (c) =>
    answerTo(world, c, async (session) => {
      const data = await chat.ownData(session)
      // Nothing of them is kept: it was deleted meanwhile.
      if (!data) return refuse(world, c, "link_changed")
      return data.consent ? step(c, session, { kind: "delete_everything" }) : erase(c, session)
    }),
  )

  app.post("/me/language", (c) =>
    answerTo(world, c, async (session, fields) => {
      const language = fields.get("language")
      if (!isLanguage(language)) return refuse(world, c, "form_expired")
      const leftMs = session.until - now()
      setCookie(c, SESSION_COOKIE, await sealSession(vault, { ...session, language }), leftMs, "Strict")
      return c.redirect("/me", 303)
    }),
  )

  app.post("/me/close", (c) =>
    answerTo(world, c, async (session) => {
      clearCookie(c, SESSION_COOKIE)
      clearCookie(c, STEP_COOKIE)
      return outcome(world, c, { kind: "closed" }, 200, session)
    }),
  )

  /** The bank answers a login that was asked for here. Any other answer is the linking pages'. */
  app.get("/link/callback/:bankId?", async (c, next) => {
    const cookie = getCookie(c, STEP_COOKIE)
    const opened = cookie === undefined ? undefined : await openStep(vault, cookie)
    const answer = new URL(c.req.url).searchParams
    if (!opened || !isAnswerTo(opened, answer)) return next()
    c.set("session", opened.session)
    c.set("language", opened.session.language)
    await headers(c, async () => {
      const bank = await world.findBank(opened.session.whom.bank)
      c.set("bank", bank)
      clearCookie(c, STEP_COOKIE)
      // An answer that another bank could have sent is not exchanged: each comes back to the address it was given.
      const isThere = bank && new URL(redirectUriOf(bank, world.publicOrigin)).pathname === c.req.path
      c.res = await (isThere ? finish(c, opened, answer) : refuse(world, c, "not_confirmed", "address"))
    })
    return c.res
  })

  app.onError((fault, c) => failed(world, c as MeContext, fault))

  return app as unknown as Hono<{ Variables: RequestVariables }>

  /** What holds for them: their own, or the bank's default. */
  function heldOf(c: MeContext, { preferences: own }: OwnData) {
    const defaults = c.var.bank && defaultsOf(c.var.bank)
    return { preferences: holding(own, defaults), own: own !== undefined }
  }

  async function switchOff(
    c: MeContext,
    session: Session,
    wish: Parameters<typeof acts.change>[2],
  ): Promise<Response> {
    const link = (await chat.ownData(session))?.consent?.link
    const view = link && (await acts.change(session.whom, link, wish))
    return view ? c.redirect("/me?did=change", 303) : refuse(world, c, "link_changed")
  }

  /** Lead to the bank's login; what it was asked for waits in a cookie. */
  async function step(c: MeContext, session: Session, act: StepAct): Promise<Response> {
    const { bank } = c.var
    const consent = (await chat.ownData(session))?.consent
    if (!bank || !consent) return refuse(world, c, "link_changed")
    if (act.kind === "switch_on" && act.what !== "amounts" && consent.covered?.includes(act.what) === false)
      return refuse(world, c, "not_covered")
    const begun = await beginStep(world, bank, session, consent.link, act)
    if (!begun.ok) return refuse(world, c, begun.error.reason, begun.error.why)
    setCookie(c, STEP_COOKIE, await sealStep(vault, begun.value.step), STEP_MS, "Lax")
    return c.redirect(begun.value.url, 303)
  }

  async function finish(
    c: MeContext,
    { session, link, act, ...rest }: Parameters<typeof finishStep>[2],
    answer: URLSearchParams,
  ): Promise<Response> {
    const { bank } = c.var
    if (!bank) return refuse(world, c, "step_over")
    const finished = await finishStep(world, bank, { session, link, act, ...rest }, answer)
    if (!finished.ok) return refuse(world, c, finished.error.reason, finished.error.why)
    if (act.kind === "delete_everything") return erase(c, session)
    const { what } = act
    const wish = what === "amounts" ? { showAmounts: true } : { on: [what] }
    const view = await acts.change(session.whom, link, { ...wish, bankLogin: true })
    if (!view) return refuse(world, c, "link_changed")
    const isOn = what === "amounts" ? view.showAmounts : view.purposes.includes(what)
    return isOn
      ? outcome(world, c, { kind: "switched_on", what }, 200, session)
      : refuse(world, c, "unavailable", "not_recorded")
  }

  async function erase(c: MeContext, session: Session): Promise<Response> {
    const status = await acts.erase(session.whom)
    clearCookie(c, SESSION_COOKIE)
    return outcome(world, c, { kind: "erasing", status }, 200, session)
  }
}
