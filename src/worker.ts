// The front door: fetch, queue and scheduled; exports the objects. The house behind it is house.ts, its ways in doors.ts.
// A wrong configuration, a database that was not migrated or belongs to another pseudonym key stops every way in.

import { waitUntil } from "cloudflare:workers"
import { listBanks } from "./banks/bank-store.ts"
import { createRestoreWatch, mayActOn, type RestoreWatch } from "./audit/generation.ts"
import { listBanksWithSecretsBefore } from "./banks/webhook-secret-store.ts"
import { moveLines } from "./audit/moving.ts"
import { conversationOf } from "./conversations/conversation-of.ts"
import { meansOf } from "./conversations/means.ts"
import { listPeople } from "./conversations/person-store.ts"
import { isPseudonymKeyOf } from "./db/deployment-store.ts"
import { MINUTE_MS } from "./foundation/clock.ts"
import { createLog, describeFault } from "./foundation/log.ts"
import { problemResponse } from "./http/problem.ts"
import { backoffSeconds } from "./jobs/backoff.ts"
import { consume, type HandleBatch } from "./jobs/consume.ts"
import { queueNamed } from "./jobs/queues.ts"
import { createMeter } from "./metering/meter.ts"
import { keepMeters } from "./metering/meter-store.ts"
import { renewKeys } from "./notifications/key-renewal.ts"
import { settleKeyIncidents } from "./notifications/key-incidents.ts"
import { endExpired, revokeForgotten } from "./notifications/chores.ts"
import { consumeDeadLetters } from "./notifications/dead-letters.ts"
import { deleteExpired } from "./notifications/dead-letter-store.ts"
import { watch } from "./notifications/watch.ts"
import { forgetPastTerm } from "./privacy/retention.ts"
import { forgetOldLogins } from "./privacy/page-connection-store.ts"
import { sentenceOf } from "./vault/outer-key.ts"
import { checkRing, compromisedOf } from "./vault/outer-keys.ts"
import { listOuterKeys } from "./vault/outer-key-store.ts"
import { type House, buildHouse } from "./house.ts"
import { openDoors } from "./doors.ts"

export { Conversation } from "./conversations/conversation.ts"
export { Page } from "./messenger/page.ts"
export { AuditLog } from "./audit/audit-log.ts"
export { Line } from "./support/line.ts"

/** How many expired rows one run of the clock removes. */
const EXPIRED_A_RUN = 500
const PEOPLE_A_PAGE = 200
/** What stays open after a restore: whoever finishes it. */
const RESTORE_DESK = /^\/admin\/v1\/restore(\/finish)?$/
const RING_READ_MS = MINUTE_MS

/** The house of one isolate, with its doors open. */
interface Gateway extends House {
  readonly meter: ReturnType<typeof createMeter>
  readonly app: ReturnType<typeof openDoors>
  readonly restoreWatch: RestoreWatch
}

/** By the real clock: when this isolate last read the register of outer keys. */
let ringReadAt = 0
let built: { readonly env: Env; readonly gateway: Gateway } | undefined

export default {
  async fetch(request, env, context) {
    const house = await open(env)
    if ("refusal" in house) return house.refusal
    if (house.means.config.development && !isLoopback(request))
      return unready("PUBLIC_ORIGIN is on loopback, and this request is not", ["PUBLIC_ORIGIN"])
    if ((await house.restoreWatch.isShut()) && !RESTORE_DESK.test(new URL(request.url).pathname))
      return restoredAnswer()
    await house.means.syncClock()
    return house.app.fetch(request, env, context)
  },

  async queue(batch, env) {
    const house = await open(env)
    if ("refusal" in house) return batch.retryAll({ delaySeconds: 30 })
    // Days may go by until somebody finishes a restore: no message may run out of retries meanwhile.
    if (await house.restoreWatch.isShut()) {
      for (const message of batch.messages)
        message.retry({ delaySeconds: backoffSeconds(message.attempts, Math.random()) })
      return
    }
    const { db, now, log } = house.means
    await house.means.syncClock()
    const handler = handlerOf(house, batch.queue)
    if (handler) house.meter({ queue: batch.queue, ...(await consume(batch, handler, log, Math.random)) })
    else await consumeDeadLetters(batch, { db, kept: house.lettersKept, now, log, chance: Math.random })
  },

  async scheduled(_controller, env) {
    const house = await open(env)
    if ("refusal" in house) return
    await house.means.syncClock()
    await runClock(house)
  },
} satisfies ExportedHandler<Env>

/** Who handles what is on a queue; nobody where it is a dead-letter queue. */
function handlerOf({ handlers }: House, name: string): HandleBatch | undefined {
  const queue = queueNamed(name)
  return queue && handlers[queue]
}

/** The isolate's house, or the answer that says why there is none. */
async function open(env: Env): Promise<Gateway | { readonly refusal: Response }> {
  if (built?.env === env) {
    // Beside the answer: nobody waits for the register.
    waitUntil(hearOfCompromises(built.gateway))
    return built.gateway
  }
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
    const ring = await checkRing(db, means.value.config.vault.ring, means.value.now())
    if (!ring.ok) {
      means.value.log.error("outer_keys_refused", ring.error)
      return { refusal: unready(sentenceOf(ring.error), ["VAULT_KEYS"]) }
    }
    means.value.vault.distrust(ring.value)
    ringReadAt = Date.now()
  } catch (fault) {
    means.value.log.error("database_unready", describeFault(fault))
    return { refusal: unready("The database does not answer, or was not migrated", ["DB"]) }
  }
  const house = buildHouse(env, means.value)
  const { db, auditLogs: logs, log } = means.value
  const restoreWatch = createRestoreWatch({
    world: { db, logs },
    realNow: Date.now,
    beside: waitUntil,
    log,
  })
  const gateway: Gateway = {
    ...house,
    meter: createMeter({
      keep: (rows, waits) => keepMeters(db, rows, waits),
      waitUntil,
      now: means.value.now,
      realNow: Date.now,
      log,
    }),
    restoreWatch,
    app: openDoors(house, {
      moved: () => wakeEverybody(gateway),
      restored: restoreWatch.forget,
      waitUntil,
    }),
  }
  built = { env, gateway }
  return gateway
}

/** What a key in wrong hands could have made is refused everywhere within a minute. Where the register cannot be read, what was known
 * of it stays. */
async function hearOfCompromises({ means: { db, vault, log } }: Gateway): Promise<void> {
  if (Date.now() - ringReadAt < RING_READ_MS) return
  ringReadAt = Date.now()
  try {
    vault.distrust(compromisedOf(await listOuterKeys(db)))
  } catch (fault) {
    log.warn("outer_keys_not_read", describeFault(fault))
  }
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

/** The database was put back, and what it forgot was not done again yet. */
function restoredAnswer(): Response {
  return problemResponse({
    status: 503,
    type: "restored",
    title: "The database was put back to an older state",
    detail: "An admin brings it up to date: tellerline restore finish --reason <why>",
    headers: { "retry-after": "60" },
  })
}

/** Scheduled work, each minute: links nobody confirmed, letters and logins past their term, Pages and incidents to look at. */
async function runClock(house: Gateway): Promise<void> {
  const {
    means,
    chores,
    erasures,
    departures,
    desk,
    support,
    notices,
    keys,
    renewal,
    incidents,
    watch: watched,
  } = house
  const { db, now, log } = means
  if (!(await mayActOn({ db, logs: means.auditLogs }, house.restoreWatch, log))) return
  const banks = async () => (await listBanks(db, means.config)).map(({ id }) => id)
  const steps = {
    links: () => endExpired(chores),
    revocations: () => revokeForgotten(chores),
    erasures: () => erasures.resume(),
    desks: async () => {
      for (const { id, desk: way } of await listBanks(db, means.config))
        if (way === "own") await support.lapse(id)
    },
    departures: () => departures.resume(),
    retention: () => forgetPastTerm(means),
    letters: () => deleteExpired(db, now(), EXPIRED_A_RUN),
    logins: () => forgetOldLogins(db, now(), Date.now(), EXPIRED_A_RUN),
    pages: () => desk.look(),
    notices: () => notices.look(),
    keys: async () => {
      const register = await keys.keep()
      const secretsBefore = (at: number) => listBanksWithSecretsBefore(db, at, now())
      await settleKeyIncidents({ incidents, banks, secretsBefore, now }, register)
      await renewKeys(renewal, register)
    },
    audit: () => moveLines({ db, logs: means.auditLogs, log }),
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
async function wakeEverybody(house: Gateway): Promise<void> {
  const { means, objects } = house
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
  await runClock(house)
}
