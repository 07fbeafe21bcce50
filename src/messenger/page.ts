// The `Page` object: one a Facebook Page, the authority over how fast it speaks and whether it may. A thin shell round pacing.ts:
// slots and breaker live in memory; the pause, the packs that wait meanwhile and the day's calls in storage. It sends nothing itself.
// Exported by worker.ts, named by page-object.ts; asked by fan-out, told by page-report.ts.

import { DurableObject } from "cloudflare:workers"
import { SECOND_MS } from "../foundation/clock.ts"
import type { BankId, PageId } from "../foundation/id.ts"
import { createLog, describeFault } from "../foundation/log.ts"
import { meterStorage } from "../foundation/world.ts"
import type { PackJob } from "../jobs/job.ts"
import { createPost, type Post } from "../jobs/post.ts"
import { queuesOf } from "../jobs/queues.ts"
import { BUDGET_NEAR, budgetOf, callsSpent, spendCalls, type SpentCalls } from "./call-budget.ts"
import {
  countHeld,
  createHeldPacks,
  dropHeld,
  hasHeld,
  holdPack,
  listHeld,
  replaceHeld,
  nextHeld,
  type Held,
  type HeldKey,
  type HeldPack,
} from "./held-packs.ts"
import {
  FRESH_PACE,
  lease,
  leasedPerSecond,
  noteUsage,
  report,
  type Lane,
  type Lease,
  type Pace,
  type SendReport,
  type PageUsage,
} from "./pacing.ts"

/** Ask for leave to send. `now` is the asker's clock: permits are in it. */
export interface LeaseRequest {
  readonly v: 1
  readonly lane: Lane
  /** Sends wanted, 1 to 1000. */
  readonly n: number
  readonly now: number
  /** Of the Page's record: Meta's calls a second. */
  readonly ceilingPerSecond: number
  /** The first ask of a batch of updates that its queue hands out for the first time: it may be told to come back. */
  readonly arriving?: boolean
  /** Of the Page's record, where it is known: 200 calls each in 24 hours. */
  readonly engagedPeople?: number
}

/** Stop a Page. */
export interface PauseRequest {
  readonly v: 1
  /** A word of a registry or an operator's id, no data of people; at most 100 characters. */
  readonly reason: string
  readonly now: number
  /** Whose Page it is: then the pause is made known by a chore `page_paused`. */
  readonly of?: { readonly bank: BankId; readonly page: PageId }
  /** It was a token that was refused: one that was swapped a moment ago may still be about, and does not count. */
  readonly token?: boolean
}

/** What became of what waited. All counts are events. */
export interface Recovery {
  /** When the Page was resumed. */
  readonly at: number
  /** Waiting at that instant. */
  readonly held: number
  /** Of these, too old to be told at that instant. */
  readonly stale: number
  /** Handed to fan-out again so far, and not too old by then. */
  readonly sent: number
}

/** What a Page says of itself. */
export interface PageReport {
  readonly v: 1
  readonly paused: { readonly reason: string; readonly at: number } | null
  /** Epoch milliseconds until which the breaker lets nothing through; 0 while it is closed. */
  readonly breakerOpenUntil: number
  readonly waiting: Held
  /** The last one; `null` where it was never resumed. */
  readonly recovery: Recovery | null
  /** Share of their rate that updates have now: below 1 while Meta's usage headers warn, 0 while they are stopped. */
  readonly updatesShare: number
  /** Leased in the last 24 hours; counted only where the record says how many people are engaged. */
  readonly callsInDay: number
}

interface StoredPause {
  readonly v: 1
  readonly reason: string
  readonly at: number
  readonly of?: { readonly bank: BankId; readonly page: PageId }
  /** Whether its chore still has to be posted. */
  readonly announce?: true
}

/** The facts kept; each is one row. */
interface Facts {
  readonly pause: StoredPause
  readonly recovery: Recovery & {
    readonly v: 1
    /** When its token was last swapped. */
    readonly swappedAt: number
    /** How far the gateway's clock is from this object's. */
    readonly offsetMs: number
    readonly perSecond: number
  }
  readonly calls: { readonly v: 1; readonly hours: readonly (readonly [number, number])[] }
}

const PAUSE_REASON_CHARS_MAX = 100
/** An isolate may use a token it read a minute ago, and a call takes some seconds more. */
const SWAPPED_TOKEN_MS = 90 * SECOND_MS
/** Packs handed back at once, and how often: what the Page carries in that time, so that they do not wait on the queue instead. */
const RELEASE_EVERY_MS = 5 * SECOND_MS
const RELEASE_PACKS_MAX = 100
/** Packs of 60 kB that one call gives out. */
const HELD_AT_ONCE = 20
/** The day's calls are stored again after this share of the budget. */
const CALLS_STORED_SHARE = 100

/** Storage: table `facts` (name text, value text as JSON with `v`): `pause` while paused, `recovery`, `calls`; table `packs`
 * (held-packs.ts). Nothing of people in clear. */
export class Page extends DurableObject<Env> {
  readonly #storage = meterStorage(this.ctx.storage)
  readonly #sql = this.#storage.sql
  readonly #post: Post<"alerts" | "updates" | "chores">
  readonly #log = createLog()
  #pace: Pace = FRESH_PACE
  #pause: StoredPause | undefined
  #recovery: Facts["recovery"] | undefined
  #calls: SpentCalls
  #callsUnstored = 0
  #callsWarned = false

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#post = createPost(queuesOf(env))
    this.#sql.exec("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    createHeldPacks(this.#sql)
    this.#setPause(this.#fact("pause"))
    this.#recovery = this.#fact("recovery")
    this.#calls = new Map(this.#fact("calls")?.hours)
  }

  /** Leave for up to `n` sends, or when to ask again. */
  lease(request: LeaseRequest): Lease {
    assertVersion(request)
    const step = lease(this.#pace, request)
    this.#pace = step.pace
    if (request.engagedPeople !== undefined && step.lease.granted > 0)
      this.#spend(step.lease.granted, request.now, budgetOf(request.engagedPeople))
    return step.lease
  }

  /** Say how a send went, where it says something of the Page: not for what concerns one person alone. */
  report(request: { readonly v: 1; readonly sent: SendReport; readonly now: number }): void {
    assertVersion(request)
    this.#pace = report(this.#pace, request.sent, request.now)
  }

  /** Say what Meta's usage headers said. */
  usage(request: { readonly v: 1; readonly usage: PageUsage; readonly now: number }): void {
    assertVersion(request)
    this.#pace = noteUsage(this.#pace, request.usage, request.now)
  }

  /** Lease nothing until `resume`. Durable; pausing again keeps the first reason. */
  async pause(request: PauseRequest): Promise<void> {
    assertVersion(request)
    if (this.#pause) return
    const sinceSwap = request.now - (this.#recovery?.swappedAt ?? -Infinity)
    if (request.token && sinceSwap >= 0 && sinceSwap < SWAPPED_TOKEN_MS) return
    const { now: at, of } = request
    const reason = request.reason.slice(0, PAUSE_REASON_CHARS_MAX)
    const pause: StoredPause = { v: 1, reason, at, ...(of ? { of, announce: true } : {}) }
    this.#setPause(pause)
    this.#keep("pause", pause)
    this.#log.error("page_paused", { page: of?.page, reason })
    if (of) await this.#storage.alarm.set(Date.now())
  }

  /** The Page has a token that works: lease, with the breaker closed, and hand back what waited, alerts first, then the oldest.
   * @param request.ceilingPerSecond of the Page's record: how fast packs go back */
  async resume(request: {
    readonly v: 1
    readonly now: number
    readonly ceilingPerSecond: number
  }): Promise<Recovery> {
    assertVersion(request)
    const { now, ceilingPerSecond } = request
    const last = this.#recovery
    const { events, stale } = countHeld(this.#sql, now)
    const counts = this.#pause || !last ? { at: now, held: events, stale, sent: 0 } : last
    this.#sql.exec("DELETE FROM facts WHERE name = 'pause'")
    this.#pace = FRESH_PACE
    this.#pause = undefined
    const recovery = {
      ...counts,
      v: 1,
      swappedAt: now,
      offsetMs: now - Date.now(),
      perSecond: leasedPerSecond(ceilingPerSecond),
    } as const
    this.#setRecovery(recovery)
    if (hasHeld(this.#sql)) await this.#storage.alarm.set(Date.now())
    return recoveryOf(recovery)
  }

  /** Keep a pack until the Page speaks again. Durable once it returns; the same pack again is kept once.
   * @param request.staleAts for each of its events the instant it goes stale
   * @returns `false` where the Page is not paused any more: the pack is the queue's */
  hold(request: { readonly v: 1; readonly job: PackJob; readonly staleAts: readonly number[] }): boolean {
    assertVersion(request)
    if (!this.#pause) return false
    holdPack(this.#sql, request.job, request.staleAts)
    return true
  }

  /** Some of the packs that wait, after a place: to be put in another sealing. */
  held(request: { readonly v: 1; readonly after: HeldKey | null }): ReturnType<typeof listHeld> {
    assertVersion(request)
    return listHeld(this.#sql, request.after, HELD_AT_ONCE)
  }

  /** Put a waiting pack in another sealing. */
  reseal(request: { readonly v: 1; readonly key: HeldKey; readonly job: PackJob }): void {
    assertVersion(request)
    replaceHeld(this.#sql, request.key, request.job)
  }

  state(request: { readonly v: 1; readonly now: number }): PageReport {
    assertVersion(request)
    const { breaker, updates } = this.#pace
    return {
      v: 1,
      paused: this.#pause ? { reason: this.#pause.reason, at: this.#pause.at } : null,
      breakerOpenUntil: breaker.openUntil,
      waiting: countHeld(this.#sql, request.now),
      recovery: this.#recovery ? recoveryOf(this.#recovery) : null,
      updatesShare: request.now < updates.until ? updates.share : 1,
      callsInDay: callsSpent(this.#calls, request.now),
    }
  }

  /** Make a pause known, or hand back packs; comes again until nothing is left to do. */
  /** The Page's bank has left: nothing of it stays here. */
  async forget(request: { readonly v: 1 }): Promise<void> {
    assertVersion(request)
    await this.ctx.storage.deleteAlarm()
    this.#sql.exec("DELETE FROM packs")
    this.#sql.exec("DELETE FROM facts")
    this.#pause = undefined
    this.#recovery = undefined
    this.#calls = new Map()
  }

  override async alarm(): Promise<void> {
    try {
      const left = this.#pause ? await this.#announce(this.#pause) : await this.#release()
      if (left) await this.#storage.alarm.set(Date.now() + RELEASE_EVERY_MS)
    } catch (fault) {
      this.#log.error("page_alarm_fault", describeFault(fault))
      await this.#storage.alarm.set(Date.now() + RELEASE_EVERY_MS)
    }
  }

  /** @returns whether it has to be tried again */
  async #announce(pause: StoredPause): Promise<boolean> {
    const { of, announce, ...told } = pause
    if (!of || !announce) return false
    const posted = await this.#post("chores", [
      { v: 1, kind: "page_paused", ...of, reason: pause.reason, postedAt: pause.at },
    ])
    if (!posted.ok) return true
    if (this.#pause !== pause) return this.#pause === undefined
    this.#pause = { ...told, of }
    this.#keep("pause", this.#pause)
    return false
  }

  /** Hand back what the Page carries until the next alarm. A pack goes once its queue has it; posted twice it is told once (P2).
   * @returns whether more waits */
  async #release(): Promise<boolean> {
    const now = Date.now() + (this.#recovery?.offsetMs ?? 0)
    const packs = this.#nextToGo(now)
    if (packs.length === 0) return false
    for (const lane of ["alerts", "updates"] as const) {
      const jobs = packs.filter((each) => each.job.lane === lane)
      if (jobs.length === 0) continue
      const posted = await this.#post(
        lane,
        jobs.map((each) => each.job),
      )
      if (!posted.ok) return true
      dropHeld(this.#sql, jobs)
      this.#count(jobs)
    }
    return hasHeld(this.#sql)
  }

  /** Every alert, and as many updates as the Page carries until the next alarm; at least one pack. */
  #nextToGo(now: number): readonly HeldPack[] {
    let events = ((this.#recovery?.perSecond ?? 1) * RELEASE_EVERY_MS) / SECOND_MS
    return nextHeld(this.#sql, RELEASE_PACKS_MAX, now).filter(({ job }, index) => {
      const goes = job.lane === "alerts" || index === 0 || events > 0
      if (job.lane === "updates") events -= job.items
      return goes
    })
  }

  #count(packs: readonly HeldPack[]): void {
    if (!this.#recovery) return
    const sent = packs.reduce((sum, { job, stale }) => sum + job.items - stale, 0)
    this.#setRecovery({ ...this.#recovery, sent: this.#recovery.sent + sent })
  }

  #spend(calls: number, now: number, budget: number): void {
    this.#calls = spendCalls(this.#calls, calls, now)
    this.#callsUnstored += calls
    const near = callsSpent(this.#calls, now) >= budget * BUDGET_NEAR
    if (near && !this.#callsWarned) this.#log.warn("page_budget_near", { budget, page: this.ctx.id.name })
    this.#callsWarned = near
    if (this.#callsUnstored < budget / CALLS_STORED_SHARE) return
    this.#callsUnstored = 0
    this.#keep("calls", { v: 1, hours: [...this.#calls] })
  }

  #setPause(pause: StoredPause | undefined): void {
    this.#pause = pause
    if (pause) this.#pace = { ...this.#pace, paused: pause.reason }
  }

  #setRecovery(recovery: Facts["recovery"]): void {
    this.#recovery = recovery
    this.#keep("recovery", recovery)
  }

  #fact<Name extends keyof Facts>(name: Name): Facts[Name] | undefined {
    const [row] = this.#sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = ?", name).rows
    return row && (JSON.parse(row.value) as Facts[Name])
  }

  #keep<Name extends keyof Facts>(name: Name, value: Facts[Name]): void {
    this.#sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", name, JSON.stringify(value))
  }
}

function recoveryOf(recovery: Facts["recovery"]): Recovery {
  const { at, held, stale, sent } = recovery
  return { at, held, stale, sent }
}

/** @throws RangeError for a request of a later release: the asker tries again, by then this object is of that release too */
function assertVersion(request: { readonly v: number }): void {
  if (request.v !== 1) throw new RangeError(`Cannot read a request of version ${request.v}`)
}
