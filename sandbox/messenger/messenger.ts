// The object that is the pretend Messenger: a thin shell that ties the parts together and holds the sockets, the
// alarm and the storage. What it does stands in the rooms; the only files that know cloudflare:workers are this one
// and worker.ts.

import { DurableObject } from "cloudflare:workers"
import type { Hono } from "hono"
import { sandboxApp } from "./app.ts"
import { FaultStore } from "./control/fault-store.ts"
import { SentStore } from "./control/sent-store.ts"
import { FIRST_FIELDS, FIRST_PAGE, FIRST_PEOPLE } from "./development.ts"
import type { Emulator, SandboxEnv } from "./emulator.ts"
import { AttachmentStore } from "./graph/attachment-store.ts"
import { CallStore } from "./graph/call-store.ts"
import { PageStore } from "./graph/page-store.ts"
import { PersonaStore } from "./graph/persona-store.ts"
import { RateMeter } from "./graph/rate.ts"
import { StandingStore } from "./graph/standing-store.ts"
import { endReviews } from "./graph/template-review.ts"
import { TemplateStore } from "./graph/template-store.ts"
import { ThreadControlStore } from "./graph/thread-control-store.ts"
import { LinkingStore } from "./linking/linking-store.ts"
import { parseJson } from "./json.ts"
import { PersonStore } from "./people/person-store.ts"
import { ThreadStore } from "./people/thread-store.ts"
import { Live } from "./phone/live.ts"
import { randomPsid } from "./random.ts"
import { Clock } from "./store/clock.ts"
import { MetaStore } from "./store/meta-store.ts"
import { EMPTIED_TABLES, makeTables } from "./store/tables.ts"
import { Courier } from "./webhooks/courier.ts"
import { deliver, settleSaid } from "./webhooks/delivering.ts"
import { OutboxStore } from "./webhooks/outbox-store.ts"
import type { WebhookSettings } from "./webhooks/settings.ts"
import { DEFAULT_SETTINGS } from "./webhooks/settings.ts"

/** The alarm stands this much behind the timer in memory, and matters only when the timer was lost. */
const ALARM_BEHIND_MS = 1_500

/** One instance, named "messenger". */
export class Messenger extends DurableObject<SandboxEnv> {
  readonly #emulator: Emulator
  readonly #app: Hono
  #alarmAt = Number.POSITIVE_INFINITY

  constructor(ctx: DurableObjectState, env: SandboxEnv) {
    super(ctx, env)
    makeTables(ctx.storage.sql)
    this.#emulator = this.#build()
    this.#seed()
    this.#app = sandboxApp(this.#emulator)
    this.#tick()
  }

  override async fetch(request: Request): Promise<Response> {
    return this.#app.fetch(request)
  }

  override alarm(): void {
    this.#alarmAt = Number.POSITIVE_INFINITY
    this.#tick()
  }

  override webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): void {
    this.#emulator.live.heard(socket, typeof message === "string" ? parseJson(message) : undefined)
  }

  override webSocketClose(socket: WebSocket): void {
    // Some runtimes leave the closing handshake to us; a second close is harmless.
    socket.close()
  }

  #build(): Emulator {
    const { sql } = this.ctx.storage
    const meta = new MetaStore(sql)
    const outbox = new OutboxStore(sql)
    const settings = (): WebhookSettings => ({
      ...DEFAULT_SETTINGS,
      ...(parseJson(meta.find("webhook_settings") ?? "{}") as Partial<WebhookSettings>),
    })
    const courier = new Courier({
      outbox,
      settings,
      deliver: (pageId, body) => deliver(this.#emulator, pageId, body),
      settled: (row, taken) => settleSaid(this.#emulator, row, taken),
      alarmAt: (at) => this.#armAlarm(at + ALARM_BEHIND_MS),
    })
    return {
      env: this.env,
      meta,
      clock: new Clock(meta),
      pages: new PageStore(sql),
      standings: new StandingStore(meta),
      people: new PersonStore(sql),
      thread: new ThreadStore(sql),
      threads: new ThreadControlStore(sql),
      templates: new TemplateStore(sql),
      personas: new PersonaStore(sql),
      attachments: new AttachmentStore(sql),
      linking: new LinkingStore(sql),
      outbox,
      faults: new FaultStore(sql),
      sent: new SentStore(sql),
      rate: new RateMeter(),
      calls: new CallStore(sql),
      courier,
      live: new Live(this.ctx, () => this.#emulator),
      settings,
      tick: () => this.#tick(),
      reset: () => this.#reset(),
    }
  }

  #seed(): void {
    this.#emulator.pages.add({ ...FIRST_PAGE, fields: FIRST_FIELDS })
    if (this.#emulator.people.list().length > 0) return
    for (const person of FIRST_PEOPLE) {
      this.#emulator.people.add({ ...person, psid: randomPsid(), pageId: FIRST_PAGE.id })
    }
  }

  #reset(): void {
    for (const table of EMPTIED_TABLES) this.ctx.storage.sql.exec(`DELETE FROM ${table}`)
    this.#emulator.clock.reset()
    const page = this.#emulator.pages.find(FIRST_PAGE.id)
    this.#emulator.pages.subscribe(
      FIRST_PAGE.id,
      page === undefined || page.fields.length === 0 ? FIRST_FIELDS : page.fields,
    )
    this.#seed()
    this.#emulator.live.startOver()
  }

  #tick(): void {
    const { clock, templates, courier } = this.#emulator
    endReviews(this.#emulator)
    courier.kick()
    const decisionAt = templates.nextDecisionAt()
    if (decisionAt !== undefined) this.#tickAt(clock.realTime(decisionAt))
  }

  #tickAt(at: number): void {
    setTimeout(() => this.#tick(), Math.max(0, at - Date.now()))
    this.#armAlarm(at + ALARM_BEHIND_MS)
  }

  #armAlarm(at: number): void {
    const now = Date.now()
    if (this.#alarmAt <= at && this.#alarmAt > now) return
    this.#alarmAt = Math.max(at, now)
    this.ctx.waitUntil(this.ctx.storage.setAlarm(this.#alarmAt))
  }
}
