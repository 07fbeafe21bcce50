// With which ring the gateway starts, and when an outer key may be let go: both sides of each line.
import { describe, expect, test } from "vitest"
import { parseKeyRing } from "../../../src/crypto/key-ring.ts"
import { DAY_MS } from "../../../src/foundation/clock.ts"
import {
  DAY_SEALS_MS,
  judgeRing,
  LAG_MS,
  sentenceOf,
  whyNotRemove,
  type OuterKey,
} from "../../../src/vault/outer-key.ts"
import { isPassDue } from "../../../src/vault/outer-key-pass.ts"
import { LOOKED_AGAIN_MS, RECOUNT_MS } from "../../../src/vault/outer-key.ts"

const NOON = Date.UTC(2026, 10, 22, 12)

function ringOf(...kids: readonly string[]) {
  const keys = kids.map((kid, index) => ({ kty: "oct", kid, k: "ABCDEF"[index]?.repeat(42) + "A" }))
  const ring = parseKeyRing(JSON.stringify({ keys }))
  if (!ring.ok) throw new Error(ring.error.detail)
  return ring.value
}

function key(kid: string, more: Partial<OuterKey> = {}): OuterKey {
  return { kid, firstSeenAt: NOON, left: {}, countedAt: NOON + DAY_MS, progress: { v: 1 }, ...more }
}

describe("judgeRing()", () => {
  const K1 = key("k1", { replacedAt: NOON })
  const K2 = key("k2")

  test("takes a ring with every key that sealed, and new ones", () => {
    expect(judgeRing([], ringOf("k1")).ok).toBe(true)
    expect(judgeRing([K1, K2], ringOf("k2", "k1")).ok).toBe(true)
    expect(judgeRing([K1, K2], ringOf("k3", "k2", "k1")).ok).toBe(true)
    expect(judgeRing([{ ...K1, removedAt: NOON }, K2], ringOf("k2")).ok).toBe(true)
  })

  test("refuses one that lacks a key nobody let go, and names it", () => {
    const judged = judgeRing([K1, K2], ringOf("k2"))
    expect(judged).toEqual({ ok: false, error: { reason: "outer_key_missing", kid: "k1" } })
    expect(judged.ok ? "" : sentenceOf(judged.error)).toContain('"k1"')
  })

  test.each(["removedAt", "compromisedAt"] as const)("refuses to seal under a key with %s", (fact) => {
    const judged = judgeRing([{ ...K1, [fact]: NOON }, K2], ringOf("k1", "k2"))
    expect(judged).toEqual({ ok: false, error: { reason: "outer_key_unusable", kid: "k1" } })
    expect(judgeRing([{ ...K1, [fact]: NOON }, K2], ringOf("k2", "k1")).ok).toBe(true)
  })
})

describe("whyNotRemove()", () => {
  const OLD = key("k1", { replacedAt: NOON, countedAt: NOON + LAG_MS })

  test("lets a key go fifteen days after it was replaced, and not an instant before", () => {
    expect(whyNotRemove(OLD, NOON + DAY_SEALS_MS)).toBeUndefined()
    expect(whyNotRemove(OLD, NOON + DAY_SEALS_MS - 1)).toBe("key_seals_days")
  })

  test.each([
    ["key_unknown", undefined],
    ["key_newest", key("k1")],
    ["key_removed", { ...OLD, removedAt: NOON }],
    ["key_named", { ...OLD, left: { people: 1 } }],
    ["key_not_counted", { ...OLD, countedAt: NOON + LAG_MS - 1 }],
    ["key_not_renewed", { ...OLD, compromisedAt: NOON }],
  ])("says %s", (word, found) => {
    expect(whyNotRemove(found, NOON + DAY_SEALS_MS)).toBe(word)
  })

  test("lets a compromised key go as soon as everything under it is renewed", () => {
    const renewed = { ...OLD, compromisedAt: NOON, renewedAt: NOON + 2 * LAG_MS }
    expect(whyNotRemove(renewed, NOON + 2 * LAG_MS)).toBeUndefined()
  })
})

describe("isPassDue()", () => {
  const COUNTED = NOON + LAG_MS + 1
  const K1 = key("k1", { replacedAt: NOON, countedAt: COUNTED })
  const K2 = key("k2", { countedAt: COUNTED })

  test("rests while nothing old is left, for a day", () => {
    expect(isPassDue([K1, K2], "k2", COUNTED + RECOUNT_MS - 1)).toBe(false)
    expect(isPassDue([K1, K2], "k2", COUNTED + RECOUNT_MS)).toBe(true)
  })

  test.each([
    ["an old key was not counted since it was replaced", [{ ...K1, countedAt: NOON + LAG_MS }, K2]],
    [
      "a pass goes on",
      [K1, { ...K2, progress: { v: 1, pass: { startedAt: 0, column: 1, after: 5, tally: {} } } } as const],
    ],
  ])("goes on while %s", (_, register) => {
    expect(isPassDue(register, "k2", COUNTED)).toBe(true)
  })

  test("tries what was left again each hour: it does not open, or came back from a backup", () => {
    const register = [{ ...K1, left: { links: 1 } }, K2]
    expect(isPassDue(register, "k2", COUNTED + LOOKED_AGAIN_MS - 1)).toBe(false)
    expect(isPassDue(register, "k2", COUNTED + LOOKED_AGAIN_MS)).toBe(true)
  })

  test("a key that was let go keeps nothing going", () => {
    expect(isPassDue([{ ...K1, left: { links: 1 }, removedAt: NOON }, K2], "k2", COUNTED)).toBe(false)
  })
})
