// The pages' HTTP face with linking itself as a stand-in: origins, forms, and the attempt in its cookie.
import { describe, expect, test } from "vitest"
import { ok } from "../../../src/foundation/result.ts"
import { LINKING_COOKIE, openLinkingState, sealLinkingState } from "../../../src/links/linking-cookie.ts"
import { type LinkingRefusal } from "../../../src/links/linking-refusal.ts"
import { BANK } from "../../support/fake-bank.ts"
import {
  eachWithItsRoutes,
  ORIGIN,
  REDIRECT,
  AT,
  LOG_IN_MS,
  vault,
  pending,
  atBank,
  get,
  post,
  cookieOf,
  given,
} from "../../support/link-routes.ts"

eachWithItsRoutes()

describe("forms", () => {
  const START = { attempt: "attempt-1", form: "v1.sealed" }

  test.each([
    ["no origin", null],
    ["origin null", "null"],
    ["another origin", "https://evil.example"],
    ["our host by http", "http://gateway.example"],
    ["our host on another port", "https://gateway.example:8443"],
    ["a host that begins like ours", "https://gateway.example.evil.example"],
  ])("P15: are refused with %s, and nothing is called", async (_, origin) => {
    for (const [path, state] of [
      ["/link/demo", undefined],
      ["/link/consent", pending],
    ] as const) {
      const response = await post(path, START, state, origin)
      expect(response.status).toBe(403)
      expect(response.headers.get("set-cookie")).toBeNull()
    }
    expect(given.steps).toEqual([])
  })

  test("of 16 KiB are read, one byte more is not", async () => {
    const filler = (bytes: number) => ({ form: "x".repeat(bytes - "form=".length) })
    expect((await post("/link/demo", filler(16 * 1024))).status).toBe(303)
    expect((await post("/link/demo", filler(16 * 1024 + 1))).status).toBe(400)
  })

  test("of the first page lead to the bank with the attempt in the cookie, and nowhere else", async () => {
    const response = await post("/link/demo", START)
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("https://bank.example/oidc/auth?request_uri=x")
    const header = response.headers.get("set-cookie") ?? ""
    expect(header).toMatch(/; Path=\/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax$/)
    expect(await openLinkingState(vault, cookieOf(response))).toEqual(ok(atBank))
    expect(header.length).toBeLessThan(4_096)
  })

  test("of the consent page hand on the purposes that exist, and amounts only when asked", async () => {
    const fields = new URLSearchParams([
      ["action", "connect"],
      ["form", "v1.sealed"],
      ["purpose", "fraud_alerts"],
      ["purpose", "marketing"],
      ["purpose", "receipts"],
    ])
    const response = await post("/link/consent", fields, pending)
    expect(response.headers.get("location")).toBe("/link/code")
    expect(given.chosen).toMatchObject({ purposes: ["fraud_alerts", "receipts"], showAmounts: false })
    fields.set("show_amounts", "on")
    await post("/link/consent", fields, pending)
    expect(given.chosen).toMatchObject({ showAmounts: true })
  })

  test("with [Not now] decline, forget the attempt and lead back", async () => {
    const response = await post("/link/consent", { action: "decline", form: "v1.sealed" }, pending)
    expect(given.steps).toEqual(["decline"])
    expect(response.headers.get("set-cookie")).toContain("Max-Age=0")
    expect(await response.text()).toContain(REDIRECT)
  })

  test("with nothing chosen show the page again, and say so", async () => {
    given.refusal = { reason: "nothing_chosen" }
    const response = await post("/link/consent", { action: "connect", form: "v1.sealed" }, pending)
    expect(response.status).toBe(422)
    expect(await response.text()).toContain("Nothing is switched on yet")
  })
})

describe("the attempt", () => {
  test.each(["/link/callback?code=c&state=s", "/link/callback/demo", "/link/consent", "/link/code"])(
    "P11: without its cookie %s is another browser",
    async (path) => {
      const response = await get(path)
      expect(response.status).toBe(403)
      expect(await response.text()).toContain("This was not started in this browser")
      expect(given.steps).toEqual([])
    },
  )

  test("the bank's answer in another browser: it is offered to start there, where the issuer is one bank's alone", async () => {
    const lost = `/link/callback?code=c&state=s&iss=${encodeURIComponent(BANK.issuer)}`
    expect(await (await get(lost)).text()).toMatch(
      new RegExp(`<a [^>]*href="/link/${BANK.id}\\?[^"]*"[^>]*>Start again<`),
    )
    expect(
      await (await get("/link/callback?code=c&state=s&iss=https%3A%2F%2Felse.example")).text(),
    ).not.toContain("Start again</a>")
  })

  test("a cookie changed by one character is none", async () => {
    const sealed = await sealLinkingState(vault, pending)
    const changed = sealed.slice(0, -1) + (sealed.endsWith("A") ? "B" : "A")
    const response = await given.app.request(`${ORIGIN}/link/consent`, {
      headers: { cookie: `${LINKING_COOKIE}=${changed}` },
    })
    expect(response.status).toBe(403)
  })

  test("a cookie is not a form token and a form token is no cookie", async () => {
    const form = await vault.sealForDays("form", "link", "cookie", JSON.stringify(pending))
    expect(await openLinkingState(vault, form)).toMatchObject({ ok: false })
  })

  test("goes from the bank's answer to the consent page, so that no code stays in the address", async () => {
    const response = await get("/link/callback?code=c&state=s&iss=i", atBank)
    expect([response.status, response.headers.get("location")]).toEqual([303, "/link/consent"])
    expect(await openLinkingState(vault, cookieOf(response))).toEqual(ok(pending))
  })

  test("of one bank is not finished at another's callback", async () => {
    expect((await get("/link/callback/other", atBank)).status).toBe(403)
    expect((await get("/link/callback/demo", atBank)).status).toBe(303)
  })

  test("is not asked for a consent or a code while the customer is at the bank", async () => {
    for (const path of ["/link/consent", "/link/code"]) expect((await get(path, atBank)).status).toBe(403)
  })

  test.each([
    ["denied", true],
    ["answer_refused", true],
    ["attempt_expired", true],
    ["state_mismatch", false],
    ["issuer_mismatch", false],
    ["bank_unreachable", false],
  ] as const)(
    "after %s is forgotten: %s; a stranger's forged answer does not end it",
    async (reason, forgotten) => {
      given.refusal = { reason, code: "x", outage: { reason: "timeout", retry: "later" } } as LinkingRefusal
      const response = await get("/link/callback?code=c", atBank)
      expect((response.headers.get("set-cookie") ?? "").includes("Max-Age=0")).toBe(forgotten)
    },
  )

  test("leads back by Messenger's own way for four and a half minutes, then by m.me", async () => {
    given.refusal = { reason: "denied" }
    given.at = AT + LOG_IN_MS - 1
    expect(await (await get("/link/callback", atBank)).text()).toContain(REDIRECT)
    given.at += 1
    const late = await (await get("/link/callback", atBank)).text()
    expect(late).not.toContain(REDIRECT)
    expect(late).toContain("https://m.me/100000000000001")
  })
})
