// Asking the bank beside a turn: two questions at once, 4.5 seconds together for one question, whatever the bank does.
// The answer comes back to the person as an event; nothing is said here and no grant outlives the call.

import { Grant } from "../links/grant.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import { TRANSACTIONS_A_PAGE } from "./flows/transactions.ts"
import { digestText } from "../crypto/hmac.ts"
import { err, type Result } from "../foundation/result.ts"
import type { BankRefusal } from "../banks/bank.ts"
import { requestOf } from "./cases/dispute.ts"
import type { FraudCase } from "./cases/fraud-shape.ts"
import type { PersonWorld } from "./person-world.ts"
import { isTheirs, type Question, type State } from "./state.ts"
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
      const asked = await underCase(world, state(), question)
      if (!asked) return { kind: "fraud_answer", result: err({ reason: "forbidden" }) }
      const { link, caseId, answeredAt, idempotencyKey } = asked
      const reply = { caseId, answer: question.answer, answeredAt, idempotencyKey }
      return {
        kind: "fraud_answer",
        result: await within(signal, world.acts.answerFraudCase(link, reply, signal, bank)),
      }
    }
    case "fraud_freeze": {
      const asked = await underCase(world, state(), question)
      if (asked?.card?.ref === undefined)
        return { kind: "fraud_freeze", result: err({ reason: "not_found" }) }
      const request = { ref: asked.card.ref, idempotencyKey: asked.idempotencyKey }
      return {
        kind: "fraud_freeze",
        result: await within(signal, world.acts.freezeCard(asked.link, request, signal, bank)),
      }
    }
    case "fraud_undo": {
      const asked = await underCase(world, state(), question)
      if (!asked) return { kind: "fraud_undo", result: err({ reason: "forbidden" }) }
      const request = { act: "answer_fraud_case", ref: asked.caseId, idempotencyKey: question.id } as const
      return {
        kind: "fraud_undo",
        result: await within(signal, world.acts.createStepUp(asked.link, request, signal, bank)),
      }
    }
    case "dispute_payments": {
      const grant = Grant.decide(state()?.consent, "account_service", world.now(), question.account)
      if (!grant.ok) return { kind: "dispute_payments", result: err({ reason: "forbidden" }) }
      const asked = world.bank.transactions(grant.value, rangeOf(undefined), signal, bank)
      return { kind: "dispute_payments", result: await within(signal, asked) }
    }
    case "dispute": {
      const at = state()?.dispute
      const link = at?.id === question.dispute ? liveLink(world, state(), at.link) : undefined
      const request = at && requestOf(at)
      if (!request || !link) return { kind: "dispute", result: err({ reason: "forbidden" }) }
      const idempotencyKey = await digestText(`${at.link}|${at.id}|dispute`)
      const asked = world.acts.openDispute(link, { ...request, idempotencyKey }, signal, bank)
      return { kind: "dispute", result: await within(signal, asked) }
    }
    case "cards":
    case "card_freeze":
    case "card_page":
      return askForCards(world, bank, state(), question, signal)
  }
}

/** Any live link will do for an act, and it must be the one the act was begun under. */
async function askForCards(
  world: PersonWorld,
  bank: BankId,
  state: State | undefined,
  question: Question & { readonly kind: "cards" | "card_freeze" | "card_page" },
  signal: AbortSignal,
): Promise<BankAnswer> {
  const at = state?.cardActs?.[question.act]
  const link = liveLink(world, state, at?.link)
  if (!at || !link) return { kind: question.kind, result: err({ reason: "forbidden" }) }
  if (question.kind === "cards")
    return { kind: "cards", result: await within(signal, world.acts.listCards(link, signal, bank)) }
  const { ref } = question
  // The key is the act's own: a repeat after a crash or an outage is the same act at the bank.
  const idempotencyKey = await digestText(`${at.link}|${at.id}|${question.kind}|${ref}`)
  if (question.kind === "card_freeze") {
    const request = { ref, idempotencyKey }
    const asked = world.acts.freezeCard(link, request, signal, bank)
    return { kind: "card_freeze", result: await within(signal, asked) }
  }
  const request = { act: "unfreeze_card", ref, idempotencyKey } as const
  const asked = world.acts.createStepUp(link, request, signal, bank)
  return { kind: "card_page", result: await within(signal, asked) }
}

/** What a case's question is asked under: the case, its link where that is live now, and the act's own key, so that a repeat after a
 * crash or an outage is the same act at the bank. */
async function underCase(
  world: PersonWorld,
  state: State | undefined,
  question: Question & { readonly alert: string },
): Promise<(FraudCase & { readonly idempotencyKey: string }) | undefined> {
  const at = state?.cases[question.alert]
  const link = liveLink(world, state, at?.link)
  if (!at || !link) return undefined
  const act = question.kind === "fraud_answer" ? question.answer : question.kind
  return { ...at, link, idempotencyKey: await digestText(`${at.link}|${at.alert}|${act}|${at.answeredAt}`) }
}

/** The link an act is done under now: the one it was begun under, or the one that renewed it. */
function liveLink(
  { now }: Pick<PersonWorld, "now">,
  state: State | undefined,
  begun: LinkId | undefined,
): LinkId | undefined {
  return state?.consent && isTheirs(state, begun) && now() < state.consent.until
    ? state.consent.link
    : undefined
}

function rangeOf(cursor: string | undefined): { readonly limit: number; readonly cursor?: string } {
  return { limit: TRANSACTIONS_A_PAGE, ...(cursor === undefined ? {} : { cursor }) }
}

/** The answer, or an outage when the time is over or the call broke. */
async function within<T, E>(
  signal: AbortSignal,
  call: Promise<Result<T, E>>,
): Promise<Result<T, E | BankRefusal>> {
  const late = new Promise<Result<never, BankRefusal>>((resolve) => {
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
