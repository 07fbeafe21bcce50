// Everything the chat says in every stage of every dialogue, in every language: within the platform's limits (P9) and the tone of the
// house: no exclamation marks, six lines, no sentence of nothing, a way on under it.
import { describe, expect, test } from "vitest"
import { INTENTS, intentPayload } from "../../../src/conversations/intents/intent.ts"
import type { Question, State } from "../../../src/conversations/state.ts"
import type { BankAnswer, Turn } from "../../../src/conversations/turn-context.ts"
import { DAY_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import { err, ok, type Result } from "../../../src/foundation/result.ts"
import { checkMessage } from "../../../src/messenger/message-limits.ts"
import { LANGUAGES } from "../../../src/phrases/catalogue.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { DIALOGUE_STATES } from "../../support/dialogue-states.ts"
import { NOON, tap } from "../../support/person-builders.ts"
import { contextAt, hear, person, STATES, take } from "../../support/turn-world.ts"

const LINES_MAX = 6

const OUTAGE = { reason: "outage", outage: { reason: "timeout", retry: "later" } } as const
const REFUSALS = [
  OUTAGE,
  { reason: "outage", outage: { reason: "invalid_answer", retry: "never" } },
  { reason: "step_up_required", url: "https://bank.example/step" },
  { reason: "step_up_required" },
  { reason: "not_found" },
  { reason: "forbidden" },
  { reason: "quota_spent" },
] as const
/** What only the answer to a fraud question may come to. */
const OF_A_CASE = [{ reason: "already_answered" }, { reason: "case_closed" }] as const
const CARD = { ref: "crd_1", last4: "4821" } as const
const PAGE = { url: "https://bank.example/step", expiresAt: NOON + MINUTE_MS }

/** What a bank may say to each question when it says yes. */
const YES: Readonly<Record<string, readonly unknown[]>> = {
  fraud_freeze: [{ ...CARD, state: "frozen" }],
  fraud_answer: [{}, { card: { ...CARD, state: "frozen" }, nextDate: "2026-11-24" }],
  fraud_undo: [PAGE],
  cards: [
    [],
    [{ ...CARD, state: "active" }],
    [{ ...CARD, state: "frozen" }],
    ["active", "frozen"].flatMap((state) =>
      ["0001", "0002", "0003", "0004"].map((last4) => ({ ref: `${state}${last4}`, last4, state })),
    ),
  ],
  card_freeze: [{ ...CARD, state: "frozen" }],
  card_page: [PAGE],
  dispute_payments: [{ transactions: [] }],
  dispute: [{ caseId: "D-1" }, { caseId: "D-1", nextDate: "2026-11-24" }],
}

/** All that may come to somebody in a state, and what the bank may say to what is asked upon it. */
function turnsOf(state: State): readonly Turn[] {
  const context = contextAt()
  const taps = [
    ...INTENTS.map(intentPayload),
    "v1.CARD.act.0",
    "v1.DISPUTE.payment.0",
    "v1.DISPUTE.reason.other",
    "v1.DISPUTE.whole.x",
    "v1.DISPUTE.send.x",
    "v1.DISPUTE.cancel.x",
  ]
  const first: readonly Turn[] = [
    ...taps.map((payload) => hear(state, tap(payload, NOON))),
    ...(["deny", "confirm", "mistake", "yes"] as const).map((choice) =>
      take(
        state,
        {
          kind: "messenger",
          event: tap(`v1.FRAUD.e_alert.${choice}`, NOON),
          alert: {
            key: "e_alert",
            choice,
            link: "link_one" as LinkId,
            caseId: "fc_81c",
            expiresAt: NOON + DAY_MS,
            card: { ref: "crd_19", last4: "4821" },
          },
        },
        context,
      ),
    ),
    take(state, { kind: "time" }, contextAt(NOON + 11 * MINUTE_MS)),
    take(state, { kind: "time" }, contextAt(NOON + 4 * DAY_MS)),
    take(
      state,
      { kind: "link_ended", link: "link_one" as LinkId, reason: "revoked_by_bank", silent: false },
      context,
    ),
  ]
  return [...first, ...first.flatMap(({ state: after }) => answersTo(after, NOON))]
}

/** Rounds after rounds: what is asked upon an answer is answered too, once. */
function answersTo(state: State, now: number, again = true): readonly Turn[] {
  return state.questions.flatMap((question) =>
    resultsOf(question).flatMap((answer) => {
      const answered = take(state, { kind: "bank_answered", question, answer }, contextAt(now))
      return again ? [answered, ...answersTo(answered.state, now, false)] : [answered]
    }),
  )
}

function resultsOf({ kind }: Question): readonly BankAnswer[] {
  const refusals = kind === "fraud_answer" ? [...REFUSALS, ...OF_A_CASE] : REFUSALS
  const results: readonly Result<unknown, unknown>[] = [
    ...(YES[kind] ?? []).map((value) => ok(value)),
    ...refusals.map((refusal) => err(refusal)),
  ]
  return YES[kind] ? results.map((result) => ({ kind, result }) as BankAnswer) : []
}

describe.each(Object.entries({ ...STATES, ...DIALOGUE_STATES, unlinked: person() }))(
  "somebody %s",
  (_, state) => {
    test.each(LANGUAGES)("hears in %s only what a message can be", (language) => {
      for (const { say, state: after } of turnsOf({ ...state, language, languageChosen: true }))
        for (const { message } of say) {
          const text = message.kind === "template" ? "" : message.text
          expect(checkMessage(message), text).toMatchObject({ ok: true })
          expect(text.trim(), JSON.stringify(after.cases)).not.toBe("")
          expect(text, "no exclamation marks").not.toMatch(/[!！]|undefined|\{|\}/)
          expect(text.split("\n").length, text).toBeLessThanOrEqual(LINES_MAX)
          const buttons = message.kind === "buttons" ? message.buttons.length : 0
          expect(buttons, text).toBeLessThanOrEqual(3)
        }
    })
  },
)
