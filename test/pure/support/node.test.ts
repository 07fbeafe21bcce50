// What test/support/node.ts adds behaves as the standard says, else every pure test would rest on our own reading of it.
import { describe, expect, test } from "vitest"

/** RFC 4648, section 10. */
const VECTORS = [
  ["", "", ""],
  ["f", "Zg==", "66"],
  ["fo", "Zm8=", "666f"],
  ["foo", "Zm9v", "666f6f"],
  ["foob", "Zm9vYg==", "666f6f62"],
  ["fooba", "Zm9vYmE=", "666f6f6261"],
  ["foobar", "Zm9vYmFy", "666f6f626172"],
] as const

describe("Uint8Array", () => {
  test.each(VECTORS)("of %j goes to base64 and hex, and back", (text, base64, hex) => {
    const bytes = new TextEncoder().encode(text)
    expect(bytes.toBase64()).toBe(base64)
    expect(bytes.toHex()).toBe(hex)
    expect(Uint8Array.fromBase64(base64)).toEqual(bytes)
    expect(Uint8Array.fromBase64(base64.replace(/=+$/, ""))).toEqual(bytes)
    expect(Uint8Array.fromHex(hex.toUpperCase())).toEqual(bytes)
  })

  test("keeps the two alphabets apart", () => {
    const bytes = new Uint8Array([0xfb, 0xff, 0xbf, 0x01])
    expect(bytes.toBase64({ alphabet: "base64url", omitPadding: true })).toBe("-_-_AQ")
    expect(bytes.toBase64({ alphabet: "base64url" })).toBe("-_-_AQ==")
    expect(Uint8Array.fromBase64("-_-_AQ", { alphabet: "base64url" })).toEqual(bytes)
    expect(() => Uint8Array.fromBase64("-_-_AQ")).toThrow(SyntaxError)
    expect(() => Uint8Array.fromBase64("+/+/AQ", { alphabet: "base64url" })).toThrow(SyntaxError)
  })

  test.each(["A", "AB=", "AB=C", "A===", "====", "AB==C", "é"])("refuses %j as base64", (text) => {
    expect(() => Uint8Array.fromBase64(text)).toThrow(SyntaxError)
  })

  test.each(["0", "0g", "0x00"])("refuses %j as hex", (text) => {
    expect(() => Uint8Array.fromHex(text)).toThrow(SyntaxError)
  })

  test("of a part of a buffer speaks for that part only, and a decoded one owns its buffer", () => {
    const whole = new Uint8Array([1, 2, 3, 4])
    expect(whole.subarray(1, 3).toHex()).toBe("0203")
    expect(whole.subarray(1, 3).toBase64()).toBe("AgM=")
    expect(Uint8Array.fromHex("0203").buffer.byteLength).toBe(2)
  })
})

describe("crypto.subtle.timingSafeEqual()", () => {
  test("compares bytes, whatever view they come in, and throws where the lengths differ", () => {
    const bytes = new Uint8Array([1, 2, 3])
    expect(crypto.subtle.timingSafeEqual(bytes, new Uint8Array([1, 2, 3]).buffer)).toBe(true)
    expect(crypto.subtle.timingSafeEqual(bytes, new Uint8Array([1, 2, 4]))).toBe(false)
    expect(crypto.subtle.timingSafeEqual(bytes, new Uint8Array([0, 1, 2, 3]).subarray(1))).toBe(true)
    expect(() => crypto.subtle.timingSafeEqual(bytes, new Uint8Array(2))).toThrow(TypeError)
  })
})
