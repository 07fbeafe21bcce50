// Calls of one second, for each Page. In memory on purpose: a restart forgets at most a second. Real time.

/** Send API calls a second and Page. Source: messenger-platform.md 8.1. */
export const SEND_CALLS_MAX = 300

/** Counts calls in the running second. */
export class RateMeter {
  readonly #counts = new Map<string, { second: number; calls: number }>()

  /** Count one; gives how many this second has seen, this one included.
   * @param now real epoch milliseconds */
  count(pageId: string, now: number): number {
    const second = Math.floor(now / 1000)
    const last = this.#counts.get(pageId)
    const calls = last?.second === second ? last.calls + 1 : 1
    this.#counts.set(pageId, { second, calls })
    return calls
  }

  /** The most any Page has used of the running second. */
  recent(now: number): number {
    const second = Math.floor(now / 1000)
    return Math.max(
      0,
      ...Array.from(this.#counts.values(), (count) => (count.second === second ? count.calls : 0)),
    )
  }
}
