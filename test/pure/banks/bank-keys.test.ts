// Banks' keys: how often they are read, how long they count, what a stranger can make us do.
import { describe, expect, it } from "vitest"
import {
  createBankKeys,
  KEYS_COOLDOWN_MS,
  KEYS_FRESH_MS,
  KEYS_STALE_MS,
} from "../../../src/banks/bank-keys.ts"
import { createTestKey, type TestKey } from "../../support/bank-signer.ts"
import { bankRecord } from "../../support/bank.ts"

/** A bank that publishes keys, counts who asks and can be broken. */
async function standing(...kids: readonly string[]) {
  const keys = await Promise.all(kids.map((kid) => createTestKey(kid)))
  const state = {
    now: 1_000_000_000,
    asked: [] as { readonly url: string; readonly init: RequestInit }[],
    keys: keys as readonly TestKey[],
    answer: (): Response | Promise<Response> => Response.json({ keys: state.keys.map((key) => key.jwk) }),
  }
  const keysOf = createBankKeys({
    fetch: async (url, init) => {
      state.asked.push({ url: String(url), init: init ?? {} })
      return state.answer()
    },
    realNow: () => state.now,
  })
  const find = async (kid: string, bank = bankRecord()) => {
    const found = await keysOf(bank, kid)
    return found.ok ? (found.value?.kid ?? "none") : found.error.reason
  }
  return { state, find }
}

describe("createBankKeys()", () => {
  it("reads the registered set once, says how it asks, and keeps it ten minutes", async () => {
    const { state, find } = await standing("k1")
    expect(await find("k1")).toBe("k1")
    expect(state.asked).toHaveLength(1)
    expect(state.asked[0]).toMatchObject({
      url: "http://localhost:8788/bank/jwks.json",
      init: { method: "GET", redirect: "manual", signal: expect.any(AbortSignal) as unknown },
    })
    state.now += KEYS_FRESH_MS - 1
    expect(await find("k1")).toBe("k1")
    expect(state.asked).toHaveLength(1)
    state.now += 1
    expect(await find("k1")).toBe("k1")
    expect(state.asked).toHaveLength(2)
  })

  it("P15: reads the set again for an unknown key at most once in 30 seconds", async () => {
    const { state, find } = await standing("k1")
    for (const kid of ["x1", "x2", "x3"]) expect(await find(kid)).toBe("none")
    expect(state.asked).toHaveLength(1)
    state.now += KEYS_COOLDOWN_MS - 1
    expect(await find("x4")).toBe("none")
    expect(state.asked).toHaveLength(1)
    state.now += 1
    expect(await find("x5")).toBe("none")
    expect(state.asked).toHaveLength(2)
  })

  it("P15: asks once for many requests at once", async () => {
    const { state, find } = await standing("k1")
    expect(await Promise.all(["k1", "x1", "k1", "x2"].map((kid) => find(kid)))).toEqual([
      "k1",
      "none",
      "k1",
      "none",
    ])
    expect(state.asked).toHaveLength(1)
  })

  it("finds a key that was added, and drops one that was taken back", async () => {
    const { state, find } = await standing("k1", "k2")
    const both = state.keys
    state.keys = both.slice(0, 1)
    expect(await find("k1")).toBe("k1")
    state.keys = both.slice(1)
    state.now += KEYS_COOLDOWN_MS
    expect(await find("k2")).toBe("k2")
    expect(await find("k1")).toBe("none")
  })

  it("goes on with the last set for an hour where the bank does not answer, and then takes nothing", async () => {
    const { state, find } = await standing("k1")
    expect(await find("k1")).toBe("k1")
    state.answer = () => new Response("busy", { status: 503 })
    state.now += KEYS_STALE_MS - 1
    expect(await find("k1")).toBe("k1")
    state.now += 1
    expect(await find("k1")).toBe("unavailable")
  })

  it("says that it does not know, rather than no, for an unknown key while the set cannot be read", async () => {
    const { state, find } = await standing("k1")
    expect(await find("k1")).toBe("k1")
    state.answer = () => Promise.reject(new TypeError("no route"))
    state.now += KEYS_COOLDOWN_MS
    expect(await find("k2")).toBe("unavailable")
    expect(await find("k1")).toBe("k1")
  })

  it("names how long to wait before the set may be read again", async () => {
    const { state } = await standing("k1")
    state.answer = () => new Response("busy", { status: 503 })
    const keysOf = createBankKeys({ fetch: async () => state.answer(), realNow: () => state.now })
    expect(await keysOf(bankRecord(), "k1")).toEqual({
      ok: false,
      error: { reason: "unavailable", retry: { afterMs: KEYS_COOLDOWN_MS } },
    })
  })

  it.each([
    [
      "a redirect",
      () => new Response(null, { status: 302, headers: { location: "https://elsewhere.example/" } }),
    ],
    ["no JSON", () => new Response("<html>")],
    ["no UTF-8", () => new Response(new Uint8Array([0xff, 0xfe]))],
    ["no set", () => Response.json([])],
    ["more than 64 KiB", () => Response.json({ keys: [], padding: "x".repeat(65_536) })],
  ])("takes %s as no answer", async (_, answer) => {
    const { state, find } = await standing("k1")
    state.answer = answer
    expect(await find("k1")).toBe("unavailable")
    expect(state.asked).toHaveLength(1)
  })

  it("P13: keeps the keys of each bank apart, and forgets those of an address that changed", async () => {
    const { state, find } = await standing("k1")
    expect(await find("k1")).toBe("k1")
    state.keys = []
    expect(await find("k1", bankRecord({ id: "other" as never }))).toBe("none")
    expect(await find("k1", bankRecord({ jwksUri: "http://localhost:8788/bank/new.json" }))).toBe("none")
  })
})
