// What a notification costs, counted in workerd (design.md 7): rows by the one wrapper round an object's storage, D1 statements at the
// binding, queue operations as the platform bills them. Every type of event that is told stands in the table; what is told of them is not
// looked at here. Types that change a link instead write what the link needs and are not counted. Money is test/bench/cost.mjs.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test"
import { env, exports } from "cloudflare:workers"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { EVENT_TYPES, type ToldEventType } from "../../src/banks/event-types.ts"
import { utf8 } from "../../src/crypto/text.ts"
import { PURPOSES } from "../../src/foundation/purpose.ts"
import { cloudEvent } from "../support/bank.ts"
import { signHeaders } from "../support/bank-signer.ts"
import { DATA } from "../support/event-builders.ts"
import { BANK, echoEvent, openGateway, ORIGIN, PAGE, type Gateway } from "../support/gateway.ts"
import { createHandQueues, type HandQueues } from "../support/hand-queues.ts"

const TOLD = (Object.keys(DATA) as ToldEventType[]).map((type) => ({ type, lane: EVENT_TYPES[type].lane }))

/** Development's clock, which a deployment has not; the register of outer keys, and what consumers did: an isolate's, some times a minute. */
const ONCE_IN_A_WHILE = /from "settings"|from "vault_keys"|into "(meters|waits)"/

let gateway: Gateway
let queues: HandQueues
let statements: string[]
let people = 0

beforeEach(async () => {
  gateway = await openGateway()
  queues = createHandQueues()
  statements = []
  const database = Object.getPrototypeOf(env.DB) as D1Database
  const prepare = database.prepare
  vi.spyOn(database, "prepare").mockImplementation(function (this: D1Database, statement) {
    if (!ONCE_IN_A_WHILE.test(statement)) statements.push(statement)
    return prepare.call(this, statement)
  })
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** Somebody linked for everything, whom no other test has met. */
async function linked(): Promise<{ readonly psid: string; readonly customer: string }> {
  people += 1
  const [psid, customer] = [`96000000000000${100 + people}`, `customer-reference-${1000 + people}`]
  await gateway.link(psid, customer, PURPOSES)
  await runDurableObjectAlarm(await gateway.conversation(psid))
  await quiet()
  return { psid, customer }
}

/** Nobody has asked the database anything for a while: what linking leaves to be done is done. */
async function quiet(): Promise<void> {
  for (let before = -1; before !== statements.length;) {
    before = statements.length
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

async function rowsOf(psid: string): Promise<number> {
  return (await gateway.conversation(psid)).rowsWritten()
}

function eventOf(type: ToldEventType, customer: string, id = `evt_${type}_${customer}`): object {
  const at = Date.now()
  const data = JSON.stringify(DATA[type](at))
    .replaceAll("acc-1", "acc_1")
    .replaceAll("bank.example", "localhost:8788")
    .replaceAll("txn_1", `txn_${id}`)
  return { ...cloudEvent(type, JSON.parse(data), { id, at }), subject: customer }
}

async function post(events: readonly object[]): Promise<void> {
  const body = utf8(JSON.stringify(events.length === 1 ? events[0] : events))
  const contentType =
    events.length === 1 ? "application/cloudevents+json" : "application/cloudevents-batch+json"
  const url = `${ORIGIN}/banks/${BANK}/events`
  const headers = await signHeaders(gateway.key, url, body, { contentType })
  const response = await queues.fetch(new Request(url, { method: "POST", headers, body }))
  expect(response.status, await response.clone().text()).toBe(202)
}

/** Rows told, and beside it what its echo and its delivery cost. */
const OF_UPDATE = { told: 2, echo: 0, delivery: 0 }
const OF_ALERT = { told: 4, echo: 0, delivery: 1 }
/** It answers nothing by itself: one row says that it came. */
const OF_NOTHING_SAID = { told: 1, echo: 0, delivery: 0 }
const SAYS_NOTHING: ReadonlySet<ToldEventType> = new Set(["bank.fraud.resolved.v1"])

describe("one event of each type in a post of its own", () => {
  it.each(TOLD)("$type", async ({ type, lane }) => {
    const { psid, customer } = await linked()
    await lookUp()
    const before = await rowsOf(psid)
    gateway.sent.length = 0
    const cost = await costOf(lane, [eventOf(type, customer)])
    const told = (await rowsOf(psid)) - before
    const [sent] = gateway.sent
    expect(sent === undefined).toBe(SAYS_NOTHING.has(type))
    if (sent) await gateway.webhook([echoEvent(sent)])
    const echo = (await rowsOf(psid)) - before - told
    await gateway.webhook([delivered(psid)])
    const delivery = (await rowsOf(psid)) - before - told - echo
    const rows = SAYS_NOTHING.has(type) ? OF_NOTHING_SAID : lane === "alerts" ? OF_ALERT : OF_UPDATE
    expect({ told, echo, delivery }).toEqual(rows)
    expect(cost).toEqual({
      operations: 3,
      batches: 1,
      statements: [expect.stringMatching(/^select .* from "links"/)],
    })
  })
})

describe("a batch of the queue", () => {
  it("asks the database once, however many packs and people it holds", async () => {
    const everybody = []
    for (let n = 0; n < 6; n += 1) everybody.push(await linked())
    await lookUp()
    gateway.sent.length = 0
    statements = []
    for (const { customer } of everybody.slice(0, 5))
      await post(
        everybody.map((each) =>
          eventOf("bank.balance.updated.v1", each.customer, `evt_of_${customer}_${each.customer}`),
        ),
      )
    await queues.handOut("updates")
    expect(gateway.sent.length).toBeGreaterThanOrEqual(6)
    expect(statements).toEqual([expect.stringMatching(/^select .* from "links"/)])
  })
})

describe("a post of 1,000 events", () => {
  it("costs 0.05 queue operations each, and no row of the database", async () => {
    const { psid, customer } = await linked()
    await lookUp()
    const before = await rowsOf(psid)
    statements = []
    const events = Array.from({ length: 1_000 }, (_, nth) =>
      eventOf(
        "bank.transaction.posted.v1",
        nth === 500 ? customer : `customer-reference-none-${nth}`,
        `evt_${nth}`,
      ),
    )
    await post(events)
    await queues.drain()
    expect((await rowsOf(psid)) - before).toBe(2)
    expect(queues.waiting("updates")).toEqual([])
    expect(queues.operations("updates") / events.length).toBeLessThanOrEqual(0.05)
    const reads = statements.filter((each) => /^select .* from "links"/.test(each))
    expect(reads).toHaveLength(queues.batches("updates") - 1)
    expect(statements).toEqual(reads)
  })
})

describe("what is over", () => {
  it("costs one row each to forget, and one a day for what is left of that day", async () => {
    const { psid, customer } = await linked()
    for (let nth = 0; nth < 8; nth += 1) {
      await post([eventOf("bank.dispute.updated.v1", customer, `evt_old_${nth}`)])
      await queues.drain()
    }
    await advance(31)
    // What was said in the chat has lost its words by now; events of webhooks are gone.
    const before = { rows: await rowsOf(psid), stored: await storedBy(psid) }
    expect(before.stored).toEqual({ ledger: expect.any(Number), inbox: 0, days: 0 })
    expect(before.stored.ledger).toBeGreaterThanOrEqual(8)
    await advance(60)
    expect(await storedBy(psid)).toEqual({ ledger: 0, inbox: 0, days: 1 })
    const alarm = 1
    expect((await rowsOf(psid)) - before.rows).toBe(before.stored.ledger + 1 + alarm)
  })
})

/** What is told of one, and what it costs. */
async function costOf(lane: "alerts" | "updates", events: readonly object[]) {
  const [operations, batches] = [queues.operations(lane), queues.batches(lane)]
  statements = []
  await post(events)
  await queues.handOut(lane)
  return {
    operations: queues.operations(lane) - operations,
    batches: queues.batches(lane) - batches,
    statements,
  }
}

/** What an isolate looks up once in a while, a bank and its Page, is no event's. */
async function lookUp(): Promise<void> {
  const { customer } = await linked()
  await post([eventOf("bank.dispute.updated.v1", customer)])
  await queues.drain()
}

function delivered(psid: string): object {
  const [timestamp, watermark] = [Date.now(), Date.now() + 1_000]
  return { sender: { id: psid }, recipient: { id: PAGE }, timestamp, delivery: { watermark } }
}

async function storedBy(psid: string) {
  const count = (sql: SqlStorage, table: string) =>
    sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ${table}`).one().n
  return runInDurableObject(await gateway.conversation(psid), (_, { storage: { sql } }) => ({
    ledger: count(sql, "ledger"),
    inbox: count(sql, "inbox"),
    days: count(sql, "days"),
  }))
}
async function advance(days: number): Promise<void> {
  const request = new Request(`${ORIGIN}/admin/v1/clock`, {
    method: "POST",
    headers: { authorization: "Bearer dev-admin-key", "content-type": "application/json" },
    body: JSON.stringify({ advanceMs: days * 86_400_000 }),
  })
  expect((await exports.default.fetch(request)).status).toBe(200)
}
