// What one Durable Object needs of the world, as values: so that the same code runs in workerd, on node:sqlite in tests,
// and with a clock that stands still. Shells in front of it are the only files that import `cloudflare:*`.

import type { Random } from "./id.ts"
import type { Now } from "./clock.ts"

/** A value SQLite takes and gives back. Numbers stay below 2^53; larger ids are text. */
export type SqlValue = string | number | null

/** An object's own SQLite file. Synchronous; hand-written SQL only. */
export interface Sql {
  /** Run one statement and read all its rows. `rowsWritten` counts as the platform bills it. */
  exec<Row extends Record<string, SqlValue>>(
    statement: string,
    ...bindings: readonly SqlValue[]
  ): { readonly rows: readonly Row[]; readonly rowsWritten: number }
  /** Run `step` as one transaction; a throw rolls it back. Not nestable. */
  transaction<T>(step: () => T): T
}

/** The object's one alarm. */
export interface Alarm {
  /** Instant it is set for, or `null`. */
  get(): Promise<number | null>
  /** Move it; costs one row written. */
  set(at: number): Promise<void>
}

/** All a Conversation may touch. `Page` and `Post` are the caller's own vocabularies. */
export interface World<Page, Post> {
  readonly sql: Sql
  readonly alarm: Alarm
  readonly db: D1Database
  readonly page: Page
  readonly post: Post
  readonly now: Now
  readonly random: Random
  readonly fetch: typeof fetch
  /** Destroy everything stored, the alarm included. */
  readonly deleteAll: () => Promise<void>
}

/** Rows written since the meter was made, as billed: statements, alarms, deletions. */
export interface RowMeter {
  rowsWritten: number
}

/** The one wrapper round an object's storage: everything an object writes goes through it and is counted. */
export function meterStorage(
  storage: DurableObjectStorage,
  meter: RowMeter = { rowsWritten: 0 },
): {
  readonly sql: Sql
  readonly alarm: Alarm
  readonly meter: RowMeter
  readonly deleteAll: () => Promise<void>
} {
  const sql: Sql = {
    exec<Row extends Record<string, SqlValue>>(statement: string, ...bindings: readonly SqlValue[]) {
      const cursor = storage.sql.exec<Row>(statement, ...bindings)
      const rows = cursor.toArray()
      meter.rowsWritten += cursor.rowsWritten
      return { rows, rowsWritten: cursor.rowsWritten }
    },
    transaction: (step) => storage.transactionSync(step),
  }
  const alarm: Alarm = {
    get: () => storage.getAlarm(),
    set: (at) => {
      meter.rowsWritten += 1
      return storage.setAlarm(at)
    },
  }
  return { sql, alarm, meter, deleteAll: () => storage.deleteAll() }
}
