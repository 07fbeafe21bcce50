// Pages: token, subscription, profile, and how their webhooks fare.

import type { JsonObject } from "../json.ts"

/** A Page as the platform knows it. */
export type Page = {
  readonly id: string
  readonly token: string
  readonly name: string
  /** Subscribed webhook fields; empty means the app is not installed */
  readonly fields: readonly string[]
  readonly profile: JsonObject
  /** The callback has answered the handshake */
  readonly verified: boolean
  /** Since when every webhook fails, on the sandbox's clock */
  readonly failingSince: number | undefined
}

type Row = {
  id: string
  token: string
  name: string
  fields: string
  profile: string
  verified: number
  failing_since: number | null
}

/** Pages by id or token, and the counting of profile writes. */
export class PageStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Add a Page unless it is there. */
  add(page: Pick<Page, "id" | "token" | "name" | "fields">): void {
    this.#sql.exec(
      "INSERT OR IGNORE INTO pages (id, token, name, fields, profile, verified) VALUES (?, ?, ?, ?, '{}', 0)",
      page.id,
      page.token,
      page.name,
      JSON.stringify(page.fields),
    )
  }

  /** The Page a token speaks for. */
  findByToken(token: string): Page | undefined {
    const [row] = this.#sql.exec<Row>("SELECT * FROM pages WHERE token = ?", token).toArray()
    return row === undefined ? undefined : toPage(row)
  }

  /** The Page with that id. */
  find(id: string): Page | undefined {
    const [row] = this.#sql.exec<Row>("SELECT * FROM pages WHERE id = ?", id).toArray()
    return row === undefined ? undefined : toPage(row)
  }

  /** Every Page. */
  list(): readonly Page[] {
    return this.#sql.exec<Row>("SELECT * FROM pages ORDER BY id").toArray().map(toPage)
  }

  /** Another token; the old one is nobody's from now on. */
  changeToken(id: string, token: string): void {
    this.#sql.exec("UPDATE OR IGNORE pages SET token = ? WHERE id = ?", token, id)
  }

  /** Replace the subscribed fields. */
  subscribe(id: string, fields: readonly string[]): void {
    this.#sql.exec(
      "UPDATE pages SET fields = ?, failing_since = NULL WHERE id = ?",
      JSON.stringify(fields),
      id,
    )
  }

  /** Replace the profile. */
  putProfile(id: string, profile: JsonObject): void {
    this.#sql.exec("UPDATE pages SET profile = ? WHERE id = ?", JSON.stringify(profile), id)
  }

  /** Remember that the handshake succeeded. */
  markVerified(id: string): void {
    this.#sql.exec("UPDATE pages SET verified = 1 WHERE id = ?", id)
  }

  /** Remember since when webhooks fail; undefined when one was answered. */
  markFailing(id: string, since: number | undefined): void {
    this.#sql.exec("UPDATE pages SET failing_since = ? WHERE id = ?", since ?? null, id)
  }

  /** Count a write to the profile; gives how many fell into the span before it. */
  countProfileCall(id: string, now: number, spanMs: number): number {
    this.#sql.exec("DELETE FROM profile_calls WHERE at <= ?", now - spanMs)
    const { n } = this.#sql
      .exec<{ n: number }>("SELECT count(*) AS n FROM profile_calls WHERE page_id = ?", id)
      .one()
    this.#sql.exec("INSERT INTO profile_calls (page_id, at) VALUES (?, ?)", id, now)
    return n
  }
}

function toPage(row: Row): Page {
  return {
    id: row.id,
    token: row.token,
    name: row.name,
    fields: JSON.parse(row.fields) as readonly string[],
    profile: JSON.parse(row.profile) as JsonObject,
    verified: row.verified === 1,
    failingSince: row.failing_since ?? undefined,
  }
}
