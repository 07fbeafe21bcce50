// Meta's privacy callbacks by their answers: what Meta reads, what a person reads, what a stranger gets.
import { Hono } from "hono"
import { describe, expect, it } from "vitest"
import { hmac, importHmacKey } from "../../../src/crypto/hmac.ts"
import { base64url, utf8 } from "../../../src/crypto/text.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import { requestIdentity, type RequestVariables } from "../../../src/http/headers.ts"
import { BODY_BYTES_MAX, createPrivacyRoutes } from "../../../src/privacy/routes.tsx"
import type { SignedRequest } from "../../../src/privacy/signed-request.ts"
import type { StaffLogins } from "../../../src/privacy/staff-logins.ts"
import { recordingLog } from "../../support/bank.ts"

const NOW = 1_793_880_000_000
const CODE = "A1b2C3d4E5f6G7h8I9j0-_"

async function form(login = "218471"): Promise<string> {
  const payload = { algorithm: "HMAC-SHA256", issued_at: NOW / 1_000, user_id: login }
  const part = base64url(utf8(JSON.stringify(payload)))
  const mac = await hmac(await importHmacKey(utf8("test_app_secret")), utf8(part))
  return `signed_request=${base64url(mac)}.${part}`
}

function world(change: Partial<StaffLogins> = {}) {
  const asked: { act: string; request: SignedRequest }[] = []
  const looked: string[] = []
  const { log, lines } = recordingLog()
  const logins: StaffLogins = {
    async deauthorize(request) {
      asked.push({ act: "deauthorize", request })
    },
    async delete(request) {
      asked.push({ act: "delete", request })
      return CODE
    },
    async findDeletion(code) {
      looked.push(code)
      return code === CODE ? { code, requestedAt: NOW, connections: 2 } : undefined
    },
    ...change,
  }
  const routes = createPrivacyRoutes({
    logins,
    appSecrets: [new Secret("test_app_secret")],
    publicOrigin: "https://chat.example",
    realNow: () => NOW,
    log,
  })
  const app = new Hono<{ Variables: RequestVariables }>().use(requestIdentity).route("/", routes)
  const post = (path: string, body: string, type = "application/x-www-form-urlencoded") =>
    app.request(path, { method: "POST", body, headers: { "content-type": type } })
  return { app, post, asked, looked, lines }
}

describe("POST /privacy/data-deletion", () => {
  it("answers with the address of its status and the code in it", async () => {
    const { post, asked } = world()
    const response = await post("/privacy/data-deletion", await form())
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      url: `https://chat.example/privacy/data-deletion/${CODE}`,
      confirmation_code: CODE,
    })
    expect(asked).toEqual([{ act: "delete", request: { login: "218471", issuedAt: NOW } }])
  })

  it("takes one form with one signed_request, and nothing else", async () => {
    const { post, asked } = world()
    const good = await form()
    const path = "/privacy/data-deletion"
    expect((await post(path, good, "application/json")).status).toBe(415)
    expect((await post(path, `${good}&${good}`)).status).toBe(401)
    expect((await post(path, "other=1")).status).toBe(401)
    expect((await post(path, "")).status).toBe(401)
    expect((await post(path, `${good}&x=${"x".repeat(BODY_BYTES_MAX)}`)).status).toBe(413)
    expect(asked).toEqual([])
    expect((await post(path, good, "application/x-www-form-urlencoded;charset=utf-8")).status).toBe(200)
  })

  it("asks Meta to come again where it could not be done, and says nothing of why", async () => {
    const fails = world({ delete: () => Promise.reject(new Error("login 218471 of Kassiopeia")) })
    const response = await fails.post("/privacy/data-deletion", await form())
    expect(response.status).toBe(503)
    expect(response.headers.get("retry-after")).toBe("30")
    expect(await response.text()).not.toMatch(/218471|Kassiopeia/)
    expect(fails.lines.join()).not.toMatch(/218471|Kassiopeia/)
  })
})

describe("POST /privacy/deauthorize", () => {
  it("answers 200 once it was done", async () => {
    const { post, asked } = world()
    expect((await post("/privacy/deauthorize", await form("90071992547409933"))).status).toBe(200)
    expect(asked).toEqual([{ act: "deauthorize", request: { login: "90071992547409933", issuedAt: NOW } }])
  })
})

describe("GET /privacy/data-deletion/{code}", () => {
  it("says in words what was held and that it is gone", async () => {
    const { app } = world()
    const response = await app.request(`/privacy/data-deletion/${CODE}`)
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(response.headers.get("content-type")).toContain("text/html")
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'")
    expect(page).toContain("Your data was deleted")
    expect(page).toContain("2 Pages")
    expect(page).toContain(CODE)
  })

  it("says so where nothing was held", async () => {
    const { app } = world({
      findDeletion: (code) => Promise.resolve({ code, requestedAt: NOW, connections: 0 }),
    })
    const page = await (await app.request(`/privacy/data-deletion/${CODE}`)).text()
    expect(page).toContain("There was nothing to delete")
    expect(page).not.toContain("Both are gone")
  })

  it("P15: looks up nothing that is no code, and names no stranger's text", async () => {
    const { app, looked } = world()
    for (const code of ["short-one", `${CODE}x`, "Kassiopeia", "A1b2C3d4E5f6G7h8I9j0-%2f"]) {
      const response = await app.request(`/privacy/data-deletion/${code}`)
      expect(response.status).toBe(404)
      expect(await response.text()).not.toContain(code)
    }
    expect(looked).toEqual([])
    expect((await app.request(`/privacy/data-deletion/${CODE.toLowerCase()}`)).status).toBe(404)
    expect(looked).toHaveLength(1)
  })
})
