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

describe("a value that was copied, cut or put back", () => {
  const PLACE = "demo|people|person_1|key"

  test("does not open at any length but its own, nor with anything behind it", async () => {
    const vault = vaultOf([OLD])
    const { wrapped, key } = await vault.createKey(PLACE)
    const sealed = await key.seal("four and twenty letters.", "place")
    for (let length = 0; length < sealed.length; length += 1) {
      expect(await key.open(sealed.slice(0, length), "place")).toMatchObject({ ok: false })
      if (length < wrapped.length)
        expect(await vault.openKey(wrapped.slice(0, length), PLACE)).toMatchObject({ ok: false })
    }
    for (const more of ["A", "AAAA", ".", "=", " "])
      expect(await key.open(sealed + more, "place")).toMatchObject({ ok: false })
  })

  test("does not open in another bank's row of the same name", async () => {
    const vault = vaultOf([OLD])
    const { wrapped } = await vault.createKey(PLACE)
    expect(await vault.openKey(wrapped, "other|people|person_1|key")).toEqual({
      ok: false,
      error: { reason: "seal_broken" },
    })
    const token = await vault.seal("page-token", "demo|pages|1|token")
    expect(await vault.open(token, "other|pages|1|token")).toMatchObject({ ok: false })
    expect(await vault.rewrap(token, "other|pages|1|token")).toMatchObject({
      error: { reason: "seal_broken" },
    })
  })

  test("shows nothing once its key is gone: a row put back from a backup opens under no key made since", async () => {
    const vault = vaultOf([OLD])
    const before = await vault.createKey(PLACE)
    const backup = await before.key.seal("everything said", "demo|conversation|person_1|state")
    // The key was destroyed; the person wrote again and has another.
    const after = await vault.createKey(PLACE)
    expect(await after.key.open(backup, "demo|conversation|person_1|state")).toEqual({
      ok: false,
      error: { reason: "seal_broken" },
    })
    // Nor does the outer key open it, nor a day key: it lies under the inner key alone.
    expect(await vault.open(backup, "demo|conversation|person_1|state")).toMatchObject({ ok: false })
    expect(await vault.openForDays("inbox", "demo", "person_1", backup)).toMatchObject({ ok: false })
  })

  test("a row put back with its wrapped key opens only while the outer key is on the ring", async () => {
    const { wrapped } = await vaultOf([OLD]).createKey(PLACE)
    expect(await vaultOf([NEW, OLD]).openKey(wrapped, PLACE)).toMatchObject({ ok: true })
    expect(await vaultOf([NEW]).openKey(wrapped, PLACE)).toMatchObject({
      error: { reason: "seal_key_unknown", kid: "k1" },
    })
  })
})

describe("rewrap()", () => {
  test("puts a wrapped key and a text under the newest outer key; what they are stays", async () => {
    const before = vaultOf([OLD])
    const { wrapped, key } = await before.createKey("place")
    const sealed = await key.seal("at-0", "value")
    const during = vaultOf([NEW, OLD])
    const anew = await during.rewrap(wrapped, "place")
    expect(anew).toMatchObject({ ok: true, value: expect.stringMatching(/^v1\.k2\./) as string })
    const after = await vaultOf([NEW]).openKey(anew.ok ? anew.value : "", "place")
    expect(after.ok && (await after.value.open(sealed, "value"))).toEqual({ ok: true, value: "at-0" })
  })
})

describe("distrust()", () => {
  test.each(["linking", "form", "me", "cursor"] as const)(
    "refuses what comes back from outside under a key in wrong hands: %s",
    async (label) => {
      const sealed = await vaultOf([OLD]).sealForDays(label, "demo", "x", "state")
      const vault = vaultOf([NEW, OLD])
      expect(await vault.openForDays(label, "demo", "x", sealed)).toMatchObject({ ok: true })
      vault.distrust(["k1"])
      expect(await vault.openForDays(label, "demo", "x", sealed)).toMatchObject({
        error: { reason: "seal_key_unknown" },
      })
      const own = await vault.sealForDays(label, "demo", "x", "state")
      expect(await vault.openForDays(label, "demo", "x", own)).toMatchObject({ ok: true })
    },
  )

  test.each(["inbox", "inbound", "metadata"] as const)(
    "goes on opening what lies with us: %s",
    async (label) => {
      const sealed = await vaultOf([OLD]).sealForDays(label, "demo", "x", "text")
      const vault = vaultOf([NEW, OLD])
      vault.distrust(["k1"])
      expect(await vault.openForDays(label, "demo", "x", sealed)).toEqual({ ok: true, value: "text" })
    },
  )
})
