// Account linking tokens: opaque, bound to one person, valid five minutes on the sandbox's clock.

/** How long a token resolves a person and lets Log In come back. Source: messenger-platform.md 3.3. */
export const LINKING_TOKEN_LIFE_MS = 300_000

/** How long a dead token still finds its person, so that a late return leads back to the right chat. */
const REMEMBERED_MS = 24 * 3_600_000

/** Whom a live token is bound to. */
export type LinkingToken = { readonly psid: string; readonly pageId: string; readonly used: boolean }

/** Tokens by their text. */
export class LinkingStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Keep a new token. */
  add(token: string, psid: string, pageId: string, now: number): void {
    this.#sql.exec("DELETE FROM linking_tokens WHERE expires_at < ?", now - REMEMBERED_MS)
    this.#sql.exec(
      "INSERT INTO linking_tokens (token, psid, page_id, expires_at, used) VALUES (?, ?, ?, ?, 0)",
      token,
      psid,
      pageId,
      now + LINKING_TOKEN_LIFE_MS,
    )
  }

  /** The token, if it still lives. */
  find(token: string, now: number): LinkingToken | undefined {
    const [row] = this.#sql
      .exec<{ psid: string; page_id: string; used: number }>(
        "SELECT psid, page_id, used FROM linking_tokens WHERE token = ? AND expires_at >= ?",
        token,
        now,
      )
      .toArray()
    return row === undefined ? undefined : { psid: row.psid, pageId: row.page_id, used: row.used === 1 }
  }

  /** Whom a token was bound to, dead or not, so that a late return finds the chat again. */
  findOwner(token: string): string | undefined {
    const [row] = this.#sql
      .exec<{ psid: string }>("SELECT psid FROM linking_tokens WHERE token = ?", token)
      .toArray()
    return row?.psid
  }

  /** Spend it: Log In comes back once. */
  spend(token: string): void {
    this.#sql.exec("UPDATE linking_tokens SET used = 1 WHERE token = ?", token)
  }
}
