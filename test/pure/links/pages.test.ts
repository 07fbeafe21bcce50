// Every page of linking as markup, with linking itself as a stand-in: headers, words, ways on.
import { describe, expect, test } from "vitest"
import { PURPOSES } from "../../../src/foundation/purpose.ts"
import type { Linking } from "../../../src/links/linking.ts"
import {
  REFUSAL_STATUS,
  type LinkingReason,
  type LinkingRefusal,
} from "../../../src/links/linking-refusal.ts"
import { createLinkRoutes } from "../../../src/links/routes.tsx"
import { BANK } from "../../support/fake-bank.ts"
import {
  eachWithItsRoutes,
  ORIGIN,
  REDIRECT,
  AT,
  LOG_IN_MS,
  vault,
  pending,
  offered,
  atBank,
  get,
  post,
  cookieOf,
  given,
} from "../../support/link-routes.ts"

eachWithItsRoutes()

describe("pages", () => {
  const PAGES = [
    ["first", "/link/demo", undefined],
    ["consent", "/link/consent", pending],
    ["code", "/link/code", offered],
    ["other browser", "/link/code", undefined],
  ] as const

  test.each(PAGES)(
    "the %s page is framed by nobody, cached by nobody, loads nothing, and is small",
    async (_, path, state) => {
      const response = await get(path, state)
      const csp = response.headers.get("content-security-policy") ?? ""
      expect(csp).toContain("default-src 'none'")
      expect(csp).toContain("frame-ancestors 'none'")
      expect(csp).not.toContain("unsafe")
      expect(response.headers.get("cache-control")).toBe("no-store")
      const html = await response.text()
      expect(html.length).toBeLessThan(30 * 1024)
      const nonce = /style-src 'nonce-([^']+)'/.exec(csp)?.[1] ?? "none"
      expect(html).toContain(`<style nonce="${nonce}">`)
      expect(html).not.toMatch(/ on[a-z]+=|style="/)
      expect(
        html.match(
          /(?:src|href|action)="(?!\/link\/|https:\/\/(?:www\.facebook\.com|m\.me)\/|data:,)[^"]*"/g,
        ),
      ).toBeNull()
    },
  )

  test("the first page's form may end at the bank, through its login's own hosts", async () => {
    const csp = (await get("/link/demo")).headers.get("content-security-policy")
    expect(csp).toContain("form-action 'self' https://bank.example https://bank.example;")
  })

  test("P5: no page shows a person, link, account id or the platform's token", async () => {
    for (const [, path, state] of PAGES) {
      const html = await (await get(path, state)).text()
      expect(html).not.toMatch(/person_secret|link_secret|acc-secret|alt-secret/)
    }
  })

  test("the consent page has seven switches and one for amounts, all off, and the bank's words as text", async () => {
    const html = await (await get("/link/consent", pending)).text()
    expect(html.match(/role="switch"/g)?.length).toBe(8)
    expect(html).not.toMatch(/\bchecked\b(?=[^{]*>)/)
    for (const purpose of PURPOSES) expect(html).toContain(`value="${purpose}"`)
    expect(html).toContain("&lt;b&gt;Everyday&lt;/b&gt;")
    expect(html).toContain("••4821")
  })

  test("what the bank's grant does not cover cannot be switched on there, and the page says why and where", async () => {
    given.covered = ["fraud_alerts", "support_chat"]
    const html = await (await get("/link/consent", pending)).text()
    for (const purpose of PURPOSES) {
      const input = new RegExp(`<input[^>]*value="${purpose}"[^>]*>`).exec(html)?.[0] ?? ""
      expect(input.includes("disabled"), purpose).toBe(!given.covered.includes(purpose))
    }
    expect(html.match(/You did not allow this at/g)?.length).toBe(PURPOSES.length - 2)
  })

  test("P11: the code page shows the six digits, its one button is the way back with the code, and no field asks for one", async () => {
    const html = await (await get("/link/code", offered)).text()
    expect(html).toContain("<span>482</span><span>109</span>")
    expect(html).toContain(`href="${REDIRECT}&amp;authorization_code=ac-1"`)
    expect(html.match(/class="button"/g)?.length).toBe(1)
    expect(html).not.toContain("<input")
    expect(html).toContain('data-later="https://m.me/100000000000001?ref=ac-1"')
  })

  test("P11: once Log In is too old, and where it did not begin with one, the way on is m.me with the nonce", async () => {
    const { person: _, redirectUri: __, logInUntil: ___, ...opened } = offered
    given.at = AT + LOG_IN_MS
    for (const state of [offered, opened]) {
      const html = await (await get("/link/code", state)).text()
      expect(html).toContain('href="https://m.me/100000000000001?ref=ac-1"')
      expect(html).not.toContain("facebook.com")
      expect(html).not.toContain("data-later")
    }
  })

  test("with nothing chosen, [Show amounts] stays as it was", async () => {
    given.refusal = { reason: "nothing_chosen" }
    for (const [amounts, shown] of [
      ["on", true],
      ["off", false],
    ] as const) {
      const response = await post("/link/consent", { form: "v1.sealed", show_amounts: amounts }, pending)
      expect(/name="show_amounts"[^>]* checked/.test(await response.text())).toBe(shown)
    }
  })

  test.each([
    ["Mozilla/5.0 (iPhone) [FBAN/MessengerForiOS;FBAV/480.0;]", true, false],
    ["Mozilla/5.0 (Linux; Android 16) [FB_IAB/Orca-Android;FBAV/480.0;]", true, true],
    ["Mozilla/5.0 (iPhone) Version/26.0 Safari/604.1", false, false],
  ])("a bank whose login is an app sends Messenger's own browser on: %s", async (agent, inside, android) => {
    given.bank = { ...BANK, login: "app" }
    const address = "/link/demo?page=100000000000001&account_linking_token=t&redirect_uri=r"
    const html = await (await get(address, undefined, { "user-agent": agent })).text()
    expect(html.includes("Continue in your browser")).toBe(inside)
    expect(html.includes("<form")).toBe(!inside)
    expect(html.includes("intent://")).toBe(android)
    expect(html).not.toContain("account_linking_token")
    given.bank = { ...BANK, login: "browser" }
    const other = await (await get(address, undefined, { "user-agent": agent })).text()
    expect(other).toContain("<form")
  })

  test("an answer in another browser exchanges nothing, and offers to start there where the bank is known", async () => {
    for (const path of ["/link/callback/demo?code=c", `/link/callback?code=c&iss=${BANK.issuer}`]) {
      const response = await get(path)
      expect(response.status).toBe(403)
      expect(await response.text()).toContain('href="/link/demo?lang=en"')
    }
    expect(await (await get("/link/callback?code=c&iss=https://else.example")).text()).not.toContain(
      "Start again<",
    )
    expect(given.steps).toEqual([])
  })

  test("before [Connect] the code page is the consent page", async () => {
    const response = await get("/link/code", pending)
    expect([response.status, response.headers.get("location")]).toEqual([303, "/link/consent"])
  })

  test("the language is the chat's, else the browser's, else the bank's", async () => {
    const langOf = async (path: string, accept?: string) =>
      /<html lang="(..)" dir="(...)"/
        .exec(await (await get(path, undefined, accept ? { "accept-language": accept } : {})).text())
        ?.slice(1)
    expect(await langOf("/link/demo?lang=ar_AR", "en")).toEqual(["ar", "rtl"])
    expect(await langOf("/link/demo", "fr, ar;q=0.8")).toEqual(["ar", "rtl"])
    expect(await langOf("/link/demo", "fr")).toEqual(["en", "ltr"])
  })

  test.each(Object.entries(REFUSAL_STATUS) as [LinkingReason, number][])(
    "%s has a page of its own, with status %i",
    async (reason, status) => {
      given.refusal = {
        reason,
        code: "x",
        lacking: ["x"],
        outage: { reason: "timeout", retry: "later" },
      } as LinkingRefusal
      for (const language of ["en", "ar"] as const) {
        const response = await get("/link/callback", { ...atBank, language })
        expect(response.status).toBe(status)
        const html = await response.text()
        expect(html).toContain(`<html lang="${language}"`)
        expect(html.match(/<p>/g)?.length).toBe(2)
      }
    },
  )

  test("a fault of ours is a page too, and the log has its class only", async () => {
    const broken = createLinkRoutes({
      linking: { open: () => Promise.reject(new RangeError("secret detail")) } as unknown as Linking,
      vault,
      now: () => given.at,
      log: {
        info: () => {},
        warn: () => {},
        error: (...line) => void given.lines.push(JSON.stringify(line)),
      },
      publicOrigin: ORIGIN,
      messengerLinkOrigin: "https://m.me",
      findBank: async () => BANK,
      findBankOfIssuer: async () => undefined,
    })
    const response = await broken.request(`${ORIGIN}/link/demo`)
    expect(response.status).toBe(500)
    expect(await response.text()).toContain("Something went wrong on our side")
    expect(given.lines.join()).toContain("RangeError")
    expect(given.lines.join()).not.toContain("secret detail")
  })

  test.each(["/link/demo", "/link/consent", "/link/callback?code=c-secret"])(
    "where the directory does not answer, %s is a page with a page's headers, and the attempt stays",
    async (path) => {
      given.directoryIsDown = true
      const response = await get(path, path === "/link/demo" ? undefined : pending, {
        "accept-language": "ar",
      })
      expect(response.status).toBe(500)
      expect(await response.text()).toContain(`<html lang="${path === "/link/demo" ? "ar" : "en"}"`)
      expect(response.headers.get("cache-control")).toBe("no-store")
      expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
      expect(cookieOf(response)).toBeUndefined()
      expect(given.lines.join()).not.toMatch(/cust-|c-secret/)
      expect(given.steps).toEqual([])
    },
  )

  test("a refusal's log line names reason and bank, and nothing of the person", async () => {
    given.refusal = { reason: "denied" }
    await get("/link/callback?code=c-secret", atBank)
    expect(given.lines.join()).toContain('"reason":"denied"')
    expect(given.lines.join()).not.toMatch(/person_|c-secret|facebook/)
  })
})
