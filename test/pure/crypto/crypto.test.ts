// Sealing, the key ring, HMAC, pseudonyms, text: vectors from the standards where they have some, both sides of each limit.
import { describe, expect, test } from "vitest"
import { isSameSecret } from "../../../src/crypto/compare.ts"
import { deriveBytes, digestText, hmac, importHmacKey, sha256, verifyHmac } from "../../../src/crypto/hmac.ts"
import { parseKeyRing } from "../../../src/crypto/key-ring.ts"
import { createPseudonyms } from "../../../src/crypto/pseudonym.ts"
import { importSealingKey, openBytes, parseSealed, sealBytes } from "../../../src/crypto/seal.ts"
import { base64url, fromBase64url, fromHex, fromUtf8, utf8 } from "../../../src/crypto/text.ts"
import type { BankId, PageId } from "../../../src/foundation/id.ts"

const hex = (text: string) => fromHex(text) as Uint8Array<ArrayBuffer>
const bytes = (length: number, value = 0) => new Uint8Array(length).fill(value)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

describe("sealing", () => {
  test("is AES-256-GCM as NIST's test case 14 has it, laid out as nonce, ciphertext, tag", async () => {
    const key = await importSealingKey(bytes(32))
    const sealed = await sealBytes(key, "k1", "", bytes(16), bytes)
    const [version, kid, body = ""] = sealed.split(".")
    expect([version, kid]).toEqual(["v1", "k1"])
    expect(fromBase64url(body)?.toHex()).toBe(
      "00".repeat(12) + "cea7403d4d606b6e074ec5d3baf39d18" + "d0d1c8a799996bf0265b98b5d48ab919",
    )
  })

  test("opens at its own place with its own key, and nowhere else", async () => {
    const [key, other] = await Promise.all([importSealingKey(random(32)), importSealingKey(random(32))])
    const sealed = await sealBytes(key, "k1", "demo|links|link_1|tokens", utf8("token"), random)
    expect(await openBytes(key, "demo|links|link_1|tokens", sealed)).toEqual({
      ok: true,
      value: utf8("token"),
    })
    for (const place of [
      "demo|links|link_2|tokens",
      "demo|links|link_1|key",
      "",
      "demo|links|link_1|tokens ",
    ])
      expect(await openBytes(key, place, sealed)).toEqual({ ok: false, error: { reason: "seal_broken" } })
    expect(await openBytes(other, "demo|links|link_1|tokens", sealed)).toEqual({
      ok: false,
      error: { reason: "seal_broken" },
    })
  })

  test("opens nothing whose bytes were changed, cut or put together", async () => {
    const key = await importSealingKey(random(32))
    const sealed = await sealBytes(key, "k1", "p", utf8("a text of some length"), random)
    const body = fromBase64url(sealed.split(".")[2] ?? "") ?? bytes(0)
    for (let at = 0; at < body.length; at += 1) {
      const changed = body.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      expect((await openBytes(key, "p", `v1.k1.${base64url(changed)}`)).ok).toBe(false)
    }
    for (let length = 0; length < body.length; length += 7)
      expect((await openBytes(key, "p", `v1.k1.${base64url(body.subarray(0, length))}`)).ok).toBe(false)
  })

  test("takes a fresh nonce each time", async () => {
    const key = await importSealingKey(random(32))
    const sealed = await Promise.all(
      Array.from({ length: 50 }, () => sealBytes(key, "k", "p", utf8("same"), random)),
    )
    expect(new Set(sealed).size).toBe(50)
  })

  test.each([
    ["", "seal_malformed"],
    ["v1.k1", "seal_malformed"],
    ["v1.k1.AAAA.b", "seal_malformed"],
    ["v1..AAAA", "seal_malformed"],
    ["v1.k1.", "seal_malformed"],
    ["v1.k1.***", "seal_malformed"],
    [`v1.k1.${base64url(bytes(27))}`, "seal_malformed"],
    [`v2.k1.${base64url(bytes(28))}`, "seal_version_unknown"],
    ["v1.k1." + "A".repeat(2_000_000), "seal_malformed"],
  ])("refuses what is no sealed text: %#", (text, reason) => {
    expect(parseSealed(text)).toEqual({ ok: false, error: { reason } })
  })

  test("reads the shortest there is", () => {
    expect(parseSealed(`v1.k1.${base64url(bytes(28))}`)).toMatchObject({ ok: true, value: { kid: "k1" } })
  })

  test.each([0, 16, 31, 33])("takes no key of %i bytes", async (length) => {
    await expect(async () => importSealingKey(bytes(length))).rejects.toThrow(RangeError)
  })
})

describe("parseKeyRing()", () => {
  const key = (kid: string, k = base64url(bytes(32, 1))) => ({ kty: "oct", kid, k })
  test("gives the newest first and finds every one", () => {
    const ring = parseKeyRing(JSON.stringify({ keys: [key("new"), key("old")] }))
    if (!ring.ok) throw new Error(ring.error.detail)
    expect(ring.value.newest.kid).toBe("new")
    expect([ring.value.find("old")?.kid, ring.value.find("gone")]).toEqual(["old", undefined])
  })

  test.each([
    ["", "not JSON"],
    ["{}", 'no "keys" member'],
    ["null", 'no "keys" member'],
    ['{"keys":[]}', "no key"],
    ['{"keys":[null]}', 'a key is not of type "oct"'],
    [JSON.stringify({ keys: [{ ...key("a"), kty: "RSA" }] }), 'a key is not of type "oct"'],
    [JSON.stringify({ keys: [key("a.b")] }), "a key has no usable kid"],
    [JSON.stringify({ keys: [key("a~b")] }), "a key has no usable kid"],
    [JSON.stringify({ keys: [key("k".repeat(65))] }), "a key has no usable kid"],
    [JSON.stringify({ keys: [key("a"), key("a")] }), "two keys share a kid"],
    [JSON.stringify({ keys: [key("a", base64url(bytes(31)))] }), "a key is not 256 bits long"],
    [JSON.stringify({ keys: [key("a", base64url(bytes(33)))] }), "a key is not 256 bits long"],
  ])("refuses %#, and never quotes a key", (json, detail) => {
    expect(parseKeyRing(json)).toEqual({ ok: false, error: { reason: "key_ring_malformed", detail } })
  })
})

describe("fromBase64url()", () => {
  test("takes one spelling of a value: unused last bits are zero, padding is left out", () => {
    expect(fromBase64url("AA")).toEqual(new Uint8Array([0]))
    for (const other of ["AB", "AP", "AA==", "A", "A A"]) expect(fromBase64url(other)).toBeUndefined()
  })
})

describe("hashes", () => {
  test("SHA-256 of FIPS 180-4's abc", async () => {
    expect((await sha256(utf8("abc"))).toHex()).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    )
    expect(await digestText("abc")).toBe("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0")
  })

  test("HMAC-SHA-256 of RFC 4231, test case 1", async () => {
    const key = await importHmacKey(bytes(20, 0x0b))
    const mac = await hmac(key, utf8("Hi There"))
    expect(mac.toHex()).toBe("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    expect(await verifyHmac(key, mac, utf8("Hi There"))).toBe(true)
    expect(await verifyHmac(key, mac, utf8("Hi there"))).toBe(false)
    expect(await verifyHmac(key, mac.slice(0, 31), utf8("Hi There"))).toBe(false)
  })

  test("HKDF-SHA-256 of RFC 5869, test case 3", async () => {
    expect((await deriveBytes(bytes(22, 0x0b), "")).toHex()).toBe(
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
    )
  })
})

describe("pseudonyms", () => {
  const of = () => createPseudonyms(bytes(32, 7))
  const page = "1" as PageId
  const bank = "demo" as BankId

  test("are the same for the same person and differ by Page, by use and by key", async () => {
    const [one, two, other] = await Promise.all([of(), of(), createPseudonyms(bytes(32, 8))])
    const person = await one.personOf(page, "24011")
    expect(person).toMatch(/^person_[\w-]{43}$/)
    expect(await two.personOf(page, "24011")).toBe(person)
    const all = [
      person,
      await one.personOf("2" as PageId, "24011"),
      await one.personOf(page, "24012"),
      await other.personOf(page, "24011"),
      `person_${await one.customerOf("1" as BankId, "24011")}`,
    ]
    expect(new Set(all).size).toBe(5)
    expect(all.join()).not.toContain("24011")
  })

  test("cannot be made to meet by moving the border between Page and id", async () => {
    const pseudonyms = await of()
    expect(await pseudonyms.personOf("12" as PageId, "3")).not.toBe(
      await pseudonyms.personOf("1" as PageId, "23"),
    )
    expect(await pseudonyms.customerOf(bank, "x")).not.toBe(
      await pseudonyms.customerOf("demo2" as BankId, "x"),
    )
  })

  test("tell by a check value whether the key is the one there was", async () => {
    const [one, other] = await Promise.all([of(), createPseudonyms(bytes(32, 8))])
    expect(await one.checkValue()).toBe(await (await of()).checkValue())
    expect(await one.checkValue()).not.toBe(await other.checkValue())
  })
})

test("isSameSecret() knows equal texts of any length", async () => {
  expect(await isSameSecret("a", "a")).toBe(true)
  for (const given of ["", "A", "aa", "a "]) expect(await isSameSecret(given, "a")).toBe(false)
})

test("text goes to bytes and back", () => {
  for (const text of ["", "a", "é", "رصيد", "👩‍👩‍👧‍👦"]) expect(fromUtf8(utf8(text))).toBe(text)
  expect(() => fromUtf8(hex("ff"))).toThrow(TypeError)
  expect([fromBase64url("-_8"), fromBase64url("+/8"), fromBase64url("a")]).toEqual([
    new Uint8Array([251, 255]),
    undefined,
    undefined,
  ])
  expect([fromHex("0aFf"), fromHex("0"), fromHex("zz")]).toEqual([
    new Uint8Array([10, 255]),
    undefined,
    undefined,
  ])
})
