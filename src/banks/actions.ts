// What a bank lets us do for a customer (design.md 4.2): see and freeze cards, answer a fraud case, open a dispute, name a page of its
// own where the customer proves themselves. Each says only what the bank said it did. Knows no chat: the caller decides what to say,
// and repeats with the same idempotency key after an outage.

import * as z from "zod/mini"
import { err, ok, type Result } from "../foundation/result.ts"
import type { BankAnswer, BankCall, BankRecord, BankRefusal } from "./bank.ts"
import { isOfReadableSize, isYes, judgeRefusal, problemWord, UNREADABLE } from "./bank-answer.ts"
import { findSafeUrl } from "./safe-url.ts"

/** The customer's answer to a fraud alert. */
export interface FraudCaseReply {
  readonly caseId: string
  readonly answer: "confirm" | "deny"
  /** When the customer answered: it counts as their notice to the bank. */
  readonly answeredAt: number
  readonly idempotencyKey: string
}

/** What the bank said it did; a member that is missing was not said. */
export interface FraudCaseRecorded {
  readonly card?: CardState
  /** `YYYY-MM-DD`: when the bank will contact the customer at the latest. */
  readonly nextDate?: string
}

/** A card as the bank says it is now. */
export interface CardState {
  readonly ref?: string
  readonly last4?: string
  readonly state: "active" | "frozen" | "blocked" | "replaced"
}

/** A card of the list: one that can be named in a chat and in a call. */
export interface ListedCard extends CardState {
  readonly ref: string
  readonly last4: string
  readonly brand?: string
}

/** Acts that restore something, or that the bank wants proof for. The bank's own page does them; we only lead there. */
export type StepUpAct = "unfreeze_card" | "answer_fraud_case" | "freeze_card" | "open_dispute"

/** The bank's page for one act of one customer. */
export interface StepUp {
  /** https, on a host registered for the bank. */
  readonly url: string
  /** Epoch milliseconds, by the bank's clock. */
  readonly expiresAt: number
}

/** A payment the customer disputes. */
export interface DisputeRequest {
  readonly transactionId: string
  /** A word of ours: what is wrong with it. */
  readonly reason: string
  readonly amount?: { readonly value: string; readonly currency: string }
  /** References to what the customer sent along. */
  readonly evidence: readonly string[]
  /** When the customer told us: it counts as their notice to the bank. */
  readonly receivedAt: number
  readonly idempotencyKey: string
}

/** What the bank opened. */
export interface DisputeOpened {
  readonly caseId: string
  /** `YYYY-MM-DD`: when the customer hears of it again. */
  readonly nextDate?: string
}

/** Why a fraud case took no answer. */
export type FraudCaseRefusal =
  | BankRefusal
  /** The time to answer is over. */
  | { readonly reason: "case_closed" }
  /** Somebody answered it differently before. */
  | { readonly reason: "already_answered" }

/** The bank offers no such call: it was left out at registration. */
const NOT_OFFERED: BankRefusal = { reason: "not_found" }
const CARDS_MAX = 50

const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))
const last4 = z.string().check(z.regex(/^[0-9]{4}$/))
const ref = z.string().check(z.minLength(1), z.maxLength(200))
const state = z.enum(["active", "frozen", "blocked", "replaced"])
const CARD = z.object({ ref: z.optional(ref), last4: z.optional(last4), state })
const CARDS = z.object({
  cards: z
    .array(z.object({ ref, last4, state, brand: z.nullish(z.string().check(z.maxLength(100))) }))
    .check(z.maxLength(CARDS_MAX)),
})
const RECORDED = z.object({ card: z.nullish(CARD), next_date: z.nullish(date) })
const OPENED = z.object({
  case_id: z.string().check(z.minLength(1), z.maxLength(200)),
  next_date: z.nullish(date),
})
const STEP_UP = z.object({ url: z.string(), expires_at: z.string() })

/** Tell the bank what the customer said: `POST {actions}/fraud-cases/{id}/responses`.
 * @param signal the caller's deadline, at most 5 s */
export async function answerFraudCase(
  bank: BankRecord,
  call: BankCall,
  reply: FraudCaseReply,
  signal: AbortSignal,
): Promise<Result<FraudCaseRecorded, FraudCaseRefusal>> {
  const { answer: said, answeredAt, caseId, idempotencyKey } = reply
  const answer = await post(bank, call, `/fraud-cases/${encodeURIComponent(caseId)}/responses`, {
    body: { answer: said, assurance: "messenger", answered_at: new Date(answeredAt).toISOString() },
    idempotencyKey,
    signal,
  })
  if (!answer.ok) return answer
  if (answer.value.status === 409) {
    const word = problemWord(answer.value)
    if (word === "case_closed" || word === "already_answered") return err({ reason: word })
  }
  if (!isYes(answer.value)) return err(judgeRefusal(bank, answer.value))
  // The bank has it: a body that says nothing more, or nothing readable, takes nothing away from that.
  const recorded = RECORDED.safeParse(parseBody(answer.value))
  if (!recorded.success) return ok({})
  const { card, next_date: nextDate } = recorded.data
  return ok({ ...(card ? { card: cardOf(card) } : {}), ...(nextDate ? { nextDate } : {}) })
}

/** The cards of the accounts the customer allowed: `GET {actions}/cards`. Four digits of each, never more.
 * @returns at most 50 */
export async function listCards(
  bank: BankRecord,
  call: BankCall,
  signal: AbortSignal,
): Promise<Result<readonly ListedCard[], BankRefusal>> {
  if (!bank.actionsBase) return err(NOT_OFFERED)
  const answer = await call.request("GET", `${bank.actionsBase}/cards`, { signal })
  if (!answer.ok) return answer
  if (!isYes(answer.value)) return err(judgeRefusal(bank, answer.value))
  const read = CARDS.safeParse(parseBody(answer.value))
  if (!read.success) return err(UNREADABLE)
  return ok(read.data.cards.map(({ brand, ...card }) => ({ ...card, ...(brand ? { brand } : {}) })))
}

/** Freeze a card: `POST {actions}/cards/{ref}/freeze`.
 * @returns the card, only where the bank says it cannot be used now; a 2xx that says anything else is unreadable */
export async function freezeCard(
  bank: BankRecord,
  call: BankCall,
  request: { readonly ref: string; readonly idempotencyKey: string },
  signal: AbortSignal,
): Promise<Result<CardState, BankRefusal>> {
  const { idempotencyKey } = request
  const path = `/cards/${encodeURIComponent(request.ref)}/freeze`
  const answer = await post(bank, call, path, { body: {}, idempotencyKey, signal })
  if (!answer.ok) return answer
  if (!isYes(answer.value)) return err(judgeRefusal(bank, answer.value))
  const card = CARD.safeParse(parseBody(answer.value))
  if (!card.success || card.data.state === "active") return err(UNREADABLE)
  return ok(cardOf(card.data))
}

/** Ask for the bank's page where the customer proves themselves for one act: `POST {actions}/step-ups`.
 * @returns an address that may be shown; one on a strange host is unreadable */
export async function createStepUp(
  bank: BankRecord,
  call: BankCall,
  request: { readonly act: StepUpAct; readonly ref: string; readonly idempotencyKey: string },
  signal: AbortSignal,
): Promise<Result<StepUp, BankRefusal>> {
  const { act, idempotencyKey } = request
  const answer = await post(bank, call, "/step-ups", {
    body: { act, ref: request.ref },
    idempotencyKey,
    signal,
  })
  if (!answer.ok) return answer
  if (!isYes(answer.value)) return err(judgeRefusal(bank, answer.value))
  const read = STEP_UP.safeParse(parseBody(answer.value))
  const url = read.success ? findSafeUrl(read.data.url, bank.linkHosts) : undefined
  const expiresAt = read.success ? Date.parse(read.data.expires_at) : Number.NaN
  return url === undefined || Number.isNaN(expiresAt) ? err(UNREADABLE) : ok({ url, expiresAt })
}

/** Dispute a payment: `POST {actions}/disputes`. */
export async function openDispute(
  bank: BankRecord,
  call: BankCall,
  request: DisputeRequest,
  signal: AbortSignal,
): Promise<Result<DisputeOpened, BankRefusal>> {
  const { transactionId, reason, amount, evidence, receivedAt, idempotencyKey } = request
  const answer = await post(bank, call, "/disputes", {
    body: {
      transaction_id: transactionId,
      reason,
      ...(amount ? { amount } : {}),
      evidence,
      received_at: new Date(receivedAt).toISOString(),
    },
    idempotencyKey,
    signal,
  })
  if (!answer.ok) return answer
  if (!isYes(answer.value)) return err(judgeRefusal(bank, answer.value))
  const opened = OPENED.safeParse(parseBody(answer.value))
  if (!opened.success) return err(UNREADABLE)
  const { case_id: caseId, next_date: nextDate } = opened.data
  return ok({ caseId, ...(nextDate ? { nextDate } : {}) })
}

async function post(
  bank: BankRecord,
  call: BankCall,
  path: string,
  options: { readonly body: unknown; readonly idempotencyKey: string; readonly signal: AbortSignal },
): Promise<Result<BankAnswer, BankRefusal>> {
  return bank.actionsBase ? call.request("POST", `${bank.actionsBase}${path}`, options) : err(NOT_OFFERED)
}

function cardOf(card: z.output<typeof CARD>): CardState {
  return {
    state: card.state,
    ...(card.ref === undefined ? {} : { ref: card.ref }),
    ...(card.last4 === undefined ? {} : { last4: card.last4 }),
  }
}

function parseBody(answer: BankAnswer): unknown {
  if (!isOfReadableSize(answer)) return undefined
  try {
    return JSON.parse(answer.text)
  } catch {
    return undefined
  }
}
