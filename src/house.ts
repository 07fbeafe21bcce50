// The worlds of the rooms that work behind the doors: who receives, who tells, who does chores, who looks after Pages; and which queue goes
// to whom. Made once an isolate from its means. Doors are doors.ts, the entry is worker.ts.

import { anchorHeads, writeLine } from "./audit/audit-store.ts"
import { findBank } from "./banks/bank-store.ts"
import { revokeApiKey } from "./banks/api-key-store.ts"
import { createPostCallbacks } from "./banks/callback-post.ts"
import { conversationOf } from "./conversations/conversation-of.ts"
import { createLeaving, type Leaving, type LeavingWorld } from "./conversations/leaving.ts"
import { createSupportDesk, type SupportDesk } from "./console/support-desk.ts"
import { lineOf } from "./support/line-of.ts"
import type { Means } from "./conversations/means.ts"
import { consumeInbound, type ReceptionWorld } from "./conversations/reception.ts"
import { MINUTE_MS } from "./foundation/clock.ts"
import type { BankId, PageId } from "./foundation/id.ts"
import { Secret } from "./foundation/secret.ts"
import type { HandleBatch } from "./jobs/consume.ts"
import type { QueueName } from "./jobs/job.ts"
import { boundQueues, queuesOf } from "./jobs/queues.ts"
import { findLink, findLiveForCustomers } from "./links/link-store.ts"
import { pageObjectOf } from "./messenger/page-object.ts"
import type { PageRecord } from "./messenger/page-record.ts"
import { findPage, listPages, listTemplateStatuses, setDue } from "./messenger/page-store.ts"
import { isOtherLinks } from "./links/link-consent.ts"
import { openReferences } from "./links/link-customer.ts"
import { decidedOf, listNoticeTemplates } from "./notifications/notice-templates.ts"
import { deliverCallbacks, type CallbackWorld } from "./notifications/callbacks.ts"
import { doChores, type ChoreWorld } from "./notifications/chores.ts"
import { deadLetterOf } from "./notifications/dead-letter.ts"
import { createPersonas } from "./messenger/personas.ts"
import { createNoticeDesk, type NoticeDesk } from "./notifications/notice-desk.ts"
import { runNotices, type NoticeWorld } from "./notifications/notice-running.ts"
import { countDeadLetters, keepDeadLetters, listUnread } from "./notifications/dead-letter-store.ts"
import { fanOut, type FanOutWorld } from "./notifications/fan-out.ts"
import { createIncidents, type Incidents } from "./notifications/incidents.ts"
import { hearLinkEvent } from "./notifications/link-events.ts"
import type { RenewalWorld } from "./notifications/key-renewal.ts"
import { createPageDesk, type PageDesk, type PageDeskGiven } from "./notifications/page-desk.ts"
import type { RestoringWorld } from "./notifications/restoring.ts"
import type { WatchWorld } from "./notifications/watch.ts"
import { listLastMinutes } from "./metering/meter-store.ts"
import { listWaits } from "./metering/wait-store.ts"
import { createOuterKeys, type OuterKeys } from "./vault/outer-keys.ts"
import { createForgetLetters } from "./privacy/erased-letters.ts"
import { createDepartures, type Departures } from "./privacy/departure.ts"
import { createErasures, type Erasures } from "./privacy/erasure.ts"
import { connectPage } from "./privacy/page-connection-store.ts"
import { addNumbers, createBacklog } from "./notifications/backlog.ts"
import type { AcceptanceWorld } from "./notifications/acceptance.ts"
import type { BankRecord } from "./banks/bank.ts"

/** Everything of one isolate that is behind its doors. */
export interface House {
  readonly means: Means
  readonly reception: ReceptionWorld
  readonly acceptance: AcceptanceWorld
  readonly chores: ChoreWorld
  readonly erasures: Erasures
  readonly departures: Departures
  readonly restoring: RestoringWorld
  /** The ways out that do not begin in the chat. */
  readonly leaving: Leaving
  readonly desk: PageDesk
  readonly notices: NoticeDesk
  /** The token that is our Meta app's own. */
  readonly appToken: Secret
  /** Where people of the banks answer customers. */
  readonly support: SupportDesk
  readonly incidents: Incidents
  readonly keys: OuterKeys
  readonly renewal: RenewalWorld
  readonly watch: WatchWorld
  readonly handlers: Readonly<Record<QueueName, HandleBatch>>
  readonly lettersKept: (bank: BankId | "*") => Promise<void>
  readonly objects: { readonly conversation: Env["CONVERSATION"]; readonly development: boolean }
  readonly recordOf: (page: PageId) => Promise<PageRecord>
  readonly bankOf: (id: BankId) => Promise<BankRecord | undefined>
  /** Note whose login a Page's token came from. */
  readonly connect: PageDeskGiven["connect"]
}

/** Tie the rooms together. */
export function buildHouse(env: Env, means: Means): House {
  const { config, db, vault, pseudonyms, banks, pages, graph, access, post, packKeys, now, random, log } =
    means
  const { development, publicOrigin } = config
  const realNow = Date.now
  const objects = { conversation: env.CONVERSATION, development }
  const pageObject = (record: PageRecord) => pageObjectOf({ page: env.PAGE, development }, record)
  const recordOf = async (page: PageId) => {
    const record = await pages.findRecord(page)
    if (!record.ok) throw new Error(`Cannot find a Page: ${record.error.reason}`)
    return record.value
  }
  const bankOf = async (id: BankId) => {
    const bank = await banks.find(id)
    if (!bank.ok) throw new Error(`Cannot find a bank: ${bank.error.reason}`)
    return bank.value
  }
  const incidents = createIncidents({ db, now, random, log })
  const keys = createOuterKeys({ db, ring: config.vault.ring, vault, now, realNow, log })
  const { appId, appSecrets } = config.messenger
  const connect: PageDeskGiven["connect"] = async (page, connectedBy, by) => {
    const login = connectedBy === undefined ? undefined : await pseudonyms.loginOf(connectedBy)
    await connectPage(db, page, login, realNow(), by)
  }
  const appToken = new Secret(`${appId}|${appSecrets[0]?.reveal() ?? ""}`)
  const desk = createPageDesk({
    db,
    vault,
    graph,
    pages,
    forgetTemplates: means.templates.forget,
    noticeTemplates: (bank) => listNoticeTemplates({ db, vault }, bank),
    noticesGoOn: (page) => notices.goOn(page),
    findBank: bankOf,
    pageObject,
    incidents,
    appId,
    appToken,
    connect,
    now,
    log,
  })
  const lettersKept = (bank: BankId | "*") => incidents.open({ kind: "dead_letters", bank, detail: "" })

  const reception: ReceptionWorld = {
    pages,
    personOf: pseudonyms.personOf,
    deliver: (page, delivery) => conversationOf(objects, page, delivery.whom.person).receive(delivery),
    vault,
    post,
    now,
    random,
    log,
  }
  const queues = queuesOf(env)
  const findBacklog = createBacklog({
    numbers: async (lane) => addNumbers(await Promise.all(queues[lane].map((queue) => queue.metrics()))),
    waits: (lane, from) => listWaits(db, lane, from),
    wait: (ms) => scheduler.wait(ms),
    realNow,
    log,
  })
  const wait = (ms: number) => scheduler.wait(ms)
  const wantTemplates = (page: PageId) => setDue(db, page, "templates", now())
  const notices = createNoticeDesk({ db, vault, post, incidents, wantTemplates, wait, now })
  const { shards } = config
  const acceptance = { packKeys, post, shards, findBacklog, receiveNotice: notices.receive, now, random, log }
  const holderOf: LeavingWorld["holderOf"] = async ({ page, person }) =>
    conversationOf(objects, await recordOf(page), person)
  const leaving = createLeaving({
    db,
    holderOf,
    customerOf: pseudonyms.customerOf,
    linkReports: means.linkReports,
    post,
    now,
    random,
    log,
  })
  const fan: FanOutWorld = {
    ...acceptance,
    customerOf: pseudonyms.customerOf,
    findLive: (customers) => findLiveForCustomers(db, customers),
    async lease(page, lane, n, arriving = false) {
      const record = await recordOf(page)
      const { ceilingPerSecond, engagedPeople } = record
      const people = engagedPeople === undefined ? {} : { engagedPeople }
      return pageObject(record).lease({ v: 1, lane, n, now: now(), ceilingPerSecond, arriving, ...people })
    },
    async hold(page, job, staleAts) {
      return pageObject(await recordOf(page)).hold({ v: 1, job, staleAts })
    },
    async probed(page) {
      await pageObject(await recordOf(page)).report({ v: 1, sent: { kind: "well" }, now: now() })
    },
    report: means.report,
    anchor: (bank, heads) => anchorHeads(db, bank, heads, now()),
    tell: async (request) =>
      conversationOf(objects, await recordOf(request.whom.page), request.whom.person).tell(request),
    hearLinkEvent: (link, event) =>
      hearLinkEvent(
        {
          findLink: (id) => findLink(db, id),
          isOtherLinks: (bank, consent, id) => isOtherLinks({ db, pseudonyms }, bank, consent, id),
          holderOf,
          leaving,
          now,
        },
        link,
        event,
      ),
    async bury(packs, attempts) {
      const about = { attempts, now: now(), reason: "gave_up" } as const
      await keepDeadLetters(db, await Promise.all(packs.map((pack) => deadLetterOf(pack.lane, pack, about))))
      for (const bank of new Set(packs.map((pack) => pack.bank))) await lettersKept(bank)
    },
    look: async (request) =>
      conversationOf(objects, await recordOf(request.whom.page), request.whom.person).look(request),
    wait: (ms) => scheduler.wait(ms),
  }
  const callbacks: CallbackWorld = {
    findBank: banks.find,
    packKeys,
    postCallbacks: createPostCallbacks({
      signing: means.signing,
      development,
      fetch: (input, init) => fetch(input, init),
      realNow,
    }),
    async bury(job, attempts) {
      const letter = await deadLetterOf("callbacks", job, { attempts, now: now(), reason: "gave_up" })
      await keepDeadLetters(db, [letter])
      await lettersKept(job.bank)
    },
    post,
    publicOrigin,
    now,
    random,
    log,
  }
  const erasures = createErasures({
    db,
    pseudonyms,
    conversation: async ({ page, person }) => conversationOf(objects, await recordOf(page), person),
    leaving,
    access,
    findBank: bankOf,
    forgetLetters: createForgetLetters({ db, packKeys, customerOf: pseudonyms.customerOf, log }),
    incidents,
    post,
    now,
    random,
    log,
  })
  const departures = createDepartures({
    db,
    pseudonyms,
    erasures,
    findBank: (id) => findBank(db, id, { development }),
    listPages: async (bank) => (await listPages(db, bank)).map(({ id }) => id),
    async forgetPage(id) {
      const page = await findPage(db, id)
      if (page) await pageObject(page.record).forget({ v: 1 })
      pages.forget(id)
    },
    forgetLine: (bank) => lineOf(env.LINE, bank).forget({ v: 1 }),
    forgetBank: banks.forget,
    incidents,
    post,
    now,
    random,
  })
  const chores: ChoreWorld = {
    erase: erasures.consume,
    leave: departures.consume,
    db,
    leaving,
    access,
    findBank: bankOf,
    incidents,
    isPaused: desk.isPaused,
    renewal: {
      db,
      vault,
      access,
      findBank: bankOf,
      rekey: async (whom, given) =>
        conversationOf(objects, await recordOf(whom.page), whom.person).rekey({ v: 1, keys: given }),
      now,
      log,
    },
    post,
    now,
    random,
  }
  const renewal: RenewalWorld = {
    db,
    vault,
    packKeys,
    listPages: () => listPages(db),
    listHeld: async (page, after) => pageObject(await recordOf(page)).held({ v: 1, after }),
    async replaceHeld(page, key, job) {
      await pageObject(await recordOf(page)).reseal({ v: 1, key, job })
    },
    incidents,
    post,
    now,
    log,
  }

  const notice: NoticeWorld = {
    ...fan,
    db,
    vault,
    post,
    ceilingOf: async (page) => (await recordOf(page)).ceilingPerSecond,
    report: means.report,
    async referencesOf(bank, links) {
      const record = await bankOf(bank)
      return record?.callbackUrl ? openReferences(vault, links) : new Map()
    },
    async decided(bank, page, event) {
      const record = await bankOf(bank)
      if (!record) throw new Error("Cannot find the bank of a notice")
      return decidedOf(event, record, await listTemplateStatuses(db, page))
    },
  }
  const personaOf = createPersonas(means)
  const support = createSupportDesk({
    lineOf: (bank) => lineOf(env.LINE, bank),
    ask: async (thread, request) =>
      conversationOf(objects, await recordOf(thread.page), thread.person).atDesk(request),
    personaOf: ({ page }, name) => personaOf(page, name),
    audit: (entry) => writeLine(db, entry),
    now,
    log,
  })
  const pack = fanOut(fan)
  return {
    means,
    reception,
    acceptance,
    chores,
    erasures,
    departures,
    leaving,
    restoring: {
      db,
      logs: means.auditLogs,
      leaving,
      holderOf,
      eraseAgain: erasures.eraseAgain,
      revokeKey: (bank, id, by) => revokeApiKey(db, { bank, id }, by),
      log,
    },
    desk,
    notices,
    support,
    appToken,
    incidents,
    keys,
    renewal,
    watch: {
      incidents,
      unread: {
        incidents,
        listUnread: (before) => listUnread(db, before, now()),
        queues: boundQueues(env),
        async lastRead(since) {
          const minutes = await listLastMinutes(db, Math.floor(since / MINUTE_MS))
          return new Map([...minutes].map(([queue, minute]) => [queue, minute * MINUTE_MS]))
        },
        wait,
        now,
        realNow,
        log,
      },
      countDeadLetters: (bank) => countDeadLetters(db, [bank as BankId], now()),
      isPaused: desk.isPaused,
      graphVersion: config.messenger.graphVersion,
      now,
    },
    handlers: {
      alerts: pack,
      updates: pack,
      notices: runNotices(notice),
      inbound: consumeInbound(reception),
      chores: doChores(chores),
      callbacks: deliverCallbacks(callbacks),
    },
    lettersKept,
    objects,
    recordOf,
    bankOf,
    connect,
  }
}
