// Who calls the admin API: keys by digest, Access's assertions by signature. Keys, clock and Access's answers are given.

import { exportJWK, generateKeyPair, SignJWT, type CryptoKey } from "jose"
import { beforeAll, describe, expect, it } from "vitest"
import type { AdminKey, Config } from "../../../src/config.ts"
import { createAuthenticate, operatorOf, verifyKey } from "../../../src/console/admin-auth.ts"
import { sha256 } from "../../../src/crypto/hmac.ts"
import { utf8 } from "../../../src/crypto/text.ts"

const NOW = Date.UTC(2026, 10, 22)
const TEAM = "bank.cloudflareaccess.com"
const ISSUER = `https://${TEAM}`
const AUDIENCE = "a".repeat(64)
const ROLES = [
  { group: "ops", role: "operator", banks: ["demo"] },
  { group: "audit", role: "auditor", banks: ["*"] },
] as const

async function keyOf(id: string, text: string, expiresAt = NOW + 1): Promise<AdminKey> {
  return { id, role: "admin", banks: ["demo"], sha256: (await sha256(utf8(text))).toHex(), expiresAt }
}

describe("verifyKey()", () => {
  it("knows a key by its digest, among several, in either case of the digest", async () => {
    const keys = [await keyOf("maria", "key-of-maria"), await keyOf("jo", "key-of-jo")]
    const expected = { ok: true, value: { id: "jo", holds: [{ role: "admin", banks: ["demo"] }] } }
    expect(await verifyKey("Bearer key-of-jo", keys, NOW)).toEqual(expected)
    expect(await verifyKey("bearer key-of-jo", keys, NOW)).toEqual(expected)
    const upper = keys.map((key) => ({ ...key, sha256: key.sha256.toUpperCase() }))
    expect(await verifyKey("Bearer key-of-jo", upper, NOW)).toEqual(expected)
  })

  it("refuses a key changed by one character, a prefix, a longer one, its digest", async () => {
    const key = await keyOf("maria", "key-of-maria")
    for (const given of ["key-of-mariA", "key-of-mari", "key-of-mariaa", key.sha256])
      expect(await verifyKey(`Bearer ${given}`, [key], NOW)).toEqual({
        ok: false,
        error: { reason: "key_unknown" },
      })
  })

  it.each([
    "",
    "Bearer",
    "Bearer ",
    "Basic a2V5LW9mLW1hcmlh",
    "key-of-maria",
    "Bearer key-of-maria x",
    "Bearer k\u00e4y-of-maria",
    `Bearer ${"k".repeat(513)}`,
  ])("takes %j for no credential", async (header) => {
    const refused = { ok: false, error: { reason: "credential_missing" } }
    expect(await verifyKey(header, [await keyOf("maria", "key-of-maria")], NOW)).toEqual(refused)
  })

  it("takes a key up to the last millisecond before it expires", async () => {
    const key = await keyOf("maria", "key-of-maria", NOW)
    expect((await verifyKey("Bearer key-of-maria", [key], NOW - 1)).ok).toBe(true)
    expect(await verifyKey("Bearer key-of-maria", [key], NOW)).toEqual({
      ok: false,
      error: { reason: "key_expired", id: "maria" },
    })
  })

  it("refuses everybody where no key is configured", async () => {
    expect((await verifyKey("Bearer key-of-maria", [], NOW)).ok).toBe(false)
  })
})

describe("operatorOf()", () => {
  it("gives the roles of every group that is named, under the verified address", () => {
    const claims = {
      sub: "7335d417",
      type: "app",
      email: "maria@example.com",
      custom: { groups: ["audit", "ops", "x"] },
    }
    expect(operatorOf(claims, ROLES)).toEqual({
      ok: true,
      value: {
        id: "maria@example.com",
        holds: [
          { role: "operator", banks: ["demo"] },
          { role: "auditor", banks: ["*"] },
        ],
      },
    })
  })

  it("knows no group by a part of its name, and gives no role without one", () => {
    for (const groups of [[], ["op"], ["ops "], "op", undefined, null, { ops: true }])
      expect(operatorOf({ sub: "7335d417", type: "app", custom: { groups } }, ROLES)).toEqual({
        ok: false,
        error: { reason: "assertion_without_role" },
      })
  })

  it("refuses a service token and the organisation's own session", () => {
    const refused = { ok: false, error: { reason: "assertion_refused" } }
    expect(operatorOf({ sub: "", type: "app", custom: { groups: ["ops"] } }, ROLES)).toEqual(refused)
    expect(operatorOf({ sub: "7335d417", type: "org", custom: { groups: ["ops"] } }, ROLES)).toEqual(refused)
  })
})

describe("createAuthenticate() with Access", () => {
  let pair: { readonly privateKey: CryptoKey; readonly publicKey: CryptoKey }
  let stranger: { readonly privateKey: CryptoKey }
  let jwks: object
  const access = { teamDomain: TEAM, audience: AUDIENCE, roles: ROLES }

  beforeAll(async () => {
    pair = await generateKeyPair("RS256")
    stranger = await generateKeyPair("RS256")
    jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: "access-1", alg: "RS256", use: "sig" }] }
  })

  function world(admin: Partial<Config["admin"]> = {}) {
    const calls: { url: string; init: RequestInit | undefined }[] = []
    const state = { now: NOW, answer: () => Response.json(jwks) }
    const authenticate = createAuthenticate(
      { keys: [], access, ...admin },
      {
        now: () => state.now,
        realNow: () => state.now,
        fetch: (input, init) => {
          calls.push({ url: input as string, init })
          return Promise.resolve(state.answer())
        },
      },
    )
    return {
      calls,
      state,
      ask: (assertion: string) => authenticate(new Headers({ "cf-access-jwt-assertion": assertion })),
      authenticate,
    }
  }

  function assertion(
    change: {
      claims?: object
      issuer?: string
      audience?: string | string[]
      at?: number
      lifeSeconds?: number
      kid?: string
      key?: CryptoKey
    } = {},
  ) {
    const at = (change.at ?? NOW) / 1000
    return new SignJWT({
      type: "app",
      email: "maria@example.com",
      custom: { groups: ["ops"] },
      ...change.claims,
    })
      .setProtectedHeader({ alg: "RS256", kid: change.kid ?? "access-1", typ: "JWT" })
      .setSubject("7335d417")
      .setIssuer(change.issuer ?? ISSUER)
      .setAudience(change.audience ?? [AUDIENCE])
      .setIssuedAt(at)
      .setNotBefore(at)
      .setExpirationTime(at + (change.lifeSeconds ?? 60))
      .sign(change.key ?? pair.privateKey)
  }

  it("takes an assertion of the team for this application", async () => {
    const { ask, calls } = world()
    expect(await ask(await assertion())).toEqual({
      ok: true,
      value: { id: "maria@example.com", holds: [{ role: "operator", banks: ["demo"] }] },
    })
    expect(calls).toHaveLength(1)
    expect(calls[0]?.url).toBe(`${ISSUER}/cdn-cgi/access/certs`)
    expect(calls[0]?.init).toMatchObject({ method: "GET", redirect: "manual" })
    expect(calls[0]?.init?.signal).toBeInstanceOf(AbortSignal)
  })

  it("refuses another team, another application, another key, a changed byte, no signature", async () => {
    const { ask } = world()
    const good = await assertion()
    const [head = "", body = "", signature = ""] = good.split(".")
    const none = btoa(JSON.stringify({ alg: "none", kid: "access-1" })).replaceAll("=", "")
    const refused = { ok: false, error: { reason: "assertion_refused" } }
    for (const bad of [
      await assertion({ issuer: "https://evil.cloudflareaccess.com" }),
      await assertion({ audience: ["b".repeat(64)] }),
      await assertion({ key: stranger.privateKey }),
      `${head}.${body}.${signature.slice(0, -5)}${signature.endsWith("AAAAA") ? "BBBBB" : "AAAAA"}`,
      `${none}.${body}.`,
      `${head}.${body}`,
      "nonsense",
      "",
      `${good}${"x".repeat(20_000)}`,
    ])
      expect(await ask(bad)).toEqual(refused)
  })

  it("judges its time by the real clock, on both sides", async () => {
    const { ask, state } = world()
    const good = await assertion({ lifeSeconds: 60 })
    state.now = NOW + 59_000
    expect((await ask(good)).ok).toBe(true)
    state.now = NOW + 60_000
    expect((await ask(good)).ok).toBe(false)
    state.now = NOW - 1_000
    expect((await ask(good)).ok).toBe(false)
  })

  it("P15: asks Access for nothing that does not even say it is for us", async () => {
    const { ask, calls } = world()
    await ask(await assertion({ issuer: "https://evil.example" }))
    await ask(await assertion({ audience: "other" }))
    await ask("nonsense")
    expect(calls).toHaveLength(0)
  })

  it("P15: looks for an unknown key once in 30 seconds", async () => {
    const { ask, calls } = world()
    for (const kid of ["a", "b", "c"]) expect((await ask(await assertion({ kid }))).ok).toBe(false)
    expect(calls).toHaveLength(1)
  })

  it("says that Access cannot be asked, and asks again after 30 seconds only", async () => {
    const { ask, calls, state } = world()
    state.answer = () => new Response("no", { status: 503 })
    const unreachable = { ok: false, error: { reason: "certs_unreachable" } }
    expect(await ask(await assertion())).toEqual(unreachable)
    expect(await ask(await assertion())).toEqual(unreachable)
    state.now = NOW + 29_999
    expect(await ask(await assertion())).toEqual(unreachable)
    expect(calls).toHaveLength(1)
    state.answer = () => Response.json(jwks)
    state.now = NOW + 30_000
    expect((await ask(await assertion())).ok).toBe(true)
    expect(calls).toHaveLength(2)
  })

  it("looks at the key alone where both are sent", async () => {
    const { authenticate, calls } = world({ keys: [await keyOf("jo", "key-of-jo")] })
    const both = (key: string, text: string) =>
      authenticate(new Headers({ authorization: `Bearer ${key}`, "cf-access-jwt-assertion": text }))
    expect(await both("key-of-jo", "nonsense")).toMatchObject({ ok: true, value: { id: "jo" } })
    expect((await both("key-of-xx", await assertion())).ok).toBe(false)
    expect(calls).toHaveLength(0)
  })

  it("knows no assertion where Access is not configured", async () => {
    const authenticate = createAuthenticate({ keys: [] }, { now: () => NOW, realNow: () => NOW, fetch })
    const headers = new Headers({ "cf-access-jwt-assertion": await assertion() })
    expect(await authenticate(headers)).toEqual({ ok: false, error: { reason: "credential_missing" } })
  })
})
