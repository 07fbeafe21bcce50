// Fraud cases and cards: what the bank asked about a payment, what the customer answered, whether a card is
// frozen. The first answer of a case counts; a second, different one is refused.

import { CARDS } from "../seed/customers.ts"

export type CardState = "active" | "frozen"
export type Answer = "confirm" | "deny"

export type FraudCase = {
  readonly id: string
  readonly customer: string
  readonly openedAt: number
  readonly expiresAt: number
  readonly cardRef: string | null
  /** the event's `data`, as JSON text */
  readonly summary: string
  readonly answer: Answer | null
  readonly answeredAt: number | null
}

export type AnswerOutcome =
  | { readonly kind: "recorded"; readonly case: FraudCase }
  | { readonly kind: "unknown" }
  | { readonly kind: "closed" }
  | { readonly kind: "answered_otherwise"; readonly case: FraudCase }

export function openCase(sql: SqlStorage, opened: Omit<FraudCase, "answer" | "answeredAt">): void {
  sql.exec(
    `INSERT INTO fraud_case (id, customer, opened_at, expires_at, card_ref, summary) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET summary = excluded.summary`,
    opened.id,
    opened.customer,
    opened.openedAt,
    opened.expiresAt,
    opened.cardRef,
    opened.summary,
  )
}

export function listCases(sql: SqlStorage): readonly FraudCase[] {
  return sql.exec<CaseRow>("SELECT * FROM fraud_case ORDER BY opened_at DESC, id").toArray().map(caseOf)
}

/** Record a customer's answer to their own case. A denied payment freezes the card, a confirmed one frees nothing. */
export function answerCase(
  sql: SqlStorage,
  id: string,
  customer: string,
  answer: Answer,
  /** What was answered in time counts, however late it arrives. */
  at: number,
  now: number,
): AnswerOutcome {
  const [row] = sql
    .exec<CaseRow>("SELECT * FROM fraud_case WHERE id = ? AND customer = ?", id, customer)
    .toArray()
  if (!row) return { kind: "unknown" }
  const found = caseOf(row)
  if (found.answer !== null) {
    return found.answer === answer
      ? { kind: "recorded", case: found }
      : { kind: "answered_otherwise", case: found }
  }
  if (found.expiresAt <= Math.min(at, now)) return { kind: "closed" }
  sql.exec("UPDATE fraud_case SET answer = ?, answered_at = ? WHERE id = ?", answer, now, id)
  if (answer === "deny" && found.cardRef) setCardState(sql, found.cardRef, "frozen", now)
  return { kind: "recorded", case: { ...found, answer, answeredAt: now } }
}

/** The customer has proven that the payment was theirs, whatever was answered before.
 * @returns the card that was stopped for the case, if there is one */
export function resolveCase(sql: SqlStorage, id: string, customer: string, now: number): string | null {
  const [row] = sql
    .exec<CaseRow>("SELECT * FROM fraud_case WHERE id = ? AND customer = ?", id, customer)
    .toArray()
  if (!row) return null
  sql.exec(
    "UPDATE fraud_case SET answer = 'confirm', answered_at = ?, expires_at = ? WHERE id = ?",
    now,
    now,
    id,
  )
  return row.card_ref
}

type CaseRow = {
  id: string
  customer: string
  opened_at: number
  expires_at: number
  card_ref: string | null
  summary: string
  answer: Answer | null
  answered_at: number | null
}

const caseOf = (row: CaseRow): FraudCase => ({
  id: row.id,
  customer: row.customer,
  openedAt: row.opened_at,
  expiresAt: row.expires_at,
  cardRef: row.card_ref,
  summary: row.summary,
  answer: row.answer,
  answeredAt: row.answered_at,
})

export function setCardState(sql: SqlStorage, ref: string, state: CardState, now: number): void {
  sql.exec("INSERT OR REPLACE INTO card (ref, state, changed_at) VALUES (?, ?, ?)", ref, state, now)
}

/** The state of every card, by its ref; a card nobody touched is active. */
export function cardStates(sql: SqlStorage): Readonly<Record<string, CardState>> {
  const rows = sql.exec<{ ref: string; state: CardState }>("SELECT ref, state FROM card").toArray()
  return {
    ...Object.fromEntries(CARDS.map((card) => [card.ref, "active" as const])),
    ...Object.fromEntries(rows.map((row) => [row.ref, row.state])),
  }
}
