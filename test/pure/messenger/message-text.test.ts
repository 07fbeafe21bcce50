// Making text fit without tearing a character or a figure.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { shorten, splitText } from "../../../src/messenger/message-text.ts"

const FAMILY = "👨‍👩‍👧"
const squeeze = (text: string) => text.replace(/\s+/g, "")

describe("shorten()", () => {
  it.each([
    ["what fits", "Checking ••4821", 20, "Checking ••4821"],
    ["what just fits", "x".repeat(20), 20, "x".repeat(20)],
    ["one too long", "x".repeat(21), 20, `${"x".repeat(19)}…`],
    ["a family, as a whole", `ab${FAMILY}cdefgh`, 8, "ab…"],
    ["an accent with its letter", "cafe\u0301 au lait", 5, "caf…"],
    ["a flag as a whole", "x🇩🇪y", 4, "x…"],
    ["an amount as a whole", "Pay 1,204.50 EUR now", 10, "Pay…"],
    ["an amount with a currency sign", "Pay €1,204.50 now", 8, "Pay…"],
    ["an amount grouped by narrow spaces", "Pay 1\u202f204,50 EUR", 9, "Pay…"],
    ["an amount grouped by a plain space", "Pay 1 204,50 EUR", 9, "Pay…"],
    ["masked digits with their dots", "Card ••4821 is frozen", 9, "Card…"],
    ["Arabic digits", "رصيد ١٬٢٠٤٫٥٠ يورو", 9, "رصيد…"],
    ["a time", "Today 09:13 (Berlin)", 9, "Today…"],
    ["a figure that ends in time", "Card 4821 is frozen", 11, "Card 4821…"],
    ["nothing but a figure", "12345678901234567890123", 20, "…"],
  ])("keeps %s", (_name, text, max, short) => {
    expect(shorten(text, max)).toBe(short)
  })

  it("never exceeds the limit, and gives a beginning of the text with no figure torn", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 60 }),
        fc.integer({ min: 1, max: 30 }),
        (text, max) => {
          const short = shorten(text, max)
          expect(short.length).toBeLessThanOrEqual(Math.max(max, 1))
          if (text.length <= max) {
            expect(short).toBe(text)
            return
          }
          const start = short.slice(0, -1)
          expect(text.startsWith(start)).toBe(true)
          expect(/\p{Nd}$/u.test(start) && /^\p{Nd}/u.test(text.slice(start.length))).toBe(false)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe("splitText()", () => {
  it("leaves what fits alone", () => {
    expect(splitText("x".repeat(2000))).toEqual(["x".repeat(2000)])
    expect(splitText("x".repeat(2001))).toEqual(["x".repeat(2000), "x"])
  })

  it("gives nothing for nothing", () => {
    expect(splitText(" \n ")).toEqual([])
  })

  it("cuts after a sentence where one ends in time", () => {
    expect(splitText("One two. Three four five. Six.", 20)).toEqual(["One two.", "Three four five.", "Six."])
  })

  it("cuts between words where no sentence ends in time", () => {
    expect(splitText("aaaa bbbb cccc dddd", 10)).toEqual(["aaaa bbbb", "cccc dddd"])
  })

  it("keeps an amount whole, however it is grouped", () => {
    expect(splitText("You paid 1,204.50 EUR", 12)).toEqual(["You paid", "1,204.50 EUR"])
    expect(splitText("You paid 1 204,50 EUR", 12)).toEqual(["You paid", "1 204,50 EUR"])
  })

  it("keeps characters whole where a word is longer than a piece", () => {
    expect(splitText(FAMILY.repeat(3), 17)).toEqual([FAMILY.repeat(2), FAMILY])
  })

  it("cuts a figure only where it alone is longer than a piece", () => {
    expect(splitText("12345678901234567890", 8)).toEqual(["12345678", "90123456", "7890"])
  })

  it("refuses pieces that hold no character", () => {
    expect(() => splitText("ab", 1)).toThrow(RangeError)
  })

  it("loses nothing but white space, keeps the order and the limit", () => {
    const words = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 12 }),
      fc.constantFrom("1,204.50", "One two.", "\n", " ", FAMILY),
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 40 }), fc.integer({ min: 20, max: 60 }), (parts, max) => {
        const text = parts.join(" ")
        const pieces = splitText(text, max)
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(max)
          expect(piece.trim()).not.toBe("")
          expect(piece.isWellFormed() || !text.isWellFormed()).toBe(true)
        }
        expect(squeeze(pieces.join(""))).toBe(squeeze(text))
      }),
      { numRuns: 500 },
    )
  })
})
