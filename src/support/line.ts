// The object: a bank's line of customers who wait for a person. A thin shell over line-store.ts. It calls nobody: whoever changes the line
// tells the Conversation (desk.ts), and sockets that watch hear that something changed, never what was said.
// Calls carry a version and the instant, by our own clock.

import { DurableObject } from "cloudflare:workers"
import { meterStorage } from "../foundation/world.ts"
import type { Result } from "../foundation/result.ts"
import * as store from "./line-store.ts"

interface Versioned {
  readonly v: 1
  readonly now: number
}

/** A bank's line as its agents see it. */
export interface LineView {
  readonly threads: readonly store.LineThread[]
  readonly agents: readonly store.Agent[]
  readonly ratings: { readonly yes: number; readonly no: number }
}

/** Close code: what is watched is there no more. */
const BANK_LEFT = 4_410

/** One bank's line. */
export class Line extends DurableObject<Env> {
  readonly #sql = meterStorage(this.ctx.storage).sql

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    store.prepareLine(this.#sql)
    this.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair("ping", "pong"))
  }

  join(request: Versioned & { readonly joining: store.Joining }): store.LinePlace {
    assertVersion(request)
    const place = store.join(this.#sql, request.joining, request.now)
    this.#changed(request.joining.thread)
    return place
  }

  /** Somebody in the line wrote. */
  wrote(request: Versioned & { readonly thread: string }): void {
    assertVersion(request)
    this.#changed(request.thread)
  }

  view(request: Versioned): LineView {
    assertVersion(request)
    return {
      threads: store.listThreads(this.#sql),
      agents: store.listAgents(this.#sql, request.now),
      ratings: store.countRatings(this.#sql),
    }
  }

  claim(
    request: Versioned & { readonly thread: string; readonly agent: string },
  ): Result<{ readonly thread: store.LineThread; readonly name: string }, store.ClaimRefusal> {
    assertVersion(request)
    const { thread, agent, now } = request
    const claimed = store.claim(this.#sql, thread, agent, now)
    if (!claimed.ok) return claimed
    this.#changed(thread)
    const { name } = store.findPresent(this.#sql, agent, now) ?? { name: "" }
    return { ok: true, value: { thread: claimed.value, name } }
  }

  /** A sign of life, and whether the agent has the thread. */
  held(
    request: Versioned & { readonly thread: string; readonly agent: string },
  ): store.LineThread | undefined {
    assertVersion(request)
    return store.held(this.#sql, request.thread, request.agent, request.now)
  }

  transfer(
    request: Versioned & { readonly thread: string; readonly from: string; readonly to: string },
  ): store.Agent | undefined {
    assertVersion(request)
    const colleague = store.transfer(this.#sql, request.thread, request)
    if (colleague) this.#changed(request.thread)
    return colleague
  }

  giveBack(request: Versioned & { readonly thread: string }): store.LinePlace {
    assertVersion(request)
    const place = store.giveBack(this.#sql, request.thread, request.now)
    this.#changed(request.thread)
    return place
  }

  /** Put claims nobody beats for back; those whose Conversation is to be told of it. */
  lapse(request: Versioned): readonly (store.LineThread & store.LinePlace)[] {
    assertVersion(request)
    const lapsed = store.lapse(this.#sql, request.now)
    for (const { thread } of lapsed) this.#changed(thread)
    return lapsed.map((each) => ({ ...each, ...store.placeOf(this.#sql, each.thread, request.now) }))
  }

  toldOfLapse(request: Versioned & { readonly thread: string }): void {
    assertVersion(request)
    store.toldOfLapse(this.#sql, request.thread)
  }

  end(request: Versioned & { readonly thread: string }): void {
    assertVersion(request)
    store.end(this.#sql, request.thread, request.now)
    this.#changed(request.thread)
  }

  rate(request: Versioned & { readonly thread: string; readonly satisfied: boolean }): void {
    assertVersion(request)
    store.rate(this.#sql, request.thread, request.satisfied)
    this.#changed(request.thread)
  }

  present(request: Versioned & { readonly agent: store.Agent }): void {
    assertVersion(request)
    store.present(this.#sql, request.agent, request.now)
    this.#changed()
  }

  answers(request: Versioned): readonly store.CannedAnswer[] {
    assertVersion(request)
    return store.listAnswers(this.#sql)
  }

  putAnswers(request: Versioned & { readonly answers: readonly store.CannedAnswer[] }): void {
    assertVersion(request)
    store.putAnswers(this.#sql, request.answers)
  }

  /** The bank has left: nothing stays of who waited, who answered, and what answers there were. Whoever watches is sent away. */
  forget(request: { readonly v: 1 }): void {
    assertVersion(request)
    store.forgetLine(this.#sql)
    for (const socket of this.ctx.getWebSockets()) socket.close(BANK_LEFT, "the bank has left")
  }

  /** A socket that hears of changes. Who may have one was decided in front of it. It hibernates while nothing happens. */
  override async fetch(request: Request): Promise<Response> {
    if (request.headers.get("upgrade")?.toLowerCase() !== "websocket")
      return new Response(null, { status: 426, headers: { upgrade: "websocket" } })
    const { 0: client, 1: server } = new WebSocketPair()
    this.ctx.acceptWebSocket(server)
    return new Response(null, { status: 101, webSocket: client })
  }

  /** Nothing is taken from a socket. */
  override webSocketMessage(): void {}

  override webSocketClose(socket: WebSocket, code: number): void {
    // 1005 and 1006 stand for no code at all and may not be sent.
    socket.close(code === 1_005 || code === 1_006 ? 1_000 : code)
  }

  #changed(thread?: string): void {
    const said = JSON.stringify({ v: 1, kind: "changed", ...(thread === undefined ? {} : { thread }) })
    for (const socket of this.ctx.getWebSockets())
      try {
        socket.send(said)
      } catch {
        // It is closing; whoever watches through it comes again.
      }
  }
}

function assertVersion(request: { readonly v: number }): void {
  if (request.v !== 1) throw new RangeError(`Cannot read a request of version ${request.v}`)
}
