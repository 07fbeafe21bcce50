// A bank's line of customers who wait for a person, on the SQLite of its object: who waits since when, who has whom, who is at the desk.
// Pseudonyms and instants only: what is said lies in each person's own Conversation. Every step is one synchronous transaction, so that
// of two who claim at once one gets it. Composed by line.ts; ordering and estimates are here too, because both are queries.

import { DAY_MS, HOUR_MS, MINUTE_MS } from "../foundation/clock.ts"
import type { PageId, PersonId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Sql } from "../foundation/world.ts"

/** A claim without a beat goes back to the line. */
export const BEAT_MS = 5 * MINUTE_MS
/** Waits of this long ago still tell how long one waits. */
const ESTIMATE_FROM_MS = 2 * HOUR_MS
/** An agent who was not heard of this long is not at the desk. */
const PRESENT_MS = 15 * MINUTE_MS
const ENDED_KEPT_MS = 30 * DAY_MS
const LISTED_MAX = 500
const ANSWERS_MAX = 100

/** `message`: left while nobody was there. */
export type ThreadKind = "chat" | "message"

/** Somebody who wants a person. */
export interface Joining {
  readonly thread: string
  readonly person: PersonId
  readonly page: PageId
  readonly kind: ThreadKind
  /** When the platform's window closed if they said nothing more. */
  readonly windowEndsAt: number
}

/** Where somebody stands. */
export interface LinePlace {
  /** 1 is next. */
  readonly place: number
  /** Median wait of the last two hours; none where nobody was claimed in them. */
  readonly estimateMs?: number
}

export interface LineThread {
  readonly thread: string
  readonly person: PersonId
  readonly page: PageId
  readonly kind: ThreadKind
  readonly joinedAt: number
  readonly windowEndsAt: number
  readonly agent?: string
}

export interface Agent {
  readonly id: string
  /** What customers read. */
  readonly name: string
  readonly status: "here" | "away"
}

export interface CannedAnswer {
  readonly title: string
  readonly text: string
}

/** `taken`: by a colleague, who is named. `not_here`: say so at the desk first. */
export type ClaimRefusal =
  | { readonly reason: "gone" }
  | { readonly reason: "not_here" }
  | { readonly reason: "taken"; readonly by: string }

type Row = {
  thread: string
  person: string
  page: string
  kind: string
  joined_at: number
  window_ends_at: number
  agent: string
  beat_at: number
  ended_at: number
}

const COLUMNS = "thread, person, page, kind, joined_at, window_ends_at, agent, beat_at, ended_at"
const ORDER = "ORDER BY window_ends_at, joined_at, thread"

/** Make the tables. */
export function prepareLine(sql: Sql): void {
  for (const statement of [
    `CREATE TABLE IF NOT EXISTS threads (
      thread TEXT PRIMARY KEY, person TEXT NOT NULL, page TEXT NOT NULL, kind TEXT NOT NULL,
      joined_at INTEGER NOT NULL, window_ends_at INTEGER NOT NULL, agent TEXT NOT NULL DEFAULT '',
      beat_at INTEGER NOT NULL DEFAULT 0, waited_ms INTEGER NOT NULL DEFAULT -1, claimed_at INTEGER NOT NULL DEFAULT 0,
      lapsed TEXT NOT NULL DEFAULT '', ended_at INTEGER NOT NULL DEFAULT 0, satisfied TEXT NOT NULL DEFAULT '') WITHOUT ROWID`,
    "CREATE TABLE IF NOT EXISTS agents (id TEXT PRIMARY KEY, name TEXT NOT NULL, status TEXT NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS answers (n INTEGER PRIMARY KEY, title TEXT NOT NULL, text TEXT NOT NULL)",
  ])
    sql.exec(statement)
}

/** The bank has left: every row goes, of who waited, of who answered, and the answers there were. Harmless to repeat. */
export function forgetLine(sql: Sql): void {
  sql.transaction(() => {
    for (const table of ["threads", "agents", "answers"]) sql.exec(`DELETE FROM ${table}`)
  })
}

/** Stand in the line. Harmless to repeat: the place stays. */
export function join(sql: Sql, joining: Joining, now: number): LinePlace {
  sql.exec(
    "INSERT INTO threads (thread, person, page, kind, joined_at, window_ends_at) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    joining.thread,
    joining.person,
    joining.page,
    joining.kind,
    now,
    joining.windowEndsAt,
  )
  return placeOf(sql, joining.thread, now)
}

/** Where a thread stands; 1 for one that does not wait. */
export function placeOf(sql: Sql, thread: string, now: number): LinePlace {
  const waiting = sql
    .exec<{ thread: string }>(`SELECT thread FROM threads WHERE agent = '' AND ended_at = 0 ${ORDER}`)
    .rows.findIndex((row) => row.thread === thread)
  const estimateMs = medianWait(sql, now)
  return { place: Math.max(waiting, 0) + 1, ...(estimateMs === undefined ? {} : { estimateMs }) }
}

/** All that wait or are in somebody's hands, in order. */
export function listThreads(sql: Sql): readonly LineThread[] {
  return sql
    .exec<Row>(`SELECT ${COLUMNS} FROM threads WHERE ended_at = 0 ${ORDER} LIMIT ${LISTED_MAX}`)
    .rows.map(threadOf)
}

/** Take a thread. Whoever has it already keeps it. */
export function claim(
  sql: Sql,
  thread: string,
  agent: string,
  now: number,
): Result<LineThread, ClaimRefusal> {
  return sql.transaction(() => {
    if (!findPresent(sql, agent, now)) return err({ reason: "not_here" })
    const row = find(sql, thread)
    if (!row) return err({ reason: "gone" })
    if (row.agent !== "" && row.agent !== agent && now < row.beat_at + BEAT_MS)
      return err({ reason: "taken", by: nameOf(sql, row.agent) })
    sql.exec(
      "UPDATE threads SET agent = ?, beat_at = ?, lapsed = '', claimed_at = ?, waited_ms = iif(waited_ms < 0, ?, waited_ms) WHERE thread = ?",
      agent,
      now,
      now,
      now - row.joined_at,
      thread,
    )
    return ok(threadOf({ ...row, agent }))
  })
}

/** The thread, if this agent has it; being at work on it is a beat. */
export function held(sql: Sql, thread: string, agent: string, now: number): LineThread | undefined {
  const row = find(sql, thread)
  if (row?.agent !== agent || now >= row.beat_at + BEAT_MS) return undefined
  sql.exec("UPDATE threads SET beat_at = ? WHERE thread = ?", now, thread)
  sql.exec("UPDATE agents SET seen_at = ? WHERE id = ?", now, agent)
  return threadOf(row)
}

/** Give a thread to a colleague at the desk, who has one beat's time to begin.
 * @returns the colleague; `undefined` where they are not there or the thread is not the agent's */
export function transfer(
  sql: Sql,
  thread: string,
  { from, to, now }: { readonly from: string; readonly to: string; readonly now: number },
): Agent | undefined {
  return sql.transaction(() => {
    const colleague = findPresent(sql, to, now)
    if (!colleague || !held(sql, thread, from, now)) return undefined
    sql.exec("UPDATE threads SET agent = ?, beat_at = ? WHERE thread = ?", to, now, thread)
    return colleague
  })
}

/** Put a thread back where it stood. Its Conversation is to hear of it as of a lapse: until `toldOfLapse` the assistant may be silent. */
export function giveBack(sql: Sql, thread: string, now: number): LinePlace {
  sql.exec(
    "UPDATE threads SET lapsed = iif(agent = '', lapsed, agent), agent = '', beat_at = 0 WHERE thread = ? AND ended_at = 0",
    thread,
  )
  return placeOf(sql, thread, now)
}

/** Threads whose agent fell silent: they wait again.
 * @returns those whose Conversation was not told yet; `toldOfLapse` takes them off */
export function lapse(sql: Sql, now: number): readonly LineThread[] {
  return sql.transaction(() => {
    sql.exec(
      "UPDATE threads SET lapsed = agent, agent = '', beat_at = 0 WHERE agent <> '' AND ended_at = 0 AND beat_at <= ?",
      now - BEAT_MS,
    )
    sql.exec("DELETE FROM threads WHERE ended_at > 0 AND ended_at < ?", now - ENDED_KEPT_MS)
    return sql
      .exec<Row>(`SELECT ${COLUMNS} FROM threads WHERE lapsed <> '' AND ended_at = 0 ${ORDER}`)
      .rows.map(threadOf)
  })
}

/** The Conversation knows that its thread waits again. */
export function toldOfLapse(sql: Sql, thread: string): void {
  sql.exec("UPDATE threads SET lapsed = '' WHERE thread = ?", thread)
}

/** Over, for whatever reason. Harmless to repeat. */
export function end(sql: Sql, thread: string, now: number): void {
  sql.exec("UPDATE threads SET ended_at = ?, agent = '' WHERE thread = ? AND ended_at = 0", now, thread)
}

/** What the customer said of it. */
export function rate(sql: Sql, thread: string, satisfied: boolean): void {
  sql.exec("UPDATE threads SET satisfied = ? WHERE thread = ?", satisfied ? "yes" : "no", thread)
}

/** How many said that it helped, of those who answered, of the threads still kept. */
export function countRatings(sql: Sql): { readonly yes: number; readonly no: number } {
  const count = (said: string) =>
    sql.exec<{ n: number }>("SELECT count(*) AS n FROM threads WHERE satisfied = ?", said).rows[0]?.n ?? 0
  return { yes: count("yes"), no: count("no") }
}

/** An agent says that they are there, or not; also a sign of life. */
export function present(sql: Sql, agent: Agent, now: number): void {
  sql.exec(
    "INSERT INTO agents (id, name, status, seen_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, status = excluded.status, seen_at = excluded.seen_at",
    agent.id,
    agent.name,
    agent.status,
    now,
  )
}

/** Who is at the desk. */
export function listAgents(sql: Sql, now: number): readonly Agent[] {
  return sql
    .exec<{ id: string; name: string; status: string }>(
      "SELECT id, name, status FROM agents WHERE seen_at > ? ORDER BY name, id LIMIT 200",
      now - PRESENT_MS,
    )
    .rows.map(({ id, name, status }) => ({ id, name, status: status === "here" ? "here" : "away" }))
}

/** An agent who is there. */
export function findPresent(sql: Sql, id: string, now: number): Agent | undefined {
  return listAgents(sql, now).find((agent) => agent.id === id && agent.status === "here")
}

export function listAnswers(sql: Sql): readonly CannedAnswer[] {
  return sql.exec<{ title: string; text: string }>("SELECT title, text FROM answers ORDER BY n").rows
}

/** Put the bank's ready answers in the place of those there were, at most 100. */
export function putAnswers(sql: Sql, answers: readonly CannedAnswer[]): void {
  if (answers.length > ANSWERS_MAX) throw new RangeError(`Cannot keep ${answers.length} answers`)
  sql.transaction(() => {
    sql.exec("DELETE FROM answers")
    for (const { title, text } of answers)
      sql.exec("INSERT INTO answers (title, text) VALUES (?, ?)", title, text)
  })
}

function medianWait(sql: Sql, now: number): number | undefined {
  const waits = sql
    .exec<{ waited_ms: number }>(
      "SELECT waited_ms FROM threads WHERE kind = 'chat' AND waited_ms >= 0 AND claimed_at > ? ORDER BY waited_ms",
      now - ESTIMATE_FROM_MS,
    )
    .rows.map((row) => row.waited_ms)
  const [low, high] = [waits[(waits.length - 1) >> 1], waits[waits.length >> 1]]
  return low === undefined || high === undefined ? undefined : (low + high) / 2
}

function nameOf(sql: Sql, id: string): string {
  return sql.exec<{ name: string }>("SELECT name FROM agents WHERE id = ?", id).rows[0]?.name ?? ""
}

function find(sql: Sql, thread: string): Row | undefined {
  return sql.exec<Row>(`SELECT ${COLUMNS} FROM threads WHERE thread = ? AND ended_at = 0`, thread).rows[0]
}

function threadOf(row: Row): LineThread {
  return {
    thread: row.thread,
    person: row.person as PersonId,
    page: row.page as PageId,
    kind: row.kind === "message" ? "message" : "chat",
    joinedAt: row.joined_at,
    windowEndsAt: row.window_ends_at,
    ...(row.agent === "" ? {} : { agent: row.agent }),
  }
}
