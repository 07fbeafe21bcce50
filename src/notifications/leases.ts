// Permits of one batch: leased from each Page as many at a time as are still wanted, and handed out at the instants the Page gave them
// for. Waits for a busy Page for a while, never for a stopped one. Composed by fan-out.ts; the Page's own arithmetic is pacing.ts.

import { SECOND_MS, type Now } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { Lane } from "../jobs/job.ts"
import { LEASE_MAX, type Lease } from "../messenger/pacing.ts"

/** What leasing needs. */
export interface LeaseWorld {
  /** Ask a Page. @throws where its object cannot be reached */
  readonly lease: (page: PageId, lane: Lane, n: number, arriving?: boolean) => Promise<Lease>
  readonly wait: (ms: number) => Promise<void>
  readonly now: Now
  readonly log: Log
}

/** One send's leave, or why there is none: `busy` and `unreachable` pass by themselves, `paused` when a person acts. `later` says when its
 * turn comes. */
export type Permit =
  | { readonly kind: "permit"; readonly until: number; readonly probe: boolean }
  | { readonly kind: "busy" | "unreachable" | "paused" }
  | { readonly kind: "later"; readonly afterMs: number }

/** Permits of one batch. */
export interface Leases {
  /** One more send is to be made as this Page: said before the first `take`. */
  readonly want: (page: PageId) => void
  /** Leave for one send, at the instant the Page gave it for. */
  readonly take: (page: PageId) => Promise<Permit>
}

/** A batch that cannot get its permits goes back to the queue after this. */
export const LEASE_WAIT_MS_MAX = 20 * SECOND_MS

interface Share {
  readonly at: number
  readonly until: number
  readonly probe: boolean
}

/** Permits for a batch that begins now.
 * @param arriving it is handed out for the first time */
export function createLeases(world: LeaseWorld, lane: Lane, arriving: boolean): Leases {
  const pages = new Map<PageId, PageLeases>()
  const giveUpAt = world.now() + LEASE_WAIT_MS_MAX
  const of = (page: PageId) => {
    const known = pages.get(page) ?? new PageLeases(world, page, lane, giveUpAt, arriving)
    pages.set(page, known)
    return known
  }
  return { want: (page) => of(page).want(), take: (page) => of(page).take() }
}

/** Those of one Page. */
class PageLeases {
  readonly #world: LeaseWorld
  readonly #page: PageId
  readonly #lane: Lane
  readonly #giveUpAt: number
  #wanted = 0
  #held: Share[] = []
  #asking: Promise<void> | undefined
  #none: Exclude<Permit, { readonly kind: "permit" }> | undefined
  #arriving: boolean
  /** Where its turn comes later: of how many, how many were told so. */
  #turn = { lastsMs: 0, of: 1, taken: 0 }

  constructor(world: LeaseWorld, page: PageId, lane: Lane, giveUpAt: number, arriving: boolean) {
    this.#world = world
    this.#page = page
    this.#lane = lane
    this.#giveUpAt = giveUpAt
    this.#arriving = arriving
  }

  want(): void {
    this.#wanted += 1
  }

  async take(): Promise<Permit> {
    const { now, wait } = this.#world
    for (;;) {
      const share = this.#held.shift()
      if (share) {
        const early = share.at - now()
        if (early > 0) await wait(early)
        if (now() < share.until) return { kind: "permit", until: share.until, probe: share.probe }
        this.#wanted += 1
        continue
      }
      if (this.#none?.kind === "later") return this.#nextOf(this.#none)
      if (this.#none) return this.#none
      this.#asking ??= this.#ask().finally(() => {
        this.#asking = undefined
      })
      await this.#asking
    }
  }

  /** Each send has its own place in the turn, so that packs of one batch do not all come back at once. */
  #nextOf({ afterMs }: { readonly afterMs: number }): Permit {
    const { lastsMs, of, taken } = this.#turn
    this.#turn.taken += 1
    return { kind: "later", afterMs: afterMs + (lastsMs * taken) / Math.max(1, of) }
  }

  async #ask(): Promise<void> {
    const { now, wait, log } = this.#world
    let lease: Lease
    try {
      const n = Math.min(LEASE_MAX, Math.max(1, this.#wanted))
      lease = await this.#world.lease(this.#page, this.#lane, n, this.#arriving)
      this.#arriving = false
    } catch (fault) {
      log.warn("page_not_reached", { page: this.#page, ...describeFault(fault) })
      this.#none = { kind: "unreachable" }
      return
    }
    if ("permit" in lease) {
      const { permit, shares, probe = false } = lease
      this.#wanted = Math.max(0, this.#wanted - lease.granted)
      for (const { at, count } of shares)
        for (let each = 0; each < count; each += 1) this.#held.push({ at, until: permit.until, probe })
      return
    }
    if (lease.paused !== undefined) this.#none = { kind: "paused" }
    else if (lease.later) {
      this.#none = { kind: "later", afterMs: lease.retryAfterMs }
      this.#turn = { lastsMs: lease.later.lastsMs, of: this.#wanted, taken: 0 }
    }
    // Busy for as long as a batch may wait.
    else if (now() + lease.retryAfterMs > this.#giveUpAt) this.#none = { kind: "busy" }
    else await wait(lease.retryAfterMs)
  }
}
