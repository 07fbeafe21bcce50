// What the bank is told of its events after they were handed over: delivered, read, answered, and an alert that was not delivered in
// time, so that the bank uses another channel. Always before the row changes: what could not be made durable is told when the same
// comes again, under the same id. Called by person.ts; what fan-out settles, fan-out reports.

import type { EventCallback } from "../banks/callback.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { EchoReceived } from "../messenger/event.ts"
import {
  acceptByEcho,
  findRow,
  isSettled,
  LANES,
  listReached,
  listUndelivered,
  markReached,
  type LedgerRow,
  type Reached,
} from "./ledger.ts"
import { rowsNamed } from "./message-keys.ts"
import { openEntry, type Sender } from "./perform.ts"
import { isNewLink } from "./state.ts"

/** An alert not delivered by then is an old story: the object slept through its moment. */
const FALLBACK_TOLD_MS_MAX = DAY_MS

const TOLD: readonly LedgerRow["state"][] = ["accepted", "delivered", "read"]

/** Messenger says that everything up to an instant was delivered, or read. Updates count where the bank wants to hear of them.
 * @param open gives the person's key and state: asked for only where there is something to tell
 * @throws Unready where it could not be made durable: nothing is marked then */
export async function hearReached(
  world: Sender["world"],
  bank: Sender["whom"]["bank"],
  reached: Reached,
  watermark: number,
  open: () => Promise<Sender>,
): Promise<void> {
  const { sql, callbacks } = world
  if (listReached(sql, reached, watermark, true).length === 0) return
  const terms = await callbacks.terms(bank)
  // Where nobody hears of it, a read changes nothing.
  if (!terms && reached === "read") return
  const updates = terms?.reportDelivery ?? false
  const rows = listReached(sql, reached, watermark, updates)
  if (rows.length === 0) return
  if (terms) await reportRows(await open(), rows, reached, "watermark")
  markReached(sql, reached, watermark, updates)
}

/** The person answered an alert. */
export async function reportAnswered(
  sender: Sender,
  alert: string,
  answer: "confirm" | "deny",
): Promise<void> {
  if (!(await sender.world.callbacks.terms(sender.whom.bank))) return
  const row = findRow(sender.world.sql, alert)
  if (row) await reportRows(sender, [row], "answered", answer === "confirm" ? "confirmed" : "denied")
}

/** A message of ours came back: it was told, whatever was thought and reported of it meanwhile. The bank hears that before the row
 * forgets it. @returns whether it is ours. @throws Unready as `hearReached` */
export async function hearEcho(
  { vault, sql, callbacks }: Sender["world"],
  whom: Sender["whom"],
  echo: EchoReceived,
  open: () => Promise<Sender>,
): Promise<boolean> {
  if (!echo.metadata) return echo.by === "ours"
  const key = await vault.openForDays("metadata", whom.page, whom.person, echo.metadata)
  if (!key.ok) return echo.by === "ours"
  // Several events may have been told in one message.
  const keys = rowsNamed(sql, key.value)
  const wrong = keys.flatMap((each) => {
    const row = findRow(sql, each)
    const given = row && isSettled(row.state) && !TOLD.includes(row.state) && row.state !== "held"
    return given && row.sends > 0 && row.lane !== LANES.replies ? [row] : []
  })
  if (wrong.length > 0 && (await callbacks.terms(whom.bank)))
    await reportRows(await open(), wrong, "accepted", "sent")
  for (const each of keys) acceptByEcho(sql, each)
  return true
}

/** An alert was told in a chat that was linked lately: the bank uses its own channel as well, for the chat may be a stranger's.
 * @throws Unready where it could not be made durable */
export async function reportNewLink(sender: Sender, row: LedgerRow): Promise<void> {
  const { world, whom } = sender
  const state = sender.state()
  if (state?.newSince === undefined || !(await world.callbacks.terms(whom.bank))) return
  const { newLinkMs } = await world.loadBankFacts(whom.bank, whom.page)
  if (isNewLink(state, newLinkMs, world.now())) await reportRows(sender, [row], "undeliverable", "new_link")
}

/** Tell of alerts that were not delivered in time.
 * @param told keys already told of in this object's life; a key told of again does no harm
 * @returns when to look again, if ever */
export async function reportOverdue(sender: Sender, told: Set<string>): Promise<number | undefined> {
  const { sql, callbacks, now } = sender.world
  const waiting = listUndelivered(sql, now() - FALLBACK_TOLD_MS_MAX)
  if (waiting.length === 0) return undefined
  const terms = await callbacks.terms(sender.whom.bank)
  if (!terms) return undefined
  const isOverdue = (row: LedgerRow) => row.seq + terms.fallbackMs <= now()
  const overdue = waiting.filter((row) => isOverdue(row) && !told.has(row.key))
  await reportRows(sender, overdue, "undeliverable", "fallback")
  for (const { key } of overdue) told.add(key)
  const next = waiting.filter((row) => !isOverdue(row)).map((row) => row.seq + terms.fallbackMs)
  return next.length > 0 ? Math.min(...next) : undefined
}

/** Tell the bank what became of the events of some rows. @throws Unready */
export async function reportRows(
  sender: Sender,
  rows: readonly LedgerRow[],
  status: EventCallback["status"],
  reason: EventCallback["reason"],
): Promise<void> {
  const { world, whom } = sender
  const told: EventCallback[] = []
  for (const row of rows) {
    const cause = (await openEntry(sender, row))?.cause
    if (cause?.kind !== "event") continue
    const { id, source, type, customer } = cause
    told.push({
      kind: "event",
      event: { id, source, type },
      customer,
      person: whom.person,
      status,
      reason,
      at: world.now(),
    })
  }
  if (told.length > 0) await world.callbacks.report(whom.bank, told)
}
