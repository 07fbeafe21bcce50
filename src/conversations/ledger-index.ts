// Where a row lies in its ledger, and which row a key has. Keys in the order of their hashes would leave SQLite's pages half empty, so
// rows lie in the order they came: those with a text apart, for they grow short when it goes and are then moved to the others. An index
// over the keys would be a row written more for each row, so they are kept in memory for as long as the object lives: read once, added
// to by the steps that place a row. What is remembered is held against the row each time. Used by ledger.ts.

import type { Sql } from "../foundation/world.ts"

/** Rows that hold a text lie beyond this. */
const TEXT_IDS = 2 ** 40

const places = new WeakMap<Sql, Map<string, number>>()

/** The id of a key's row; `undefined` where nothing was ever claimed under it, or what was has gone. */
export function findId(sql: Sql, key: string): number | undefined {
  const id = idsOf(sql).get(key)
  if (id === undefined) return undefined
  const [row] = sql.exec<{ key: string }>("SELECT key FROM ledger WHERE id = ?", id).rows
  if (row?.key === key) return id
  // It has gone, and an id may be given again once the newest row went.
  forgetIds(sql)
  return idsOf(sql).get(key)
}

/** The key that begins with some characters, a whole one being its own beginning; `undefined` where none does, or several. */
export function findKey(sql: Sql, start: string): string | undefined {
  const keys = idsOf(sql)
  if (keys.has(start)) return start
  const found = [...keys.keys()].filter((key) => key.startsWith(start))
  return found.length === 1 ? found[0] : undefined
}

/** The id of a row that is placed next. @param text whether it holds what was said */
export function nextId(sql: Sql, text: boolean): number {
  const from = text ? TEXT_IDS : 0
  const [newest] = sql.exec<{ id: number | null }>(
    "SELECT max(id) AS id FROM ledger WHERE id > ? AND id < ?",
    from,
    from + TEXT_IDS,
  ).rows
  return (newest?.id ?? from) + 1
}

/** A row was placed. */
export function noteId(sql: Sql, key: string, id: number): void {
  idsOf(sql).set(key, id)
}

/** The ledger is read anew when it is next asked. */
export function forgetIds(sql: Sql): void {
  places.delete(sql)
}

function idsOf(sql: Sql): Map<string, number> {
  const known = places.get(sql)
  if (known) return known
  const { rows } = sql.exec<{ id: number; key: string }>("SELECT id, key FROM ledger")
  const read = new Map(rows.map(({ id, key }) => [key, id]))
  places.set(sql, read)
  return read
}
