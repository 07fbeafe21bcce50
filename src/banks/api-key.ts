// A bank's bearer key for what it asks of us: how it looks, how it is made, how one is told from another. It belongs to one bank and opens
// nothing of another's (P13). Only its digest lies here; the key itself is shown once. Rows are api-key-store.ts, asking is
// authenticate-bank.ts.

import { sha256 } from "../crypto/hmac.ts"
import { fromHex, utf8 } from "../crypto/text.ts"
import { DAY_MS } from "../foundation/clock.ts"
import { randomText, type BankId, type Random } from "../foundation/id.ts"
import { Secret } from "../foundation/secret.ts"

/** A key is replaced at least this often. */
export const API_KEY_MS_MAX = 400 * DAY_MS
/** Keys of one bank that count at once: one in use, one coming, one for a second system and its successor. */
export const API_KEYS_MAX = 10
/** Longest name an operator may give a key. */
export const API_KEY_NAME_CHARS_MAX = 80
/** Says what it is, so that a scanner of repositories finds one that was committed. */
const PREFIX = "tlbank_"
const SECRET_BYTES = 32
const ID = /^bankkey_[A-Za-z0-9_-]{22}$/
const BEARER = /^Bearer (tlbank_[A-Za-z0-9_-]{43})$/i

/** A key as it is kept: nothing of it opens anything. */
export interface BankApiKey {
  readonly id: string
  readonly bank: BankId
  /** Whose or what for, in the operator's words. */
  readonly name: string
  /** Hex SHA-256 of the key. */
  readonly sha256: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt?: number
}

/** A new key, and what is kept of it. */
export async function createApiKey(
  about: Pick<BankApiKey, "bank" | "name" | "createdAt" | "expiresAt">,
  random: Random,
): Promise<{ readonly key: Secret; readonly kept: BankApiKey }> {
  const key = PREFIX + randomText(random, SECRET_BYTES)
  const { bank, name, createdAt, expiresAt } = about
  const id = `bankkey_${randomText(random)}`
  const digest = (await sha256(utf8(key))).toHex()
  return { key: new Secret(key), kept: { id, bank, name, sha256: digest, createdAt, expiresAt } }
}

/** `true` for an id a key may have. */
export function isApiKeyId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value)
}

/** The key of an `Authorization` header, or `undefined` where it is none of ours by its form. */
export function parseBearer(authorization: string | null): string | undefined {
  return BEARER.exec(authorization ?? "")?.[1]
}

/** `true` while a key counts. */
export function isCurrent(key: BankApiKey, now: number): boolean {
  return key.revokedAt === undefined && now < key.expiresAt
}

/** Find the key whose digest this is. Every one is compared, so that the time tells nothing of which fits. */
export async function findApiKey(
  given: string,
  keys: readonly BankApiKey[],
): Promise<BankApiKey | undefined> {
  const digest = await sha256(utf8(given))
  let found: BankApiKey | undefined
  for (const key of keys) {
    const expected = fromHex(key.sha256)
    if (expected?.length === digest.length && crypto.subtle.timingSafeEqual(digest, expected)) found = key
  }
  return found
}
