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
