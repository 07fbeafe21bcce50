// JSON on its way in: amounts by their source text, and how deep and large a value may be.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { findShapeExcess, mayHoldMoreValues } from "../../../src/banks/json-shape.ts"
import { parseWithSource, plainDecimal } from "../../../src/banks/json-source.ts"

const AMOUNTS = new Set(["amount"])

describe("parseWithSource()", () => {
  it("keeps the digits a float would lose", () => {
    const json = parseWithSource('{"amount":9007199254740993.10,"count":7,"deep":[{"amount":0.10}]}', AMOUNTS)
    expect(json).toEqual({
      ok: true,
      value: { amount: "9007199254740993.10", count: 7, deep: [{ amount: "0.10" }] },
    })
  })

  it("leaves amounts that are text, and other types, as they are", () => {
    expect(parseWithSource('{"amount":"1.5"}', AMOUNTS)).toEqual({ ok: true, value: { amount: "1.5" } })
    expect(parseWithSource('{"amount":null}', AMOUNTS)).toEqual({ ok: true, value: { amount: null } })
  })

  it.each(["", "{", "NaN", '{"amount":01}'])("refuses %j", (text) => {
    expect(parseWithSource(text, AMOUNTS)).toEqual({ ok: false, error: { reason: "json_malformed" } })
  })
})

describe("plainDecimal()", () => {
  it.each([
    ["0", "0"],
    ["1204.50", "1204.50"],
    ["-0.5", "-0.5"],
    ["1.5e3", "1500"],
    ["1E+2", "100"],
    ["125e-2", "1.25"],
    ["5e-3", "0.005"],
    ["1.25e1", "12.5"],
    ["0e5", "0"],
  ])("writes %s as %s", (source, plain) => {
    expect(plainDecimal(source)).toBe(plain)
  })

  it.each(["", "+1", "1.", ".5", "abc", "1e400", "1e-40", "0x10", "1,5", "Infinity"])(
    "refuses %j",
    (source) => {
      expect(plainDecimal(source)).toBeUndefined()
    },
  )

  it("never changes a number", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -15, max: 15 }), (digits, exponent) => {
        const plain = plainDecimal(`${digits}e${exponent}`)
        expect(plain).toMatch(/^-?\d+(\.\d+)?$/)
        expect(Number(plain)).toBeCloseTo(Number(`${digits}e${exponent}`), 10)
      }),
    )
  })
})

describe("findShapeExcess()", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

  it("takes the last depth and refuses the first beyond", () => {
    expect(findShapeExcess(nested(20), 20, 1_000)).toBeUndefined()
    expect(findShapeExcess(nested(21), 20, 1_000)).toBe("too_deep")
  })

  it("takes the last size and refuses the first beyond", () => {
    expect(findShapeExcess("x".repeat(98), 20, 100)).toBeUndefined()
    expect(findShapeExcess("x".repeat(99), 20, 100)).toBe("too_large")
  })

  it("counts names, and values without text", () => {
    expect(findShapeExcess({ ["x".repeat(100)]: 1 }, 20, 100)).toBe("too_large")
    expect(
      findShapeExcess(
        Array.from({ length: 50 }, () => 0),
        20,
        100,
      ),
    ).toBe("too_large")
  })

  it("stops early in a value of a hundred thousand levels", () => {
    const deep = JSON.parse("[".repeat(100_000) + "]".repeat(100_000)) as unknown
    expect(findShapeExcess(deep, 20, 1_000_000)).toBe("too_deep")
  })
})

describe("mayHoldMoreValues()", () => {
  const bytes = (text: string) => new TextEncoder().encode(text)

  it.each([
    ["[]", 2],
    ["[1]", 2],
    ["[1,2,3]", 4],
    ['{"a":{"b":[1]}}', 4],
    ['"a text, with a comma"', 2],
  ])("counts %s as at most %d", (text, values) => {
    expect(mayHoldMoreValues(bytes(text), values - 1)).toBe(true)
    expect(mayHoldMoreValues(bytes(text), values)).toBe(false)
  })

  it("never counts fewer than there are", () => {
    const count = (value: unknown): number =>
      typeof value === "object" && value !== null
        ? Object.values(value).reduce((sum: number, each) => sum + count(each), 1)
        : 1
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const values = count(value)
        expect(values > 1 && !mayHoldMoreValues(bytes(JSON.stringify(value)), values - 1)).toBe(false)
      }),
    )
  })
})
