// The sandbox's own time: the real clock plus what was added by POST /control/clock. Windows, token lives, template
// approval and every timestamp the platform would print follow it. Deadlines and retries of requests do not: they
// wait in real time.

import type { MetaStore } from "./meta-store.ts"

const KEY = "clock_offset_ms"

/** Virtual time in epoch milliseconds; only ever moves forward. */
export class Clock {
  readonly #meta: MetaStore
  #offsetMs: number

  constructor(meta: MetaStore) {
    this.#meta = meta
    this.#offsetMs = Number(meta.find(KEY) ?? 0)
  }

  /** Now, in the sandbox. */
  now(): number {
    return Date.now() + this.#offsetMs
  }

  /** When the real clock will show what the virtual one calls `at`. */
  realTime(at: number): number {
    return at - this.#offsetMs
  }

  /** Move forward by this many milliseconds. */
  advance(ms: number): void {
    this.#offsetMs += ms
    this.#meta.put(KEY, String(this.#offsetMs))
  }

  /** Back to the real time, for a reset only. */
  reset(): void {
    this.#offsetMs = 0
  }
}
