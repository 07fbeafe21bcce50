// What a bank is to us: its record as the operator registered it, and what we may ask it.
// No table, no HTTP: the record's home is bank-store.ts, the asking is adapters/ and actions.ts. Knows nothing of Messenger.

import type { BankId } from "../foundation/id.ts"
import type { Colours } from "./brand.ts"
import type { Money } from "../foundation/money.ts"
import type { Outage } from "../foundation/failure.ts"
import type { Result } from "../foundation/result.ts"

/** Looks a day that a bank must allow without its customer being there. @see RTS 2018/389, Article 36 (5) */
export const LOOKS_A_DAY = 4

/** Dialects of account data: FDX 6, UK Open Banking Read/Write 4.0 and 3.1, Berlin Group NextGenPSD2 1.3. */
export type Dialect = "fdx-6" | "open-banking-4.0" | "open-banking-3.1" | "berlin-1.3"

/** Ways to log in: FAPI 2.0, FDX without FAPI ("Green"), UK Open Banking, Berlin Group's OAuth. */
export type Profile = "fapi2" | "fdx-green" | "uk-open-banking" | "berlin"

/** A bank without its secrets. URLs are https outside development. */
export interface BankRecord {
  readonly v: 1
  readonly id: BankId
  readonly name: string
  /** For the bank as its processor, or as an independent third party: decides renewal and retention. */
  readonly role: "bank_processor" | "third_party"
  readonly jurisdiction: "EU" | "UK" | "US" | "other"
  /** Dialect of its account data. */
  readonly dialect: Dialect
  /** How its customers log in and allow us to look: what links/bank-profile.ts demands of it. */
  readonly profile: Profile
  /** `acr` values of a login with two factors, as this bank writes them; we ask for the first, any counts. Empty only where a consent
   * resource's own status is the bank's word for it. */
  readonly acrValues: readonly string[]
  /** Algorithm of its ID tokens and signed redirects. */
  readonly idTokenAlg: "ES256" | "PS256"
  /** Berlin Group: the bank writes payments out without a minus; they are told by naming a creditor and no debtor. */
  readonly unsignedPayments: boolean
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
  /** Who else may speak for the bank, and on which ways in; each way belongs to one issuer (event-rules.ts has what holds without). */
  readonly eventIssuers?: readonly EventIssuer[]
  /** Public keys its webhooks are signed with, `whpk_…` (Standard Webhooks, `v1a`). */
  readonly webhookKeys?: readonly string[]
  /** JWK set its event signatures are verified with. */
  readonly jwksUri: string
  /** Claim of the ID token that is the customer reference. */
  readonly subjectClaim: string
  /** IANA name: times in the chat are the bank's, with its city beside them. */
  readonly timeZone: string
  /** Where a customer proves themselves: on pages any browser shows, or in the bank's app, which comes back to the phone's own browser
   * and never into Messenger's. */
  readonly login: "browser" | "app"
  /** `required`: a link goes live only once the bank has said yes to it at its `callbackUrl` (link-confirmation.ts). */
  readonly linkConfirmation: "none" | "required"
  /** Chats that may be linked to one customer at a time. */
  readonly linksMax: number
  /** So long after a link went live amounts are hidden in its chat and the bank tells fraud alerts on its own channel too: whoever
   * talked a customer out of the code gets nothing from it before the bank's notice was read. */
  readonly newLinkHours: number
  /** Since when it is leaving: nothing of it is taken any more (privacy/departure.ts). Never part of a record as it is registered. */
  readonly leavingAt?: number
  /** BCP 47, first is the fallback. */
  readonly languages: readonly string[]
  /** E.164, shown as a call button when something is urgent and the bank does not answer. */
  readonly emergencyPhone: string
  /** Hosts a URL in a message of this bank may point at. */
  readonly linkHosts: readonly string[]
  /** Opens the bank's app, or its site where the phone has no app. On a host of `linkHosts`, as the next two. */
  readonly appLink?: string
  /** Where the bank helps, and where it takes complaints: pages for people. */
  readonly helpUrl?: string
  readonly complaintsUrl?: string
  /** Its colour on our pages. */
  readonly colours?: Colours
  /** Its logo on our pages, a `data:` URL: nothing is loaded from elsewhere. */
  readonly logo?: string
  /** Looks at accounts a day without the customer being there, where the bank counts them; more than four are agreed with it. */
  readonly looksADay?: number
  /** How long a consent lasts. */
  readonly consentDays: number
  /** How long what was said in the chat is kept. */
  readonly chatTextDays: number
  /** An alert not delivered after this is reported `undeliverable`, so that the bank uses another channel. */
  readonly fallbackAfterSeconds: number
  /** What holds for its customers until they choose what they want to hear, and when. It switches nothing on. */
  readonly defaults?: AlertDefaults
  /** Whether the bank hears that updates were delivered and read. Of alerts it always does. */
  readonly reportDelivery: boolean
  /** Where its people answer in the chat: the Page's Inbox, or our desk. Without it a person is reached by telephone. */
  readonly desk?: "inbox" | "own"
  /** When they are there, by the bank's own clock; always, where none are named. */
  readonly hours?: readonly OpenHours[]
}

/** A span of some days of the week. */
export interface OpenHours {
  /** 1 is Monday, 7 Sunday. */
  readonly days: readonly number[]
  /** `HH:MM`; `to` is later on the same day, `24:00` its end. */
  readonly from: string
  readonly to: string
}

/** A bank's default of what its customers hear. Times of the day are `HH:MM` by the bank's clock. */
export interface AlertDefaults {
  /** Quiet hours, where both are there. */
  readonly quietFrom?: string | undefined
  readonly quietTo?: string | undefined
  /** One summary a day, then. */
  readonly digestAt?: string | undefined
  readonly maxADay?: number | undefined
  /** Payments of at least this much. */
  readonly paymentsFrom?: { readonly value: string; readonly currency: string } | undefined
}

/** The ways in for events, by what signs them. */
export const EVENT_WAYS = ["events", "set", "webhooks", "open-banking", "fdx"] as const
export type EventWay = (typeof EVENT_WAYS)[number]

/** An issuer of events, as the bank registered it. */
export interface EventIssuer {
  /** CloudEvents' `source`, a token's `iss`. */
  readonly issuer: string
  readonly ways: readonly EventWay[]
  /** `aud` of its tokens, where it is not the address they are sent to. */
  readonly audience?: string
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
  /** The bank names a day: of the hour nobody knows. */
  readonly dayOnly?: true
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
  /** The bank's count of looks without its customer being there is used up for the day. */
  | { readonly reason: "quota_spent" }
  | { readonly reason: "outage"; readonly outage: Outage }

/** One call's means to speak to a bank as one customer: made by links/bank-access.ts for one question, then dropped. */
export interface BankCall {
  /** Call the bank with this customer's token, DPoP-bound where the bank binds. One nonce retry inside; `redirect: "manual"`; capped answer.
   * @param idempotencyKey required for POST
   * @param headers the dialect's own, beside those every call carries */
  readonly request: (
    method: "GET" | "POST" | "DELETE",
    url: string,
    options: {
      readonly body?: unknown
      readonly idempotencyKey?: string
      readonly headers?: Readonly<Record<string, string>>
      readonly signal: AbortSignal
    },
  ) => Promise<Result<BankAnswer, BankRefusal>>
  /** The bank's consent resource these tokens rest on, where its dialect has one. */
  readonly consent?: string
}

/** A bank's answer, body read with a cap, not judged yet. */
export interface BankAnswer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** One dialect of account data. Pure over `BankCall`: asks, then judges. */
export interface AccountAdapter {
  /** The accounts the customer allowed, at most 50; for banks whose token answer does not name them. */
  listAccounts(
    bank: BankRecord,
    call: BankCall,
    signal: AbortSignal,
  ): Promise<Result<readonly Account[], BankRefusal>>
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

/** What a grant may let us read of an account beside that it is there. */
export type BankRead = "balances" | "transactions"

/** How a consent resource stands. */
export interface ConsentStanding {
  /** The customer has allowed it, by the bank's strong authentication, and it was not ended. */
  readonly stands: boolean
  /** What of it the customer allowed, where the resource says so. */
  readonly reads?: readonly BankRead[]
}

/** A dialect's consent resource: made by us before the customer's login, allowed there, deleted when the link ends. The call speaks for
 * us, not for a customer. */
export interface ConsentAdapter {
  /** Prepare a consent to balances and transactions of whatever accounts the customer will choose.
   * @param until after it the bank gives nothing any more
   * @returns the bank's id of it */
  create(
    bank: BankRecord,
    call: BankCall,
    until: number,
    signal: AbortSignal,
  ): Promise<Result<string, BankRefusal>>
  /** Whether it stands, and what it covers. */
  stands(
    bank: BankRecord,
    call: BankCall,
    id: string,
    signal: AbortSignal,
  ): Promise<Result<ConsentStanding, BankRefusal>>
  /** Delete it. One the bank does not know, or has ended, counts as deleted. */
  remove(
    bank: BankRecord,
    call: BankCall,
    id: string,
    signal: AbortSignal,
  ): Promise<Result<undefined, BankRefusal>>
}
