// Faults still to happen. The first that matches is used up by one; matching is fault.ts.

import { parseJson } from "../json.ts"
import type { Fault } from "./fault.ts"
import { matchesPath } from "./fault.ts"

type Row = { id: number; path: string; remaining: number; spec: string }

/** The list of POST /control/faults. */
export class FaultStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Replace the whole list. */
  replace(faults: readonly Fault[]): void {
    this.#sql.exec("DELETE FROM faults")
    for (const fault of faults) {
      this.#sql.exec(
        "INSERT INTO faults (path, remaining, spec) VALUES (?, ?, ?)",
        fault.path,
        fault.times,
        JSON.stringify(fault),
      )
    }
  }

  /** What is left of the list, in order. */
  list(): readonly (Fault & { readonly remaining: number })[] {
    return this.#sql
      .exec<Row>("SELECT * FROM faults WHERE remaining > 0 ORDER BY id")
      .toArray()
      .map((row) => ({ ...(parseJson(row.spec) as Fault), remaining: row.remaining }))
  }

  /** The fault for this request, used up by one.
   * @param body the request's, as text */
  take(path: string, body: string): Fault | undefined {
    const rows = this.#sql.exec<Row>("SELECT * FROM faults WHERE remaining > 0 ORDER BY id").toArray()
    for (const row of rows) {
      if (!matchesPath(row.path, path)) continue
      const fault = parseJson(row.spec) as Fault
      if (fault.recipient !== undefined && !body.includes(`"${fault.recipient}"`)) continue
      if (Math.random() >= fault.chance) continue
      this.#sql.exec("UPDATE faults SET remaining = remaining - 1 WHERE id = ?", row.id)
      return fault
    }
    return undefined
  }
}
