// What Messenger carries back to us, as `authorization_code` in the `account_linking` event or as `ref` of an `m.me` link: 128 random
// bits that name a pending link.
// It is stored nowhere in clear: the link's own id is made from its SHA-256, so that the id is the hash it is found by.
// It proves nothing: only the six digits typed in the right chat make a link live (P11).

import { sha256 } from "../crypto/hmac.ts"
import { base64url, utf8 } from "../crypto/text.ts"
import { randomText, type LinkId, type Random } from "../foundation/id.ts"

const CODE_FORM = /^[A-Za-z0-9_-]{22}$/
const ID_BYTES = 16

/** A new code: 22 base64url characters. */
export function createAuthorizationCode(random: Random): string {
  return randomText(random)
}

/** The link a code names, whether or not there is one; `undefined` for what is no code of ours. */
export async function linkOfAuthorizationCode(code: string): Promise<LinkId | undefined> {
  if (!CODE_FORM.test(code)) return undefined
  const digest = await sha256(utf8(`tellerline|authorization_code|${code}`))
  return `link_${base64url(digest.subarray(0, ID_BYTES))}` as LinkId
}
