// Calls of one second, by what is counted. In memory on purpose: a restart forgets at most a second. Real time.
// The limits themselves are knobs of standing.ts; source: messenger-platform.md 8.1.

/** Counts calls in the running second. */
export class RateMeter {
  readonly #counts = new Map<string, { second: number; calls: number }>()

  /** Count one; gives how many this second has seen, this one included.
   * @param what a Page's id and the kind of call
   * @param now real epoch milliseconds */
  count(what: string, now: number): number {
    const second = Math.floor(now / 1000)
    const last = this.#counts.get(what)
    const calls = last?.second === second ? last.calls + 1 : 1
    this.#counts.set(what, { second, calls })
    return calls
  }
}
