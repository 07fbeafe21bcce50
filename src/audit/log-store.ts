// What lies in an audit log's own SQLite: entries, the tree over them, and for the deployment's register which logs there are and how far the
// directory had come. Nothing is changed or deleted but the generation. Entries hold our own ids and people's reasons, no customer's data.
//
//   entries  seq (the leaf's number, from 0), outbox (the line's number in D1), entry (canonical JSON, as hashed)
//   nodes    level, idx, hash: the root of each whole subtree, base64url; level 0 are the leaves
//   facts    name, value: `version`, `generation`
//   logs     bank, month: in the register only

import { base64url, fromBase64url, utf8 } from "../crypto/text.ts"
import type { Sql } from "../foundation/world.ts"
import {
  consistencyProof,
  grow,
  inclusionProof,
  leafHash,
  rootOf,
  type FindNode,
  type Hash,
} from "./merkle.ts"

/** Entries handed out at once. */
export const ENTRIES_A_READ_MAX = 500
const STATEMENTS = [
  "CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, outbox INTEGER NOT NULL, entry TEXT NOT NULL)",
  "CREATE INDEX IF NOT EXISTS entries_outbox ON entries (outbox)",
  "CREATE TABLE IF NOT EXISTS nodes (level INTEGER NOT NULL, idx INTEGER NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (level, idx)) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS logs (bank TEXT NOT NULL, month TEXT NOT NULL, PRIMARY KEY (bank, month)) WITHOUT ROWID",
  "INSERT INTO facts (name, value) VALUES ('version', '1') ON CONFLICT DO NOTHING",
]

/** A line on its way into a log. */
export interface LogLine {
  /** Its number in D1. */
  readonly outbox: number
  /** Canonical JSON. */
  readonly entry: string
}

/** The tree at an instant. */
export interface TreeHead {
  readonly size: number
  /** base64url of 32 bytes. */
  readonly root: string
}

/** Make the tables where they are missing. */
export function prepareLog(sql: Sql): void {
  for (const statement of STATEMENTS) sql.exec(statement)
}

/** Append lines in the order given. A line that lies here already, under its number and word for word, is left out: moving it twice
 * is harmless. The same number with other words is another line: a restored database gives numbers again. */
export function appendLines(sql: Sql, lines: readonly LogLine[]): TreeHead {
  const find = nodesOf(sql)
  sql.transaction(() => {
    let size = sizeOf(sql)
    for (const { outbox, entry } of lines) {
      if (sql.exec("SELECT seq FROM entries WHERE outbox = ? AND entry = ?", outbox, entry).rows.length > 0)
        continue
      sql.exec("INSERT INTO entries (seq, outbox, entry) VALUES (?, ?, ?)", size, outbox, entry)
      for (const { level, index, hash } of grow(find, size, leafHash(utf8(entry))))
        sql.exec("INSERT INTO nodes (level, idx, hash) VALUES (?, ?, ?)", level, index, base64url(hash))
      size += 1
    }
  })
  return headOf(sql)
}

/** The tree now, or as it was at an earlier size. @throws RangeError for a size it never had */
export function headOf(sql: Sql, size: number = sizeOf(sql)): TreeHead {
  assertSize(sql, size)
  return { size, root: base64url(rootOf(nodesOf(sql), size)) }
}

/** Entries from a leaf on, at most 500. */
export function listEntries(sql: Sql, from: number, limit: number): readonly string[] {
  return sql
    .exec<{ entry: string }>(
      "SELECT entry FROM entries WHERE seq >= ? ORDER BY seq LIMIT ?",
      from,
      Math.min(limit, ENTRIES_A_READ_MAX),
    )
    .rows.map(({ entry }) => entry)
}

/** An entry with its place. */
export interface PlacedEntry {
  readonly seq: number
  readonly entry: string
}

/** Entries whose number in D1 is larger, in the order they came, at most 500: what a restored database does not know.
 * @param from only from that leaf on */
export function listSince(sql: Sql, outbox: number, from: number): readonly PlacedEntry[] {
  return sql.exec<{ seq: number; entry: string }>(
    "SELECT seq, entry FROM entries WHERE outbox > ? AND seq >= ? ORDER BY seq LIMIT ?",
    outbox,
    from,
    ENTRIES_A_READ_MAX,
  ).rows
}

/** The largest number in D1 of anything that lies here; 0 where nothing does. */
export function newestOutbox(sql: Sql): number {
  return sql.exec<{ newest: number | null }>("SELECT max(outbox) AS newest FROM entries").rows[0]?.newest ?? 0
}

/** Proof that an entry stands in the tree of that size. @throws RangeError */
export function proveEntry(sql: Sql, index: number, size: number): readonly string[] {
  assertSize(sql, size)
  return inclusionProof(nodesOf(sql), index, size).map(base64url)
}

/** Proof that the tree of the larger size begins with that of the smaller. @throws RangeError */
export function proveGrowth(sql: Sql, first: number, second: number): readonly string[] {
  assertSize(sql, second)
  return consistencyProof(nodesOf(sql), first, second).map(base64url)
}

/** Build the tree anew from its entries and hold every stored hash against it.
 * @returns the first leaf or node that differs, as `level/index`; nothing where all is as it was written */
export function checkLog(sql: Sql): string | undefined {
  const made = new Map<string, Hash>()
  const find: FindNode = (level, index) => made.get(`${level}/${index}`) ?? new Uint8Array(0)
  const stored = new Map(
    sql
      .exec<{ level: number; idx: number; hash: string }>("SELECT level, idx, hash FROM nodes")
      .rows.map(({ level, idx, hash }) => [`${level}/${idx}`, hash]),
  )
  let size = 0
  for (const { seq, outbox, entry } of sql.exec<{ seq: number; outbox: number; entry: string }>(
    "SELECT seq, outbox, entry FROM entries ORDER BY seq",
  ).rows) {
    if (seq !== size || idOf(entry) !== outbox) return `0/${size}`
    for (const { level, index, hash } of grow(find, size, leafHash(utf8(entry)))) {
      const name = `${level}/${index}`
      if (stored.get(name) !== base64url(hash)) return name
      made.set(name, hash)
    }
    size += 1
  }
  return [...stored.keys()].find((name) => !made.has(name))
}

// The deployment's register.

/** Remember that a bank has a log for a month. */
export function putLog(sql: Sql, bank: string, month: string): void {
  sql.exec("INSERT INTO logs (bank, month) VALUES (?, ?) ON CONFLICT DO NOTHING", bank, month)
}

/** Every log there is, by month. */
export function listLogs(sql: Sql): readonly { readonly bank: string; readonly month: string }[] {
  return sql.exec<{ bank: string; month: string }>("SELECT bank, month FROM logs ORDER BY month, bank").rows
}

/** How far the directory had come when it was last seen; 0 before that. */
export function findGeneration(sql: Sql): number {
  const [row] = sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'generation'").rows
  return Number(row?.value ?? 0)
}

/** Raise it; it never falls. */
export function raiseGeneration(sql: Sql, to: number): void {
  if (to > findGeneration(sql))
    sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES ('generation', ?)", String(to))
}

function sizeOf(sql: Sql): number {
  return sql.exec<{ n: number }>("SELECT count(*) AS n FROM entries").rows[0]?.n ?? 0
}

function assertSize(sql: Sql, size: number): void {
  if (!Number.isSafeInteger(size) || size < 0 || size > sizeOf(sql))
    throw new RangeError("Cannot prove by a tree of a size it never had")
}

function nodesOf(sql: Sql): FindNode {
  return (level, index) => {
    const [row] = sql.exec<{ hash: string }>(
      "SELECT hash FROM nodes WHERE level = ? AND idx = ?",
      level,
      index,
    ).rows
    const hash = row && fromBase64url(row.hash)
    if (!hash) throw new Error(`Cannot find node ${level}/${index} of an audit log`)
    return hash
  }
}

function idOf(entry: string): unknown {
  try {
    return (JSON.parse(entry) as { readonly id?: unknown }).id
  } catch {
    return undefined
  }
}
