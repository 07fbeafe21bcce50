// The bank's way in, outside workerd: its answers, its order of steps, and that a request that ends early did nothing.
// The hostile table runs in test/objects/banks.test.ts.
import { describe, expect, it } from "vitest"
import { EVENTS_MAX, VALUES_MAX, type BankIntake } from "../../../src/banks/intake-given.ts"
import { utf8 } from "../../../src/crypto/text.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { eventBody, transactionPosted } from "../../support/bank.ts"
import {
  BATCH_TYPE,
  createTestKey,
  EVENTS_TYPE,
  signedRequest,
  type Signing,
} from "../../support/bank-signer.ts"
import { NOW, ORIGIN, standingIntake } from "../../support/intake.ts"

const key = await createTestKey("bank-2026-11")
const posted = (id: string, changes: object = {}) => ({
  ...transactionPosted({ id, at: NOW - 5_000 }),
  ...changes,
})

function standing(changes: Partial<BankIntake> = {}) {
  const { taken, lines, fetch } = standingIntake([key.jwk], changes)
  const send = async (
    value: unknown,
    signing: Signing & { readonly path?: string; readonly headers?: object } = {},
  ) => {
    const url = ORIGIN + (signing.path ?? "/banks/demo/events")
    const type = Array.isArray(value) ? BATCH_TYPE : EVENTS_TYPE
    const body = value instanceof Uint8Array ? (value as Uint8Array<ArrayBuffer>) : eventBody(value)
    const request = await signedRequest(key, url, body, {
      created: NOW / 1_000,
      contentType: type,
      ...signing,
    })
    for (const [name, text] of Object.entries(signing.headers ?? {})) request.headers.set(name, String(text))
    return fetch(request)
  }
  return { taken, lines, send }
}

describe("bankIntake()", () => {
  it("answers a single event with 202 and where to ask what became of it", async () => {
    const { taken, send } = standing()
    const response = await send(posted("evt 1/ü"))
    expect(response.status).toBe(202)
    expect(await response.json()).toEqual({ accepted: 1, rejected: {} })
    expect(response.headers.get("link")).toBe(
      '<https://gateway.example/banks/demo/events/evt%201%2F%C3%BC>; rel="status"',
    )
    expect(taken[0]?.bank.id).toBe("demo")
    expect(taken[0]?.events.map((event) => event.id)).toEqual(["evt 1/ü"])
  })

  it("P12: answers a batch with what it took and what it refused, by id", async () => {
    const { taken, send, lines } = standing()
    const response = await send([posted("a"), posted("b", { type: "bank.nothing.v1" }), posted("c")])
    expect(response.status).toBe(202)
    expect(response.headers.get("link")).toBeNull()
    expect(await response.json()).toEqual({
      accepted: 2,
      rejected: { b: { err: "invalid_request", description: 'Unknown event type "bank.nothing.v1"' } },
    })
    expect(taken[0]?.events.map((event) => event.id)).toEqual(["a", "c"])
    expect(lines.join()).toContain('"accepted":2,"rejected":1')
  })

  it("hands nothing over for an empty batch, or one of refusals only", async () => {
    const { taken, send } = standing()
    expect(await (await send([])).json()).toEqual({ accepted: 0, rejected: {} })
    expect((await send([posted("b", { time: "yesterday" })])).status).toBe(202)
    expect(taken).toEqual([])
  })

  it("P13: refuses a body that is all values before it is parsed, and takes the fullest batch", async () => {
    const { taken, send } = standing()
    const empty = utf8(`[${"[],".repeat(VALUES_MAX / 2)}[]]`)
    const response = await send(empty, { contentType: BATCH_TYPE })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ type: "urn:tellerline:problem:too-many-values" })
    expect((await send(utf8("[".repeat(VALUES_MAX + 1)), { contentType: BATCH_TYPE })).status).toBe(413)
    expect(taken).toEqual([])
    const full = Array.from({ length: EVENTS_MAX }, (_, index) => posted(`evt_${index}`))
    expect((await send(full)).status).toBe(202)
  })

  it("refuses a single bad event as the request, with its err and its reason", async () => {
    const { taken, send } = standing()
    const response = await send(posted("a", { time: "yesterday" }))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      type: "urn:tellerline:problem:event",
      err: "invalid_request",
      description: "time is not an RFC 3339 instant",
      detail: "time is not an RFC 3339 instant",
    })
    expect(taken).toEqual([])
  })

  it("P13: answers 403 where every event is another's, single or many", async () => {
    const { taken, send } = standing()
    const foreign = posted("a", { source: "https://other.example" })
    for (const body of [foreign, [foreign, { ...foreign, id: "b" }]]) {
      const response = await send(body)
      expect(response.status).toBe(403)
      expect(await response.json()).toMatchObject({ err: "access_denied" })
    }
    expect(taken).toEqual([])
  })

  it("takes 10,000 events and refuses 10,001", async () => {
    const { taken, send } = standing()
    const events = Array.from({ length: EVENTS_MAX + 1 }, (_, index) => posted(`e${index}`))
    expect((await send(events)).status).toBe(413)
    expect(taken).toEqual([])
    expect(await (await send(events.slice(1))).json()).toEqual({ accepted: EVENTS_MAX, rejected: {} })
    expect(taken[0]?.events).toHaveLength(EVENTS_MAX)
  })

  it.each([
    ["a list as a single event", EVENTS_TYPE, "[]"],
    ["a single event as a list", BATCH_TYPE, "{}"],
    ["nothing", EVENTS_TYPE, ""],
    ["two values", EVENTS_TYPE, "{}{}"],
  ])("refuses %s", async (_, contentType, text) => {
    const { send } = standing()
    const response = await send(new TextEncoder().encode(text), { contentType })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ type: "urn:tellerline:problem:json" })
  })

  it("refuses bytes that are no UTF-8", async () => {
    const { send } = standing()
    expect((await send(new Uint8Array([0x22, 0xff, 0x22]), { contentType: EVENTS_TYPE })).status).toBe(400)
  })

  it.each([
    ["application/cloudevents+json; charset=UTF-8", 202],
    ['APPLICATION/CloudEvents+JSON;charset="utf-8"', 202],
    ["application/cloudevents+json; charset=latin1", 415],
    ["application/json", 415],
    ["", 415],
    ["constructor", 415],
  ])("judges the content type %j", async (contentType, status) => {
    const { send } = standing()
    const response = await send(posted("a"), { contentType })
    expect(response.status).toBe(status)
    if (status === 415) expect(response.headers.get("accept-post")).toContain(BATCH_TYPE)
  })

  it("refuses an encoded body: the digest is over the bytes as they were sent", async () => {
    const { send } = standing()
    expect((await send(posted("a"), { headers: { "content-encoding": "gzip" } })).status).toBe(415)
    expect((await send(posted("a"), { headers: { "content-encoding": "identity" } })).status).toBe(202)
  })

  it("shows what an event would say with preview=1, and hands nothing on; any other query is refused", async () => {
    const { taken, send } = standing()
    const shown = await send(posted("a"), { path: "/banks/demo/events?preview=1" })
    expect([shown.status, await shown.json()]).toEqual([
      200,
      { preview: { a: { en: { text: "words" } } }, rejected: {} },
    ])
    for (const query of ["?preview=0", "?preview=1&preview=1", "?x"])
      expect((await send(posted("a"), { path: `/banks/demo/events${query}` })).status).toBe(400)
    expect(taken).toEqual([])
  })

  it("answers a test with how many are linked, and hands nothing on", async () => {
    const { taken, send } = standing({ countLinked: async () => ok(2) })
    const response = await send(posted("a", { type: "bank.test.v1", data: { anything: 1 } }))
    expect(await response.json()).toEqual({ accepted: 1, rejected: {}, tests: { a: { linked: 2 } } })
    expect(taken).toEqual([])
  })

  it("says in a 401 what must be signed", async () => {
    const { send } = standing()
    const response = await send(posted("a"), { tag: "other" })
    expect(response.status).toBe(401)
    expect(response.headers.get("accept-signature")).toBe(
      'sig1=("@method" "@authority" "@path" "@query" "content-type" "content-digest");created;keyid;tag="bank-events-v1"',
    )
    expect(await response.json()).toMatchObject({
      err: "authentication_failed",
      detail: expect.stringContaining("@query content-type content-digest") as unknown,
    })
  })

  it("P15: reads no body and asks for no keys for a bank we do not know", async () => {
    let asked = 0
    const { send } = standing({
      keysOf: async () => {
        asked += 1
        return ok(undefined)
      },
    })
    for (const path of ["/banks/nobody/events", "/banks/NOBODY/events", "/banks/a%2Fb/events"]) {
      expect((await send(posted("a"), { path })).status).toBe(401)
    }
    expect(asked).toBe(0)
  })

  it("P15: leaves the body of an unsigned request unread", async () => {
    const { fetch } = standingIntake([key.jwk])
    let pulled = 0
    const body = new ReadableStream(
      {
        pull: () => {
          pulled += 1
        },
      },
      { highWaterMark: 0 },
    )
    const headers = { "content-type": EVENTS_TYPE }
    const init = { method: "POST", headers, body, duplex: "half" }
    expect((await fetch(new Request(`${ORIGIN}/banks/demo/events`, init as RequestInit))).status).toBe(401)
    expect(pulled).toBe(0)
  })

  it.each([
    ["later", "10"],
    [{ afterMs: 1_500 }, "2"],
    [{ afterMs: 1 }, "1"],
    ["never", "10"],
  ] as const)(
    "P1: answers 503 and when to send again where events are not durable (%j)",
    async (retry, seconds) => {
      const { send } = standing({ accept: async () => err({ reason: "unavailable", retry }) })
      const response = await send(posted("a"))
      expect(response.status).toBe(503)
      expect(response.headers.get("retry-after")).toBe(seconds)
    },
  )

  it("answers 503 where neither the bank nor its keys can be read", async () => {
    const outage = async () => err({ reason: "unavailable", retry: "later" } as const)
    expect((await standing({ findBank: outage }).send(posted("a"))).status).toBe(503)
    expect((await standing({ keysOf: outage }).send(posted("a"))).status).toBe(503)
  })

  it("answers a repeat like the first", async () => {
    const { send } = standing()
    const [first, second] = [await send([posted("a")]), await send([posted("a")])]
    expect(second.status).toBe(first.status)
    expect(await second.text()).toBe(await first.text())
  })

  it("logs no member of an event, refused or taken", async () => {
    const { send, lines } = standing()
    await send([posted("evt_secret"), posted("evt_other", { subject: "" })])
    await send(posted("evt_secret", { time: "" }))
    await send(posted("evt_secret"), { tag: "other" })
    expect(lines).toHaveLength(3)
    expect(lines.join()).not.toMatch(/evt_|ELECTRO|Kx7Qm|acc_1|249/)
  })
})
