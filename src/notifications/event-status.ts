// What became of an event, for its bank: nothing is stored for an event, so the Conversations of the customer's people are asked by the key
// its row has in their ledgers, and where none knows it, the bank's dead letters are looked through. Composed by doors.ts.

import type { EventStatusAnswer, EventStatusRow } from "../banks/event-status.ts"
import type { BankEvent } from "../banks/event.ts"
import { eventKeyOf } from "../conversations/place.ts"
import type { EventRow, LedgerState } from "../conversations/ledger.ts"
import { isReason } from "../banks/callback-reason.ts"
import type { BankId, PageId, PersonId } from "../foundation/id.ts"
import type { Outage } from "../foundation/failure.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { PackItem } from "../jobs/pack.ts"

/** What finding it needs. */
export interface EventStatusWorld {
  readonly customerOf: (bank: BankId, reference: string) => Promise<string>
  /** Everybody live of a customer. @throws DatabaseError */
  readonly findLive: (
    pseudonyms: readonly string[],
  ) => Promise<readonly { readonly person: PersonId; readonly page: PageId }[]>
  /** Rows of some keys in one person's ledger. */
  readonly rowsOf: (page: PageId, person: PersonId, keys: readonly string[]) => Promise<readonly EventRow[]>
  /** Items of the bank's dead packs, newest first; bounded. @throws DatabaseError */
  readonly deadItems: (bank: BankId) => AsyncIterable<PackItem<BankEvent>>
  readonly log: Log
}

/** Find what became of an event.
 * @param about.sources every `source` the bank's events may have */
export async function findEventStatus(
  world: EventStatusWorld,
  bank: BankId,
  about: { readonly id: string; readonly sources: readonly string[]; readonly customer: string },
): Promise<Result<EventStatusAnswer, Outage>> {
  try {
    const live = await world.findLive([await world.customerOf(bank, about.customer)])
    const rows: EventStatusRow[] = []
    for (const { person, page } of live) {
      const keys = await Promise.all(about.sources.map((source) => eventKeyOf(person, { ...about, source })))
      rows.push(...(await world.rowsOf(page, person, keys)).map(render))
    }
    if (rows.length > 0) return ok({ state: "reached", rows })
    for await (const { event } of world.deadItems(bank))
      if (event.id === about.id && event.customer === about.customer && about.sources.includes(event.source))
        return ok({ state: "dead_letter", rows: [] })
    return ok({ state: "not_reached", rows: [] })
  } catch (fault) {
    world.log.warn("event_status_not_found", describeFault(fault))
    return err({ reason: "unavailable", retry: "later" })
  }
}

/** How many people are linked to a customer. */
export async function countLinked(
  world: Pick<EventStatusWorld, "customerOf" | "findLive" | "log">,
  bank: BankId,
  customer: string,
): Promise<Result<number, Outage>> {
  try {
    return ok((await world.findLive([await world.customerOf(bank, customer)])).length)
  } catch (fault) {
    world.log.warn("linked_not_counted", describeFault(fault))
    return err({ reason: "unavailable", retry: "later" })
  }
}

const WAITING: ReadonlySet<LedgerState> = new Set(["queued", "sending", "again"])

function render({ state, reason, at }: EventRow): EventStatusRow {
  const status = WAITING.has(state) ? "pending" : (state as EventStatusRow["status"])
  return { status, reason: isReason(reason) ? reason : null, at }
}
