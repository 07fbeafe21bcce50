// P9: whatever a customer or a bank writes keeps the platform's limits, and its figures read back as they were.
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { renderDecimal, type Money } from "../../../src/foundation/money.ts"
import { asPlainText, fitMessage } from "../../../src/messenger/message-fit.ts"
import { checkMessage } from "../../../src/messenger/message-limits.ts"
import type { ReceiptMessage, Sendable } from "../../../src/messenger/message.ts"
import { renderSend } from "../../../src/messenger/wire.ts"
import { formatMoney } from "../../../src/phrases/format.ts"

const money: fc.Arbitrary<Money> = fc.record({
  minor: fc.bigInt({ min: -999_999_999_999_999n, max: 999_999_999_999_999n }),
  currency: fc.constantFrom("EUR", "JPY", "KWD", "CLF", "USD"),
})
const figure = fc
  .tuple(fc.constantFrom("en" as const, "ar" as const), money)
  .map(([language, amount]) => formatMoney(language, amount))
/** Anything: letters of every script, marks, emoji, control characters; and what a bank writes. */
const word = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom("Checking ••4821:", "today 09:13 (Berlin).", "مدفوع", "👩‍👩‍👧‍👦", "e\u0301", "\n\n", "…", ""),
)
/** Words with figures among them; the figures stand alone, so that they can be told from digits that happen to be near. */
const prose = fc
  .array(fc.oneof({ weight: 3, arbitrary: word }, { weight: 1, arbitrary: figure }), { maxLength: 400 })
  .chain((words) => fc.constantFrom(" ", ". ", "\n", " – ").map((glue) => words.join(glue)))

/** Every text of what goes to the platform, in order. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value]
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : []
}

function sent(message: Sendable): unknown {
  const messagingType = message.kind === "template" ? "UTILITY" : "UPDATE"
  return JSON.parse(JSON.stringify(renderSend({ psid: "2", message, metadata: "m", messagingType })))
}

const squeeze = (text: string) => text.replace(/\s+/gu, "")
const FIGURE = /[-−]?\d[\d,]*(?:\.\d+)? [A-Z]{3}/g
const figuresIn = (text: string) => text.match(FIGURE) ?? []
const postback = { kind: "postback", title: "Balance", payload: "v1.BALANCE" } as const

describe("fitMessage()", () => {
  it("says all of any text within the limits, in order", () => {
    fc.assert(
      fc.property(prose, fc.boolean(), (text, withButtons) => {
        const message = withButtons
          ? ({ kind: "buttons", text, buttons: [postback] } as const)
          : ({ kind: "text", text, quickReplies: [{ title: "Yes", payload: "y" }] } as const)
        const pieces = fitMessage(message)
        for (const piece of pieces) expect(checkMessage(piece).ok).toBe(true)
        const said = pieces.map((piece) => texts((sent(piece) as { message: unknown }).message)[0] ?? "")
        const bodies = pieces.map((piece) => ("text" in piece ? piece.text : ""))
        expect(squeeze(bodies.join(""))).toBe(squeeze(text))
        expect(said.length).toBe(pieces.length)
        expect(bodies.flatMap(figuresIn)).toEqual(figuresIn(text.replace(/\s+/gu, " ")))
        if (pieces.length > 0) expect(pieces.at(-1)?.kind).toBe(message.kind)
      }),
      { numRuns: 300 },
    )
  })

  it("shortens any title to what fits, and shows no figure but whole ones", () => {
    fc.assert(
      fc.property(fc.array(prose, { minLength: 1, maxLength: 25 }), (titles) => {
        const cards = titles.map((title) => ({
          title: `a${title}`,
          subtitle: `b${title}`,
          buttons: [{ ...postback, title: `c ${title}` }],
        }))
        const messages = fitMessage({ kind: "generic", cards })
        const shown = messages.flatMap((each) => (each.kind === "generic" ? each.cards : []))
        for (const each of messages) expect(checkMessage(each).ok).toBe(true)
        expect(shown).toHaveLength(titles.length)
        for (const [index, { title }] of shown.entries())
          for (const shownFigure of figuresIn(title))
            expect(figuresIn(`a${titles[index] ?? ""}`)).toContain(shownFigure)
      }),
      { numRuns: 100 },
    )
  })

  it("writes any receipt within the limits, its amounts digit by digit", () => {
    const label = fc.string({ unit: "binary", maxLength: 300 }).map((text) => `a${text}`)
    const currency = fc.constantFrom("EUR", "JPY", "KWD", "CLF")
    const minor = fc.bigInt({ min: 0n, max: 99_999_999_999_999_999n })
    const line = fc.record({ title: label, quantity: fc.integer({ min: 1, max: 1e6 }), minor })
    fc.assert(
      fc.property(currency, fc.array(line, { maxLength: 120 }), minor, label, (code, lines, total, name) => {
        const decimal = (amount: bigint) => renderDecimal({ minor: amount % 10n ** 15n, currency: code })
        const message: ReceiptMessage = {
          kind: "receipt",
          recipientName: name,
          merchantName: name,
          orderNumber: "A-1042",
          currency: code,
          paymentMethod: name,
          lines: lines.map(({ title, quantity, minor: price }) => ({
            title,
            quantity,
            price: decimal(price),
          })),
          totals: { total: decimal(total) },
        }
        const [fitted] = fitMessage(message)
        if (fitted?.kind !== "receipt") throw new Error("A receipt is one message")
        expect(checkMessage(fitted).ok).toBe(true)
        const wire = JSON.stringify(
          renderSend({ psid: "2", message: fitted, metadata: "m", messagingType: "UPDATE" }),
        )
        const prices = Array.from(wire.matchAll(/"(?:price|total_cost)":(-?[0-9.]+)/g), (match) => match[1])
        const expected = lines.slice(0, 100).map(({ minor: price }) => decimal(price))
        expect(prices).toEqual([decimal(total), ...expected])
      }),
      { numRuns: 100 },
    )
  })

  it("keeps 249.99 as it is said", () => {
    const totals = { total: "249.99", tax: "39.900" }
    const receipt: ReceiptMessage = {
      kind: "receipt",
      recipientName: "You",
      orderNumber: "1",
      currency: "USD",
      paymentMethod: "Visa ••4821",
      lines: [{ title: "Radio", price: "0249.9" }],
      totals,
    }
    const wire = JSON.stringify(
      renderSend({ psid: "2", message: receipt, metadata: "m", messagingType: "UPDATE" }),
    )
    expect(wire).toContain('"summary":{"total_tax":39.90,"total_cost":249.99}')
    expect(wire).toContain('"price":249.90')
  })

  it("puts buttons and quick replies under the last piece, at most 13 of these", () => {
    const quickReplies = Array.from({ length: 15 }, (_, index) => ({
      title: `A reply with a long title ${index}`,
      payload: `p${index}`,
    }))
    const text = "One sentence of some length. ".repeat(60)
    const pieces = fitMessage({ kind: "buttons", text, buttons: [postback], quickReplies })
    expect(pieces.map((each) => each.kind)).toEqual(["text", "text", "buttons"])
    expect(pieces[0]).not.toHaveProperty("quickReplies")
    expect(pieces[2]).toMatchObject({ buttons: [postback] })
    expect(pieces[2]?.kind === "buttons" && pieces[2].quickReplies?.length).toBe(13)
    expect(pieces[2]?.kind === "buttons" && pieces[2].quickReplies?.[0]?.title).toBe("A reply with a long…")
  })

  it("shows more than ten cards in several rows", () => {
    const cards = Array.from({ length: 23 }, (_, index) => ({ title: `Card ${index}`, subtitle: "s" }))
    const rows = fitMessage({ kind: "generic", cards, quickReplies: [{ title: "Yes", payload: "y" }] })
    expect(rows.map((row) => (row.kind === "generic" ? row.cards.length : 0))).toEqual([10, 10, 3])
    expect(rows.map((row) => "quickReplies" in row)).toEqual([false, false, true])
  })

  it("keeps a template one message and shortens what an outsider wrote into it", () => {
    const body = ["27.40 EUR", "A merchant's endless name ".repeat(20)]
    const [fitted, ...more] = fitMessage({ kind: "template", name: "payment_v1", language: "en", body })
    expect(more).toEqual([])
    expect(fitted?.kind === "template" && fitted.body.map((value) => value.length)).toEqual([9, 200])
  })

  it("says nothing where there is nothing to say", () => {
    expect(fitMessage({ kind: "text", text: " \n" })).toEqual([])
    expect(fitMessage({ kind: "buttons", text: "", buttons: [postback] })).toEqual([])
  })

  it("leaves what cutting cannot mend for the check to find", () => {
    const [fitted] = fitMessage({ kind: "text", text: "a", quickReplies: [{ title: "Yes", payload: "" }] })
    expect(fitted && checkMessage(fitted).ok).toBe(false)
  })
})

describe("asPlainText()", () => {
  it("writes each button as a line that can be typed or followed, and no Log In", () => {
    const plain = asPlainText({
      kind: "buttons",
      text: "Was this you?",
      buttons: [
        { kind: "postback", title: "Yes, it was me", payload: "p" },
        { kind: "url", title: "Open the app", url: "https://bank.example/app" },
        { kind: "call", title: "Call", phone: "+4930000000" },
        { kind: "log_in", url: "https://bank.example/link" },
      ],
      quickReplies: [{ title: "Help", payload: "h" }],
    })
    expect(plain).toEqual([
      {
        kind: "text",
        text: "Was this you?\n• Yes, it was me\n• Open the app: https://bank.example/app\n• Call: +4930000000",
        quickReplies: [{ title: "Help", payload: "h" }],
      },
    ])
  })

  it("writes cards one below the other", () => {
    const cards = [
      { title: "Parcel", subtitle: "Out for delivery", url: "https://bank.example/t" },
      { title: "Letter", buttons: [postback] },
    ]
    expect(asPlainText({ kind: "generic", cards })).toEqual([
      {
        kind: "text",
        text: "Parcel\nOut for delivery\nhttps://bank.example/t\n\nLetter\n• Balance",
      },
    ])
  })

  it("leaves a text as it is", () => {
    expect(asPlainText({ kind: "text", text: "Hello" })).toEqual([{ kind: "text", text: "Hello" }])
  })
})
