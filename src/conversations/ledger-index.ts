// Where a row lies in its ledger, and which row a key has. Keys in the order of their hashes would leave SQLite's pages half empty, so
// rows lie in the order they came: those with a text apart, for they grow short when it goes and are then moved to the others. An index
// over the keys would be a row written more for each row, so they are kept in memory for as long as the object lives: read once, added
// to by the steps that place a row. What is remembered is held against the row each time. Used by ledger.ts.

import type { Sql } from "../foundation/world.ts"

/** Rows that hold a text lie beyond this. */
const TEXT_IDS = 2 ** 40

/** What is remembered of a ledger, and its newest rows as they were then: whoever else inserted or deleted one is seen by them. */
interface Index {
  readonly ids: Map<string, number>
  newest: string
}

const indexes = new WeakMap<Sql, Index>()

/** The id of a key's row; `undefined` where nothing was ever claimed under it, or what was has gone. */
export function findId(sql: Sql, key: string): number | undefined {
  const id = indexOf(sql).ids.get(key)
  if (id !== undefined && isStill(sql, id, key)) return id
  // An id may be given again once the newest row went, and another view of the same storage may have claimed meanwhile.
  if (id === undefined && indexOf(sql).newest === newestOf(sql)) return undefined
  forgetIds(sql)
  return indexOf(sql).ids.get(key)
}

/** The key that begins with some characters, a whole one being its own beginning; `undefined` where none does, or several. */
export function findKey(sql: Sql, start: string): string | undefined {
  if (indexOf(sql).newest !== newestOf(sql)) forgetIds(sql)
  const keys = indexOf(sql).ids
  if (keys.has(start)) return start
  const found = [...keys.keys()].filter((key) => key.startsWith(start))
  return found.length === 1 ? found[0] : undefined
}

/** The id of a row that is placed next. @param text whether it holds what was said */
export function nextId(sql: Sql, text: boolean): number {
  return (newestId(sql, text) ?? (text ? TEXT_IDS : 0)) + 1
}

/** A row was placed. */
export function noteId(sql: Sql, key: string, id: number): void {
  const index = indexOf(sql)
  index.ids.set(key, id)
  index.newest = newestOf(sql)
}

/** The ledger is read anew when it is next asked. */
export function forgetIds(sql: Sql): void {
  indexes.delete(sql)
}

function indexOf(sql: Sql): Index {
  const known = indexes.get(sql)
  if (known) return known
  const { rows } = sql.exec<{ id: number; key: string }>("SELECT id, key FROM ledger")
  const read = { ids: new Map(rows.map(({ id, key }) => [key, id])), newest: newestOf(sql) }
  indexes.set(sql, read)
  return read
}

function isStill(sql: Sql, id: number, key: string): boolean {
  return sql.exec<{ key: string }>("SELECT key FROM ledger WHERE id = ?", id).rows[0]?.key === key
}

function newestOf(sql: Sql): string {
  return `${newestId(sql, false) ?? ""} ${newestId(sql, true) ?? ""}`
}

function newestId(sql: Sql, text: boolean): number | undefined {
  const from = text ? TEXT_IDS : 0
  return sql.exec<{ id: number }>(
    "SELECT id FROM ledger WHERE id > ? AND id < ? ORDER BY id DESC LIMIT 1",
    from,
    from + TEXT_IDS,
  ).rows[0]?.id
}
