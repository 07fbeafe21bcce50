// What a bank gave us for one link: tokens and the key they are bound to, and where they lie sealed.
// Shapes and places only. linking.ts seals them once; only bank-access.ts opens them.

import type { BankId, LinkId } from "../foundation/id.ts"

/** The DPoP key pair of a link. The private half stands in the sealed tokens and nowhere else. */
export interface DpopJwks {
  readonly publicKey: JsonWebKey
  readonly privateKey: JsonWebKey
}

/** Tokens of one link, as JSON under the link's key. */
export interface LinkTokens {
  readonly v: 1
  readonly accessToken: string
  /** By the real clock: the bank's tokens do not follow ours. */
  readonly accessExpiresAt: number
  readonly refreshToken: string
  /** The key they are bound to; a bank that binds none gives bearer tokens. */
  readonly dpop?: DpopJwks
  /** The bank's consent resource they rest on, where its dialect has one: deleted before they are revoked. */
  readonly consent?: string
}

/** Where a sealed column of a link belongs. */
export function placeOf(bank: BankId, link: LinkId, column: "key" | "tokens" | "customer" | "offer"): string {
  return `${bank}|links|${link}|${column}`
}

/** Read tokens that were opened. @throws TypeError for another version or shape: only a fault of ours makes one */
export function parseTokens(json: string): LinkTokens {
  const tokens: unknown = JSON.parse(json)
  if (typeof tokens !== "object" || tokens === null || (tokens as { v?: unknown }).v !== 1)
    throw new TypeError("Cannot read a link's tokens: another version")
  return tokens as LinkTokens
}
