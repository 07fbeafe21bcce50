// Meta's callbacks about staff's logins, in workerd: what goes, what stays, what an operator hears, and what strangers get.
import { env, exports } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { bySystem } from "../../src/audit/audit.ts"
import { listAudit } from "../../src/audit/audit-store.ts"
import { hmac, importHmacKey } from "../../src/crypto/hmac.ts"
import { base64url, utf8 } from "../../src/crypto/text.ts"
import { connectPage, ENDED_KEPT_MS, forgetOldLogins } from "../../src/privacy/page-connection-store.ts"
import { BODY_BYTES_MAX } from "../../src/privacy/routes.tsx"
import { SIGNED_REQUEST_AGE_MS_MAX, SIGNED_REQUEST_AHEAD_MS_MAX } from "../../src/privacy/signed-request.ts"
import { APP_SECRET, BANK, openGateway, ORIGIN, PAGE, type Gateway } from "../support/gateway.ts"
import { hostileSuite, type WayIn } from "../support/hostile.ts"

const LOGIN = "10158471000218471"
const DELETION = "/privacy/data-deletion"
const DEAUTHORIZE = "/privacy/deauthorize"
let gateway: Gateway

beforeEach(async () => {
  gateway = await openGateway()
})

afterEach(() => {
  vi.restoreAllMocks()
})

async function signedForm(
  issuedAt: number,
  secret = APP_SECRET,
  login = LOGIN,
): Promise<Uint8Array<ArrayBuffer>> {
  const payload = { algorithm: "HMAC-SHA256", issued_at: Math.floor(issuedAt / 1_000), user_id: login }
  const part = base64url(utf8(JSON.stringify(payload)))
  return utf8(
    `signed_request=${base64url(await hmac(await importHmacKey(utf8(secret)), utf8(part)))}.${part}`,
  )
}

function post(path: string, body: Uint8Array<ArrayBuffer>, type = "application/x-www-form-urlencoded") {
  return exports.default.fetch(
    new Request(ORIGIN + path, { method: "POST", body, headers: { "content-type": type } }),
  )
}

/** The Page's token came from a login, a minute ago. */
async function connect(login = LOGIN, at = Date.now() - 60_000): Promise<void> {
  const { db, pseudonyms } = gateway.means
  await connectPage(db, { id: PAGE, bank: BANK }, await pseudonyms.loginOf(login), at, bySystem("a test", at))
}

async function kept() {
  const all = async (sql: string) => (await env.DB.prepare(sql).all()).results
  return {
    connections: await all("SELECT page_id, ended_at IS NULL AS live FROM page_connections"),
    deletions: await all("SELECT code, connections FROM login_deletions"),
    token: (await all("SELECT token_sealed <> '' AS held FROM pages"))[0]?.["held"],
    incidents: await all("SELECT kind, page_id, detail FROM incidents WHERE closed_at IS NULL"),
  }
}

/** The token the Page had is older than the request: D1 keeps milliseconds, a test is quicker. */
async function ageToken(): Promise<void> {
  await env.DB.prepare("UPDATE pages SET updated_at = updated_at - 60000").run()
}

describe("POST /privacy/deauthorize", () => {
  it("ends what the login connected, takes the token that came with it, stops the Page and tells an operator", async () => {
    await connect()
    await ageToken()
    expect((await post(DEAUTHORIZE, await signedForm(Date.now()))).status).toBe(200)
    expect(await kept()).toEqual({
      connections: [{ page_id: PAGE, live: 0 }],
      deletions: [],
      token: 0,
      incidents: [{ kind: "page_stopped", page_id: PAGE, detail: "login_departed" }],
    })
    expect((await listAudit(gateway.means.db, BANK, 1))[0]).toMatchObject({
      action: "page.disconnect",
      object: PAGE,
      reason: "login_deauthorized",
    })
  })

  it("leaves alone what another login connected since, and what began after it was signed", async () => {
    await connect()
    await connect("77")
    await ageToken()
    await post(DEAUTHORIZE, await signedForm(Date.now()))
    expect(await kept()).toMatchObject({ token: 1, incidents: [] })
    await connect(LOGIN, Date.now() + 5_000)
    await post(DEAUTHORIZE, await signedForm(Date.now() - 3_600_000))
    expect(await kept()).toMatchObject({ token: 1, incidents: [] })
    expect((await kept()).connections).toContainEqual({ page_id: PAGE, live: 1 })
  })

  it("answers the same for a login nobody knows, and writes nothing", async () => {
    const before = await kept()
    expect((await post(DEAUTHORIZE, await signedForm(Date.now(), APP_SECRET, "1"))).status).toBe(200)
    expect(await kept()).toEqual(before)
  })
})

describe("POST /privacy/data-deletion", () => {
  it("deletes every record of the login, names no login anywhere, and shows what was done under its code", async () => {
    await connect()
    await ageToken()
    const response = await post(DELETION, await signedForm(Date.now()))
    const { url, confirmation_code: code } = await response.json<{ url: string; confirmation_code: string }>()
    expect(url).toBe(`${ORIGIN}/privacy/data-deletion/${code}`)
    expect(await kept()).toMatchObject({ connections: [], deletions: [{ code, connections: 1 }], token: 0 })
    const rows = await env.DB.prepare("SELECT * FROM login_deletions").all()
    expect(JSON.stringify([rows.results, code])).not.toContain(LOGIN)
    const page = await exports.default.fetch(new Request(url))
    expect(page.status).toBe(200)
    expect(await page.text()).toContain("Your data was deleted")
  })

  it("is answered alike when it comes again, and still says what it deleted the first time", async () => {
    await connect()
    const first = await post(DELETION, await signedForm(Date.now()))
    const again = await post(DELETION, await signedForm(Date.now()))
    expect(await again.json()).toEqual(await first.json())
    expect((await kept()).deletions).toMatchObject([{ connections: 1 }])
  })

  it("says truthfully that nothing was held of a login nobody knows", async () => {
    const { url } = await (await post(DELETION, await signedForm(Date.now()))).json<{ url: string }>()
    expect(await (await exports.default.fetch(new Request(url))).text()).toContain(
      "There was nothing to delete",
    )
  })

  it("touches no conversation and no person", async () => {
    const psid = "920000000000001"
    await gateway.say(psid, "hello")
    await vi.waitFor(() => expect(gateway.sent).toHaveLength(1))
    const conversation = await gateway.conversation(psid)
    const [rows, persons] = [
      await conversation.rowsWritten(),
      await env.DB.prepare("SELECT * FROM people").all(),
    ]
    await post(DELETION, await signedForm(Date.now(), APP_SECRET, psid))
    expect(await conversation.rowsWritten()).toBe(rows)
    expect((await env.DB.prepare("SELECT * FROM people").all()).results).toEqual(persons.results)
  })
})

describe("page_connections", () => {
  it("PUT /admin/v1/pages/{id} notes whose login the token came from, as a pseudonym, and a new token ends it", async () => {
    const put = (body: object) =>
      exports.default.fetch(
        new Request(`${ORIGIN}/admin/v1/pages/${PAGE}`, {
          method: "PUT",
          headers: { authorization: "Bearer dev-admin-key", "content-type": "application/json" },
          body: JSON.stringify({ bank: BANK, name: "Harbourline Bank", ...body }),
        }),
      )
    const answer = await put({ token: "dev-page-token", connectedBy: LOGIN })
    expect(answer.status).toBe(200)
    expect(await answer.text()).not.toContain(LOGIN)
    const { results } = await env.DB.prepare("SELECT * FROM page_connections").all()
    expect(results).toMatchObject([{ page_id: PAGE, ended_at: null }])
    expect(JSON.stringify(results)).not.toContain(LOGIN)
    expect((await kept()).connections).toEqual([{ page_id: PAGE, live: 1 }])
    await put({})
    expect((await kept()).connections).toEqual([{ page_id: PAGE, live: 1 }])
    await put({ token: "dev-page-token" })
    expect((await kept()).connections).toEqual([{ page_id: PAGE, live: 0 }])
    for (const connectedBy of [10158471000218, "", "x", "1".repeat(33), null])
      expect((await put({ connectedBy })).status).toBe(422)
  })

  it("that ended, and deletions, are forgotten after 90 days, and not before", async () => {
    await connect()
    await connect("77")
    await post(DELETION, await signedForm(Date.now(), APP_SECRET, "5"))
    const { db } = gateway.means
    const now = Date.now()
    await forgetOldLogins(db, now + ENDED_KEPT_MS - 60_000, now + ENDED_KEPT_MS - 120_000, 10)
    expect(await kept()).toMatchObject({ connections: [{}, {}], deletions: [{}] })
    await forgetOldLogins(db, now + ENDED_KEPT_MS, now + ENDED_KEPT_MS, 10)
    expect(await kept()).toMatchObject({ connections: [{ live: 1 }], deletions: [] })
  })
})

for (const path of [DELETION, DEAUTHORIZE])
  hostileSuite(`POST ${path}`, async (): Promise<WayIn> => {
    await connect()
    await ageToken()
    const good = await signedForm(Date.now())
    return {
      body: good,
      bodyBytesMax: BODY_BYTES_MAX,
      ageMsMax: SIGNED_REQUEST_AGE_MS_MAX - 2_000,
      aheadMsMax: SIGNED_REQUEST_AHEAD_MS_MAX - 2_000,
      stepMs: 4_000,
      async request({ proof, ageMs, contentType, body, tamper }) {
        const secret = proof === "wrong_key" ? "another-secret" : APP_SECRET
        const form = body ?? (await signedForm(Date.now() - (ageMs ?? 0), secret))
        const sent =
          proof === "none" ? utf8("other=1") : proof === "malformed" ? utf8("signed_request=a.b.c") : form
        return new Request(ORIGIN + path, {
          method: "POST",
          headers: { "content-type": contentType ?? "application/x-www-form-urlencoded" },
          body: tamper ? tamper(sent) : sent,
        })
      },
      send: (request) => exports.default.fetch(request),
      snapshot: kept,
      inputs: [LOGIN, new TextDecoder().decode(good).slice(20, 60)],
      expected: {
        good: 200,
        no_proof: 401,
        wrong_key: 401,
        malformed_proof: 401,
        changed_byte: 401,
        wrong_type: 415,
        largest: 200,
        too_large: 413,
        truncated_json: 401,
        oldest:
          path === DELETION ? 200 : { none: "what the login connected since then stays: nothing changes" },
        past: 401,
        furthest_ahead: 200,
        future: 401,
        old_key: { none: "two secrets at a time are tested in test/pure/privacy" },
        replayed: 200,
        unknown_owner: { none: "a login nobody knows is answered like any other" },
      },
    }
  })
