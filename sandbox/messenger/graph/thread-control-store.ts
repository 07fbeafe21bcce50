// Who holds which thread, and until when. An app's hold lapses by the sandbox's clock; reading after that finds an
// idle thread. The rules are thread-control.ts.

/** Threads by person. */
export class ThreadControlStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The app that holds a person's thread now, and until when; undefined while it is idle. */
  find(psid: string, now: number): { readonly owner: string; readonly expiresAt: number } | undefined {
    const [row] = this.#sql
      .exec<{ owner: string; expires_at: number }>(
        "SELECT owner, expires_at FROM threads WHERE psid = ? AND owner IS NOT NULL AND expires_at > ?",
        psid,
        now,
      )
      .toArray()
    return row === undefined ? undefined : { owner: row.owner, expiresAt: row.expires_at }
  }

  /** Give the thread to an app until then; without one it is idle. */
  put(psid: string, owner: string | undefined, expiresAt: number): void {
    this.#sql.exec(
      `INSERT INTO threads (psid, owner, expires_at) VALUES (?, ?, ?)
       ON CONFLICT (psid) DO UPDATE SET owner = excluded.owner, expires_at = excluded.expires_at`,
      psid,
      owner ?? null,
      expiresAt,
    )
  }

  /** Something was said: a hold that still lasts reaches at least to then. */
  touch(psid: string, now: number, expiresAt: number): void {
    this.#sql.exec(
      "UPDATE threads SET expires_at = max(expires_at, ?) WHERE psid = ? AND expires_at > ?",
      expiresAt,
      psid,
      now,
    )
  }
}
