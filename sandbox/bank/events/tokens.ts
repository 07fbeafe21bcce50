// Signs what the bank says as tokens: compact JWS under ES256 or PS256, and webhooks under HMAC. Plain WebCrypto, so that it runs in Node as
// well; knows no event.

type Key = JsonWebKey & { readonly kid: string }

const SCHEMES = {
  ES256: {
    import: { name: "ECDSA", namedCurve: "P-256" },
    sign: { name: "ECDSA", hash: "SHA-256" },
    private: ["kty", "crv", "x", "y", "d"],
  },
  PS256: {
    import: { name: "RSA-PSS", hash: "SHA-256" },
    sign: { name: "RSA-PSS", saltLength: 32 },
    private: ["kty", "n", "e", "d", "p", "q", "dp", "dq", "qi"],
  },
} as const

const base64url = (value: string | ArrayBuffer): string =>
  Buffer.from(typeof value === "string" ? new TextEncoder().encode(value) : new Uint8Array(value)).toString(
    "base64url",
  )

/** A compact JWS of some claims. */
export async function signToken(
  key: Key,
  alg: keyof typeof SCHEMES,
  claims: object,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const scheme = SCHEMES[alg]
  const members = Object.fromEntries(scheme.private.map((name) => [name, key[name]]))
  const signing = await crypto.subtle.importKey(
    "jwk",
    members as unknown as JsonWebKey,
    scheme.import,
    false,
    ["sign"],
  )
  const input = `${base64url(JSON.stringify({ alg, kid: key.kid, ...header }))}.${base64url(JSON.stringify(claims))}`
  const signature = await crypto.subtle.sign(scheme.sign, signing, new TextEncoder().encode(input))
  return `${input}.${base64url(signature)}`
}

/** The headers of a webhook (Standard Webhooks, `v1`).
 * @param secret `whsec_…` */
export async function signWebhook(
  secret: string,
  { id, timestamp, body }: { readonly id: string; readonly timestamp: number; readonly body: string },
): Promise<Readonly<Record<string, string>>> {
  const bytes = Buffer.from(secret.slice("whsec_".length), "base64")
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
  const signed = new TextEncoder().encode(`${id}.${timestamp}.${body}`)
  const mac = Buffer.from(await crypto.subtle.sign("HMAC", key, signed)).toString("base64")
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${mac}` }
}
