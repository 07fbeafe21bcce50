// Asking the bank beside a turn: two questions at once, 4.5 seconds together for one question, whatever the bank does.
// The answer comes back to the person as an event; nothing is said here and no grant outlives the call.

import { Grant } from "../links/grant.ts"
import type { BankId } from "../foundation/id.ts"
import { TRANSACTIONS_A_PAGE } from "./flows/transactions.ts"
import { digestText } from "../crypto/hmac.ts"
import { err, type Result } from "../foundation/result.ts"
import type { BankRefusal } from "../banks/bank.ts"
import type { PersonWorld } from "./person-world.ts"
import type { Question, State } from "./state.ts"
import type { BankAnswer } from "./turn-context.ts"

/** Questions of one person that run at one time. */
export const QUESTIONS_AT_ONCE = 2
/** All calls one question takes, token refresh included: the person hears within five seconds. */
const QUESTION_MS = 4_500

/** Ask one question. Never throws for what the bank does.
 * @param state the person's state now: the grant is made from it at the moment of asking
 * @param ended aborts when what was asked for has ended: no further call is started for it (P4) */
export async function askBank(
  world: PersonWorld,
  bank: BankId,
  state: () => State | undefined,
  question: Question,
  ended: AbortSignal,
): Promise<BankAnswer> {
  const signal = AbortSignal.any([world.deadline(QUESTION_MS), ended])
  switch (question.kind) {
    case "balances": {
      const grant = Grant.decide(state()?.consent, "account_service", world.now())
      if (!grant.ok) return { kind: "balances", result: err({ reason: "forbidden" }) }
      return {
        kind: "balances",
        result: await within(signal, world.bank.balances(grant.value, signal, bank)),
      }
    }
    case "transactions": {
      const grant = Grant.decide(state()?.consent, "account_service", world.now(), question.account)
      if (!grant.ok) return { kind: "transactions", result: err({ reason: "forbidden" }) }
      return {
        kind: "transactions",
        result: await within(
          signal,
          world.bank.transactions(grant.value, rangeOf(question.cursor), signal, bank),
        ),
      }
    }
    case "fraud_answer": {
      const consent = state()?.consent
      const link = consent && world.now() < consent.until ? consent.link : undefined
      if (!link) return { kind: "fraud_answer", result: err({ reason: "forbidden" }) }
      const { caseId, answer, answeredAt } = question
      // The key is the answer's own: a repeat after a crash is the same act at the bank.
      const idempotencyKey = await digestText(`${link}|${question.alert}|${answer}`)
      const asked = world.bank.answerFraudCase(
        link,
        { caseId, answer, answeredAt, idempotencyKey },
        signal,
        bank,
      )
      return { kind: "fraud_answer", result: await within(signal, asked) }
    }
  }
}

function rangeOf(cursor: string | undefined): { readonly limit: number; readonly cursor?: string } {
  return { limit: TRANSACTIONS_A_PAGE, ...(cursor === undefined ? {} : { cursor }) }
}

/** The answer, or an outage when the time is over or the call broke. */
async function within<T>(
  signal: AbortSignal,
  call: Promise<Result<T, BankRefusal>>,
): Promise<Result<T, BankRefusal>> {
  const late = new Promise<Result<T, BankRefusal>>((resolve) => {
    signal.addEventListener("abort", () => resolve(outage("timeout")), { once: true })
  })
  try {
    return await Promise.race([call, late])
  } catch {
    return outage("unavailable")
  }
}

function outage(reason: "timeout" | "unavailable"): Result<never, BankRefusal> {
  return err({ reason: "outage", outage: { reason, retry: "later" } })
}
