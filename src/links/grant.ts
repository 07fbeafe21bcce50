// Permission to read or tell bank data for one purpose, now. Made here and nowhere else, from the consent the Conversation holds;
// never stored, sent or kept across an await: one to read, a new one to speak (P4).

import type { Account } from "../banks/bank.ts"
import type { LinkId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Consent } from "./consent.ts"

/** Why there is no permission. */
export type GrantRefusal =
  | { readonly reason: "not_linked" }
  | { readonly reason: "consent_expired"; readonly endedAt: number }
  | { readonly reason: "purpose_off" }
  | { readonly reason: "account_not_covered" }

/** Purposes a bank may be asked for: a question of the person's own, or what is new after the bank's hint. */
export type ReadingPurpose = "account_service" | "balance_updates" | "transaction_alerts"

/** A permission. The private member keeps anybody else from making one: an object literal does not compile as a `Grant`. */
export class Grant<P extends Purpose = Purpose> {
  readonly #made = true
  private constructor(
    readonly purpose: P,
    readonly link: LinkId,
    readonly accounts: readonly Account[],
    readonly showAmounts: boolean,
  ) {}

  /** For one purpose and, where the data is of one account, for that account only. */
  static decide<P extends Purpose>(
    consent: Consent | undefined,
    purpose: P,
    now: number,
    account?: string,
  ): Result<Grant<P>, GrantRefusal> {
    if (!consent) return err({ reason: "not_linked" })
    if (now >= consent.until) return err({ reason: "consent_expired", endedAt: consent.until })
    if (!consent.purposes.includes(purpose)) return err({ reason: "purpose_off" })
    const accounts =
      account === undefined ? consent.accounts : consent.accounts.filter((each) => each.id === account)
    if (account !== undefined && accounts.length === 0) return err({ reason: "account_not_covered" })
    return ok(new Grant(purpose, consent.link, accounts, consent.showAmounts))
  }

  /** Only an instance made here has the private member. */
  static isGrant(value: unknown): value is Grant {
    return typeof value === "object" && value !== null && #made in value
  }
}
