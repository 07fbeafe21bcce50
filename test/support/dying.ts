// Everything awaited outside an isolate, one number each: D1's statements and batches, calls to audit logs. The work dies at one of them, before it
// has its effect or after, and everything after it dies too. In workerd's tests only.
import type { AuditLogs } from "../../src/audit/audit-log-of.ts"
import { createDatabase, type Database } from "../../src/db/database.ts"

/** A world that dies. */
export interface Dying {
  readonly db: Database
  readonly logs: AuditLogs
  /** Calls so far. */
  readonly calls: () => number
}

interface Wrapped {
  readonly real: D1PreparedStatement
  readonly bind: (...values: unknown[]) => Wrapped
  readonly all: () => Promise<unknown>
  readonly raw: () => Promise<unknown>
  readonly run: () => Promise<unknown>
}

/** @param at the call it dies at, from 1 */
export function dying(real: D1Database, logs: AuditLogs, at: number, when: "before" | "after"): Dying {
  let calls = 0
  const step = async <T>(run: () => Promise<T>): Promise<T> => {
    calls += 1
    if (calls > at || (calls === at && when === "before")) throw new Error("died")
    const value = await run()
    if (calls >= at) throw new Error("died")
    return value
  }
  const wrap = (statement: D1PreparedStatement): Wrapped => ({
    real: statement,
    bind: (...values) => wrap(statement.bind(...values)),
    all: () => step(() => statement.all()),
    raw: () => step(() => statement.raw()),
    run: () => step(() => statement.run()),
  })
  const stub = (object: object) =>
    new Proxy(object, {
      get: (target, name) => (request: unknown) =>
        step(async () => (target as Record<string, (request: unknown) => unknown>)[String(name)]?.(request)),
    })
  const binding = {
    prepare: (text: string) => wrap(real.prepare(text)),
    batch: (statements: readonly Wrapped[]) => step(() => real.batch(statements.map((each) => each.real))),
  }
  return {
    db: createDatabase(binding as unknown as D1Database),
    logs: {
      of: (...name: Parameters<AuditLogs["of"]>) => stub(logs.of(...name)),
      register: () => stub(logs.register()),
    } as AuditLogs,
    calls: () => calls,
  }
}
