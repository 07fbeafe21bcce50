// All a Conversation does for one person, on a World: the same in workerd and on node:sqlite.
//
//   receive -> inbox (unique by event) -> turn (pure) -> state and ledger rows in one transaction -> outbox -> Send API
//   tell    -> claim in the ledger -> Send API
//   questions run beside the turn and come back as events; what is outstanding stands in the state, so a crash forgets nothing
//
// Turns wait for each other (`#serial`), and that chain holds cryptography and storage only, never a call to anybody.
// Composed by conversation.ts; telling is tell.ts, sending perform.ts, asking the bank ask.ts, links on their way link-settling.ts.

import { changeOf } from "./case-news.ts"
import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import { describeFault } from "../foundation/log.ts"
import { randomText, type LinkId } from "../foundation/id.ts"
import { EVENT_TYPES } from "../banks/event-types.ts"
import type { LinkOffer } from "../links/link.ts"
import type { EndRequest } from "./conversation-requests.ts"
import type { MessengerEvent } from "../messenger/event.ts"
import { reportAnswered, reportOverdue } from "./alert-reports.ts"
import { findAlert } from "./alerts.ts"
import { Anchoring } from "./anchoring.ts"
import { Asking } from "./asking.ts"
import * as erasing from "./erasing.ts"
import { isQuiet } from "./idle.ts"
import { hear } from "./hearing.ts"
import { lookAtBank, type LookOutcome, type LookRequest } from "./hints.ts"
import { nextInInbox, openInboxRow, storeInbox, type InboxRow, type Kept } from "./inbox.ts"
import { claimRow, earliestDue, earliestPostponed, listSending } from "./ledger.ts"
import { holdingOf, viewOf, type ConsentView, type Holding } from "./consent-view.ts"
import { forgetTypedCode, hearOfLink } from "./link-hearing.ts"
import { isSettling, LinkSettling } from "./link-settling.ts"
import { Memory } from "./memory.ts"
import { Outbox } from "./outbox.ts"
import { settled } from "./outcome.ts"
import { withEntry } from "./own-data-entry.ts"
import { settleUnknown, sendRow, showTyping, type Sender } from "./perform.ts"
import type { PersonWorld, TellOutcome, TellRequest, Whom } from "./person-world.ts"
import { rekey, type Rekeyed, type RekeyRequest } from "./rekeying.ts"
import { forgetOld } from "./retention.ts"
import { createSerial } from "./serial.ts"
import { findSilent } from "./silence.ts"
import type { State } from "./state.ts"
import { eventKeyOf, statePlace } from "./place.ts"
import { endedQuestions } from "./receipt.ts"
import { replyRows } from "./replies.ts"
import { findSealedState, prepareStorage, putSealedState } from "./storage.ts"
import { tellUpdate, tellAlert } from "./tell.ts"
import { turn } from "./turn.ts"
import { nextChangeAt } from "./turn-time.ts"
import type { OwnWish, TurnEvent } from "./turn-context.ts"
import { isOutage } from "./unready.ts"
import { Wake } from "./wake.ts"

/** Webhook events of this person. Travels by RPC. */
export interface Delivery {
  readonly v: 1
  readonly whom: Whom
  readonly psid: string
  readonly events: readonly MessengerEvent[]
}

/** Soon after anything is received the alarm looks whether it was dealt with. */
const LOOK_AGAIN_MS = 10 * SECOND_MS
/** After a fault or an outage of the directory; doubled with each further one. */
const RETRY_MS = 5 * SECOND_MS
const RETRY_MS_MAX = 15 * MINUTE_MS
/** A turn that ends in a fault this often is not tried again. */
const ROW_FAULTS_MAX = 3

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
  readonly #asking = new Asking()
  readonly #serial = createSerial()
  /** Alerts the bank was told to take elsewhere, and when the next is due. */
  readonly #toldOfFallback = new Set<string>()
  #fallbackAt: number | undefined
  /** When something that is kept comes to its term. */
  #forgetAt: number | undefined
  /** When a fraud question nobody answered is said once more. */
  #silenceAt: number | undefined
  /** Alarms in a row that ended in a fault. */
  #faults = 0
  /** Faults of the inbox row whose turn it is. */
  #rowFaults: { readonly key: string; readonly count: number } | undefined

  constructor(world: PersonWorld) {
    prepareStorage(world.sql)
    this.#bare = world
    this.#world = this.#fence.around(world)
    this.#memory = new Memory(this.#world)
    this.#wake = new Wake(this.#world.alarm)
    this.#anchoring = new Anchoring(world.sql)
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
        async () => (await this.#memory.load(), this.#sender()),
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
      const teller = {
        ...this.#sender(),
        outbox: this.#outbox,
        flush: () => this.#flush(),
        wake: this.#wake,
        doubt: (link: LinkId) => this.#compare(link),
      }
      const change = changeOf(request.event)
      if (change && this.#memory.state?.consent?.link === request.shelf.link) await this.#take(change)
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
    return this.#asking.look(what, this.#world.now(), (ended) => lookAtBank(this.#sender(), request, ended))
  }

  /** A link is pending: name it in the chat and ask for the code. Durable when it returns. */
  async offer(whom: Whom, offer: LinkOffer): Promise<void> {
    this.#memory.meet(whom)
    await this.#memory.load()
    // Somebody whose first message has not had its turn is no stranger.
    if (!this.#memory.state) await this.#turns()
    if (!this.#memory.state) throw new Error("Cannot offer a link to somebody who never wrote")
    await this.#wake.armBy(this.#world.now() + LOOK_AGAIN_MS)
    await this.#take({ kind: "offered", offer })
  }

  /** The link ends by somebody else's word. When this returns nothing more is sent or asked under it.
   * @returns how it stood here before: `not_held` and `empty` leave it to the directory alone */
  async endLink({ link, reason, silent, by }: Omit<EndRequest, "v">): Promise<Holding> {
    const holding = await this.holding(link)
    if (holding === "not_held" || holding === "empty") return holding
    await this.#wake.armBy(this.#world.now() + LOOK_AGAIN_MS)
    await this.#take({ kind: "link_ended", link, reason, silent, ...(by ? { by } : {}) })
    return holding
  }

  /** Another chat was linked to the customer this one is linked to. Durable when it returns. */
  async linkedElsewhere(link: LinkId): Promise<void> {
    await this.#memory.load()
    if (!this.#memory.state) return
    await this.#wake.armBy(this.#world.now() + LOOK_AGAIN_MS)
    await this.#take({ kind: "linked_elsewhere", link })
  }

  /** The person changes what is on, on their own pages. What is taken away is off when this returns; what is added is on where the
   * record took it. @returns the consent then; `undefined` where that link is not live here */
  async changeConsent(link: LinkId, wish: OwnWish): Promise<ConsentView | undefined> {
    if ((await this.holding(link)) !== "live") return undefined
    await this.#wake.armBy(this.#world.now() + LOOK_AGAIN_MS)
    await this.#take({ kind: "consent_wished", link, wish })
    await this.#settleLinks()
    return viewOf(this.#memory.all.state)
  }

  /** How a link stands here. @param compare hold a live one against what the directory proves first */
  async holding(link: LinkId, { compare = false } = {}): Promise<Holding> {
    await this.#memory.load()
    if (compare && this.#memory.state) await this.#compare(link)
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
    await this.#take(event)
  }

  /** A one-time link to the person's own pages was posted.
   * @returns whether it was good: it is so once */
  async enter(entry: string): Promise<boolean> {
    await this.#memory.load()
    return this.#memory.state !== undefined && this.#take({ kind: "entered", entry })
  }

  /** Let somebody read what is kept here, once it is open; `undefined` where nothing is. */
  async read<T>(reader: (sender: Sender) => Promise<T>): Promise<T | undefined> {
    await this.#memory.load()
    return this.#memory.state && reader(this.#sender())
  }

  /** Do everything that waits: turns, questions, links to open or close, messages. Safe to call at any time, twice, late. */
  async work(): Promise<void> {
    if (this.gone) return
    await this.#turns()
    if (!this.#memory.state) return
    await Promise.all([this.#flush(), this.#settleLinks(), ...this.#startQuestions()])
    if (this.#memory.whom) await this.#anchoring.settle(this.#world, this.#memory.whom, this.#memory.state)
  }

  /** The alarm: whatever happens in it, it is armed again while anything waits. */
  async alarm(): Promise<void> {
    const { sql, now, log } = this.#world
    this.#wake.rang()
    if (await erasing.forgetErasure(this.#bare, this.#fence)) return
    try {
      if (nextInInbox(sql, 0) || findSealedState(sql) !== undefined) {
        await this.#memory.load()
        await this.#passTime()
        await this.#settleUnknowns()
        // First the bank's other channel, then what may take its time.
        await this.#reportOverdue()
        await this.#breakSilence()
        await this.work()
        this.#forgetAt = this.#memory.state && (await forgetOld(this.#sender()))
      }
      this.#faults = 0
    } catch (fault) {
      this.#faults += 1
      log.error("conversation_alarm_fault", { faults: this.#faults, ...describeFault(fault) })
      await this.#wake.armBy(now() + this.#retryMs())
    }
    await this.#rearm()
  }

  // Turns.

  async #turns(): Promise<void> {
    const { sql, vault, log } = this.#world
    for (;;) {
      const row = nextInInbox(sql, this.#memory.state?.turnedThrough ?? 0)
      const { whom } = this.#memory
      if (!row || !whom) return
      const kept = await openInboxRow(vault, whom, row)
      if (!kept.ok) log.error("inbox_row_unreadable", { reason: kept.error.reason })
      await this.#memory.load(kept.ok ? { psid: kept.value.psid } : {})
      const before = this.#memory.state
      if (kept.ok) await this.#turnOrSkip(kept.value, whom, row)
      else if (this.#memory.state) await this.#take({ kind: "time" }, { order: row.seq, inbox: true })
      else sql.exec("DELETE FROM inbox WHERE key = ?", row.key)
      if (kept.ok) await forgetTypedCode(this.#world, whom, row, kept.value, before)
    }
  }

  /** A row whose turn always ends in a fault must not keep "stop" waiting behind it for ever: it is left behind, and stays where a
   * person can look for it until it is pruned. */
  async #turnOrSkip(kept: Kept, whom: Whom, row: InboxRow): Promise<void> {
    try {
      await this.#turnTo(kept, whom, row.seq)
    } catch (fault) {
      if (isOutage(fault)) throw fault
      const count = (this.#rowFaults?.key === row.key ? this.#rowFaults.count : 0) + 1
      this.#rowFaults = { key: row.key, count }
      if (count < ROW_FAULTS_MAX) throw fault
      this.#world.log.error("inbox_row_skipped", { kind: kept.event.kind, ...describeFault(fault) })
      await this.#take({ kind: "time" }, { order: row.seq, inbox: true })
    }
  }

  async #turnTo({ event, card }: Kept, whom: Whom, seq: number): Promise<void> {
    const presented = await hearOfLink(this.#world, whom, event)
    await this.#take(
      { kind: "messenger", event, card, ...(presented ? { presented } : {}) },
      { order: seq, inbox: true },
    )
  }

  /** One turn: compute, then store state and words together. An inbox row already taken is not taken again.
   * @param from `order`: the inbox number the words answer, by default now; `inbox`: that row has then had its turn
   * @returns whether the state is another afterwards */
  async #take(
    event: TurnEvent,
    from: { readonly order: number; readonly inbox?: boolean } = { order: this.#world.now() },
  ): Promise<boolean> {
    const { sql, vault, now, random, loadBankFacts } = this.#world
    const { whom, key } = this.#memory.all
    const { order } = from
    const facts = await loadBankFacts(whom.bank, whom.page)
    return this.#serial(async () => {
      const before = this.#memory.all.state
      if (from.inbox && order <= before.turnedThrough) return false
      const alert =
        event.kind === "messenger" ? await findAlert(this.#sender(), event.event, before, now()) : undefined
      const { state, say, urgent } = turn(before, alert ? ({ ...event, alert } as TurnEvent) : event, {
        now: now(),
        order,
        questionId: randomText(random),
        bank: facts,
        ways: facts,
        ownDataUrl: facts.ownDataUrl,
        erasureUrl: facts.erasureUrl,
        appId: this.#world.appId,
      })
      const after: State = from.inbox ? { ...state, turnedThrough: order } : state
      const said =
        state.entry === before.entry ? say : await withEntry(vault, whom, state, facts.ownDataUrl, say)
      const cause = { kind: "reply", order, urgent, at: now() } as const
      const rows = await replyRows(this.#sender(), cause, said, endedQuestions(before, after, event))
      const sealed = after === before ? undefined : await key.seal(JSON.stringify(after), statePlace(whom))
      sql.transaction(() => {
        for (const row of rows) claimRow(sql, row)
        if (sealed !== undefined) putSealedState(sql, sealed)
      })
      this.#memory.put(after)
      this.#anchoring.noticed(before, after, event.kind === "link_ended", now())
      this.#asking.cutShort(before, after)
      return after !== before
    })
  }

  // Beside the turn: questions to the bank, links to open and close.

  #startQuestions(): readonly Promise<void>[] {
    return this.#asking.start({
      world: this.#world,
      bank: this.#memory.all.whom.bank,
      state: () => this.#memory.state,
      beside: async (question) => {
        if (question.kind === "fraud_answer")
          await reportAnswered(this.#sender(), question.alert, question.answer)
        else if (!("alert" in question)) await showTyping(this.#sender(), question.id)
      },
      answered: async (question, answer) => {
        await this.#take({ kind: "bank_answered", question, answer }, { order: question.order })
      },
      afterwards: () => this.work(),
    })
  }

  #compare(link: LinkId): Promise<void> {
    this.#links.doubt(link, this.#world.now())
    return this.#settleLinks()
  }

  #settleLinks(): Promise<void> {
    return this.#links.settle({
      world: this.#world,
      remembered: () => (this.#memory.state ? this.#memory.all : undefined),
      take: async (event) => void (await this.#take(event)),
      flush: () => this.#flush(),
      later: () => this.#wake.armBy(this.#world.now() + RETRY_MS),
    })
  }

  // Sending.

  async #flush(): Promise<void> {
    const { sql, now } = this.#world
    await this.#outbox.drain(
      () => this.#outbox.next(sql, this.#memory.state, now()),
      (row) => sendRow(this.#sender(), row),
    )
    const postponed = earliestPostponed(sql, now())
    if (postponed !== undefined) await this.#wake.armBy(postponed)
  }

  #sender(): Sender {
    const { key, whom } = this.#memory.all
    return {
      world: this.#world,
      whom,
      key,
      state: () => this.#memory.state,
      note: async (fact) => void (await this.#take({ kind: "refused", fact })),
    }
  }

  // Time.

  async #passTime(): Promise<void> {
    const { sql, now } = this.#world
    const { state } = this.#memory
    if (!state) return
    const quiet = isQuiet(sql, state, now())
    if (quiet || (nextChangeAt(state) ?? Infinity) <= now()) await this.#take({ kind: "time", quiet })
  }

  async #settleUnknowns(): Promise<void> {
    if (!this.#memory.state) return
    for (const row of listSending(this.#world.sql)) await settleUnknown(this.#sender(), row)
  }

  async #breakSilence(): Promise<void> {
    if (!this.#memory.state) return
    const { due, nextAt } = await findSilent(this.#sender())
    this.#silenceAt = nextAt
    for (const silent of due) await this.#take({ kind: "silence", ...silent })
  }

  async #reportOverdue(): Promise<void> {
    this.#fallbackAt = this.#memory.state
      ? await reportOverdue(this.#sender(), this.#toldOfFallback)
      : undefined
  }

  /** Arm for the earliest thing that waits. */
  async #rearm(): Promise<void> {
    const { sql, now } = this.#world
    const { state } = this.#memory
    const waits =
      nextInInbox(sql, state?.turnedThrough ?? 0) !== undefined ||
      (state && (isSettling(state) || state.questions.length > 0))
    const due = [
      waits ? now() + this.#retryMs() : undefined,
      earliestDue(sql),
      this.#fallbackAt,
      this.#silenceAt,
      state && nextChangeAt(state),
      this.#forgetAt,
      erasing.erasureForgottenAt(sql),
    ].filter((each): each is number => each !== undefined)
    if (due.length > 0) await this.#wake.armBy(Math.max(Math.min(...due), now() + SECOND_MS))
  }

  #retryMs(): number {
    return Math.min(RETRY_MS * 2 ** Math.max(0, this.#faults - 1), RETRY_MS_MAX)
  }
}
