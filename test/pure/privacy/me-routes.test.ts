// The customer's own pages over HTTP, with Conversation, directory and bank as stand-ins: the one-time link, the visit, its forms, the
// bank's login in between, and every page as markup.
import { Hono } from "hono"
import { beforeEach, describe, expect, test } from "vitest"
import type { ConsentView } from "../../../src/conversations/consent-view.ts"
import type { Everything, OwnUses } from "../../../src/conversations/own-data.ts"
import type { OwnDataEntry } from "../../../src/conversations/own-data-entry.ts"
import type { Whom } from "../../../src/conversations/person-world.ts"
import type { OwnWish } from "../../../src/conversations/turn-context.ts"
import { parseKeyRing } from "../../../src/crypto/key-ring.ts"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { BankId, LinkId, PageId, PersonId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { requestIdentity, type RequestVariables } from "../../../src/http/headers.ts"
import type { LoginRefusal } from "../../../src/links/bank-refusal.ts"
import type { Held } from "../../../src/privacy/me/held.ts"
import type { MeWorld } from "../../../src/privacy/me/me.ts"
import { createMeRoutes } from "../../../src/privacy/me/routes.tsx"
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
  type Step,
} from "../../../src/privacy/me/session.ts"
import { createVault } from "../../../src/vault/vault.ts"
import { BANK } from "../../support/fake-bank.ts"
import { TEST_KEYS } from "../../support/keys.ts"

const ORIGIN = "https://gateway.example"
const AT = Date.UTC(2026, 10, 22, 9)
const PAGE_BYTES_MAX = 30 * 1024
const LINK = "link_secret" as LinkId
const ANA: Whom = {
  person: "person_ana" as PersonId,
  page: "100000000000001" as PageId,
  bank: "demo" as BankId,
}
const BEN: Whom = {
  person: "person_ben" as PersonId,
  page: "100000000000002" as PageId,
  bank: "other" as BankId,
}
const ON = ["transaction_alerts", "fraud_alerts"] as const

const ring = parseKeyRing(TEST_KEYS.VAULT_KEYS)
if (!ring.ok) throw new Error("test keys")
let at = AT
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
const vault = createVault(ring.value, () => at, random)

/** What was asked of the rooms below, in order. */
let asked: string[]
let lines: string[]
let good: Set<string>
let consent: ConsentView | undefined
let refusal: LoginRefusal | undefined
let reference: string
let down: boolean
let uses: OwnUses
let held: Held
let everything: Everything
let app: Hono<{ Variables: RequestVariables }>

beforeEach(() => {
  at = AT
  asked = []
  lines = []
  good = new Set(["entry-1"])
  consent = {
    v: 1,
    link: LINK,
    purposes: ON,
    showAmounts: false,
    accounts: [
      { id: "acc-secret-1", kind: "checking", label: "<b>Everyday</b>", last4: "4821", currency: "EUR" },
    ],
    givenAt: AT,
    until: AT + 86_400_000,
    coming: [],
  }
  refusal = undefined
  reference = "cust-ana"
  down = false
  uses = { v: 1, uses: [], more: false, whole: true }
  held = { v: 1, since: AT, links: [], receipts: [], whole: true }
  everything = {
    v: 1,
    remembered: { psid: "72359690250745605", language: "en" },
    said: [],
    heard: [],
    cut: false,
  }
  const note = (name: string, whom: Whom, more: unknown = "") =>
    void asked.push(`${name} ${whom.person} ${typeof more === "string" ? more : JSON.stringify(more)}`.trim())
  const write = (event: string, fields?: object) => void lines.push(event + JSON.stringify(fields))
  const world: MeWorld = {
    vault,
    random,
    now: () => at,
    log: { info: write, warn: write, error: write },
    publicOrigin: ORIGIN,
    messengerLinkOrigin: "https://m.me",
    async findBank(id) {
      if (down) throw new Error("Cannot find a bank: unavailable, asked for cust-7f3a1b9c")
      return id === BANK.id ? BANK : { ...BANK, id, name: "Other Bank" }
    },
    login: {
      async start() {
        if (refusal) return err(refusal)
        return ok({ url: "https://bank.example/oidc/auth?request_uri=x", attempt: attempt() })
      },
      async finish() {
        if (refusal) return err(refusal)
        const tokens = { v: 1, accessToken: "a", accessExpiresAt: at, refreshToken: "r" } as const
        return ok({ tokens, reference, accounts: [] })
      },
      async revoke(_, { refreshToken }) {
        asked.push(`given back ${refreshToken}`)
        return ok(undefined)
      },
    },
    chat: {
      async enter(whom, entry) {
        note("enter", whom, entry)
        return good.delete(entry)
      },
      ownData: async () => ({ v: 1, language: "en", ...(consent ? { consent } : {}) }),
      uses: async () => uses,
      everything: async () => everything,
    },
    held: async () => held,
    isCustomer: async (link, given) => link === LINK && given === "cust-ana",
    sign: async () => "ey.signed.receipt",
    acts: {
      async change(whom, link, wish) {
        note("change", whom, wish)
        if (consent?.link !== link) return undefined
        consent = changed(consent, wish)
        return consent
      },
      async disconnect(whom, link) {
        note("disconnect", whom)
        const was = consent?.link === link
        consent = undefined
        return was
      },
      async erase(whom) {
        note("erase", whom)
        return "/privacy/erasure/code-1"
      },
    },
  }
  app = new Hono<{ Variables: RequestVariables }>()
  app.use(requestIdentity)
  app.route("/", createMeRoutes(world))
  app.get("/link/callback/:bankId?", (c) => c.text("the linking pages'"))
})

function attempt(): Step["login"] {
  return { state: "state-1", nonce: "n", verifier: "v", startedRealAt: AT }
}

function changed(before: ConsentView, { on = [], off = [], showAmounts }: OwnWish): ConsentView {
  return {
    ...before,
    purposes: [...before.purposes, ...on].filter((each) => !off.includes(each)),
    showAmounts: showAmounts ?? before.showAmounts,
  }
}

function visit(whom: Whom = ANA): Session {
  return createSession(whom, "en", at, random)
}

async function tokenFor(whom: Whom, id = "entry-1", until = AT + 5 * MINUTE_MS): Promise<string> {
  const entry: OwnDataEntry = { v: 1, whom, id, until, language: "en" }
  return vault.sealForDays("me", "entry", "token", JSON.stringify(entry))
}

async function get(path: string, session?: Session, more: Readonly<Record<string, string>> = {}) {
  const cookie = session ? `${SESSION_COOKIE}=${await sealSession(vault, session)}` : undefined
  return app.request(ORIGIN + path, { headers: { ...(cookie ? { cookie } : {}), ...more } })
}

async function post(
  path: string,
  fields: Readonly<Record<string, string>>,
  session?: Session,
  origin: string | null = ORIGIN,
) {
  const cookie = session ? `${SESSION_COOKIE}=${await sealSession(vault, session)}` : undefined
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

/** Press a switch of a visit. */
function press(path: string, session: Session, fields: Readonly<Record<string, string>>) {
  return post(path, { form: session.form, ...fields }, session)
}

async function callback(step: Step, state = step.login.state) {
  return get(`/link/callback?code=c&state=${state}&iss=https://bank.example`, undefined, {
    cookie: `${STEP_COOKIE}=${await sealStep(vault, step)}`,
  })
}

function stepFor(act: Step["act"], more: Partial<Step> = {}): Step {
  return { v: 1, session: visit(), link: LINK, act, login: attempt(), startedAt: at, ...more }
}

function cookieOf(response: Response, name: string): string | undefined {
  return new RegExp(`${name}=([^;]*)`).exec(response.headers.get("set-cookie") ?? "")?.[1]
}

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

describe("the one-time link", () => {
  test("begins a visit of 15 minutes in a cookie other sites cannot use", async () => {
    const response = await post("/me/session", { token: await tokenFor(ANA) })
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("/me")
    const header = response.headers.get("set-cookie") ?? ""
    expect(header).toMatch(/^__Host-tellerline-me=/)
    expect(header).toMatch(/; Path=\/; Max-Age=900; HttpOnly; Secure; SameSite=Strict$/)
    const session = await openSession(vault, cookieOf(response, SESSION_COOKIE), at)
    expect(session).toMatchObject({ whom: ANA, until: AT + SESSION_MS })
    expect(asked).toEqual(["enter person_ana entry-1"])
  })

  test("is good once", async () => {
    const token = await tokenFor(ANA)
    expect((await post("/me/session", { token })).status).toBe(303)
    const again = await post("/me/session", { token })
    expect(again.status).toBe(403)
    expect(again.headers.get("set-cookie")).toBeNull()
    expect(await again.text()).toContain("This link is no longer good")
  })

  test("is good to its last millisecond, and asks nobody afterwards", async () => {
    const token = await tokenFor(ANA)
    at = AT + 5 * MINUTE_MS
    expect((await post("/me/session", { token })).status).toBe(403)
    expect(asked).toEqual([])
    at -= 1
    expect((await post("/me/session", { token })).status).toBe(303)
  })

  test("refuses what is no token", async () => {
    for (const token of ["", "v1.x.y", "x".repeat(3_000)])
      expect((await post("/me/session", { token })).status).toBe(403)
    expect(asked).toEqual([])
  })

  test("P13: of another bank's person opens that person's pages and no other's", async () => {
    good.add("entry-ben")
    const response = await post("/me/session", { token: await tokenFor(BEN, "entry-ben") }, visit(ANA))
    const session = await openSession(vault, cookieOf(response, SESSION_COOKIE), at)
    expect(session?.whom).toEqual(BEN)
    expect(asked).toEqual(["enter person_ben entry-ben"])
  })

  test("opened by a preview uses nothing up, and its page holds no token of the address", async () => {
    for (const path of ["/me", "/me/open"]) {
      const response = await get(path)
      expect(response.status).toBe(200)
      const html = await response.text()
      expect(html).toContain('<noscript><p class="notice">')
      expect(html).toMatch(/name="token" id="token" value=""/)
    }
    expect(asked).toEqual([])
  })

  test("in a browser with an older visit leads to the page of the link", async () => {
    expect(await (await get("/me", visit())).text()).toContain('location.replace("/me/open" + location.hash)')
    expect(await (await get("/me/open", visit())).text()).toContain('action="/me/session"')
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
    const session = visit()
    for (const [path, fields] of FORMS) {
      const response = await post(path, { form: session.form, ...fields }, session, origin)
      expect(response.status, path).toBe(403)
      expect(response.headers.get("set-cookie"), path).toBeNull()
    }
    const entered = await post("/me/session", { token: await tokenFor(ANA) }, undefined, origin)
    expect(entered.status).toBe(403)
    expect(asked).toEqual([])
  })

  test.each(FORMS)("%s %o needs a visit, and one that lasts", async (path, fields) => {
    const session = visit()
    expect((await post(path, { form: session.form, ...fields })).status).toBe(403)
    at = session.until
    const late = await post(path, { form: session.form, ...fields }, session)
    expect(late.status).toBe(403)
    expect(await late.text()).toContain("This page has closed")
    expect(asked).toEqual([])
    at -= 1
    expect((await post(path, { form: session.form, ...fields }, session)).status).toBeLessThan(400)
  })

  test.each(FORMS)("%s %o is refused with another visit's token or none", async (path, fields) => {
    const session = visit()
    for (const form of [visit().form, "", `${session.form}x`]) {
      const response = await post(path, { form, ...fields }, session)
      expect(response.status).toBe(400)
      expect(await response.text()).toContain("This form is from another visit")
    }
    expect(asked).toEqual([])
  })

  test("of 4 KiB are read, one byte more is not", async () => {
    const session = visit()
    const filled = (bytes: number) => {
      const body = `form=${session.form}&language=ar&filler=`
      return press("/me/language", session, { language: "ar", filler: "x".repeat(bytes - body.length) })
    }
    expect((await filled(4_096)).status).toBe(303)
    expect((await filled(4_097)).status).toBe(400)
  })

  test("do nothing when they are looked up by GET", async () => {
    for (const path of ["/me/purpose", "/me/amounts", "/me/session", "/me/close", "/me/language"])
      expect((await get(`${path}?form=x&purpose=fraud_alerts&to=off`, visit())).status, path).toBe(404)
    expect((await get("/me/disconnect", visit())).status).toBe(200)
    expect((await get("/me/delete", visit())).status).toBe(200)
    expect(asked).toEqual([])
  })

  test("name purposes that exist", async () => {
    const session = visit()
    expect((await press("/me/purpose", session, { purpose: "marketing", to: "on" })).status).toBe(400)
    expect(asked).toEqual([])
  })
})

describe("a visit", () => {
  test.each(PAGES)("is needed for %s", async (path) => {
    const response = await get(path)
    expect(response.status).toBe(403)
    expect(await response.text()).toContain("This page has closed")
  })

  test("is none with a changed cookie, a step's, or a form's seal", async () => {
    const sealed = await sealSession(vault, visit())
    const changedBy = sealed.slice(0, -1) + (sealed.endsWith("A") ? "B" : "A")
    const step = await sealStep(vault, stepFor({ kind: "delete_everything" }))
    const form = await vault.sealForDays("form", "session", "cookie", JSON.stringify(visit()))
    for (const cookie of [changedBy, step, form, "", "v1.x"]) {
      const headers = { cookie: `${SESSION_COOKIE}=${cookie}` }
      expect((await app.request(`${ORIGIN}/me/uses`, { headers })).status).toBe(403)
    }
  })

  test("is not lengthened by looking or by another language", async () => {
    const session = visit()
    at += 10 * MINUTE_MS
    const response = await press("/me/language", session, { language: "ar" })
    const after = await openSession(vault, cookieOf(response, SESSION_COOKIE), at)
    expect(after).toEqual({ ...session, language: "ar" })
    expect(response.headers.get("set-cookie")).toContain("Max-Age=300;")
    expect((await get("/me", session)).headers.get("set-cookie")).toBeNull()
  })

  test("is over when it is closed", async () => {
    const response = await press("/me/close", visit(), {})
    expect(response.headers.get("set-cookie")).toContain(`${SESSION_COOKIE}=; Path=/; Max-Age=0`)
    expect(await response.text()).toContain("https://m.me/100000000000001")
  })
})

describe("switches", () => {
  test("off act at once, without the bank", async () => {
    const response = await press("/me/purpose", visit(), { purpose: "fraud_alerts", to: "off" })
    expect(response.headers.get("location")).toBe("/me?did=change")
    expect(asked).toEqual(['change person_ana {"off":["fraud_alerts"],"bankLogin":false}'])
    consent = consent && { ...consent, showAmounts: true }
    await press("/me/amounts", visit(), { to: "off" })
    expect(asked.at(-1)).toBe('change person_ana {"showAmounts":false,"bankLogin":false}')
  })

  test("on lead to the bank and change nothing yet; what was asked for waits in a cookie", async () => {
    const session = visit()
    const response = await press("/me/purpose", session, { purpose: "receipts", to: "on" })
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("https://bank.example/oidc/auth?request_uri=x")
    const header = response.headers.get("set-cookie") ?? ""
    expect(header).toMatch(/; Path=\/; Max-Age=1200; HttpOnly; Secure; SameSite=Lax$/)
    expect(header.length).toBeLessThan(4_096)
    const step = await openStep(vault, cookieOf(response, STEP_COOKIE))
    expect(step).toMatchObject({ session, link: LINK, act: { kind: "switch_on", what: "receipts" } })
    expect(asked).toEqual([])
  })

  test("on are refused for what the bank's own grant does not cover", async () => {
    consent = consent && { ...consent, covered: ["fraud_alerts", "transaction_alerts"] }
    const response = await press("/me/purpose", visit(), { purpose: "receipts", to: "on" })
    expect(response.status).toBe(409)
    expect(await response.text()).toContain("Demo Bank has not agreed to that yet")
  })

  test("of a link that has ended do nothing and say so", async () => {
    consent = undefined
    for (const to of ["on", "off"]) {
      const response = await press("/me/purpose", visit(), { purpose: "receipts", to })
      expect(response.status).toBe(409)
      expect(await response.text()).toContain("Something changed meanwhile")
    }
    expect(asked).toEqual([])
  })

  test("say when the bank does not answer, and what still works", async () => {
    refusal = { reason: "bank_unreachable", outage: { reason: "unavailable", retry: "later" } }
    const response = await press("/me/amounts", visit(), { to: "on" })
    expect(response.status).toBe(502)
    expect(response.headers.get("set-cookie")).toBeNull()
    expect(await response.text()).toContain("Switching off and disconnecting work without the bank.")
  })
})

describe("the bank's answer", () => {
  const ON_RECEIPTS = { kind: "switch_on", what: "receipts" } as const

  test("switches on what was asked for, gives back what it gave, and takes its cookie away", async () => {
    const response = await callback(stepFor(ON_RECEIPTS))
    expect(response.status).toBe(200)
    expect(await response.text()).toContain("Receipts: on")
    expect(asked).toEqual(["given back r", 'change person_ana {"on":["receipts"],"bankLogin":true}'])
    expect(response.headers.get("set-cookie")).toContain(`${STEP_COOKIE}=; Path=/; Max-Age=0`)
    expect(response.headers.get("cache-control")).toBe("no-store")
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
  })

  test("shows amounts", async () => {
    expect(await (await callback(stepFor({ kind: "switch_on", what: "amounts" }))).text()).toContain(
      "Show amounts: on",
    )
    expect(asked.at(-1)).toBe('change person_ana {"showAmounts":true,"bankLogin":true}')
  })

  test("of another customer changes nothing, deletes nothing, and is given back", async () => {
    reference = "cust-mallory"
    for (const act of [ON_RECEIPTS, { kind: "delete_everything" } as const]) {
      const response = await callback(stepFor(act))
      expect(response.status).toBe(403)
      expect(await response.text()).toContain("That was another customer of Demo Bank")
    }
    expect(asked).toEqual(["given back r", "given back r"])
  })

  test.each([
    ["denied", 403],
    ["issuer_mismatch", 403],
    ["second_factor_missing", 403],
  ] as const)("%s changes nothing", async (reason, status) => {
    refusal = { reason }
    expect((await callback(stepFor(ON_RECEIPTS))).status).toBe(status)
    expect(asked).toEqual([])
  })

  test("counts to the last millisecond of its twenty minutes", async () => {
    const step = stepFor(ON_RECEIPTS)
    at += STEP_MS
    expect((await callback(step)).status).toBe(410)
    expect(asked).toEqual([])
    at -= 1
    expect((await callback(step)).status).toBe(200)
  })

  test("leads back to the pages while the visit lasts, else to the chat", async () => {
    const step = stepFor(ON_RECEIPTS)
    expect(await (await callback(step)).text()).toContain('href="/me"')
    at = step.session.until
    expect(await (await callback(step)).text()).toContain('href="https://m.me/100000000000001"')
  })

  test("of a link that was replaced meanwhile changes nothing", async () => {
    const response = await callback(stepFor(ON_RECEIPTS, { link: "link_older" as LinkId }))
    expect(response.status).toBe(403)
    expect(asked).toEqual(["given back r"])
  })

  test("at an address that is not that bank's own is not exchanged", async () => {
    const cookie = `${STEP_COOKIE}=${await sealStep(vault, stepFor(ON_RECEIPTS))}`
    const response = await get("/link/callback/other?code=c&state=state-1", undefined, { cookie })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain("was not completed")
    expect(asked).toEqual([])
  })

  test("that comes as one signed parameter is known by the state in it", async () => {
    const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "")
    const cookie = `${STEP_COOKIE}=${await sealStep(vault, stepFor(ON_RECEIPTS))}`
    const answer = (state: string) =>
      `/link/callback?response=${part({ alg: "ES256" })}.${part({ state })}.c2ln`
    expect((await get(answer("state-1"), undefined, { cookie })).status).toBe(200)
    expect(asked.at(-1)).toContain('"on":["receipts"]')
    expect(await (await get(answer("state-2"), undefined, { cookie })).text()).toBe("the linking pages'")
    expect(await (await get("/link/callback?response=x", undefined, { cookie })).text()).toBe(
      "the linking pages'",
    )
  })

  test("to another login is the linking pages', cookie or not", async () => {
    const linking = "the linking pages'"
    expect(await (await callback(stepFor(ON_RECEIPTS), "state-2")).text()).toBe(linking)
    expect(await (await get("/link/callback?code=c&state=state-1")).text()).toBe(linking)
    expect(await (await get("/link/callback/demo?code=c&state=state-1")).text()).toBe(linking)
    const headers = { cookie: `${STEP_COOKIE}=v1.x` }
    expect(await (await app.request(`${ORIGIN}/link/callback?state=state-1`, { headers })).text()).toBe(
      linking,
    )
    expect(asked).toEqual([])
  })
})

describe("the way out", () => {
  test("disconnects after one more question", async () => {
    const session = visit()
    expect(await (await get("/me/disconnect", session)).text()).toContain("Disconnect from")
    expect((await press("/me/disconnect", session, {})).headers.get("location")).toBe("/me?did=change")
    expect(asked).toEqual(["disconnect person_ana"])
    expect((await press("/me/disconnect", session, {})).status).toBe(409)
    expect((await get("/me/disconnect", session)).status).toBe(303)
  })

  test("deletes everything after the bank's login only, while something is connected", async () => {
    const response = await press("/me/delete", visit(), {})
    expect(response.headers.get("location")).toContain("https://bank.example/")
    expect(asked).toEqual([])
    const answer = await callback(stepFor({ kind: "delete_everything" }))
    expect(asked).toEqual(["given back r", "erase person_ana"])
    expect(await answer.text()).toContain('href="/privacy/erasure/code-1"')
    const cookies = answer.headers.get("set-cookie") ?? ""
    expect(cookies).toContain(`${SESSION_COOKIE}=; Path=/; Max-Age=0`)
  })

  test("deletes at once where nothing is connected: there is no customer to ask for", async () => {
    consent = undefined
    expect(await (await get("/me/delete", visit())).text()).not.toContain("asks you to log in")
    expect(await (await press("/me/delete", visit(), {})).text()).toContain("Your data is being deleted")
    expect(asked).toEqual(["erase person_ana"])
  })
})

describe("pages", () => {
  const LONG = "W".repeat(140)

  beforeEach(() => {
    const said = Array.from({ length: 90 }, (_, index) => ({
      at: AT - index,
      state: "accepted" as const,
      reason: "",
      kind: "event" as const,
      purpose: "transaction_alerts" as const,
      text: `${index}: ${"ر".repeat(250)}`,
    }))
    const heard = Array.from({ length: 200 }, (_, index) => ({ at: AT - index, kind: "message", text: LONG }))
    everything = { ...everything, said, heard }
    uses = {
      v: 1,
      whole: true,
      more: true,
      uses: Array.from({ length: 40 }, (_, index) => ({
        at: AT - index,
        how: "told" as const,
        purpose: "transaction_alerts" as const,
        data: "transaction" as const,
      })),
    }
    held = {
      ...held,
      links: [
        {
          id: LINK,
          state: "live",
          createdAt: AT,
          customer: { reference: "cust-ana", name: LONG, accounts: consent?.accounts ?? [] },
          hasTokens: true,
        },
        { id: "link_older" as LinkId, state: "ended", createdAt: AT, endedAt: AT, hasTokens: false },
      ],
      receipts: [receiptOfMany(60)],
    }
  })

  test.each(["en", "ar"] as const)("stay below 30 KB, whatever there is: %s", async (language) => {
    const session = { ...visit(), language }
    for (const path of ["/me", ...PAGES.filter((each) => !/\.(jwt|json)$/.test(each)), "/me/copy/2"]) {
      const response = await get(path, session)
      expect(response.status, path).toBe(200)
      const bytes = (await response.arrayBuffer()).byteLength
      expect(bytes, path).toBeLessThan(PAGE_BYTES_MAX)
    }
  })

  test("carry headers that keep them out of frames and caches", async () => {
    for (const path of ["/me", "/me/copy.json", "/me/nowhere"]) {
      const { headers } = await get(path, visit())
      expect(headers.get("cache-control")).toBe("no-store")
      expect(headers.get("x-frame-options")).toBe("DENY")
      const policy = headers.get("content-security-policy") ?? ""
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).toContain("form-action 'self' https://bank.example")
    }
  })

  test("P5: no address in them holds an id of a person, a customer or an account", async () => {
    for (const path of ["/me", "/me/uses", "/me/receipts", "/me/copy/1", "/me/delete"]) {
      const html = await (await get(path, visit())).text()
      for (const [, address = ""] of html.matchAll(/(?:href|action)="([^"]+)"/g))
        expect(address).not.toMatch(/person_|link_|cust-|acc-secret|72359690250745605/)
    }
  })

  test("show what the bank wrote as text, never as markup", async () => {
    const html = await (await get("/me", visit())).text()
    expect(html).toContain("&lt;b&gt;Everyday&lt;/b&gt;")
    expect(html).not.toContain("<b>Everyday</b>")
  })

  test("have every line of the copy in one of its parts, and all of them in its file", async () => {
    let read = 0
    for (let part = 1; ; part++) {
      const html = await (await get(`/me/copy/${part}`, visit())).text()
      read += html.match(/<time>/g)?.length ?? 0
      if (!html.includes(`href="/me/copy/${part + 1}"`)) break
    }
    expect(read).toBe(290)
    const file = await get("/me/copy.json", visit())
    expect(file.headers.get("content-disposition")).toBe('attachment; filename="my-data.json"')
    const copy = (await file.json()) as Record<string, readonly object[]>
    expect([copy["saidToYou"]?.length, copy["heardFromYou"]?.length, copy["connections"]?.length]).toEqual([
      90, 200, 2,
    ])
    expect(JSON.stringify(copy)).not.toMatch(/accessToken|refreshToken|wrappedKey/)
  })

  test("hand out a signed receipt by its record's hash, and none by another", async () => {
    const hash = held.receipts[0]?.now.recordHash ?? ""
    const file = await get(`/me/receipts/${hash}.jwt`, visit())
    expect(file.headers.get("content-type")).toBe("application/jwt")
    expect(await file.text()).toBe("ey.signed.receipt")
    for (const wrong of [`${"A".repeat(43)}.jwt`, `${hash}`, `${hash}.jwt.html`, "..%2f..%2f.jwt"])
      expect((await get(`/me/receipts/${wrong}`, visit())).status, wrong).toBe(409)
  })

  test("say so where records or receipts do not fit together", async () => {
    uses = { ...uses, whole: false }
    held = { ...held, whole: false }
    expect(await (await get("/me/uses", visit())).text()).toContain("does not fit the one before it")
    expect(await (await get("/me/receipts", visit())).text()).toContain("does not fit the one before it")
  })

  test("say that nothing is connected, kept or agreed to", async () => {
    consent = undefined
    uses = { v: 1, uses: [], more: false, whole: true }
    held = { v: 1, links: [], receipts: [], whole: true }
    everything = { v: 1, remembered: {}, said: [], heard: [], cut: false }
    const main = await (await get("/me", visit())).text()
    expect(main).toContain("Nothing is connected to")
    expect(main).not.toContain('action="/me/purpose"')
    expect(await (await get("/me/uses", visit())).text()).toContain("was not used in the last 90 days")
    expect(await (await get("/me/receipts", visit())).text()).toContain(
      "You have not agreed to anything here",
    )
    expect(await (await get("/me/copy/1", visit())).text()).toContain("Nothing is kept.")
  })

  test("are a bland page where the house does not answer", async () => {
    down = true
    const response = await get("/me", visit())
    expect(response.status).toBe(503)
    const html = await response.text()
    expect(html).toContain("This is not possible right now")
    expect(html).not.toContain("cust-7f3a1b9c")
    expect(lines.join("")).toContain("own_pages_fault")
  })
})

function receiptOfMany(count: number): Held["receipts"][number] {
  const hash = "H".repeat(43)
  const events = Array.from({ length: count }, (_, index) => ({
    kind: "narrowed" as const,
    at: AT + index,
    purposes: ON,
    until: AT + 86_400_000,
    evidence: "own_pages",
    hash,
  }))
  const now = {
    link: LINK,
    state: "live" as const,
    purposes: ON,
    showAmounts: false,
    accounts: [],
    language: "en",
    givenAt: AT,
    until: AT + 86_400_000,
    epoch: count,
    recordHash: hash,
  }
  const text = { version: "2026-11-22", sha256: "x" }
  return { link: LINK, now, text, jurisdiction: "EU", parties: [], events, records: [] }
}
