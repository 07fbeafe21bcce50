// Our client against oidc-provider on Node, as a bank would run it: every way it may be switched, and one wrong thing at a time. The same
// library in workerd is the sandbox bank, and the journeys'.
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest"
import { generateKeyPair } from "jose"
import { parseSigningKeys, type SigningKeys } from "../../../src/crypto/signing-keys.ts"
import { createBankLogin } from "../../../src/links/bank-login.ts"
import { GATEWAY, startNodeBank, type NodeBank, type NodeBankWays } from "../../support/node-bank.ts"

const TIMEOUT_MS = 1_500
const seconds = () => Math.floor(Date.now() / 1000)

let signing: SigningKeys
let bank: NodeBank | undefined

beforeAll(async () => {
  // That its store is memory is what a test wants.
  for (const kind of ["warn", "info"] as const) vi.spyOn(console, kind).mockImplementation(() => undefined)
  signing = await signingKeys("ours-2", "ours-1")
})
afterEach(async () => {
  await bank?.close()
  bank = undefined
})

async function signingKeys(...kids: readonly string[]): Promise<SigningKeys> {
  const keys = await Promise.all(
    kids.map(async (kid) => {
      const { privateKey } = await generateKeyPair("ES256", { extractable: true })
      return { ...(await crypto.subtle.exportKey("jwk", privateKey)), kid }
    }),
  )
  const parsed = await parseSigningKeys(JSON.stringify({ keys }))
  if (!parsed.ok) throw new Error(parsed.error.detail)
  return parsed.value
}

async function open(ways: Partial<NodeBankWays> = {}) {
  const at = await startNodeBank({
    nonce: true,
    rotation: false,
    clientKeys: signing.publicJwks.keys,
    ...ways,
  })
  bank = at
  const login = createBankLogin({
    signing,
    development: true,
    publicOrigin: GATEWAY,
    fetch: at.fetch,
    adapters: {},
    consents: {},
    timeoutMs: TIMEOUT_MS,
  })
  return { at, login }
}

async function begin(world: Awaited<ReturnType<typeof open>>, record = world.at.record) {
  const started = await world.login.start(record, "en")
  if (!started.ok) throw new Error(JSON.stringify(started.error))
  const { url, attempt } = started.value
  return { attempt, answer: await world.at.visit(url) }
}

describe.each([
  { nonce: true, rotation: false },
  { nonce: true, rotation: true },
  { nonce: false, rotation: false },
  { nonce: false, rotation: true },
])("oidc-provider on Node with nonce $nonce, rotation $rotation", (ways) => {
  test("links, refreshes twice, and is ended by revocation", async () => {
    const world = await open(ways)
    const { at, login } = world
    const { attempt, answer } = await begin(world)
    const linked = await login.finish(at.record, attempt, answer)
    if (!linked.ok) throw new Error(JSON.stringify(linked.error))
    expect(linked.value).toMatchObject({
      reference: at.customer,
      accounts: [{ id: "acc-1", kind: "checking", label: "Everyday", last4: "4821", currency: "EUR" }],
    })
    const first = await login.refresh(at.record, linked.value.tokens)
    if (!first.ok) throw new Error(JSON.stringify(first.error))
    expect(first.value.accessToken).not.toBe(linked.value.tokens.accessToken)
    expect(first.value.refreshToken === linked.value.tokens.refreshToken).toBe(!ways.rotation)
    const second = await login.refresh(at.record, first.value)
    if (!second.ok) throw new Error(JSON.stringify(second.error))
    expect(await login.revoke(at.record, second.value)).toEqual({ ok: true, value: undefined })
    expect(await login.refresh(at.record, second.value)).toEqual({
      ok: false,
      error: { reason: "link_ended" },
    })
    expect(await login.revoke(at.record, second.value)).toEqual({ ok: true, value: undefined })
  })

  test("a refresh token that was given in exchange is good where nothing rotates, and dead where it does", async () => {
    const world = await open(ways)
    const { attempt, answer } = await begin(world)
    const linked = await world.login.finish(world.at.record, attempt, answer)
    if (!linked.ok) throw new Error(JSON.stringify(linked.error))
    await world.login.refresh(world.at.record, linked.value.tokens)
    const again = await world.login.refresh(world.at.record, linked.value.tokens)
    expect(again).toMatchObject(ways.rotation ? { ok: false, error: { reason: "link_ended" } } : { ok: true })
  })
})

describe("our keys, rotated", () => {
  test("a bank that has not read the newest yet is answered to with the one before", async () => {
    const world = await open({ clientKeys: signing.publicJwks.keys.slice(1) })
    const { attempt, answer } = await begin(world)
    const linked = await world.login.finish(world.at.record, attempt, answer)
    if (!linked.ok) throw new Error(JSON.stringify(linked.error))
    expect(await world.login.refresh(world.at.record, linked.value.tokens)).toMatchObject({ ok: true })
    expect(await world.login.revoke(world.at.record, linked.value.tokens)).toMatchObject({ ok: true })
  })

  test("a bank that knows none of them is refused as itself refuses us", async () => {
    const strange = await signingKeys("strange-1")
    const world = await open({ clientKeys: strange.publicJwks.keys })
    expect(await world.login.start(world.at.record, "en")).toEqual({
      ok: false,
      error: { reason: "bank_refused", code: "invalid_client" },
    })
  })
})

describe("refused before the customer is sent anywhere", () => {
  test("another issuer than the bank's record names", async () => {
    const world = await open()
    world.at.spoil.before = async (url, init) => {
      if (!url.pathname.includes("/.well-known/")) return undefined
      const metadata = (await (await fetch(url, init)).json()) as object
      return Response.json({ ...metadata, issuer: "https://evil.example" })
    }
    expect(await world.login.start(world.at.record, "en")).toEqual({
      ok: false,
      error: { reason: "bank_misconfigured", lacking: ["issuer"] },
    })
  })

  test("a client the bank does not know", async () => {
    const world = await open()
    expect(await world.login.start({ ...world.at.record, clientId: "nobody" }, "en")).toEqual({
      ok: false,
      error: { reason: "bank_refused", code: "invalid_client" },
    })
  })

  test.each(["/.well-known/openid-configuration", "/request"])("30 MB at %s", async (path) => {
    const world = await open()
    world.at.spoil.before = (url) =>
      url.pathname === path ? new Response(endless(30 * 1024 * 1024)) : undefined
    const refused = await world.login.start(world.at.record, "en")
    expect(refused.ok ? undefined : refused.error).toEqual(
      path === "/request"
        ? { reason: "bank_refused", code: "too_large" }
        : {
            reason: "bank_unreachable",
            outage: { reason: "malformed", retry: "never", code: "too_large" },
          },
    )
  })

  test.each(["/.well-known/openid-configuration", "/request"])("nothing at all at %s", async (path) => {
    const world = await open()
    world.at.spoil.before = (url, init) => (url.pathname === path ? never(init) : undefined)
    expect(await world.login.start(world.at.record, "en")).toEqual({
      ok: false,
      error: { reason: "bank_unreachable", outage: { reason: "timeout", retry: "later" } },
    })
  })
})

describe("refused when the customer comes back", () => {
  type Body = Record<string, unknown>
  type World = Awaited<ReturnType<typeof open>>
  const claims = (changes: Body) => (world: World) => (body: Body) => world.at.restamp(body, changes)

  test.each<[string, (world: World) => (body: Body) => Promise<Body> | Body, string]>([
    ["another issuer", claims({ iss: "https://evil.example" }), "answer_refused"],
    ["another audience", claims({ aud: "somebody-else" }), "answer_refused"],
    ["another nonce", claims({ nonce: "another" }), "answer_refused"],
    ["an end in the past", claims({ exp: seconds() - 120 }), "answer_refused"],
    ["a login of yesterday", claims({ auth_time: seconds() - 86_400 }), "second_factor_missing"],
    ["a login at no time", claims({ auth_time: undefined }), "second_factor_missing"],
    ["one factor", claims({ acr: "urn:bank:1fa" }), "second_factor_missing"],
    [
      "another algorithm",
      (world) => async (body) =>
        world.at.restamp(body, {}, { alg: "PS256", key: (await generateKeyPair("PS256")).privateKey }),
      "answer_refused",
    ],
    [
      "no algorithm",
      () => (body) => {
        const [, payload] = String(body["id_token"]).split(".")
        return { ...body, id_token: `${Buffer.from('{"alg":"none"}').toString("base64url")}.${payload}.` }
      },
      "answer_refused",
    ],
    [
      "a key that is not the bank's",
      (world) => async (body) =>
        world.at.restamp(body, {}, { key: (await generateKeyPair("ES256")).privateKey }),
      "answer_refused",
    ],
    [
      "a key nobody knows",
      (world) => async (body) =>
        world.at.restamp(body, {}, { kid: "nobody", key: (await generateKeyPair("ES256")).privateKey }),
      "answer_refused",
    ],
    ["a bearer token", () => (body) => ({ ...body, token_type: "Bearer" }), "answer_refused"],
  ])("an ID token with %s", async (_, spoilt, reason) => {
    const world = await open()
    const { attempt, answer } = await begin(world)
    world.at.spoil.token = spoilt(world)
    const refused = await world.login.finish(world.at.record, attempt, answer)
    expect(refused).toMatchObject({ ok: false, error: { reason } })
  })

  test("a missing iss, another iss, a state of another attempt: nothing is exchanged", async () => {
    const world = await open()
    const { attempt, answer } = await begin(world)
    let exchanged = 0
    world.at.spoil.before = (url) => {
      if (url.pathname === "/token") exchanged += 1
      return undefined
    }
    const without = new URLSearchParams(answer)
    without.delete("iss")
    const reasons = ["issuer_mismatch", "issuer_mismatch", "state_mismatch"]
    const answers = [
      without,
      new URLSearchParams({ ...Object.fromEntries(answer), iss: "https://evil.example" }),
      new URLSearchParams({ ...Object.fromEntries(answer), state: "of-another-attempt" }),
    ]
    for (const [at, changed] of answers.entries())
      expect(await world.login.finish(world.at.record, attempt, changed)).toEqual({
        ok: false,
        error: { reason: reasons[at] },
      })
    expect(exchanged).toBe(0)
    expect(await world.login.finish(world.at.record, attempt, answer)).toMatchObject({ ok: true })
  })

  test("mix-up: the answer of one bank in the attempt at another is refused, and its code not sent there", async () => {
    const honest = await open()
    const { answer } = await begin(honest)
    const other = await startNodeBank({ nonce: true, rotation: false, clientKeys: signing.publicJwks.keys })
    try {
      const evil = { ...honest, at: other }
      const started = await evil.login.start(other.record, "en")
      if (!started.ok) throw new Error(JSON.stringify(started.error))
      const swapped = new URLSearchParams({
        ...Object.fromEntries(answer),
        state: started.value.attempt.state,
      })
      expect(await evil.login.finish(other.record, started.value.attempt, swapped)).toEqual({
        ok: false,
        error: { reason: "issuer_mismatch" },
      })
    } finally {
      await other.close()
    }
  })

  test("a code used twice: the second is refused", async () => {
    const world = await open()
    const { attempt, answer } = await begin(world)
    expect(await world.login.finish(world.at.record, attempt, answer)).toMatchObject({ ok: true })
    expect(await world.login.finish(world.at.record, attempt, answer)).toMatchObject({
      ok: false,
      error: { reason: "answer_refused", code: "invalid_grant" },
    })
  })

  test("30 MB, or nothing at all, from the token endpoint", async () => {
    const world = await open()
    const { attempt, answer } = await begin(world)
    world.at.spoil.before = (url) =>
      url.pathname === "/token" ? new Response(endless(30 * 1024 * 1024)) : undefined
    expect(await world.login.finish(world.at.record, attempt, answer)).toMatchObject({
      error: { reason: "answer_refused", code: "too_large" },
    })
    world.at.spoil.before = (url, init) => (url.pathname === "/token" ? never(init) : undefined)
    expect(await world.login.finish(world.at.record, attempt, answer)).toMatchObject({
      error: { reason: "bank_unreachable", outage: { reason: "timeout" } },
    })
    delete world.at.spoil.before
    expect(await world.login.finish(world.at.record, attempt, answer)).toMatchObject({ ok: true })
  })
})

/** So many bytes, made as they are read; whoever stops reading is not sent the rest. */
function endless(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes
  return new ReadableStream({
    pull(controller) {
      controller.enqueue(new Uint8Array(64 * 1024).fill(32))
      left -= 64 * 1024
      if (left <= 0) controller.close()
    },
  })
}

/** An answer that does not come, until whoever asked gives up. */
function never(init: RequestInit | undefined): Promise<Response> {
  return new Promise((_, reject) => {
    init?.signal?.addEventListener("abort", () => reject(init.signal?.reason as Error))
  })
}
