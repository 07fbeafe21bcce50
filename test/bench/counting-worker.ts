// The gateway with counters round it, and a door for the bench: the same source as the deployed bundle, but built with this entry.
// It makes people and links through the stores and the objects that linking itself uses (only the bank's login and our pages are left
// out), and counts rows, queue messages, D1 statements and calls of what is then done. CPU is never measured here.
// Built by build.mjs, driven by seed.mjs and cost.mjs. Never part of src/.

import gateway, { Page as PlainPage } from "../../src/worker.ts"
import { bySystem } from "../../src/audit/audit.ts"
import { parseBankRecord } from "../../src/banks/bank-record.ts"
import { putBank } from "../../src/banks/bank-store.ts"
import { Conversation as PlainConversation } from "../../src/conversations/conversation.ts"
import { conversationOf } from "../../src/conversations/conversation-of.ts"
import { meansOf, type Means } from "../../src/conversations/means.ts"
import type { LinkId, PageId } from "../../src/foundation/id.ts"
import type { Result } from "../../src/foundation/result.ts"
import { PURPOSES } from "../../src/foundation/purpose.ts"
import { givenRecord } from "../../src/links/consent-record.ts"
import type { LinkCustomer } from "../../src/links/link.ts"
import { createDpop, exportDpop } from "../../src/links/dpop.ts"
import { placeOf, type LinkTokens } from "../../src/links/link-tokens.ts"
import { appendConsent, insertPending } from "../../src/links/linking-store.ts"
import { parsePageRecord } from "../../src/messenger/page-record.ts"
import { pagePlace, putPage } from "../../src/messenger/page-store.ts"

export { AuditLog } from "../../src/audit/audit-log.ts"
export { Line } from "../../src/support/line.ts"

/** Somebody to be linked, as seed.mjs names them. */
interface Somebody {
  readonly page: PageId
  readonly psid: string
  /** The bank's reference. */
  readonly customer: string
}

/** What seed.mjs posts: a bank with its Pages, then people who have said hello. */
type Seed =
  | { readonly kind: "register"; readonly bank: unknown; readonly pages: readonly unknown[] }
  | { readonly kind: "link"; readonly people: readonly Somebody[]; readonly code: string }

const counts = {
  requests: 0,
  /** Invocations of the queues' consumer; those that post callbacks to the bank are apart. */
  batches: 0,
  callbackBatches: 0,
  /** Calls and alarms of Conversations, and calls of Pages. */
  objectCalls: 0,
  rowsWritten: 0,
  d1Statements: 0,
  /** Queue messages sent, in units of 64 kB. */
  queueUnits: 0,
  callbackUnits: 0,
}
const QUEUE_UNIT_BYTES = 64_000
const CALLBACKS = "callbacks"
const LINKED_FOR_MS = 180 * 86_400_000
const OFFERED_FOR_MS = 600_000
const BESIDE_EACH_OTHER = 8
const ACCOUNT = { id: "acc_1", kind: "checking", label: "Checking", last4: "4821", currency: "USD" } as const

/** A Conversation whose calls and rows are counted. */
export class Conversation extends PlainConversation {
  #counted = 0

  constructor(state: DurableObjectState, env: Env) {
    super(state, countedEnv(env))
  }

  override receive(...given: Parameters<PlainConversation["receive"]>) {
    return this.#count(super.receive(...given))
  }

  override tell(...given: Parameters<PlainConversation["tell"]>) {
    return this.#count(super.tell(...given))
  }

  override alarm() {
    return this.#count(super.alarm())
  }

  async #count<T>(call: Promise<T>): Promise<T> {
    counts.objectCalls += 1
    try {
      return await call
    } finally {
      // What a call left to be done beside it is counted with the next one.
      counts.rowsWritten += this.rowsWritten() - this.#counted
      this.#counted = this.rowsWritten()
    }
  }
}

/** A Page whose calls are counted. */
export class Page extends PlainPage {
  override lease(...given: Parameters<PlainPage["lease"]>) {
    counts.objectCalls += 1
    return super.lease(...given)
  }

  override report(...given: Parameters<PlainPage["report"]>) {
    counts.objectCalls += 1
    super.report(...given)
  }
}

export default {
  async fetch(request, given, context) {
    const env = countedEnv(given)
    const { pathname } = new URL(request.url)
    if (pathname === "/bench/counts") return Response.json(counts)
    if (pathname === "/bench/seed") return seed(env, await request.json<Seed>())
    counts.requests += 1
    return gateway.fetch(request, env, context)
  },

  async queue(batch, given) {
    counts[batch.queue === CALLBACKS ? "callbackBatches" : "batches"] += 1
    await gateway.queue(batch, countedEnv(given))
  },
} satisfies ExportedHandler<Env>

async function seed(env: Env, asked: Seed): Promise<Response> {
  const made = await meansOf(env)
  if (!made.ok) throw new Error(made.error.detail)
  const means = made.value
  if (asked.kind === "register") await register(means, asked.bank, asked.pages)
  else {
    const work = asked.people.values()
    await Promise.all(
      Array.from({ length: BESIDE_EACH_OTHER }, async () => {
        for (const person of work) await offer(env, means, person, asked.code)
      }),
    )
  }
  return new Response(null, { status: 204 })
}

async function register({ db, vault, now }: Means, bank: unknown, pages: readonly unknown[]): Promise<void> {
  const by = bySystem("the bench", now())
  await putBank(db, taken(parseBankRecord(bank, { development: false })), by)
  for (const page of pages) {
    const record = taken(parsePageRecord(page))
    await putPage(db, record, await vault.seal("bench-page-token", pagePlace(record)), by)
  }
}

function taken<T>(result: Result<T, { readonly reason: string }>): T {
  if (!result.ok) throw new Error(`Cannot seed: ${result.error.reason}`)
  return result.value
}

/** A pending link with its consent, named to the chat: what is left is to type the code there. */
async function offer(env: Env, means: Means, somebody: Somebody, code: string): Promise<void> {
  const { db, vault, pseudonyms, random, now, pages, banks } = means
  const page = taken(await pages.findRecord(somebody.page))
  const bank = taken(await banks.find(page.bank))
  if (!bank) throw new Error("Cannot seed: the bank is not registered")
  const person = await pseudonyms.personOf(somebody.page, somebody.psid)
  const link = `link_${person.slice(-22)}` as LinkId
  const whom = { person, page: somebody.page, bank: bank.id }
  const { wrapped, key } = await vault.createKey(placeOf(bank.id, link, "key"))
  const tokens: LinkTokens = {
    v: 1,
    accessToken: "bench-access-token",
    accessExpiresAt: now() + LINKED_FOR_MS,
    refreshToken: "bench-refresh-token",
    dpop: await exportDpop(await createDpop()),
  }
  const customer: LinkCustomer = { v: 1, reference: somebody.customer, accounts: [ACCOUNT] }
  const at = now()
  const by = bySystem("the bench", at)
  await insertPending(
    db,
    {
      id: link,
      ...whom,
      customer: await pseudonyms.customerOf(bank.id, somebody.customer),
      wrappedKey: wrapped,
      tokensSealed: await key.seal(JSON.stringify(tokens), placeOf(bank.id, link, "tokens")),
      customerSealed: await key.seal(JSON.stringify(customer), placeOf(bank.id, link, "customer")),
    },
    by,
  )
  const decided = {
    link,
    purposes: PURPOSES,
    showAmounts: true,
    accounts: [ACCOUNT],
    epoch: 1,
    givenAt: at,
    until: at + LINKED_FOR_MS,
    language: "en",
  }
  const record = await givenRecord(bank, "the bench", pseudonyms, {
    ...decided,
    textSha256: "x",
    previous: "",
  })
  const recordHash = taken(await appendConsent(db, record, by, random))
  await conversationOf({ conversation: env.CONVERSATION, development: false }, page, person).offer({
    v: 1,
    whom,
    offer: {
      v: 1,
      ...decided,
      bank: bank.id,
      bankName: bank.name,
      code,
      recordHash,
      offeredUntil: at + OFFERED_FOR_MS,
    },
  })
}

/** One for each `Env`: the gateway keeps what it has built by its identity. */
const wrapped = new WeakMap<Env, Env>()

function countedEnv(env: Env): Env {
  const known = wrapped.get(env)
  if (known) return known
  const queues = Object.entries(env).flatMap(([name, binding]) =>
    isQueue(binding) ? [[name, countedQueue(binding, name)]] : [],
  )
  const counted = { ...env, ...Object.fromEntries(queues), DB: countedDatabase(env.DB) } as Env
  wrapped.set(env, counted)
  return counted
}

function isQueue(binding: unknown): binding is Queue {
  return typeof (binding as Partial<Queue> | undefined)?.sendBatch === "function"
}

function countedQueue(queue: Queue, name: string): Pick<Queue, "sendBatch"> {
  return {
    sendBatch(messages, options) {
      const sent = [...messages]
      const units = name.toLowerCase() === CALLBACKS ? "callbackUnits" : "queueUnits"
      for (const { body } of sent) counts[units] += Math.ceil(JSON.stringify(body).length / QUEUE_UNIT_BYTES)
      return queue.sendBatch(sent, options)
    },
  }
}

function countedDatabase(db: D1Database): D1Database {
  return new Proxy(db, {
    get(target, name) {
      if (name === "prepare") counts.d1Statements += 1
      const value: unknown = Reflect.get(target, name)
      return typeof value === "function" ? (value.bind(target) as unknown) : value
    },
  })
}
