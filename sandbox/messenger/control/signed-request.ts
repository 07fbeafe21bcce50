// A `signed_request` as the platform posts it: base64url(HMAC-SHA256 over the encoded second part) "." base64url(JSON),
// no padding. Pure but for the cryptography. Source: reference/messenger-platform.md 9.1.

const encoder = new TextEncoder()

/** What it says; members in the order of the platform's sample. Times are seconds of the real clock. */
export type SignedClaims = {
  readonly algorithm: string
  readonly expires: number
  readonly issued_at: number
  readonly user_id: string
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")
}

/** Sign the claims with an app secret. */
export async function signRequest(secret: string, claims: SignedClaims): Promise<string> {
  const payload = base64url(encoder.encode(JSON.stringify(claims)))
  const algorithm = { name: "HMAC", hash: "SHA-256" }
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"])
  const signature = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(payload)))
  return `${base64url(signature)}.${payload}`
}
