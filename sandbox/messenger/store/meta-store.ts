// Single values: the clock's offset and how webhooks arrive. Nothing that has rows of its own.

/** Text by name, kept across restarts. */
export class MetaStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** The value under that name, if one was ever written. */
  find(key: string): string | undefined {
    const [row] = this.#sql.exec<{ value: string }>("SELECT value FROM meta WHERE key = ?", key).toArray()
    return row?.value
  }

  /** Write the value under that name. */
  put(key: string, value: string): void {
    this.#sql.exec(
      "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      key,
      value,
    )
  }
}
