// What a bank tells us, as typed values. Unknown members are dropped here, before anything is stored; unknown types are refused by name.
// Reading the wire is event-parse.ts; signatures are event-signature.ts. An event is data only: who hears it is decided elsewhere.

import type { Purpose } from "../foundation/purpose.ts"
import type { Lane } from "../jobs/job.ts"

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
interface EventHead {
  readonly v: 1
  /** The bank's own id; unique with `source`. */
  readonly id: string
  readonly source: string
  /** The bank's customer reference. */
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

export interface TransactionPosted extends EventHead {
  readonly type: "bank.transaction.posted.v1"
  readonly account: string
  readonly transaction: WireTransaction
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

/** Everything a bank may tell us. */
export type BankEvent = BalanceUpdated | TransactionPosted | FraudSuspected
export type BankEventType = BankEvent["type"]

/** How each type travels and what switches it on. Nothing below this table asks which type it is. */
export const EVENT_TYPES = {
  "bank.balance.updated.v1": { purpose: "balance_updates", lane: "updates", staleAfterMs: 15 * 60_000 },
  "bank.transaction.posted.v1": {
    purpose: "transaction_alerts",
    lane: "updates",
    staleAfterMs: 24 * 3_600_000,
  },
  /** Stale when the time to answer is over. */
  "bank.fraud.suspected.v1": { purpose: "fraud_alerts", lane: "alerts", staleAfterMs: "reply" },
} as const satisfies Readonly<
  Record<
    BankEventType,
    { readonly purpose: Purpose; readonly lane: Lane; readonly staleAfterMs: number | "reply" }
  >
>
