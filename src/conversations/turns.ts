// Turns of one person, one after the other: the inbox in order, and what was decided elsewhere in between.
// Turns wait for each other (`#serial`), and that chain holds cryptography and storage only, never a call to anybody.
// What a turn decides is turn.ts; sending what it says is the outbox's. Composed by person.ts.

import { describeFault } from "../foundation/log.ts"
import { randomText } from "../foundation/id.ts"
import { findAlert } from "./alerts.ts"
import type { Anchoring } from "./anchoring.ts"
import type { Asking } from "./asking.ts"
import { nextInInbox, openInboxRow, type InboxRow, type Kept } from "./inbox.ts"
import { claimRow } from "./ledger.ts"
import { forgetTypedCode, hearOfLink } from "./link-hearing.ts"
import type { Memory } from "./memory.ts"
import { withEntry } from "./own-data-entry.ts"
import type { Sender } from "./perform.ts"
import type { PersonWorld, Whom } from "./person-world.ts"
import { statePlace } from "./place.ts"
import { endedQuestions } from "./receipt.ts"
import { replyRows } from "./replies.ts"
import { createSerial } from "./serial.ts"
import type { State } from "./state.ts"
import { putSealedState } from "./storage.ts"
import type { TurnEvent } from "./turn-context.ts"
import { turn } from "./turn.ts"
import { isOutage } from "./unready.ts"

/** A turn that ends in a fault this often is not tried again. */
const ROW_FAULTS_MAX = 3

/** The turns of one person. */
export class Turns {
  readonly #world: PersonWorld
  readonly #memory: Memory
  readonly #anchoring: Anchoring
  readonly #asking: Asking
  readonly #serial = createSerial()
  /** Faults of the inbox row whose turn it is. */
  #rowFaults: { readonly key: string; readonly count: number } | undefined

  constructor(world: PersonWorld, memory: Memory, anchoring: Anchoring, asking: Asking) {
    this.#world = world
    this.#memory = memory
    this.#anchoring = anchoring
    this.#asking = asking
  }

  /** Who may speak for this person now; what is learned while sending takes a turn of its own. */
  sender(): Sender {
    const { key, whom } = this.#memory.all
    return {
      world: this.#world,
      whom,
      key,
      state: () => this.#memory.state,
      note: async (fact) => void (await this.take({ kind: "refused", fact })),
    }
  }

  /** One turn: compute, then store state and words together. An inbox row already taken is not taken again.
   * @param from `order`: the inbox number the words answer, by default now; `inbox`: that row has then had its turn; `receivedAt`: its instant
   * @returns whether the state is another afterwards */
  async take(
    event: TurnEvent,
    from: { readonly order: number; readonly inbox?: boolean; readonly receivedAt?: number } = {
      order: this.#world.now(),
    },
  ): Promise<boolean> {
    const { sql, vault, now, random, loadBankFacts } = this.#world
    const { whom, key } = this.#memory.all
    const { order } = from
    const facts = await loadBankFacts(whom.bank, whom.page)
    return this.#serial(async () => {
      const before = this.#memory.all.state
      if (from.inbox && order <= before.turnedThrough) return false
      const alert =
        event.kind === "messenger" ? await findAlert(this.sender(), event.event, before, now()) : undefined
      const { state, say, urgent } = turn(before, alert ? ({ ...event, alert } as TurnEvent) : event, {
        now: now(),
        receivedAt: Math.min(from.receivedAt ?? now(), now()),
        order,
        questionId: randomText(random),
        bank: facts,
        ways: facts,
        ownDataUrl: facts.ownDataUrl,
        erasureUrl: facts.erasureUrl,
        appId: this.#world.appId,
      })
      const after: State = from.inbox ? { ...state, turnedThrough: order } : state
      const said =
        state.entry === before.entry ? say : await withEntry(vault, whom, state, facts.ownDataUrl, say)
      const cause = { kind: "reply", order, urgent, at: now() } as const
      const rows = await replyRows(this.sender(), cause, said, endedQuestions(before, after, event))
      const sealed = after === before ? undefined : await key.seal(JSON.stringify(after), statePlace(whom))
      sql.transaction(() => {
        for (const row of rows) claimRow(sql, row)
        if (sealed !== undefined) putSealedState(sql, sealed)
      })
      this.#memory.put(after)
      this.#anchoring.noticed(before, after, event.kind === "link_ended", now())
      this.#asking.cutShort(before, after)
      return after !== before
    })
  }

  /** Take what waits in the inbox, in order, until it is empty. */
  async drain(): Promise<void> {
    const { sql, vault, log } = this.#world
    for (;;) {
      const row = nextInInbox(sql, this.#memory.state?.turnedThrough ?? 0)
      const { whom } = this.#memory
      if (!row || !whom) return
      const kept = await openInboxRow(vault, whom, row)
      if (!kept.ok) log.error("inbox_row_unreadable", { reason: kept.error.reason })
      await this.#memory.load(kept.ok ? { psid: kept.value.psid } : {})
      const before = this.#memory.state
      if (kept.ok) await this.#turnOrSkip(kept.value, whom, row)
      else if (this.#memory.state) await this.take({ kind: "time" }, { order: row.seq, inbox: true })
      else sql.exec("DELETE FROM inbox WHERE key = ?", row.key)
      if (kept.ok) await forgetTypedCode(this.#world, whom, row, kept.value, before)
    }
  }

  /** A row whose turn always ends in a fault must not keep "stop" waiting behind it for ever: it is left behind, and stays where a
   * person can look for it until it is pruned. */
  async #turnOrSkip(kept: Kept, whom: Whom, row: InboxRow): Promise<void> {
    try {
      await this.#turnTo(kept, whom, row)
    } catch (fault) {
      if (isOutage(fault)) throw fault
      const count = (this.#rowFaults?.key === row.key ? this.#rowFaults.count : 0) + 1
      this.#rowFaults = { key: row.key, count }
      if (count < ROW_FAULTS_MAX) throw fault
      this.#world.log.error("inbox_row_skipped", { kind: kept.event.kind, ...describeFault(fault) })
      await this.take({ kind: "time" }, { order: row.seq, inbox: true })
    }
  }

  async #turnTo({ event, card }: Kept, whom: Whom, { seq, at }: InboxRow): Promise<void> {
    const presented = await hearOfLink(this.#world, whom, event)
    await this.take(
      { kind: "messenger", event, card, ...(presented ? { presented } : {}) },
      { order: seq, inbox: true, receivedAt: at },
    )
  }
}
