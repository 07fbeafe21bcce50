// All a Conversation does for one person, on a World: the same in workerd and on node:sqlite.
//
//   receive -> inbox (unique by event) -> turn (pure) -> state and ledger rows in one transaction -> outbox -> Send API
//   tell    -> claim in the ledger -> Send API
//   questions run beside the turn and come back as events; what is outstanding stands in the state, so a crash forgets nothing
//
// Turns wait for each other (`#serial`), and that chain holds cryptography and storage only, never a call to anybody.
// Composed by conversation.ts; telling is tell.ts, sending perform.ts, asking the bank ask.ts.

import { DAY_MS, SECOND_MS } from "../foundation/clock.ts"
import { describeFault } from "../foundation/log.ts"
import { randomText, type LinkId } from "../foundation/id.ts"
import { digestText } from "../crypto/hmac.ts"
import type { LinkOffer } from "../links/link.ts"
import type { EchoReceived, MessengerEvent } from "../messenger/event.ts"
import { findLanguage } from "../phrases/catalogue.ts"
import type { InnerKey } from "../vault/vault.ts"
import { askBank, QUESTIONS_AT_ONCE } from "./ask.ts"
import type { Entry } from "./entry.ts"
import { nextInInbox, pruneInbox, storeInbox, type InboxRow } from "./inbox.ts"
import { redact } from "./intents/redact.ts"
import { parsePayload } from "./intents/intent.ts"
import {
  acceptByEcho,
  claimRow,
  earliestDue,
  findRow,
  LANES,
  listSending,
  markDelivered,
  pruneLedger,
  type LedgerRow,
} from "./ledger.ts"
import { Outbox } from "./outbox.ts"
import { settleUnknown, sendRow, type Sender } from "./perform.ts"
import type { PersonWorld, Shelf, TellOutcome, TellRequest, Whom } from "./person-world.ts"
import { createState, parseState, type Question, type State } from "./state.ts"
import { ledgerPlace, personKeyPlace, statePlace } from "./place.ts"
import { findSealedState, findWhom, prepareStorage, putSealedState, putWhom } from "./storage.ts"
import { tellUpdate, tellAlert, type Teller } from "./tell.ts"
import { nextChangeAt, turn } from "./turn.ts"
import type { AskedAlert, TurnEvent } from "./turn-context.ts"

/** Webhook events of this person. Travels by RPC. */
export interface Delivery {
  readonly v: 1
  readonly whom: Whom
  readonly psid: string
  readonly events: readonly MessengerEvent[]
}

/** Soon after anything is received the alarm looks whether it was dealt with. */
const LOOK_AGAIN_MS = 10 * SECOND_MS
/** After a fault or an outage of the directory. */
const RETRY_MS = 5 * SECOND_MS
const OLD_EVENTS_MS = 30 * DAY_MS

/** What is stored of an event until its turn. */
interface Kept {
  readonly event: MessengerEvent
  readonly card: boolean
  readonly psid: string
}

/** One person's Conversation. */
export class Person {
  readonly #world: PersonWorld
  readonly #outbox = new Outbox()
  readonly #asking = new Set<string>()
  #whom: Whom | undefined
  #key: Promise<InnerKey> | undefined
  #state: State | undefined
  #loaded: Promise<void> | undefined
  #tail: Promise<unknown> = Promise.resolve()
  #closing: Promise<void> | undefined

  constructor(world: PersonWorld) {
    this.#world = world
    prepareStorage(world.sql)
    this.#whom = findWhom(world.sql)
  }

  /** Make webhook events durable; they take their turns in `work`. Echoes and deliveries only touch a row that waits for them. */
  async receive(delivery: Delivery): Promise<void> {
    const { sql, vault, now } = this.#world
    const { whom, psid } = delivery
    this.#meet(whom)
    const kept: { key: string; sealed: string }[] = []
    for (const event of delivery.events) {
      if (event.kind === "echo") await this.#hearEcho(whom, event)
      else if (event.kind === "delivery") markDelivered(sql, event.watermark)
      else if (event.kind !== "read" && event.kind !== "unknown") {
        const clean = withoutNumbers(event)
        const key = await digestText(`${whom.person}|${event.key}`)
        const text = JSON.stringify({ ...clean, psid } satisfies Kept)
        kept.push({ key, sealed: await vault.sealForDays("inbox", whom.page, `${whom.person}|${key}`, text) })
      }
    }
    if (kept.length > 0 && storeInbox(sql, kept, now()) > 0) await this.#armBy(now() + LOOK_AGAIN_MS)
  }

  /** Tell one event. @see TellOutcome */
  async tell(request: TellRequest): Promise<TellOutcome> {
    await this.#load(request.shelf)
    const key = `e_${await digestText(`${request.whom.person}|${request.event.source}|${request.event.id}`)}`
    const teller = await this.#teller(request.whom)
    if (!teller) return { kind: "settled", state: "suppressed", reason: "not_linked" }
    return request.event.type === "bank.fraud.suspected.v1"
      ? tellAlert(teller, request, key)
      : tellUpdate(teller, request, key)
  }

  /** A link is pending: name it in the chat and ask for the code. Durable when it returns. */
  async offer(whom: Whom, offer: LinkOffer): Promise<void> {
    this.#meet(whom)
    await this.#load()
    if (!this.#state) throw new Error("Cannot offer a link to somebody who never wrote")
    await this.#take({ kind: "offered", offer }, this.#world.now())
    await this.#armBy(this.#world.now() + LOOK_AGAIN_MS)
  }

  /** The link ended elsewhere. When this returns nothing more is sent under it. */
  async endLink(link: LinkId): Promise<void> {
    await this.#load()
    if (this.#state) await this.#take({ kind: "link_ended", link }, this.#world.now())
    await this.#armBy(this.#world.now() + LOOK_AGAIN_MS)
  }

  /** Do everything that waits: turns, questions, links to open or close, messages. Safe to call at any time, twice, late. */
  async work(): Promise<void> {
    await this.#turns()
    if (!this.#state) return
    await Promise.all([this.#flush(), this.#settleLinks(), ...this.#startQuestions()])
  }

  /** The alarm: whatever happens in it, it is armed again while anything waits. */
  async alarm(): Promise<void> {
    const { sql, now, log } = this.#world
    try {
      if (nextInInbox(sql, 0) || findSealedState(sql)) {
        await this.#load()
        if (this.#state) {
          const change = nextChangeAt(this.#state)
          if (change !== undefined && change <= now()) await this.#take({ kind: "time" }, now())
          await this.#settleUnknowns()
        }
        await this.work()
        if (this.#state) pruneInbox(sql, this.#state.turnedThrough, now())
        pruneLedger(sql, now())
      }
    } catch (fault) {
      log.error("conversation_alarm_fault", describeFault(fault))
      await this.#armBy(now() + RETRY_MS)
    }
    await this.#rearm()
  }

  // Loading: the person's key, then the state. Outside the turn chain, so that an alert with a shelf does not wait for D1.

  async #load(shelf?: Shelf, psid?: string): Promise<void> {
    const sealed = findSealedState(this.#world.sql)
    const whom = this.#whom
    if (this.#state || !whom || (!sealed && !psid)) return
    this.#key ??= this.#openKey(whom, shelf)
    this.#loaded ??= this.#open(whom, sealed, psid)
    try {
      await this.#loaded
    } catch (fault) {
      this.#key = undefined
      throw fault
    } finally {
      this.#loaded = undefined
    }
  }

  async #open(whom: Whom, sealed: string | undefined, psid: string | undefined): Promise<void> {
    const key = await (this.#key ?? this.#openKey(whom))
    if (sealed) {
      const text = await key.open(sealed, statePlace(whom))
      if (!text.ok) throw new Error(`Cannot open a person's state: ${text.error.reason}`)
      this.#state ??= parseState(text.value)
    } else if (psid) {
      const { languages } = await this.#world.loadBankFacts(whom.bank, whom.page)
      const language = languages.map(findLanguage).find((each) => each !== undefined) ?? "en"
      this.#state ??= createState({ page: whom.page, bank: whom.bank, psid, language })
    }
  }

  async #openKey(whom: Whom, shelf?: Shelf): Promise<InnerKey> {
    const wrapped = shelf?.wrappedKey ?? (await this.#world.loadWrappedKey(whom))
    const key = await this.#world.vault.openKey(wrapped, personKeyPlace(whom))
    if (!key.ok) throw new Error(`Cannot open a person's key: ${key.error.reason}`)
    return key.value
  }

  /** The object's own name is a pseudonym and does not tell Page and bank: they are stored once. */
  #meet(whom: Whom): void {
    if (this.#whom) return
    putWhom(this.#world.sql, whom)
    this.#whom = whom
  }

  // Turns.

  async #turns(): Promise<void> {
    for (;;) {
      const row = nextInInbox(this.#world.sql, this.#state?.turnedThrough ?? 0)
      if (!row) return
      const kept = await this.#openInboxRow(row)
      if (kept) {
        await this.#load(undefined, kept.psid)
        await this.#hearLinked(kept.event)
        await this.#take({ kind: "messenger", event: kept.event, card: kept.card }, row.seq, row.seq)
      } else if (this.#state) {
        await this.#take({ kind: "time" }, row.seq, row.seq)
      } else {
        this.#world.sql.exec("DELETE FROM inbox WHERE key = ?", row.key)
      }
    }
  }

  async #openInboxRow(row: InboxRow): Promise<Kept | undefined> {
    const { vault, log } = this.#world
    const whom = this.#whom
    if (!whom) return undefined
    const text = await vault.openForDays("inbox", whom.page, `${whom.person}|${row.key}`, row.sealed)
    if (text.ok) return JSON.parse(text.value) as Kept
    log.error("inbox_row_unreadable", { reason: text.error.reason })
    return undefined
  }

  async #hearLinked(event: MessengerEvent): Promise<void> {
    if (
      event.kind !== "account_linking" ||
      event.status !== "linked" ||
      !event.authorizationCode ||
      !this.#whom
    )
      return
    await this.#world.links.hearLinked(event.authorizationCode, this.#whom.person)
  }

  /** One turn: compute, then store state and words together. A row already taken is not taken again. */
  async #take(event: TurnEvent, order: number, turnedThrough?: number): Promise<void> {
    const { sql, now, random } = this.#world
    const whom = this.#whom
    const key = await this.#key
    if (!whom || !key) throw new Error("Cannot take a turn before the state is loaded")
    const facts = await this.#world.loadBankFacts(whom.bank, whom.page)
    await this.#serial(async () => {
      const before = this.#state
      if (!before) throw new Error("Cannot take a turn before the state is loaded")
      if (turnedThrough !== undefined && turnedThrough <= before.turnedThrough) return
      const asked = event.kind === "messenger" ? await this.#findAlert(event.event, key) : undefined
      const { state, say, urgent } = turn(before, asked ? ({ ...event, alert: asked } as TurnEvent) : event, {
        now: now(),
        order,
        questionId: randomText(random),
        bank: facts,
        logInUrl: facts.logInUrl,
      })
      const after: State = turnedThrough === undefined ? state : { ...state, turnedThrough }
      const rows = await Promise.all(
        say.map((utterance, index) =>
          this.#replyRow(key, whom, order, index, urgent, {
            v: 1,
            utterance,
            cause: { kind: "reply", order, urgent },
          }),
        ),
      )
      const sealed = await key.seal(JSON.stringify(after), statePlace(whom))
      sql.transaction(() => {
        for (const row of rows) claimRow(sql, row)
        if (after !== before) putSealedState(sql, sealed)
      })
      this.#state = after
    })
  }

  async #replyRow(
    key: InnerKey,
    whom: Whom,
    order: number,
    index: number,
    urgent: boolean,
    entry: Entry,
  ): Promise<LedgerRow> {
    const { now, random } = this.#world
    const name = `r_${order}_${index}_${randomText(random, 6)}`
    const at = now()
    return {
      key: name,
      lane: LANES.replies,
      seq: order + index / 100,
      state: "queued",
      reason: urgent ? "urgent" : "",
      at,
      dueAt: at,
      sends: 0,
      sealed: await key.seal(JSON.stringify(entry), ledgerPlace(whom, name)),
    }
  }

  /** The alert a fraud button belongs to. */
  async #findAlert(event: MessengerEvent, key: InnerKey): Promise<AskedAlert | undefined> {
    if (event.kind !== "postback" && event.kind !== "message") return undefined
    const payload = parsePayload(event.payload ?? "")
    const row =
      payload?.action === "FRAUD" && payload.parts[0] ? findRow(this.#world.sql, payload.parts[0]) : undefined
    if (!row || !this.#whom) return undefined
    const text = await key.open(row.sealed, ledgerPlace(this.#whom, row.key))
    const entry = text.ok ? (JSON.parse(text.value) as Entry) : undefined
    return entry?.cause.kind === "event" && entry.cause.alert
      ? { key: row.key, ...entry.cause.alert }
      : undefined
  }

  // Beside the turn: questions to the bank, links to open and close.

  #startQuestions(): Promise<void>[] {
    const waiting = (this.#state?.questions ?? []).filter((each) => !this.#asking.has(each.id))
    return waiting
      .slice(0, Math.max(0, QUESTIONS_AT_ONCE - this.#asking.size))
      .map((question) => this.#ask(question))
  }

  async #ask(question: Question): Promise<void> {
    const whom = this.#whom
    if (!whom) throw new Error("Cannot ask before the state is loaded")
    this.#asking.add(question.id)
    try {
      const answer = await askBank(this.#world, whom.bank, () => this.#state, question)
      await this.#take({ kind: "bank_answered", question, answer }, question.order)
    } finally {
      this.#asking.delete(question.id)
    }
    await this.work()
  }

  /** Bring the directory and the bank to what the state says; one run at a time, each step repeatable. */
  #settleLinks(): Promise<void> {
    this.#closing ??= this.#runSettleLinks().finally(() => {
      this.#closing = undefined
    })
    return this.#closing
  }

  async #runSettleLinks(): Promise<void> {
    const { links, log, now } = this.#world
    const whom = this.#whom
    if (!whom) return
    try {
      for (let next = this.#state?.ending[0]; next; next = this.#state?.ending[0]) {
        await links.end(next.link, next.reason, whom, this.#state?.psid ?? "")
        await this.#take({ kind: "closed", link: next.link }, now())
      }
      const offer = this.#state?.opening
      if (offer) {
        const live = await links.goLive(offer, whom.person)
        await this.#take({ kind: "opened", offer, live }, now())
        await this.#flush()
      }
    } catch (fault) {
      log.warn("link_not_settled", describeFault(fault))
      await this.#armBy(now() + RETRY_MS)
    }
  }

  // Sending.

  #flush(): Promise<void> {
    const { sql, now } = this.#world
    return this.#outbox.drain(
      () => this.#outbox.next(sql, this.#state, now()),
      async (row) => sendRow(await this.#sender(), row),
    )
  }

  async #settleUnknowns(): Promise<void> {
    const sender = await this.#sender()
    for (const row of listSending(this.#world.sql)) await settleUnknown(sender, row)
  }

  async #sender(): Promise<Sender> {
    const key = await this.#key
    const whom = this.#whom
    if (!key || !whom) throw new Error("Cannot send before the state is loaded")
    return { world: this.#world, whom, key, state: () => this.#state }
  }

  async #teller(whom: Whom): Promise<Teller | undefined> {
    const key = await this.#key
    if (!key) return undefined
    return {
      world: this.#world,
      whom,
      key,
      state: () => this.#state,
      outbox: this.#outbox,
      flush: () => this.#flush(),
      armBy: (at) => this.#armBy(at),
    }
  }

  async #hearEcho(whom: Whom, echo: EchoReceived): Promise<void> {
    if (!echo.metadata) return
    const key = await this.#world.vault.openForDays("metadata", whom.page, whom.person, echo.metadata)
    if (key.ok) acceptByEcho(this.#world.sql, key.value)
  }

  // Time.

  async #armBy(at: number): Promise<void> {
    const set = await this.#world.alarm.get()
    if (set === null || set > at) await this.#world.alarm.set(at)
  }

  /** Arm for the earliest thing that waits. */
  async #rearm(): Promise<void> {
    const { sql, now } = this.#world
    const state = this.#state
    const due = [
      nextInInbox(sql, state?.turnedThrough ?? 0) ? now() + RETRY_MS : undefined,
      state && (state.opening || state.ending.length > 0 || state.questions.length > 0)
        ? now() + RETRY_MS
        : undefined,
      earliestDue(sql),
      state ? nextChangeAt(state) : undefined,
      state ? now() + OLD_EVENTS_MS : undefined,
    ].filter((each): each is number => each !== undefined)
    if (due.length > 0) await this.#armBy(Math.max(Math.min(...due), now() + SECOND_MS))
  }

  #serial<T>(step: () => Promise<T>): Promise<T> {
    const run = this.#tail.then(step, step)
    this.#tail = run.then(
      () => undefined,
      () => undefined,
    )
    return run
  }
}

/** Numbers of cards and accounts are taken out before anything is stored. */
function withoutNumbers(event: MessengerEvent): { readonly event: MessengerEvent; readonly card: boolean } {
  if (event.kind !== "message" || event.payload !== undefined) return { event, card: false }
  const { text, card } = redact(event.text)
  return { event: text === event.text ? event : { ...event, text }, card }
}
