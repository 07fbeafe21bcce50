// Signs what the bank posts: RFC 9421 over the request, RFC 9530 digest over its bytes. Also verifies what the
// gateway tells the bank. Plain WebCrypto, so that it runs in Node as well; knows no event.

import { appendSignature, createSignature, verifySignature } from "http-message-sig"

const ALGORITHM = "ecdsa-p256-sha256"
const ECDSA = { name: "ECDSA", hash: "SHA-256" } as const
const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const

export const EVENT_TAG = "bank-events-v1"
export const CALLBACK_TAG = "tellerline-callback-v1"

export const COMPONENTS = [
  "@method",
  "@authority",
  "@path",
  "@query",
  "content-type",
  "content-digest",
] as const

const CREATED_PAST_SECONDS_MAX = 300
const CREATED_AHEAD_SECONDS_MAX = 10

/** `Content-Digest` of these bytes, sha-256. */
export async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes as BufferSource)
  return `sha-256=:${Buffer.from(hash).toString("base64")}:`
}

type SignInput = {
  readonly url: string
  readonly contentType: string
  readonly body: string
  readonly key: JsonWebKey & { readonly kid: string }
  /** seconds; now unless a test wants another time */
  readonly created: number
  readonly nonce: string
  readonly tag: string
}

/** A POST that is ready to send, digest and signature in its headers. */
export async function signedPost(input: SignInput): Promise<Request> {
  const bytes = new TextEncoder().encode(input.body)
  const headers = { "content-type": input.contentType, "content-digest": await digestOf(bytes) }
  const bare = new Request(input.url, { method: "POST", headers })
  const { kid, kty, crv, x, y, d } = input.key
  const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y, d } as JsonWebKey, CURVE, false, [
    "sign",
  ])
  const fields = await createSignature(bare, {
    label: "sig1",
    components: COMPONENTS,
    parameters: { created: input.created, keyid: kid, tag: input.tag, nonce: input.nonce },
    signer: {
      algorithm: ALGORITHM,
      sign: async (data) => new Uint8Array(await crypto.subtle.sign(ECDSA, key, data as BufferSource)),
    },
  })
  return new Request(input.url, {
    method: "POST",
    headers: appendSignature(bare.headers, fields),
    body: bytes,
    redirect: "manual",
    signal: AbortSignal.timeout(15_000),
  })
}

/** How a signed request was: `good`, or what is wrong with it in one word or two. */
export type Proof = "good" | "unsigned" | "digest mismatch" | "unknown key" | "bad signature"

/** What of a published key is needed here. */
export type PublicKey = {
  readonly kid?: string | undefined
  readonly kty?: string | undefined
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
}

type VerifyInput = {
  readonly url: string
  readonly headers: Headers
  readonly body: Uint8Array
  readonly keys: readonly PublicKey[]
  readonly tag: string
  /** seconds */
  readonly now: number
}

/** Judge a request against the sender's public keys: signature first, then the digest over the bytes. */
export async function verifyPost({ url, headers, body, keys, tag, now }: VerifyInput): Promise<Proof> {
  if (!headers.has("signature-input")) return "unsigned"
  const fields = [...headers].map(([name, value]) => ({ name, value }))
  let unknown = false
  try {
    await verifySignature(
      { kind: "request", method: "POST", targetUri: url, fields },
      {
        policy: {
          algorithms: [ALGORITHM],
          requiredComponents: COMPONENTS,
          requiredParameters: ["created", "keyid", "tag"],
          maxAge: CREATED_PAST_SECONDS_MAX,
          clockSkew: CREATED_AHEAD_SECONDS_MAX,
          now,
          // The library allows its skew on top of the age as well.
          validate: ({ parameters }) =>
            parameters.tag === tag && (parameters.created ?? 0) >= now - CREATED_PAST_SECONDS_MAX,
        },
        resolveVerifier: async ({ parameters }) => {
          const jwk = keys.find((one) => one.kid === parameters.keyid)
          unknown = jwk === undefined
          if (!jwk) throw new Error("unknown key")
          const { kty, crv, x, y } = jwk
          const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y } as JsonWebKey, CURVE, false, [
            "verify",
          ])
          return {
            algorithm: ALGORITHM,
            verify: (data, signature) =>
              crypto.subtle.verify(ECDSA, key, signature as BufferSource, data as BufferSource),
          }
        },
      },
    )
  } catch {
    return unknown ? "unknown key" : "bad signature"
  }
  return headers.get("content-digest") === (await digestOf(body)) ? "good" : "digest mismatch"
}
