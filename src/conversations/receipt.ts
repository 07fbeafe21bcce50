// The receipt of one thing said or read: when, for which purpose, because of which event or question, and what kind of data. No amount
// and no word of the message stands in it. It lies sealed in its ledger row for as long as the row; its hash is the leaf of the
// person's chain (ledger-chain.ts), salted, so that whoever sees the chain without the key can guess nothing.

import { canonicalJson } from "../crypto/canonical.ts"
import { digestNow } from "../crypto/sha256.ts"
import { utf8 } from "../crypto/text.ts"
import type { BankEventType } from "../banks/event.ts"
import { randomText, type Random } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { Asked, Entry, ReceiptPart } from "./entry.ts"
import type { Utterance } from "./leave.ts"
import type { Question, State } from "./state.ts"
import type { TurnEvent } from "./turn-context.ts"

/** What kind of data was told or read. */
export type DataKind =
  | "balance"
  | "transaction"
  | "payment"
  | "fraud_case"
  | "card"
  | "security"
  | "dispute"
  | "purchase"
  | "shipment"
  | "link"
  | "notice"

/** The kind of data an event of a bank carries. */
const DATA_OF_EVENT = {
  "bank.balance.updated.v1": "balance",
  "bank.balance.threshold.v1": "balance",
  "bank.transaction.authorised.v1": "transaction",
  "bank.transaction.posted.v1": "transaction",
  "bank.transaction.reversed.v1": "transaction",
  "bank.transaction.declined.v1": "transaction",
  "bank.payment.due.v1": "payment",
  "bank.fraud.suspected.v1": "fraud_case",
  "bank.fraud.resolved.v1": "fraud_case",
  "bank.card.state_changed.v1": "card",
  "bank.security.notice.v1": "security",
  "bank.dispute.updated.v1": "dispute",
  "bank.receipt.issued.v1": "purchase",
  "bank.shipping.updated.v1": "shipment",
  "bank.consent.revoked.v1": "link",
  "bank.consent.expiring.v1": "link",
  "bank.customer.closed.v1": "link",
  "bank.service.notice.v1": "notice",
  "bank.data.hint.v1": "notice",
  "bank.test.v1": "notice",
} as const satisfies Readonly<Record<string, DataKind>>

/** The kind of data an event of a bank carries. A type that is not in the table does not compile. */
export function dataOfEvent(type: BankEventType): DataKind {
  return DATA_OF_EVENT[type]
}

/** The kind of data an answer of the bank to a question carries; an answer to a fraud question carries none back. */
export const DATA_OF_QUESTION = {
  balances: "balance",
  transactions: "transaction",
  fraud_answer: "fraud_case",
  fraud_freeze: "card",
  fraud_undo: "fraud_case",
  dispute_payments: "transaction",
  dispute: "dispute",
  cards: "card",
  card_freeze: "card",
  card_page: "card",
} as const satisfies Readonly<Record<Question["kind"], DataKind>>

const LEAF = Uint8Array.of(0)
const PURPOSE_OF_QUESTION = {
  balances: "account_service",
  transactions: "account_service",
  fraud_answer: "fraud_alerts",
  fraud_freeze: "fraud_alerts",
  fraud_undo: "fraud_alerts",
  dispute_payments: "account_service",
  dispute: "account_service",
  cards: "account_service",
  card_freeze: "account_service",
  card_page: "account_service",
} as const satisfies Readonly<Record<Question["kind"], Purpose>>

/** The receipt's own part for a row that is being made. */
export function createReceipt(
  random: Random,
  at: number,
  utterance?: Utterance,
  asked: readonly Asked[] = [],
): ReceiptPart {
  return {
    at,
    salt: randomText(random),
    ...(utterance?.need.kind === "grant" ? { purpose: utterance.need.purpose } : {}),
    ...(asked.length > 0 ? { asked } : {}),
  }
}

/** An entry without what was said: what stays when the text goes. */
export function withoutText({ v, at, salt, purpose, asked, cause }: Entry): Entry {
  return {
    v,
    at,
    salt,
    ...(purpose === undefined ? {} : { purpose }),
    ...(asked === undefined ? {} : { asked }),
    cause,
  }
}

/** The leaf of a row: base64url SHA-256(0x00 ‖ canonical JSON of its key and receipt). @see RFC 6962, 2.1; RFC 8785 */
export function leafOf(key: string, entry: Entry): string {
  return digestNow(LEAF, utf8(canonicalJson({ key, ...withoutText(entry) })))
}

/** Questions that ended with a turn: each of them leaves a receipt, answered or not. */
export function endedQuestions(before: State, after: State, event: TurnEvent): readonly Asked[] {
  return before.questions
    .filter(({ id }) => !after.questions.some((each) => each.id === id))
    .map((question) => ({
      question: question.kind,
      purpose: PURPOSE_OF_QUESTION[question.kind],
      at: question.askedAt,
      came:
        event.kind === "bank_answered" && event.question.id === question.id
          ? event.answer.result.ok
            ? "read"
            : "none"
          : "dropped",
    }))
}
