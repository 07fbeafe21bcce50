import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { findMinorDigits, parseMoney, renderDecimal } from "../../../src/foundation/money.ts"
import {
  formatAccount,
  formatDate,
  formatDay,
  formatList,
  formatMoney,
  formatTime,
  isolate,
  isToday,
} from "../../../src/phrases/format.ts"

const AT = Date.UTC(2026, 10, 22, 13, 5)
const bare = (text: string) => text.replace(/[\u2066-\u2069]/g, "")

describe("formatMoney()", () => {
  test.each([
    [0n, "EUR", "0.00 EUR"],
    [-1n, "EUR", "-0.01 EUR"],
    [120_450n, "EUR", "1,204.50 EUR"],
    [120_450n, "JPY", "120,450 JPY"],
    [1n, "KWD", "0.001 KWD"],
    [12_345_678n, "CLF", "1,234.5678 CLF"],
    [999_999_999_999_999_999n, "USD", "9,999,999,999,999,999.99 USD"],
  ])("%s minor %s is %s in each language", (minor, currency, text) => {
    for (const language of ["en", "ar"] as const)
      expect(bare(formatMoney(language, { minor, currency })).replace(/\u200e|\u061c/g, "")).toBe(text)
  })

  test("says every digit of any amount: read back it is the same", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }),
        fc.constantFrom("EUR", "JPY", "KWD", "CLF"),
        (minor, currency) => {
          const said = bare(formatMoney("en", { minor, currency })).replace(/,/g, "").split(" ")
          expect(parseMoney(said[0] ?? "", said[1] ?? "")).toEqual({ ok: true, value: { minor, currency } })
        },
      ),
    )
  })

  test("stands in Latin digits and in an isolate of its own where the sentence runs right to left", () => {
    const text = formatMoney("ar", { minor: 120_450n, currency: "EUR" })
    expect(text).toMatch(/^\u2068.*\u2069$/u)
    expect(text).not.toMatch(/[٠-٩۰-۹]/)
    expect(formatMoney("en", { minor: 1n, currency: "EUR" })).not.toMatch(/[\u2066-\u2069]/)
  })
})

describe("times", () => {
  test("are the bank's, with its city beside them", () => {
    expect(formatTime("en", AT, "Europe/Berlin")).toBe("14:05 (Berlin)")
    expect(formatTime("en", AT, "America/New_York")).toBe("08:05 (New York)")
    expect(bare(formatTime("ar", AT, "Africa/Cairo"))).toBe("15:05 (Cairo)")
    expect(formatTime("en", Date.UTC(2026, 10, 22, 23, 0), "Europe/Berlin")).toBe("00:00 (Berlin)")
    expect(formatTime("en", AT, "UTC")).toBe("13:05 (UTC)")
  })

  test("days and dates fall where the bank is", () => {
    const late = Date.UTC(2026, 10, 22, 23, 30)
    expect(formatDay("en", late, "Europe/Berlin")).toBe("23 Nov")
    expect(formatDay("en", late, "America/New_York")).toBe("22 Nov")
    expect(formatDate("en", late, "Europe/Berlin")).toBe("23 Nov 2026")
    expect(formatDate("ar", late, "Europe/Berlin")).toMatch(/23.*2026/)
  })

  test("today ends at the bank's midnight, both sides of it", () => {
    const midnight = Date.UTC(2026, 10, 22, 23)
    expect(isToday(midnight, midnight + 1, "Europe/Berlin")).toBe(true)
    expect(isToday(midnight - 1, midnight, "Europe/Berlin")).toBe(false)
    expect(isToday(midnight - 1, midnight, "UTC")).toBe(true)
    expect(isToday(midnight - 86_400_000 * 365, midnight, "UTC")).toBe(false)
  })

  test("the clock changes with the bank's summer time", () => {
    expect(formatTime("en", Date.UTC(2026, 2, 29, 0, 59), "Europe/Berlin")).toBe("01:59 (Berlin)")
    expect(formatTime("en", Date.UTC(2026, 2, 29, 1, 0), "Europe/Berlin")).toBe("03:00 (Berlin)")
  })
})

test("formatAccount() shows four digits and no more, or none", () => {
  expect(formatAccount("en", "Checking", "4821")).toBe("Checking ••4821")
  expect(formatAccount("en", "Checking", "")).toBe("Checking")
  expect(bare(formatAccount("ar", "جارٍ", "4821"))).toMatch(/^جارٍ .*••4821/)
  expect(formatAccount("ar", "جارٍ", "4821")).toMatch(/^\u2068.*\u2069$/u)
})

test("formatList() joins without losing any", () => {
  expect(formatList("en", ["a", "b", "c"])).toBe("a, b, c")
  expect(formatList("en", [])).toBe("")
  for (const each of ["واحد", "اثنان", "ثلاثة"])
    expect(formatList("ar", ["واحد", "اثنان", "ثلاثة"])).toContain(each)
})

test("isolate() opens and closes once", () => {
  expect(isolate("ar", "x")).toBe("\u2068x\u2069")
  expect(isolate("en", "x")).toBe("x")
})

test("renderDecimal() writes as many digits as the currency has", () => {
  expect(renderDecimal({ minor: -50n, currency: "EUR" })).toBe("-0.50")
  expect(findMinorDigits("XXX")).toBeUndefined()
})
