// What comes due for one person by time alone, looked at whenever the alarm rings: sends without an answer, alerts nobody received,
// fraud questions nobody answered, what has come to its term, and when the alarm is to ring next.
// It decides nothing about turns or sending. Composed by person.ts.

import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import { reportOverdue } from "./alert-reports.ts"
import { erasureForgottenAt } from "./erasing.ts"
import { owesDesk } from "./desk-settling.ts"
import { endHeld, wasHeld } from "./held-end.ts"
import { isQuiet } from "./idle.ts"
import { nextInInbox } from "./inbox.ts"
import { earliestDue, listSending } from "./ledger.ts"
import { isSettling } from "./link-settling.ts"
import type { Memory } from "./memory.ts"
import { settleUnknown } from "./perform.ts"
import type { PersonWorld } from "./person-world.ts"
import { forgetOld } from "./retention.ts"
import { findSilent } from "./silence.ts"
import { nextChangeAt } from "./turn-time.ts"
import type { Turns } from "./turns.ts"
import type { Wake } from "./wake.ts"

/** After a fault or an outage of the directory; doubled with each further one. */
export const RETRY_MS = 5 * SECOND_MS
const RETRY_MS_MAX = 15 * MINUTE_MS

/** What time alone makes due for one person. */
export class Watch {
  readonly #world: PersonWorld
  readonly #memory: Memory
  readonly #turns: Turns
  readonly #wake: Wake
  /** Alerts the bank was told to take elsewhere, and when the next is due. */
  readonly #toldOfFallback = new Set<string>()
  #fallbackAt: number | undefined
  /** When something that is kept comes to its term. */
  #forgetAt: number | undefined
  /** When a fraud question nobody answered is said once more. */
  #silenceAt: number | undefined
  /** Alarms in a row that ended in a fault. */
  #faults = 0

  constructor(world: PersonWorld, memory: Memory, turns: Turns, wake: Wake) {
    this.#world = world
    this.#memory = memory
    this.#turns = turns
    this.#wake = wake
  }

  /** Do what is due before anything else: first the bank's other channel, then what may take its time. */
  async look(): Promise<void> {
    await this.#passTime()
    await this.#settleUnknowns()
    await this.#reportOverdue()
    await this.#breakSilence()
  }

  /** Let go of what has come to its term. */
  async forget(): Promise<void> {
    this.#forgetAt = this.#memory.state && (await forgetOld(this.#turns.sender()))
  }

  /** The alarm did all it had to. */
  wentWell(): void {
    this.#faults = 0
  }

  /** The alarm ended in a fault: it rings again, later with each further one.
   * @returns how many in a row by now */
  async failed(): Promise<number> {
    this.#faults += 1
    await this.#wake.armBy(this.#world.now() + this.#retryMs())
    return this.#faults
  }

  /** Arm for the earliest thing that waits. */
  async rearm(): Promise<void> {
    const { sql, now } = this.#world
    const { state } = this.#memory
    const waits =
      nextInInbox(sql, state?.turnedThrough ?? 0) !== undefined ||
      (state && (isSettling(state) || owesDesk(state) || state.questions.length > 0))
    const due = [
      waits ? now() + this.#retryMs() : undefined,
      earliestDue(sql),
      this.#fallbackAt,
      this.#silenceAt,
      state && nextChangeAt(state),
      this.#forgetAt,
      erasureForgottenAt(sql),
    ].filter((each): each is number => each !== undefined)
    if (due.length > 0) await this.#wake.armBy(Math.max(Math.min(...due), now() + SECOND_MS))
  }

  async #passTime(): Promise<void> {
    const { sql, now } = this.#world
    const { state } = this.#memory
    if (!state) return
    const quiet = isQuiet(sql, state, now())
    if (quiet || (nextChangeAt(state) ?? Infinity) <= now()) await this.#turns.take({ kind: "time", quiet })
  }

  async #settleUnknowns(): Promise<void> {
    if (!this.#memory.state) return
    for (const row of listSending(this.#world.sql))
      if (!wasHeld(row)) await settleUnknown(this.#turns.sender(), row)
    await endHeld(this.#turns.sender())
  }

  async #reportOverdue(): Promise<void> {
    this.#fallbackAt = this.#memory.state
      ? await reportOverdue(this.#turns.sender(), this.#toldOfFallback)
      : undefined
  }

  async #breakSilence(): Promise<void> {
    if (!this.#memory.state) return
    const { due, nextAt } = await findSilent(this.#turns.sender())
    this.#silenceAt = nextAt
    for (const silent of due) await this.#turns.take({ kind: "silence", ...silent })
  }

  #retryMs(): number {
    return Math.min(RETRY_MS * 2 ** Math.max(0, this.#faults - 1), RETRY_MS_MAX)
  }
}
