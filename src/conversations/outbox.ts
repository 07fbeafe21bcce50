// What leaves a Conversation, one at a time: alerts first, then replies in the order of their questions, then updates that wait
// in memory (their safety net is the queue). This file knows the order; sending itself is perform.ts.

import { SECOND_MS } from "../foundation/clock.ts"
import type { Sql } from "../foundation/world.ts"
import { LANES, listQueued, type LedgerRow } from "./ledger.ts"
import type { TellOutcome, TellRequest } from "./person-world.ts"
import { SingleRun } from "./single-run.ts"
import type { State } from "./state.ts"

/** One event on its way to one person, and whoever waits for its outcome. */
export interface Waiting {
  readonly request: TellRequest
  readonly key: string
  readonly resolve: (outcome: TellOutcome) => void
  readonly reject: (fault: unknown) => void
}

/** An update whose turn has not come: nothing of it is stored yet. */
export interface WaitingUpdate {
  /** When it happened, for order among those that wait together. */
  readonly at: number
  readonly account: string | undefined
  /** What is to be told: others that wait are told with it. None for what goes alone. */
  readonly waiting?: Waiting
  readonly send: () => Promise<void>
  /** The outbox broke before its turn. */
  readonly fail: (fault: unknown) => void
}

/** What goes out next. */
export type Next =
  | { readonly kind: "row"; readonly row: LedgerRow }
  | { readonly kind: "update"; readonly update: WaitingUpdate }

/** Updates one thread takes at once, and how often one more after that. The platform throttles a thread and says no number: this is what it
 * surely bears. Replies are paced by the person who asks, alerts by nothing (P7). @see messenger-platform.md 8.1, 12 */
const BURST_MAX = 10
const UPDATE_EVERY_MS = SECOND_MS

/** The order and the pace of one person's messages. */
export class Outbox {
  readonly #waiting: WaitingUpdate[] = []
  readonly #sending = new SingleRun()
  #paidUntil = 0

  /** Take leave of the thread's pace for one update, now. What has none goes back to its queue, which brings it again. */
  takePace(now: number): boolean {
    const from = Math.max(this.#paidUntil, now)
    if (from - now > (BURST_MAX - 1) * UPDATE_EVERY_MS) return false
    this.#paidUntil = from + UPDATE_EVERY_MS
    return true
  }

  /** Put an update behind those of its account that happened before it. */
  add(update: WaitingUpdate): void {
    const later = this.#waiting.findIndex((each) => each.account === update.account && each.at > update.at)
    if (later < 0) this.#waiting.push(update)
    else this.#waiting.splice(later, 0, update)
  }

  /** Take the updates that wait, in their order, out of the outbox: whoever sends one may tell others with it.
   * @param max no more than these */
  takeWaiting(max: number): readonly Waiting[] {
    const taken = this.#waiting.filter((each) => each.waiting).slice(0, max)
    for (const each of taken) this.#waiting.splice(this.#waiting.indexOf(each), 1)
    return taken.flatMap(({ waiting }) => waiting ?? [])
  }

  /** Send what may go, one at a time, until nothing is left. Callers meanwhile share the run. Where it breaks, the updates that
   * waited are given back to the queue that brought them.
   * @param next asked again before each message */
  drain(next: () => Next | undefined, sendRow: (row: LedgerRow) => Promise<void>): Promise<void> {
    return this.#sending.ask(async () => {
      try {
        for (let item = next(); item; item = next()) {
          if (item.kind === "row") await sendRow(item.row)
          else await item.update.send()
        }
      } catch (fault) {
        for (const update of this.#waiting.splice(0)) update.fail(fault)
        throw fault
      }
    })
  }

  /** What may go now: a reply waits behind a question asked before it, unless it is urgent or an alert. */
  next(sql: Sql, state: State | undefined, now: number): Next | undefined {
    const held = Math.min(
      ...(state?.questions ?? []).filter((each) => each.kind !== "fraud_answer").map((each) => each.order),
    )
    let blocked = false
    for (const row of listQueued(sql)) {
      const ordered = row.lane === LANES.replies && row.reason !== "urgent"
      if (row.dueAt <= now && !(ordered && (blocked || row.seq >= held))) return { kind: "row", row }
      blocked ||= ordered
    }
    const update = this.#waiting.shift()
    return update ? { kind: "update", update } : undefined
  }
}
