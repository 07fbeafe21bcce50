// Messenger calls of each Page in the last 24 hours of the sandbox's clock, in slots of ten minutes: what the platform
// counts against 200 times the engaged people. Source: reference/messenger-platform.md 8.1.

const SPAN_MS = 24 * 3_600_000
const SLOT_MS = 600_000

/** Calls that each engaged person allows in 24 hours. */
export const CALLS_PER_ENGAGED = 200

/** Counts by Page. */
export class CallStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Count one; gives how many the last 24 hours have seen, this one included. */
  count(pageId: string, now: number): number {
    const slot = Math.floor(now / SLOT_MS)
    this.#sql.exec("DELETE FROM page_calls WHERE slot <= ?", slot - SPAN_MS / SLOT_MS)
    this.#sql.exec(
      `INSERT INTO page_calls (page_id, slot, calls) VALUES (?, ?, 1)
       ON CONFLICT (page_id, slot) DO UPDATE SET calls = calls + 1`,
      pageId,
      slot,
    )
    return this.#sql
      .exec<{ n: number }>("SELECT sum(calls) AS n FROM page_calls WHERE page_id = ?", pageId)
      .one().n
  }

  /** Minutes until the oldest slot leaves the span and calls are free again. */
  regainMinutes(pageId: string, now: number): number {
    const { slot } = this.#sql
      .exec<{ slot: number | null }>("SELECT min(slot) AS slot FROM page_calls WHERE page_id = ?", pageId)
      .one()
    return slot === null ? 0 : Math.max(1, Math.ceil(((slot + 1) * SLOT_MS + SPAN_MS - now) / 60_000))
  }
}
