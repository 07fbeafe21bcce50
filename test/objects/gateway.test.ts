// The gateway as a whole in workerd: real front door, D1, objects and queues; Messenger and the bank are pretended.
import {
  abortAllDurableObjects,
  createExecutionContext,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test"
import { env, exports } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { utf8 } from "../../src/crypto/text.ts"
import { BODY_BYTES_MAX } from "../../src/messenger/webhook.ts"
import worker from "../../src/worker.ts"
import { fraudSuspected, transactionPosted } from "../support/bank.ts"
import {
  APP_SECRET,
  echoEvent,
  messageEvent,
  openGateway,
  ORIGIN,
  PAGE,
  signedWebhook,
  type Gateway,
} from "../support/gateway.ts"
import { hostileSuite, type WayIn } from "../support/hostile.ts"

const CUSTOMER = "Kx7Qm2vX9kLtB4wZ8pR5nYdA"
let gateway: Gateway
let people = 0

beforeEach(async () => {
  gateway = await openGateway()
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** A person no other test has met: object ids outlive a reset. */
function someone(): string {
  people += 1
  return `90000000000000${100 + people}`
}

function textsTo(psid: string): string[] {
  return gateway.sent.filter((each) => each.psid === psid).map((each) => each.text)
}

async function rowsOf(psid: string): Promise<number> {
  return (await gateway.conversation(psid)).rowsWritten()
}

describe("a conversation", () => {
  it("answers hello once, in Messenger's words", async () => {
    const psid = someone()
    expect((await gateway.say(psid, "hello")).status).toBe(200)
    await vi.waitFor(() => expect(textsTo(psid)).toHaveLength(1))
    expect(textsTo(psid)[0]).toContain("automated assistant")
    expect(gateway.sent[0]?.messagingType).toBe("RESPONSE")
  })

  it("P2: ten copies of a webhook are answered once", async () => {
    const psid = someone()
    const copies = Array.from({ length: 10 }, () => gateway.say(psid, "help", "m_same_for_all"))
    for (const response of await Promise.all(copies)) expect(response.status).toBe(200)
    await vi.waitFor(() => expect(textsTo(psid)).toHaveLength(1))
    await runDurableObjectAlarm(await gateway.conversation(psid))
    expect(textsTo(psid)).toHaveLength(1)
  })

  it("P1: what was answered 200 survives the object's death and is answered by the alarm", async () => {
    const psid = someone()
    gateway.answer = () => "hang"
    await gateway.say(psid, "hello")
    await vi.waitFor(() => expect(textsTo(psid)).toHaveLength(1))
    await gateway.say(psid, "help")
    await abortAllDurableObjects()
    gateway.answer = () => "accept"
    await runDurableObjectAlarm(await gateway.conversation(psid))
    await vi.waitFor(() => expect(textsTo(psid)).toHaveLength(2))
    expect(textsTo(psid)[1]).toContain("Connect your account and I can show")
  })

  it("P1: one broken object never shows in the status, and its events wait on the queue", async () => {
    const [broken, well] = [someone(), someone()]
    await gateway.say(broken, "hello")
    await vi.waitFor(() => expect(textsTo(broken)).toHaveLength(1))
    await runInDurableObject(
      await gateway.conversation(broken),
      (_, state) => void state.storage.sql.exec("ALTER TABLE inbox RENAME TO lost"),
    )
    const response = await gateway.webhook([
      messageEvent(broken, "help", "m_broken"),
      messageEvent(well, "hello", "m_well"),
    ])
    expect(response.status).toBe(200)
    await vi.waitFor(() => expect(textsTo(well)).toHaveLength(1))
    await runInDurableObject(
      await gateway.conversation(broken),
      (_, state) => void state.storage.sql.exec("ALTER TABLE lost RENAME TO inbox"),
    )
    await vi.waitFor(() => expect(textsTo(broken)).toHaveLength(2), { timeout: 10_000 })
  })

  it("writes 6 rows for a chat turn", async () => {
    const psid = someone()
    await gateway.say(psid, "hello")
    await vi.waitFor(() => expect(textsTo(psid)).toHaveLength(1))
    await runDurableObjectAlarm(await gateway.conversation(psid))
    const before = await rowsOf(psid)
    await gateway.say(psid, "help")
    await vi.waitFor(() => expect(textsTo(psid)).toHaveLength(2))
    await vi.waitFor(async () => expect((await rowsOf(psid)) - before).toBe(6))
  })
})

describe("being told", () => {
  it("P2: one event posted five times is told once", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, ["transaction_alerts"])
    const event = transactionPosted({ id: "evt_five", at: Date.now() })
    for (let copy = 0; copy < 5; copy += 1) expect((await gateway.postEvents([event])).status).toBe(202)
    await vi.waitFor(
      () => expect(textsTo(psid).filter((text) => text.includes("ELECTRO MART"))).toHaveLength(1),
      { timeout: 15_000 },
    )
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(textsTo(psid).filter((text) => text.includes("ELECTRO MART"))).toHaveLength(1)
  })

  it("writes 2 rows for an update, and none for its echo and delivery", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, ["transaction_alerts"])
    await runDurableObjectAlarm(await gateway.conversation(psid))
    const before = await rowsOf(psid)
    await gateway.postEvents([transactionPosted({ id: "evt_rows", at: Date.now() })])
    await vi.waitFor(() => expect(textsTo(psid).some((text) => text.includes("ELECTRO MART"))).toBe(true), {
      timeout: 15_000,
    })
    await vi.waitFor(async () => expect((await rowsOf(psid)) - before).toBe(2))
    const sent = gateway.sent.at(-1)
    if (sent) await gateway.webhook([echoEvent(sent)])
    await gateway.webhook([
      {
        sender: { id: psid },
        recipient: { id: PAGE },
        timestamp: Date.now(),
        delivery: { watermark: Date.now() },
      },
    ])
    expect((await rowsOf(psid)) - before).toBe(2)
  })

  it("writes 5 rows for an alert, its delivery included", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, ["fraud_alerts"])
    await runDurableObjectAlarm(await gateway.conversation(psid))
    const before = await rowsOf(psid)
    expect((await gateway.postEvents([fraudSuspected({ id: "evt_fraud", at: Date.now() })])).status).toBe(202)
    await vi.waitFor(() => expect(textsTo(psid).some((text) => text.includes("Was this you?"))).toBe(true), {
      timeout: 15_000,
    })
    await vi.waitFor(async () => expect((await rowsOf(psid)) - before).toBe(4))
    await gateway.webhook([
      {
        sender: { id: psid },
        recipient: { id: PAGE },
        timestamp: Date.now(),
        delivery: { watermark: Date.now() + 1_000 },
      },
    ])
    expect((await rowsOf(psid)) - before).toBe(5)
  })

  it("P4: tells nothing of a purpose that is off, nor to anybody who is not linked", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, ["fraud_alerts"])
    const said = textsTo(psid).length
    await gateway.postEvents([
      transactionPosted({ id: "evt_off", at: Date.now() }),
      { ...fraudSuspected({ id: "evt_other", at: Date.now() }), subject: "SomebodyElse00001" },
    ])
    await gateway.postEvents([fraudSuspected({ id: "evt_on", at: Date.now() })])
    await vi.waitFor(() => expect(textsTo(psid).length).toBe(said + 1), { timeout: 15_000 })
    expect(textsTo(psid).at(-1)).toContain("Was this you?")
    expect(gateway.sent.filter((each) => each.psid !== psid)).toHaveLength(0)
  })

  it("P4: the link survives eviction; the object opens its state with the shelf alone", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, ["transaction_alerts"])
    await runDurableObjectAlarm(await gateway.conversation(psid))
    // Cut off, not emptied: a polite eviction waits ten seconds for whatever still runs.
    await abortAllDurableObjects()
    await gateway.postEvents([transactionPosted({ id: "evt_cold", at: Date.now() })])
    await vi.waitFor(() => expect(textsTo(psid).at(-1)).toContain("ELECTRO MART"), { timeout: 15_000 })
  })

  it("P2: a send that broke off is settled by its echo and never sent again", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, ["transaction_alerts"])
    gateway.answer = () => "accept_then_break"
    await gateway.postEvents([transactionPosted({ id: "evt_broken_off", at: Date.now() })])
    await vi.waitFor(() => expect(textsTo(psid).at(-1)).toContain("ELECTRO MART"), { timeout: 15_000 })
    gateway.answer = () => "accept"
    const sent = gateway.sent.at(-1)
    if (sent) await gateway.webhook([echoEvent(sent)])
    const states = await runInDurableObject(await gateway.conversation(psid), (_, state) =>
      state.storage.sql.exec<{ state: string }>("SELECT state FROM ledger WHERE lane = 2").toArray(),
    )
    expect(states).toEqual([{ state: "accepted" }])
  })

  it("refuses one bad event of a batch by its id and takes the rest", async () => {
    const psid = someone()
    await gateway.link(psid, CUSTOMER, ["transaction_alerts"])
    const good = transactionPosted({ id: "evt_good", at: Date.now() })
    const bad = { ...transactionPosted({ id: "evt_bad", at: Date.now() }), type: "bank.unheard.of.v1" }
    const response = await gateway.postEvents([bad, good], "batch")
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({
      accepted: 1,
      rejected: { evt_bad: { err: "invalid_request" } },
    })
    await vi.waitFor(() => expect(textsTo(psid).at(-1)).toContain("ELECTRO MART"), { timeout: 15_000 })
  })
})

describe("the front door", () => {
  it("stops every way in where the database was made with another pseudonym key", async () => {
    const first = await worker.fetch(
      new Request(ORIGIN + "/healthz") as never,
      { ...env },
      createExecutionContext(),
    )
    expect(first.status).toBe(200)
    const other = { ...env, PSEUDONYM_KEY: "QEFCQ0RFRkdISUpLTE1OT1BRUlNUVVZXWFlaW1xdXl8" }
    for (const path of [
      "/healthz",
      "/messenger/webhook",
      "/banks/demo/events",
      "/link/demo",
      "/admin/v1/banks",
    ]) {
      const response = await worker.fetch(
        new Request(ORIGIN + path) as never,
        other,
        createExecutionContext(),
      )
      expect(response.status).toBe(503)
      expect(await response.json()).toMatchObject({ settings: ["PSEUDONYM_KEY"] })
    }
  })

  it("answers nobody from elsewhere while its keys are those of development", async () => {
    const response = await worker.fetch(
      new Request("https://gateway.example/healthz") as never,
      { ...env },
      createExecutionContext(),
    )
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ settings: ["PUBLIC_ORIGIN"] })
  })

  it("says which settings are missing, by name, and lets nothing in", async () => {
    const { VAULT_KEYS: _, ...rest } = env
    const response = await worker.fetch(
      new Request(ORIGIN + "/healthz") as never,
      rest as unknown as Env,
      createExecutionContext(),
    )
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      settings: ["VAULT_KEYS"],
      detail: expect.stringContaining("npm run dev") as unknown,
    })
  })

  it("publishes keys without their private members", async () => {
    const response = await exports.default.fetch(new Request(`${ORIGIN}/.well-known/jwks.json`))
    const { keys } = (await response.json()) as { keys: Record<string, string>[] }
    expect(keys).toHaveLength(1)
    expect(Object.keys(keys[0] ?? {})).not.toContain("d")
  })

  it("answers an unknown address with a bland problem and the headers of every answer", async () => {
    const response = await exports.default.fetch(new Request(`${ORIGIN}/nowhere`))
    expect(response.status).toBe(404)
    expect(response.headers.get("content-type")).toBe("application/problem+json")
    expect(response.headers.get("x-content-type-options")).toBe("nosniff")
    expect(response.headers.get("x-request-id")).toBeTruthy()
  })

  it("answers healthz when configured and migrated", async () => {
    const response = await exports.default.fetch(new Request(`${ORIGIN}/healthz`))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({ status: "ok" })
  })
})

hostileSuite("POST /messenger/webhook", async (): Promise<WayIn> => {
  const psid = someone()
  const good = utf8(
    JSON.stringify({
      object: "page",
      entry: [
        {
          id: PAGE,
          time: Date.now(),
          messaging: [messageEvent(psid, "a secret of Kassiopeia", `m_hostile_${psid}`)],
        },
      ],
    }),
  )
  return {
    body: good,
    bodyBytesMax: BODY_BYTES_MAX,
    async request({ proof, contentType, body = good, tamper, unknownOwner }) {
      const named = unknownOwner
        ? utf8(new TextDecoder().decode(body).replaceAll(PAGE, "999999999999999"))
        : body
      const init = await signedWebhook(named, proof === "wrong_key" ? "another-secret" : APP_SECRET)
      const headers = new Headers(init.headers)
      if (proof === "none") headers.delete("x-hub-signature-256")
      if (proof === "malformed") headers.set("x-hub-signature-256", "sha256=xyz")
      if (contentType) headers.set("content-type", contentType)
      return new Request(`${ORIGIN}/messenger/webhook`, {
        method: "POST",
        headers,
        body: tamper ? tamper(named) : named,
      })
    },
    send: (request) => exports.default.fetch(request),
    async snapshot() {
      const stub = await gateway.conversation(psid)
      const inbox = await runInDurableObject(stub, (_, state) => {
        const tables = state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'inbox'").toArray()
        return tables.length === 0 ? [] : state.storage.sql.exec("SELECT key FROM inbox").toArray()
      })
      return { inbox, people: await env.DB.prepare("SELECT count(*) AS n FROM people").first() }
    },
    inputs: ["Kassiopeia", psid],
    expected: {
      good: 200,
      no_proof: 401,
      wrong_key: 401,
      malformed_proof: 401,
      changed_byte: 401,
      wrong_type: 415,
      largest: 200,
      too_large: 413,
      truncated_json: 400,
      oldest: { none: "the platform signs no time" },
      past: { none: "the platform signs no time" },
      furthest_ahead: { none: "the platform signs no time" },
      future: { none: "the platform signs no time" },
      old_key: { none: "two secrets at a time are tested in test/pure/messenger" },
      replayed: 200,
      unknown_owner: {
        none: "a Page of nobody's is acknowledged and dropped: the platform would only send it again",
      },
    },
  }
})
