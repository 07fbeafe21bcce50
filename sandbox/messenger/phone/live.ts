// The open phone pages: hibernating sockets, each showing one person's chat. Tells them what changed, hears whether
// somebody looks. Keeps nothing; a page that was away asks for what it missed.

import type { Emulator } from "../emulator.ts"
import { isObject } from "../json.ts"
import { look } from "../people/acting.ts"
import type { Said } from "../people/thread-store.ts"
import { drawAround, drawFace, drawPeople, drawRows, markOf } from "./draw.tsx"

/** What a socket remembers while the object sleeps. */
type Watching = { readonly psid: string; readonly looking: boolean }

const isWatching = (value: unknown): value is Watching => isObject(value) && typeof value.psid === "string"

const GATHER_MS = 60

/** The sockets of the phone pages. */
export class Live {
  readonly #ctx: DurableObjectState
  readonly #emulator: () => Emulator
  #peopleTimer: ReturnType<typeof setTimeout> | undefined

  constructor(ctx: DurableObjectState, emulator: () => Emulator) {
    this.#ctx = ctx
    this.#emulator = emulator
  }

  /** Take a page's socket. */
  open(psid: string): Response {
    const { 0: client, 1: server } = new WebSocketPair()
    this.#ctx.acceptWebSocket(server)
    server.serializeAttachment({ psid, looking: false } satisfies Watching)
    return new Response(null, { status: 101, webSocket: client })
  }

  /** A page said whether it is looked at, and which message it has last. */
  heard(socket: WebSocket, message: unknown): void {
    const watching: unknown = socket.deserializeAttachment()
    if (!isWatching(watching) || !isObject(message)) return
    const { psid } = watching
    const looking = message.look === true
    socket.serializeAttachment({ psid, looking } satisfies Watching)
    if (typeof message.after === "number") this.#catchUp(socket, psid, message.after)
    if (looking) look(this.#emulator(), psid)
  }

  /** True while somebody looks at that person's chat. */
  isWatched(psid: string): boolean {
    return this.#sockets().some(([, watching]) => watching.psid === psid && watching.looking)
  }

  /** Something was said. */
  said(said: Said): void {
    const before = this.#emulator().thread.before(said.psid, said.seq)
    this.#tellChat(said.psid, () => this.#rows(said.psid, [said], before))
    if (said.from === "person") this.peopleChanged()
  }

  /** Something that was said has changed: edited, taken back, reacted to. */
  changed(psid: string, mid: string): void {
    const { pages, people, thread } = this.#emulator()
    const said = thread.find(psid, mid)
    const person = people.find(psid)
    const page = person === undefined ? undefined : pages.find(person.pageId)
    if (said === undefined || person === undefined || page === undefined) return
    const before = thread.before(psid, said.seq)
    const html = (): string => drawRows(this.#emulator(), page, person, [said], before)
    this.#tellChat(psid, () => ({ type: "row", mid, html: html() }))
  }

  /** The Page, or a persona of it, began or ended typing. */
  typing(psid: string, on: boolean, personaId: string | undefined): void {
    this.#tellChat(psid, () => ({ type: "typing", on, face: drawFace(this.#emulator(), personaId) }))
  }

  /** The person's newest message came further. */
  marksChanged(psid: string): void {
    const { people, thread } = this.#emulator()
    const person = people.find(psid)
    if (person === undefined) return
    const mark = markOf(person, thread.lastSaid(psid))
    this.#tellChat(psid, () => ({ type: "mark", mark }))
  }

  /** Names, unread counts or linking changed. Told a moment later, once for many changes. */
  peopleChanged(): void {
    if (this.#peopleTimer !== undefined || this.#ctx.getWebSockets().length === 0) return
    this.#peopleTimer = setTimeout(() => {
      this.#peopleTimer = undefined
      this.#tellPeople()
    }, GATHER_MS)
  }

  #tellPeople(): void {
    const emulator = this.#emulator()
    for (const [socket, { psid }] of this.#sockets()) {
      this.#tell(socket, { type: "people", html: drawPeople(emulator, psid) })
    }
  }

  /** The Page's menu or greeting changed. */
  profileChanged(): void {
    for (const [socket, { psid }] of this.#sockets()) {
      const rows = this.#rows(psid, [], undefined)
      if (rows !== undefined) this.#tell(socket, rows)
    }
  }

  /** Everything is new: the pages load again. */
  startOver(): void {
    for (const [socket] of this.#sockets()) this.#tell(socket, { type: "reload" })
  }

  #catchUp(socket: WebSocket, psid: string, afterSeq: number): void {
    const { thread } = this.#emulator()
    const missed = thread.list(psid, afterSeq)
    const [first] = missed
    const rows = this.#rows(psid, missed, first === undefined ? undefined : thread.before(psid, first.seq))
    if (rows !== undefined) this.#tell(socket, rows)
  }

  #rows(psid: string, rows: readonly Said[], before: Said | undefined): object | undefined {
    const { pages, people, thread } = this.#emulator()
    const person = people.find(psid)
    const page = person === undefined ? undefined : pages.find(person.pageId)
    if (person === undefined || page === undefined) return undefined
    const last = thread.lastSaid(psid)
    return {
      type: "rows",
      html: drawRows(this.#emulator(), page, person, rows, before),
      seq: rows.at(-1)?.seq ?? null,
      from: rows.at(-1)?.from ?? null,
      around: drawAround(page, person, last),
      mark: markOf(person, last),
    }
  }

  #sockets(): readonly (readonly [WebSocket, Watching])[] {
    return this.#ctx.getWebSockets().flatMap((socket) => {
      const watching: unknown = socket.deserializeAttachment()
      return isWatching(watching) ? [[socket, watching] as const] : []
    })
  }

  #tellChat(psid: string, message: () => object | undefined): void {
    const sockets = this.#sockets().filter(([, watching]) => watching.psid === psid)
    const told = sockets.length === 0 ? undefined : message()
    if (told !== undefined) for (const [socket] of sockets) this.#tell(socket, told)
  }

  #tell(socket: WebSocket, message: object): void {
    try {
      socket.send(JSON.stringify(message))
    } catch {
      // The page has just gone; it asks for what it missed when it comes back.
      socket.close()
    }
  }
}
