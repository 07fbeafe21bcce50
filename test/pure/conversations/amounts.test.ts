// Amounts as people type them: never one that was not meant.
import { describe, expect, test } from "vitest"
import { readTypedAmounts } from "../../../src/conversations/intents/amounts.ts"

describe("readTypedAmounts()", () => {
  test.each([
    ["27.40", "EUR", "27.40"],
    ["7,40", "EUR", "7.40"],
    ["€ 7.40", "EUR", "7.40"],
    ["1,204.50", "USD", "1204.50"],
    ["1.204,50", "EUR", "1204.50"],
    ["1 204,50", "EUR", "1204.50"],
    ["1'204.50", "CHF", "1204.50"],
    ["1,204", "USD", "1204"],
    ["12,000", "JPY", "12000"],
    ["1,20,400.50", "INR", "120400.50"],
    ["١٬٢٠٤٫٥٠", "AED", "1204.50"],
    ["١٫٢٠٤", "KWD", "1.204"],
    ["1204.500", "KWD", "1204.500"],
    ["300", "JPY", "300"],
  ])("%s (%s) is %s", (text, currency, value) => {
    expect(readTypedAmounts(text, currency)).toEqual([value])
  })

  test("of a currency with three decimals, three digits behind a mark can be either", () => {
    expect(readTypedAmounts("1,204", "KWD")).toEqual(["1.204", "1204"])
  })

  test.each(["lots", "-3", "1e3", "1.2.3", "27 40", "5 of 27.40", "1,2,3.4", ""])("“%s” is none", (text) => {
    expect(readTypedAmounts(text, "EUR")).toEqual([])
  })
})
