// What the ledger and the person's preferences say of an event before it is told: the recent rows are opened once and remembered for the
// object's life. Reads only. Deciding is told-before.ts and preferences/wants.ts.

import type { ToldEvent } from "../banks/event-types.ts"
import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import { holding, type Preferences } from "../preferences/preferences.ts"
import { midnight, wants, type Wish } from "../preferences/wants.ts"
import type { Entry } from "./entry.ts"
import { LANES, listRecent, type LedgerRow } from "./ledger.ts"
import { accountOf, purposeOf } from "./notices/compose.ts"
import type { Outbox } from "./outbox.ts"
import { settled, type Settled } from "./outcome.ts"
import { openEntry } from "./perform.ts"
import type { State } from "./state.ts"
import type { BankWords, Teller } from "./tell-rules.ts"
import { decideOrder, memoryOf, type Memory, type OrderVerdict } from "./told-before.ts"

/** Longest an older balance can still be fresh. */
const BALANCE_MEMORY_MS = 20 * MINUTE_MS
/** Cards' reservations are posted or let go within this. */
const PAYMENT_MEMORY_MS = 14 * DAY_MS
/** Rows that were handed to the platform, or wait for their time. */
const REMEMBERED: ReadonlySet<LedgerRow["state"]> = new Set([
  "sending",
  "accepted",
  "delivered",
  "read",
  "unknown",
  "held",
])
/** Entries of one person that are kept open. */
const OPEN_MAX = 500

type Opened = Pick<Entry, "cause" | "paid" | "offered">
const opened = new WeakMap<Outbox, Map<string, Opened>>()

/** Whether an event is no news by what was told of its account. @param together told in the same message */
export async function judgeOrder(
  teller: Teller,
  event: ToldEvent,
  key: string,
  together: readonly Memory[] = [],
): Promise<Extract<OrderVerdict, { kind: "tell" }> | Settled> {
  const balance = event.type === "bank.balance.updated.v1"
  if (!balance && memoryOf(event).paid === undefined) return { kind: "tell" }
  const memories = await recall(teller, balance ? BALANCE_MEMORY_MS : PAYMENT_MEMORY_MS, key)
  const verdict = decideOrder(event, [...memories, ...together])
  return verdict.kind === "tell" ? verdict : settled("superseded", verdict.reason)
}

/** The same for events that were held, each since an instant: what was told meanwhile counts, what waits beside them does not. */
export async function judgeHeldOrder(
  teller: Teller,
  held: readonly { readonly event: ToldEvent; readonly since: number }[],
): Promise<readonly OrderVerdict[]> {
  if (held.length === 0) return []
  const now = teller.world.now()
  const forMs = Math.max(PAYMENT_MEMORY_MS, ...held.map(({ since }) => now - since + BALANCE_MEMORY_MS))
  const told = (await recall(teller, forMs)).filter((each) => !each.held)
  return held.map(({ event, since }) => {
    const balance = event.type === "bank.balance.updated.v1"
    const from = balance ? since - BALANCE_MEMORY_MS : 0
    return decideOrder(
      event,
      told.filter(({ at }) => at >= from),
    )
  })
}

/** What the person wants of an event now. */
export async function judgeWish(
  teller: Teller,
  event: ToldEvent,
  facts: Pick<BankWords, "timeZone" | "defaults">,
): Promise<Wish> {
  const preferences = preferencesOf(teller.state(), facts)
  const now = teller.world.now()
  const moment = { now, zone: facts.timeZone }
  const toldToday =
    preferences.maxADay === undefined ? 0 : await countToday(teller, midnight(preferences, moment))
  return wants(
    preferences,
    { event, purpose: purposeOf(event), account: accountOf(event) },
    { ...moment, toldToday },
  )
}

/** What holds for this person. */
export function preferencesOf(
  state: State | undefined,
  { defaults }: Pick<BankWords, "defaults">,
): Preferences {
  return holding(state?.preferences, defaults)
}

/** Messages of events since an instant: those told together count once. */
async function countToday(teller: Teller, since: number): Promise<number> {
  const told = (await recall(teller, teller.world.now() - since)).filter(({ held }) => !held)
  return new Set(told.map(({ at }) => at)).size
}

/** Updates, and what was declined, of the last while. @param except the row that is being told */
export async function recall(teller: Teller, forMs: number, except?: string): Promise<readonly Memory[]> {
  const { sql, now } = teller.world
  const since = now() - forMs
  const rows = [...listRecent(sql, "updates", since), ...listRecent(sql, "alerts", since)]
  const known = opened.get(teller.outbox) ?? new Map<string, Opened>()
  opened.set(teller.outbox, known)
  if (known.size > OPEN_MAX) known.clear()
  const memories: Memory[] = []
  for (const row of rows) {
    if (!REMEMBERED.has(row.state) || row.key === except) continue
    const entry = known.get(row.key) ?? (await openEntry(teller, row))
    if (!entry || entry.cause.kind !== "event") continue
    const { cause, paid, offered } = entry
    const kept = { cause, ...(paid === undefined ? {} : { paid }), ...(offered ? { offered } : {}) }
    known.set(row.key, kept)
    if (row.lane === LANES.alerts && paid === undefined) continue
    memories.push({ ...kept, at: row.at, held: row.state === "held" })
  }
  return memories
}
