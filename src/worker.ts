// The front door: fetch, queue and scheduled; exports the objects; the only file that ties rooms together.
// A wrong configuration, a database that was not migrated or belongs to another pseudonym key stops every way in.

import { waitUntil } from "cloudflare:workers"
import { createApp } from "./app.ts"
import { auditStatement } from "./audit/audit-store.ts"
import { parseBankRecord } from "./banks/bank-record.ts"
import { findBank, listBanks, putBank } from "./banks/bank-store.ts"
import { createBankKeys } from "./banks/bank-keys.ts"
import { createPostCallbacks } from "./banks/callback-post.ts"
import { bankIntake } from "./banks/intake.ts"
import { conversationOf } from "./conversations/conversation-of.ts"
import { meansOf, type Means } from "./conversations/means.ts"
import { listPeople } from "./conversations/person-store.ts"
import { consumeInbound, receivePeople, type ReceptionWorld } from "./conversations/reception.ts"
import { createAuthenticate } from "./console/admin-auth.ts"
import { adminApi } from "./console/admin-routes.ts"
import { apiDescription } from "./console/openapi.ts"
import { advanceClockOffset, isPseudonymKeyOf } from "./db/deployment-store.ts"
import type { Outage } from "./foundation/failure.ts"
import type { BankId, PageId } from "./foundation/id.ts"
import { createLog, describeFault } from "./foundation/log.ts"
import { err, ok, type Result } from "./foundation/result.ts"
import { Secret } from "./foundation/secret.ts"
import { problemResponse } from "./http/problem.ts"
import { consume, type HandleBatch } from "./jobs/consume.ts"
import type { QueueName } from "./jobs/job.ts"
import { createLinking } from "./links/linking.ts"
import { findLiveForCustomers } from "./links/link-store.ts"
import { createLinkRoutes } from "./links/routes.tsx"
import type { PageEvent } from "./messenger/page-event.ts"
import { pageObjectOf } from "./messenger/page-object.ts"
import { parsePageRecord, type PageRecord } from "./messenger/page-record.ts"
import { findPage, listPages, pagePlace, putPage } from "./messenger/page-store.ts"
import { messengerWebhook } from "./messenger/webhook.ts"
import { acceptEvents } from "./notifications/acceptance.ts"
import { deliverCallbacks, type CallbackWorld } from "./notifications/callbacks.ts"
import { doChores, endExpired, revokeForgotten, type ChoreWorld } from "./notifications/chores.ts"
import { deadLetterOf } from "./notifications/dead-letter.ts"
import { consumeDeadLetters, createDeadLetterDesk } from "./notifications/dead-letters.ts"
import { countDeadLetters, deleteExpired, keepDeadLetters } from "./notifications/dead-letter-store.ts"
import { fanOut, type FanOutWorld } from "./notifications/fan-out.ts"
import { createIncidents } from "./notifications/incidents.ts"
import { createPageDesk, type PageDesk, type PageDeskGiven } from "./notifications/page-desk.ts"
import { watch, type WatchWorld } from "./notifications/watch.ts"
import { connectPage, forgetOldLogins } from "./privacy/page-connection-store.ts"
import { createPrivacyRoutes } from "./privacy/routes.tsx"
import { createStaffLogins } from "./privacy/staff-logins.ts"

export { Conversation } from "./conversations/conversation.ts"
export { Page } from "./messenger/page.ts"

/** How many expired rows one run of the clock removes. */
const EXPIRED_A_RUN = 500
const PEOPLE_A_PAGE = 200
/** Why a Page is stopped whose token came from a login that left. */
const LOGIN_DEPARTED = "login_departed"
const HEALTH_CACHE = "public, max-age=10"

/** Everything of one isolate, tied together. */
interface House {
  readonly means: Means
  readonly app: ReturnType<typeof createApp>
  readonly handlers: Readonly<Record<QueueName, HandleBatch>>
  readonly chores: ChoreWorld
  readonly desk: PageDesk
  readonly watch: WatchWorld
  readonly lettersKept: (bank: BankId | "*") => Promise<void>
}

let built: { readonly env: Env; readonly house: House } | undefined

export default {
  async fetch(request, env, context) {
    const house = await open(env)
    if ("refusal" in house) return house.refusal
    if (house.means.config.development && !isLoopback(request))
      return unready("PUBLIC_ORIGIN is on loopback, and this request is not", ["PUBLIC_ORIGIN"])
    await house.means.syncClock()
    return house.app.fetch(request, env, context)
  },

  async queue(batch, env) {
    const house = await open(env)
    if ("refusal" in house) return batch.retryAll({ delaySeconds: 30 })
    const { db, now, log } = house.means
    await house.means.syncClock()
    const handler = house.handlers[batch.queue as QueueName]
    if (handler) await consume(batch, handler, log, Math.random)
    else await consumeDeadLetters(batch, { db, kept: house.lettersKept, now, log, chance: Math.random })
  },

  async scheduled(_controller, env) {
    const house = await open(env)
    if ("refusal" in house) return
    await house.means.syncClock()
    await runClock(house)
  },
} satisfies ExportedHandler<Env>

/** The isolate's house, or the answer that says why there is none. */
async function open(env: Env): Promise<House | { readonly refusal: Response }> {
  if (built?.env === env) return built.house
  const means = await meansOf(env)
  if (!means.ok) {
    const { missing, wrong, detail } = means.error
    createLog().error("configuration_refused", { missing: missing.join(" "), wrong: wrong.join(" ") })
    return { refusal: unready(detail, [...missing, ...wrong]) }
  }
  try {
    const { db, pseudonyms } = means.value
    if (!(await isPseudonymKeyOf(db, await pseudonyms.checkValue())))
      return {
        refusal: unready("PSEUDONYM_KEY is not the one this database was made with", ["PSEUDONYM_KEY"]),
      }
  } catch (fault) {
    means.value.log.error("database_unready", describeFault(fault))
    return { refusal: unready("The database does not answer, or was not migrated", ["DB"]) }
  }
  const house = build(env, means.value)
  built = { env, house }
  return house
}

/** Development's keys are known to everybody: it answers this machine only, whatever it was deployed as. */
function isLoopback(request: Request): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(request.url).hostname)
}

function unready(detail: string, settings: readonly string[]): Response {
  return problemResponse({
    status: 503,
    type: "unready",
    title: "The gateway is not ready",
    detail,
    members: { settings },
  })
}

function build(env: Env, means: Means): House {
  const {
    config,
    db,
    vault,
    pseudonyms,
    banks,
    pages,
    graph,
    login,
    access,
    post,
    packKeys,
    now,
    random,
    log,
  } = means
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
  const { appId, appSecrets } = config.messenger
  const connect: PageDeskGiven["connect"] = async (page, connectedBy, by) => {
    const login = connectedBy === undefined ? undefined : await pseudonyms.loginOf(connectedBy)
    await connectPage(db, page, login, realNow(), by)
  }
  const desk = createPageDesk({
    db,
    vault,
    graph,
    pages,
    forgetTemplates: means.templates.forget,
    findBank: bankOf,
    pageObject,
    incidents,
    appId,
    appToken: new Secret(`${appId}|${appSecrets[0]?.reveal() ?? ""}`),
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
  const acceptance = { packKeys, post, now, random, log }
  const fan: FanOutWorld = {
    ...acceptance,
    customerOf: pseudonyms.customerOf,
    findLive: (customers) => findLiveForCustomers(db, customers),
    async lease(page, lane, n) {
      const record = await recordOf(page)
      const { ceilingPerSecond, engagedPeople } = record
      const people = engagedPeople === undefined ? {} : { engagedPeople }
      return pageObject(record).lease({ v: 1, lane, n, now: now(), ceilingPerSecond, ...people })
    },
    async hold(page, job, staleAts) {
      return pageObject(await recordOf(page)).hold({ v: 1, job, staleAts })
    },
    async probed(page) {
      await pageObject(await recordOf(page)).report({ v: 1, sent: { kind: "well" }, now: now() })
    },
    report: means.report,
    tell: async (request) =>
      conversationOf(objects, await recordOf(request.whom.page), request.whom.person).tell(request),
    async bury(packs, attempts) {
      const about = { attempts, now: now(), reason: "gave_up" } as const
      await keepDeadLetters(db, await Promise.all(packs.map((pack) => deadLetterOf(pack.lane, pack, about))))
      for (const bank of new Set(packs.map((pack) => pack.bank))) await lettersKept(bank)
    },
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
  const chores: ChoreWorld = {
    db,
    access,
    findBank: bankOf,
    incidents,
    isPaused: desk.isPaused,
    post,
    now,
    random,
  }

  const linking = createLinking({
    db,
    vault,
    pseudonyms,
    login,
    now,
    random,
    operator: development ? "Tellerline" : new URL(publicOrigin).host,
    sandboxOrigin: development ? new URL(config.messenger.linkOrigin).origin : undefined,
    findBank: bankOf,
    listPages: async (bank) => (await listPages(db, bank)).map((page) => page.id),
    async findPerson(id, token) {
      const page = await pages.find(id)
      if (!page.ok) return err({ reason: "outage", outage: { reason: "unavailable", retry: "later" } })
      const psid = await graph.findPerson(page.value.token, token)
      if (psid.ok) return ok(await pseudonyms.personOf(id, psid.value))
      if (psid.error.reason === "linking_token_refused") return err({ reason: "token_expired" })
      return err({ reason: "outage", outage: { reason: "unavailable", retry: "later" } })
    },
    async offer(person, page, offer) {
      try {
        const record = await recordOf(page)
        await conversationOf(objects, record, person).offer({
          v: 1,
          whom: { person, page, bank: record.bank },
          offer,
        })
        return ok(undefined)
      } catch (fault) {
        log.error("link_not_offered", describeFault(fault))
        return err({ reason: "unavailable", retry: "later" })
      }
    },
    async revokeLater(bank, link) {
      const posted = await post("chores", [{ v: 1, kind: "revoke_link", bank, link, postedAt: now() }])
      // The link has ended all the same; the clock finds what still has a key (chores.ts).
      if (!posted.ok) log.error("revocation_not_posted", { link })
    },
  })

  const deadLetters = createDeadLetterDesk({ db, post, now })
  const app = createApp({
    log,
    publicKeys: means.signing.publicJwks,
    health: async () =>
      new Response('{"status":"ok"}', {
        headers: { "content-type": "application/json", "cache-control": HEALTH_CACHE },
      }),
    webhook: messengerWebhook({
      appSecrets: config.messenger.appSecrets,
      verifyToken: config.messenger.verifyToken,
      receive: (people) => receivePeople(reception, people),
      receivePage: (events) => receivePageEvents(reception, desk, events),
      now,
      log,
    }),
    intake: bankIntake({
      findBank: banks.find,
      keysOf: createBankKeys({ fetch: (input, init) => fetch(input, init), realNow }),
      accept: (bank, events) => acceptEvents(acceptance, bank, events),
      publicOrigin,
      now,
      realNow,
      log,
    }),
    links: createLinkRoutes({
      linking,
      vault,
      now,
      log,
      publicOrigin,
      messengerLinkOrigin: config.messenger.linkOrigin,
      findBank: bankOf,
    }),
    privacy: createPrivacyRoutes({
      logins: createStaffLogins({
        db,
        pseudonyms,
        findPage: async (id) => (await findPage(db, id))?.record,
        stop: (page) => desk.stop(page, LOGIN_DEPARTED),
        forget: pages.forget,
        now,
      }),
      appSecrets: config.messenger.appSecrets,
      publicOrigin,
      realNow,
      log,
    }),
    admin: adminApi({
      development,
      authenticate: createAuthenticate(config.admin, {
        now,
        realNow,
        fetch: (input, init) => fetch(input, init),
      }),
      now,
      log,
      banks: {
        list: () => listBanks(db, { development }),
        find: (id) => findBank(db, id, { development }),
        parse: (body) => parseBankRecord(body, { development }),
        async put(record, by) {
          await putBank(db, record, by)
          banks.forget(record.id)
        },
      },
      pages: {
        list: () => listPages(db),
        find: async (id) => (await findPage(db, id))?.record,
        parse: parsePageRecord,
        async put(record, token, by, connectedBy) {
          const sealed = token && (await vault.seal(token.reveal(), pagePlace(record)))
          const stored = await putPage(db, record, sealed, by)
          pages.forget(record.id)
          if (stored.ok && (token || connectedBy !== undefined)) await connect(record, connectedBy, by)
          if (stored.ok) await desk.setUp(record.id)
          return stored
        },
        state: desk.state,
        reconnect: desk.reconnect,
        listTemplates: desk.listTemplates,
        syncTemplates: desk.syncTemplates,
      },
      deadLetters,
      incidents: incidents.list,
      health: async () => ({ status: "ok", checks: [{ name: "database", ok: true }] }),
      async advanceClock(advanceMs, by) {
        const entry = { ...by, bank: "*", action: "clock.advance", object: "clock" } as const
        const offset = await advanceClockOffset(db, advanceMs, auditStatement(db, entry))
        await means.syncClock()
        await wakeEverybody(means, env)
        return offset
      },
    }),
    description: apiDescription({ publicOrigin, development }),
  })
  const pack = fanOut(fan)
  return {
    means,
    app,
    chores,
    desk,
    watch: {
      incidents,
      countDeadLetters: (bank) => countDeadLetters(db, [bank as BankId], now()),
      isPaused: desk.isPaused,
      graphVersion: config.messenger.graphVersion,
      now,
    },
    lettersKept,
    handlers: {
      alerts: pack,
      updates: pack,
      inbound: consumeInbound(reception),
      chores: doChores(chores),
      callbacks: deliverCallbacks(callbacks),
    },
  }
}

/** What Messenger tells of Pages: a Page it blocks is stopped before it is answered; a hint that templates changed is followed beside
 * the answer, for the clock finds it too. */
async function receivePageEvents(
  { pages, log }: ReceptionWorld,
  desk: PageDesk,
  events: readonly PageEvent[],
): Promise<Result<void, Outage>> {
  const hinted = new Set(events.filter(({ kind }) => kind === "template_status").map(({ page }) => page))
  for (const page of hinted)
    waitUntil(
      desk
        .syncTemplates(page)
        .catch((fault: unknown) => log.warn("templates_not_synced", { page, ...describeFault(fault) })),
    )
  for (const event of events) {
    if (event.kind !== "policy" || event.action !== "block") continue
    const page = await pages.findRecord(event.page)
    if (page.ok) await desk.stop(page.value, "blocked")
    else if (page.error.reason !== "page_unknown") return err({ reason: "unavailable", retry: "later" })
  }
  return ok(undefined)
}

/** Scheduled work, each minute: links nobody confirmed, letters and logins past their term, Pages and incidents to look at. */
async function runClock({ means, chores, desk, watch: watched }: House): Promise<void> {
  const { db, now, log } = means
  const steps = {
    links: () => endExpired(chores),
    revocations: () => revokeForgotten(chores),
    letters: () => deleteExpired(db, now(), EXPIRED_A_RUN),
    logins: () => forgetOldLogins(db, now(), Date.now(), EXPIRED_A_RUN),
    pages: () => desk.look(),
    incidents: () => watch(watched),
  }
  for (const [step, run] of Object.entries(steps))
    try {
      await run()
    } catch (fault) {
      log.error("scheduled_fault", { step, ...describeFault(fault) })
    }
}

/** The development clock was moved: every Conversation in the directory looks at it, and the scheduled work runs. */
async function wakeEverybody(means: Means, env: Env): Promise<void> {
  const objects = { conversation: env.CONVERSATION, development: true }
  let after = ""
  for (;;) {
    const people = await listPeople(means.db, after, PEOPLE_A_PAGE)
    for (const { person, page } of people) {
      const record = await means.pages.findRecord(page)
      if (record.ok) await conversationOf(objects, record.value, person).wake()
    }
    const last = people.at(-1)
    if (!last) break
    after = last.person
  }
  if (built) await runClock(built.house)
}
