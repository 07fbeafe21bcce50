// Content-Digest against the bytes: RFC 9530's own vectors, and what is refused.
import { describe, expect, it } from "vitest"
import { verifyContentDigest } from "../../../src/banks/event-digest.ts"

const utf8 = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>
/** RFC 9530, appendix B; the digests are those printed there. */
const BODY = utf8('{"hello": "world"}')
const SHA_256 = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:"
const SHA_512 =
  "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
const reasonOf = async (header: string | null, body = BODY) => {
  const verified = await verifyContentDigest(header, body)
  return verified.ok ? "ok" : verified.error.reason
}

describe("verifyContentDigest()", () => {
  it.each([SHA_256, SHA_512, `${SHA_256}, ${SHA_512}`, `${SHA_512},${SHA_256}`, `md5=:AAAA:, ${SHA_256}`])(
    "accepts RFC 9530's vector as %s",
    async (header) => {
      expect(await reasonOf(header)).toBe("ok")
    },
  )

  it("refuses a body changed by one byte", async () => {
    expect(await reasonOf(SHA_256, utf8('{"hello": "worle"}'))).toBe("digest_mismatch")
    expect(await reasonOf(SHA_256, utf8('{"hello": "world"}\n'))).toBe("digest_mismatch")
  })

  it("refuses where one of two digests is wrong", async () => {
    expect(await reasonOf(`${SHA_256}, sha-512=:${"A".repeat(86)}==:`)).toBe("digest_mismatch")
  })

  it.each([
    [null, "digest_missing"],
    ["", "digest_missing"],
    ["md5=:AAAA:", "digest_unsupported"],
    ["sha-256", "digest_malformed"],
    ["sha-256=X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=", "digest_malformed"],
    [`${SHA_256}, ${SHA_256}`, "digest_malformed"],
    [`${SHA_256},`, "digest_malformed"],
    ["sha-256=:A:", "digest_malformed"],
    ["SHA-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:", "digest_malformed"],
    ["sha-256=:AAAA:", "digest_mismatch"],
    [`${SHA_256}, ${"a".repeat(1_000)}=:AA==:`, "digest_malformed"],
  ])("refuses %j as %s", async (header, reason) => {
    expect(await reasonOf(header)).toBe(reason)
  })
})
