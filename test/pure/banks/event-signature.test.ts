// RFC 9421 as banks must use it. The requests are signed by test/support/bank-signer.ts, which writes the signature base by hand.
import { describe, expect, it } from "vitest"
import { parseEventKeys } from "../../../src/banks/event-key.ts"
import { verifyEventSignature, type FindEventKey } from "../../../src/banks/event-signature.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { createTestKey, signHeaders, type Signing, type TestKey } from "../../support/bank-signer.ts"
import { eventBody } from "../../support/bank.ts"

const ORIGIN = "https://gateway.example"
const TARGET = "/banks/demo/events"
const NOW = 1_795_337_640_000
const CREATED = NOW / 1_000
const BODY = eventBody({ any: "body" })

async function finderOf(...keys: readonly TestKey[]): Promise<FindEventKey> {
  const parsed = await parseEventKeys({ keys: keys.map((key) => key.jwk) })
  return async (kid) => ok(parsed.ok ? parsed.value.get(kid) : undefined)
}

async function verdict(
  signing: Signing & {
    readonly key?: TestKey
    readonly target?: string
    readonly change?: (headers: Headers) => void
  },
  given: { readonly keys?: readonly TestKey[]; readonly nowMs?: number; readonly method?: string } = {},
): Promise<string> {
  const key = signing.key ?? (await createTestKey("k1"))
  const headers = await signHeaders(key, ORIGIN + TARGET, BODY, { created: CREATED, ...signing })
  signing.change?.(headers)
  const verified = await verifyEventSignature(
    { method: given.method ?? "POST", target: signing.target ?? TARGET, headers },
    ORIGIN,
    await finderOf(...(given.keys ?? [key])),
    () => given.nowMs ?? NOW,
  )
  return verified.ok ? verified.value.kid : verified.error.reason
}

describe("verifyEventSignature()", () => {
  it.each(["ES256", "EdDSA", "PS512"] as const)("accepts a request signed with %s", async (alg) => {
    const key = await createTestKey("k1", alg)
    expect(await verdict({ key })).toBe("k1")
  })

  it("judges @authority by our own origin, never by the host a request came with", async () => {
    const change = (headers: Headers) => headers.set("host", "elsewhere.example")
    expect(await verdict({ change })).toBe("k1")
    expect(await verdict({ authority: "elsewhere.example", change })).toBe("signature_mismatch")
  })

  it.each([
    ["another path", { target: "/banks/other/events" }],
    ["an added query", { target: `${TARGET}?preview=1` }],
    ["another content type", { change: (headers: Headers) => headers.set("content-type", "text/plain") }],
    ["another digest", { change: (headers: Headers) => headers.set("content-digest", "sha-256=:AAAA:") }],
  ])("refuses %s under the same signature", async (_, signing) => {
    expect(await verdict(signing)).toBe("signature_mismatch")
  })

  it("refuses another method under the same signature", async () => {
    expect(await verdict({}, { method: "PUT" })).toBe("signature_mismatch")
  })

  it.each(["@method", "@authority", "@path", "@query", "content-type", "content-digest"])(
    "refuses a signature that does not cover %s",
    async (name) => {
      expect(await verdict({ without: [name] })).toBe("signature_incomplete")
    },
  )

  it.each([
    ["300 s old", 300, "k1"],
    ["301 s old", 301, "signature_too_old"],
    ["10 s ahead", -10, "k1"],
    ["11 s ahead", -11, "signature_incomplete"],
  ])("judges a signature %s", async (_, ageSeconds, expected) => {
    expect(await verdict({ created: CREATED - ageSeconds })).toBe(expected)
  })

  it("refuses a signature past its own expires, or without created, or with another tag", async () => {
    expect(await verdict({ parameters: `;expires=${CREATED + 60}` })).toBe("k1")
    expect(await verdict({ parameters: `;expires=${CREATED - 60}` })).toBe("signature_incomplete")
    expect(await verdict({ created: undefined })).toBe("signature_incomplete")
    expect(await verdict({ tag: "tellerline-callback-v1" })).toBe("signature_incomplete")
  })

  it("lets the key decide the algorithm: a claim of another one is refused", async () => {
    expect(await verdict({ parameters: ';alg="ecdsa-p256-sha256"' })).toBe("k1")
    expect(await verdict({ parameters: ';alg="ed25519"' })).toBe("signature_mismatch")
    expect(await verdict({ parameters: ';alg="hmac-sha256"' })).toBe("signature_incomplete")
  })

  it("refuses a key that is not registered, and a registered name used by another key", async () => {
    const [registered, stranger] = await Promise.all([createTestKey("k1"), createTestKey("k2")])
    expect(await verdict({ key: stranger }, { keys: [registered] })).toBe("signature_key_unknown")
    expect(await verdict({ key: { ...stranger, kid: "k1" } }, { keys: [registered] })).toBe(
      "signature_mismatch",
    )
  })

  it("P15: asks for no key where tag or time already refuse the request", async () => {
    const key = await createTestKey("k1")
    let asked = 0
    const ask = async (signing: Signing) => {
      const headers = await signHeaders(key, ORIGIN + TARGET, BODY, signing)
      return verifyEventSignature(
        { method: "POST", target: TARGET, headers },
        ORIGIN,
        async () => {
          asked += 1
          return ok(undefined)
        },
        () => NOW,
      )
    }
    await ask({ created: CREATED - 301 })
    await ask({ created: CREATED, tag: "other" })
    expect(asked).toBe(0)
    await ask({ created: CREATED })
    expect(asked).toBe(1)
  })

  it("says that the keys could not be read, and throws on what is our own fault", async () => {
    const key = await createTestKey("k1")
    const head = {
      method: "POST",
      target: TARGET,
      headers: await signHeaders(key, ORIGIN + TARGET, BODY, { created: CREATED }),
    }
    const outage = { reason: "unreachable", retry: "later" } as const
    expect(
      await verifyEventSignature(
        head,
        ORIGIN,
        async () => err(outage),
        () => NOW,
      ),
    ).toEqual({
      ok: false,
      error: { reason: "keys_unavailable", outage },
    })
    const broken = async () => {
      throw new RangeError("ours")
    }
    await expect(verifyEventSignature(head, ORIGIN, broken, () => NOW)).rejects.toThrow(RangeError)
  })

  it.each([
    ["nothing", "", "", "signature_missing"],
    ["an empty dictionary member", "sig1", "sig1", "signature_malformed"],
    ["open brackets", "sig1=(((", "sig1=:AA==:", "signature_malformed"],
    ["labels that differ", 'sig1=();keyid="k1"', "sig2=:AA==:", "signature_malformed"],
    ["two signatures", 'a=();keyid="k1", b=();keyid="k1"', "a=:AA==:, b=:AA==:", "signature_malformed"],
    ["a key named as a number", "sig1=();keyid=1", "sig1=:AA==:", "signature_malformed"],
    ["four thousand characters and one", "s".repeat(4_001), "sig1=:AA==:", "signature_malformed"],
    ["an unknown component", 'sig1=("@nothing");keyid="k1"', "sig1=:AA==:", "signature_malformed"],
  ])("refuses headers with %s", async (_, input, signature, reason) => {
    const change = (headers: Headers) => {
      headers.set("signature-input", input)
      headers.set("signature", signature)
    }
    expect(await verdict({ change })).toBe(reason)
  })

  it("is not disturbed by a header of bytes that nobody signed", async () => {
    expect(await verdict({ change: (headers) => headers.set("user-agent", "b\u00e4nk/1.0") })).toBe("k1")
  })
})

/** RFC 9421, B.1.3 and B.1.4: public keys; B.2.4 and B.2.6: what they signed. */
const VECTORS = [
  {
    section: "B.2.4",
    jwk: {
      kty: "EC",
      crv: "P-256",
      kid: "test-key-ecc-p256",
      x: "qIVYZVLCrPZHGHjP17CTW0_-D9Lfw0EkjqF7xB4FivA",
      y: "Mc4nN9LTDOBhfoUeg8Ye9WedFRhnZXZJA12Qp0zZ6F0",
    },
    base: [
      '"@status": 200',
      '"content-type": application/json',
      '"content-digest": sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:',
      '"content-length": 23',
      '"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    ],
    signature: "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
  },
  {
    section: "B.2.6",
    jwk: {
      kty: "OKP",
      crv: "Ed25519",
      kid: "test-key-ed25519",
      x: "JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs",
    },
    base: [
      '"date": Tue, 20 Apr 2021 02:07:55 GMT',
      '"@method": POST',
      '"@path": /foo',
      '"@authority": example.com',
      '"content-type": application/json',
      '"content-length": 18',
      '"@signature-params": ("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    ],
    signature: "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
  },
] as const

describe("parseEventKeys()", () => {
  it.each(VECTORS)(
    "gives a key that verifies RFC 9421, $section, and nothing else",
    async ({ jwk, base, signature }) => {
      const parsed = await parseEventKeys({ keys: [jwk] })
      const key = parsed.ok ? parsed.value.get(jwk.kid) : undefined
      const bytes = new TextEncoder().encode(base.join("\n"))
      expect(await key?.verify(bytes, Uint8Array.fromBase64(signature))).toBe(true)
      expect(await key?.verify(bytes.slice(1), Uint8Array.fromBase64(signature))).toBe(false)
      expect(await key?.verify(bytes, Uint8Array.fromBase64(signature).slice(1))).toBe(false)
    },
  )

  const kidsOf = async (...jwks: readonly unknown[]) => {
    const parsed = await parseEventKeys({ keys: jwks })
    return parsed.ok ? [...parsed.value.keys()] : parsed.error.reason
  }

  it("leaves out both keys that share a kid, and keeps the rest", async () => {
    const [one, two, other] = await Promise.all([
      createTestKey("same"),
      createTestKey("same"),
      createTestKey("other"),
    ])
    expect(await kidsOf(one.jwk, two.jwk, other.jwk)).toEqual(["other"])
  })

  it("leaves out keys that are not for signatures, not of our algorithms, or not public", async () => {
    const { jwk } = await createTestKey("k1")
    expect(await kidsOf(jwk)).toEqual(["k1"])
    const { use: _use, alg: _alg, ...bare } = jwk
    expect(await kidsOf(bare)).toEqual(["k1"])
    expect(await kidsOf({ ...jwk, use: "enc" })).toEqual([])
    expect(await kidsOf({ ...jwk, alg: "ES384" })).toEqual([])
    expect(await kidsOf({ ...jwk, key_ops: ["encrypt"] })).toEqual([])
    expect(await kidsOf({ ...jwk, d: "AAAA" })).toEqual([])
    expect(await kidsOf({ ...jwk, x: "AAAA" })).toEqual([])
    expect(await kidsOf({ ...jwk, kid: undefined })).toEqual([])
    expect(await kidsOf({ kty: "oct", kid: "k1", k: "AAAA" })).toEqual([])
    expect(await kidsOf(null, 1, "key", [])).toEqual([])
  })

  it("leaves out an RSA key that is named for another scheme or too short", async () => {
    const { jwk } = await createTestKey("r1", "PS512")
    expect(await kidsOf(jwk)).toEqual(["r1"])
    expect(await kidsOf({ ...jwk, alg: "RS256" })).toEqual([])
    const short = (await crypto.subtle.generateKey(
      { name: "RSA-PSS", modulusLength: 1_024, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-512" },
      true,
      ["sign", "verify"],
    )) as CryptoKeyPair
    const { n, e } = (await crypto.subtle.exportKey("jwk", short.publicKey)) as { n?: string; e?: string }
    expect(await kidsOf({ kty: "RSA", n, e, kid: "r2" })).toEqual([])
  })

  it("refuses what is no set, and more than 20 keys", async () => {
    for (const set of [null, 1, {}, { keys: {} }, []]) expect((await parseEventKeys(set)).ok).toBe(false)
    expect(await kidsOf(...Array.from({ length: 20 }, () => ({})))).toEqual([])
    expect(await kidsOf(...Array.from({ length: 21 }, () => ({})))).toBe("jwks_malformed")
  })
})
