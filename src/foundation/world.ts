// An object's storage as a value: so that the same code runs in workerd and on node:sqlite in tests, and every row written is counted.
// Shells in front of it are the only files that import `cloudflare:*`. The rest of a Conversation's world is person-world.ts.

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
