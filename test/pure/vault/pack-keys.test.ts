// Pack keys over a shelf that is a Map: made once, shared by all, and no request waits for another one's reading.
import { describe, expect, test } from "vitest"
import { parseKeyRing } from "../../../src/crypto/key-ring.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { createPackKeys } from "../../../src/vault/pack-keys.ts"
import { createVault } from "../../../src/vault/vault.ts"
import { TEST_KEYS } from "../../support/keys.ts"

const BANK = "demo" as BankId
const MONTH = "2026-11"
const ring = parseKeyRing(TEST_KEYS.VAULT_KEYS)
if (!ring.ok) throw new Error("test keys")
const vault = createVault(ring.value, Date.now, (bytes) => crypto.getRandomValues(new Uint8Array(bytes)))

function createShelf() {
  const rows = new Map<string, string>()
  const formers = new Map<string, string>()
  const asked: string[] = []
  const clock = { at: 0, down: false }
  let cutOff = false
  return {
    rows,
    formers,
    asked,
    clock,
    /** Another key takes the place of the month's. */
    async replace() {
      const name = `${BANK}|${MONTH}`
      formers.set(name, rows.get(name) ?? "")
      rows.set(name, (await vault.createKey(`${BANK}|bank_keys|${MONTH}|key`)).wrapped)
    },
    /** The next reading belongs to a request that is cut off: it never ends. */
    cutOffNext: () => void (cutOff = true),
    keys: () =>
      createPackKeys({
        vault,
        now: () => clock.at,
        async find(bank, month) {
          asked.push(month)
          if (clock.down) throw new Error("The shelf does not answer")
          if (cutOff) {
            cutOff = false
            await new Promise<never>(() => undefined)
          }
          const wrappedKey = rows.get(`${bank}|${month}`)
          return wrappedKey === undefined
            ? undefined
            : { wrappedKey, formerWrappedKey: formers.get(`${bank}|${month}`) ?? null }
        },
        async insertIfAbsent(bank, month, wrapped) {
          const name = `${bank}|${month}`
          rows.set(name, rows.get(name) ?? wrapped)
          return { wrappedKey: rows.get(name) ?? wrapped, formerWrappedKey: null }
        },
      }),
  }
}

describe("createPackKeys()", () => {
  test("makes a month's key once, however many come at once, and asks the shelf no more", async () => {
    const shelf = createShelf()
    const keys = shelf.keys()
    const [one, other] = await Promise.all([keys.forSealing(BANK, MONTH), keys.forSealing(BANK, MONTH)])
    const sealed = await one.seal("a pack", "place")
    expect(await other.open(sealed, "place")).toEqual({ ok: true, value: "a pack" })
    const before = shelf.asked.length
    await keys.forOpening(BANK, MONTH)
    expect(shelf.asked).toHaveLength(before)
    expect(shelf.rows.size).toBe(1)
  })

  test("a request that was cut off while it asked keeps nobody else waiting", async () => {
    const shelf = createShelf()
    const keys = shelf.keys()
    shelf.cutOffNext()
    void keys.forSealing(BANK, MONTH)
    const key = await keys.forSealing(BANK, MONTH)
    expect(await (await keys.forOpening(BANK, MONTH)).open(await key.seal("x", "p"), "p")).toMatchObject({
      ok: true,
    })
  })

  test("a key of another bank or month does not open in its place", async () => {
    const shelf = createShelf()
    await shelf.keys().forSealing(BANK, MONTH)
    const wrapped = shelf.rows.get(`${BANK}|${MONTH}`) ?? ""
    shelf.rows.set(`other|${MONTH}`, wrapped)
    shelf.rows.set(`${BANK}|2026-12`, wrapped)
    await expect(shelf.keys().forOpening("other" as BankId, MONTH)).rejects.toThrow("seal_broken")
    await expect(shelf.keys().forOpening(BANK, "2026-12")).rejects.toThrow("seal_broken")
  })

  test("a month nothing was sealed in has no key to open with", async () => {
    await expect(createShelf().keys().forOpening(BANK, "2026-10")).rejects.toThrow("2026-10")
  })

  test("a key put in the place of another seals within a minute, and both open until the former goes", async () => {
    const shelf = createShelf()
    const [here, there] = [shelf.keys(), shelf.keys()]
    const old = await (await here.forSealing(BANK, MONTH)).seal("old", "p")
    await (await there.forOpening(BANK, MONTH)).open(old, "p")
    await shelf.replace()
    shelf.clock.at = 59_999
    const late = await (await here.forSealing(BANK, MONTH)).seal("late", "p")
    shelf.clock.at = 60_000
    const fresh = await (await here.forSealing(BANK, MONTH)).seal("fresh", "p")
    // One that knows the former only looks again.
    for (const text of [old, late, fresh])
      expect(await (await there.forOpening(BANK, MONTH)).open(text, "p")).toMatchObject({ ok: true })
    shelf.formers.clear()
    const later = shelf.keys()
    expect(await (await later.forOpening(BANK, MONTH)).open(fresh, "p")).toEqual({ ok: true, value: "fresh" })
    for (const text of [old, late])
      expect(await (await later.forOpening(BANK, MONTH)).open(text, "p")).toMatchObject({
        error: { reason: "seal_broken" },
      })
  })

  test("while the shelf does not answer, the known key goes on sealing", async () => {
    const shelf = createShelf()
    const keys = shelf.keys()
    await keys.forSealing(BANK, MONTH)
    shelf.clock.at = 600_000
    shelf.clock.down = true
    expect(await (await keys.forSealing(BANK, MONTH)).seal("x", "p")).toMatch(/^v1\./)
    await expect(shelf.keys().forSealing(BANK, MONTH)).rejects.toThrow("does not answer")
  })
})
