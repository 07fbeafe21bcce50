// A simulated world round one Conversation: its storage on node:sqlite, a clock that stands still until it is moved, randomness that
// repeats, an alarm, a platform that delivers webhooks again and repeats what the queue holds. The object can be made to die at any
// call it awaits; what comes next builds a new one over the same storage, as workerd does. One simulation at a time in a process.
import type { ToldEvent } from "../../src/banks/event-types.ts"
import type { LinkOffer } from "../../src/links/link.ts"
import type { EndReason } from "../../src/links/link-store.ts"
import type { MessengerEvent } from "../../src/messenger/event.ts"
import type { Vault } from "../../src/vault/vault.ts"
import { Person } from "../../src/conversations/person.ts"
import type { PersonWorld, Shelf, TellOutcome } from "../../src/conversations/person-world.ts"
import { FarDesk } from "./far-desk.ts"
import { BANK, NOON, offer, PSID, text, WHOM } from "./person-builders.ts"
import { FarBank, FarDirectory, FarMessenger, type Sent } from "./person-far-side.ts"
import { createPersonWorld, createRandom, createTestVault, Dead } from "./person-given.ts"
import { cryptoInOwnThread } from "./own-thread.ts"
import { createStorage } from "./person-storage.ts"

/** Where the object dies: at the n-th call it awaits, before the call has its effect or after. */
export interface Crash {
  readonly at: number
  readonly when: "before" | "after"
}

/** One event on the queue until its outcome is settled. */
export interface Queued {
  readonly event: ToldEvent
  outcome?: Extract<TellOutcome, { kind: "settled" }>
  readonly answers: TellOutcome[]
  /** Times the object threw: each costs an attempt. */
  faults: number
}

const NEVER = new Promise<never>(() => undefined)
const ECHO_MS = 150
const DELIVERED_MS = 400
const REDELIVER_MS = 5_000
const REPEAT_MS = 2_000
const PERMIT_MS = 2_000

interface Life {
  alive: boolean
  readonly died: Promise<"died">
  readonly die: () => void
  person: Person
}

/** The world of one person. */
export class Simulation {
  #now = NOON
  readonly #random = createRandom()
  #busy = 0
  #life: Life | undefined
  #ringing = false
  #events: { readonly at: number; readonly n: number; readonly run: () => void }[] = []
  #n = 0
  readonly storage = createStorage()
  readonly messenger = new FarMessenger({
    now: () => this.#now,
    sleep: (ms) => this.#sleep(ms),
    shown: (sent) => this.#follow(sent),
  })
  readonly directory = new FarDirectory(() => this.#now)
  readonly bank = new FarBank(
    () => this.#now,
    (ms) => this.#sleep(ms),
  )
  readonly desk = new FarDesk()
  readonly queue: Queued[] = []
  readonly logged: string[] = []
  facts = BANK
  /** Whether the platform sends echoes and deliveries. */
  echoes = true
  /** Calls awaited since `watch`, by name. */
  trace: string[] = []
  #crash: Crash | undefined
  #meanwhile: { readonly call: string; readonly events: readonly MessengerEvent[] } | undefined
  #watching = false
  readonly #cryptoAsUsual = cryptoInOwnThread((digest) => this.#point(this.#alive(), "digest", digest))
  readonly vault: Vault

  constructor() {
    this.vault = createTestVault(() => this.#now, this.#random)
  }

  /** Give the process back as it was. */
  close(): void {
    this.#cryptoAsUsual()
    this.#life?.die()
    this.storage.close()
  }

  get now(): number {
    return this.#now
  }

  /** From here on calls are counted, and the object dies at one of them. */
  watch(crash?: Crash): void {
    this.trace = []
    this.#crash = crash
    this.#watching = true
  }

  /** While the next call of that name is awaited, these events come in. */
  meanwhile(call: string, ...events: readonly MessengerEvent[]): void {
    this.#meanwhile = { call, events }
  }

  /** The object is dropped from memory, as after a deployment. */
  evict(): void {
    this.#life?.die()
    this.#life = undefined
  }

  /** A webhook with events of this person; delivered again until it is answered. */
  async webhook(...events: readonly MessengerEvent[]): Promise<void> {
    this.#deliver(events)
    await this.quiet()
  }

  /** The person writes. */
  say(said: string, more: Parameters<typeof text>[2] = {}): Promise<void> {
    return this.webhook(text(said, this.#now, more))
  }

  /** The queue brings an event, and repeats it until its outcome is settled. */
  async tell(
    event: ToldEvent,
    more: { readonly shelf?: Shelf; readonly permitMs?: number } = {},
  ): Promise<Queued> {
    const queued: Queued = { event, answers: [], faults: 0 }
    this.queue.push(queued)
    this.#bring(queued, more)
    await this.quiet()
    return queued
  }

  /** The directory's word on the live link. */
  get shelf(): Shelf {
    const live = this.directory.live ?? offer()
    return {
      wrappedKey: this.directory.wrappedKey ?? "",
      link: live.link,
      epoch: live.epoch,
      recordHash: live.recordHash,
    }
  }

  /** A pending link is named in the chat; repeated until the object has it. */
  async offer(offered: LinkOffer): Promise<void> {
    this.directory.pend(offered)
    const attempt = () =>
      this.#call((person) => person.offer(WHOM, offered), {
        done: (person) => this.#work(person),
        failed: () => this.#after(REPEAT_MS, attempt),
      })
    attempt()
    await this.quiet()
  }

  /** The link ended elsewhere. */
  endLink(link: LinkOffer["link"], reason: EndReason = "revoked_by_bank", silent = false): Promise<void> {
    return this.repeat((person) => person.endLink({ link, reason, silent }))
  }

  /** Somebody calls the object, again until it has answered. */
  async repeat(call: (person: Person) => Promise<unknown>): Promise<void> {
    const attempt = () =>
      this.#call((person) => call(person).then(() => undefined), {
        done: (person) => this.#work(person),
        failed: () => this.#after(REPEAT_MS, attempt),
      })
    attempt()
    await this.quiet()
  }

  /** Any other call of the object, repeated until it is answered. */
  async ask(run: (person: Person) => Promise<void>): Promise<void> {
    const attempt = () =>
      this.#call(run, { done: () => undefined, failed: () => this.#after(REPEAT_MS, attempt) })
    attempt()
    await this.quiet()
  }

  /** From hello to a live link, with the chat emptied afterwards. */
  async link(more: Parameters<typeof offer>[0] = {}): Promise<LinkOffer> {
    const offered = offer({
      ...more,
      givenAt: more?.givenAt ?? this.#now,
      offeredUntil: more?.offeredUntil ?? this.#now + 600_000,
    })
    await this.say("hello")
    await this.offer(offered)
    await this.say(offered.code)
    await this.advance(1_000)
    this.forgetChat()
    return offered
  }

  /** Forget what stood in the chat so far. */
  forgetChat(): void {
    this.messenger.shown.length = 0
    this.messenger.calls.length = 0
  }

  // Time.

  /** Let time go by: alarms, echoes, repeats, whatever falls due. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms
    for (;;) {
      await this.quiet()
      const event = this.#events[0]
      const alarmAt = this.#ringing ? null : this.storage.alarmAt
      const next = Math.min(event?.at ?? Infinity, alarmAt ?? Infinity)
      if (next > until) break
      this.#now = Math.max(this.#now, next)
      if (event && event.at <= next) this.#events.shift()?.run()
      else this.#ring()
    }
    this.#now = until
    await this.quiet()
  }

  /** Wait until nothing goes on but waiting for the clock. */
  async quiet(): Promise<void> {
    for (let calm = 0; calm < 2; calm = this.#busy === 0 ? calm + 1 : 0)
      await new Promise((resolve) => setImmediate(resolve))
  }

  #after(ms: number, run: () => void): void {
    this.#n += 1
    this.#events.push({ at: this.#now + ms, n: this.#n, run })
    this.#events.sort((left, right) => left.at - right.at || left.n - right.n)
  }

  #sleep(ms: number): Promise<void> {
    this.#busy -= 1
    return new Promise((resolve) =>
      this.#after(ms, () => {
        this.#busy += 1
        resolve()
      }),
    )
  }

  #deliver(events: readonly MessengerEvent[]): void {
    this.#call((person) => person.receive({ v: 1, whom: WHOM, psid: PSID, events }), {
      done: (person) => this.#work(person),
      failed: () => this.#after(REDELIVER_MS, () => this.#deliver(events)),
    })
  }

  #work(person: Person): void {
    person.work().catch((fault: unknown) => this.#logFault("work", fault))
  }

  #bring(queued: Queued, more: { readonly shelf?: Shelf; readonly permitMs?: number }): void {
    const again = (ms: number) =>
      this.#after(ms, () => this.#bring(queued, more.shelf ? { shelf: more.shelf } : {}))
    const permit = { until: this.#now + (more.permitMs ?? PERMIT_MS) }
    const request = {
      v: 1,
      whom: WHOM,
      event: queued.event,
      permit,
      shelf: more.shelf ?? this.shelf,
    } as const
    let outcome: TellOutcome | undefined
    this.#call(
      async (person) => {
        outcome = await person.tell(request)
      },
      {
        done: () => {
          if (!outcome) return
          queued.answers.push(outcome)
          if (outcome.kind === "settled") queued.outcome = outcome
          else again(outcome.kind === "pending" ? outcome.afterMs : 1_000)
        },
        failed: (fault) => {
          if (fault !== "died") queued.faults += 1
          again(REPEAT_MS)
        },
      },
    )
  }

  #ring(): void {
    this.storage.alarmAt = null
    this.#ringing = true
    this.#call((person) => person.alarm(), {
      done: () => {
        this.#ringing = false
      },
      failed: () => {
        this.#ringing = false
        this.storage.alarmAt = Math.min(this.storage.alarmAt ?? Infinity, this.#now + REPEAT_MS)
      },
    })
  }

  /** The platform sends a message back, and says when it has reached the device. */
  #follow(sent: Sent): void {
    if (!this.echoes) return
    const at = this.#now
    const mid = `echo.${this.messenger.shown.length}`
    const head = { v: 1, page: WHOM.page, psid: PSID, at } as const
    const { metadata = "" } = sent.message
    this.#after(ECHO_MS, () =>
      this.#deliver([{ ...head, kind: "echo", key: mid, mid, by: "ours", metadata }]),
    )
    this.#after(DELIVERED_MS, () =>
      this.#deliver([{ ...head, kind: "delivery", key: `d.${mid}`, mids: [mid], watermark: at }]),
    )
  }

  #call(
    run: (person: Person) => Promise<void>,
    then: { readonly done: (person: Person) => void; readonly failed: (why: unknown) => void },
  ): void {
    const life = this.#alive()
    this.#busy += 1
    let answered = false
    const gone = life.died.then(() => {
      if (!answered) then.failed("died")
    })
    const ran = run(life.person).then(
      () => {
        if (!life.alive) return
        answered = true
        then.done(life.person)
      },
      (fault: unknown) => {
        if (!life.alive) return
        answered = true
        this.#logFault("call", fault)
        then.failed(fault)
      },
    )
    const settled = () => {
      this.#busy -= 1
    }
    // A call that waits for the simulated clock is no reason not to be quiet.
    void Promise.race([ran, gone, new Promise((resolve) => setImmediate(resolve))]).then(settled, settled)
  }

  #logFault(where: string, fault: unknown): void {
    if (!(fault instanceof Dead))
      this.logged.push(`${where}: ${fault instanceof Error ? fault.message : String(fault)}`)
  }

  // The object and its world.

  #alive(): Life {
    if (this.#life?.alive && !this.#life.person.gone) return this.#life
    let die: () => void = () => undefined
    const died = new Promise<"died">((resolve) => {
      die = () => resolve("died")
    })
    const life = { alive: true, died, die } as Life
    Object.assign(life, {
      die: () => {
        life.alive = false
        die()
      },
      person: new Person(this.#given(life)),
    })
    this.#life = life
    return life
  }

  /** One awaited call of the object: counted, named, and where it may die. */
  async #point<T>(life: Life, name: string, act: () => T | Promise<T>): Promise<T> {
    if (!life.alive) return NEVER
    const index = this.#watching ? this.trace.push(name) - 1 : -1
    const crash = index >= 0 && this.#crash?.at === index ? this.#crash.when : undefined
    if (crash === "before") {
      life.die()
      return NEVER
    }
    this.#busy += 1
    let value: T
    try {
      value = await act()
      if (this.#meanwhile?.call === name) {
        const { events } = this.#meanwhile
        this.#meanwhile = undefined
        await life.person.receive({ v: 1, whom: WHOM, psid: PSID, events })
      }
    } finally {
      this.#busy -= 1
    }
    if (crash === "after") life.die()
    return life.alive ? value : NEVER
  }

  #given(life: Life): PersonWorld {
    const { storage, directory, bank, messenger, logged } = this
    return createPersonWorld({
      storage,
      directory,
      bank,
      messenger,
      desk: this.desk,
      logged,
      vault: this.vault,
      facts: () => this.facts,
      alive: () => life.alive,
      now: () => this.#now,
      after: (ms, run) => this.#after(ms, run),
      random: this.#random,
      point: (name, act) => this.#point(life, name, act),
    })
  }
}
