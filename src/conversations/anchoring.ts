// When the head of a person's chain goes to their bank's audit log: with each change of their consent, else at the first receipt of a month.
// What is told by fan-out is anchored by fan-out, one line for everybody in its batch; the rest the Conversation does itself, beside its work.
// A head that is lost on the way, by a crash or an outage, is made good by the next one: each covers all before it.

import { monthOf } from "../foundation/clock.ts"
import { describeFault } from "../foundation/log.ts"
import type { Sql } from "../foundation/world.ts"
import { headOf, newestReceiptAt, type ChainHead } from "./ledger-chain.ts"
import type { TellOutcome, PersonWorld, Whom } from "./person-world.ts"
import type { State } from "./state.ts"

/** One person's anchors. */
export class Anchoring {
  /** Month of the newest receipt that needs no anchor of its own. */
  #month: string
  #changed = false

  constructor(sql: Sql) {
    const at = newestReceiptAt(sql)
    this.#month = at === undefined ? "" : monthOf(at)
  }

  /** A turn was stored. A change that began here goes into the directory with the head beside it; one that came from there does not. */
  noticed(before: State, after: State, fromElsewhere: boolean, now: number): void {
    const same =
      before.consent?.link === after.consent?.link && before.consent?.epoch === after.consent?.epoch
    if (same) return
    if (fromElsewhere) this.#changed = true
    else this.#month = monthOf(now)
  }

  /** An outcome for fan-out, with the head where it has to be anchored. */
  attach(sql: Sql, outcome: TellOutcome, now: number): TellOutcome {
    const anchor = outcome.kind === "settled" ? this.#due(sql, now) : undefined
    return anchor && outcome.kind === "settled" ? { ...outcome, anchor } : outcome
  }

  /** Anchor what is due. An outage is logged and left at that. */
  async settle({ sql, now, anchor, log }: PersonWorld, whom: Whom, state: State | undefined): Promise<void> {
    if (!this.#changed && !state?.consent) return
    const head = this.#due(sql, now())
    if (!head) return
    try {
      await anchor(whom, head)
    } catch (fault) {
      log.warn("ledger_not_anchored", describeFault(fault))
    }
  }

  #due(sql: Sql, now: number): ChainHead | undefined {
    const month = monthOf(now)
    if (month === this.#month && !this.#changed) return undefined
    const at = newestReceiptAt(sql)
    const first = at !== undefined && month !== this.#month && monthOf(at) === month
    if (first) this.#month = month
    if (!first && !this.#changed) return undefined
    this.#changed = false
    return headOf(sql)
  }
}
