// The `Page` object: one a Facebook Page, the authority over how fast it speaks and whether it may. A thin shell round pacing.ts:
// slots and breaker live in memory, the pause in storage. It sends nothing itself. Exported by worker.ts; asked by fan-out.

import { DurableObject } from "cloudflare:workers"
import { meterStorage, type Sql } from "../foundation/world.ts"
import { FRESH_PACE, lease, report, type Lane, type Lease, type Pace, type SendReport } from "./pacing.ts"

/** Ask for leave to send. `now` is the asker's clock: permits are in it. */
export interface LeaseRequest {
  readonly v: 1
  readonly lane: Lane
  /** Sends wanted, 1 to 1000. */
  readonly n: number
  readonly now: number
  /** Of the Page's record: Meta's calls a second. */
  readonly ceilingPerSecond: number
}

/** What a Page says of itself. */
export interface PageReport {
  readonly v: 1
  readonly paused: { readonly reason: string; readonly at: number } | null
  /** Epoch milliseconds until which the breaker lets nothing through; 0 while it is closed. */
  readonly breakerOpenUntil: number
}

interface StoredPause {
  readonly v: 1
  readonly reason: string
  readonly at: number
}

const PAUSE_REASON_CHARS_MAX = 100

/** Storage: table `facts` (name text, value text as JSON with `v`); one row `pause` while paused. Nothing of people. */
export class Page extends DurableObject<Env> {
  readonly #sql: Sql
  #pace: Pace = FRESH_PACE
  #pausedAt = 0

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#sql = meterStorage(state.storage).sql
    this.#sql.exec("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)")
    const [row] = this.#sql.exec<{ value: string }>("SELECT value FROM facts WHERE name = 'pause'").rows
    if (row) this.#setPause(JSON.parse(row.value) as StoredPause)
  }

  /** Leave for up to `n` sends, or when to ask again. */
  lease(request: LeaseRequest): Lease {
    assertVersion(request)
    const step = lease(this.#pace, request)
    this.#pace = step.pace
    return step.lease
  }

  /** Say how a send went, where it says something of the Page: not for what concerns one person alone. */
  report(request: { readonly v: 1; readonly sent: SendReport; readonly now: number }): void {
    assertVersion(request)
    this.#pace = report(this.#pace, request.sent, request.now)
  }

  /** Lease nothing until `resume`. Durable; pausing again keeps the first reason.
   * @param request.reason a word of a registry or an operator's id, no data of people; at most 100 characters */
  pause(request: { readonly v: 1; readonly reason: string; readonly now: number }): void {
    assertVersion(request)
    if (this.#pace.paused !== null) return
    const pause: StoredPause = {
      v: 1,
      reason: request.reason.slice(0, PAUSE_REASON_CHARS_MAX),
      at: request.now,
    }
    this.#sql.exec("INSERT OR REPLACE INTO facts (name, value) VALUES ('pause', ?)", JSON.stringify(pause))
    this.#setPause(pause)
  }

  /** Lease again, with the breaker closed. */
  resume(): void {
    if (this.#pace.paused === null) return
    this.#sql.exec("DELETE FROM facts WHERE name = 'pause'")
    this.#pace = FRESH_PACE
    this.#pausedAt = 0
  }

  state(): PageReport {
    const { paused, breaker } = this.#pace
    return {
      v: 1,
      paused: paused === null ? null : { reason: paused, at: this.#pausedAt },
      breakerOpenUntil: breaker.openUntil,
    }
  }

  #setPause(pause: StoredPause): void {
    this.#pace = { ...this.#pace, paused: pause.reason }
    this.#pausedAt = pause.at
  }
}

/** @throws RangeError for a request of a later release: the asker tries again, by then this object is of that release too */
function assertVersion(request: { readonly v: number }): void {
  if (request.v !== 1) throw new RangeError(`Cannot read a request of version ${request.v}`)
}
