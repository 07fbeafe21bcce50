// Whose events fill a queue: both sides of the line, and that what is counted is what waits.
import { describe, expect, it } from "vitest"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { BankId } from "../../../src/foundation/id.ts"
import { addWaits, decideFilling } from "../../../src/metering/wait.ts"

const T = 1_800_000_000_000
const minute = T / MINUTE_MS
const banks = (waits: Readonly<Record<string, number>>) =>
  new Map(Object.entries(waits) as [BankId, number][])
const filling = (waits: Readonly<Record<string, number>>) => [...decideFilling(banks(waits))]

describe("decideFilling()", () => {
  it("names a bank from the average on", () => {
    expect(filling({ a: 200, b: 100, c: 0 })).toEqual(["a"])
    expect(filling({ a: 151, b: 149 })).toEqual(["a"])
    expect(filling({ a: 150, b: 150 })).toEqual(["a", "b"])
    expect(filling({ a: 1 })).toEqual(["a"])
    expect(filling({ a: 0 })).toEqual([])
    expect(filling({})).toEqual([])
  })

  it("P13: one flood makes none of a hundred others one, and where all send alike all are", () => {
    const others = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`calm${n}`, 50]))
    expect(filling({ ...others, flood: 100_000 })).toEqual(["flood"])
    expect(filling(others)).toHaveLength(100)
  })

  it("P13: five packs that come again every two seconds are five packs, however often they are counted", () => {
    // A quarter of an hour: a thousand packs told to come back after all of it, and five that fail again and again.
    const often = Array.from({ length: 5 * 450 }, () => ({
      bank: "calm" as BankId,
      lane: "updates",
      waited: 150 * 2,
    }))
    const seldom = Array.from({ length: 1_000 }, () => ({
      bank: "flood" as BankId,
      lane: "updates",
      waited: 150 * 900,
    }))
    const rows = addWaits(addWaits([], often, T), seldom, T)
    const waited = new Map(rows.map((row) => [row.bank, row.waited]))
    expect([...waited].map(([bank, sum]) => [bank, sum / 900 / 150])).toEqual([
      ["calm", 5],
      ["flood", 1_000],
    ])
    expect([...decideFilling(waited)]).toEqual(["flood"])
  })
})

describe("addWaits()", () => {
  it("keeps a row a minute, lane and bank", () => {
    const a = { bank: "a" as BankId, lane: "updates", waited: 10 }
    const rows = addWaits([], [a, a, { ...a, lane: "alerts" }, { ...a, bank: "b" as BankId }], T)
    expect(addWaits(rows, [a], T + MINUTE_MS - 1)).toEqual([
      { ...a, minute, waited: 30 },
      { ...a, minute, lane: "alerts" },
      { ...a, minute, bank: "b" },
    ])
    expect(addWaits(rows, [a], T + MINUTE_MS)).toHaveLength(4)
  })
})
