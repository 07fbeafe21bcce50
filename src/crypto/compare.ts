// Comparing a secret with what a caller sent, without telling how much of it was right.

import { sha256 } from "./hmac.ts"
import { utf8 } from "./text.ts"

/** `true` where both texts are equal. Both sides are hashed first, so that neither length nor prefix shows in the time. */
export async function isSameSecret(given: string, expected: string): Promise<boolean> {
  const [left, right] = await Promise.all([sha256(utf8(given)), sha256(utf8(expected))])
  return crypto.subtle.timingSafeEqual(left, right)
}
