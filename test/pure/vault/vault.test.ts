// What is sealed opens at its own place only: not in another row, column, bank, for another person, label or day, nor with a byte changed.
import { describe, expect, test } from "vitest"
import { parseKeyRing } from "../../../src/crypto/key-ring.ts"
import { DAY_MS } from "../../../src/foundation/clock.ts"
import { createVault } from "../../../src/vault/vault.ts"

const NOON = Date.UTC(2026, 10, 22, 12)
const random = (bytes: number) => crypto.getRandomValues(new Uint8Array(bytes))
const oct = (kid: string, letter: string) => ({ kty: "oct", kid, k: letter.repeat(42) + "A" })

function vaultOf(keys: readonly object[], at = NOON) {
  const ring = parseKeyRing(JSON.stringify({ keys }))
  if (!ring.ok) throw new Error(ring.error.detail)
  return createVault(ring.value, () => at, random)
}

const OLD = oct("k1", "A")
const NEW = oct("k2", "B")

describe("an inner key", () => {
  test.each([
    ["another row", "demo|links|link_2|tokens"],
    ["another column", "demo|links|link_1|customer"],
    ["another table", "demo|people|link_1|tokens"],
    ["another bank", "other|links|link_1|tokens"],
  ])("does not open a value moved to %s", async (_, elsewhere) => {
    const { key } = await vaultOf([OLD]).createKey("demo|links|link_1|key")
    const sealed = await key.seal("at-0", "demo|links|link_1|tokens")
    expect(await key.open(sealed, elsewhere)).toEqual({ ok: false, error: { reason: "seal_broken" } })
    expect(await key.open(sealed, "demo|links|link_1|tokens")).toEqual({ ok: true, value: "at-0" })
  })

  test("does not unwrap in another row, and another row's key does not open its values", async () => {
    const vault = vaultOf([OLD])
    const one = await vault.createKey("demo|links|link_1|key")
    const other = await vault.createKey("demo|links|link_2|key")
    expect(await vault.openKey(one.wrapped, "demo|links|link_2|key")).toMatchObject({ ok: false })
    const sealed = await one.key.seal("at-0", "place")
    expect(await other.key.open(sealed, "place")).toMatchObject({ error: { reason: "seal_broken" } })
  })

  test("opens nothing whose text was changed at any place", async () => {
    const { key } = await vaultOf([OLD]).createKey("place")
    const sealed = await key.seal("at-0", "place")
    const from = sealed.lastIndexOf(".") + 1
    // The last letter of base64url holds bits nobody reads.
    for (let at = from; at < sealed.length - 1; at += 1) {
      const letter = sealed[at] === "A" ? "B" : "A"
      const changed = sealed.slice(0, at) + letter + sealed.slice(at + 1)
      expect(await key.open(changed, "place")).toMatchObject({ ok: false })
    }
  })

  test("is sealed anew each time: equal texts do not look alike", async () => {
    const { key } = await vaultOf([OLD]).createKey("place")
    expect(await key.seal("x", "place")).not.toBe(await key.seal("x", "place"))
  })
})

describe("a day key", () => {
  test.each([
    ["another label", "form", "demo", "attempt"],
    ["another owner", "linking", "other", "attempt"],
    ["another id", "linking", "demo", "attempt-2"],
    ["another cut between owner and id", "linking", "demo|attempt", ""],
  ] as const)("does not open for %s", async (_, label, owner, id) => {
    const vault = vaultOf([OLD])
    const sealed = await vault.sealForDays("linking", "demo", "attempt", "state")
    expect(await vault.openForDays(label, owner, id, sealed)).toMatchObject({ ok: false })
  })

  test("does not open under the name of another day or label", async () => {
    const vault = vaultOf([OLD])
    const sealed = await vault.sealForDays("linking", "demo", "x", "state")
    const [v, kid = "", body] = sealed.split(".")
    const day = Number(kid.split("~")[2])
    expect(
      await vault.openForDays("linking", "demo", "x", `${v}.k1~linking~${day - 1}.${body}`),
    ).toMatchObject({ ok: false, error: { reason: "seal_broken" } })
    expect(await vault.openForDays("form", "demo", "x", `${v}.k1~form~${day}.${body}`)).toMatchObject({
      ok: false,
    })
  })

  test("opens for fourteen days and no longer, and not from the future", async () => {
    const sealed = await vaultOf([OLD]).sealForDays("inbox", "page", "x", "text")
    const open = (days: number) =>
      vaultOf([OLD], NOON + days * DAY_MS).openForDays("inbox", "page", "x", sealed)
    expect(await open(14)).toEqual({ ok: true, value: "text" })
    expect(await open(15)).toMatchObject({ error: { reason: "seal_key_unknown" } })
    expect(await open(-2)).toMatchObject({ error: { reason: "seal_key_unknown" } })
  })
})

describe("rotation of the outer key", () => {
  test("the newest seals, every one on the ring opens, one that left opens nothing", async () => {
    const before = vaultOf([OLD])
    const { wrapped, key } = await before.createKey("place")
    const sealed = await key.seal("at-0", "place")
    const form = await before.sealForDays("form", "demo", "x", "y")
    const during = vaultOf([NEW, OLD])
    const opened = await during.openKey(wrapped, "place")
    expect(opened.ok && (await opened.value.open(sealed, "place"))).toEqual({ ok: true, value: "at-0" })
    expect(await during.openForDays("form", "demo", "x", form)).toEqual({ ok: true, value: "y" })
    expect(await during.seal("z", "place")).toMatch(/^v1\.k2\./)
    expect(await vaultOf([NEW]).openKey(wrapped, "place")).toEqual({
      ok: false,
      error: { reason: "seal_key_unknown", kid: "k1" },
    })
  })
})
