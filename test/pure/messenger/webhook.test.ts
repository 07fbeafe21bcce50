// The platform's way in as a black box: what each kind of caller is answered, and what is handed on.
import fc from "fast-check"
import { beforeEach, describe, expect, it } from "vitest"
import { utf8 } from "../../../src/crypto/text.ts"
import { hmac, importHmacKey } from "../../../src/crypto/hmac.ts"
import type { Outage } from "../../../src/foundation/failure.ts"
import type { Log } from "../../../src/foundation/log.ts"
import { err, ok, type Result } from "../../../src/foundation/result.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import type { PersonEvents } from "../../../src/messenger/event.ts"
import type { PageEvent } from "../../../src/messenger/page-event.ts"
import { BODY_BYTES_MAX, messengerWebhook } from "../../../src/messenger/webhook.ts"
import { AT, PAGE, VECTOR_BODY, bodyOf } from "../../fixtures/messenger/webhooks.ts"

const SECRETS = ["new-app-secret", "old-app-secret"]
const lines: string[] = []
const write = (event: string, fields?: object) => void lines.push(JSON.stringify({ event, ...fields }))
const log: Log = { info: write, warn: write, error: write }
let handed: (readonly PersonEvents[])[] = []
let ofPages: PageEvent[] = []
let answer: Result<void, Outage> = ok(undefined)

const app = messengerWebhook({
  appSecrets: SECRETS.map((secret) => new Secret(secret)),
  verifyToken: new Secret("a-verify-token"),
  receive: (people) => {
    handed.push(people)
    return Promise.resolve(answer)
  },
  receivePage: (events) => {
    ofPages.push(...events)
    return Promise.resolve(answer)
  },
  now: () => AT,
  log,
})

async function post(
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = {},
  secret = SECRETS[0],
) {
  const bytes = typeof body === "string" ? utf8(body) : body
  const mac = await hmac(await importHmacKey(utf8(secret ?? "")), bytes)
  const signature = `sha256=${mac.toHex()}`
  return app.request("/", {
    method: "POST",
    body: bytes,
    headers: { "content-type": "application/json", "x-hub-signature-256": signature, ...headers },
  })
}

function handshake(query: Record<string, string>) {
  return app.request(`/?${new URLSearchParams(query)}`)
}

const HANDSHAKE = {
  "hub.mode": "subscribe",
  "hub.challenge": "1158201444",
  "hub.verify_token": "a-verify-token",
}

beforeEach(() => {
  lines.length = 0
  handed = []
  ofPages = []
  answer = ok(undefined)
})

describe("GET", () => {
  it("echoes the challenge verbatim as plain text", async () => {
    const response = await handshake({ ...HANDSHAKE, "hub.challenge": "00158201444" })
    expect(response.status).toBe(200)
    expect(response.headers.get("content-type")).toMatch(/^text\/plain/)
    expect(await response.text()).toBe("00158201444")
  })

  it.each([
    ["another token", { "hub.verify_token": "a-verify-toker" }, 403],
    ["a prefix of the token", { "hub.verify_token": "a-verify" }, 403],
    ["an empty token", { "hub.verify_token": "" }, 403],
    ["another mode", { "hub.mode": "unsubscribe" }, 403],
    ["a challenge with markup", { "hub.challenge": "<b>1</b>" }, 400],
    ["a challenge with a sign", { "hub.challenge": "-1" }, 400],
    ["an empty challenge", { "hub.challenge": "" }, 400],
    ["a challenge of 33 digits", { "hub.challenge": "1".repeat(33) }, 400],
  ])("refuses %s and echoes nothing", async (_name, change, status) => {
    const response = await handshake({ ...HANDSHAKE, ...change })
    expect(response.status).toBe(status)
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(await response.text()).not.toMatch(/<b>|1111/)
    expect(lines.join()).not.toContain("a-verify-toke")
  })
})

describe("POST", () => {
  it("hands over a signed event and answers EVENT_RECEIVED", async () => {
    const response = await post(VECTOR_BODY)
    expect([response.status, await response.text()]).toEqual([200, "EVENT_RECEIVED"])
    expect(handed).toMatchObject([[{ page: "100", psid: "200", events: [{ key: "m_1" }] }]])
  })

  it("takes the older secret while one is being rotated", async () => {
    expect((await post(VECTOR_BODY, {}, SECRETS[1])).status).toBe(200)
  })

  it("P1: answers 503 where the events are not durable, so that they are sent again", async () => {
    answer = err({ reason: "unavailable", retry: "later" })
    const response = await post(VECTOR_BODY)
    expect(response.status).toBe(503)
    expect(response.headers.get("retry-after")).toBe("5")
  })

  it("answers 200 and asks nobody where there is no event for a person", async () => {
    answer = err({ reason: "unavailable", retry: "later" })
    for (const body of [
      "{}",
      '{"object":"user","entry":[]}',
      '{"object":"page","entry":[{"id":"1","standby":[{}]}]}',
    ])
      expect((await post(body)).status).toBe(200)
    expect(handed).toEqual([])
  })

  it("hands over what concerns a Page by itself", async () => {
    const changes = [{ field: "message_template_status_update", value: {} }]
    const body = JSON.stringify({ object: "page", entry: [{ id: PAGE, changes }] })
    expect((await post(body)).status).toBe(200)
    expect(ofPages).toMatchObject([{ kind: "template_status", page: PAGE }])
    expect(handed).toEqual([])
    answer = err({ reason: "unavailable", retry: "later" })
    expect((await post(body)).status).toBe(503)
  })

  it("logs what nobody understands by its key names, each once", async () => {
    const odd = { odd: { secret: "4111" } }
    expect((await post(bodyOf([odd, odd, { strange: 1 }]))).status).toBe(200)
    expect(lines).toEqual([expect.stringContaining('"shapes":"odd, strange"')])
  })

  it("answers 200 to any JSON that is signed", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        fc.constantFrom("messaging", "standby", "changes"),
        async (value, list) => {
          const entry = [{ id: PAGE, time: AT, [list]: [value, { sender: { id: "7" }, message: value }] }]
          expect((await post(JSON.stringify(value))).status).toBe(200)
          expect((await post(JSON.stringify({ object: "page", entry }))).status).toBe(200)
        },
      ),
      { numRuns: 200 },
    )
  })

  it.each([
    ["no signature", { "x-hub-signature-256": "" }, 401, "signature_missing"],
    ["a signature of another form", { "x-hub-signature-256": "sha1=00" }, 401, "signature_malformed"],
    [
      "a signature of another body",
      { "x-hub-signature-256": `sha256=${"0".repeat(64)}` },
      401,
      "signature_mismatch",
    ],
    ["another type", { "content-type": "text/html" }, 415, "type_unsupported"],
    [
      "a declared length above the cap",
      { "content-length": String(BODY_BYTES_MAX + 1) },
      413,
      "body_too_large",
    ],
  ])("P12: refuses %s and hands nothing over", async (_name, headers, status, reason) => {
    const response = await post(VECTOR_BODY, headers)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ status })
    expect(handed).toEqual([])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain(reason)
  })

  it("P12: refuses the right signature of an unknown secret", async () => {
    expect((await post(VECTOR_BODY, {}, "a-stranger's-secret")).status).toBe(401)
    expect(handed).toEqual([])
  })

  it("tells every unsigned caller the same", async () => {
    const texts = new Set<string>()
    for (const header of ["", "nonsense", `sha256=${"0".repeat(64)}`])
      texts.add(await (await post(VECTOR_BODY, { "x-hub-signature-256": header })).text())
    expect(texts.size).toBe(1)
  })

  it.each(["", "{", '{"object":"page"', "not json"])(
    "P12: answers 400 to %j though its signature is right",
    async (body) => {
      expect((await post(body)).status).toBe(400)
      expect(handed).toEqual([])
    },
  )

  it("takes a body of the cap and refuses one byte more", async () => {
    const padded = (bytes: number) => VECTOR_BODY + " ".repeat(bytes - VECTOR_BODY.length)
    expect((await post(padded(BODY_BYTES_MAX))).status).toBe(200)
    expect((await post(padded(BODY_BYTES_MAX + 1))).status).toBe(413)
  })

  it("takes JSON with parameters and without a type", async () => {
    expect((await post(VECTOR_BODY, { "content-type": "application/json; charset=utf-8" })).status).toBe(200)
    expect((await post(VECTOR_BODY, { "content-type": "" })).status).toBe(200)
  })

  it("P5: writes no person, text or token to the log", async () => {
    answer = err({ reason: "timeout", retry: "later" })
    await post(VECTOR_BODY)
    await post(VECTOR_BODY, { "x-hub-signature-256": "x" })
    expect(lines.join()).not.toMatch(/200|m_1|secret|äöå/)
  })
})

it("refuses to be built without an app secret", () => {
  const build = () =>
    messengerWebhook({
      appSecrets: [],
      verifyToken: new Secret("t"),
      receive: () => Promise.resolve(ok(undefined)),
      now: () => AT,
      log,
    })
  expect(build).toThrow(RangeError)
})
