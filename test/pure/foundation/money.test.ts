import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { findMinorDigits, parseMoney, renderDecimal } from "../../../src/foundation/money.ts"

const refused = (value: string, currency = "EUR") => {
  const money = parseMoney(value, currency)
  return money.ok ? money.value : money.error.reason
}

describe("parseMoney()", () => {
  test.each([
    ["249.99", "USD", 24_999n],
    ["0", "EUR", 0n],
    ["-0.50", "EUR", -50n],
    ["1200", "JPY", 1_200n],
    ["3.005", "KWD", 3_005n],
    ["1.2345", "CLF", 12_345n],
    ["007.10", "EUR", 710n],
    ["1.50000000", "EUR", 150n],
    ["10.0", "JPY", 10n],
    ["999999999999999.99", "EUR", 99_999_999_999_999_999n],
    ["000999999999999999.99", "EUR", 99_999_999_999_999_999n],
  ])("reads %s %s exactly", (value, currency, minor) => {
    expect(parseMoney(value, currency)).toEqual({ ok: true, value: { minor, currency } })
  })

  test.each([
    "",
    " 1",
    "1 ",
    "+1",
    "1,00",
    "1.",
    ".5",
    "1e3",
    "0x1",
    "--1",
    "1.123456789",
    "NaN",
    "Infinity",
    "١",
    "1_000",
    "1\n",
    "1000000000000000000",
  ])("refuses %j by its form", (value) => {
    expect(refused(value)).toBe("amount_syntax")
  })

  test("refuses a digit too many, not a zero too many", () => {
    expect([refused("1.001"), refused("1.5", "JPY"), refused("1.0005", "KWD")]).toEqual([
      "amount_too_precise",
      "amount_too_precise",
      "amount_too_precise",
    ])
  })

  test("refuses more than fifteen digits before the point", () => {
    expect(refused("1000000000000000")).toBe("amount_too_large")
  })

  test.each(["XXX", "XAU", "XTS", "eur", "EU", "EURO", ""])("refuses %j, which is not money", (currency) => {
    expect(refused("1", currency)).toBe("currency_unknown")
  })

  test("is the inverse of renderDecimal() for any amount", () => {
    const any = fc.bigInt({ min: 1n - 10n ** 15n, max: 10n ** 15n - 1n })
    fc.assert(
      fc.property(any, fc.constantFrom("EUR", "JPY", "KWD", "CLF", "HUF"), (minor, currency) => {
        expect(parseMoney(renderDecimal({ minor, currency }), currency)).toEqual({
          ok: true,
          value: { minor, currency },
        })
      }),
    )
  })
})

test("findMinorDigits() is ISO 4217's own: where Intl's differs, ISO's stands", () => {
  expect(["EUR", "JPY", "KWD", "CLF", "HUF", "IQD", "ISK", "UGX", "RSD", "TND"].map(findMinorDigits)).toEqual(
    [2, 0, 3, 4, 2, 3, 0, 0, 2, 3],
  )
})
