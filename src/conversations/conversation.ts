// The object: a thin shell that gives a Person its world. One for each person, named by conversation-of.ts.
// Calls carry a version; what is not known is refused and tried again later, for a newer release may be about.

import { DurableObject } from "cloudflare:workers"
import { MINUTE_MS } from "../foundation/clock.ts"
import { createLog, describeFault } from "../foundation/log.ts"
import type { LinkId } from "../foundation/id.ts"
import { meterStorage } from "../foundation/world.ts"
import { isTold } from "../banks/event-types.ts"
import type { LookOutcome, LookRequest } from "./hints.ts"
import { findEventRows, type EventRow } from "./ledger.ts"
import type { ConsentView, Holding } from "./consent-view.ts"
import type { ConsentRequest, EndRequest, OfferRequest } from "./conversation-requests.ts"
import { createConversationWorld } from "./conversation-world.ts"
import { conversationOf } from "./conversation-of.ts"
import type { ErasureRequest, WipeRequest } from "./erasing.ts"
import type { DeskAnswer, DeskRequest } from "./desk-acts.ts"
import { meansOf, type Means } from "./means.ts"
import { isOutage, Unready } from "./unready.ts"
import {
  readEverything,
  readOwnData,
  readUses,
  type Everything,
  type OwnData,
  type OwnDataRequest,
  type OwnUses,
} from "./own-data.ts"
import type { Rekeyed, RekeyRequest } from "./rekeying.ts"
import { Person, type Delivery } from "./person.ts"
import type { TellOutcome, TellRequest } from "./person-world.ts"

/** Until a newer release is everywhere. */
const NEWER_RELEASE_MS = 30_000

/** One person's Conversation. */
export class Conversation extends DurableObject<Env> {
  #person: Person | undefined
  #means: Means | undefined
  #wiping: Promise<void> | undefined
  readonly #storage = meterStorage(this.ctx.storage)

  /** Make webhook events durable and begin to act on them. */
  async receive(delivery: Delivery): Promise<void> {
    assertVersion(delivery)
    const person = await this.#ready()
    await person.receive(delivery)
    this.#begin(person)
  }

  /** Tell one event. */
  async tell(request: TellRequest): Promise<TellOutcome> {
    // A throw would cost the event one of its attempts.
    if (request.v !== 1 || !isTold(request.event)) return { kind: "pending", afterMs: NEWER_RELEASE_MS }
    const person = await this.#ready()
    return person.tell(request)
  }

  /** Ask the bank what a hint is about. Where the bank refuses the tokens for good, the link ends as in a question of the person's own. */
  async look(request: LookRequest): Promise<LookOutcome> {
    if (request.v !== 1) return { kind: "pending", afterMs: NEWER_RELEASE_MS }
    const person = await this.#ready()
    try {
      const outcome = await person.look(request)
      if (outcome.kind === "link_ended") {
        const { link } = request.shelf
        await person.endLink({ link, reason: "refused_by_bank", silent: false })
      }
      this.#begin(person)
      return outcome
    } catch (fault) {
      if (!isOutage(fault)) throw fault
      return { kind: "pending", afterMs: NEWER_RELEASE_MS }
    }
  }

  /** Rows of events by their keys: what became of them. */
  async eventRows(request: {
    readonly v: 1
    readonly keys: readonly string[]
  }): Promise<readonly EventRow[]> {
    assertVersion(request)
    await this.#ready()
    return findEventRows(this.#storage.sql, request.keys)
  }

  /** Name a pending link and ask for its code. */
  async offer(request: OfferRequest): Promise<void> {
    assertVersion(request)
    const person = await this.#ready()
    await person.offer(request.whom, request.offer)
    this.#begin(person)
  }

  /** A link ends by somebody else's word: when this returns, nothing more is sent or asked under it. */
  async endLink(request: EndRequest): Promise<Holding> {
    assertVersion(request)
    const person = await this.#ready()
    const holding = await person.endLink(request)
    this.#begin(person)
    return holding
  }

  /** Another chat was linked to the customer this one is linked to. */
  async linkedElsewhere(request: { readonly v: 1; readonly link: LinkId }): Promise<void> {
    assertVersion(request)
    const person = await this.#ready()
    await person.linkedElsewhere(request.link)
    this.#begin(person)
  }

  /** The person changes what is on, on their own pages. @see Person.changeConsent */
  async changeConsent(request: ConsentRequest): Promise<ConsentView | undefined> {
    assertVersion(request)
    const person = await this.#ready()
    const view = await person.changeConsent(request.link, request.wish)
    this.#begin(person)
    return view
  }

  /** How a link stands here, after it was held against the directory. */
  async settleLink(request: { readonly v: 1; readonly link: LinkId }): Promise<Holding> {
    assertVersion(request)
    const person = await this.#ready()
    const holding = await person.holding(request.link, { compare: true })
    this.#begin(person)
    return holding
  }

  /** A one-time link to the person's own pages was posted: `true` once, within its five minutes. */
  async enter(request: { readonly v: 1; readonly entry: string }): Promise<boolean> {
    assertVersion(request)
    return (await this.#ready()).enter(request.entry)
  }

  /** What is on, for the person's own pages; `undefined` for nobody we know. */
  async ownData(request: OwnDataRequest): Promise<OwnData | undefined> {
    assertVersion(request)
    return (await this.#ready()).read((sender) => readOwnData(sender, request))
  }

  /** Who used their data, the chain of its receipts checked; `undefined` for nobody we know. */
  async ownUses(request: OwnDataRequest & { readonly before?: number }): Promise<OwnUses | undefined> {
    assertVersion(request)
    return (await this.#ready()).read((sender) => readUses(sender, request))
  }

  /** All that lies here of them, for a copy; `undefined` for nobody we know. */
  async everything(request: OwnDataRequest): Promise<Everything | undefined> {
    assertVersion(request)
    return (await this.#ready()).read((sender) => readEverything(sender, request))
  }

  /** All that is kept here is to go: when this returns nothing is read or sent under a grant any more. */
  async beginErasure(request: ErasureRequest): Promise<void> {
    assertVersion(request)
    const person = await this.#ready()
    await person.beginErasure(request)
  }

  /** Delete all of it, unless somebody new came since. */
  async erase(request: WipeRequest): Promise<void> {
    assertVersion(request)
    const person = await this.#ready()
    // Whoever comes meanwhile waits: between the storage and the key there is nobody it could be.
    this.#wiping = person.erase(request)
    try {
      await this.#wiping
    } finally {
      this.#wiping = undefined
    }
  }

  /** Put everything of the person under their present key. Harmless to repeat. */
  async rekey(request: RekeyRequest): Promise<Rekeyed> {
    assertVersion(request)
    return (await this.#ready()).rekey(request.keys)
  }

  /** An agent of the bank sees or acts on their thread. @see actAtDesk */
  async atDesk(request: DeskRequest): Promise<DeskAnswer> {
    assertVersion(request)
    return (await this.#ready()).atDesk(request)
  }

  /** Look at the clock: the development clock was moved. */
  async wake(): Promise<void> {
    const person = await this.#ready()
    await person.alarm()
  }

  /** The platform drops an alarm that throws seven times, and everything that waits with it: so it never throws while another can be set. */
  override async alarm(): Promise<void> {
    try {
      const person = await this.#ready()
      await person.alarm()
    } catch (fault) {
      const log = this.#means?.log ?? createLog()
      log.error("conversation_alarm_not_run", describeFault(fault))
      await this.#storage.alarm.set(Date.now() + MINUTE_MS)
    }
  }

  /** Rows written since this object started, as billed. */
  rowsWritten(): number {
    return this.#storage.meter.rowsWritten
  }

  #begin(person: Person): void {
    this.ctx.waitUntil(
      person
        .work()
        .catch((fault: unknown) => this.#means?.log.error("conversation_work_fault", describeFault(fault))),
    )
  }

  async #ready(): Promise<Person> {
    const means = await meansOf(this.env)
    if (!means.ok) throw new Error(`Cannot start a conversation: ${means.error.detail}`)
    this.#means = means.value
    await means.value.syncClock()
    await this.#wiping?.catch(() => undefined)
    if (this.#person?.gone) this.#person = undefined
    this.#person ??= new Person(
      createConversationWorld(means.value, this.#storage, {
        lines: this.env.LINE,
        waitUntil: (work) => this.ctx.waitUntil(work),
        tellOther: async ({ page, person }, link) => {
          const record = await means.value.pages.findRecord(page)
          if (!record.ok) throw new Unready(`Cannot find the Page of another chat: ${record.error.reason}`)
          const { development } = means.value.config
          const namespaces = { conversation: this.env.CONVERSATION, development }
          await conversationOf(namespaces, record.value, person).linkedElsewhere({ v: 1, link })
        },
      }),
    )
    return this.#person
  }
}

function assertVersion(request: { readonly v: number }): void {
  if (request.v !== 1) throw new Error(`Cannot take a request of version ${request.v}`)
}
