// What was said between a person and the Page, oldest first. Keeps message objects as they were sent; draws nothing.

import type { RenderedTemplate } from "../graph/template.ts"
import type { JsonObject } from "../json.ts"

/** One thing said. `body` is the Send API's message object; a person's tap has `text` and `postback`; a line of the
 * app's own (`system`) has `line`. */
export type Said = {
  readonly seq: number
  readonly mid: string
  readonly psid: string
  readonly from: "page" | "person" | "system"
  readonly at: number
  readonly body: JsonObject
  readonly messagingType: string | undefined
  readonly tag: string | undefined
  readonly rendered: RenderedTemplate | undefined
  readonly deliveredAt: number | undefined
  readonly readAt: number | undefined
  /** The person's reaction, and the Page's */
  readonly reaction: string | undefined
  readonly pageReaction: string | undefined
  /** The app that sent it for the Page */
  readonly appId: string | undefined
  readonly personaId: string | undefined
  /** Where the file of an `attachment_id` lies */
  readonly media: string | undefined
  /** The message it quotes */
  readonly replyTo: string | undefined
  readonly edits: number
  readonly isDeleted: boolean
}

/** A new one, before it has a place in the thread. */
export type NewSaid = Pick<Said, "mid" | "psid" | "from" | "at" | "body"> &
  Partial<Pick<Said, "messagingType" | "tag" | "rendered" | "appId" | "personaId" | "media" | "replyTo">>

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
  page_reaction: string | null
  app_id: string | null
  persona_id: string | null
  media: string | null
  reply_to: string | null
  edits: number
  deleted: number
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
        `INSERT INTO messages (mid, psid, side, at, body, messaging_type, tag, rendered, app_id, persona_id, media, reply_to)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *`,
        said.mid,
        said.psid,
        said.from,
        said.at,
        JSON.stringify(said.body),
        said.messagingType ?? null,
        said.tag ?? null,
        said.rendered === undefined ? null : JSON.stringify(said.rendered),
        said.appId ?? null,
        said.personaId ?? null,
        said.media ?? null,
        said.replyTo ?? null,
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

  /** The newest thing that somebody said: lines of the app's own do not count. */
  lastSaid(psid: string): Said | undefined {
    const [row] = this.#sql
      .exec<Row>("SELECT * FROM messages WHERE psid = ? AND side <> 'system' ORDER BY seq DESC LIMIT 1", psid)
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

  /** One message, whoever's thread it stands in. */
  findByMid(mid: string): Said | undefined {
    const [row] = this.#sql.exec<Row>("SELECT * FROM messages WHERE mid = ?", mid).toArray()
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

  /** Set or clear one side's reaction on a message. */
  react(mid: string, by: "person" | "page", reaction: string | undefined): void {
    const column = by === "page" ? "page_reaction" : "reaction"
    this.#sql.exec(`UPDATE messages SET ${column} = ? WHERE mid = ?`, reaction ?? null, mid)
  }

  /** Change the words of a message; gives how many times that has happened now. */
  edit(mid: string, body: JsonObject): number {
    return this.#sql
      .exec<{ edits: number }>(
        "UPDATE messages SET body = ?, edits = edits + 1 WHERE mid = ? RETURNING edits",
        JSON.stringify(body),
        mid,
      )
      .one().edits
  }

  /** Take a message back: its place stays, its content goes. */
  withdraw(mid: string): void {
    this.#sql.exec("UPDATE messages SET body = '{}', rendered = NULL, deleted = 1 WHERE mid = ?", mid)
  }
}

function toSaid(row: Row): Said {
  return {
    seq: row.seq,
    mid: row.mid,
    psid: row.psid,
    from: row.side === "page" || row.side === "system" ? row.side : "person",
    at: row.at,
    body: JSON.parse(row.body) as JsonObject,
    messagingType: row.messaging_type ?? undefined,
    tag: row.tag ?? undefined,
    rendered: row.rendered === null ? undefined : (JSON.parse(row.rendered) as RenderedTemplate),
    deliveredAt: row.delivered_at ?? undefined,
    readAt: row.read_at ?? undefined,
    reaction: row.reaction ?? undefined,
    pageReaction: row.page_reaction ?? undefined,
    appId: row.app_id ?? undefined,
    personaId: row.persona_id ?? undefined,
    media: row.media ?? undefined,
    replyTo: row.reply_to ?? undefined,
    edits: row.edits,
    isDeleted: row.deleted === 1,
  }
}
