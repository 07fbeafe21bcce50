// The pages' HTTP face with linking itself as a stand-in: origins, forms, cookies, headers, and every page as markup.
import { Hono } from "hono"
import { beforeEach, describe, expect, test } from "vitest"
import type { BankRecord } from "../../../src/banks/bank.ts"
import { parseKeyRing } from "../../../src/crypto/key-ring.ts"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { LinkId, PageId, PersonId } from "../../../src/foundation/id.ts"
import type { Log } from "../../../src/foundation/log.ts"
import { PURPOSES, type Purpose } from "../../../src/foundation/purpose.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { requestIdentity, type RequestVariables } from "../../../src/http/headers.ts"
import type { Linking } from "../../../src/links/linking.ts"
import {
  LINKING_COOKIE,
  type AtBank,
  openLinkingState,
  sealLinkingState,
  type LinkingState,
} from "../../../src/links/linking-cookie.ts"
import {
  REFUSAL_STATUS,
  type LinkingReason,
  type LinkingRefusal,
} from "../../../src/links/linking-refusal.ts"
import { createLinkRoutes } from "../../../src/links/routes.tsx"
import { createVault } from "../../../src/vault/vault.ts"
import { BANK } from "../../support/fake-bank.ts"
import { TEST_KEYS } from "../../support/keys.ts"

const ORIGIN = "https://gateway.example"
const REDIRECT = "https://www.facebook.com/messenger_platform/account_linking?account_linking_token=T"
const AT = Date.UTC(2026, 10, 22, 9)
/** How long Messenger's own way back is used. */
const LOG_IN_MS = 4.5 * MINUTE_MS
const ACCOUNTS = [
  { id: "acc-secret-1", kind: "checking", label: "<b>Everyday</b>", last4: "4821", currency: "EUR" },
] as const

const ring = parseKeyRing(TEST_KEYS.VAULT_KEYS)
if (!ring.ok) throw new Error("test keys")
let at = AT
const vault = createVault(
  ring.value,
  () => at,
  (bytes) => crypto.getRandomValues(new Uint8Array(bytes)),
)

const attempt = {
  v: 1,
  attempt: "attempt-1",
  bank: BANK.id,
  page: "100000000000001" as PageId,
  person: "person_secret" as PersonId,
  redirectUri: REDIRECT,
  logInUntil: AT + LOG_IN_MS,
  language: "en",
  startedAt: AT,
} as const
const pending: LinkingState = {
  ...attempt,
  phase: "pending",
  link: "link_secret" as LinkId,
  authorizationCode: "ac-1",
}
const offered: LinkingState = { ...pending, phase: "offered", code: "482109" }
const atBank: AtBank = {
  ...attempt,
  phase: "bank",
  login: {
    state: "s",
    nonce: "n",
    verifier: "v",
    dpop: { publicKey: { kty: "EC" }, privateKey: { kty: "EC" } },
    startedRealAt: AT,
  },
}

let refusal: LinkingRefusal | undefined
let bank: BankRecord
let directoryIsDown: boolean
let chosen: { purposes: readonly Purpose[]; showAmounts: boolean } | undefined
let steps: string[]
let lines: string[]
let app: Hono<{ Variables: RequestVariables }>

beforeEach(() => {
  at = AT
  refusal = undefined
  bank = BANK
  directoryIsDown = false
  chosen = undefined
  steps = []
  lines = []
  const step = <T>(name: string, value: T) => {
    steps.push(name)
    return refusal ? err(refusal) : ok(value)
  }
  const linking: Linking = {
    open: async () => step("open", { bank, attempt: "attempt-1", form: "v1.sealed" }),
    readForm: async () => ({
      v: 1,
      page: attempt.page,
      from: { accountLinkingToken: "alt-secret", redirectUri: REDIRECT },
      logInUntil: AT + LOG_IN_MS,
      language: "en",
      at: AT,
    }),
    start: async () => step("start", { url: "https://bank.example/oidc/auth?request_uri=x", state: atBank }),
    finish: async () => step("finish", pending),
    review: async () => {
      steps.push("review")
      const values = { bank: BANK.name, operator: "Operator", date: "20 May 2027" }
      return ok({ accounts: ACCOUNTS, values, form: "v1.sealed" })
    },
    consent: async (_, __, given) => {
      chosen = given
      return step("consent", offered)
    },
    decline: async () => step("decline", undefined),
    showCode: async () => step("showCode", { state: "pending", minutesLeft: 10 } as const),
  }
  const write = (_: string, event: string, fields?: object) => void lines.push(event + JSON.stringify(fields))
  const log: Log = {
    info: (...line) => write("info", ...line),
    warn: (...line) => write("warn", ...line),
    error: (...line) => write("error", ...line),
  }
  app = new Hono<{ Variables: RequestVariables }>()
  app.use(requestIdentity)
  app.route(
    "/",
    createLinkRoutes({
      linking,
      vault,
      now: () => at,
      log,
      publicOrigin: ORIGIN,
      messengerLinkOrigin: "https://m.me",
      async findBank(id) {
        if (directoryIsDown) throw new Error("Cannot find a bank: unavailable, asked for cust-7f3a1b9c")
        return id === BANK.id ? bank : undefined
      },
      findBankOfIssuer: async (issuer) => (issuer === BANK.issuer ? BANK : undefined),
    }),
  )
})

async function get(path: string, state?: LinkingState, headers: Record<string, string> = {}) {
  const cookie = state ? `${LINKING_COOKIE}=${await sealLinkingState(vault, state)}` : undefined
  return app.request(ORIGIN + path, { headers: { ...headers, ...(cookie ? { cookie } : {}) } })
}

async function post(
  path: string,
  fields: Record<string, string> | URLSearchParams,
  state?: LinkingState,
  origin: string | null = ORIGIN,
) {
  const cookie = state ? `${LINKING_COOKIE}=${await sealLinkingState(vault, state)}` : undefined
  return app.request(ORIGIN + path, {
    method: "POST",
    body: new URLSearchParams(fields).toString(),
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      ...(origin === null ? {} : { origin }),
      ...(cookie ? { cookie } : {}),
    },
  })
}

function cookieOf(response: Response): string | undefined {
  return /__Host-tellerline-link=([^;]*)/.exec(response.headers.get("set-cookie") ?? "")?.[1]
}

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
    expect(steps).toEqual([])
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
    expect(chosen).toMatchObject({ purposes: ["fraud_alerts", "receipts"], showAmounts: false })
    fields.set("show_amounts", "on")
    await post("/link/consent", fields, pending)
    expect(chosen).toMatchObject({ showAmounts: true })
  })

  test("with [Not now] decline, forget the attempt and lead back", async () => {
    const response = await post("/link/consent", { action: "decline", form: "v1.sealed" }, pending)
    expect(steps).toEqual(["decline"])
    expect(response.headers.get("set-cookie")).toContain("Max-Age=0")
    expect(await response.text()).toContain(REDIRECT)
  })

  test("with nothing chosen show the page again, and say so", async () => {
    refusal = { reason: "nothing_chosen" }
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
      expect(steps).toEqual([])
    },
  )

  test("a cookie changed by one character is none", async () => {
    const sealed = await sealLinkingState(vault, pending)
    const changed = sealed.slice(0, -1) + (sealed.endsWith("A") ? "B" : "A")
    const response = await app.request(`${ORIGIN}/link/consent`, {
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
      refusal = { reason, code: "x", outage: { reason: "timeout", retry: "later" } } as LinkingRefusal
      const response = await get("/link/callback?code=c", atBank)
      expect((response.headers.get("set-cookie") ?? "").includes("Max-Age=0")).toBe(forgotten)
    },
  )

  test("leads back by Messenger's own way for four and a half minutes, then by m.me", async () => {
    refusal = { reason: "denied" }
    at = AT + LOG_IN_MS - 1
    expect(await (await get("/link/callback", atBank)).text()).toContain(REDIRECT)
    at += 1
    const late = await (await get("/link/callback", atBank)).text()
    expect(late).not.toContain(REDIRECT)
    expect(late).toContain("https://m.me/100000000000001")
  })
})

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
    at = AT + LOG_IN_MS
    for (const state of [offered, opened]) {
      const html = await (await get("/link/code", state)).text()
      expect(html).toContain('href="https://m.me/100000000000001?ref=ac-1"')
      expect(html).not.toContain("facebook.com")
      expect(html).not.toContain("data-later")
    }
  })

  test("with nothing chosen, [Show amounts] stays as it was", async () => {
    refusal = { reason: "nothing_chosen" }
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
    bank = { ...BANK, login: "app" }
    const address = "/link/demo?page=100000000000001&account_linking_token=t&redirect_uri=r"
    const html = await (await get(address, undefined, { "user-agent": agent })).text()
    expect(html.includes("Continue in your browser")).toBe(inside)
    expect(html.includes("<form")).toBe(!inside)
    expect(html.includes("intent://")).toBe(android)
    expect(html).not.toContain("account_linking_token")
    bank = { ...BANK, login: "browser" }
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
    expect(steps).toEqual([])
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
      refusal = {
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
      now: () => at,
      log: { info: () => {}, warn: () => {}, error: (...line) => void lines.push(JSON.stringify(line)) },
      publicOrigin: ORIGIN,
      messengerLinkOrigin: "https://m.me",
      findBank: async () => BANK,
      findBankOfIssuer: async () => undefined,
    })
    const response = await broken.request(`${ORIGIN}/link/demo`)
    expect(response.status).toBe(500)
    expect(await response.text()).toContain("Something went wrong on our side")
    expect(lines.join()).toContain("RangeError")
    expect(lines.join()).not.toContain("secret detail")
  })

  test.each(["/link/demo", "/link/consent", "/link/callback?code=c-secret"])(
    "where the directory does not answer, %s is a page with a page's headers, and the attempt stays",
    async (path) => {
      directoryIsDown = true
      const response = await get(path, path === "/link/demo" ? undefined : pending, {
        "accept-language": "ar",
      })
      expect(response.status).toBe(500)
      expect(await response.text()).toContain(`<html lang="${path === "/link/demo" ? "ar" : "en"}"`)
      expect(response.headers.get("cache-control")).toBe("no-store")
      expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
      expect(cookieOf(response)).toBeUndefined()
      expect(lines.join()).not.toMatch(/cust-|c-secret/)
      expect(steps).toEqual([])
    },
  )

  test("a refusal's log line names reason and bank, and nothing of the person", async () => {
    refusal = { reason: "denied" }
    await get("/link/callback?code=c-secret", atBank)
    expect(lines.join()).toContain('"reason":"denied"')
    expect(lines.join()).not.toMatch(/person_|c-secret|facebook/)
  })
})
