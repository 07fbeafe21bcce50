// Takes events from the outbox to the gateway. By default one at a time for each person, so that a person's events
// arrive in order; with shuffling or batches, whatever waits goes together and order is nobody's promise.
// The object composes it and wakes it; it keeps no event in memory only.

import { parseJson } from "../json.ts"
import { entryOf } from "./event.ts"
import type { NewOutboxRow, OutboxRow, OutboxStore } from "./outbox-store.ts"
import { retryWaitMs } from "./retry.ts"
import { serialiseWebhook } from "./serialise.ts"
import type { WebhookSettings } from "./settings.ts"

/** What the courier is given. */
export type CourierParts = {
  readonly outbox: OutboxStore
  readonly settings: () => WebhookSettings
  /** Post one body for a Page; true when the gateway took it */
  readonly deliver: (pageId: string, body: string) => Promise<boolean>
  /** Have `kick` called soon after that real time, should the object have slept or been restarted meanwhile */
  readonly alarmAt: (at: number) => void
  /** Told of each event's end */
  readonly settled: (row: OutboxRow, taken: boolean) => void
}

const LANES_MAX = 24
/** How long shuffled or batched events wait for company. */
const GATHER_MS = 120
const GATHER_MAX = 400
const REQUESTS_AT_ONCE = 6

/** The sender of webhooks. */
export class Courier {
  readonly #parts: CourierParts
  readonly #running = new Set<string>()
  /** Lanes that found no room; whoever finishes takes the first */
  readonly #waiting = new Set<string>()
  readonly #waiters = new Map<number, (taken: boolean) => void>()
  #mixing = false

  constructor(parts: CourierParts) {
    this.#parts = parts
  }

  /** Store an event and set off. Gives the row's id, for `whenSettled`. */
  post(
    row: Omit<NewOutboxRow, "dueAt" | "once">,
    options: { readonly afterMs?: number; readonly once?: boolean } = {},
  ): number {
    const dueAt = Date.now() + this.#parts.settings().delayMs + (options.afterMs ?? 0)
    const id = this.#parts.outbox.add({ ...row, dueAt, once: options.once ?? false })
    this.#start(row.lane)
    return id
  }

  /** Wait until the gateway took that event, or it was given up: only for an event posted in this turn. */
  whenSettled(id: number): Promise<boolean> {
    return new Promise((resolve) => this.#waiters.set(id, resolve))
  }

  /** Look through the whole outbox and send what may be sent: after a start, an alarm, a change of settings. */
  kick(): void {
    for (const lane of this.#parts.outbox.lanes()) this.#start(lane)
  }

  #start(lane: string): void {
    if (this.#isMixed()) {
      if (!this.#mixing) void this.#mix()
      return
    }
    if (this.#running.has(lane)) return
    if (this.#running.size >= LANES_MAX) this.#waiting.add(lane)
    else void this.#drain(lane)
  }

  #startLater(lane: string, at: number): void {
    setTimeout(() => this.#start(lane), Math.max(0, at - Date.now()))
    this.#parts.alarmAt(at)
  }

  #isMixed(): boolean {
    const { reorder, batch } = this.#parts.settings()
    return reorder || batch > 1
  }

  async #drain(lane: string): Promise<void> {
    this.#running.add(lane)
    try {
      for (let row = this.#parts.outbox.head(lane); row !== undefined; row = this.#parts.outbox.head(lane)) {
        const at = Math.max(row.dueAt, row.nextTryAt)
        if (at > Date.now()) {
          this.#startLater(lane, at)
          return
        }
        if (this.#isMixed()) return
        await this.#sendAlone(row)
      }
    } finally {
      this.#running.delete(lane)
      const [next] = this.#waiting
      if (next !== undefined) this.#waiting.delete(next)
      // The settings may have changed while an answer was awaited: then what is left goes the other way.
      const follower = next ?? (this.#isMixed() ? lane : undefined)
      // Not at once: a chain of lanes with nothing due would be as deep as it is long.
      if (follower !== undefined) queueMicrotask(() => this.#start(follower))
    }
  }

  async #sendAlone(row: OutboxRow): Promise<void> {
    const body = bodyOf([row])
    const taken = await this.#parts.deliver(row.pageId, body)
    for (let copy = 1; taken && copy < this.#parts.settings().duplicate; copy += 1) {
      await this.#parts.deliver(row.pageId, body)
    }
    this.#settle(row, taken)
  }

  async #mix(): Promise<void> {
    this.#mixing = true
    try {
      while (this.#isMixed()) {
        await new Promise((resolve) => setTimeout(resolve, GATHER_MS))
        // The settings may have changed meanwhile: then the lanes take over again.
        if (!this.#isMixed()) break
        // What a lane has under way is not sent a second time.
        const rows = this.#parts.outbox
          .due(Date.now(), GATHER_MAX)
          .filter((row) => !this.#running.has(row.lane))
        if (rows.length === 0) break
        await this.#sendTogether(rows)
      }
    } finally {
      this.#mixing = false
      if (!this.#isMixed()) this.kick()
      const at = this.#parts.outbox.nextAt()
      const lane = at === undefined ? undefined : this.#parts.outbox.lanes()[0]
      if (at !== undefined && lane !== undefined) this.#startLater(lane, at)
    }
  }

  async #sendTogether(rows: readonly OutboxRow[]): Promise<void> {
    const { duplicate, reorder, batch } = this.#parts.settings()
    const copies = rows.flatMap((row) => Array.from({ length: duplicate }, () => row))
    if (reorder) shuffle(copies)
    const requests = chunk(copies, batch)
    const failed = new Set<number>()
    const worker = async (): Promise<void> => {
      for (let request = requests.shift(); request !== undefined; request = requests.shift()) {
        const taken = await this.#parts.deliver(request[0]?.pageId ?? "", bodyOf(request))
        if (!taken) for (const row of request) failed.add(row.id)
      }
    }
    await Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, worker))
    for (const row of rows) this.#settle(row, !failed.has(row.id))
  }

  #settle(row: OutboxRow, taken: boolean): void {
    const waitMs = taken || row.once ? undefined : retryWaitMs(row.attempts + 1)
    if (waitMs !== undefined) {
      // The lane, or the mixture, finds the row again at its head and waits for its time.
      this.#parts.outbox.postpone(row.id, Date.now() + waitMs)
      return
    }
    this.#parts.outbox.settle(row.id, taken ? "done" : "dropped")
    this.#parts.settled(row, taken)
    this.#waiters.get(row.id)?.(taken)
    this.#waiters.delete(row.id)
  }
}

function bodyOf(rows: readonly OutboxRow[]): string {
  const entry = rows.map((row) =>
    // Timestamps of conversation entries are milliseconds, those of `changes` seconds.
    entryOf(
      row.pageId,
      row.part === "changes" ? Math.floor(row.at / 1000) : row.at,
      row.part,
      parseJson(row.event),
    ),
  )
  return serialiseWebhook({ object: "page", entry })
}

function shuffle<Item>(items: Item[]): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1))
    const [a, b] = [items[last], items[other]]
    if (a === undefined || b === undefined) continue
    items[last] = b
    items[other] = a
  }
}

function chunk<Item>(items: readonly Item[], size: number): Item[][] {
  const chunks: Item[][] = []
  for (let start = 0; start < items.length; start += size) chunks.push(items.slice(start, start + size))
  return chunks
}
