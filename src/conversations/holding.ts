// Keeping an event for later: sealed in its own ledger row, whose outcome is `held`. What the platform refused a moment before has its row
// already, and keeps its receipt. Telling what was held is held.ts. Called by tell-updates.ts.

import { EVENT_TYPES, type ToldEvent } from "../banks/event-types.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { Wish } from "../preferences/wants.ts"
import type { Cause, Entry } from "./entry.ts"
import { writeEntry } from "./entry-form.ts"
import { claimRow, findRow, keepRow, LANES, type LedgerRow } from "./ledger.ts"
import { settled } from "./outcome.ts"
import { openEntry } from "./perform.ts"
import type { TellOutcome, TellRequest } from "./person-world.ts"
import { ledgerPlace } from "./place.ts"
import { createReceipt, leafOf } from "./receipt.ts"
import { causeOf, outcomeOf, settleAs, type Teller } from "./tell-rules.ts"
import { memoryOf } from "./told-before.ts"

/** What nobody asked for by then is old. */
export const HELD_MS_MAX = 3 * DAY_MS

/** Keep an event for later. Its row and the alarm are written in one step. */
export async function holdUpdate(
  teller: Teller,
  request: TellRequest,
  key: string,
  wish: Wish & { readonly kind: "hold" },
): Promise<TellOutcome> {
  const { world, whom, wake } = teller
  const { event } = request
  if (endsBefore(event, wish.until)) return settleAs(teller, key, settled("suppressed", "stale"))
  if (waitsWithItsRun(event, wish)) return { kind: "pending", afterMs: wish.until - world.now() }
  await wake.ready()
  const known = findRow(world.sql, key)
  if (known) return keepUpdate(teller, event, known, wish)
  const cause = causeOf(request)
  const entry: Entry = {
    v: 1,
    ...createReceipt(world.random, world.now()),
    held: event,
    ...memoryOf(event),
    // Its age was judged when it came: what is told later says of which instant it is.
    cause: cause.kind === "event" ? { ...cause, staleAt: goodUntil(event, wish.until) } : cause,
  }
  const sealed = await teller.key.seal(writeEntry(entry), ledgerPlace(whom, key))
  const now = world.now()
  const claimed = claimRow(world.sql, {
    key,
    lane: LANES.updates,
    seq: now,
    state: "held",
    reason: wish.why,
    at: now,
    dueAt: wish.until,
    sends: 0,
    sealed,
    leaf: leafOf(key, entry),
  })
  return afterHolding(teller, key, claimed, wish)
}

/** A notice to everybody waits for the morning with those who have not been told: it may be stopped in the night, and then is told to nobody.
 * Who wants one summary a day has it in the next. */
function waitsWithItsRun(event: ToldEvent, { why }: Wish & { readonly kind: "hold" }): boolean {
  const toEverybody = event.type === "bank.service.notice.v1" && event.audience === "linked"
  return toEverybody && (why === "quiet_hours" || why === "muted")
}

/** The same for what the platform did not take a moment ago: its row and its receipt are there. */
async function keepUpdate(
  teller: Teller,
  event: ToldEvent,
  known: LedgerRow,
  { until, why }: Wish & { readonly kind: "hold" },
): Promise<TellOutcome> {
  const { world, whom, key: personKey } = teller
  const { key } = known
  const entry = await openEntry(teller, known)
  if (!entry) return settleAs(teller, key, settled("failed", "unreadable"))
  const sealed = await personKey.seal(
    writeEntry({ ...entry, ...memoryOf(event), held: event }),
    ledgerPlace(whom, key),
  )
  const kept = keepRow(world.sql, key, { at: world.now(), dueAt: until, reason: why, sealed })
  return afterHolding(teller, key, kept, { until, why })
}

/** @param kept `false` where the row stands for something else by now */
async function afterHolding(
  teller: Teller,
  key: string,
  kept: boolean,
  { until, why }: Pick<Wish & { readonly kind: "hold" }, "until" | "why">,
): Promise<TellOutcome> {
  if (!kept) {
    const row = findRow(teller.world.sql, key)
    if (!row) throw new Error("Cannot find the row of an event that was held")
    return outcomeOf(teller, row)
  }
  await teller.wake.armBy(until)
  return settled("held", why)
}

/** Whether its own term is over before its time comes: what is due is no news afterwards. */
function endsBefore(event: ToldEvent, until: number): boolean {
  return typeof EVENT_TYPES[event.type].staleAfterMs !== "number" && event.staleAt <= until
}

/** Until when a held row may be told. One that was handed over before it was held has the event's own term in its receipt. */
export function termOf(
  event: ToldEvent,
  cause: Pick<Extract<Cause, { readonly kind: "event" }>, "staleAt">,
  { at }: LedgerRow,
): number {
  const own = cause.staleAt <= event.staleAt && typeof EVENT_TYPES[event.type].staleAfterMs === "number"
  return own ? Math.max(cause.staleAt, at + HELD_MS_MAX) : cause.staleAt
}

function goodUntil(event: ToldEvent, until: number): number {
  return typeof EVENT_TYPES[event.type].staleAfterMs === "number"
    ? Math.max(event.staleAt, until + HELD_MS_MAX)
    : event.staleAt
}
