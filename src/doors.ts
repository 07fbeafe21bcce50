// The gateway's doors: what each way in is given of the house. One block a door; what a door does is its room's.

import { createApp } from "./app.ts"
import { createApprovals } from "./approvals/approvals.ts"
import { createAuditDesk } from "./audit/audit-desk.ts"
import { createAuditRoutes } from "./console/bank-audit-routes.ts"
import { compare, finishRestore } from "./notifications/restoring.ts"
import { auditStatement } from "./audit/audit-store.ts"
import { PROBE_MS } from "./banks/bank-check.ts"
import { listCurrentApiKeys } from "./banks/api-key-store.ts"
import { bankProblem, createBankAuth } from "./banks/authenticate-bank.ts"
import { listBanks } from "./banks/bank-store.ts"
import { createBankKeys } from "./banks/bank-keys.ts"
import { whileStaying } from "./banks/directory.ts"
import { bankIntake } from "./banks/intake.ts"
import { createRefusalNotes } from "./banks/refusal-notes.ts"
import { keepRefusals } from "./banks/refusal-store.ts"
import { listWebhookSecrets, webhookSecretPlace } from "./banks/webhook-secret-store.ts"
import { createWebhookSecrets } from "./banks/webhook-secrets.ts"
import { conversationOf } from "./conversations/conversation-of.ts"
import { receivePeople } from "./conversations/reception.ts"
import { createAuthenticate } from "./console/admin-auth.ts"
import { createBankDesk } from "./console/bank-desk.ts"
import { createBankCheck } from "./console/bank-check.ts"
import { adminApi } from "./console/admin-routes.ts"
import { apiDescription } from "./console/openapi.ts"
import { advanceClockOffset } from "./db/deployment-store.ts"
import type { BankId } from "./foundation/id.ts"
import { listMeters } from "./metering/meter-store.ts"
import { describeFault } from "./foundation/log.ts"
import { err, ok } from "./foundation/result.ts"
import { findLink, findLiveForCustomers } from "./links/link-store.ts"
import { findConsentCustomer } from "./links/link-consent.ts"
import { createLinking } from "./links/linking.ts"
import { createLinkRoutes } from "./links/routes.tsx"
import { parsePageRecord } from "./messenger/page-record.ts"
import { findPage, listPages, pagePlace, putPage } from "./messenger/page-store.ts"
import { messengerWebhook } from "./messenger/webhook.ts"
import { previewEvent } from "./conversations/notices/preview.ts"
import { acceptEvents } from "./notifications/acceptance.ts"
import { receivePageEvents } from "./notifications/page-events.ts"
import { listDeadItems } from "./notifications/dead-events.ts"
import { countLinked, findEventStatus, type EventStatusWorld } from "./notifications/event-status.ts"
import { createDeadLetterDesk } from "./notifications/dead-letters.ts"
import { startReplay } from "./notifications/replaying.ts"
import { createMeRoutes } from "./privacy/me/routes.tsx"
import { createMeWorld } from "./privacy/me/own-world.ts"
import { createBankLinks } from "./privacy/bank-links.ts"
import { createBankLinkRoutes } from "./privacy/bank-routes.ts"
import { signCertificate } from "./privacy/departure.ts"
import { createErasureRoutes } from "./privacy/erasure-routes.tsx"
import { createLetters } from "./privacy/letters.ts"
import { createPrivacyRoutes } from "./privacy/routes.tsx"
import { createStaffLogins } from "./privacy/staff-logins.ts"
import type { House } from "./house.ts"

/** Why a Page is stopped whose token came from a login that left. */
const LOGIN_DEPARTED = "login_departed"
const HEALTH_CACHE = "public, max-age=10"

/** Everything that answers requests.
 * @param moved called once the development clock was moved
 * @param restored called once a restore was finished
 * @param waitUntil keeps work alive that goes on beside an answer */
export function openDoors(
  house: House,
  {
    moved,
    restored,
    waitUntil,
  }: {
    readonly moved: () => Promise<void>
    readonly restored: () => void
    readonly waitUntil: (work: Promise<unknown>) => void
  },
): ReturnType<typeof createApp> {
  const { means, reception, acceptance, desk, incidents, erasures, objects, recordOf, bankOf, connect } =
    house
  const { config, db, vault, pseudonyms, banks, pages, graph, login, post, now, random, log } = means
  const { development, publicOrigin } = config
  const realNow = Date.now
  const staying = whileStaying(banks.find)
  const stayingOf = async (id: BankId) => {
    const bank = await bankOf(id)
    return bank?.leavingAt === undefined ? bank : undefined
  }
  const linking = createLinking({
    db,
    vault,
    pseudonyms,
    login,
    now,
    random,
    operator: config.operatorName,
    sandboxOrigin: development ? new URL(config.messenger.linkOrigin).origin : undefined,
    findBank: stayingOf,
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

  const approvals = createApprovals({
    db,
    now,
    random,
    acts: {
      "vault_key.remove": ({ object }, by) => house.keys.remove(object, by),
      "bank.leave": ({ object }, by) => house.departures.begin(object as BankId, by),
      "dead_letters.replay": (approval) => startReplay({ db, post, now }, approval),
      "notice.start": ({ object }, by) => house.notices.start(object, by),
      "bank.change": (approval, by) => bankDesk.change(approval, by),
    },
  })
  const auditDesk = createAuditDesk({ logs: means.auditLogs, signing: means.signing, publicOrigin, realNow })
  const bankAuth = createBankAuth({
    findBank: staying,
    listKeys: (bank, at) => listCurrentApiKeys(db, bank, at),
    now,
    realNow,
    log,
  })
  const webhookSecrets = createWebhookSecrets({
    list: (bank) => listWebhookSecrets(db, bank, now()),
    open: (bank, { id, secretSealed }) => vault.open(secretSealed, webhookSecretPlace(bank, id)),
    realNow,
    log,
  })
  const eventStatus: EventStatusWorld = {
    customerOf: pseudonyms.customerOf,
    findLive: (customers) => findLiveForCustomers(db, customers),
    rowsOf: async (page, person, keys) =>
      conversationOf(objects, await recordOf(page), person).eventRows({ v: 1, keys }),
    deadItems: (bank) => listDeadItems(db, means.packKeys, bank, now()),
    log,
  }
  const deadLetters = createDeadLetterDesk({ db, post, now })
  const bankDesk = createBankDesk({
    db,
    development,
    directory: banks,
    auth: bankAuth,
    webhookSecrets,
    vault,
    checkBank: createBankCheck({
      signing: means.signing,
      development,
      publicOrigin,
      fetch: (input, init) => fetch(input, init),
      timeoutMs: PROBE_MS,
      openLogin: () => means.openLogin(PROBE_MS),
      listPages: (bank) => listPages(db, bank),
      pages,
      isPaused: desk.isPaused,
      graph,
      appId: config.messenger.appId,
      appToken: house.appToken,
      realNow,
      random,
      log,
    }),
    ask: approvals.ask,
    now,
    random,
  })
  return createApp({
    log,
    publicKeys: means.signing.publicJwks,
    health: async () =>
      new Response('{"status":"ok"}', {
        headers: { "content-type": "application/json", "cache-control": HEALTH_CACHE },
      }),
    webhook: messengerWebhook({
      appSecrets: config.messenger.appSecrets,
      verifyToken: config.messenger.verifyToken,
      appId: config.messenger.appId,
      receive: (people) => receivePeople(reception, people),
      receivePage: (events) => receivePageEvents({ pages, desk, log }, events, waitUntil),
      now,
      log,
    }),
    intake: bankIntake({
      findBank: staying,
      keysOf: createBankKeys({ fetch: (input, init) => fetch(input, init), realNow }),
      auth: bankAuth,
      webhookSecrets: webhookSecrets.find,
      accept: (bank, events) => acceptEvents(acceptance, bank, events),
      preview: (bank, event) => previewEvent(bank, event, now()),
      findConsentCustomer: (bank, consent) =>
        findConsentCustomer({ db, vault, pseudonyms, log }, bank, consent),
      countLinked: (bank, customer) => countLinked(eventStatus, bank, customer),
      findStatus: (bank, about) => findEventStatus(eventStatus, bank.id, about),
      note: createRefusalNotes({
        keep: (bank, notes) => keepRefusals(db, bank, notes, now()),
        waitUntil,
        wait: (ms) => scheduler.wait(ms),
        now,
        realNow,
        log,
      }),
      publicOrigin,
      development,
      now,
      realNow,
      log,
    }),
    me: createMeRoutes(
      createMeWorld({
        means,
        objects,
        recordOf,
        findBank: bankOf,
        async erase(whom) {
          const by = { actor: whom.person, reason: "own_pages", at: now() }
          return `/privacy/erasure/${await erasures.request(whom, "me", by)}`
        },
      }),
    ),
    links: createLinkRoutes({
      linking,
      vault,
      now,
      log,
      publicOrigin,
      messengerLinkOrigin: config.messenger.linkOrigin,
      findBank: stayingOf,
      async findBankOfIssuer(issuer) {
        const [bank, ...others] = (await listBanks(db, { development })).filter(
          (each) => each.issuer === issuer,
        )
        return others.length === 0 ? bank : undefined
      },
    }),
    erasure: createErasureRoutes({ find: erasures.find, findBank: bankOf }),
    bankLinks: createBankLinkRoutes({
      auth: bankAuth,
      links: createBankLinks({ db, vault, pseudonyms }),
      erase: (bank, reference, by) => erasures.requestCustomer(bank, reference, "bank", by),
      publicOrigin,
      now,
      log,
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
    audit: createAuditRoutes({
      desk: auditDesk,
      async authenticate(request, bank) {
        const known = await bankAuth.authenticate(request, bank)
        return known.ok ? ok(known.value.bank.id) : err(bankProblem(known.error))
      },
      now,
    }),
    admin: adminApi({
      audit: auditDesk,
      restore: {
        compare: () => compare(house.restoring),
        async finish(by) {
          const finished = await finishRestore(house.restoring, by)
          if (finished.ok) restored()
          return finished
        },
      },
      development,
      authenticate: createAuthenticate(config.admin, {
        now,
        realNow,
        fetch: (input, init) => fetch(input, init),
      }),
      now,
      log,
      banks: bankDesk.banks,
      ways: bankDesk.ways,
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
      links: {
        async find(id) {
          const link = await findLink(db, id)
          if (!link) return undefined
          const { bank, state, createdAt, epoch, wrappedKey } = link
          const revocationWaits = state === "ended" && wrappedKey !== null
          return { id, bank, state, createdAt, epoch, revocationWaits }
        },
        end: (id, by) => house.leaving.end(id, { reason: "ended_by_operator", by }),
      },
      notices: house.notices,
      meters: (from, until) => listMeters(db, from, until),
      approvals,
      keys: house.keys,
      letters: createLetters({
        db,
        vault,
        pseudonyms,
        conversation: async ({ page, person }) => conversationOf(objects, await recordOf(page), person),
        now,
      }),
      erase: (bank, reference, by) => erasures.requestCustomer(bank, reference, "operator", by),
      desk: house.support,
      departures: {
        find: house.departures.find,
        certificate: (departure) => signCertificate(means.signing, publicOrigin, departure, realNow()),
      },
      deadLetters,
      incidents: incidents.list,
      health: async () => ({ status: "ok", checks: [{ name: "database", ok: true }] }),
      async advanceClock(advanceMs, by) {
        const entry = { ...by, bank: "*", action: "clock.advance", object: "clock" } as const
        const offset = await advanceClockOffset(db, advanceMs, auditStatement(db, entry))
        await means.syncClock("moved")
        await moved()
        return offset
      },
    }),
    description: apiDescription({ publicOrigin, development }),
  })
}
