// A clock that moves only when everybody waits: whoever is woken next is woken at exactly that instant. For tests of pace, where a
// second of the world takes a moment of ours. Everything in it must be promises, never timers. Not for src/.

interface Sleeper {
  readonly at: number
  readonly order: number
  readonly wake: () => void
}

/** A world's time. */
export interface VirtualTime {
  readonly now: () => number
  readonly wait: (ms: number) => Promise<void>
  /** Let time pass until nobody waits any more, or until an instant. */
  readonly run: (until?: number) => Promise<void>
}

/** Time that begins at `start`. */
export function createVirtualTime(start: number): VirtualTime {
  let now = start
  let order = 0
  const sleepers: Sleeper[] = []
  return {
    now: () => now,
    wait: (ms) =>
      new Promise((wake) => {
        sleepers.push({ at: now + Math.max(0, ms), order: (order += 1), wake })
      }),
    async run(until = Infinity) {
      for (;;) {
        await settled()
        const next = sleepers.toSorted((a, b) => a.at - b.at || a.order - b.order)[0]
        if (!next || next.at > until) return
        sleepers.splice(sleepers.indexOf(next), 1)
        now = Math.max(now, next.at)
        next.wake()
      }
    },
  }
}

/** A turn of the event loop: every promise that could go on has. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
