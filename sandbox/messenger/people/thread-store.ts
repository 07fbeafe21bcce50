// What was said between a person and the Page, oldest first. Keeps message objects as they were sent; draws nothing.

import type { RenderedTemplate } from "../graph/template.ts"
import type { JsonObject } from "../json.ts"

/** One thing said. `body` is the Send API's message object; a person's tap has `text` and `postback`. */
export type Said = {
  readonly seq: number
  readonly mid: string
  readonly psid: string
  readonly from: "page" | "person"
  readonly at: number
  readonly body: JsonObject
  readonly messagingType: string | undefined
  readonly tag: string | undefined
  readonly rendered: RenderedTemplate | undefined
  readonly deliveredAt: number | undefined
  readonly readAt: number | undefined
  readonly reaction: string | undefined
}

/** A new one, before it has a place in the thread. */
export type NewSaid = Pick<Said, "mid" | "psid" | "from" | "at" | "body"> &
  Partial<{ messagingType: string; tag: string | undefined; rendered: RenderedTemplate | undefined }>

type Row = {
  seq: number
  mid: string
  psid: string
  side: string
  at: number
  body: string
  messaging_type: string | null
  tag: string | null
  rendered: string | null
  delivered_at: number | null
  read_at: number | null
  reaction: string | null
}

/** Threads by person. */
export class ThreadStore {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  /** Append; gives what was stored, with its place. */
  add(said: NewSaid): Said {
    const row = this.#sql
      .exec<Row>(
        "INSERT INTO messages (mid, psid, side, at, body, messaging_type, tag, rendered) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
        said.mid,
        said.psid,
        said.from,
        said.at,
        JSON.stringify(said.body),
        said.messagingType ?? null,
        said.tag ?? null,
        said.rendered === undefined ? null : JSON.stringify(said.rendered),
      )
      .one()
    return toSaid(row)
  }

  /** The whole thread, or what follows a place in it. */
  list(psid: string, afterSeq = 0): readonly Said[] {
    return this.#sql
      .exec<Row>("SELECT * FROM messages WHERE psid = ? AND seq > ? ORDER BY seq", psid, afterSeq)
      .toArray()
      .map(toSaid)
  }

  /** The newest `count`, oldest of them first. */
  newest(psid: string, count: number): readonly Said[] {
    return this.#sql
      .exec<Row>("SELECT * FROM messages WHERE psid = ? ORDER BY seq DESC LIMIT ?", psid, count)
      .toArray()
      .reverse()
      .map(toSaid)
  }

  /** What stands directly before that place. */
  before(psid: string, seq: number): Said | undefined {
    const [row] = this.#sql
      .exec<Row>("SELECT * FROM messages WHERE psid = ? AND seq < ? ORDER BY seq DESC LIMIT 1", psid, seq)
      .toArray()
    return row === undefined ? undefined : toSaid(row)
  }

  /** One message of that person's thread. */
  find(psid: string, mid: string): Said | undefined {
    const [row] = this.#sql
      .exec<Row>("SELECT * FROM messages WHERE psid = ? AND mid = ?", psid, mid)
      .toArray()
    return row === undefined ? undefined : toSaid(row)
  }

  /** Remember that it reached the other side. */
  markDelivered(mid: string, at: number): void {
    this.#sql.exec("UPDATE messages SET delivered_at = ? WHERE mid = ? AND delivered_at IS NULL", at, mid)
  }

  /** The Page's messages that this person has not read. */
  unread(psid: string): number {
    return this.#sql
      .exec<{ n: number }>(
        "SELECT count(*) AS n FROM messages WHERE psid = ? AND side = 'page' AND read_at IS NULL",
        psid,
      )
      .one().n
  }

  /** Mark all of the Page's messages read; gives the time of the newest, if any was unread. */
  markRead(psid: string, at: number): number | undefined {
    const newest = this.#sql
      .exec<{ at: number | null }>(
        "SELECT max(at) AS at FROM messages WHERE psid = ? AND side = 'page' AND read_at IS NULL",
        psid,
      )
      .one().at
    if (newest === null) return undefined
    this.#sql.exec(
      "UPDATE messages SET read_at = ? WHERE psid = ? AND side = 'page' AND read_at IS NULL",
      at,
      psid,
    )
    return newest
  }

  /** Set or clear the reaction on a message. */
  react(mid: string, reaction: string | undefined): void {
    this.#sql.exec("UPDATE messages SET reaction = ? WHERE mid = ?", reaction ?? null, mid)
  }
}

function toSaid(row: Row): Said {
  return {
    seq: row.seq,
    mid: row.mid,
    psid: row.psid,
    from: row.side === "page" ? "page" : "person",
    at: row.at,
    body: JSON.parse(row.body) as JsonObject,
    messagingType: row.messaging_type ?? undefined,
    tag: row.tag ?? undefined,
    rendered: row.rendered === null ? undefined : (JSON.parse(row.rendered) as RenderedTemplate),
    deliveredAt: row.delivered_at ?? undefined,
    readAt: row.read_at ?? undefined,
    reaction: row.reaction ?? undefined,
  }
}
