// Meta's signed_request: its own vector, every part changed, both sides of time.
import { describe, expect, it } from "vitest"
import { hmac, importHmacKey } from "../../../src/crypto/hmac.ts"
import { base64url, utf8 } from "../../../src/crypto/text.ts"
import { Secret } from "../../../src/foundation/secret.ts"
import {
  SIGNED_REQUEST_AGE_MS_MAX,
  SIGNED_REQUEST_AHEAD_MS_MAX,
  verifySignedRequest,
} from "../../../src/privacy/signed-request.ts"

/** messenger-platform.md 9.1: secret `test_app_secret`. */
const VECTOR =
  "MgChNJTM9CJ75wlk7iDsf-5_LH4rMfst5fvUhiJRiqg.eyJhbGdvcml0aG0iOiJITUFDLVNIQTI1NiIsImV4cGlyZXMiOjEyOTE4NDA0MDAsImlzc3VlZF9hdCI6MTI5MTgzNjgwMCwidXNlcl9pZCI6IjIxODQ3MSJ9"
const ISSUED_AT = 1_291_836_800_000
const SECRETS = [new Secret("test_app_secret")]

async function signed(payload: unknown, secret = "test_app_secret"): Promise<string> {
  const part = base64url(utf8(typeof payload === "string" ? payload : JSON.stringify(payload)))
  return `${base64url(await hmac(await importHmacKey(utf8(secret)), utf8(part)))}.${part}`
}

const body = (change: object = {}) => ({
  algorithm: "HMAC-SHA256",
  issued_at: ISSUED_AT / 1_000,
  user_id: "218471",
  ...change,
})
const verify = async (text: string | Promise<string>, now = ISSUED_AT, secrets = SECRETS) => {
  const result = await verifySignedRequest(await text, secrets, now)
  return result.ok ? result.value : result.error.reason
}

describe("verifySignedRequest()", () => {
  it("takes Meta's own vector", async () => {
    expect(await verify(VECTOR)).toEqual({ login: "218471", issuedAt: ISSUED_AT })
  })

  it("takes the older secret while one is being rotated", async () => {
    const rotating = [new Secret("new_app_secret"), ...SECRETS]
    expect(await verify(VECTOR, ISSUED_AT, rotating)).toMatchObject({ login: "218471" })
  })

  it("refuses a part changed in any one character", async () => {
    for (let at = 0; at < VECTOR.length; at++) {
      const changed = VECTOR.slice(0, at) + (VECTOR[at] === "A" ? "B" : "A") + VECTOR.slice(at + 1)
      // The last character of the signature carries two bits that are no part of it.
      if (at === 42) continue
      expect(await verify(changed)).toMatch(/^signed_request_(mismatch|malformed)$/)
    }
  })

  it.each([
    "",
    ".",
    "a.b",
    VECTOR.slice(0, 43),
    `${VECTOR}.x`,
    `x${VECTOR}`,
    VECTOR.split(".").reverse().join("."),
  ])("refuses %j as malformed", async (text) => {
    expect(await verify(text)).toMatch(/^signed_request_(mismatch|malformed)$/)
  })

  it("refuses more than 4096 characters unread", async () => {
    expect(await verify(signed(body({ more: "x".repeat(4_000) })))).toBe("signed_request_malformed")
  })

  it("refuses another secret's signature", async () => {
    expect(await verify(signed(body(), "another_secret"))).toBe("signed_request_mismatch")
  })

  it("takes the algorithm in any case, and no other one", async () => {
    expect(await verify(signed(body({ algorithm: "hmac-sha256" })))).toMatchObject({ login: "218471" })
    for (const algorithm of ["HMAC-SHA1", "none", "", null, undefined, 1])
      expect(await verify(signed(body({ algorithm })))).toBe("signed_request_algorithm")
  })

  it("keeps a login beyond 2^53 as it is, and refuses what is none", async () => {
    const long = '{"algorithm":"HMAC-SHA256","issued_at":1291836800,"user_id":90071992547409933}'
    expect(await verify(signed(long))).toMatchObject({ login: "90071992547409933" })
    for (const user_id of [undefined, null, "", "21-8471", -1, 1.5, {}, "1".repeat(33)])
      expect(await verify(signed(body({ user_id })))).toBe("signed_request_malformed")
    for (const text of ["[]", "null", "1", "{", '"x"'])
      expect(await verify(signed(text))).toMatch(/^signed_request_(malformed|algorithm)$/)
  })

  it("takes seven days of age and five minutes ahead, and no more", async () => {
    const at = (now: number) => verify(VECTOR, now)
    expect(await at(ISSUED_AT + SIGNED_REQUEST_AGE_MS_MAX)).toMatchObject({ login: "218471" })
    expect(await at(ISSUED_AT + SIGNED_REQUEST_AGE_MS_MAX + 1)).toBe("signed_request_too_old")
    expect(await at(ISSUED_AT - SIGNED_REQUEST_AHEAD_MS_MAX)).toMatchObject({ login: "218471" })
    expect(await at(ISSUED_AT - SIGNED_REQUEST_AHEAD_MS_MAX - 1)).toBe("signed_request_from_the_future")
    for (const issued_at of [undefined, null, 0, -1, "soon"])
      expect(await verify(signed(body({ issued_at })))).toBe("signed_request_malformed")
  })
})
