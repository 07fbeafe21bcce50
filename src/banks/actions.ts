// What a bank lets us do for a customer (design.md 4.2): answer a fraud case, freeze a card. Each says only what the bank said it did.
// Knows no chat: the caller decides what to say, and repeats with the same idempotency key after an outage.

import * as z from "zod/mini"
import { err, ok, type Result } from "../foundation/result.ts"
import type { BankAnswer, BankCall, BankRecord, BankRefusal } from "./bank.ts"
import { isOfReadableSize, isYes, judgeRefusal, problemWord, UNREADABLE } from "./bank-answer.ts"

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

/** Why a fraud case took no answer. */
export type FraudCaseRefusal =
  | BankRefusal
  /** The time to answer is over. */
  | { readonly reason: "case_closed" }
  /** Somebody answered it differently before. */
  | { readonly reason: "already_answered" }

/** The bank offers no such call: it was left out at registration. */
const NOT_OFFERED: BankRefusal = { reason: "not_found" }

const date = z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}$/))
const CARD = z.object({
  ref: z.optional(z.string()),
  last4: z.optional(z.string().check(z.regex(/^[0-9]{4}$/))),
  state: z.enum(["active", "frozen", "blocked", "replaced"]),
})
const RECORDED = z.object({ card: z.nullish(CARD), next_date: z.nullish(date) })

/** Tell the bank what the customer said: `POST {actions}/fraud-cases/{id}/responses`.
 * @param signal the caller's deadline, at most 5 s */
export async function answerFraudCase(
  bank: BankRecord,
  call: BankCall,
  reply: FraudCaseReply,
  signal: AbortSignal,
): Promise<Result<FraudCaseRecorded, FraudCaseRefusal>> {
  if (!bank.actionsBase) return err(NOT_OFFERED)
  const answer = await call.request(
    "POST",
    `${bank.actionsBase}/fraud-cases/${encodeURIComponent(reply.caseId)}/responses`,
    {
      body: {
        answer: reply.answer,
        assurance: "messenger",
        answered_at: new Date(reply.answeredAt).toISOString(),
      },
      idempotencyKey: reply.idempotencyKey,
      signal,
    },
  )
  if (!answer.ok) return answer
  if (answer.value.status === 409) {
    const word = problemWord(answer.value)
    if (word === "case_closed" || word === "already_answered") return err({ reason: word })
  }
  if (!isYes(answer.value)) return err(judgeRefusal(bank, answer.value))
  // The bank has it: a body that says nothing more, or nothing readable, takes nothing away from that.
  const said = RECORDED.safeParse(parseBody(answer.value))
  if (!said.success) return ok({})
  const { card, next_date: nextDate } = said.data
  return ok({ ...(card ? { card: cardOf(card) } : {}), ...(nextDate ? { nextDate } : {}) })
}

/** Freeze a card: `POST {actions}/cards/{ref}/freeze`.
 * @returns the card, only where the bank says it cannot be used now; a 2xx that says anything else is unreadable */
export async function freezeCard(
  bank: BankRecord,
  call: BankCall,
  request: { readonly ref: string; readonly idempotencyKey: string },
  signal: AbortSignal,
): Promise<Result<CardState, BankRefusal>> {
  if (!bank.actionsBase) return err(NOT_OFFERED)
  const answer = await call.request(
    "POST",
    `${bank.actionsBase}/cards/${encodeURIComponent(request.ref)}/freeze`,
    { body: {}, idempotencyKey: request.idempotencyKey, signal },
  )
  if (!answer.ok) return answer
  if (!isYes(answer.value)) return err(judgeRefusal(bank, answer.value))
  const card = CARD.safeParse(parseBody(answer.value))
  if (!card.success || card.data.state === "active") return err(UNREADABLE)
  return ok(cardOf(card.data))
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
