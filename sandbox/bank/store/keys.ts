// The bank's own keys, made once and kept in its object: one signs tokens, one signs events, two secrets
// belong to the authorization server. A reset keeps them.

export const EVENT_KEY_ID = "bank-2026-11"
const TOKEN_KEY_ID = "bank-tokens-2026-11"

export type Keys = {
  readonly tokens: JsonWebKey & { readonly kid: string }
  readonly events: JsonWebKey & { readonly kid: string }
  /** base64url text: signs cookies */
  readonly cookieSecret: string
  /** 32 bytes as base64: makes DPoP nonces */
  readonly nonceSecret: string
}

const CURVE = { name: "ECDSA", namedCurve: "P-256" } as const

export async function createKeys(): Promise<Keys> {
  return {
    tokens: await createKey(TOKEN_KEY_ID),
    events: await createKey(EVENT_KEY_ID),
    cookieSecret: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64url"),
    nonceSecret: Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64"),
  }
}

/** Another key for tokens; its name says that it is another. */
export const createTokenKey = (): Promise<Keys["tokens"]> =>
  createKey(`bank-tokens-${Buffer.from(crypto.getRandomValues(new Uint8Array(6))).toString("base64url")}`)

async function createKey(kid: string): Promise<JsonWebKey & { kid: string }> {
  const pair = (await crypto.subtle.generateKey(CURVE, true, ["sign", "verify"])) as CryptoKeyPair
  const { kty, crv, x, y, d } = (await crypto.subtle.exportKey("jwk", pair.privateKey)) as JsonWebKey
  return { kty, crv, x, y, d, alg: "ES256", use: "sig", kid } as JsonWebKey & { kid: string }
}

/** UK Open Banking signs by PS256. */
export async function createOpenBankingKey(): Promise<JsonWebKey & { kid: string }> {
  const pair = (await crypto.subtle.generateKey(
    { name: "RSA-PSS", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" },
    true,
    ["sign", "verify"],
  )) as CryptoKeyPair
  const { kty, n, e, d, p, q, dp, dq, qi } = (await crypto.subtle.exportKey(
    "jwk",
    pair.privateKey,
  )) as JsonWebKey
  return {
    kty,
    n,
    e,
    d,
    p,
    q,
    dp,
    dq,
    qi,
    alg: "PS256",
    use: "sig",
    kid: "bank-ob-2026-11",
  } as JsonWebKey & {
    kid: string
  }
}

/** The half of an RSA key that may be published. */
export const publicRsaPart = ({ kty, n, e, alg, use, kid }: JsonWebKey & { kid: string }) => ({
  kty,
  n,
  e,
  alg,
  use,
  kid,
})

/** The half that may be published. */
export const publicPart = ({ kty, crv, x, y, alg, use, kid }: JsonWebKey & { kid: string }) => ({
  kty,
  crv,
  x,
  y,
  alg,
  use,
  kid,
})
