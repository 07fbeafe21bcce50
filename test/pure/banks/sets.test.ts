// Security Event Tokens, one and many: what is taken, and every fault by its name in the words of RFC 8935.
import { describe, expect, it } from "vitest"
import { err, ok } from "../../../src/foundation/result.ts"
import type { BankIntake } from "../../../src/banks/intake-given.ts"
import type { BankRecord } from "../../../src/banks/bank.ts"
import { BANK_KEY, NOW, ORIGIN, standingIntake } from "../../support/intake.ts"
import { claimsOf, createTokenKey, signToken, text64 } from "../../support/set-signer.ts"

const SECONDS = NOW / 1_000
const [key, rsa, stranger] = await Promise.all([
  createTokenKey("bank-1"),
  createTokenKey("bank-ps", "PS256"),
  createTokenKey("bank-1"),
])

function standing(changes: Partial<BankIntake> = {}, record: Partial<BankRecord> = {}) {
  const way = standingIntake([key.jwk, rsa.jwk], changes, record)
  const post = (path: string, body: string, headers: Record<string, string>) =>
    way.fetch(new Request(ORIGIN + path, { method: "POST", body, headers }))
  return {
    ...way,
    one: (token: string, path = "/banks/demo/events") =>
      post(path, token, { "content-type": "application/secevent+jwt", accept: "application/json" }),
    many: (sets: unknown, headers: Record<string, string> = {}) =>
      post("/banks/demo/event-sets", typeof sets === "string" ? sets : JSON.stringify({ sets }), {
        "content-type": "application/json",
        authorization: `Bearer ${BANK_KEY}`,
        ...headers,
      }),
  }
}

describe("POST /banks/{bankId}/events with a token", () => {
  it("is answered 202 without a body, with where to ask what became of it", async () => {
    const { taken, one } = standing()
    const response = await one(await signToken(key, claimsOf({ toe: SECONDS - 60 })))
    expect(response.status).toBe(202)
    expect(await response.text()).toBe("")
    expect(response.headers.get("link")).toBe(`<${ORIGIN}/banks/demo/events/evt_1>; rel="status"`)
    expect(taken[0]?.events[0]).toMatchObject({
      v: 1,
      id: "evt_1",
      source: "http://localhost:8788/bank",
      customer: "Kx7Qm2vX9kLtB4wZ8pR5nYdA",
      type: "bank.transaction.posted.v1",
      at: NOW - 60_000,
    })
  })

  it("takes PS256, a list of audiences, iss_sub, and the long form of typ", async () => {
    const { taken, one } = standing()
    const claims = claimsOf({
      aud: ["https://else.example", `${ORIGIN}/banks/demo`],
      sub_id: { format: "iss_sub", iss: "http://localhost:8788/bank", sub: "Kx7Qm2vX9kLtB4wZ" },
    })
    expect((await one(await signToken(rsa, claims, { typ: "application/secevent+jwt" }))).status).toBe(202)
    expect(taken[0]?.events[0]?.customer).toBe("Kx7Qm2vX9kLtB4wZ")
  })

  it("answers the same token again like the first", async () => {
    const { one } = standing()
    const token = await signToken(key, claimsOf())
    const [first, second] = [await one(token), await one(token)]
    expect([first.status, second.status]).toEqual([202, 202])
  })

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["another issuer", { iss: "https://other.example" }, "invalid_issuer"],
    ["no issuer", { iss: undefined }, "invalid_issuer"],
    ["another audience", { aud: `${ORIGIN}/banks/other` }, "invalid_audience"],
    ["no audience", { aud: undefined }, "invalid_audience"],
    ["no jti", { jti: undefined }, "invalid_request"],
    ["iat as text", { iat: String(SECONDS) }, "invalid_request"],
    ["no events", { events: undefined }, "invalid_request"],
    ["events as a list", { events: [] }, "invalid_request"],
    ["no event", { events: {} }, "invalid_request"],
    ["two events", { events: { "urn:tellerline:event:bank.test.v1": {}, "urn:x": {} } }, "invalid_request"],
    ["an unknown event", { events: { "urn:tellerline:event:bank.loan.v1": {} } }, "invalid_request"],
    [
      "an event of ours that is no bank's",
      { events: { "urn:tellerline:event:bank.data.hint.v1": {} } },
      "invalid_request",
    ],
    ["a foreign vocabulary", { events: { "https://bank.example/event": {} } }, "invalid_request"],
    ["no subject", { sub_id: undefined }, "invalid_request"],
    ["a subject of another kind", { sub_id: { format: "email", email: "a@b.example" } }, "invalid_request"],
    [
      "another issuer's subject",
      { sub_id: { format: "iss_sub", iss: "https://x.example", sub: "1" } },
      "invalid_request",
    ],
    ["an instant ahead", { toe: SECONDS + 3_600 }, "invalid_request"],
  ])("refuses %s by name", async (_, changes, code) => {
    const { taken, one } = standing()
    const response = await one(await signToken(key, claimsOf(changes)))
    expect(response.status).toBe(400)
    expect(response.headers.get("content-type")).toBe("application/json")
    expect(response.headers.get("content-language")).toBe("en")
    const answer = (await response.json()) as Record<string, unknown>
    expect(Object.keys(answer)).toEqual(["err", "description"])
    expect(answer["err"]).toBe(code)
    expect(JSON.stringify(answer)).not.toContain("Kx7Qm2vX9kLtB4wZ")
    expect(taken).toEqual([])
  })

  it.each([
    ["last that is young enough", SECONDS - 3 * 86_400, 202],
    ["first that is too old", SECONDS - 3 * 86_400 - 1, 400],
    ["last that is not ahead", SECONDS + 60, 202],
    ["first that is", SECONDS + 61, 400],
  ] as const)("judges both sides of time: the %s", async (_, iat, status) => {
    const { one } = standing()
    expect((await one(await signToken(key, claimsOf({ iat, toe: SECONDS })))).status).toBe(status)
  })

  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["alg none", { alg: "none" }, "invalid_key"],
    ["HS256", { alg: "HS256" }, "invalid_key"],
    ["RS256", { alg: "RS256" }, "invalid_key"],
    ["an alg the key is not for", { alg: "PS256" }, "invalid_key"],
    ["an unknown kid", { kid: "other" }, "invalid_key"],
    ["no kid", { kid: undefined }, "invalid_key"],
    ["jku", { jku: "https://evil.example/jwks.json" }, "invalid_request"],
    ["x5u", { x5u: "https://evil.example/cert" }, "invalid_request"],
    ["x5c", { x5c: ["AAAA"] }, "invalid_request"],
    ["jwk", { jwk: stranger.jwk }, "invalid_request"],
    ["crit", { crit: ["b64"], b64: false }, "invalid_request"],
    ["typ JWT", { typ: "JWT" }, "invalid_request"],
    ["no typ", { typ: undefined }, "invalid_request"],
  ])("P15: refuses a header with %s, and fetches nothing it names", async (_, header, code) => {
    let asked = 0
    const { one, taken } = standing({
      keysOf: async (_bank, kid) => {
        asked += 1
        return ok(kid === "bank-1" ? undefined : undefined)
      },
    })
    const response = await one(await signToken(key, claimsOf(), header))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ err: code })
    expect(taken).toEqual([])
    expect(asked).toBeLessThanOrEqual(1)
  })

  it("refuses HS256 keyed with the public key, and a key of the bank's name that is not the bank's", async () => {
    const { one, taken } = standing()
    const input = `${text64({ typ: "secevent+jwt", alg: "HS256", kid: "bank-1" })}.${text64(claimsOf())}`
    const secret = new TextEncoder().encode(JSON.stringify(key.jwk))
    const mac = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, [
      "sign",
    ])
    const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", mac, new TextEncoder().encode(input)))
    const forged = `${input}.${bytes.toBase64({ alphabet: "base64url", omitPadding: true })}`
    expect(await (await one(forged)).json()).toMatchObject({ err: "invalid_key" })
    const token = await signToken(stranger, claimsOf())
    expect(await (await one(token)).json()).toMatchObject({ err: "authentication_failed" })
    expect(taken).toEqual([])
  })

  it("refuses a token one byte of which was changed, wherever it stands", async () => {
    const { one, taken } = standing()
    const token = await signToken(key, claimsOf())
    for (const at of [2, Math.floor(token.length / 2), token.length - 3]) {
      const changed = token.slice(0, at) + (token[at] === "A" ? "B" : "A") + token.slice(at + 1)
      expect((await one(changed)).status).toBe(400)
    }
    expect(taken).toEqual([])
  })

  it.each(["", "a.b", "a.b.c.d", "....", "{}", "\ud800", "a".repeat(200_000)])(
    "refuses what is no token (%#)",
    async (token) => {
      const { one } = standing()
      const response = await one(token)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ err: "invalid_request" })
    },
  )

  it("answers 413 beyond 1 MiB, and 503 where the keys cannot be read", async () => {
    const { one } = standing()
    expect((await one("a".repeat(1_024 * 1_024 + 1))).status).toBe(413)
    const down = standing({ keysOf: async () => err({ reason: "unavailable", retry: { afterMs: 3_000 } }) })
    const response = await down.one(await signToken(key, claimsOf()))
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "3"])
  })

  it("P13: an unknown bank sounds like a bank without that key", async () => {
    const { one } = standing()
    const unknownBank = await one(await signToken(key, claimsOf()), "/banks/nobody/events")
    const unknownKey = await one(await signToken(key, claimsOf(), { kid: "x" }))
    expect(await unknownBank.text()).toBe(await unknownKey.text())
    expect(unknownBank.status).toBe(unknownKey.status)
  })

  it("takes the last of two members of one name, as every reader of JSON here does", async () => {
    const { taken, one } = standing()
    const text = JSON.stringify(claimsOf()).replace('"jti":"evt_1"', '"jti":"evt_0","jti":"evt_1"')
    expect((await one(await signToken(key, text))).status).toBe(202)
    expect(taken[0]?.events[0]?.id).toBe("evt_1")
  })

  it("a verification event of Shared Signals is taken and goes nowhere", async () => {
    const { taken, one } = standing()
    const events = { "https://schemas.openid.net/secevent/ssf/event-type/verification": { state: "x" } }
    const sub_id = { format: "opaque", id: "stream-1" }
    expect((await one(await signToken(key, claimsOf({ events, sub_id })))).status).toBe(202)
    expect(taken).toEqual([])
  })

  it("holds a bank to the issuers it registered", async () => {
    const eventIssuers = [
      { issuer: "https://signals.bank.example", ways: ["set"], audience: "tellerline-app" },
    ] as const
    const { one } = standing({}, { eventIssuers })
    expect(await (await one(await signToken(key, claimsOf()))).json()).toMatchObject({
      err: "invalid_issuer",
    })
    const claims = claimsOf({ iss: "https://signals.bank.example", aud: "tellerline-app" })
    expect((await one(await signToken(key, claims))).status).toBe(202)
    const closed = standing({}, { eventIssuers: [{ issuer: "x", ways: ["fdx"] }] })
    expect(await (await closed.one(await signToken(key, claims))).json()).toMatchObject({
      err: "invalid_key",
    })
  })

  it("keeps why, with the key's name, and never the token", async () => {
    const { one, notes, lines } = standing()
    await one(await signToken(key, claimsOf({ aud: "elsewhere" })))
    expect(notes).toEqual([{ bank: "demo", way: "set", reason: "set_audience", kid: "bank-1" }])
    expect(lines.join()).not.toContain("Kx7Qm2vX9kLtB4wZ")
  })
})

describe("POST /banks/{bankId}/event-sets", () => {
  it("ends every token in ack or setErrs", async () => {
    const { taken, many } = standing()
    const response = await many({
      a: await signToken(key, claimsOf({ jti: "a" })),
      b: await signToken(key, claimsOf({ jti: "other" })),
      c: await signToken(stranger, claimsOf({ jti: "c" })),
      d: await signToken(key, claimsOf({ jti: "d", aud: "x" })),
      e: 7,
      f: await signToken(rsa, claimsOf({ jti: "f" })),
    })
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({
      ack: ["a", "f"],
      setErrs: {
        b: { err: "invalid_request", description: "The name is not the token's jti" },
        c: { err: "authentication_failed" },
        d: { err: "invalid_audience" },
        e: { err: "invalid_request" },
      },
    })
    expect(taken.map(({ events }) => events.map((event) => event.id))).toEqual([["a", "f"]])
  })

  it("takes an empty map, and hands nothing on", async () => {
    const { taken, many } = standing()
    expect(await (await many({})).json()).toEqual({ ack: [], setErrs: {} })
    expect(taken).toEqual([])
  })

  it.each(["", "[]", "{}", '{"sets":[]}', '{"sets":null}', "{"])(
    "refuses the body %j as a whole",
    async (body) => {
      const { many } = standing()
      const response = await many(body)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ err: "invalid_request" })
    },
  )

  it("wants the bank's key before it reads anything, JSON, and not too much of it", async () => {
    const { many, taken } = standing()
    const token = await signToken(key, claimsOf({ jti: "a" }))
    const noKey = await many({ a: token }, { authorization: "" })
    expect([noKey.status, await noKey.json()]).toMatchObject([400, { err: "authentication_failed" }])
    expect((await many({ a: token }, { "content-type": "text/plain" })).status).toBe(415)
    expect((await many(`{"sets":{}}${" ".repeat(1_024 * 1_024)}`)).status).toBe(413)
    const sets = Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [String(index), ""]))
    const tooMany = await many(sets)
    expect([tooMany.status, await tooMany.json()]).toMatchObject([413, { err: "too_many_sets" }])
    expect(taken).toEqual([])
  })

  it("P1: acknowledges nothing that is not durable", async () => {
    const { many } = standing({ accept: async () => err({ reason: "unavailable", retry: "later" }) })
    expect((await many({ a: await signToken(key, claimsOf({ jti: "a" })) })).status).toBe(503)
  })
})
