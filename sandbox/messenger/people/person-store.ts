// The people who use the pretend Messenger. A person here is one PSID: known to one Page, as on the platform.

import type { Region } from "../graph/standing.ts"

/** One person and what Messenger remembers of them. Times are epoch milliseconds of the sandbox's clock. */
export type Person = {
  readonly psid: string
  readonly pageId: string
  readonly name: string
  readonly locale: string
  readonly lastActionAt: number | undefined
  readonly lastMessageAt: number | undefined
  /** Account linking, as Messenger knows it */
  readonly linked: boolean
  readonly blocked: boolean
  /** True once the phone page has shown this person's chat */
  readonly opened: boolean
  /** The Page has read everything up to here */
  readonly pageSawAt: number | undefined
  /** The `ref` of an m.me link opened before the first message */
  readonly pendingRef: string | undefined
  /** A persistent menu of their own, as JSON text */
  readonly menu: string | undefined
  /** Where the platform takes them to be */
  readonly region: Region | undefined
}

type Row = {
  psid: string
  page_id: string
  name: string
  locale: string
  last_action_at: number | null
  last_message_at: number | null
  linked: number
  blocked: number
  opened: number
  page_saw_at: number | null
  pending_ref: string | null
  menu: string | null
  region: string | null
}

const COLUMNS = {
  lastActionAt: "last_action_at",
  lastMessageAt: "last_message_at",
  linked: "linked",
  blocked: "blocked",
  opened: "opened",
  pageSawAt: "page_saw_at",
  pendingRef: "pending_ref",
  menu: "menu",
  region: "region",
} as const

/** What can change about a person; `null` clears. */
export type PersonChange = { readonly [Key in keyof typeof COLUMNS]?: number | string | boolean | null }

/** People by PSID. */
export class PersonStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Add somebody nobody has written to yet. */
  add(person: Pick<Person, "psid" | "pageId" | "name" | "locale">): void {
    this.#sql.exec(
      "INSERT INTO people (psid, page_id, name, locale) VALUES (?, ?, ?, ?)",
      person.psid,
      person.pageId,
      person.name,
      person.locale,
    )
  }

  /** That person, if there is one. */
  find(psid: string): Person | undefined {
    const [row] = this.#sql.exec<Row>("SELECT * FROM people WHERE psid = ?", psid).toArray()
    return row === undefined ? undefined : toPerson(row)
  }

  /** Everybody, oldest first. */
  list(): readonly Person[] {
    return this.#sql.exec<Row>("SELECT * FROM people ORDER BY ord").toArray().map(toPerson)
  }

  /** The newest and most recently active, oldest first: as many as a list can show. */
  recent(count: number): readonly Person[] {
    return this.#sql
      .exec<Row>(
        `SELECT * FROM (SELECT * FROM people ORDER BY coalesce(last_action_at, 0) DESC, ord DESC LIMIT ?) ORDER BY ord`,
        count,
      )
      .toArray()
      .map(toPerson)
  }

  /** Change what is named, leave the rest. */
  change(psid: string, change: PersonChange): void {
    for (const [key, value] of Object.entries(change)) {
      const column = COLUMNS[key as keyof typeof COLUMNS]
      const stored = typeof value === "boolean" ? Number(value) : (value ?? null)
      this.#sql.exec(`UPDATE people SET ${column} = ? WHERE psid = ?`, stored, psid)
    }
  }
}

function toPerson(row: Row): Person {
  return {
    psid: row.psid,
    pageId: row.page_id,
    name: row.name,
    locale: row.locale,
    lastActionAt: row.last_action_at ?? undefined,
    lastMessageAt: row.last_message_at ?? undefined,
    linked: row.linked === 1,
    blocked: row.blocked === 1,
    opened: row.opened === 1,
    pageSawAt: row.page_saw_at ?? undefined,
    pendingRef: row.pending_ref ?? undefined,
    menu: row.menu ?? undefined,
    region: row.region === "europe" || row.region === "japan" ? row.region : undefined,
  }
}
