// Every call the pretend Graph API received, for GET /control/sent. Keeps headers and bodies as they came: the
// people are invented and so are the tokens.

import type { JsonObject } from "../json.ts"
import { parseJson } from "../json.ts"

/** One call as it arrived. */
export type SentCall = {
  /** Epoch milliseconds of the sandbox's clock, and of the real one */
  readonly at: number
  readonly realAt: number
  readonly method: string
  readonly path: string
  readonly query: JsonObject
  readonly headers: JsonObject
  readonly body: unknown
}

/** How a call ended. */
export type SentResult = {
  /** What the caller was answered; 0 where the connection was broken instead */
  readonly status: number
  readonly response: unknown
  /** A fault of /control/faults decided the answer */
  readonly fault: boolean
}

const KEPT = 20_000

/** The newest calls. */
export class SentStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Write a call down on arrival; gives its number. */
  add(call: SentCall): number {
    const { id } = this.#sql
      .exec<{ id: number }>(
        "INSERT INTO sent (at, entry) VALUES (?, ?) RETURNING id",
        call.at,
        JSON.stringify(call),
      )
      .one()
    if (id % 500 === 0) this.#sql.exec("DELETE FROM sent WHERE id <= ?", id - KEPT)
    return id
  }

  /** Write down how it ended. A call that is still being answered has no `status`. */
  finish(id: number, result: SentResult): void {
    this.#sql.exec("UPDATE sent SET entry = json_patch(entry, ?) WHERE id = ?", JSON.stringify(result), id)
  }

  /** All that is kept, oldest first, each with a running number. */
  list(afterId = 0): readonly JsonObject[] {
    return this.#sql
      .exec<{ id: number; entry: string }>("SELECT id, entry FROM sent WHERE id > ? ORDER BY id", afterId)
      .toArray()
      .map((row) => ({ id: row.id, ...(parseJson(row.entry) as JsonObject) }))
  }
}
