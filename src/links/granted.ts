// What a bank's grant lets us read, and which of the seven purposes that covers: a purpose beyond it is not switched on by a tap, but by
// the bank's login. Each dialect says it in its own place: the granted detail (RFC 9396, 7), the granted scope (RFC 6749, 3.3), the
// consent resource (banks/adapters). A bank that says nothing granted what it was asked for. Pure; used by bank-login.ts.

import type { BankRead } from "../banks/bank.ts"
import { PURPOSES, type Purpose } from "../foundation/purpose.ts"

/** What a purpose reads at the bank, or tells of what is read there. Warnings of fraud are the bank's own to give, and an agent is the
 * bank's own. */
const READS = {
  balance_updates: ["balances"],
  transaction_alerts: ["transactions"],
  fraud_alerts: [],
  receipts: ["transactions"],
  shipping_updates: ["transactions"],
  account_service: ["balances", "transactions"],
  support_chat: [],
} as const satisfies Readonly<Record<Purpose, readonly BankRead[]>>

/** FDX: each read has a scope of its own. @see FDX 6, scopes */
const READ_OF_SCOPE: Readonly<Record<string, BankRead>> = {
  BALANCES: "balances",
  TRANSACTIONS: "transactions",
}

/** The purposes a grant covers; `undefined` where it covers all of them, or does not say. */
export function coveredBy(reads: readonly BankRead[] | undefined): readonly Purpose[] | undefined {
  if (!reads) return undefined
  const covered = PURPOSES.filter((purpose) => READS[purpose].every((read) => reads.includes(read)))
  return covered.length === PURPOSES.length ? undefined : covered
}

/** What a granted scope lets us read, where the one we asked for names reads.
 * @param granted of the token answer; left out where it is what was asked for (RFC 6749, 5.1) */
export function readsOfScope(asked: string, granted = asked): readonly BankRead[] | undefined {
  const readsIn = (scope: string) => scope.split(" ").flatMap((each) => READ_OF_SCOPE[each] ?? [])
  return readsIn(asked).length > 0 ? readsIn(granted) : undefined
}
