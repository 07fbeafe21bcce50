// What customers began through a client: pages where they prove themselves for one act, and disputes.

/** The acts the bank wants proof for, or offers a page for. */
export const STEP_UP_ACTS = ["unfreeze_card", "answer_fraud_case", "freeze_card", "open_dispute"] as const
export type StepUpAct = (typeof STEP_UP_ACTS)[number]

export type StepUp = {
  readonly id: string
  readonly customer: string
  readonly act: StepUpAct
  /** what the act is about: a card's or a case's reference */
  readonly ref: string
  readonly expiresAt: number
  readonly doneAt: number | null
}

export type Dispute = {
  readonly id: string
  readonly customer: string
  readonly openedAt: number
  /** what was sent, as JSON text */
  readonly summary: string
}

export function putStepUp(sql: SqlStorage, step: StepUp): void {
  sql.exec(
    "INSERT OR REPLACE INTO step_up (id, customer, act, ref, expires_at, done_at) VALUES (?, ?, ?, ?, ?, ?)",
    step.id,
    step.customer,
    step.act,
    step.ref,
    step.expiresAt,
    step.doneAt,
  )
}

export function findStepUp(sql: SqlStorage, id: string): StepUp | null {
  type Row = {
    id: string
    customer: string
    act: StepUpAct
    ref: string
    expires_at: number
    done_at: number | null
  }
  const [row] = sql.exec<Row>("SELECT * FROM step_up WHERE id = ?", id).toArray()
  if (!row) return null
  const { expires_at: expiresAt, done_at: doneAt, ...step } = row
  return { ...step, expiresAt, doneAt }
}

export function putDispute(sql: SqlStorage, dispute: Dispute): void {
  sql.exec(
    "INSERT INTO dispute (id, customer, opened_at, summary) VALUES (?, ?, ?, ?)",
    dispute.id,
    dispute.customer,
    dispute.openedAt,
    dispute.summary,
  )
}

export function listDisputes(sql: SqlStorage): readonly Dispute[] {
  type Row = { id: string; customer: string; opened_at: number; summary: string }
  return sql
    .exec<Row>("SELECT * FROM dispute ORDER BY opened_at DESC, id")
    .toArray()
    .map(({ opened_at: openedAt, ...row }) => ({ ...row, openedAt }))
}
