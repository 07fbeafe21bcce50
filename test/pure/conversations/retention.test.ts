// A year of a person's life here: what is kept stays small, texts go when their bank says so, receipts after ninety days.
import { afterEach, beforeEach, expect, test } from "vitest"
import { DAY_MS } from "../../../src/foundation/clock.ts"
import { BANK, payment } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

const MONTHS = 12
const NOTIFICATIONS_A_MONTH = 60
const TURNS_A_MONTH = 20
/** design.md 7. */
const STORAGE_BYTES_MAX = 192 * 1_024

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

const texts = () =>
  sim.storage.sql.exec<{ n: number }>("SELECT count(*) AS n FROM ledger WHERE lane <> 2 AND due_at > 0")
    .rows[0]?.n
const oldest = () => sim.storage.sql.exec<{ at: number }>("SELECT min(at) AS at FROM ledger").rows[0]?.at ?? 0

test(
  "twelve months, 60 notifications and 20 turns in each: the storage stops growing",
  { timeout: 60_000 },
  async () => {
    sim.echoes = false
    sim.messenger.templates = new Map([["payment_notice_v1 en", "approved"]])
    await sim.link({ until: sim.now + 400 * DAY_MS })
    const step = (30 * DAY_MS) / NOTIFICATIONS_A_MONTH
    let most = 0
    let half = 0
    for (let month = 0; month < MONTHS; month += 1) {
      for (let n = 0; n < NOTIFICATIONS_A_MONTH; n += 1) {
        if (n % (NOTIFICATIONS_A_MONTH / TURNS_A_MONTH) === 0)
          await sim.say(n % 2 === 0 ? "balance" : "payments")
        await sim.tell(payment(`m${month}-${n}`, sim.now))
        await sim.advance(step)
      }
      most = Math.max(most, sim.storage.bytes)
      if (month === 5) half = sim.storage.bytes
    }
    expect(sim.messenger.shown.length).toBeGreaterThanOrEqual(
      MONTHS * (NOTIFICATIONS_A_MONTH + TURNS_A_MONTH),
    )
    expect(most - half).toBeLessThan(48 * 1_024)
    expect(most).toBeLessThanOrEqual(STORAGE_BYTES_MAX)
  },
)

test.each([1, 30, 365])(
  "a bank keeps chat text %d days, at most a day more; the receipt stays its own term",
  async (days) => {
    sim.facts = { ...BANK, textKeptMs: days * DAY_MS }
    await sim.say("hello")
    await sim.advance(DAY_MS)
    const from = texts()
    expect(from).toBeGreaterThan(0)
    await sim.advance((days - 1) * DAY_MS - 60_000)
    expect(texts()).toBe(from)
    await sim.advance(DAY_MS + 120_000)
    expect(texts()).toBe(0)
    if (days < 90) expect(oldest()).toBeGreaterThan(0)
  },
)

test("what was said on several days goes each on its own day, though nobody writes any more", async () => {
  for (let day = 0; day < 3; day += 1) {
    await sim.say("hello")
    await sim.advance(10 * DAY_MS)
  }
  const left: (number | undefined)[] = []
  for (let week = 0; week < 4; week += 1) {
    left.push(texts())
    await sim.advance(10 * DAY_MS)
  }
  expect(left.map((each) => each ?? -1)).toEqual([3, 2, 1, 0])
})
