// The platform's signature over raw bytes: its own vectors, and every way a signature can be wrong.
import { describe, expect, it } from "vitest"
import { utf8 } from "../../../src/crypto/text.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import { verifySignature } from "../../../src/messenger/signature.ts"
import {
  VECTOR_BODY,
  VECTOR_DECODED_DIGEST,
  VECTOR_DIGEST,
  VECTOR_SECRET,
} from "../../fixtures/messenger/webhooks.ts"

const secret = new Secret(VECTOR_SECRET)
const other = new Secret("another_app_secret")
const body = utf8(VECTOR_BODY)
const header = `sha256=${VECTOR_DIGEST}`

describe("verifySignature()", () => {
  it("accepts the platform's vector over 220 bytes", async () => {
    expect(body.length).toBe(220)
    expect(await verifySignature(body, header, [secret])).toEqual({ ok: true, value: body })
  })

  it("accepts the same vector again with the key it has kept", async () => {
    expect((await verifySignature(body, header, [secret])).ok).toBe(true)
    expect((await verifySignature(body, header, [secret])).ok).toBe(true)
  })

  it("accepts either of two secrets while one is being rotated", async () => {
    expect((await verifySignature(body, header, [other, secret])).ok).toBe(true)
    expect((await verifySignature(body, header, [secret, other])).ok).toBe(true)
  })

  it("accepts digits in upper case", async () => {
    expect((await verifySignature(body, `sha256=${VECTOR_DIGEST.toUpperCase()}`, [secret])).ok).toBe(true)
  })

  it.each([
    ["the digest of the decoded variant", `sha256=${VECTOR_DECODED_DIGEST}`, "signature_mismatch"],
    ["a digest of zeros", `sha256=${"0".repeat(64)}`, "signature_mismatch"],
    ["no header", undefined, "signature_missing"],
    ["an empty header", "", "signature_missing"],
    ["no algorithm", VECTOR_DIGEST, "signature_malformed"],
    ["the SHA-1 header", "sha1=ce9bec784581aab009a0b023841c592bc261f621", "signature_malformed"],
    ["63 digits", `sha256=${VECTOR_DIGEST.slice(1)}`, "signature_malformed"],
    ["65 digits", `sha256=${VECTOR_DIGEST}0`, "signature_malformed"],
    ["a letter beyond f", `sha256=g${VECTOR_DIGEST.slice(1)}`, "signature_malformed"],
    ["two values", `${header}, ${header}`, "signature_malformed"],
    ["a line break at the end", `${header}\n`, "signature_malformed"],
  ])("rejects %s", async (_name, given, reason) => {
    expect(await verifySignature(body, given, [secret])).toEqual({ ok: false, error: { reason } })
  })

  it("rejects a body changed by one byte, anywhere in it", async () => {
    for (let at = 0; at < body.length; at += 1) {
      const changed = body.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      expect((await verifySignature(changed, header, [secret])).ok).toBe(false)
    }
  })

  it("rejects a body cut by one byte", async () => {
    expect((await verifySignature(body.slice(0, -1), header, [secret])).ok).toBe(false)
  })

  it("rejects everything where there is no secret", async () => {
    expect(await verifySignature(body, header, [])).toEqual({
      ok: false,
      error: { reason: "signature_mismatch" },
    })
  })
})
