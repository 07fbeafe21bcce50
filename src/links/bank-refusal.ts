// Why a login at a bank did not come to be, why tokens were not refreshed, and how errors of bank calls become either. Used by the
// bank-*.ts files; linking-refusal.ts gives each a page.

import type { BankRefusal } from "../banks/bank.ts"
import type { Outage } from "../foundation/failure.ts"
import { outageOf } from "./bank-http.ts"
import type { MetadataRefusal } from "./bank-metadata.ts"

/** Why a login did not come to be. `code` is a registered word or a class of ours, never a text of the bank. */
export type LoginRefusal =
  | MetadataRefusal
  /** The bank does not take our request. */
  | { readonly reason: "bank_refused"; readonly code: string }
  /** Customer or bank said no: not allowed, password or second factor wrong too often. */
  | { readonly reason: "denied" }
  /** The answer is from another issuer than the one asked, or names none. */
  | { readonly reason: "issuer_mismatch" }
  /** The answer belongs to another attempt. */
  | { readonly reason: "state_mismatch" }
  /** Code or ID token does not hold: expired, used, forged, for somebody else. */
  | { readonly reason: "answer_refused"; readonly code: string }
  /** The bank says the customer came in without a second factor, or long ago. */
  | { readonly reason: "second_factor_missing" }
  /** The bank named no account the customer allowed. */
  | { readonly reason: "no_accounts" }

/** Why tokens were not refreshed. */
export type RefreshRefusal =
  /** The bank will never take this refresh token again. */
  { readonly reason: "link_ended" } | { readonly reason: "outage"; readonly outage: Outage }

/** What an error of a login's call means. @param refused what it is where the bank answered, and the answer will not do
 * @throws what is a fault of ours */
export function refusalOf(fault: unknown, refused: "bank_refused" | "answer_refused"): LoginRefusal {
  const outage = outageOf(fault)
  if (!outage) throw fault
  return refusalOfOutage(outage, refused)
}

/** What a bank's refusal of account data or of a consent resource means during a login. */
export function refusalOfBank(
  refusal: BankRefusal,
  refused: "bank_refused" | "answer_refused",
): LoginRefusal {
  return refusal.reason === "outage"
    ? refusalOfOutage(refusal.outage, refused)
    : { reason: refused, code: refusal.reason }
}

/** What missing metadata means for tokens that are there already. */
export function outageOfMetadata(refusal: MetadataRefusal): Outage {
  return refusal.reason === "bank_unreachable"
    ? refusal.outage
    : { reason: "malformed", retry: "later", code: "metadata" }
}

function refusalOfOutage(outage: Outage, refused: "bank_refused" | "answer_refused"): LoginRefusal {
  return outage.reason === "refused" || outage.reason === "malformed"
    ? { reason: refused, code: outage.code ?? "other" }
    : { reason: "bank_unreachable", outage }
}
