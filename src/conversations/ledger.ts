// One row is claim, outbox and receipt of one thing said, or not said, to a person. The key is the event's or the reply's own,
// so that a replay finds the row instead of speaking again (P2). Content is sealed under the person's key.
//
//   queued   -> claimed, waits for its turn in the outbox (replies, alerts; an update is claimed when its turn has come)
//   sending  -> handed to the platform; found after a crash its outcome is unknown and is settled by its echo, or by time
//   accepted -> the platform gave a message id; `delivered` after its watermark
//   suppressed, superseded, undeliverable, unknown, failed -> settled without being told, `reason` says why

import { DAY_MS, MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import type { Sql } from "../foundation/world.ts"

/** Who goes first: alerts, then replies, then updates. */
export const LANES = { alerts: 0, replies: 1, updates: 2 } as const
export type OutboxLane = keyof typeof LANES

export type LedgerState =
  | "queued"
  | "sending"
  | "accepted"
  | "delivered"
  | "suppressed"
  | "superseded"
  | "undeliverable"
  | "unknown"
  | "failed"

export interface LedgerRow {
  readonly key: string
  readonly lane: number
  /** Order inside the lane: the inbox number of the question for replies, arrival for the rest. */
  readonly seq: number
  readonly state: LedgerState
  readonly reason: string
  readonly at: number
  /** When a row that is not settled must be looked at again. */
  readonly dueAt: number
  /** Times it was handed to the platform. */
  readonly sends: number
  readonly sealed: string
}

/** A send without an answer: an alert is sent once more after this, marked as a reminder … */
export const ALERT_UNKNOWN_MS = 15 * SECOND_MS
/** … anything else is reported `unknown` after this and not sent again. */
export const OTHER_UNKNOWN_MS = 10 * MINUTE_MS
/** A settled row is kept as the receipt for this long. */
const KEPT_MS = 90 * DAY_MS

const COLUMNS = "key, lane, seq, state, reason, at, due_at AS dueAt, sends, sealed"
type Stored = LedgerRow & Record<string, string | number>

/** `true` where nothing more will happen to a row by itself. */
export function isSettled(state: LedgerState): boolean {
  return state !== "queued" && state !== "sending"
}

/** One row. */
export function findRow(sql: Sql, key: string): LedgerRow | undefined {
  return sql.exec<Stored>(`SELECT ${COLUMNS} FROM ledger WHERE key = ?`, key).rows[0]
}

/** Claim a key: `false` where it is taken. */
export function claimRow(sql: Sql, row: LedgerRow): boolean {
  return (
    sql.exec(
      "INSERT INTO ledger (key, lane, seq, state, reason, at, due_at, sends, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      row.key,
      row.lane,
      row.seq,
      row.state,
      row.reason,
      row.at,
      row.dueAt,
      row.sends,
      row.sealed,
    ).rowsWritten > 0
  )
}

/** Everything that waits to be sent, in the order it must go. */
export function listQueued(sql: Sql): readonly LedgerRow[] {
  return sql.exec<Stored>(`SELECT ${COLUMNS} FROM ledger WHERE state = 'queued' ORDER BY lane, seq, key`).rows
}

/** Everything that was handed over and not answered. */
export function listSending(sql: Sql): readonly LedgerRow[] {
  return sql.exec<Stored>(`SELECT ${COLUMNS} FROM ledger WHERE state = 'sending' ORDER BY due_at`).rows
}

/** Recent rows of one lane, newest first: what was told lately, for order and reminders. */
export function listRecent(sql: Sql, lane: OutboxLane, since: number): readonly LedgerRow[] {
  return sql.exec<Stored>(
    `SELECT ${COLUMNS} FROM ledger WHERE lane = ? AND at >= ? ORDER BY seq DESC`,
    LANES[lane],
    since,
  ).rows
}

/** Hand a row to the platform: from here on its outcome is unknown until somebody says otherwise. */
export function markSending(sql: Sql, key: string, dueAt: number): void {
  sql.exec("UPDATE ledger SET state = 'sending', due_at = ?, sends = sends + 1 WHERE key = ?", dueAt, key)
}

/** Settle a row that is not settled yet. A settled row keeps its first outcome.
 * @returns whether this call settled it */
export function settleRow(sql: Sql, key: string, state: LedgerState, reason = ""): boolean {
  return (
    sql.exec(
      "UPDATE ledger SET state = ?, reason = ? WHERE key = ? AND state IN ('queued', 'sending')",
      state,
      reason,
      key,
    ).rowsWritten > 0
  )
}

/** Put a row back in the outbox: the platform surely did not take it. */
export function requeueRow(sql: Sql, key: string, dueAt: number, reason: string): void {
  sql.exec("UPDATE ledger SET state = 'queued', due_at = ?, reason = ? WHERE key = ?", dueAt, reason, key)
}

/** Give a claim back: the platform surely did not take it, and the queue brings it again. */
export function forgetRow(sql: Sql, key: string): void {
  sql.exec("DELETE FROM ledger WHERE key = ?", key)
}

/** Give a row new content and put it in the outbox again: the one reminder of an alert. */
export function replaceRow(sql: Sql, key: string, sealed: string, now: number): void {
  sql.exec(
    "UPDATE ledger SET state = 'queued', reason = 'reminder', due_at = ?, sealed = ? WHERE key = ?",
    now,
    sealed,
    key,
  )
}

/** An echo proves that the platform took a row, even one already given up as unknown.
 * @returns rows changed */
export function acceptByEcho(sql: Sql, key: string): number {
  return sql.exec(
    "UPDATE ledger SET state = 'accepted', reason = 'echo' WHERE key = ? AND state IN ('sending', 'unknown')",
    key,
  ).rowsWritten
}

/** A delivery watermark reaches the alerts before it; nothing else waits for one.
 * @returns rows changed */
export function markDelivered(sql: Sql, watermark: number): number {
  return sql.exec(
    "UPDATE ledger SET state = 'delivered' WHERE lane = 0 AND state = 'accepted' AND at <= ?",
    watermark,
  ).rowsWritten
}

/** The earliest instant an unsettled row wants attention. */
export function earliestDue(sql: Sql): number | undefined {
  return (
    sql.exec<{ due: number | null }>(
      "SELECT min(due_at) AS due FROM ledger WHERE state IN ('queued', 'sending')",
    ).rows[0]?.due ?? undefined
  )
}

/** Forget receipts past their term. */
export function pruneLedger(sql: Sql, now: number): void {
  sql.exec("DELETE FROM ledger WHERE at < ? AND state NOT IN ('queued', 'sending')", now - KEPT_MS)
}
