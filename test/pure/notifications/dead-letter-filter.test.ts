// A filter for dead letters: what it takes, what it names where it cannot, and that it reads what it writes.
import { describe, expect, it } from "vitest"
import type { BankId, PageId } from "../../../src/foundation/id.ts"
import { parseLetterFilter, renderLetterFilter } from "../../../src/notifications/dead-letter-filter.ts"

const WHOLE = {
  bank: "demo",
  page: "100000000000001",
  queue: "updates",
  kind: "pack",
  reason: "gave_up",
  from: "2026-11-21T23:00:00-01:00",
  to: "2026-11-22T12:00:00Z",
}

describe("parseLetterFilter()", () => {
  it("takes every member, and none", () => {
    expect(parseLetterFilter(WHOLE)).toEqual({
      ok: true,
      value: {
        bank: "demo",
        page: "100000000000001",
        queue: "updates",
        kind: "pack",
        reason: "gave_up",
        from: Date.UTC(2026, 10, 22),
        to: Date.UTC(2026, 10, 22, 12),
      },
    })
    expect(parseLetterFilter({})).toEqual({ ok: true, value: {} })
  })

  it.each([
    ["bank", "*"],
    ["bank", "No Bank"],
    ["page", "12a"],
    ["queue", "updates-dlq"],
    ["kind", "pack' or 1=1"],
    ["reason", "because"],
    ["from", "2026-11-22"],
    ["from", "2026-11-22T12:00:00"],
    ["to", "yesterday"],
    ["to", 5],
  ])("names %s where it is %j", (member, value) => {
    expect(parseLetterFilter({ ...WHOLE, [member]: value })).toEqual({ ok: false, error: [member] })
  })

  it("takes no member it does not know, and nothing that is no object", () => {
    for (const given of [{ ...WHOLE, customer: "c" }, null, "bank", ["bank"]])
      expect(parseLetterFilter(given)).toEqual({ ok: false, error: [""] })
  })

  it("reads what it writes, so that what was asked is what is done", () => {
    const filter = {
      bank: "demo" as BankId,
      page: "44" as PageId,
      reason: "retries_exhausted",
      from: 1_763_000_000_000,
      to: 1_763_800_000_001,
    } as const
    expect(parseLetterFilter(renderLetterFilter(filter))).toEqual({ ok: true, value: filter })
  })
})
