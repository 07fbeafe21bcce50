// The object's one alarm, held at the earliest instant anything wants attention. What it is set for is remembered, so that two who
// arm at once cannot push each other back, and so that a change and its alarm are written in one step, with nothing awaited between.

import type { Alarm } from "../foundation/world.ts"

/** The alarm of one Conversation. */
export class Wake {
  readonly #alarm: Alarm
  #at: number | null | undefined

  constructor(alarm: Alarm) {
    this.#alarm = alarm
  }

  /** Learn what it is set for. After this `armBy` sets it in the step that calls it. */
  async ready(): Promise<void> {
    if (this.#at !== undefined) return
    const at = await this.#alarm.get()
    this.#at ??= at
  }

  /** It rang: nothing is set any more. */
  rang(): void {
    this.#at = null
  }

  /** Wake no later than `at`. Costs a row only where that is earlier than what is set. */
  armBy(at: number): Promise<void> {
    return this.#at === undefined ? this.ready().then(() => this.#set(at)) : this.#set(at)
  }

  async #set(at: number): Promise<void> {
    const before = this.#at ?? null
    if (before !== null && before <= at) return
    this.#at = at
    try {
      await this.#alarm.set(at)
    } catch (fault) {
      this.#at = undefined
      throw fault
    }
  }
}
