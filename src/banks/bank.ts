// What a bank is to us: its record as the operator registered it, and what we may ask it.
// No table, no HTTP: the record's home is bank-store.ts, the asking is adapters/ and actions.ts. Knows nothing of Messenger.

import type { BankId } from "../foundation/id.ts"
import type { Money } from "../foundation/money.ts"
import type { Outage } from "../foundation/failure.ts"
import type { Result } from "../foundation/result.ts"

/** A bank without its secrets. URLs are https outside development. */
export interface BankRecord {
  readonly v: 1
  readonly id: BankId
  readonly name: string
  /** For the bank as its processor, or as an independent third party: decides renewal and retention. */
  readonly role: "bank_processor" | "third_party"
  readonly jurisdiction: "EU" | "UK" | "US" | "other"
  readonly dialect: "fdx-6"
  /** OpenID issuer, compared as text. */
  readonly issuer: string
  readonly clientId: string
  /** Base of the account data API, without a trailing slash. */
  readonly apiBase: string
  /** Base of `{actions}` (docs/bank-actions.yaml), where the bank offers it. */
  readonly actionsBase?: string
  /** Where we tell the bank what became of its events. */
  readonly callbackUrl?: string
  /** The CloudEvents `source` its events must carry. */
  readonly eventSource: string
  /** JWK set its event signatures are verified with. */
  readonly jwksUri: string
  /** Claim of the ID token that is the customer reference. */
  readonly subjectClaim: string
  /** IANA name: times in the chat are the bank's, with its city beside them. */
  readonly timeZone: string
  /** BCP 47, first is the fallback. */
  readonly languages: readonly string[]
  /** E.164, shown as a call button when something is urgent and the bank does not answer. */
  readonly emergencyPhone: string
  /** Hosts a URL in a message of this bank may point at. */
  readonly linkHosts: readonly string[]
  /** How long a consent lasts. */
  readonly consentDays: number
  /** An alert not delivered after this is reported `undeliverable`, so that the bank uses another channel. */
  readonly fallbackAfterSeconds: number
  /** Whether the bank hears that updates were delivered and read. Of alerts it always does. */
  readonly reportDelivery: boolean
}

/** An account as the chat may show it: never more than four digits of its number. */
export interface Account {
  readonly id: string
  readonly kind: "checking" | "savings" | "card" | "loan" | "other"
  readonly label: string
  readonly last4: string
  readonly currency: string
}

/** What an account holds at an instant. For a card `booked` is what is owed. */
export interface Balance {
  readonly account: string
  readonly available?: Money
  readonly booked?: Money
  readonly at: number
}

/** A movement on an account. `amount` is absolute, `direction` says which way. */
export interface Transaction {
  readonly id: string
  readonly account: string
  readonly amount: Money
  readonly direction: "in" | "out"
  readonly status: "pending" | "posted"
  readonly occurredAt: number
  /** As the bank gives it: written by outsiders, to be cleaned before it is shown. */
  readonly description: string
}

/** Some transactions, newest first, and where the next page begins. */
export interface TransactionPage {
  readonly transactions: readonly Transaction[]
  readonly next?: string
}

/** Why the bank did not answer a question: what the person should hear differs for each. */
export type BankRefusal =
  /** The link's tokens are refused for good: the link has ended at the bank. */
  | { readonly reason: "link_ended" }
  /** The customer must prove themselves at the bank first. */
  | { readonly reason: "step_up_required"; readonly url?: string }
  | { readonly reason: "forbidden" }
  | { readonly reason: "not_found" }
  | { readonly reason: "outage"; readonly outage: Outage }

/** One call's means to speak to a bank as one customer: made by links/bank-access.ts for one question, then dropped. */
export interface BankCall {
  /** Call the bank with this customer's DPoP-bound token. One nonce retry inside; `redirect: "manual"`; capped answer.
   * @param idempotencyKey required for POST */
  readonly request: (
    method: "GET" | "POST",
    url: string,
    options: { readonly body?: unknown; readonly idempotencyKey?: string; readonly signal: AbortSignal },
  ) => Promise<Result<BankAnswer, BankRefusal>>
}

/** A bank's answer, body read with a cap, not judged yet. */
export interface BankAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** One dialect of account data. Pure over `BankCall`: asks, then judges. */
export interface AccountAdapter {
  getBalances(
    bank: BankRecord,
    call: BankCall,
    accounts: readonly Account[],
    signal: AbortSignal,
  ): Promise<Result<readonly Balance[], BankRefusal>>
  listTransactions(
    bank: BankRecord,
    call: BankCall,
    account: Account,
    range: { readonly limit: number; readonly cursor?: string },
    signal: AbortSignal,
  ): Promise<Result<TransactionPage, BankRefusal>>
}
