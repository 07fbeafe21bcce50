// One row is claim, outbox and receipt of one thing said, or not said, to a person. The key is the event's or the reply's own,
// so that a replay finds the row instead of speaking again (P2). Content is sealed under the person's key. Each row is the next link
// of the person's chain and carries a mark over itself (ledger-chain.ts): both are written with it, so that they cost no row of their own.
//
//   queued   -> claimed, waits for its turn in the outbox (replies, alerts; an update is claimed when its turn has come)
//   sending  -> handed to the platform; found after a crash its outcome is unknown and is settled by its echo, or by time
//   again    -> an update the platform surely did not take: the queue brings it again
//   held     -> settled for the queue: it waits as the person wishes, its event sealed in the row, and goes when its time has come
//   accepted -> the platform gave a message id; `delivered`, `read` after its watermarks
//   suppressed, superseded, undeliverable, unknown, failed -> settled without being told, `reason` says why

import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import type { Sql } from "../foundation/world.ts"
import { headOf, markOf, nextHead } from "./ledger-chain.ts"
import { findId, nextId, noteId } from "./ledger-index.ts"

/** Who goes first: alerts, then replies, then updates. */
export const LANES = { alerts: 0, replies: 1, updates: 2 } as const
export type OutboxLane = keyof typeof LANES

/** Each is stored as its index: a row that goes from one to the next keeps its size and stays where it lies. New ones come last. */
export const LEDGER_STATES = [
  "queued",
  "sending",
  "again",
  "held",
  "accepted",
  "delivered",
  "read",
  "suppressed",
  "superseded",
  "undeliverable",
  "unknown",
  "failed",
] as const
export type LedgerState = (typeof LEDGER_STATES)[number]

/** States in which nothing more happens by itself; `held` is one, for whoever brought the event has nothing more to do. */
export type SettledState = Exclude<LedgerState, "queued" | "sending" | "again">

export interface LedgerRow {
  /** Its place in the table (ledger-index.ts). */
  readonly id: number
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
  /** Its place in the person's chain, from 1; 0 for a row from before the chain. */
  readonly n: number
  /** The chain's head at this row. */
  readonly chain: string
  /** Over what else stands in the row (ledger-chain.ts). */
  readonly mark: string
  readonly sealed: string
}

/** A row as it is claimed: its place in the chain is given to it. */
export interface Claim extends Omit<LedgerRow, "id" | "n" | "chain" | "mark"> {
  /** Of its receipt (receipt.ts). */
  readonly leaf: string
}

/** A send without an answer: an alert is sent once more after this, marked as a reminder … */
export const ALERT_UNKNOWN_MS = 15 * SECOND_MS
/** … anything else is reported `unknown` after this and not sent again. */
export const OTHER_UNKNOWN_MS = 10 * MINUTE_MS
/** `reason` of an alert that goes, or went, once more (P2). */
export const REMINDER = "reminder"
/** States of what the platform surely took. */
const TOLD: readonly LedgerState[] = ["accepted", "delivered", "read"]
/** `due_at` of a settled row whose text has been taken out. */
const TEXT_GONE = 0

const COLUMNS = "id, key, lane, seq, state, reason, at, due_at AS dueAt, sends, n, chain, mark, sealed"
type Stored = LedgerRow & Record<string, string | number>

/** `true` where nothing more will happen to a row by itself. */
export function isSettled(state: LedgerState): state is SettledState {
  return state !== "queued" && state !== "sending" && state !== "again"
}

/** One row. */
export function findRow(sql: Sql, key: string): LedgerRow | undefined {
  const id = findId(sql, key)
  return id === undefined
    ? undefined
    : sql.exec<Stored>(`SELECT ${COLUMNS} FROM ledger WHERE id = ?`, id).rows[0]
}

/** What became of one event, as it is told to whoever asks. */
export type EventRow = Pick<LedgerRow, "state" | "reason" | "at">

/** Rows of some keys, without what lies sealed in them. */
export function findEventRows(sql: Sql, keys: readonly string[]): readonly EventRow[] {
  return keys.flatMap((key) => {
    const row = findRow(sql, key)
    return row ? [{ state: row.state, reason: row.reason, at: row.at }] : []
  })
}

/** Claim a key: `false` where it is taken. The row becomes the chain's head. */
export function claimRow(sql: Sql, { leaf, ...claim }: Claim): boolean {
  // One step without an await: nobody claims it in between.
  if (findRow(sql, claim.key)) return false
  const head = headOf(sql)
  const id = nextId(sql, claim.lane !== LANES.updates)
  const chained = { ...claim, id, n: head.n + 1, chain: nextHead(head.head, leaf) }
  sql.exec(
    "INSERT INTO ledger (id, key, lane, seq, code, reason, at, due_at, sends, n, chain, mark, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    chained.id,
    chained.key,
    chained.lane,
    chained.seq,
    LEDGER_STATES.indexOf(chained.state),
    chained.reason,
    chained.at,
    chained.dueAt,
    chained.sends,
    chained.n,
    chained.chain,
    markOf(chained),
    chained.sealed,
  )
  noteId(sql, chained.key, id)
  return true
}

/** Change a row that is in one of these states, and its mark with it.
 * @returns whether it was */
function amend(
  sql: Sql,
  key: string,
  from: readonly LedgerState[],
  patch: (
    row: LedgerRow,
  ) => Partial<Pick<LedgerRow, "id" | "state" | "reason" | "at" | "dueAt" | "sends" | "sealed">>,
): boolean {
  const row = findRow(sql, key)
  if (!row || !from.includes(row.state)) return false
  const { id, state, reason, at, dueAt, sends, sealed, ...rest } = { ...row, ...patch(row) }
  const mark = markOf({ ...rest, id, state, reason, at, dueAt, sends, sealed })
  sql.exec(
    "UPDATE ledger SET id = ?, code = ?, reason = ?, at = ?, due_at = ?, sends = ?, mark = ?, sealed = ? WHERE id = ?",
    id,
    LEDGER_STATES.indexOf(state),
    reason,
    at,
    dueAt,
    sends,
    mark,
    sealed,
    row.id,
  )
  if (id !== row.id) noteId(sql, key, id)
  return true
}

/** Everything that waits to be sent, in the order it must go. */
export function listQueued(sql: Sql): readonly LedgerRow[] {
  return sql.exec<Stored>(`SELECT ${COLUMNS} FROM ledger WHERE state = 'queued' ORDER BY lane, seq, key`).rows
}

/** What became of what one act said, in the order it was said. @param order as it was claimed under */
export function findReplyStates(sql: Sql, order: number): readonly LedgerState[] {
  return sql
    .exec<{ state: string }>(
      "SELECT state FROM ledger WHERE lane = ? AND seq >= ? AND seq < ? ORDER BY seq",
      LANES.replies,
      order,
      order + 1,
    )
    .rows.map(({ state }) => state as LedgerState)
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
  return amend(sql, key, ["queued", "again", "held"], ({ sends }) => ({
    state: "sending",
    at: now,
    dueAt,
    sends: sends + 1,
  }))
}

/** The platform gave a message id: true whatever was thought of the row meanwhile. */
export function acceptRow(sql: Sql, key: string): void {
  amend(sql, key, ["queued", "sending", "unknown"], () => ({ state: "accepted" }))
}

/** Settle a row that is not settled yet. A settled row keeps its first outcome.
 * @returns whether this call settled it */
export function settleRow(sql: Sql, key: string, state: LedgerState, reason = ""): boolean {
  return amend(sql, key, ["queued", "sending", "again", "held"], () => ({ state, reason }))
}

/** The platform surely did not take a row: back to where it waited.
 * @param to `queued` for what lies in the outbox, `again` for what the queue brings
 * @param counts whether the attempt is one of those a refusal allows */
export function returnRow(
  sql: Sql,
  key: string,
  to: "queued" | "again" | "held",
  dueAt: number,
  counts: boolean,
): void {
  amend(sql, key, ["sending"], ({ sends }) => ({ state: to, dueAt, sends: counts ? sends : sends - 1 }))
}

/** Everything that is held, in the order it came. */
export function listHeld(sql: Sql): readonly LedgerRow[] {
  return sql.exec<Stored>(`SELECT ${COLUMNS} FROM ledger WHERE state = 'held' ORDER BY at, n`).rows
}

/** Hold a row until an instant. */
export function holdRow(sql: Sql, key: string, dueAt: number, reason: string): void {
  amend(sql, key, ["held"], () => ({ dueAt, reason }))
}

/** Hold a row the platform did not take before: its event goes into it, its receipt stays.
 * @returns `false` where it does not wait any more: its echo came meanwhile */
export function keepRow(
  sql: Sql,
  key: string,
  held: { readonly at: number; readonly dueAt: number; readonly reason: string; readonly sealed: string },
): boolean {
  return amend(sql, key, ["again"], () => ({ state: "held", ...held }))
}

/** Rows of one of these reasons, all of them held once, that were handed over and have their outcome by now: their echo came, or no
 * answer in time. Their event is in them still. */
export function listHeldOut(sql: Sql, reasons: readonly string[], now: number): readonly LedgerRow[] {
  return sql.exec<Stored>(
    `SELECT ${COLUMNS} FROM ledger WHERE lane = ? AND reason IN (${reasons.map(() => "?").join(", ")}) AND (state IN ('accepted', 'delivered', 'read') OR (state = 'sending' AND due_at <= ?))`,
    LANES.updates,
    ...reasons,
    now,
  ).rows
}

/** The event is no longer needed in a row that was held: the receipt stays. */
export function settleHeld(
  sql: Sql,
  key: string,
  to: { readonly state: SettledState; readonly reason: string },
  sealed: string,
): void {
  amend(sql, key, ["held", "sending", ...TOLD], () => ({ ...to, sealed }))
}

/** Leave a row in the outbox until an instant. */
export function postponeRow(sql: Sql, key: string, dueAt: number): void {
  amend(sql, key, ["queued"], () => ({ dueAt }))
}

/** Give an unanswered row new content and put it in the outbox once more: the one reminder of an alert. */
export function remindRow(sql: Sql, key: string, sealed: string, now: number): void {
  amend(sql, key, ["sending"], () => ({ state: "queued", reason: REMINDER, dueAt: now, sealed }))
}

/** An echo proves that the platform took a row, whatever else was said or assumed of it. Nothing is written where it was known. */
export function acceptByEcho(sql: Sql, key: string): void {
  const row = findRow(sql, key)
  if (row && row.sends > 0 && !TOLD.includes(row.state))
    amend(sql, key, [row.state], () => ({ state: "accepted" }))
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
  const rows = listReached(sql, reached, watermark, updates)
  for (const { key, state } of rows) amend(sql, key, [state], () => ({ state: reached }))
  return rows.length
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
      "SELECT min(due_at) AS due FROM ledger WHERE state IN ('queued', 'sending', 'held')",
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

/** Settled rows that were said long enough ago and still hold the text: their receipts stay. Updates never hold any. */
export function listWithOldText(sql: Sql, before: number): readonly LedgerRow[] {
  return sql.exec<Stored>(
    `SELECT ${COLUMNS} FROM ledger WHERE lane <> ? AND state NOT IN ('queued', 'sending') AND at < ? AND due_at > ?`,
    LANES.updates,
    before,
    TEXT_GONE,
  ).rows
}

/** When the oldest text still kept was said. */
export function oldestTextAt(sql: Sql): number | undefined {
  return (
    sql.exec<{ at: number | null }>(
      "SELECT min(at) AS at FROM ledger WHERE lane <> ? AND state NOT IN ('queued', 'sending') AND due_at > ?",
      LANES.updates,
      TEXT_GONE,
    ).rows[0]?.at ?? undefined
  )
}

/** Put the receipt alone in the place of what was said. */
export function stripRow(sql: Sql, key: string, sealed: string): void {
  const row = findRow(sql, key)
  if (row && isSettled(row.state))
    amend(sql, key, [row.state], () => ({ id: nextId(sql, false), sealed, dueAt: TEXT_GONE }))
}

/** Every row, in the order of the chain. */
export function listRows(sql: Sql): readonly LedgerRow[] {
  return sql.exec<Stored>(`SELECT ${COLUMNS} FROM ledger ORDER BY n, key`).rows
}
