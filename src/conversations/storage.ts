// The object's own tables, their creation and version. Every table is WITHOUT ROWID with a text key: one row written a row.
//
//   facts   name -> value        `state` (sealed), `whom` (pseudonym, Page and bank: nobody's data), `version`
//   inbox   key  -> seq, at, sealed      webhook events until their turn; the key stays 8 days so that a copy has no effect
//   ledger  key  -> see ledger.ts

import type { Sql } from "../foundation/world.ts"
import type { Whom } from "./person-world.ts"

const VERSION = "1"
const STATEMENTS = [
  "CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
  "CREATE TABLE IF NOT EXISTS inbox (key TEXT PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL, sealed TEXT NOT NULL) WITHOUT ROWID",
  `CREATE TABLE IF NOT EXISTS ledger (
    key TEXT PRIMARY KEY, lane INTEGER NOT NULL, seq REAL NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL,
    at INTEGER NOT NULL, due_at INTEGER NOT NULL, sends INTEGER NOT NULL, sealed TEXT NOT NULL) WITHOUT ROWID`,
]

/** Make the tables where they are missing. Runs at each start; cheap and repeatable. */
export function prepareStorage(sql: Sql): void {
  const tables = sql.exec<{ n: number }>(
    "SELECT count(*) AS n FROM sqlite_master WHERE type = 'table' AND name = 'ledger'",
  )
  if ((tables.rows[0]?.n ?? 0) > 0) return
  sql.transaction(() => {
    for (const statement of STATEMENTS) sql.exec(statement)
    sql.exec("INSERT INTO facts (name, value) VALUES ('version', ?)", VERSION)
  })
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

/** Whose Conversation this is, once anybody has named them. */
export function findWhom(sql: Sql): Whom | undefined {
  const text = sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'whom'").rows[0]?.value
  return text === undefined ? undefined : (JSON.parse(text) as Whom)
}

/** Remember whose Conversation this is: written once. */
export function putWhom(sql: Sql, whom: Whom): void {
  sql.exec("INSERT INTO facts (name, value) VALUES ('whom', ?) ON CONFLICT DO NOTHING", JSON.stringify(whom))
}
