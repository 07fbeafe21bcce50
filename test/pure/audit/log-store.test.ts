// An audit log's own storage: lines once, in order, proofs over what lies there, and nothing changed unseen.
import * as fc from "fast-check"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import {
  appendLines,
  checkLog,
  findGeneration,
  headOf,
  listEntries,
  listLogs,
  listSince,
  newestOutbox,
  prepareLog,
  proveEntry,
  proveGrowth,
  putLog,
  raiseGeneration,
} from "../../../src/audit/log-store.ts"
import { canonicalJson } from "../../../src/crypto/canonical.ts"
import { createStorage, type ObjectStorage } from "../../support/person-storage.ts"

let storage: ObjectStorage
beforeEach(() => {
  storage = createStorage()
  prepareLog(storage.sql)
  prepareLog(storage.sql)
})
afterEach(() => storage.close())

const line = (outbox: number, more = "") => ({
  outbox,
  entry: canonicalJson({
    v: 1,
    id: outbox,
    bank: "demo",
    action: "link.end",
    object: `link_${outbox}${more}`,
  }),
})
const lines = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => line(from + n))

describe("an audit log", () => {
  it("takes each line once, however often and in whatever pieces it is brought, in the order of the first time", () => {
    const { sql } = storage
    const whole = appendLines(sql, lines(1, 9))
    expect(appendLines(sql, lines(1, 9))).toEqual(whole)
    expect(appendLines(sql, [...lines(4, 9), ...lines(10, 12)]).size).toBe(12)
    expect(listEntries(sql, 0, 500)).toEqual(lines(1, 12).map(({ entry }) => entry))
    expect(listEntries(sql, 10, 1)).toEqual([line(11).entry])
  })

  it("takes another line under a number that was given before: a restored database gives numbers again", () => {
    const { sql } = storage
    appendLines(sql, lines(1, 3))
    expect(appendLines(sql, [line(3, "b"), line(3)]).size).toBe(4)
    const since = (from: number) => listSince(sql, 2, from).map(({ seq, entry }) => [seq, entry])
    expect(since(0)).toEqual([
      [2, line(3).entry],
      [3, line(3, "b").entry],
    ])
    expect(since(3)).toEqual([[3, line(3, "b").entry]])
    expect(newestOutbox(sql)).toBe(3)
    expect(checkLog(sql)).toBeUndefined()
  })

  it("keeps what it had where a step breaks in the middle", () => {
    const { sql } = storage
    const before = appendLines(sql, lines(1, 5))
    const broken = { ...sql, exec: breakAfter(7) } as typeof sql
    expect(() => appendLines(broken, lines(6, 9))).toThrow("no storage")
    expect(headOf(sql)).toEqual(before)
    expect(appendLines(sql, lines(6, 9)).size).toBe(9)
    expect(checkLog(sql)).toBeUndefined()

    function breakAfter(calls: number): typeof sql.exec {
      let left = calls
      return (...given: Parameters<typeof sql.exec>) => {
        left -= 1
        if (left < 0) throw new Error("no storage")
        return sql.exec(...given) as never
      }
    }
  })

  it("knows each head it had, and proves by none it never had", () => {
    const { sql } = storage
    const heads = [headOf(sql), ...[1, 2, 3, 4, 5].map((n) => appendLines(sql, [line(n)]))]
    for (const head of heads) expect(headOf(sql, head.size)).toEqual(head)
    for (const size of [-1, 6, 1.5, Number.NaN]) expect(() => headOf(sql, size)).toThrow(RangeError)
    expect(() => proveEntry(sql, 0, 6)).toThrow(RangeError)
    expect(() => proveGrowth(sql, 1, 6)).toThrow(RangeError)
    expect(proveEntry(sql, 4, 5)).toHaveLength(1)
  })

  it("finds a flipped bit anywhere in it", { timeout: 30_000 }, () => {
    const { sql } = storage
    appendLines(sql, lines(1, 11))
    const cells = (["entries", "nodes"] as const).flatMap((table) =>
      sql.exec<Record<string, string | number>>(`SELECT * FROM ${table} ORDER BY 1, 2`).rows.flatMap((row) =>
        Object.entries(row).flatMap(([column, value]) =>
          Array.from({ length: typeof value === "string" ? value.length * 8 : 40 }, (_, bit) => ({
            table,
            row,
            column,
            value,
            bit,
          })),
        ),
      ),
    )
    fc.assert(
      fc.property(fc.constantFrom(...cells), ({ table, row, column, value, bit }) => {
        const flipped = flip(value, bit)
        const where = table === "entries" ? ["seq"] : ["level", "idx"]
        const put = (to: string | number, at: Record<string, string | number>) =>
          sql.exec(
            `UPDATE OR ABORT ${table} SET ${column} = ? WHERE ${where.map((name) => `${name} = ?`).join(" AND ")}`,
            to,
            ...where.map((name) => at[name] ?? 0),
          )
        try {
          put(flipped, row)
        } catch {
          return // Another row has that name: SQLite refuses it.
        }
        const differs = checkLog(sql)
        put(value, { ...row, [column]: flipped })
        expect(differs).toBeDefined()
      }),
      { numRuns: 1_000 },
    )
    expect(checkLog(sql)).toBeUndefined()
  })

  it("finds an entry taken out, and a node too many", () => {
    const { sql } = storage
    appendLines(sql, lines(1, 6))
    sql.exec("INSERT INTO nodes (level, idx, hash) VALUES (9, 0, 'x')")
    expect(checkLog(sql)).toBe("9/0")
    sql.exec("DELETE FROM nodes WHERE level = 9")
    sql.exec("DELETE FROM entries WHERE seq = 5")
    expect(checkLog(sql)).toBe("0/5")
  })
})

describe("the register", () => {
  it("remembers each log once and a generation that never falls", () => {
    const { sql } = storage
    putLog(sql, "demo", "2026-11")
    putLog(sql, "demo", "2026-11")
    putLog(sql, "*", "2026-10")
    expect(listLogs(sql).map(({ bank, month }) => `${bank} ${month}`)).toEqual(["* 2026-10", "demo 2026-11"])
    expect(findGeneration(sql)).toBe(0)
    raiseGeneration(sql, 7)
    raiseGeneration(sql, 3)
    expect(findGeneration(sql)).toBe(7)
  })
})

function flip(value: string | number, bit: number): string | number {
  if (typeof value === "number") return Number(BigInt(value) ^ (1n << BigInt(bit)))
  const at = Math.floor(bit / 8)
  return (
    value.slice(0, at) + String.fromCharCode(value.charCodeAt(at) ^ (1 << (bit % 8))) + value.slice(at + 1)
  )
}
