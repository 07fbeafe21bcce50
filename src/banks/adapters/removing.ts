// Deleting a consent resource, in any dialect: gone is gone, whoever ended it first, so that a deletion cut off in the middle is repeated.
// Used by open-banking-consent.ts and berlin-consent.ts.

import { err, ok, type Result } from "../../foundation/result.ts"
import type { BankAnswer, BankCall, BankRefusal } from "../bank.ts"
import { isYes } from "../bank-answer.ts"

/** Statuses by which a bank says that there is no such consent: UK banks answer 400 for an id they do not know. A 403 alone may be a
 * firewall's. */
const UNKNOWN = [400, 404, 410]

/** Delete what lies at an address. */
export async function removeConsent(
  call: BankCall,
  url: string,
  headers: Readonly<Record<string, string>>,
  judge: (answer: BankAnswer) => BankRefusal,
  signal: AbortSignal,
): Promise<Result<undefined, BankRefusal>> {
  const answer = await call.request("DELETE", url, { headers, signal })
  if (!answer.ok) return answer
  if (isYes(answer.value) || UNKNOWN.includes(answer.value.status)) return ok(undefined)
  const refusal = judge(answer.value)
  return refusal.reason === "link_ended" || refusal.reason === "not_found" ? ok(undefined) : err(refusal)
}
