// The object: a thin shell that gives a Person its world. One for each person, named by conversation-of.ts.
// Calls carry a version; what is not known is refused and tried again later, for a newer release may be about.

import { defaultsOf } from "../preferences/defaults.ts"
import { DurableObject } from "cloudflare:workers"
import { anchorHeads } from "../audit/audit-store.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import { createLog, describeFault } from "../foundation/log.ts"
import type { LinkId, PageId } from "../foundation/id.ts"
import { meterStorage } from "../foundation/world.ts"
import { err } from "../foundation/result.ts"
import { renewalOf } from "../links/renewal.ts"
import type { BankRefusal } from "../banks/bank.ts"
import { createActs } from "./acts.ts"
import { isTold } from "../banks/event-types.ts"
import type { LookOutcome, LookRequest } from "./hints.ts"
import { findEventRows, type EventRow } from "./ledger.ts"
import type { JsonObject } from "../messenger/json.ts"
import { takesUtility } from "../messenger/page-record.ts"
import { createProfileBudget } from "../messenger/profile-budget.ts"
import type { ConsentView, Holding } from "./consent-view.ts"
import type { ConsentRequest, EndRequest, OfferRequest } from "./conversation-requests.ts"
import { conversationOf } from "./conversation-of.ts"
import { createLinkWorld } from "./link-world.ts"
import type { ErasureRequest, WipeRequest } from "./erasing.ts"
import type { DeskAnswer, DeskRequest } from "./desk-acts.ts"
import { createDeskWorld } from "./desk-world.ts"
import { meansOf, type Means } from "./means.ts"
import { isOutage, Unready } from "./unready.ts"
import { personKeyPlace } from "./place.ts"
import { enterPerson, findWrappedKey, removePerson } from "./person-store.ts"
import {
  readEverything,
  readOwnData,
  readUses,
  type Everything,
  type OwnData,
  type OwnDataRequest,
  type OwnUses,
} from "./own-data.ts"
import { findKeys } from "./person-key-store.ts"
import type { Rekeyed, RekeyRequest } from "./rekeying.ts"
import { headOf } from "./ledger-chain.ts"
import { Person, type Delivery } from "./person.ts"
import type { PersonWorld, TellOutcome, TellRequest, Whom } from "./person-world.ts"

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
      worldOf(means.value, this.#storage, {
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

function worldOf(
  means: Means,
  storage: ReturnType<typeof meterStorage>,
  {
    lines,
    waitUntil,
    tellOther,
  }: Pick<Parameters<typeof createLinkWorld>[1], "tellOther"> & {
    readonly lines: Env["LINE"]
    readonly waitUntil: (work: Promise<void>) => void
  },
): PersonWorld {
  const { db, vault, now, random, log, access, banks, pages, templates, graph, config } = means
  const bankOf = async (id: Whom["bank"]) => {
    const bank = await banks.find(id)
    if (!bank.ok) throw new Unready(`Cannot find the bank of a conversation: ${bank.error.reason}`)
    if (!bank.value) throw new Error("Cannot find the bank of a conversation: it is not registered")
    return bank.value
  }
  const menuCalls = createProfileBudget(now)
  const unavailable = err<BankRefusal>({
    reason: "outage",
    outage: { reason: "unavailable", retry: "later" },
  })
  // The platform rings by the real clock; ours may have been moved in development, and an alarm must not lie that far ahead.
  const aheadMs = () => now() - Date.now()
  return {
    ...storage,
    alarm: {
      async get() {
        const at = await storage.alarm.get()
        return at === null ? null : at + aheadMs()
      },
      set: (at) => storage.alarm.set(at - aheadMs()),
    },
    now,
    deadline: (ms) => AbortSignal.timeout(ms),
    random,
    log,
    appId: config.messenger.appId,
    vault,
    async loadWrappedKey(whom, make) {
      const known = await findWrappedKey(db, whom.person)
      if (known !== undefined || !make) return known
      const { wrapped } = await vault.createKey(personKeyPlace(whom))
      return enterPerson(db, whom, wrapped, now())
    },
    loadKeys: (whom) => findKeys(db, whom.person),
    async loadVoice(page: PageId) {
      const [found, states] = await Promise.all([pages.find(page), templates.find(page)])
      if (!found.ok) throw new Unready(`Cannot speak as a Page: ${found.error.reason}`)
      const { record, token } = found.value
      await graph.prepare(token)
      return {
        async send(body) {
          const sent = await graph.send(page, token, body as JsonObject)
          // The Page hears of it beside the person's own turn: neither waits for the other.
          waitUntil(means.pageReports.reportSend(page, sent.ok ? undefined : sent.error))
          return sent
        },
        act(body) {
          waitUntil(graph.act(page, token, body as JsonObject).then(() => undefined))
        },
        paused: false,
        utilityAllowed: takesUtility(record),
        utilityShape: record.utility.sendShape,
        defaultApp: record.defaultApp,
        humanAgent: record.humanAgent,
        templates: states,
      }
    },
    async loadBankFacts(id, page) {
      const [bank, record] = await Promise.all([bankOf(id), pages.findRecord(page)])
      if (!record.ok) throw new Unready(`Cannot find the Page of a conversation: ${record.error.reason}`)
      const { name, emergencyPhone, timeZone, languages, linkHosts, looksADay, desk, hours } = bank
      const logInAllowed = record.value.logInAllowed && bank.login === "browser"
      const logInUrl = `${config.publicOrigin}/link/${id}?page=${page}`
      const codeUrl = `${config.publicOrigin}/link/code`
      const ownDataUrl = `${config.publicOrigin}/me`
      const erasureUrl = `${config.publicOrigin}/privacy/erasure/`
      return {
        name,
        emergencyPhone,
        timeZone,
        languages,
        linkHosts,
        looksADay,
        desk,
        hours,
        renewal: renewalOf(bank),
        logInUrl,
        codeUrl,
        logInAllowed,
        bankConfirms: bank.linkConfirmation === "required",
        newLinkMs: bank.newLinkHours * HOUR_MS,
        ownDataUrl,
        erasureUrl,
        defaults: defaultsOf(bank),
        textKeptMs: bank.chatTextDays * DAY_MS,
      }
    },
    links: createLinkWorld(means, {
      bankOf,
      menuCalls,
      beside: waitUntil,
      tellOther,
      head: () => headOf(storage.sql),
    }),
    anchor: (whom, head) => anchorHeads(db, whom.bank, new Map([[whom.person, head]]), now()),
    erasure: {
      async request(whom, { code, cause, at }) {
        const { person, page, bank } = whom
        const about = { person, page, bank, code, cause, requestedAt: at, postedAt: now() }
        const posted = await means.post("chores", [{ v: 1, kind: "erase_person", ...about }])
        if (!posted.ok) throw new Unready("Cannot post the erasure of a person")
      },
      forgetKey: (person, before) => removePerson(db, person, before),
    },
    callbacks: {
      async terms(id) {
        const { callbackUrl, fallbackAfterSeconds, reportDelivery } = await bankOf(id)
        return callbackUrl ? { fallbackMs: fallbackAfterSeconds * SECOND_MS, reportDelivery } : undefined
      },
      async report(bank, callbacks) {
        const reported = await means.report(bank, callbacks)
        if (!reported.ok) throw new Unready("Cannot put what a bank is told on the queue")
      },
    },
    bank: {
      async balances(grant, signal, bank) {
        return access.balances(await bankOf(bank), grant, signal)
      },
      async transactions(grant, range, signal, bank) {
        const account = grant.accounts[0]?.id
        return account === undefined
          ? unavailable
          : access.transactions(await bankOf(bank), grant, account, range, signal)
      },
    },
    desk: createDeskWorld(means, lines),
    acts: createActs(access, bankOf),
  }
}
