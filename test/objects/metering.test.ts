// Meters in the real directory: what is written of one minute adds up, whoever writes it, and is gone after its term.
import { env } from "cloudflare:workers"
import { expect, it } from "vitest"
import { createDatabase } from "../../src/db/database.ts"
import type { BankId } from "../../src/foundation/id.ts"
import { forgetWaits, listWaits } from "../../src/metering/wait-store.ts"
import { boundQueues } from "../../src/jobs/queues.ts"
import { forgetMeters, keepMeters, listLastMinutes, listMeters } from "../../src/metering/meter-store.ts"

const db = createDatabase(env.DB)
const row = {
  minute: 100,
  queue: "updates",
  batches: 1,
  messages: 5,
  items: 700,
  retried: 2,
  ages: [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 4],
}

it("meters of one minute and queue add up in one row", async () => {
  await keepMeters(db, [row, { ...row, queue: "alerts" }])
  await keepMeters(db, [row, { ...row, minute: 101 }])
  const twice = {
    ...row,
    batches: 2,
    messages: 10,
    items: 1_400,
    retried: 4,
    ages: row.ages.map((count) => 2 * count),
  }
  expect(await listMeters(db, 100, 101)).toEqual([{ ...row, queue: "alerts" }, twice])
  expect(await listMeters(db, 101, 200)).toEqual([{ ...row, minute: 101 }])
  await forgetMeters(db, 101, 10)
  expect(await listMeters(db, 0, 200)).toEqual([{ ...row, minute: 101 }])
})

it("what banks' events waited adds up beside the meters, and is read by lane since a minute", async () => {
  const wait = (bank: string, minute: number, waited: number, lane = "updates") => ({
    bank: bank as BankId,
    minute,
    waited,
    lane,
  })
  await keepMeters(
    db,
    [row],
    [wait("a", 100, 10.4), wait("b", 100, 7), wait("a", 99, 1_000), wait("a", 100, 5, "alerts")],
  )
  await keepMeters(db, [row], [wait("a", 100, 20), wait("a", 101, 1)])
  expect(await listWaits(db, "updates", 100)).toEqual(
    new Map([
      ["a", 31],
      ["b", 7],
    ]),
  )
  expect(await listWaits(db, "alerts", 100)).toEqual(new Map([["a", 5]]))
  expect(await listMeters(db, 100, 101)).toMatchObject([{ batches: 2 }])
  await forgetWaits(db, 101, 10)
  expect(await listWaits(db, "updates", 0)).toEqual(new Map([["a", 1]]))
})

it("every queue that is bound says how it stands, its dead-letter queue and its shards too", async () => {
  const queues = boundQueues(env)
  expect(queues.map(({ name }) => name)).toEqual([
    "alerts",
    "alerts-2",
    "alerts-3",
    "alerts-4",
    "alerts-dlq",
    "updates",
    "updates-2",
    "updates-3",
    "updates-4",
    "updates-dlq",
    "notices",
    "notices-dlq",
    "inbound",
    "inbound-dlq",
    "chores",
    "chores-dlq",
    "callbacks",
    "callbacks-dlq",
  ])
  for (const { numbers } of queues)
    expect(await numbers()).toMatchObject({ backlogCount: 0, backlogBytes: 0 })
})

it("says in which minute something of a queue was last handed out", async () => {
  await keepMeters(db, [row, { ...row, minute: 103 }, { ...row, queue: "alerts" }])
  expect(await listLastMinutes(db, 101)).toEqual(new Map([["updates", 103]]))
})
