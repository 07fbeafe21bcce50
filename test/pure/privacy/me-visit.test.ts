// The one-time link and the visit it begins: hostile tokens, cookies, forms and origins.
import { beforeEach, describe, expect, test } from "vitest"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import {
  openSession,
  sealSession,
  sealStep,
  SESSION_COOKIE,
  SESSION_MS,
} from "../../../src/privacy/me/session.ts"
import { ANA, AT, BEN, cookieOf, ORIGIN, OwnPages } from "../../support/own-pages.ts"

/** Every form of a visit, with what would do something. */
const FORMS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["/me/purpose", { purpose: "fraud_alerts", to: "off" }],
  ["/me/purpose", { purpose: "receipts", to: "on" }],
  ["/me/amounts", { to: "on" }],
  ["/me/language", { language: "ar" }],
  ["/me/disconnect", {}],
  ["/me/delete", {}],
  ["/me/close", {}],
]
const PAGES = [
  "/me/uses",
  "/me/receipts",
  "/me/receipts/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA.jwt",
  "/me/copy",
  "/me/copy/1",
  "/me/copy.json",
  "/me/disconnect",
  "/me/delete",
]

let own: OwnPages

beforeEach(() => {
  own = new OwnPages()
})

describe("the one-time link", () => {
  test("begins a visit of 15 minutes in a cookie other sites cannot use", async () => {
    const response = await own.post("/me/session", { token: await own.tokenFor(ANA) })
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("/me")
    const header = response.headers.get("set-cookie") ?? ""
    expect(header).toMatch(/^__Host-tellerline-me=/)
    expect(header).toMatch(/; Path=\/; Max-Age=900; HttpOnly; Secure; SameSite=Strict$/)
    const session = await openSession(own.vault, cookieOf(response, SESSION_COOKIE), own.at)
    expect(session).toMatchObject({ whom: ANA, until: AT + SESSION_MS })
    expect(own.asked).toEqual(["enter person_ana entry-1"])
  })

  test("is good once", async () => {
    const token = await own.tokenFor(ANA)
    expect((await own.post("/me/session", { token })).status).toBe(303)
    const again = await own.post("/me/session", { token })
    expect(again.status).toBe(403)
    expect(again.headers.get("set-cookie")).toBeNull()
    expect(await again.text()).toContain("This link is no longer good")
  })

  test("is good to its last millisecond, and asks nobody afterwards", async () => {
    const token = await own.tokenFor(ANA)
    own.at = AT + 5 * MINUTE_MS
    expect((await own.post("/me/session", { token })).status).toBe(403)
    expect(own.asked).toEqual([])
    own.at -= 1
    expect((await own.post("/me/session", { token })).status).toBe(303)
  })

  test("refuses what is no token", async () => {
    for (const token of ["", "v1.x.y", "x".repeat(3_000)])
      expect((await own.post("/me/session", { token })).status).toBe(403)
    expect(own.asked).toEqual([])
  })

  test("P13: of another bank's person opens that person's pages and no other's", async () => {
    own.good.add("entry-ben")
    const response = await own.post(
      "/me/session",
      { token: await own.tokenFor(BEN, "entry-ben") },
      own.visit(ANA),
    )
    const session = await openSession(own.vault, cookieOf(response, SESSION_COOKIE), own.at)
    expect(session?.whom).toEqual(BEN)
    expect(own.asked).toEqual(["enter person_ben entry-ben"])
  })

  test("opened by a preview uses nothing up, and its page holds no token of the address", async () => {
    for (const path of ["/me", "/me/open"]) {
      const response = await own.get(path)
      expect(response.status).toBe(200)
      const html = await response.text()
      expect(html).toContain('<noscript><p class="notice">')
      expect(html).toMatch(/name="token" id="token" value=""/)
    }
    expect(own.asked).toEqual([])
  })

  test("in a browser with an older visit leads to the page of the link", async () => {
    expect(await (await own.get("/me", own.visit())).text()).toContain(
      'location.replace("/me/open" + location.hash)',
    )
    expect(await (await own.get("/me/open", own.visit())).text()).toContain('action="/me/session"')
  })
})

describe("forms", () => {
  test.each([
    ["no origin", null],
    ["origin null", "null"],
    ["another origin", "https://evil.example"],
    ["our host by http", "http://gateway.example"],
    ["our host on another port", "https://gateway.example:8443"],
    ["a host that begins like ours", "https://gateway.example.evil.example"],
  ])("are refused with %s, and nothing is done", async (_, origin) => {
    const session = own.visit()
    for (const [path, fields] of FORMS) {
      const response = await own.post(path, { form: session.form, ...fields }, session, origin)
      expect(response.status, path).toBe(403)
      expect(response.headers.get("set-cookie"), path).toBeNull()
    }
    const entered = await own.post("/me/session", { token: await own.tokenFor(ANA) }, undefined, origin)
    expect(entered.status).toBe(403)
    expect(own.asked).toEqual([])
  })

  test.each(FORMS)("%s %o needs a visit, and one that lasts", async (path, fields) => {
    const session = own.visit()
    expect((await own.post(path, { form: session.form, ...fields })).status).toBe(403)
    own.at = session.until
    const late = await own.post(path, { form: session.form, ...fields }, session)
    expect(late.status).toBe(403)
    expect(await late.text()).toContain("This page has closed")
    expect(own.asked).toEqual([])
    own.at -= 1
    expect((await own.post(path, { form: session.form, ...fields }, session)).status).toBeLessThan(400)
  })

  test.each(FORMS)("%s %o is refused with another visit's token or none", async (path, fields) => {
    const session = own.visit()
    for (const form of [own.visit().form, "", `${session.form}x`]) {
      const response = await own.post(path, { form, ...fields }, session)
      expect(response.status).toBe(400)
      expect(await response.text()).toContain("This form is from another visit")
    }
    expect(own.asked).toEqual([])
  })

  test("of 4 KiB are read, one byte more is not", async () => {
    const session = own.visit()
    const filled = (bytes: number) => {
      const body = `form=${session.form}&language=ar&filler=`
      return own.press("/me/language", session, { language: "ar", filler: "x".repeat(bytes - body.length) })
    }
    expect((await filled(4_096)).status).toBe(303)
    expect((await filled(4_097)).status).toBe(400)
  })

  test("do nothing when they are looked up by GET", async () => {
    for (const path of ["/me/purpose", "/me/amounts", "/me/session", "/me/close", "/me/language"])
      expect((await own.get(`${path}?form=x&purpose=fraud_alerts&to=off`, own.visit())).status, path).toBe(
        404,
      )
    expect((await own.get("/me/disconnect", own.visit())).status).toBe(200)
    expect((await own.get("/me/delete", own.visit())).status).toBe(200)
    expect(own.asked).toEqual([])
  })

  test("name purposes that exist", async () => {
    const session = own.visit()
    expect((await own.press("/me/purpose", session, { purpose: "marketing", to: "on" })).status).toBe(400)
    expect(own.asked).toEqual([])
  })
})

describe("a visit", () => {
  test.each(PAGES)("is needed for %s", async (path) => {
    const response = await own.get(path)
    expect(response.status).toBe(403)
    expect(await response.text()).toContain("This page has closed")
  })

  test("is none with a changed cookie, a step's, or a form's seal", async () => {
    const sealed = await sealSession(own.vault, own.visit())
    const changedBy = sealed.slice(0, -1) + (sealed.endsWith("A") ? "B" : "A")
    const step = await sealStep(own.vault, own.stepFor({ kind: "delete_everything" }))
    const form = await own.vault.sealForDays("form", "session", "cookie", JSON.stringify(own.visit()))
    for (const cookie of [changedBy, step, form, "", "v1.x"]) {
      const headers = { cookie: `${SESSION_COOKIE}=${cookie}` }
      expect((await own.app.request(`${ORIGIN}/me/uses`, { headers })).status).toBe(403)
    }
  })

  test("is not lengthened by looking or by another language", async () => {
    const session = own.visit()
    own.at += 10 * MINUTE_MS
    const response = await own.press("/me/language", session, { language: "ar" })
    const after = await openSession(own.vault, cookieOf(response, SESSION_COOKIE), own.at)
    expect(after).toEqual({ ...session, language: "ar" })
    expect(response.headers.get("set-cookie")).toContain("Max-Age=300;")
    expect((await own.get("/me", session)).headers.get("set-cookie")).toBeNull()
  })

  test("is over when it is closed", async () => {
    const response = await own.press("/me/close", own.visit(), {})
    expect(response.headers.get("set-cookie")).toContain(`${SESSION_COOKIE}=; Path=/; Max-Age=0`)
    expect(await response.text()).toContain("https://m.me/100000000000001")
  })
})
