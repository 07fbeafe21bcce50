// One row is claim, outbox and receipt of one thing said, or not said, to a person. The key is the event's or the reply's own,
// so that a replay finds the row instead of speaking again (P2). Content is sealed under the person's key.
//
//   queued   -> claimed, waits for its turn in the outbox (replies, alerts; an update is claimed when its turn has come)
//   sending  -> handed to the platform; found after a crash its outcome is unknown and is settled by its echo, or by time
//   again    -> an update the platform surely did not take: the queue brings it again
//   accepted -> the platform gave a message id; `delivered`, `read` after its watermarks
//   suppressed, superseded, undeliverable, unknown, failed -> settled without being told, `reason` says why

import { DAY_MS, MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import type { Sql } from "../foundation/world.ts"

/** Who goes first: alerts, then replies, then updates. */
export const LANES = { alerts: 0, replies: 1, updates: 2 } as const
export type OutboxLane = keyof typeof LANES

export type LedgerState =
  | "queued"
  | "sending"
  | "again"
  | "accepted"
  | "delivered"
  | "read"
  | "suppressed"
  | "superseded"
  | "undeliverable"
  | "unknown"
  | "failed"

/** States in which nothing more happens by itself. */
export type SettledState = Exclude<LedgerState, "queued" | "sending" | "again">

export interface LedgerRow {
  readonly key: string
  readonly lane: number
  /** Order inside the lane: the inbox number of the question for replies, arrival for the rest. */
  readonly seq: number
  readonly state: LedgerState
  readonly reason: string
  /** When it was claimed, and from then on when it was last handed to the platform. */
  readonly at: number
  /** When a row that is not settled must be looked at again. */
  readonly dueAt: number
  /** Times it was handed to the platform and may have been taken, or was refused in a way that counts. */
  readonly sends: number
  readonly sealed: string
}

/** A send without an answer: an alert is sent once more after this, marked as a reminder … */
export const ALERT_UNKNOWN_MS = 15 * SECOND_MS
/** … anything else is reported `unknown` after this and not sent again. */
export const OTHER_UNKNOWN_MS = 10 * MINUTE_MS
/** A settled row is kept as the receipt for this long … */
const KEPT_MS = 90 * DAY_MS
/** … and what was said in the chat for this long. */
export const TEXT_KEPT_MS = 30 * DAY_MS
/** `reason` of an alert that goes, or went, once more (P2). */
export const REMINDER = "reminder"
/** `due_at` of a settled row whose text has been taken out. */
const TEXT_GONE = 0

const COLUMNS = "key, lane, seq, state, reason, at, due_at AS dueAt, sends, sealed"
type Stored = LedgerRow & Record<string, string | number>

/** `true` where nothing more will happen to a row by itself. */
export function isSettled(state: LedgerState): state is SettledState {
  return state !== "queued" && state !== "sending" && state !== "again"
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

/** Hand a row to the platform: from here on its outcome is unknown until somebody says otherwise.
 * @returns `false` where it does not wait any more: its echo came meanwhile */
export function markSending(sql: Sql, key: string, now: number, dueAt: number): boolean {
  return (
    sql.exec(
      "UPDATE ledger SET state = 'sending', at = ?, due_at = ?, sends = sends + 1 WHERE key = ? AND state IN ('queued', 'again')",
      now,
      dueAt,
      key,
    ).rowsWritten > 0
  )
}

/** The platform gave a message id: true whatever was thought of the row meanwhile. */
export function acceptRow(sql: Sql, key: string): void {
  sql.exec(
    "UPDATE ledger SET state = 'accepted' WHERE key = ? AND state IN ('queued', 'sending', 'unknown')",
    key,
  )
}

/** Settle a row that is not settled yet. A settled row keeps its first outcome.
 * @returns whether this call settled it */
export function settleRow(sql: Sql, key: string, state: LedgerState, reason = ""): boolean {
  return (
    sql.exec(
      "UPDATE ledger SET state = ?, reason = ? WHERE key = ? AND state IN ('queued', 'sending', 'again')",
      state,
      reason,
      key,
    ).rowsWritten > 0
  )
}

/** The platform surely did not take a row: back to where it waited.
 * @param to `queued` for what lies in the outbox, `again` for what the queue brings
 * @param counts whether the attempt is one of those a refusal allows */
export function returnRow(
  sql: Sql,
  key: string,
  to: "queued" | "again",
  dueAt: number,
  counts: boolean,
): void {
  sql.exec(
    "UPDATE ledger SET state = ?, due_at = ?, sends = sends - ? WHERE key = ? AND state = 'sending'",
    to,
    dueAt,
    counts ? 0 : 1,
    key,
  )
}

/** Leave a row in the outbox until an instant. */
export function postponeRow(sql: Sql, key: string, dueAt: number): void {
  sql.exec("UPDATE ledger SET due_at = ? WHERE key = ? AND state = 'queued'", dueAt, key)
}

/** Give an unanswered row new content and put it in the outbox once more: the one reminder of an alert. */
export function remindRow(sql: Sql, key: string, sealed: string, now: number): void {
  sql.exec(
    "UPDATE ledger SET state = 'queued', reason = ?, due_at = ?, sealed = ? WHERE key = ? AND state = 'sending'",
    REMINDER,
    now,
    sealed,
    key,
  )
}

/** An echo proves that the platform took a row, whatever else was said or assumed of it.
 * @returns rows changed: none where it was known */
export function acceptByEcho(sql: Sql, key: string): number {
  return sql.exec(
    "UPDATE ledger SET state = 'accepted' WHERE key = ? AND sends > 0 AND state NOT IN ('accepted', 'delivered', 'read')",
    key,
  ).rowsWritten
}

/** What a watermark says of everything before it. */
export type Reached = "delivered" | "read"

const REACHED = {
  delivered: "state = 'accepted'",
  read: "state IN ('accepted', 'delivered')",
} as const satisfies Readonly<Record<Reached, string>>

/** Rows handed over before a watermark that do not say so yet: alerts, and updates where they count. */
export function listReached(
  sql: Sql,
  reached: Reached,
  watermark: number,
  updates: boolean,
): readonly LedgerRow[] {
  return sql.exec<Stored>(
    `SELECT ${COLUMNS} FROM ledger WHERE lane IN (?, ?) AND ${REACHED[reached]} AND at <= ?`,
    LANES.alerts,
    updates ? LANES.updates : LANES.alerts,
    watermark,
  ).rows
}

/** Let them say so.
 * @returns rows changed */
export function markReached(sql: Sql, reached: Reached, watermark: number, updates: boolean): number {
  return sql.exec(
    `UPDATE ledger SET state = ? WHERE lane IN (?, ?) AND ${REACHED[reached]} AND at <= ?`,
    reached,
    LANES.alerts,
    updates ? LANES.updates : LANES.alerts,
    watermark,
  ).rowsWritten
}

/** Alerts claimed since an instant that nobody said were delivered. */
export function listUndelivered(sql: Sql, since: number): readonly LedgerRow[] {
  return sql.exec<Stored>(
    `SELECT ${COLUMNS} FROM ledger WHERE lane = ? AND state IN ('queued', 'sending', 'accepted', 'unknown') AND seq >= ?`,
    LANES.alerts,
    since,
  ).rows
}

/** The earliest instant an unsettled row wants attention. */
export function earliestDue(sql: Sql): number | undefined {
  return (
    sql.exec<{ due: number | null }>(
      "SELECT min(due_at) AS due FROM ledger WHERE state IN ('queued', 'sending')",
    ).rows[0]?.due ?? undefined
  )
}

/** The earliest instant at which something in the outbox may go that may not go now. */
export function earliestPostponed(sql: Sql, now: number): number | undefined {
  return (
    sql.exec<{ due: number | null }>(
      "SELECT min(due_at) AS due FROM ledger WHERE state = 'queued' AND due_at > ?",
      now,
    ).rows[0]?.due ?? undefined
  )
}

/** Forget replies with the chat's text, receipts at the end of their own term. */
export function pruneLedger(sql: Sql, now: number): void {
  sql.exec(
    "DELETE FROM ledger WHERE state NOT IN ('queued', 'sending') AND at < CASE lane WHEN ? THEN ? ELSE ? END",
    LANES.replies,
    now - TEXT_KEPT_MS,
    now - KEPT_MS,
  )
}

/** Settled alerts whose text has lain there long enough, while the receipt stays. */
export function listWithOldText(sql: Sql, now: number): readonly LedgerRow[] {
  return sql.exec<Stored>(
    `SELECT ${COLUMNS} FROM ledger WHERE lane = ? AND state NOT IN ('queued', 'sending') AND at < ? AND due_at > ?`,
    LANES.alerts,
    now - TEXT_KEPT_MS,
    TEXT_GONE,
  ).rows
}

/** Put the receipt alone in the place of what was said. */
export function stripRow(sql: Sql, key: string, sealed: string): void {
  sql.exec("UPDATE ledger SET sealed = ?, due_at = ? WHERE key = ?", sealed, TEXT_GONE, key)
}
