// Whether a request comes from the bank whose path it is on: its bearer key. Keys are remembered for a minute; one that is not known makes
// us ask the directory again, at most once in 30 seconds and bank, however many strangers try however many keys (P15).
// Used by every way in that takes a bank's key. Composed by doors.ts, once an isolate.

import { MINUTE_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { isBankId, type BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Problem } from "../http/problem.ts"
import { findApiKey, isCurrent, parseBearer, type BankApiKey } from "./api-key.ts"
import type { BankRecord } from "./bank.ts"

/** A key revoked in another isolate stops counting after this. */
export const API_KEYS_FRESH_MS = MINUTE_MS
/** Between two readings of one bank's keys. */
export const API_KEYS_COOLDOWN_MS = 30 * SECOND_MS
const BANKS_MAX = 1_000

/** Who a request comes from. */
export interface KnownBank {
  readonly bank: BankRecord
  /** Stands in the audit trail: `bank:<id>` acts, by this key. */
  readonly keyId: string
}

/** Why a caller is no bank. For the log; the caller hears one sentence, `bankProblem`. */
export type BankAuthRefusal =
  | { readonly reason: "bank_key_missing" }
  | { readonly reason: "bank_key_refused" }
  | { readonly reason: "bank_unknown" }
  | { readonly reason: "bank_keys_unavailable"; readonly outage: Outage }

/** Judges a request's bearer key for the bank its path names. */
export interface BankAuth {
  /** @param bank as it stands in the path, unchecked */
  authenticate(request: Request, bank: string): Promise<Result<KnownBank, BankAuthRefusal>>
  /** Forget a bank's keys: they were changed here. */
  forget(bank: BankId): void
}

/** @param given.listKeys the keys of a bank that count now. May throw
 * @param given.now our own clock: keys end by it
 * @param given.realNow the real clock, for how old what is remembered is */
export function createBankAuth(given: {
  readonly findBank: (id: BankId) => Promise<Result<BankRecord | undefined, Outage>>
  readonly listKeys: (bank: BankId, now: number) => Promise<readonly BankApiKey[]>
  readonly now: Now
  readonly realNow: Now
  readonly log: Log
}): BankAuth {
  const remembered = new Map<BankId, { readonly keys: readonly BankApiKey[]; readonly at: number }>()
  const { now, realNow, log } = given

  async function keysOf(bank: BankId, olderThanMs: number): Promise<Result<readonly BankApiKey[], Outage>> {
    const entry = remembered.get(bank)
    if (entry && realNow() - entry.at < olderThanMs) return ok(entry.keys)
    try {
      const keys = await given.listKeys(bank, now())
      if (remembered.size >= BANKS_MAX) remembered.clear()
      remembered.set(bank, { keys, at: realNow() })
      return ok(keys)
    } catch (fault) {
      log.warn("bank_api_keys_unavailable", describeFault(fault))
      return err({ reason: "unavailable", retry: "later" })
    }
  }

  return {
    async authenticate(request, id) {
      const bearer = parseBearer(request.headers.get("authorization"))
      if (bearer === undefined) return err({ reason: "bank_key_missing" })
      if (!isBankId(id)) return err({ reason: "bank_unknown" })
      const bank = await given.findBank(id)
      if (!bank.ok) return err({ reason: "bank_keys_unavailable", outage: bank.error })
      if (!bank.value) return err({ reason: "bank_unknown" })
      for (const olderThanMs of [API_KEYS_FRESH_MS, API_KEYS_COOLDOWN_MS]) {
        const keys = await keysOf(id, olderThanMs)
        if (!keys.ok) return err({ reason: "bank_keys_unavailable", outage: keys.error })
        const key = await findApiKey(bearer, keys.value)
        if (key && isCurrent(key, now())) return ok({ bank: bank.value, keyId: key.id })
      }
      return err({ reason: "bank_key_refused" })
    },
    forget: (bank) => void remembered.delete(bank),
  }
}

const UNAUTHORIZED: Problem = {
  status: 401,
  type: "unauthorized",
  title: "Who is asking is not known",
  detail: "Send this bank's key as a bearer token",
  headers: { "www-authenticate": 'Bearer realm="tellerline"' },
}

/** What a caller is told: a bank that is none of ours, and another bank's key, sound alike (P13). */
export function bankProblem(refusal: BankAuthRefusal): Problem {
  return refusal.reason === "bank_keys_unavailable"
    ? {
        status: 503,
        type: "unavailable",
        title: "Who is asking cannot be checked right now",
        headers: { "retry-after": "10" },
      }
    : UNAUTHORIZED
}
