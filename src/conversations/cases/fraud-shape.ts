// A fraud question: its stages, what is remembered of it, what can happen to it, what is asked of the bank and said to the person. Types only;
// the rules are fraud-case.ts.

import type { LinkId } from "../../foundation/id.ts"

export const FRAUD_STAGES = [
  "open",
  "freezing",
  "denying",
  "owing",
  "denied",
  "undoing",
  "returning",
  "confirming",
  "confirmed",
  "proving",
  "contradicted",
  "refused",
  "given_up",
  "resolved",
] as const
export type FraudStage = (typeof FRAUD_STAGES)[number]

/** What is remembered of a question somebody answered. Stored sealed in the Conversation's state. */
export interface FraudCase {
  /** Ledger key of the alert: what its buttons carry. */
  readonly alert: string
  readonly caseId: string
  readonly link: LinkId
  /** Buttons count until then. What was answered before is carried on after it. */
  readonly expiresAt: number
  /** The card the alert named; without a `ref` nothing can be frozen by us. */
  readonly card?: { readonly ref?: string; readonly last4: string }
  readonly stage: FraudStage
  /** When the answer that counts was given: the customer's notice to the bank. */
  readonly answeredAt: number
  /** `owed`: wanted, and the bank has not done it yet. */
  readonly freeze: "none" | "owed" | "done" | "refused"
  readonly report: "none" | "owed" | "taken" | "refused"
  /** By when the bank will contact the customer, as it said: `YYYY-MM-DD`. */
  readonly nextDate?: string
  /** What the person has heard of both. */
  readonly told: readonly ("frozen" | "reported")[]
  /** Rounds in which the bank was not reached. */
  readonly tries: number
  /** When the next round begins (`owing`), or when a page of the bank's is not waited for any more (`proving`, `returning`). */
  readonly dueAt?: number
}

export type FraudEvent =
  /** `at`: when it was received. */
  | { readonly kind: "deny"; readonly at: number }
  | { readonly kind: "confirm"; readonly at: number }
  /** [Tapped by mistake] under a No. */
  | { readonly kind: "mistake" }
  | { readonly kind: "frozen" }
  | { readonly kind: "freeze_refused" }
  | { readonly kind: "freeze_unreachable" }
  /** The bank has an answer. */
  | {
      readonly kind: "taken"
      readonly answer: FraudAnswer
      readonly frozen: boolean
      readonly nextDate?: string
    }
  /** The bank takes an answer only from somebody who proves themselves there. */
  | { readonly kind: "proof_wanted"; readonly answer: FraudAnswer; readonly url?: string }
  /** Another answer came before, here or from another holder. */
  | { readonly kind: "answered_before"; readonly answer: FraudAnswer }
  /** The bank does not take answers to this case any more. */
  | { readonly kind: "case_closed"; readonly answer: FraudAnswer }
  | { readonly kind: "unreachable"; readonly answer: FraudAnswer }
  /** Where a No can be undone. */
  | { readonly kind: "undo_page"; readonly url: string }
  | { readonly kind: "undo_refused" }
  /** The bank says that the case is over. */
  | { readonly kind: "resolved" }
  /** The bank says that the card can be used: what waited for that is over, the question is not. */
  | { readonly kind: "card_usable" }
  /** Nothing can be told to the bank under this link any more. */
  | { readonly kind: "link_ended" }
  | { readonly kind: "time" }

export type FraudAnswer = "confirm" | "deny"

/** What the bank is to be asked now. */
export type FraudAsk = "freeze" | "deny" | "confirm" | "undo"

/** What the person is to hear. Parts of it are true only as they say: `frozen` and `reported` after the bank's word. */
export type FraudSaying =
  | {
      readonly is: "denied"
      readonly frozen: boolean
      readonly reported: boolean
      /** The bank refused to freeze: somebody must call. */
      readonly freezeRefused: boolean
      /** Something is still owed and is tried again. */
      readonly owed: boolean
    }
  | { readonly is: "thanked" }
  | {
      readonly is: "prove"
      readonly answer: FraudAnswer
      readonly freeze: FraudCase["freeze"]
      readonly url?: string
    }
  | { readonly is: "answered_before"; readonly frozen: boolean }
  | { readonly is: "closed"; readonly frozen: boolean }
  /** A Yes did not reach the bank: the question stands. */
  | { readonly is: "yes_unreachable" }
  /** A No stands, whatever was tapped after it. */
  | { readonly is: "stands" }
  | { readonly is: "undo"; readonly url: string }
  | { readonly is: "undo_failed" }
  | { readonly is: "nothing_changed" }
  | { readonly is: "given_up"; readonly frozen: boolean }

export interface FraudStep {
  readonly next: FraudCase
  readonly ask?: FraudAsk
  readonly say?: FraudSaying
}
