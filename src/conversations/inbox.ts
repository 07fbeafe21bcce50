// Webhook events between their receipt and their turn. The key is unique, so a copy of an event has no effect;
// the content is sealed under a day key, because D1 may be out of reach when it arrives. Numbers of cards and accounts are taken
// out before that; everything else that was typed lies there sealed until the row goes.

import { digestText } from "../crypto/hmac.ts"
import type { OpenRefusal } from "../crypto/seal.ts"
import { DAY_MS } from "../foundation/clock.ts"
import { ok, type Result } from "../foundation/result.ts"
import type { Sql } from "../foundation/world.ts"
import type { MessengerEvent } from "../messenger/event.ts"
import type { Vault } from "../vault/vault.ts"
import { redact } from "./intents/redact.ts"
import type { Whom } from "./person-world.ts"

/** Longer than the platform repeats, shorter than a day key lives. */
export const INBOX_KEPT_MS = 8 * DAY_MS

/** An event waiting for its turn. */
export interface InboxRow {
  readonly key: string
  readonly seq: number
  readonly at: number
  readonly sealed: string
}

/** What is stored of an event until its turn. */
export interface Kept {
  readonly event: MessengerEvent
  /** A card number stood in it. */
  readonly card: boolean
  readonly psid: string
  /** Edits of its text so far. */
  readonly edits?: number
}

/** An event as it may be stored: without numbers of cards and accounts, under a key of its own. */
export async function sealForInbox(
  vault: Pick<Vault, "sealForDays">,
  whom: Whom,
  event: MessengerEvent,
  psid: string,
): Promise<{ readonly key: string; readonly sealed: string }> {
  const key = await digestText(`${whom.person}|${event.key}`)
  return { key, sealed: await sealKept(vault, whom, key, { event, psid }) }
}

/** What a row of that key is to hold. */
export function sealKept(
  vault: Pick<Vault, "sealForDays">,
  whom: Whom,
  key: string,
  { event, ...more }: Omit<Kept, "card">,
): Promise<string> {
  const text = JSON.stringify({ ...more, ...withoutNumbers(event) } satisfies Kept)
  return vault.sealForDays("inbox", whom.page, `${whom.person}|${key}`, text)
}

/** The row of an event, whether it has had its turn or not. */
export function findInboxRow(sql: Sql, key: string): InboxRow | undefined {
  return sql.exec<InboxRow & Record<string, string | number>>(
    "SELECT key, seq, at, sealed FROM inbox WHERE key = ?",
    key,
  ).rows[0]
}

/** Put something else in the place of what a row holds. */
export function amendInboxRow(sql: Sql, key: string, sealed: string): void {
  sql.exec("UPDATE inbox SET sealed = ? WHERE key = ?", sealed, key)
}

/** Open an event whose turn has come. */
export async function openInboxRow(
  vault: Pick<Vault, "openForDays">,
  whom: Whom,
  row: InboxRow,
): Promise<Result<Kept, OpenRefusal>> {
  const text = await vault.openForDays("inbox", whom.page, `${whom.person}|${row.key}`, row.sealed)
  return text.ok ? ok(JSON.parse(text.value) as Kept) : text
}

/** Store events in the order given. Copies of known ones are left out.
 * @returns how many were new */
export function storeInbox(
  sql: Sql,
  events: readonly { readonly key: string; readonly sealed: string }[],
  now: number,
): number {
  return sql.transaction(() => {
    let seq = newestInInbox(sql)
    let stored = 0
    for (const event of events) {
      const next = Math.max(seq + 1, now)
      const insert = sql.exec(
        "INSERT INTO inbox (key, seq, at, sealed) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        event.key,
        next,
        now,
        event.sealed,
      )
      if (insert.rowsWritten === 0) continue
      seq = next
      stored += 1
    }
    return stored
  })
}

/** The next event whose turn has not been taken. */
export function nextInInbox(sql: Sql, turnedThrough: number): InboxRow | undefined {
  return sql.exec<InboxRow & Record<string, string | number>>(
    "SELECT key, seq, at, sealed FROM inbox WHERE seq > ? ORDER BY seq LIMIT 1",
    turnedThrough,
  ).rows[0]
}

/** Number of the newest event; 0 where there is none. */
export function newestInInbox(sql: Sql): number {
  return sql.exec<{ seq: number | null }>("SELECT max(seq) AS seq FROM inbox").rows[0]?.seq ?? 0
}

/** Forget events that have had their turn long ago. */
export function pruneInbox(sql: Sql, turnedThrough: number, now: number): void {
  sql.exec("DELETE FROM inbox WHERE at < ? AND seq <= ?", now - INBOX_KEPT_MS, turnedThrough)
}

function withoutNumbers(event: MessengerEvent): { readonly event: MessengerEvent; readonly card: boolean } {
  let card = false
  const clean = (text: string) => {
    const found = redact(text)
    card ||= found.card
    return found.text
  }
  return { event: cleaned(event, clean), card }
}

/** An event with each text in it that somebody typed passed through `clean`. Payloads are ours: they pass as they are. */
function cleaned(event: MessengerEvent, clean: (text: string) => string): MessengerEvent {
  switch (event.kind) {
    case "message":
    case "edit":
      return { ...event, text: clean(event.text) }
    case "echo":
      return event.text === undefined ? event : { ...event, text: clean(event.text) }
    case "postback":
      return { ...event, title: clean(event.title) }
    case "feedback": {
      const answers = event.answers.map((each) => ({
        ...each,
        score: clean(each.score),
        ...(each.comment === undefined ? {} : { comment: clean(each.comment) }),
      }))
      return { ...event, answers }
    }
    case "overheard":
      return { ...event, event: cleaned(event.event, clean) as typeof event.event }
    default:
      return event
  }
}
