// Money of the pretend bank: decimal text and JSON numbers are exact for 0, 2 and 3 decimals.

import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { formatMoney, minorOf, numberOf, textOf } from "../../../sandbox/bank/money.ts"

describe("textOf()", () => {
  it.each([
    [120_450n, "EUR", "1204.50"],
    [5n, "KWD", "0.005"],
    [-5n, "KWD", "-0.005"],
    [1_200n, "JPY", "1200"],
    [0n, "USD", "0.00"],
    [-7n, "EUR", "-0.07"],
  ])("writes %s minor units of %s as %s", (minor, currency, text) => {
    expect(textOf(minor, currency)).toBe(text)
  })

  it("throws for a currency the bank does not keep", () => {
    expect(() => textOf(1n, "XAU")).toThrow(RangeError)
  })
})

describe("minorOf()", () => {
  it("reads back what textOf() wrote, whatever the amount", () => {
    fc.assert(
      fc.property(
        fc.bigInt(-(10n ** 14n), 10n ** 14n),
        fc.constantFrom("EUR", "JPY", "KWD"),
        (minor, currency) => {
          expect(minorOf(textOf(minor, currency), currency)).toBe(minor)
        },
      ),
    )
  })

  it.each([
    ["1.234", "EUR"],
    ["1.5", "JPY"],
    ["1,000.00", "EUR"],
    ["", "EUR"],
    ["1e3", "EUR"],
    ["1234567890123456", "JPY"],
  ])("refuses %j in %s", (text, currency) => {
    expect(minorOf(text, currency)).toBeUndefined()
  })

  it("takes zeros beyond the currency's decimals", () => {
    expect(minorOf("10.0", "JPY")).toBe(10n)
  })
})

describe("numberOf()", () => {
  it("is a JSON number whose text keeps every digit", () => {
    const row = {
      a: numberOf(120_450n, "EUR"),
      b: numberOf(9_007_199_254_740_993n, "KWD"),
      c: numberOf(-1n, "JPY"),
    }
    expect(JSON.stringify(row)).toBe(`{"a":1204.50,"b":9007199254740.993,"c":-1}`)
  })
})

describe("formatMoney()", () => {
  it("shows all digits of the currency, unrounded", () => {
    expect(formatMoney(120_450n, "EUR", "en")).toBe("€1,204.50")
    expect(formatMoney(4_250n, "KWD", "en")).toContain("4.250")
    expect(formatMoney(483_250n, "JPY", "en")).toBe("¥483,250")
    expect(formatMoney(483_250n, "JPY", "ar")).not.toContain("JP")
  })
})
