// The synchronous SHA-256 against WebCrypto's and the examples of the standard (FIPS 180-4, 5.1.1; NIST CSRC examples).
import { assert, asyncProperty, uint8Array, array } from "fast-check"
import { describe, expect, it } from "vitest"
import { sha256 } from "../../../src/crypto/hmac.ts"
import { digestNow, sha256Now } from "../../../src/crypto/sha256.ts"
import { base64url, utf8 } from "../../../src/crypto/text.ts"

const EXAMPLES = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
  ["a".repeat(1_000_000), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"],
] as const

describe("sha256Now()", () => {
  it.each(EXAMPLES)("gives the standard's answer", (text, hex) => {
    expect(sha256Now(utf8(text)).toHex()).toBe(hex)
  })

  it("agrees with WebCrypto at every length around a block, and on anything", async () => {
    for (let length = 0; length <= 130; length++) {
      const bytes = new Uint8Array(length).fill(length)
      expect(sha256Now(bytes)).toEqual(await sha256(bytes))
    }
    await assert(
      asyncProperty(array(uint8Array({ maxLength: 300 }), { maxLength: 4 }), async (parts) => {
        const whole = Uint8Array.from(parts.flatMap((part) => [...part]))
        expect(digestNow(...parts)).toBe(base64url(await sha256(whole)))
      }),
    )
  })
})
