// The object's own tables, their creation and version. None has an index beside its own order: one row written a row.
//
//   facts   name -> value        `state` (sealed), `whom` (pseudonym, Page and bank: nobody's data), `version`,
//                                  `erased` (an instant)
//   inbox   key  -> seq, at, sealed      webhook events until their turn; the key stays 8 days so that a copy has no effect
//   ledger  id   -> key, and see ledger.ts; rows lie in the order they came apart from those with a text (ledger-index.ts)
//   days    day  -> count, through, head, mark      what is left of a day's receipts, see ledger-chain.ts

import type { Sql, SqlValue } from "../foundation/world.ts"
import { markOf, markOfUnplaced, type Marked } from "./ledger-chain.ts"
import { LANES, LEDGER_STATES, type LedgerState } from "./ledger.ts"
import { forgetIds, nextId } from "./ledger-index.ts"
import type { Whom } from "./person-world.ts"

const VERSION = "3"
const DAYS =
  "CREATE TABLE IF NOT EXISTS days (day INTEGER PRIMARY KEY, count INTEGER NOT NULL, through INTEGER NOT NULL, head TEXT NOT NULL, mark TEXT NOT NULL)"
const LEDGER = `CREATE TABLE IF NOT EXISTS ledger (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, lane INTEGER NOT NULL, seq REAL NOT NULL, code INTEGER NOT NULL, reason TEXT NOT NULL,
    state TEXT AS (CASE code ${LEDGER_STATES.map((state, code) => `WHEN ${code} THEN '${state}'`).join(" ")} END) VIRTUAL, at INTEGER NOT NULL, due_at INTEGER NOT NULL, sends INTEGER NOT NULL, n INTEGER NOT NULL, chain TEXT NOT NULL,
    mark TEXT NOT NULL, sealed TEXT NOT NULL)`
const STATEMENTS = [
  "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS inbox (key TEXT PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL, sealed TEXT NOT NULL) WITHOUT ROWID",
  LEDGER,
  DAYS,
]
/** From version 1: rows written before the chain began stand outside it, with n = 0. */
const FROM_1 = [
  "ALTER TABLE ledger ADD COLUMN n INTEGER NOT NULL DEFAULT 0",
  "ALTER TABLE ledger ADD COLUMN chain TEXT NOT NULL DEFAULT ''",
  "ALTER TABLE ledger ADD COLUMN mark TEXT NOT NULL DEFAULT ''",
  DAYS,
]

/** Make the tables where they are missing. Runs at each start; cheap and repeatable. */
export function prepareStorage(sql: Sql): void {
  forgetIds(sql)
  const tables = sql.exec<{ n: number }>(
    "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'ledger'",
  )
  if ((tables.rows[0]?.n ?? 0) > 0) return bringUp(sql)
  sql.transaction(() => {
    for (const statement of STATEMENTS) sql.exec(statement)
    sql.exec("INSERT INTO facts (name, value) VALUES ('version', ?)", VERSION)
  })
}

/** What an older release stored, in this one's form. */
function bringUp(sql: Sql): void {
  const [stored] = sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'version'").rows
  if (stored?.value !== "1" && stored?.value !== "2") return
  sql.transaction(() => {
    if (stored.value === "1") for (const statement of FROM_1) sql.exec(statement)
    sql.exec("ALTER TABLE ledger RENAME TO ledger_before")
    sql.exec(LEDGER)
    moveRows(sql)
    sql.exec("DROP TABLE ledger_before")
    sql.exec("UPDATE facts SET value = ? WHERE name = 'version'", VERSION)
  })
}

/** From version 2: each row gets its place. A mark that was right is made anew over the id too; one that was not stays wrong. */
function moveRows(sql: Sql): void {
  const { rows } = sql.exec<Omit<Marked, "id"> & { mark: string } & Record<string, SqlValue>>(
    "SELECT key, lane, seq, state, reason, at, due_at AS dueAt, sends, n, chain, mark, sealed FROM ledger_before ORDER BY n, at",
  )
  for (const row of rows) {
    const id = nextId(sql, row.lane !== LANES.updates)
    const { key, lane, seq, state, reason, at, dueAt, sends, n, chain, sealed } = row
    const mark = row.mark === markOfUnplaced(row) ? markOf({ ...row, id }) : row.mark
    sql.exec(
      "INSERT INTO ledger (id, key, lane, seq, code, reason, at, due_at, sends, n, chain, mark, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",

      id,
      key,
      lane,
      seq,
      LEDGER_STATES.indexOf(state as LedgerState),
      reason,
      at,
      dueAt,
      sends,
      n,
      chain,
      mark,
      sealed,
    )
  }
}

/** The sealed state, if the person has any. */
export function findSealedState(sql: Sql): string | undefined {
  return sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'state'").rows[0]?.value
}

/** Store the sealed state: one row. */
export function putSealedState(sql: Sql, sealed: string): void {
  sql.exec(
    "INSERT INTO facts (name, value) VALUES ('state', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    sealed,
  )
}

/** Whose Conversation this is, once anybody has named them, and since when. */
export function findWhom(sql: Sql): (Whom & { readonly metAt?: number }) | undefined {
  const text = sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'whom'").rows[0]?.value
  return text === undefined ? undefined : (JSON.parse(text) as Whom & { readonly metAt?: number })
}

/** Remember whose Conversation this is: written once. */
export function putWhom(sql: Sql, whom: Whom, metAt: number): void {
  sql.exec(
    "INSERT INTO facts (name, value) VALUES ('whom', ?) ON CONFLICT DO NOTHING",
    JSON.stringify({ ...whom, metAt }),
  )
}
