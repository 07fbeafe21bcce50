// The two signature headers, and the proof that some calls carry. Key: the app secret's UTF-8 bytes, never decoded.

const encoder = new TextEncoder()

async function hmac(hash: "SHA-1" | "SHA-256", secret: string, data: string): Promise<string> {
  const algorithm = { name: "HMAC", hash }
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"])
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(data)))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("")
}

/** Headers over exactly these bytes: the legacy SHA-1 one and the SHA-256 one, lowercase hex.
 * @param body as serialised, ASCII
 * @see reference/messenger-platform.md 1.2 */
export async function signWebhook(secret: string, body: string): Promise<Readonly<Record<string, string>>> {
  return {
    "x-hub-signature": `sha1=${await hmac("SHA-1", secret, body)}`,
    "x-hub-signature-256": `sha256=${await hmac("SHA-256", secret, body)}`,
  }
}

/** `appsecret_proof` of an access token: lowercase hex HMAC-SHA256.
 * @see reference/messenger-platform.md 4.9 */
export const appSecretProof = (secret: string, token: string): Promise<string> =>
  hmac("SHA-256", secret, token)
