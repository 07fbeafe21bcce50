// Whether Meta signed a privacy callback, and what it says: `signed_request` is base64url(mac) "." base64url(JSON), the mac over the
// encoded second part as it stands. It names an app-scoped login of bank staff, never a customer. Composed by routes.tsx.
// @see messenger-platform.md 9.1, 9.2

import { importHmacKey, verifyHmac } from "../crypto/hmac.ts"
import { fromBase64url, utf8 } from "../crypto/text.ts"
import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { idOf, instantOf, objectOf, parseJson } from "../messenger/json.ts"

/** Who asks, and when Meta signed it. */
export interface SignedRequest {
  /** App-scoped id of a Facebook login: digits. */
  readonly login: string
  /** Epoch milliseconds, the real clock. */
  readonly issuedAt: number
}

/** Why it is not taken. For the log: a stranger hears the same sentence for each. */
export type SignedRequestRefusal =
  | { readonly reason: "signed_request_malformed" }
  | { readonly reason: "signed_request_mismatch" }
  | { readonly reason: "signed_request_algorithm" }
  | { readonly reason: "signed_request_too_old" }
  | { readonly reason: "signed_request_from_the_future" }

/** Meta tries again for a time it does not state. A replay does no harm: nothing that began after it was signed is touched. */
export const SIGNED_REQUEST_AGE_MS_MAX = 7 * DAY_MS
export const SIGNED_REQUEST_AHEAD_MS_MAX = 5 * MINUTE_MS
const CHARS_MAX = 4_096
const MAC_BYTES = 32

/** Verify and read. `expires` is not judged: it is the login's token that expires then.
 * @param secrets app secrets, newest first; the key is the secret's text as shown
 * @param realNow the real clock: what is signed never follows a moved one */
export async function verifySignedRequest(
  text: string,
  secrets: readonly Secret[],
  realNow: number,
): Promise<Result<SignedRequest, SignedRequestRefusal>> {
  const [signature, payload, ...more] = text.length > CHARS_MAX ? [] : text.split(".")
  const mac = fromBase64url(signature ?? "")
  if (!payload || more.length > 0 || mac?.length !== MAC_BYTES)
    return err({ reason: "signed_request_malformed" })
  if (!(await isSignedByOne(secrets, mac, utf8(payload)))) return err({ reason: "signed_request_mismatch" })
  const bytes = fromBase64url(payload)
  const json = bytes && parseJson(bytes)
  const body = json?.ok ? objectOf(json.value) : undefined
  const login = idOf(body?.["user_id"])
  const issuedAt = instantOf(body?.["issued_at"])
  const algorithm = body?.["algorithm"]
  if (typeof algorithm !== "string" || algorithm.toUpperCase() !== "HMAC-SHA256")
    return err({ reason: "signed_request_algorithm" })
  if (login === undefined || issuedAt === undefined) return err({ reason: "signed_request_malformed" })
  if (realNow - issuedAt > SIGNED_REQUEST_AGE_MS_MAX) return err({ reason: "signed_request_too_old" })
  if (issuedAt - realNow > SIGNED_REQUEST_AHEAD_MS_MAX)
    return err({ reason: "signed_request_from_the_future" })
  return ok({ login, issuedAt })
}

async function isSignedByOne(
  secrets: readonly Secret[],
  mac: Uint8Array<ArrayBuffer>,
  data: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  for (const secret of secrets)
    if (await verifyHmac(await importHmacKey(utf8(secret.reveal())), mac, data)) return true
  return false
}
