// What one person's object gives its Person: the deployment's means, narrowed to what one chat may do with them.
// It knows no workerd: the shell (conversation.ts) hands over its storage and what must be done beside a turn.

import { anchorHeads } from "../audit/audit-store.ts"
import type { BankRefusal } from "../banks/bank.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import { err } from "../foundation/result.ts"
import type { meterStorage } from "../foundation/world.ts"
import type { JsonObject } from "../messenger/json.ts"
import { takesUtility } from "../messenger/page-record.ts"
import { createProfileBudget } from "../messenger/profile-budget.ts"
import { createActs } from "./acts.ts"
import { bankFactsOf } from "./bank-facts.ts"
import { createDeskWorld } from "./desk-world.ts"
import { headOf } from "./ledger-chain.ts"
import { createLinkWorld } from "./link-world.ts"
import type { Means } from "./means.ts"
import { findKeys } from "./person-key-store.ts"
import { enterPerson, findWrappedKey, removePerson } from "./person-store.ts"
import type { PersonWorld, Whom } from "./person-world.ts"
import { personKeyPlace } from "./place.ts"
import { Unready } from "./unready.ts"

/** The world of one person, over their object's own storage. */
export function createConversationWorld(
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
      return bankFactsOf(bank, record.value, config.publicOrigin)
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
