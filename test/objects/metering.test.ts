// Meters in the real directory: what is written of one minute adds up, whoever writes it, and is gone after its term.
import { env } from "cloudflare:workers"
import { expect, it } from "vitest"
import { createDatabase } from "../../src/db/database.ts"
import { forgetMeters, keepMeters, listMeters } from "../../src/metering/meter-store.ts"

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
