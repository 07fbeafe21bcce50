// What a bank is told of its alerts after they were handed over: once each, before the row forgets it, and in time for another channel.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import { fraud, payment, tap } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

const CUSTOMER = payment("x", 0).customer
let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  sim.bank.terms = { fallbackMs: 30_000, reportDelivery: false }
  await sim.link()
})
afterEach(() => sim.close())

const heard = () => sim.bank.told.map(({ event, status, reason }) => `${event.id} ${status} ${reason}`)

describe("an alert", () => {
  test("delivered in time is told so, and nothing else", async () => {
    await sim.tell(fraud("a", sim.now))
    await sim.advance(HOUR_MS)
    expect(heard()).toEqual(["a delivered watermark"])
    expect(sim.bank.told[0]).toMatchObject({ kind: "event", customer: CUSTOMER })
  })

  test("P1: not delivered within its seconds is undeliverable, at once and once, and delivered when it is", async () => {
    sim.echoes = false
    await sim.tell(fraud("a", sim.now))
    await sim.advance(29_000)
    expect(heard()).toEqual([])
    await sim.advance(2_000)
    expect(heard()).toEqual(["a undeliverable fallback"])
    await sim.advance(HOUR_MS)
    expect(heard()).toEqual(["a undeliverable fallback"])
    await sim.webhook({ kind: "delivery", key: "d", at: sim.now, mids: [], watermark: sim.now } as never)
    expect(heard()).toEqual(["a undeliverable fallback", "a delivered watermark"])
  })

  test("whose fallback could not be told is told when the queue is back", async () => {
    sim.echoes = false
    sim.bank.callbacksUp = false
    await sim.tell(fraud("a", sim.now))
    await sim.advance(MINUTE_MS)
    expect(heard()).toEqual([])
    sim.bank.callbacksUp = true
    await sim.advance(MINUTE_MS)
    expect(heard()).toEqual(["a undeliverable fallback"])
  })

  test("read without a delivery is told as read, once", async () => {
    sim.echoes = false
    await sim.tell(fraud("a", sim.now))
    const read = { kind: "read", key: "r", at: sim.now, watermark: sim.now } as never
    await sim.webhook(read)
    await sim.webhook(read)
    expect(heard()).toEqual(["a read watermark"])
  })

  test("answered is told with the answer", async () => {
    await sim.tell(fraud("a", sim.now))
    await sim.advance(1_000)
    const key = sim.storage.sql.exec<{ key: string }>("SELECT key FROM ledger WHERE lane = 0").rows[0]?.key
    await sim.webhook(tap(`v1.FRAUD.${key}.deny`, sim.now, "No, not me"))
    await sim.advance(1_000)
    expect(heard()).toEqual(["a delivered watermark", "a answered denied"])
  })
})

describe("an update", () => {
  test("is not told as delivered or read, and costs no row, where the bank does not ask for it", async () => {
    await sim.tell(payment("a", sim.now))
    const before = sim.storage.rowsWritten
    await sim.webhook({ kind: "delivery", key: "d", at: sim.now, mids: [], watermark: sim.now } as never)
    await sim.webhook({ kind: "read", key: "r", at: sim.now, watermark: sim.now } as never)
    expect(heard()).toEqual([])
    expect(sim.storage.rowsWritten).toBe(before)
  })

  test("is told where it does", async () => {
    sim.bank.terms = { fallbackMs: 30_000, reportDelivery: true }
    await sim.tell(payment("a", sim.now))
    await sim.advance(1_000)
    await sim.webhook({ kind: "read", key: "r", at: sim.now, watermark: sim.now } as never)
    expect(heard()).toEqual(["a delivered watermark", "a read watermark"])
  })
})

test("a bank without a callback address is told nothing", async () => {
  sim.bank.terms = undefined
  sim.echoes = false
  await sim.tell(fraud("a", sim.now))
  await sim.advance(HOUR_MS)
  expect(heard()).toEqual([])
})
