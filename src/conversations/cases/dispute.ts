// A dispute from "this charge is wrong" to the bank's case, pure: (dispute, event) -> dispute, what to ask the bank, what to say. Which
// payment, what is wrong, how much, what goes along; then it is the customer's notice, and is carried until the bank has it. No words and
// no I/O in here: words are flows/dispute.ts, asking is ask.ts.
//
//   listing ─> choosing ─> reason ─> amount ─> evidence ─> sending ─> over
//                                                             └─> owing ─> sending   again and again, for three days

import type { DisputeRequest } from "../../banks/actions.ts"
import { DAY_MS, MINUTE_MS } from "../../foundation/clock.ts"
import type { LinkId } from "../../foundation/id.ts"
import { retryMs } from "./retry.ts"

export const DISPUTE_STAGES = [
  "listing",
  "choosing",
  "reason",
  "amount",
  "evidence",
  "sending",
  "owing",
  "over",
] as const
export type DisputeStage = (typeof DISPUTE_STAGES)[number]

/** What can be wrong with a payment: what the bank is told. */
export const DISPUTE_REASONS = ["not_mine", "wrong_amount", "not_received", "charged_twice", "other"] as const
export type DisputeReason = (typeof DISPUTE_REASONS)[number]

/** A payment that can be disputed, as it is named in the chat. */
export interface DisputablePayment {
  readonly id: string
  /** Exact decimal text. */
  readonly value: string
  readonly currency: string
  readonly label: string
}

/** A dispute under way. Stored sealed in the Conversation's state. */
export interface Dispute {
  readonly id: string
  readonly link: LinkId
  readonly account: string
  readonly stage: DisputeStage
  readonly payments: readonly DisputablePayment[]
  readonly payment?: DisputablePayment
  readonly reason?: DisputeReason
  /** Decimal text; the whole payment where the person named no part. */
  readonly value?: string
  readonly evidence: readonly string[]
  /** When the person sent it off: their notice to the bank. */
  readonly sentAt?: number
  readonly tries: number
  readonly dueAt?: number
}

export type DisputeEvent =
  | { readonly kind: "listed"; readonly payments: readonly DisputablePayment[] }
  | { readonly kind: "not_listed" }
  | { readonly kind: "chosen"; readonly nth: number }
  | { readonly kind: "reasoned"; readonly reason: DisputeReason }
  /** Without a value: the whole payment. */
  | { readonly kind: "amounted"; readonly value?: string }
  | { readonly kind: "attached"; readonly references: readonly string[] }
  | { readonly kind: "sent"; readonly at: number }
  | { readonly kind: "opened"; readonly caseId: string; readonly nextDate?: string }
  | { readonly kind: "refused" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "proof_wanted"; readonly url?: string }
  | { readonly kind: "cancelled" }
  | { readonly kind: "link_ended" }
  | { readonly kind: "time" }

/** What the bank is to be asked now. */
export type DisputeAsk = "list" | "open"

/** What the person is to hear. */
export type DisputeSaying =
  | { readonly is: "choose" }
  | { readonly is: "none" }
  | { readonly is: "reason" }
  | { readonly is: "amount" }
  | { readonly is: "evidence"; readonly count: number }
  | { readonly is: "opened"; readonly caseId: string; readonly nextDate?: string }
  | { readonly is: "refused" }
  | { readonly is: "owed" }
  | { readonly is: "prove"; readonly url?: string }
  | { readonly is: "cancelled" }
  | { readonly is: "given_up" }

export interface DisputeStep {
  readonly next: Dispute
  readonly ask?: DisputeAsk
  readonly say?: DisputeSaying
}

/** Unfinished words are kept this long, counted from the last of them. */
export const IDLE_MS = 30 * MINUTE_MS
/** The bank is tried again for this long; then the person is told to call. */
export const OWED_MS = 3 * DAY_MS
/** As many as one dispute takes along. @see docs/bank-actions.yaml */
export const EVIDENCE_MAX = 20

type Rule = (at: Dispute, event: DisputeEvent, now: number) => DisputeStep | undefined
type Rules = Readonly<Record<DisputeStage, Partial<Record<DisputeEvent["kind"], Rule>>>>

/** Begin: the bank is asked for the account's payments. */
export function beginDispute(id: string, link: LinkId, account: string): DisputeStep {
  return {
    next: { id, link, account, stage: "listing", payments: [], evidence: [], tries: 0 },
    ask: "list",
  }
}

/** Take one step. A pair that is not in the table changes nothing and says nothing. */
export function stepDispute(at: Dispute, event: DisputeEvent, now: number): DisputeStep {
  return RULES[at.stage][event.kind]?.(at, event, now) ?? { next: at }
}

/** What the bank is sent; `undefined` before everything is known. */
export function requestOf(at: Dispute): Omit<DisputeRequest, "idempotencyKey"> | undefined {
  const { payment, reason, value, evidence, sentAt } = at
  if (!payment || !reason || sentAt === undefined) return undefined
  return {
    transactionId: payment.id,
    reason,
    amount: { value: value ?? payment.value, currency: payment.currency },
    evidence,
    receivedAt: sentAt,
  }
}

function ended(at: Dispute): Dispute {
  const { dueAt: _, ...rest } = at
  return { ...rest, stage: "over" }
}

/** On to the next word of the person. */
function wait(at: Dispute, stage: DisputeStage, now: number): Dispute {
  return { ...at, stage, dueAt: now + IDLE_MS }
}

const over =
  (say?: DisputeSaying): Rule =>
  (at) => ({ next: ended(at), ...(say ? { say } : {}) })

const whenDue =
  (rule: Rule): Rule =>
  (at, event, now) =>
    now >= (at.dueAt ?? 0) ? rule(at, event, now) : undefined

const listed: Rule = (at, event, now) => {
  if (event.kind !== "listed") return undefined
  if (event.payments.length === 0) return { next: ended(at), say: { is: "none" } }
  return { next: wait({ ...at, payments: event.payments }, "choosing", now), say: { is: "choose" } }
}

const chosen: Rule = (at, event, now) => {
  const payment = event.kind === "chosen" ? at.payments[event.nth] : undefined
  // Only the chosen payment is kept.
  return payment && { next: wait({ ...at, payments: [], payment }, "reason", now), say: { is: "reason" } }
}

const reasoned: Rule = (at, event, now) =>
  event.kind === "reasoned"
    ? { next: wait({ ...at, reason: event.reason }, "amount", now), say: { is: "amount" } }
    : undefined

const amounted: Rule = (at, event, now) => {
  if (event.kind !== "amounted") return undefined
  const known = event.value === undefined ? at : { ...at, value: event.value }
  return { next: wait(known, "evidence", now), say: { is: "evidence", count: 0 } }
}

const attached: Rule = (at, event, now) => {
  if (event.kind !== "attached") return undefined
  const evidence = [...at.evidence, ...event.references].slice(0, EVIDENCE_MAX)
  return { next: wait({ ...at, evidence }, "evidence", now), say: { is: "evidence", count: evidence.length } }
}

const send: Rule = (at, event) => {
  const { dueAt: _, ...rest } = at
  return event.kind === "sent"
    ? { next: { ...rest, stage: "sending", sentAt: at.sentAt ?? event.at }, ask: "open" }
    : undefined
}

const again: Rule = (at) => {
  const { dueAt: _, ...rest } = at
  return { next: { ...rest, stage: "sending" }, ask: "open" }
}

const unreachable: Rule = (at, _, now) => {
  if (now >= (at.sentAt ?? 0) + OWED_MS) return { next: ended(at), say: { is: "given_up" } }
  const dueAt = now + retryMs(at.tries)
  const next: Dispute = { ...at, stage: "owing", tries: at.tries + 1, dueAt }
  return at.tries === 0 ? { next, say: { is: "owed" } } : { next }
}

/** In the person's words: it can be dropped, and what is not finished runs out. */
const TALKING = {
  cancelled: over({ is: "cancelled" }),
  time: whenDue(over()),
  link_ended: over(),
} as const satisfies Rules[DisputeStage]

const RULES: Rules = {
  listing: { listed, not_listed: over(), cancelled: over({ is: "cancelled" }), link_ended: over() },
  choosing: { ...TALKING, chosen },
  reason: { ...TALKING, reasoned },
  amount: { ...TALKING, amounted },
  evidence: { ...TALKING, attached, sent: send },
  sending: {
    opened: (at, event) =>
      event.kind === "opened"
        ? {
            next: ended(at),
            say: {
              is: "opened",
              caseId: event.caseId,
              ...(event.nextDate === undefined ? {} : { nextDate: event.nextDate }),
            },
          }
        : undefined,
    refused: over({ is: "refused" }),
    proof_wanted: (at, event) =>
      event.kind === "proof_wanted"
        ? { next: ended(at), say: { is: "prove", ...(event.url === undefined ? {} : { url: event.url }) } }
        : undefined,
    unreachable,
    link_ended: over({ is: "given_up" }),
  },
  owing: { time: whenDue(again), sent: again, link_ended: over({ is: "given_up" }) },
  over: {},
}
