// Standard Webhooks, UK Open Banking, FDX: what each comes to, the standards' own vectors and names, and every fault by its name.
import { describe, expect, it } from "vitest"
import {
  parseWebhookHead,
  parseWebhookSecret,
  verifyWebhook,
} from "../../../src/banks/dialects/standard-webhooks.ts"
import { utf8 } from "../../../src/crypto/text.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { BANK_KEY, NOW, ORIGIN, standingIntake } from "../../support/intake.ts"
import { createTokenKey, openBankingClaims, signToken } from "../../support/set-signer.ts"
import { signWebhook, WEBHOOK_SECRET, webhookBody, webhookPair } from "../../support/webhook-signer.ts"

const json = { "content-type": "application/json" }
const CUSTOMER = "Kx7Qm2vX9kLtB4wZ8pR5nYdA"

describe("Standard Webhooks", () => {
  const secret = parseWebhookSecret(WEBHOOK_SECRET) ?? new Uint8Array(0)
  const VECTOR = new Headers({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  })
  const BODY = utf8('{"test": 2432232314}')
  const given = { secrets: [secret], publicKeys: [] }

  it("verifies the specification's own vector, and nothing beside it", async () => {
    const head = parseWebhookHead(VECTOR, () => 1_614_265_330_000)
    if (!head.ok) throw new Error(head.error.reason)
    expect(await verifyWebhook(head.value, BODY, given)).toEqual({ ok: true })
    expect(await verifyWebhook(head.value, utf8('{"test": 2432232315}'), given)).toMatchObject({
      error: { reason: "webhook_mismatch" },
    })
    expect(await verifyWebhook({ ...head.value, id: "msg_other" }, BODY, given)).toMatchObject({ ok: false })
    expect(await verifyWebhook(head.value, BODY, { secrets: [], publicKeys: [] })).toMatchObject({
      ok: false,
    })
  })

  it.each([
    [{ "webhook-id": "a.b" }, "webhook_malformed"],
    [{ "webhook-id": "" }, "webhook_missing"],
    [{ "webhook-timestamp": "now" }, "webhook_malformed"],
    [{ "webhook-timestamp": "1614265330.5" }, "webhook_malformed"],
    [{ "webhook-timestamp": "" }, "webhook_missing"],
    [{ "webhook-signature": "v2,AAAA" }, "webhook_malformed"],
    [{ "webhook-signature": "v1,***" }, "webhook_malformed"],
    [{ "webhook-signature": "v1," }, "webhook_malformed"],
    [{ "webhook-signature": "v1,AAAA ".repeat(300) }, "webhook_malformed"],
  ])("refuses the headers %j by name", (changes, reason) => {
    const headers = new Headers(VECTOR)
    for (const [name, value] of Object.entries(changes)) headers.set(name, value)
    expect(parseWebhookHead(headers, () => 1_614_265_330_000)).toEqual({ ok: false, error: { reason } })
  })

  it("takes secrets of 24 to 64 bytes", () => {
    const whsec = (bytes: number) => `whsec_${new Uint8Array(bytes).toBase64()}`
    expect([23, 24, 64, 65].map((bytes) => parseWebhookSecret(whsec(bytes))?.length)).toEqual([
      undefined,
      24,
      64,
      undefined,
    ])
    for (const text of ["whsec_", "whpk_AAAA", "", `whsec_${"*".repeat(32)}`])
      expect(parseWebhookSecret(text)).toBeUndefined()
  })

  it("becomes an event under the webhook's own id; during a change of keys one good signature is enough", async () => {
    const [old, fresh] = await Promise.all([webhookPair(), webhookPair()])
    const { taken, fetch } = standingIntake([], { webhookSecrets: async () => ok([fresh.secret]) })
    const body = webhookBody()
    const [first, second] = [await signWebhook("v1", old, body), await signWebhook("v1", fresh, body)]
    const both = `${first["webhook-signature"]} ${second["webhook-signature"]}`
    const response = await fetch(
      new Request(`${ORIGIN}/banks/demo/webhooks`, {
        method: "POST",
        body,
        headers: { ...json, ...second, "webhook-signature": both },
      }),
    )
    expect([response.status, await response.json()]).toEqual([202, { accepted: 1, rejected: {} }])
    expect(response.headers.get("link")).toContain("/banks/demo/events/evt_1")
    expect(taken[0]?.events[0]).toMatchObject({
      id: "evt_1",
      source: "http://localhost:8788/bank",
      customer: CUSTOMER,
      at: NOW - 5_000,
    })
  })

  it.each<[string, Readonly<Record<string, unknown>>, number]>([
    ["no type", { type: undefined }, 400],
    ["an unknown type", { type: "invoice.paid" }, 400],
    ["no timestamp", { timestamp: 1 }, 400],
    ["no subject", { subject: undefined }, 400],
    ["a subject that is no text", { subject: 7 }, 400],
    ["data of another type", { data: [] }, 400],
  ])("refuses %s", async (_, changes, status) => {
    const pair = await webhookPair()
    const { taken, fetch } = standingIntake([], { webhookSecrets: async () => ok([pair.secret]) })
    const body = webhookBody(changes)
    const headers = { ...json, ...(await signWebhook("v1", pair, body)) }
    const response = await fetch(
      new Request(`${ORIGIN}/banks/demo/webhooks`, { method: "POST", body, headers }),
    )
    expect(response.status).toBe(status)
    expect(taken).toEqual([])
  })
})

describe("UK Open Banking", async () => {
  const key = await createTokenKey("ob-1", "PS256")
  const weak = await createTokenKey("es-1", "ES256")
  const post = async (
    claims: Readonly<Record<string, unknown>>,
    {
      version = "v4.0",
      header = {},
      by = key,
      id = "93bac548-d2de-4546-b106-880a5018460d" as string | undefined,
      given = {} as Parameters<typeof standingIntake>[1],
    } = {},
  ) => {
    const way = standingIntake([key.jwk, weak.jwk], given)
    const token = await signToken(by, claims, { typ: undefined, ...header })
    const response = await way.fetch(
      new Request(`${ORIGIN}/banks/demo/open-banking/${version}/event-notifications`, {
        method: "POST",
        body: token,
        headers: { "content-type": "application/jwt", ...(id ? { "x-fapi-interaction-id": id } : {}) },
      }),
    )
    return { ...way, response }
  }

  it.each([
    ["v4.0", "urn:uk:org:openbanking:events:resource-update"],
    ["v4.0.1", "UK.OBIE.Resource-Update"],
    ["v3.1", "UK.OBIE.Resource-Update"],
    ["v3.1.11", "urn:uk:org:openbanking:events:resource-update"],
  ])("%s takes %s as a hint, echoes the interaction id, and answers nothing else", async (version, event) => {
    const { taken, response } = await post(openBankingClaims({}, event), { version })
    expect([response.status, await response.text()]).toEqual([202, ""])
    expect(response.headers.get("x-fapi-interaction-id")).toBe("93bac548-d2de-4546-b106-880a5018460d")
    expect(taken[0]?.events).toMatchObject([
      {
        type: "bank.data.hint.v1",
        about: "transactions",
        account: "acc_1",
        customer: CUSTOMER,
        source: "http://localhost:8788/bank/oidc",
      },
    ])
  })

  it.each([
    "urn:uk:org:openbanking:events:consent-authorization-revoked",
    "UK.OBIE.Consent-Authorization-Revoked",
    "UK.OBIE.Consent-Access-Revoked",
  ])("%s is the end of a consent", async (event) => {
    const rty = {
      "http://openbanking.org.uk/rty": "account-access-consents",
      "http://openbanking.org.uk/rid": "aac-1",
    }
    const { taken, response } = await post(openBankingClaims({}, event, rty))
    expect(response.status).toBe(202)
    expect(taken[0]?.events).toMatchObject([
      { type: "bank.consent.revoked.v1", consentId: "aac-1", customer: CUSTOMER },
    ])
  })

  it("tolerates iat as text, and makes an interaction id where there is none", async () => {
    const { response } = await post(openBankingClaims({ iat: String(NOW / 1_000 - 5) }), { id: undefined })
    expect(response.status).toBe(202)
    expect(response.headers.get("x-fapi-interaction-id")).toMatch(/^[0-9a-f-]{36}$/)
    const echoed = await post(openBankingClaims(), { id: "<script>" })
    expect(echoed.response.headers.get("x-fapi-interaction-id")).not.toContain("<")
  })

  const CONSENT = {
    "http://openbanking.org.uk/rty": "account-access-consent",
    "http://openbanking.org.uk/rid": "aac-1",
  }
  const API = "http://localhost:8788/bank/fdx/v6"
  const REVOKED = "UK.OBIE.Consent-Authorization-Revoked"
  const UPDATE = "UK.OBIE.Resource-Update"
  const link = (url: string) => ({ "http://openbanking.org.uk/rlk": [{ version: "v4.0", link: url }] })

  it.each([
    ["the consent itself", REVOKED, CONSENT, {}, { type: "bank.consent.revoked.v1", consentId: "aac-1" }],
    [
      "a link under it",
      UPDATE,
      link(`${API}/account-access-consents/aac-1/accounts`),
      {},
      { account: "acc_1" },
    ],
    ["sub under it", UPDATE, {}, { sub: `${API}/account-access-consents/aac-1` }, { about: "transactions" }],
  ])(
    "an event that names nobody is its consent's customer's: %s",
    async (_, event, subject, claims, read) => {
      const { taken, response } = await post(
        openBankingClaims({ sub_id: undefined, ...claims }, event, subject),
      )
      expect([response.status, await response.text()]).toEqual([202, ""])
      expect(taken[0]?.events).toMatchObject([{ ...read, customer: CUSTOMER }])
    },
  )

  it("a consent nothing rests on is answered as any other, noted by name, and nothing of it is kept", async () => {
    const other = { ...CONSENT, "http://openbanking.org.uk/rid": "aac-2" }
    const { taken, notes, response } = await post(openBankingClaims({ sub_id: undefined }, REVOKED, other))
    expect([response.status, await response.text()]).toEqual([202, ""])
    expect(taken).toEqual([])
    expect(notes).toMatchObject([{ reason: "consent_unknown", way: "open-banking" }])
    expect(JSON.stringify(notes)).not.toContain("aac-2")
  })

  it.each([
    ["an account", {}, {}],
    ["a link elsewhere", link("https://x.example/account-access-consents/aac-1"), {}],
    ["a link that only begins alike", link(`${API}/account-access-consentsX/aac-1`), {}],
    ["a consent with a path for an id", { ...CONSENT, "http://openbanking.org.uk/rid": "../aac-1" }, {}],
    ["a consent without a name", { ...CONSENT, "http://openbanking.org.uk/rid": "" }, {}],
    [
      "a customer of another form beside its consent",
      CONSENT,
      { sub_id: { format: "email", email: "a@b.example" } },
    ],
  ])("P13: %s names nobody, and is refused", async (_, subject, claims) => {
    const { taken, response } = await post(
      openBankingClaims({ sub_id: undefined, ...claims }, REVOKED, subject),
    )
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ Errors: [{ ErrorCode: "U002" }] })
    expect(taken).toEqual([])
  })

  it("P1: while the directory does not answer nothing is taken, and the bank sends it again", async () => {
    const down = async () => err({ reason: "unavailable", retry: "later" } as const)
    const { taken, response } = await post(openBankingClaims({ sub_id: undefined }, REVOKED, CONSENT), {
      given: { findConsentCustomer: down },
    })
    expect(response.status).toBe(503)
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0)
    expect(taken).toEqual([])
  })

  it.each<[string, object, object, string, string]>([
    ["another audience", { aud: "else" }, {}, "UK.OBIE.Signature.InvalidClaim", "U016"],
    ["another issuer", { iss: "https://x.example" }, {}, "UK.OBIE.Signature.InvalidClaim", "U016"],
    ["an old token", { iat: NOW / 1_000 - 3 * 86_400 - 1 }, {}, "UK.OBIE.Signature.InvalidClaim", "U016"],
    ["no txn", { txn: undefined }, {}, "UK.OBIE.Signature.MissingClaim", "U017"],
    ["no sub", { sub: undefined }, {}, "UK.OBIE.Signature.MissingClaim", "U017"],
    ["no jti", { jti: undefined }, {}, "UK.OBIE.Signature.MissingClaim", "U017"],
    ["another algorithm", {}, { by: weak }, "UK.OBIE.Signature.Invalid", "U015"],
    ["HS256", {}, { header: { alg: "HS256" } }, "UK.OBIE.Signature.Invalid", "U015"],
    ["an unknown key", {}, { header: { kid: "x" } }, "UK.OBIE.Signature.Invalid", "U015"],
    ["jku", {}, { header: { jku: "https://x.example" } }, "UK.OBIE.Signature.Unexpected", "U020"],
    ["an unknown event", { events: { "urn:x": {} } }, {}, "UK.OBIE.Field.Invalid", "U002"],
    ["no resource", { events: { "UK.OBIE.Resource-Update": {} } }, {}, "UK.OBIE.Field.Invalid", "U002"],
    ["nobody's event", { sub_id: undefined }, {}, "UK.OBIE.Field.Invalid", "U002"],
  ])("refuses %s in the words of both generations", async (_, claims, how, v31, v40) => {
    for (const [version, code] of [
      ["v3.1", v31],
      ["v4.0", v40],
    ] as const) {
      const { taken, response } = await post(openBankingClaims({ ...claims }), { ...how, version })
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({
        Code: "400 BadRequest",
        Id: "93bac548-d2de-4546-b106-880a5018460d",
        Errors: [{ ErrorCode: code }],
      })
      expect(response.headers.get("x-fapi-interaction-id")).toBe("93bac548-d2de-4546-b106-880a5018460d")
      expect(taken).toEqual([])
    }
  })

  it("has no other versions", async () => {
    for (const version of ["v2.0", "v4.1", "4.0", "v3.1.x"])
      expect((await post(openBankingClaims(), { version })).response.status).toBe(404)
  })
})

describe("FDX", () => {
  const notification = (changes: object = {}, payload: object = {}) => ({
    notificationId: "note-1",
    type: "CUSTOM",
    category: "NEW_DATA",
    sentOn: new Date(NOW - 1_000).toISOString(),
    notificationPayload: { id: CUSTOMER, idType: "CUSTOMER", ...payload },
    ...changes,
  })
  const post = async (
    value: unknown,
    { version = "v6", headers = {} }: { version?: string; headers?: object } = {},
  ) => {
    const way = standingIntake([])
    const request = new Request(`${ORIGIN}/banks/demo/fdx/${version}/notifications`, {
      method: "POST",
      body: JSON.stringify(value),
      headers: { ...json, authorization: `Bearer ${BANK_KEY}`, ...headers },
    })
    return { ...way, response: await way.fetch(request) }
  }

  it.each<[string, object, object, object]>([
    ["new data", {}, {}, { about: "transactions" }],
    ["a balance", { type: "BALANCE" }, {}, { about: "balances" }],
    [
      "a consent that ended: only a hint, for nothing signs it",
      { type: "CONSENT_REVOKED", category: "CONSENT" },
      {},
      { about: "consent" },
    ],
    [
      "an account of a customer",
      {},
      { idType: "ACCOUNT", id: "acc_1", customFields: [{ name: "customerId", value: CUSTOMER }] },
      { account: "acc_1" },
    ],
    [
      "a customer's account",
      {},
      { customFields: { name: "accountId", value: "acc_1" } },
      { account: "acc_1" },
    ],
  ])("takes %s with 204", async (_, changes, payload, becomes) => {
    const { taken, response } = await post(notification(changes, payload))
    expect([response.status, await response.text()]).toEqual([204, ""])
    expect(taken[0]?.events).toMatchObject([
      { type: "bank.data.hint.v1", id: "note-1", customer: CUSTOMER, at: NOW - 1_000, ...becomes },
    ])
  })

  it.each<[string, unknown]>([
    ["a list", []],
    ["no id", notification({ notificationId: undefined })],
    ["no time", notification({ sentOn: "yesterday" })],
    ["a time ahead", notification({ sentOn: "9999-12-31T00:00:00Z" })],
    ["a type nobody can act on", notification({ type: "PLANNED_OUTAGE", category: "MAINTENANCE" })],
    ["a name of Object's own", notification({ type: "toString", category: "constructor" })],
    ["fraud, which nothing proves", notification({ type: "RISK", category: "FRAUD" })],
    ["no payload", notification({ notificationPayload: null })],
    ["no customer", notification({}, { idType: "ACCOUNT" })],
    ["a customer that is no text", notification({}, { id: 7 })],
    ["an endless customer", notification({}, { id: "x".repeat(300) })],
    ["half a surrogate", notification({}, { id: "a\ud800" })],
  ])("refuses %s", async (_, value) => {
    const { taken, response } = await post(value)
    expect(response.status).toBe(400)
    const answer = (await response.json()) as Record<string, unknown>
    expect(answer).toMatchObject({ code: "400", message: expect.any(String) as unknown })
    expect(JSON.stringify(answer)).not.toContain(CUSTOMER)
    expect(taken).toEqual([])
  })

  it("wants the bank's key first, and a version it knows", async () => {
    expect((await post("", { headers: { authorization: "" } })).response.status).toBe(401)
    for (const [version, status] of [
      ["v5.2", 204],
      ["6", 204],
      ["v6.4.1", 204],
      ["v4", 404],
      ["v7", 404],
      ["..", 404],
    ] as const)
      expect((await post(notification(), { version })).response.status).toBe(status)
  })
})

describe("a compressed body", () => {
  it("is never opened: what bursts stays the bytes it is", async () => {
    const bomb = new Blob([new Uint8Array(64 * 1_024 * 1_024)])
      .stream()
      .pipeThrough(new CompressionStream("gzip"))
    const body = await new Response(bomb).bytes()
    expect(body.length).toBeLessThan(1_024 * 1_024)
    for (const [path, type] of [
      ["/banks/demo/events", "application/cloudevents+json"],
      ["/banks/demo/events", "application/secevent+jwt"],
      ["/banks/demo/event-sets", "application/json"],
      ["/banks/demo/webhooks", "application/json"],
      ["/banks/demo/open-banking/v4.0/event-notifications", "application/jwt"],
      ["/banks/demo/fdx/v6/notifications", "application/json"],
    ] as const) {
      const { taken, fetch } = standingIntake([])
      const headers = {
        "content-type": type,
        "content-encoding": "gzip",
        authorization: `Bearer ${BANK_KEY}`,
      }
      const response = await fetch(new Request(ORIGIN + path, { method: "POST", body, headers }))
      expect(response.status).toBeGreaterThanOrEqual(400)
      expect(response.status).toBeLessThan(500)
      expect(taken).toEqual([])
    }
  })
})
