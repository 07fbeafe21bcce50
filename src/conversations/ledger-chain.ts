// The chain over one person's receipts, and the mark over each row.
//
//   head 0 = SHA-256("")      head n = SHA-256(head n-1 ‖ leaf n)      leaf: receipt.ts
//
// The chain shows a receipt that was changed, left out or put in, to whoever knows a later head: heads are anchored in the bank's audit log.
// The mark covers what the chain leaves out because it changes while a row lives (its state, its instants): it finds damage, not a forger.
// Both are computed in the step that writes the row, so that no row is written for them. Nothing is read or written here but the head.

import { sha256Now, digestNow } from "../crypto/sha256.ts"
import { base64url, fromBase64url, utf8 } from "../crypto/text.ts"
import type { Sql } from "../foundation/world.ts"

/** The end of a chain. Travels to the audit log. */
export interface ChainHead {
  /** Receipts in it since the person's first. */
  readonly n: number
  /** base64url of 32 bytes. */
  readonly head: string
}

/** The head of a chain without receipts. */
export const NO_RECEIPTS: ChainHead = { n: 0, head: digestNow() }

const MARK_BYTES = 12

/** The head after one more receipt. */
export function nextHead(head: string, leaf: string): string {
  return digestNow(bytesOf(head), bytesOf(leaf))
}

/** The chain's end: of the newest row, or where all of them have gone, of the newest day. */
export function headOf(sql: Sql): ChainHead {
  const [row] = sql.exec<{ n: number | null; chain: string | null }>(
    "SELECT max(n) AS n, chain FROM ledger",
  ).rows
  if (row?.n && row.chain !== null) return { n: row.n, head: row.chain }
  const [day] = sql.exec<{ n: number; head: string }>(
    "SELECT through AS n, head FROM days ORDER BY day DESC LIMIT 1",
  ).rows
  return day ? { n: day.n, head: day.head } : NO_RECEIPTS
}

/** When the newest receipt was claimed or last handed over; `undefined` where there is none, or only what became of older ones. */
export function newestReceiptAt(sql: Sql): number | undefined {
  const [row] = sql.exec<{ n: number | null; at: number | null }>("SELECT max(n) AS n, at FROM ledger").rows
  return row?.n && row.at !== null ? row.at : undefined
}

/** A row's columns that change, or place it. */
export interface Marked {
  readonly id: number
  readonly key: string
  readonly lane: number
  readonly seq: number
  readonly state: string
  readonly reason: string
  readonly at: number
  readonly dueAt: number
  readonly sends: number
  readonly n: number
  readonly chain: string
  readonly sealed: string
}

/** The mark of a ledger row: 96 bits of SHA-256 over its columns. Of what is sealed only the clear beginning: the rest proves itself
 * when it is opened. */
export function markOf(row: Marked): string {
  return markOfAll([row.id, ...columnsOf(row)])
}

/** The mark of a row as version 2 of the storage had it: without its id. */
export function markOfUnplaced(row: Omit<Marked, "id">): string {
  return markOfAll(columnsOf(row))
}

function columnsOf({
  key,
  lane,
  seq,
  state,
  reason,
  at,
  dueAt,
  sends,
  n,
  chain,
  sealed,
}: Omit<Marked, "id">): readonly (string | number)[] {
  const form = sealed.slice(0, sealed.lastIndexOf(".") + 1)
  return [key, lane, seq, state, reason, at, dueAt, sends, n, chain, form]
}

/** The mark over a list of columns. */
export function markOfAll(columns: readonly (string | number)[]): string {
  return base64url(sha256Now(utf8(JSON.stringify(columns))).subarray(0, MARK_BYTES))
}

function bytesOf(hash: string): Uint8Array {
  const bytes = fromBase64url(hash)
  if (!bytes) throw new TypeError("Cannot go on with a chain whose head is no hash")
  return bytes
}
