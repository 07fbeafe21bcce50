// Switches, the bank's login in between, and the way out.
import { beforeEach, describe, expect, test } from "vitest"
import type { LinkId } from "../../../src/foundation/id.ts"
import { openStep, sealStep, SESSION_COOKIE, STEP_COOKIE, STEP_MS } from "../../../src/privacy/me/session.ts"
import { cookieOf, LINK, ORIGIN, OwnPages } from "../../support/own-pages.ts"

let own: OwnPages

beforeEach(() => {
  own = new OwnPages()
})

describe("switches", () => {
  test("off act at once, without the bank", async () => {
    const response = await own.press("/me/purpose", own.visit(), { purpose: "fraud_alerts", to: "off" })
    expect(response.headers.get("location")).toBe("/me?did=change")
    expect(own.asked).toEqual(['change person_ana {"off":["fraud_alerts"],"bankLogin":false}'])
    own.consent = own.consent && { ...own.consent, showAmounts: true }
    await own.press("/me/amounts", own.visit(), { to: "off" })
    expect(own.asked.at(-1)).toBe('change person_ana {"showAmounts":false,"bankLogin":false}')
  })

  test("on lead to the bank and change nothing yet; what was asked for waits in a cookie", async () => {
    const session = own.visit()
    const response = await own.press("/me/purpose", session, { purpose: "receipts", to: "on" })
    expect(response.status).toBe(303)
    expect(response.headers.get("location")).toBe("https://bank.example/oidc/auth?request_uri=x")
    const header = response.headers.get("set-cookie") ?? ""
    expect(header).toMatch(/; Path=\/; Max-Age=1200; HttpOnly; Secure; SameSite=Lax$/)
    expect(header.length).toBeLessThan(4_096)
    const step = await openStep(own.vault, cookieOf(response, STEP_COOKIE))
    expect(step).toMatchObject({ session, link: LINK, act: { kind: "switch_on", what: "receipts" } })
    expect(own.asked).toEqual([])
  })

  test("on are refused for what the bank's own grant does not cover", async () => {
    own.consent = own.consent && { ...own.consent, covered: ["fraud_alerts", "transaction_alerts"] }
    const response = await own.press("/me/purpose", own.visit(), { purpose: "receipts", to: "on" })
    expect(response.status).toBe(409)
    expect(await response.text()).toContain("Demo Bank has not agreed to that yet")
  })

  test("of a link that has ended do nothing and say so", async () => {
    own.consent = undefined
    for (const to of ["on", "off"]) {
      const response = await own.press("/me/purpose", own.visit(), { purpose: "receipts", to })
      expect(response.status).toBe(409)
      expect(await response.text()).toContain("Something changed meanwhile")
    }
    expect(own.asked).toEqual([])
  })

  test("say when the bank does not answer, and what still works", async () => {
    own.refusal = { reason: "bank_unreachable", outage: { reason: "unavailable", retry: "later" } }
    const response = await own.press("/me/amounts", own.visit(), { to: "on" })
    expect(response.status).toBe(502)
    expect(response.headers.get("set-cookie")).toBeNull()
    expect(await response.text()).toContain("Switching off and disconnecting work without the bank.")
  })
})

describe("the bank's answer", () => {
  const ON_RECEIPTS = { kind: "switch_on", what: "receipts" } as const

  test("switches on what was asked for, gives back what it gave, and takes its cookie away", async () => {
    const response = await own.callback(own.stepFor(ON_RECEIPTS))
    expect(response.status).toBe(200)
    expect(await response.text()).toContain("Receipts: on")
    expect(own.asked).toEqual(["given back r", 'change person_ana {"on":["receipts"],"bankLogin":true}'])
    expect(response.headers.get("set-cookie")).toContain(`${STEP_COOKIE}=; Path=/; Max-Age=0`)
    expect(response.headers.get("cache-control")).toBe("no-store")
    expect(response.headers.get("content-security-policy")).toContain("frame-ancestors 'none'")
  })

  test("shows amounts", async () => {
    expect(await (await own.callback(own.stepFor({ kind: "switch_on", what: "amounts" }))).text()).toContain(
      "Show amounts: on",
    )
    expect(own.asked.at(-1)).toBe('change person_ana {"showAmounts":true,"bankLogin":true}')
  })

  test("P4: asks for proof alone; what only proves who sits there is not given back, for that could end the live consent", async () => {
    await own.press("/me/purpose", own.visit(), { purpose: "receipts", to: "on" })
    expect(own.loginsFor).toEqual(["proof"])
    const step = own.stepFor(ON_RECEIPTS)
    const response = await own.callback({ ...step, login: { ...step.login, identity: true } })
    expect(response.status).toBe(200)
    expect(own.asked.filter((each) => each.startsWith("given back"))).toEqual([])
  })

  test("of another customer changes nothing, deletes nothing, and is given back", async () => {
    own.reference = "cust-mallory"
    for (const act of [ON_RECEIPTS, { kind: "delete_everything" } as const]) {
      const response = await own.callback(own.stepFor(act))
      expect(response.status).toBe(403)
      expect(await response.text()).toContain("That was another customer of Demo Bank")
    }
    expect(own.asked).toEqual(["given back r", "given back r"])
  })

  test.each([
    ["denied", 403],
    ["issuer_mismatch", 403],
    ["second_factor_missing", 403],
  ] as const)("%s changes nothing", async (reason, status) => {
    own.refusal = { reason }
    expect((await own.callback(own.stepFor(ON_RECEIPTS))).status).toBe(status)
    expect(own.asked).toEqual([])
  })

  test("counts to the last millisecond of its twenty minutes", async () => {
    const step = own.stepFor(ON_RECEIPTS)
    own.at += STEP_MS
    expect((await own.callback(step)).status).toBe(410)
    expect(own.asked).toEqual([])
    own.at -= 1
    expect((await own.callback(step)).status).toBe(200)
  })

  test("leads back to the pages while the visit lasts, else to the chat", async () => {
    const step = own.stepFor(ON_RECEIPTS)
    expect(await (await own.callback(step)).text()).toContain('href="/me"')
    own.at = step.session.until
    expect(await (await own.callback(step)).text()).toContain('href="https://m.me/100000000000001"')
  })

  test("of a link that was replaced meanwhile changes nothing", async () => {
    const response = await own.callback(own.stepFor(ON_RECEIPTS, { link: "link_older" as LinkId }))
    expect(response.status).toBe(403)
    expect(own.asked).toEqual(["given back r"])
  })

  test("at an address that is not that bank's own is not exchanged", async () => {
    const cookie = `${STEP_COOKIE}=${await sealStep(own.vault, own.stepFor(ON_RECEIPTS))}`
    const response = await own.get("/link/callback/other?code=c&state=state-1", undefined, { cookie })
    expect(response.status).toBe(403)
    expect(await response.text()).toContain("was not completed")
    expect(own.asked).toEqual([])
  })

  test("that comes as one signed parameter is known by the state in it", async () => {
    const part = (value: object) => btoa(JSON.stringify(value)).replaceAll("=", "")
    const cookie = `${STEP_COOKIE}=${await sealStep(own.vault, own.stepFor(ON_RECEIPTS))}`
    const answer = (state: string) =>
      `/link/callback?response=${part({ alg: "ES256" })}.${part({ state })}.c2ln`
    expect((await own.get(answer("state-1"), undefined, { cookie })).status).toBe(200)
    expect(own.asked.at(-1)).toContain('"on":["receipts"]')
    expect(await (await own.get(answer("state-2"), undefined, { cookie })).text()).toBe("the linking pages'")
    expect(await (await own.get("/link/callback?response=x", undefined, { cookie })).text()).toBe(
      "the linking pages'",
    )
  })

  test("to another login is the linking pages', cookie or not", async () => {
    const linking = "the linking pages'"
    expect(await (await own.callback(own.stepFor(ON_RECEIPTS), "state-2")).text()).toBe(linking)
    expect(await (await own.get("/link/callback?code=c&state=state-1")).text()).toBe(linking)
    expect(await (await own.get("/link/callback/demo?code=c&state=state-1")).text()).toBe(linking)
    const headers = { cookie: `${STEP_COOKIE}=v1.x` }
    expect(await (await own.app.request(`${ORIGIN}/link/callback?state=state-1`, { headers })).text()).toBe(
      linking,
    )
    expect(own.asked).toEqual([])
  })
})

describe("the way out", () => {
  test("disconnects after one more question", async () => {
    const session = own.visit()
    expect(await (await own.get("/me/disconnect", session)).text()).toContain("Disconnect from")
    expect((await own.press("/me/disconnect", session, {})).headers.get("location")).toBe("/me?did=change")
    expect(own.asked).toEqual(["disconnect person_ana"])
    expect((await own.press("/me/disconnect", session, {})).status).toBe(409)
    expect((await own.get("/me/disconnect", session)).status).toBe(303)
  })

  test("deletes everything after the bank's login only, while something is connected", async () => {
    const response = await own.press("/me/delete", own.visit(), {})
    expect(response.headers.get("location")).toContain("https://bank.example/")
    expect(own.asked).toEqual([])
    const answer = await own.callback(own.stepFor({ kind: "delete_everything" }))
    expect(own.asked).toEqual(["given back r", "erase person_ana"])
    expect(await answer.text()).toContain('href="/privacy/erasure/code-1"')
    const cookies = answer.headers.get("set-cookie") ?? ""
    expect(cookies).toContain(`${SESSION_COOKIE}=; Path=/; Max-Age=0`)
  })

  test("deletes at once where nothing is connected: there is no customer to ask for", async () => {
    own.consent = undefined
    expect(await (await own.get("/me/delete", own.visit())).text()).not.toContain("asks you to log in")
    expect(await (await own.press("/me/delete", own.visit(), {})).text()).toContain(
      "Your data is being deleted",
    )
    expect(own.asked).toEqual(["erase person_ana"])
  })
})
