// Bank records as this isolate remembers them: one question to D1 a minute and bank, the last answer kept through an outage.
// An unknown name is remembered too, shorter, so that a stranger who tries names does not turn each into a query (P15).
// Composed by worker.ts, once an isolate.

import { HOUR_MS, MINUTE_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { BankRecord } from "./bank.ts"

/** A change of a record is seen everywhere after this. */
export const RECORD_FRESH_MS = MINUTE_MS
/** A bank that was just registered is found after this. */
export const ABSENCE_FRESH_MS = 5 * SECOND_MS
/** Through an outage of D1 a record stays good this long. */
export const RECORD_STALE_MS = HOUR_MS
/** Names remembered: strangers choose them. */
const NAMES_MAX = 1_000

/** Looks banks up. */
export interface BankDirectory {
  /** A bank, or `undefined` for none of ours; an outage where D1 does not answer and nothing is remembered. */
  find(id: BankId): Promise<Result<BankRecord | undefined, Outage>>
  /** Forget a bank whose record was changed here. */
  forget(id: BankId): void
}

/** A directory over a look-up that may throw. */
export function createBankDirectory(given: {
  readonly find: (id: BankId) => Promise<BankRecord | undefined>
  readonly now: Now
  readonly log: Log
}): BankDirectory {
  const remembered = new Map<BankId, { readonly record: BankRecord | undefined; readonly at: number }>()
  return {
    async find(id) {
      const entry = remembered.get(id)
      const age = entry ? given.now() - entry.at : Number.POSITIVE_INFINITY
      if (entry && age < (entry.record ? RECORD_FRESH_MS : ABSENCE_FRESH_MS)) return ok(entry.record)
      try {
        const record = await given.find(id)
        if (remembered.size >= NAMES_MAX) forgetAbsent(remembered)
        remembered.set(id, { record, at: given.now() })
        return ok(record)
      } catch (fault) {
        given.log.warn("bank_record_unavailable", describeFault(fault))
        if (entry?.record && age < RECORD_STALE_MS) return ok(entry.record)
        return err({ reason: "unavailable", retry: "later" })
      }
    },
    forget: (id) => void remembered.delete(id),
  }
}

/** A look-up for ways in: a bank that is leaving is none of ours there any more. */
export function whileStaying(find: BankDirectory["find"]): BankDirectory["find"] {
  return async (id) => {
    const bank = await find(id)
    return bank.ok && bank.value?.leavingAt !== undefined ? ok(undefined) : bank
  }
}

/** Names without a bank go first; where all are banks, all go and are read again. */
function forgetAbsent(remembered: Map<BankId, { readonly record: BankRecord | undefined }>): void {
  for (const [id, entry] of remembered) if (!entry.record) remembered.delete(id)
  if (remembered.size >= NAMES_MAX) remembered.clear()
}
