// What a bank tells us, as typed values. Unknown members are dropped here, before anything is stored; unknown types are refused by name.
// Reading the wire is event-parse.ts, how each type travels event-types.ts, signatures event-signature.ts and set.ts. An event is data
// only: who hears it is decided elsewhere. Texts of outsiders are as they came: notices clean them where they are shown (outsider-text.ts).

/** An amount as it travels: exact decimal text. */
export interface WireMoney {
  readonly value: string
  readonly currency: string
}

export interface WireCard {
  readonly ref?: string
  readonly last4: string
  readonly brand?: string
}

export interface WireTransaction {
  readonly id: string
  readonly amount: WireMoney
  readonly direction: "in" | "out"
  readonly status?: string
  readonly occurredAt: number
  /** Only its day is known: its hour is not said. */
  readonly dayOnly?: true
  readonly merchant?: {
    readonly name: string
    readonly mcc?: string
    readonly country?: string
    readonly city?: string
  }
  readonly card?: { readonly last4: string }
  readonly channel?: string
  readonly foreign?: boolean
}

/** What every event carries. */
export interface EventHead {
  readonly v: 1
  /** The bank's own id; unique with `source`. */
  readonly id: string
  readonly source: string
  /** The bank's customer reference; empty where an event is for everybody linked, or names a consent only. */
  readonly customer: string
  /** When it happened, as the bank says. */
  readonly at: number
  /** After this instant nobody should be told any more. */
  readonly staleAt: number
}

export interface BalanceUpdated extends EventHead {
  readonly type: "bank.balance.updated.v1"
  readonly account: string
  readonly balances: readonly {
    readonly type: "available" | "booked"
    readonly amount: WireMoney
    readonly at: number
  }[]
  /** Grows with each balance of an account: an older one never follows a newer one. */
  readonly sequence?: number
}

export interface BalanceThreshold extends EventHead {
  readonly type: "bank.balance.threshold.v1"
  readonly account: string
  readonly direction: "below" | "above"
  readonly threshold: WireMoney
  readonly balance: WireMoney
}

/** One payment at one of its stages. */
interface TransactionEvent<Type extends string> extends EventHead {
  readonly type: Type
  readonly account: string
  readonly transaction: WireTransaction
}
export type TransactionAuthorised = TransactionEvent<"bank.transaction.authorised.v1">
export type TransactionPosted = TransactionEvent<"bank.transaction.posted.v1">
export type TransactionReversed = TransactionEvent<"bank.transaction.reversed.v1">
export interface TransactionDeclined extends TransactionEvent<"bank.transaction.declined.v1"> {
  /** A word of the bank's. */
  readonly reason?: string
}

export interface PaymentDue extends EventHead {
  readonly type: "bank.payment.due.v1"
  readonly account: string
  readonly payee: string
  readonly amount: WireMoney
  readonly minimum?: WireMoney
  readonly dueAt: number
}

export interface FraudSuspected extends EventHead {
  readonly type: "bank.fraud.suspected.v1"
  readonly caseId: string
  readonly account?: string
  readonly card: WireCard
  readonly transaction: WireTransaction
  readonly reply: { readonly allowed: readonly ("confirm" | "deny")[]; readonly expiresAt: number }
  readonly actionTaken?: string
}

export interface FraudResolved extends EventHead {
  readonly type: "bank.fraud.resolved.v1"
  readonly caseId: string
  /** A word of the bank's. */
  readonly outcome: string
}

export interface CardStateChanged extends EventHead {
  readonly type: "bank.card.state_changed.v1"
  readonly account?: string
  readonly card: WireCard
  readonly state: "active" | "frozen" | "blocked" | "replaced"
  /** Who did it, a word of the bank's. */
  readonly actor?: string
}

export interface SecurityNotice extends EventHead {
  readonly type: "bank.security.notice.v1"
  readonly kind: "new_device" | "password_changed" | "new_payee" | "details_changed"
  readonly happenedAt: number
  readonly place?: string
}

export interface DisputeUpdated extends EventHead {
  readonly type: "bank.dispute.updated.v1"
  readonly caseId: string
  /** A word of the bank's. */
  readonly state: string
  /** `YYYY-MM-DD`. */
  readonly nextDate?: string
}

export interface ReceiptIssued extends EventHead {
  readonly type: "bank.receipt.issued.v1"
  readonly merchant: string
  readonly orderNumber: string
  readonly lines: readonly {
    readonly title: string
    readonly quantity: number
    readonly price: WireMoney
  }[]
  /** All amounts of a receipt have one currency. */
  readonly totals: {
    readonly subtotal?: WireMoney
    readonly shipping?: WireMoney
    readonly tax?: WireMoney
    readonly total: WireMoney
  }
  readonly payment?: { readonly brand?: string; readonly last4?: string }
  readonly issuedAt: number
}

export interface ShippingUpdated extends EventHead {
  readonly type: "bank.shipping.updated.v1"
  readonly merchant: string
  readonly orderNumber: string
  readonly carrier: string
  readonly trackingNumber?: string
  /** https, on a host registered for the bank (safe-url.ts). */
  readonly trackingUrl?: string
  /** A word of the bank's: `in_transit`, `out_for_delivery`, `delivered`, … */
  readonly status: string
  /** `YYYY-MM-DD`. */
  readonly eta?: string
}

/** What the bank says of a consent itself. */
interface ConsentEvent<Type extends string> extends EventHead {
  readonly type: Type
  /** The bank's own id of the consent, where it has one. */
  readonly consentId?: string
  /** A word of the bank's. */
  readonly reason?: string
}
export type ConsentRevoked = ConsentEvent<"bank.consent.revoked.v1">
export interface ConsentExpiring extends ConsentEvent<"bank.consent.expiring.v1"> {
  readonly expiresAt: number
}
export type CustomerClosed = ConsentEvent<"bank.customer.closed.v1">

export interface ServiceNotice extends EventHead {
  readonly type: "bank.service.notice.v1"
  /** By BCP 47 tag; the same tags in both. */
  readonly title: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, string>>
  readonly severity: string
  /** `linked`: everybody linked; `subject`: the customer. */
  readonly audience: "linked" | "subject"
  readonly expiresAt: number
}

/** A question what would happen; nobody is told. */
export interface TestEvent extends EventHead {
  readonly type: "bank.test.v1"
}

/** Something changed, come and look: from dialects that say no more, or not under a signature. Ours, never a bank's own type: the bank is
 * asked under the grant, and what is new goes on as an event of its own. */
export interface DataHint extends EventHead {
  readonly type: "bank.data.hint.v1"
  readonly about: "balances" | "transactions" | "consent"
  /** The only account it is about. */
  readonly account?: string
}

/** Everything a bank may tell us. */
export type BankEvent =
  | BalanceUpdated
  | BalanceThreshold
  | TransactionAuthorised
  | TransactionPosted
  | TransactionReversed
  | TransactionDeclined
  | PaymentDue
  | FraudSuspected
  | FraudResolved
  | CardStateChanged
  | SecurityNotice
  | DisputeUpdated
  | ReceiptIssued
  | ShippingUpdated
  | ConsentRevoked
  | ConsentExpiring
  | CustomerClosed
  | ServiceNotice
  | TestEvent
  | DataHint
export type BankEventType = BankEvent["type"]
