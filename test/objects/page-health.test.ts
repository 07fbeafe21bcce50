// How the gateway learns that a Page may not speak, and what Messenger says of it, with the whole gateway in workerd.
import worker from "../../src/worker.ts"
import { env, exports } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { pageObjectOf } from "../../src/messenger/page-object.ts"
import { parsePageRecord } from "../../src/messenger/page-record.ts"
import { findPage } from "../../src/messenger/page-store.ts"
import { createIncidents } from "../../src/notifications/incidents.ts"
import { fraudSuspected, transactionPosted } from "../support/bank.ts"
import { openGateway, ORIGIN, PAGE, signedWebhook, type Gateway } from "../support/gateway.ts"

const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))

function record(id: string, bank = "demo") {
  const parsed = parsePageRecord({ v: 1, id, bank, name: "Harbourline Bank" })
  if (!parsed.ok) throw new Error("Cannot read the Page of the tests")
  return parsed.value
}

describe("a Page whose token dies", () => {
  const CUSTOMER = "Kx7Qm2vX9kLtB4wZ8pR5nYdA"
  const DEAD = { status: 400, error: { message: "m", type: "OAuthException", code: 190, error_subcode: 460 } }
  const WAIT = { timeout: 10_000, interval: 100 }
  let gateway: Gateway
  beforeEach(async () => {
    gateway = await openGateway()
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const admin = async (method: string, path: string, body?: object) => {
    const response = await exports.default.fetch(
      new Request(`${ORIGIN}/admin/v1${path}`, {
        method,
        headers: { authorization: "Bearer dev-admin-key", "content-type": "application/json" },
        ...(body ? { body: JSON.stringify(body) } : {}),
      }),
    )
    // oxlint-disable-next-line typescript/no-explicit-any
    return { status: response.status, body: (await response.json()) as any }
  }

  it("P1: is stopped by the first send that finds out; what is for its people waits, and goes when it is reconnected", async () => {
    const psid = "90000000000007301"
    await gateway.link(psid, CUSTOMER, ["transaction_alerts", "fraud_alerts"])
    gateway.answer = () => DEAD
    await gateway.say(psid, "help")
    await vi.waitFor(async () => {
      expect((await admin("GET", `/pages/${PAGE}`)).body.state.paused).toMatchObject({
        reason: "token_refused",
      })
    }, WAIT)
    await vi.waitFor(async () => {
      const { body } = await admin("GET", "/incidents?bank=demo")
      expect(body.incidents).toMatchObject([{ kind: "page_stopped", page: PAGE, detail: "token_refused" }])
    }, WAIT)

    const before = gateway.sent.length
    const at = Date.now()
    for (const id of ["evt_w1", "evt_w2"])
      expect((await gateway.postEvents([transactionPosted({ id, at, transaction: { id } })])).status).toBe(
        202,
      )
    expect((await gateway.postEvents([fraudSuspected({ id: "evt_alert", at })])).status).toBe(202)
    await vi.waitFor(async () => {
      const { body } = await admin("GET", `/pages/${PAGE}`)
      expect(body.state.waiting).toEqual({ packs: 3, events: 3, stale: 0 })
    }, WAIT)
    expect(gateway.sent.length).toBe(before)

    gateway.answer = () => "accept"
    const reconnected = await admin("PUT", `/pages/${PAGE}/token`, {
      token: "EAAG-new",
      reason: "new password",
    })
    expect(reconnected).toMatchObject({ status: 200, body: { reconnected: { held: 3, stale: 0 } } })
    await vi.waitFor(() => {
      // What waited together may stand in one message.
      const texts = gateway.sent.slice(before).map(({ text }) => text)
      expect(texts.join("\n").match(/ELECTRO MART/g)).toHaveLength(3)
    }, WAIT)
    const { body } = await admin("GET", `/pages/${PAGE}`)
    expect(body.state).toMatchObject({
      paused: null,
      waiting: { packs: 0, events: 0, stale: 0 },
      recovery: { held: 3, stale: 0, sent: 3 },
    })
    expect((await admin("GET", "/incidents?bank=demo")).body.incidents).toEqual([])
    expect((await findPage(gateway.means.db, PAGE))?.tokenSealed).not.toContain("EAAG")
  })
})

describe("what Messenger says of a Page, and the clock", () => {
  let gateway: Gateway
  beforeEach(async () => {
    gateway = await openGateway()
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const calls = () =>
    vi
      .mocked(globalThis.fetch)
      .mock.calls.map(([input, init]) => new Request(input, init))
      .map(({ method, url }) => `${method} ${new URL(url).pathname.split("/").at(-1)}`)
  const say = async (entry: object) => {
    const body = new TextEncoder().encode(
      JSON.stringify({ object: "page", entry: [{ id: PAGE, time: Date.now(), ...entry }] }),
    ) as Uint8Array<ArrayBuffer>
    return exports.default.fetch(new Request(`${ORIGIN}/messenger/webhook`, await signedWebhook(body)))
  }
  const pageState = () =>
    pageObjectOf({ page: env.PAGE, development: true }, record(PAGE)).state({ v: 1, now: Date.now() })

  it("follows a hint that a template changed, beside the answer", async () => {
    const value = { event: "APPROVED", message_template_name: "a_v1", message_template_language: "en" }
    const changes = [{ field: "message_template_status_update", value }]
    expect((await say({ changes })).status).toBe(200)
    await vi.waitFor(() => expect(calls()).toContain("GET message_templates"))
  })

  it("stops a Page that Messenger blocks", async () => {
    const policy = {
      recipient: { id: PAGE },
      timestamp: Date.now(),
      policy_enforcement: { action: "block", reason: "r" },
    }
    expect((await say({ messaging: [policy] })).status).toBe(200)
    expect((await pageState()).paused).toMatchObject({ reason: "blocked" })
    const incidents = createIncidents({ ...gateway.means, random })
    expect(await incidents.listOpen("page_stopped")).toMatchObject([{ page: PAGE, detail: "blocked" }])
    await pageObjectOf({ page: env.PAGE, development: true }, record(PAGE)).resume({
      v: 1,
      now: Date.now(),
      ceilingPerSecond: 300,
    })
  })

  it("looks at templates each minute while one is under review, else once an hour, and at a Page once a day", async () => {
    const run = async () => {
      vi.mocked(globalThis.fetch).mockClear()
      await worker.scheduled({} as never, env)
      return calls().filter((call) => call.startsWith("GET"))
    }
    const first = await run()
    expect(first).toContain("GET message_templates")
    expect(first).toContain("GET debug_token")
    expect(first).toContain("GET subscribed_apps")
    // The pretended Messenger answers nothing of a status: what was created is under review.
    expect(await run()).toEqual(["GET message_templates"])
    await env.DB.prepare("UPDATE templates SET status = 'APPROVED'").run()
    expect(await run()).toEqual([])
  })
})
