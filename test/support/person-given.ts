// Everything a Person may touch, as a simulation gives it: each awaited call goes through `point`, where it is named and counted and
// where the object may die. Composed by person-world.ts.
import type { Random } from "../../src/foundation/id.ts"
import { parseKeyRing } from "../../src/crypto/key-ring.ts"
import { createVault, type InnerKey, type Vault } from "../../src/vault/vault.ts"
import type { PersonWorld } from "../../src/conversations/person-world.ts"
import type { Opened } from "../../src/conversations/turn-context.ts"
import { personKeyPlace } from "../../src/conversations/place.ts"
import { APP_ID } from "./person-builders.ts"
import { consentOf, type FarBank, type FarDirectory, type FarMessenger } from "./person-far-side.ts"
import type { FarDesk } from "./far-desk.ts"
import type { ObjectStorage } from "./person-storage.ts"

/** What code of an object that has died runs into. */
export class Dead extends Error {}

/** What the simulation has. */
export interface Given {
  readonly storage: ObjectStorage
  readonly directory: FarDirectory
  readonly bank: FarBank
  readonly messenger: FarMessenger
  readonly desk: FarDesk
  readonly vault: Vault
  readonly logged: string[]
  readonly facts: () => Awaited<ReturnType<PersonWorld["loadBankFacts"]>>
  readonly alive: () => boolean
  readonly now: () => number
  readonly after: (ms: number, run: () => void) => void
  readonly random: Random
  readonly point: <T>(name: string, act: () => T | Promise<T>) => Promise<T>
}

/** The world as one life of the object is given it: nothing in it works once that life is over. */
export function createPersonWorld(given: Given): PersonWorld {
  const { storage, directory, bank, messenger, vault, point } = given
  const asserted = <T>(step: () => T): T => {
    if (!given.alive()) throw new Dead()
    return step()
  }
  const keyOf = (key: InnerKey): InnerKey => ({
    seal: (clear, place) => point(`key.seal(${kindOf(place)})`, () => key.seal(clear, place)),
    open: (sealed, place) => point(`key.open(${kindOf(place)})`, () => key.open(sealed, place)),
  })
  const log = (level: string) => (event: string, fields?: object) =>
    void given.logged.push(`${level} ${event} ${JSON.stringify(fields ?? {})}`)
  return {
    sql: {
      exec: (statement, ...bindings) => asserted(() => storage.sql.exec(statement, ...bindings)),
      transaction: (step) => asserted(() => storage.sql.transaction(step)),
    },
    alarm: {
      get: () => point("alarm.get", () => storage.alarmAt),
      set: (at) =>
        point("alarm.set", () => {
          storage.alarmAt = at
          storage.rowsWritten += 1
        }),
    },
    deleteAll: () => point("deleteAll", () => storage.deleteAll()),
    now: given.now,
    deadline: (ms) => {
      const controller = new AbortController()
      given.after(ms, () => controller.abort())
      return controller.signal
    },
    random: given.random,
    log: { info: log("info"), warn: log("warn"), error: log("error") },
    vault: {
      ...vault,
      openKey: (wrapped, place) =>
        point("vault.openKey", async () => {
          const key = await vault.openKey(wrapped, place)
          return key.ok ? { ok: true, value: keyOf(key.value) } : key
        }),
      sealForDays: (label, owner, id, clear) =>
        point(`vault.sealForDays(${label})`, () => vault.sealForDays(label, owner, id, clear)),
      openForDays: (label, owner, id, sealed) =>
        point(`vault.openForDays(${label})`, () => vault.openForDays(label, owner, id, sealed)),
    },
    desk: {
      tell: (word, about) => point("desk.tell", () => given.desk.hear(word, about)),
      handOver: (_whom, psid) => point("desk.handOver", () => given.desk.take(psid)),
    },
    erasure: {
      request: (_whom, erasing) => point("erasure.request", () => void directory.erasures.push(erasing)),
      forgetKey: () =>
        point("erasure.forgetKey", () => {
          directory.assertUp()
          directory.wrappedKey = undefined
        }),
    },
    callbacks: {
      terms: () => point("callbacks.terms", () => bank.terms),
      report: (_, told) => point("callbacks.report", () => bank.hear(told)),
    },
    loadWrappedKey: (whom, make) =>
      point("loadWrappedKey", async () => {
        directory.assertUp()
        if (make) directory.wrappedKey ??= (await vault.createKey(personKeyPlace(whom))).wrapped
        return directory.wrappedKey
      }),
    loadKeys: () =>
      point("loadKeys", () => {
        directory.assertUp()
        const { wrappedKey, formerWrappedKey } = directory
        return wrappedKey === undefined ? undefined : { wrappedKey, formerWrappedKey }
      }),
    loadVoice: () =>
      point("loadVoice", () => {
        directory.assertUp()
        const { paused, utilityAllowed, templates, defaultApp, humanAgent } = messenger
        return {
          paused,
          utilityAllowed,
          utilityShape: "message_template",
          defaultApp,
          humanAgent,
          act: (body) => void messenger.acts.push(body),
          templates,
          send: (body) => point("send", () => messenger.send(body)),
        }
      }),
    anchor: async (_whom, head) => {
      directory.assertUp()
      directory.anchors.push(head)
    },
    loadBankFacts: () => point("loadBankFacts", () => given.facts()),
    appId: APP_ID,
    links: {
      showMenu: (_whom, _psid, linked) => void directory.menus.push(linked ? "linked" : "page"),
      goLive: (offered) =>
        point("links.goLive", (): Opened => {
          const mark = directory.goLive(offered)
          return mark ? { kind: "live", mark, renews: directory.renews } : { kind: "refused", reason: "gone" }
        }),
      record: (consent, change) => point("links.record", () => directory.record(consent, change)),
      prove: (link) => point("links.prove", () => directory.prove(link)),
      rebuild: () => point("links.rebuild", () => (directory.live ? consentOf(directory.live) : undefined)),
      customerName: () =>
        point("links.customerName", () => {
          directory.assertUp()
          return directory.customerName
        }),
      settleLater: (link) => point("links.settleLater", () => void directory.toSettle.push(link)),
      unreminded: (consent, days, reason) =>
        point("links.unreminded", () => {
          directory.assertUp()
          directory.unreminded.push({ link: consent.link, days, reason })
        }),
      end: ({ link, reason }, _whom, psid) => point("links.end", () => directory.end(link, reason, psid)),
      present: (nonce) => point("links.present", () => directory.present(nonce)),
      hearLinked: (code) => point("links.hearLinked", () => void directory.heardLinked.push(code)),
    },
    bank: {
      balances: (_, signal) => point("bank.balances", () => bank.answer(bank.balances, signal)),
      transactions: (grant, range, signal) =>
        point("bank.transactions", () => {
          bank.ranges.push({ account: grant.accounts[0]?.id ?? "", cursor: range.cursor })
          return bank.answer(bank.transactions, signal)
        }),
    },
    acts: {
      answerFraudCase: (link, answer, signal) =>
        point("acts.answerFraudCase", () => {
          bank.answers.push({ ...answer, link })
          return bank.answer(bank.fraudAnswer, signal)
        }),
      freezeCard: (_, { ref, idempotencyKey }, signal) =>
        point("acts.freezeCard", () => {
          bank.acts.push({ act: "freeze", about: ref, idempotencyKey })
          return bank.answer(bank.frozen, signal)
        }),
      createStepUp: (_, { act, ref, idempotencyKey }, signal) =>
        point("acts.createStepUp", () => {
          bank.acts.push({ act, about: ref, idempotencyKey })
          return bank.answer(bank.stepUp, signal)
        }),
      listCards: (_, signal) => point("acts.listCards", () => bank.answer(bank.cards, signal)),
      openDispute: (_, request, signal) =>
        point("acts.openDispute", () => {
          bank.disputes.push(request)
          return bank.answer(bank.dispute, signal)
        }),
    },
  }
}

/** `bank|table|row|column` as the table's name, for the state its column. */
function kindOf(place: string): string {
  const [, table = "", , column = ""] = place.split("|")
  return table === "conversation" ? column : table
}

/** Randomness that repeats: the same in every run of a test. */
export function createRandom(): Random {
  let seed = 1
  return (bytes) => {
    const made = new Uint8Array(bytes)
    for (let index = 0; index < bytes; index += 1) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      made[index] = seed >> 16
    }
    return made
  }
}

/** A vault with one outer key that protects nothing. */
export function createTestVault(now: () => number, random: Random): Vault {
  const ring = parseKeyRing(JSON.stringify({ keys: [{ kty: "oct", kid: "k1", k: "A".repeat(43) }] }))
  if (!ring.ok) throw new Error(ring.error.detail)
  return createVault(ring.value, now, random)
}
