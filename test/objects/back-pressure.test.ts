// A queue that is far behind, at the front door: the bank whose events fill it is told to come again, the other one is not (P13), until the
// queue is nearly full. The whole gateway in workerd; only what the queue says of itself is the test's.
import { createExecutionContext } from "cloudflare:test"
import { env } from "cloudflare:workers"
import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { createDatabase } from "../../src/db/database.ts"
import { MINUTE_MS } from "../../src/foundation/clock.ts"
import { keepMeters } from "../../src/metering/meter-store.ts"
import { BACKLOG_BYTES_MAX, OLDEST_MS_MAX } from "../../src/notifications/backlog.ts"
import worker from "../../src/worker.ts"
import { transactionPosted } from "../support/bank.ts"
import { signHeaders } from "../support/bank-signer.ts"
import { ORIGIN } from "../support/gateway.ts"
import { openTwoBanks, type Side, type TwoBanks } from "../support/two-banks.ts"

let banks: TwoBanks
let events = 0

beforeEach(async () => {
  banks = await openTwoBanks()
})

afterEach(() => {
  vi.restoreAllMocks()
})

/** Another isolate, which knows nothing yet, whose `updates` say this of themselves. */
function isolate(metrics: object) {
  const queue = {
    metrics: async () => metrics,
    sendBatch: (messages: Iterable<MessageSendRequest>) => env.UPDATES.sendBatch(messages),
  }
  const given = { ...env, UPDATES: queue } as unknown as Env
  return async ({ bank, key }: Side) => {
    const url = `${ORIGIN}/banks/${bank.id}/events`
    const id = `evt_pressure_${(events += 1)}`
    const event = { ...transactionPosted({ id, at: Date.now() }), source: bank.eventSource }
    const body = new TextEncoder().encode(JSON.stringify(event)) as Uint8Array<ArrayBuffer>
    const headers = await signHeaders(key, url, body)
    const request = new Request(url, { method: "POST", headers, body })
    const answer = await worker.fetch(request as never, given, createExecutionContext())
    return [answer.status, answer.headers.get("retry-after")]
  }
}

const late = (backlogBytes = 1_000_000) => ({
  backlogCount: 5_000,
  backlogBytes,
  oldestMessageTimestamp: new Date(Date.now() - OLDEST_MS_MAX - 1_000),
})

it("P13: shuts out the bank whose events fill the queue, and no other; all only once it is full", async () => {
  const { south, north } = banks
  const minute = Math.floor(Date.now() / MINUTE_MS)
  await keepMeters(
    createDatabase(env.DB),
    [],
    [
      { bank: south.bank.id, lane: "updates", minute, waited: 4_000_000 },
      { bank: north.bank.id, lane: "updates", minute, waited: 90 },
    ],
  )
  const behind = isolate(late())
  expect(await behind(south)).toEqual([503, "30"])
  expect(await behind(north)).toEqual([202, null])
  const full = isolate(late(BACKLOG_BYTES_MAX.updates))
  expect([await full(south), await full(north)]).toEqual([
    [503, "30"],
    [503, "30"],
  ])
  const calm = isolate({ backlogCount: 3, backlogBytes: 90_000, oldestMessageTimestamp: new Date() })
  expect([await calm(south), await calm(north)]).toEqual([
    [202, null],
    [202, null],
  ])
})
