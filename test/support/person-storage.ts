// A Conversation's own SQLite file and alarm on node:sqlite, with the meaning `Sql` has in workerd: rows written are rows changed.
// Survives the object: a new one is built over the same storage after a crash. Composed by person-world.ts.
import { DatabaseSync, type StatementSync } from "node:sqlite"
import type { Sql, SqlValue } from "../../src/foundation/world.ts"

/** One object's storage. */
export interface ObjectStorage {
  readonly sql: Sql
  /** Rows written so far, alarms included. */
  rowsWritten: number
  /** What the alarm is set for. */
  alarmAt: number | null
  /** Drop every table and the alarm. */
  deleteAll(): void
  /** The file's size, as the platform counts it. */
  readonly bytes: number
  /** Every value stored, to look for what must not be there in clear. */
  dump(): string
  close(): void
}

/** A file in memory. */
export function createStorage(): ObjectStorage {
  const db = new DatabaseSync(":memory:")
  // As workerd keeps them: reading a statement costs more than running it, and simulations run the same hundred ones for ever.
  const prepared = new Map<string, StatementSync>()
  const prepare = (statement: string): StatementSync => {
    const made = prepared.get(statement) ?? db.prepare(statement)
    prepared.set(statement, made)
    return made
  }
  const storage: ObjectStorage = {
    rowsWritten: 0,
    alarmAt: null,
    sql: {
      exec<Row extends Record<string, SqlValue>>(statement: string, ...bindings: readonly SqlValue[]) {
        const made = prepare(statement)
        if (/^\s*SELECT/i.test(statement)) return { rows: made.all(...bindings) as Row[], rowsWritten: 0 }
        const written = /^\s*CREATE/i.test(statement)
          ? run(() => made.run(), 1)
          : Number(made.run(...bindings).changes)
        storage.rowsWritten += written
        return { rows: [], rowsWritten: written }
      },
      transaction(step) {
        db.exec("BEGIN")
        try {
          const value = step()
          db.exec("COMMIT")
          return value
        } catch (fault) {
          db.exec("ROLLBACK")
          throw fault
        }
      },
    },
    get bytes() {
      const of = (pragma: string) => Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0] as number
      return of("page_count") * of("page_size")
    },
    deleteAll() {
      storage.alarmAt = null
      for (const { name } of tables(db)) db.exec(`DROP TABLE ${name}`)
    },
    dump: () =>
      tables(db)
        .map(({ name }) => name)
        .map((table) => JSON.stringify(db.prepare(`SELECT * FROM ${table}`).all()))
        .join("\n"),
    close: () => (db.isOpen ? db.close() : undefined),
  }
  return storage
}

function tables(db: DatabaseSync): readonly { readonly name: string }[] {
  const found = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").all()
  return found as { readonly name: string }[]
}

function run(step: () => unknown, value: number): number {
  step()
  return value
}
