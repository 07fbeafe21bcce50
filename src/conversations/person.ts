// All a Conversation does for one person, on a World: the same in workerd and on node:sqlite.
//
//   receive -> inbox (unique by event) -> turn (pure) -> state and ledger rows in one transaction -> outbox -> Send API
//   tell    -> claim in the ledger -> Send API
//   questions run beside the turn and come back as events; what is outstanding stands in the state, so a crash forgets nothing
//
// Composed by conversation.ts. Turns in their order are turns.ts, what time alone makes due watch.ts, telling tell.ts, sending perform.ts,
// asking the bank asking.ts, links on their way link-settling.ts.

import { EVENT_TYPES } from "../banks/event-types.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { LinkId } from "../foundation/id.ts"
import { describeFault } from "../foundation/log.ts"
import type { LinkOffer } from "../links/link.ts"
import type { MessengerEvent } from "../messenger/event.ts"
import { reportAnswered } from "./alert-reports.ts"
import { Anchoring } from "./anchoring.ts"
import { Asking } from "./asking.ts"
import { changeOf } from "./case-news.ts"
import { holdingOf, viewOf, type ConsentView, type Holding } from "./consent-view.ts"
import type { EndRequest } from "./conversation-requests.ts"
import { actAtDesk, type DeskAnswer, type DeskRequest } from "./desk-acts.ts"
import { DeskSettling } from "./desk-settling.ts"
import * as erasing from "./erasing.ts"
import { hear } from "./hearing.ts"
import { releaseHeld } from "./held.ts"
import { lookAtBank, type LookOutcome, type LookRequest } from "./hints.ts"
import { nextInInbox, storeInbox } from "./inbox.ts"
import { earliestPostponed } from "./ledger.ts"
import { LinkSettling, type Settler } from "./link-settling.ts"
import { Memory } from "./memory.ts"
import { Outbox } from "./outbox.ts"
import { settled } from "./outcome.ts"
import { sendRow, showTyping, type Sender } from "./perform.ts"
import type { PersonWorld, TellOutcome, TellRequest, Whom } from "./person-world.ts"
import { eventKeyOf } from "./place.ts"
import { rekey, type Rekeyed, type RekeyRequest } from "./rekeying.ts"
import { findSealedState, prepareStorage } from "./storage.ts"
import { tellUpdate, tellAlert } from "./tell.ts"
import type { Teller } from "./tell-rules.ts"
import type { OwnWish, TurnEvent } from "./turn-context.ts"
import { Turns } from "./turns.ts"
import { isOutage } from "./unready.ts"
import { Wake } from "./wake.ts"
import { RETRY_MS, Watch } from "./watch.ts"

/** Webhook events of this person. Travels by RPC. */
export interface Delivery {
  readonly v: 1
  readonly whom: Whom
  readonly psid: string
  readonly events: readonly MessengerEvent[]
}

/** Soon after anything is received the alarm looks whether it was dealt with. */
const LOOK_AGAIN_MS = 10 * SECOND_MS

/** One person's Conversation. */
export class Person {
  readonly #bare: PersonWorld
  readonly #fence = new erasing.Fence()
  readonly #world: PersonWorld
  readonly #memory: Memory
  readonly #wake: Wake
  readonly #anchoring: Anchoring
  readonly #outbox = new Outbox()
  readonly #links = new LinkSettling()
  readonly #desk = new DeskSettling()
  readonly #asking = new Asking()
  readonly #turns: Turns
  readonly #watch: Watch

  /** The alarm rang, and what is held was not looked at since. */
  #rang = false

  constructor(world: PersonWorld) {
    prepareStorage(world.sql)
    this.#bare = world
    this.#world = this.#fence.around(world)
    this.#memory = new Memory(this.#world)
    this.#wake = new Wake(this.#world.alarm)
    this.#anchoring = new Anchoring(world.sql)
    this.#turns = new Turns(this.#world, this.#memory, this.#anchoring, this.#asking)
    this.#watch = new Watch(this.#world, this.#memory, this.#turns, this.#wake)
  }

  /** Everything was deleted: whoever comes next needs a new one over the same storage. */
  get gone(): boolean {
    return this.#fence.isShut
  }

  /** The person has another key (rekeying.ts). */
  readonly rekey = (keys: RekeyRequest["keys"]): Promise<Rekeyed> => rekey(this.#world, this.#memory, keys)

  /** Make webhook events durable; they take their turns in `work`. Echoes and deliveries only touch a row that waits for them. */
  async receive(delivery: Delivery): Promise<void> {
    const { sql, now } = this.#world
    const { whom, psid } = delivery
    const kept: { readonly key: string; readonly sealed: string }[] = []
    for (const event of erasing.hearable(delivery.events, erasing.findErasedAt(sql))) {
      const waits = await hear(
        this.#world,
        whom,
        psid,
        event,
        async () => (await this.#memory.load(), this.#turns.sender()),
      )
      if (waits) kept.push(waits)
    }
    if (kept.length === 0) return
    this.#memory.meet(whom)
    await this.#wake.ready()
    // Stored and armed in one step. A copy arms too where the first may have been stored without its alarm.
    const stored = storeInbox(sql, kept, now())
    if (stored > 0 || nextInInbox(sql, this.#memory.state?.turnedThrough ?? 0))
      await this.#wake.armBy(now() + LOOK_AGAIN_MS)
  }

  /** Tell one event. An outage round us is `pending` and costs no attempt. @see TellOutcome */
  async tell(request: TellRequest): Promise<TellOutcome> {
    try {
      await this.#memory.load({ shelf: request.shelf })
      const key = await eventKeyOf(request.whom.person, request.event)
      if (!this.#memory.key) return settled("suppressed", "not_linked")
      const teller = this.#teller()
      const change = changeOf(request.event, this.#world.now())
      if (change && this.#memory.state?.consent?.link === request.shelf.link) await this.#turns.take(change)
      const outcome = await (EVENT_TYPES[request.event.type].lane === "alerts"
        ? tellAlert(teller, request, key)
        : tellUpdate(teller, request, key))
      return this.#anchoring.attach(this.#world.sql, outcome, this.#world.now())
    } catch (fault) {
      if (!isOutage(fault)) throw fault
      this.#world.log.warn("event_not_told_yet", describeFault(fault))
      return { kind: "pending", afterMs: RETRY_MS }
    }
  }

  /** Ask the bank what a hint is about. @see LookOutcome */
  async look(request: LookRequest): Promise<LookOutcome> {
    await this.#memory.load({ shelf: request.shelf })
    if (!this.#memory.key) return settled("suppressed", "not_linked")
    const what = `${request.hint.about}|${request.hint.account ?? ""}`
    return this.#asking.look(what, this.#world.now(), (ended) =>
      lookAtBank(this.#turns.sender(), request, ended),
    )
  }

  /** A link is pending: name it in the chat and ask for the code. Durable when it returns. */
  async offer(whom: Whom, offer: LinkOffer): Promise<void> {
    this.#memory.meet(whom)
    await this.#memory.load()
    // Somebody whose first message has not had its turn is no stranger.
    if (!this.#memory.state) await this.#turns.drain()
    if (!this.#memory.state) throw new Error("Cannot offer a link to somebody who never wrote")
    await this.#wake.armBy(this.#world.now() + LOOK_AGAIN_MS)
    await this.#turns.take({ kind: "offered", offer })
  }

  /** The link ends by somebody else's word. When this returns nothing more is sent or asked under it.
   * @returns how it stood here before: `not_held` and `empty` leave it to the directory alone */
  async endLink({ link, reason, silent, by }: Omit<EndRequest, "v">): Promise<Holding> {
    const holding = await this.holding(link)
    if (holding === "not_held" || holding === "empty") return holding
    await this.#wake.armBy(this.#world.now() + LOOK_AGAIN_MS)
    await this.#turns.take({ kind: "link_ended", link, reason, silent, ...(by ? { by } : {}) })
    return holding
  }

  /** Another chat was linked to the customer this one is linked to. Durable when it returns. */
  linkedElsewhere(link: LinkId): Promise<void> {
    return this.#decided({ kind: "linked_elsewhere", link })
  }

  /** The person changes what is on, on their own pages. What is taken away is off when this returns; what is added is on where the
   * record took it. @returns the consent then; `undefined` where that link is not live here */
  async changeConsent(link: LinkId, wish: OwnWish): Promise<ConsentView | undefined> {
    if ((await this.holding(link)) !== "live") return undefined
    await this.#wake.armBy(this.#world.now() + LOOK_AGAIN_MS)
    await this.#turns.take({ kind: "consent_wished", link, wish })
    await this.#settleLinks()
    return viewOf(this.#memory.all.state)
  }

  /** How a link stands here. @param compare hold a live one against what the directory proves first */
  async holding(link: LinkId, { compare = false } = {}): Promise<Holding> {
    await this.#memory.load()
    const { state } = this.#memory
    // Where somebody was erased and nobody came since, nothing of theirs is live, whatever an old directory says.
    if (!state) return erasing.findErasedAt(this.#world.sql) === undefined ? "empty" : "not_held"
    if (compare && state.consent?.link === link) await this.#compare(link)
    return holdingOf(this.#memory.state, link)
  }

  /** All that is kept here is to go. When this returns nothing more is read or sent under a grant, and what was said last is out. */
  async beginErasure({ code, cause }: erasing.ErasureRequest): Promise<void> {
    await this.#decided({ kind: "erase", code, cause })
    await this.work()
  }

  /** Delete all of it, unless somebody new came since. */
  erase(request: erasing.WipeRequest): Promise<void> {
    return erasing.wipe(this.#bare, this.#fence, request)
  }

  /** Something was decided elsewhere: it takes its turn now, and what follows from it is not forgotten. */
  async #decided(event: TurnEvent): Promise<void> {
    await this.#memory.load()
    if (!this.#memory.state) return
    await this.#wake.armBy(this.#world.now() + LOOK_AGAIN_MS)
    await this.#turns.take(event)
  }

  /** An agent of the bank sees or acts on their thread (desk-acts.ts). */
  async atDesk(request: DeskRequest): Promise<DeskAnswer> {
    await this.#memory.load()
    if (!this.#memory.state) return { kind: "refused", refusal: { reason: "gone" } }
    await this.#wake.armBy(this.#world.now() + LOOK_AGAIN_MS)
    const sender = () => this.#turns.sender()
    return actAtDesk(
      { sender, take: (event, order) => this.#turns.take(event, { order }), work: () => this.work() },
      request,
    )
  }

  /** A one-time link to the person's own pages was posted.
   * @returns whether it was good: it is so once */
  async enter(entry: string): Promise<boolean> {
    await this.#memory.load()
    return this.#memory.state !== undefined && this.#turns.take({ kind: "entered", entry })
  }

  /** Let somebody read what is kept here, once it is open; `undefined` where nothing is. */
  async read<T>(reader: (sender: Sender) => Promise<T>): Promise<T | undefined> {
    await this.#memory.load()
    return this.#memory.state && reader(this.#turns.sender())
  }

  /** Do everything that waits: turns, questions, links to open or close, messages. Safe to call at any time, twice, late. */
  async work(): Promise<void> {
    if (this.gone) return
    await this.#turns.drain()
    if (!this.#memory.state) return
    await Promise.all([
      this.#flush(),
      this.#settleLinks(),
      this.#desk.settle(this.#settler()),
      ...this.#startQuestions(),
    ])
    // The alarm comes for what is held; nobody else need look, but for somebody who asked.
    if (this.#rang || this.#memory.state.heldAsked !== undefined) await releaseHeld(this.#teller())
    this.#rang = false
    if (this.#memory.whom) await this.#anchoring.settle(this.#world, this.#memory.whom, this.#memory.state)
  }

  /** The alarm: whatever happens in it, it is armed again while anything waits. */
  async alarm(): Promise<void> {
    const { sql, log } = this.#world
    this.#wake.rang()
    this.#rang = true
    if (await erasing.forgetErasure(this.#bare, this.#fence)) return
    try {
      if (nextInInbox(sql, 0) || findSealedState(sql) !== undefined) {
        await this.#memory.load()
        await this.#watch.look()
        await this.work()
        await this.#watch.forget()
      }
      this.#watch.wentWell()
    } catch (fault) {
      log.error("conversation_alarm_fault", { faults: await this.#watch.failed(), ...describeFault(fault) })
    }
    await this.#watch.rearm()
  }

  // Beside the turn: questions to the bank, links to open and close.

  #startQuestions(): readonly Promise<void>[] {
    return this.#asking.start({
      world: this.#world,
      bank: this.#memory.all.whom.bank,
      state: () => this.#memory.state,
      beside: async (question) => {
        if (question.kind === "fraud_answer")
          await reportAnswered(this.#turns.sender(), question.alert, question.answer)
        else if (!("alert" in question)) await showTyping(this.#turns.sender(), question.id)
      },
      answered: async (question, answer) => {
        await this.#turns.take({ kind: "bank_answered", question, answer }, { order: question.order })
      },
      afterwards: () => this.work(),
    })
  }

  #compare(link: LinkId): Promise<void> {
    this.#links.doubt(link, this.#world.now())
    return this.#settleLinks()
  }

  #settleLinks(): Promise<void> {
    return this.#links.settle(this.#settler())
  }

  #settler(): Settler {
    return {
      world: this.#world,
      remembered: () => (this.#memory.state ? this.#memory.all : undefined),
      take: async (event) => void (await this.#turns.take(event)),
      flush: () => this.#flush(),
      later: () => this.#wake.armBy(this.#world.now() + RETRY_MS),
    }
  }

  // Sending.

  async #flush(): Promise<void> {
    const { sql, now } = this.#world
    await this.#outbox.drain(
      () => this.#outbox.next(sql, this.#memory.state, now()),
      (row) => sendRow(this.#turns.sender(), row),
    )
    const postponed = earliestPostponed(sql, now())
    if (postponed !== undefined) await this.#wake.armBy(postponed)
  }

  #teller(): Teller {
    return {
      ...this.#turns.sender(),
      outbox: this.#outbox,
      flush: () => this.#flush(),
      wake: this.#wake,
      doubt: (link: LinkId) => this.#compare(link),
      take: async (event) => void (await this.#turns.take(event)),
    }
  }
}
