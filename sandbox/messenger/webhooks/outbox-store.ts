// Webhook events on their way to the gateway. A row stays until the gateway answered 200 or the tries are used up,
// so a restart of the sandbox loses none. The newest settled rows are kept to be counted.

/** One event. `lane` is what must arrive in order: a person's id, or the Page's own for what concerns nobody. */
export type OutboxRow = {
  readonly id: number
  readonly lane: string
  readonly pageId: string
  readonly part: "messaging" | "standby" | "changes"
  /** The event as JSON text, members in the order they go out */
  readonly event: string
  /** The message of a person that this carries */
  readonly mid: string | undefined
  /** When it happened, on the sandbox's clock */
  readonly at: number
  /** Real time from which it may be sent */
  readonly dueAt: number
  readonly nextTryAt: number
  readonly attempts: number
  /** Given up after its first failure */
  readonly once: boolean
}

/** An event to be stored. */
export type NewOutboxRow = Omit<OutboxRow, "id" | "nextTryAt" | "attempts">

type Row = {
  id: number
  lane: string
  page_id: string
  part: string
  event: string
  mid: string | null
  at: number
  due_at: number
  next_try_at: number
  attempts: number
  once: number
}

const SETTLED_KEPT = 5_000

/** Pending events in the order they fall due. */
export class OutboxStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Store one; gives its id. */
  add(row: NewOutboxRow): number {
    const { id } = this.#sql
      .exec<{ id: number }>(
        `INSERT INTO outbox (lane, page_id, part, event, mid, at, due_at, next_try_at, attempts, once, state)
         VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, ?, 'pending') RETURNING id`,
        row.lane,
        row.pageId,
        row.part,
        row.event,
        row.mid ?? null,
        row.at,
        row.dueAt,
        Number(row.once),
      )
      .one()
    if (id % 500 === 0)
      this.#sql.exec("DELETE FROM outbox WHERE state <> 'pending' AND id < ?", id - SETTLED_KEPT)
    return id
  }

  /** Lanes that hold something pending. */
  lanes(): readonly string[] {
    return this.#sql
      .exec<{ lane: string }>("SELECT DISTINCT lane FROM outbox WHERE state = 'pending'")
      .toArray()
      .map((row) => row.lane)
  }

  /** The next of a lane, due or not. */
  head(lane: string): OutboxRow | undefined {
    const [row] = this.#sql
      .exec<Row>(
        "SELECT * FROM outbox WHERE state = 'pending' AND lane = ? ORDER BY due_at, id LIMIT 1",
        lane,
      )
      .toArray()
    return row === undefined ? undefined : toRow(row)
  }

  /** What may be sent now, of every lane. */
  due(now: number, limit: number): readonly OutboxRow[] {
    return this.#sql
      .exec<Row>(
        "SELECT * FROM outbox WHERE state = 'pending' AND due_at <= ? AND next_try_at <= ? ORDER BY due_at, id LIMIT ?",
        now,
        now,
        limit,
      )
      .toArray()
      .map(toRow)
  }

  /** When the next pending one may be sent. */
  nextAt(): number | undefined {
    const { at } = this.#sql
      .exec<{ at: number | null }>(
        "SELECT min(max(due_at, next_try_at)) AS at FROM outbox WHERE state = 'pending'",
      )
      .one()
    return at ?? undefined
  }

  /** Settle one. */
  settle(id: number, state: "done" | "dropped"): void {
    this.#sql.exec("UPDATE outbox SET state = ?, attempts = attempts + 1 WHERE id = ?", state, id)
  }

  /** Try one again later. */
  postpone(id: number, nextTryAt: number): void {
    this.#sql.exec("UPDATE outbox SET attempts = attempts + 1, next_try_at = ? WHERE id = ?", nextTryAt, id)
  }

  /** Time passed on the sandbox's clock only: what waits for another try waits that much less. */
  hasten(ms: number): void {
    this.#sql.exec(
      "UPDATE outbox SET next_try_at = next_try_at - ? WHERE state = 'pending' AND attempts > 0",
      ms,
    )
  }

  /** Forget everything pending of a Page that lost its subscription. */
  dropPending(pageId: string): void {
    this.#sql.exec("UPDATE outbox SET state = 'dropped' WHERE state = 'pending' AND page_id = ?", pageId)
  }

  /** How many stand in each state. */
  counts(): Readonly<Record<string, number>> {
    const rows = this.#sql
      .exec<{ state: string; n: number }>("SELECT state, count(*) AS n FROM outbox GROUP BY state")
      .toArray()
    return { pending: 0, done: 0, dropped: 0, ...Object.fromEntries(rows.map((row) => [row.state, row.n])) }
  }
}

function toRow(row: Row): OutboxRow {
  return {
    id: row.id,
    lane: row.lane,
    pageId: row.page_id,
    part: row.part === "changes" || row.part === "standby" ? row.part : "messaging",
    event: row.event,
    mid: row.mid ?? undefined,
    at: row.at,
    dueAt: row.due_at,
    nextTryAt: row.next_try_at,
    attempts: row.attempts,
    once: row.once === 1,
  }
}
