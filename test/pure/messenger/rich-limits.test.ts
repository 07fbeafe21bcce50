// P9: the limits of cards, receipts, media and template parameters, from both sides. @see messenger-platform.md 5.1, 5.4, 5.5
import { describe, expect, it } from "vitest"
import { checkMessage } from "../../../src/messenger/message-limits.ts"
import type {
  Card,
  GenericMessage,
  MediaMessage,
  ReceiptMessage,
  Sendable,
  TemplateMessage,
} from "../../../src/messenger/message.ts"

const x = (count: number) => "x".repeat(count)
const postback = { kind: "postback", title: "Track", payload: "v1.TRACK" } as const
const card: Card = { title: "Parcel 4711", subtitle: "Out for delivery" }
const generic = (...cards: readonly Card[]): GenericMessage => ({ kind: "generic", cards })
const line = { title: "T-shirt", quantity: 2, price: "50.00" }
const receipt = (change: Partial<ReceiptMessage> = {}): ReceiptMessage => ({
  kind: "receipt",
  recipientName: "You",
  orderNumber: "A-1042",
  currency: "EUR",
  paymentMethod: "Visa ••4821",
  lines: [line],
  totals: { total: "56.14" },
  ...change,
})
const media = (source: MediaMessage["source"], buttons: MediaMessage["buttons"] = []): MediaMessage => ({
  kind: "media",
  media: "image",
  source,
  buttons,
})
const template = (change: Partial<TemplateMessage>): TemplateMessage => ({
  kind: "template",
  name: "parcel_v1",
  language: "en",
  body: ["4711"],
  ...change,
})

describe("checkMessage() accepts", () => {
  it.each<readonly [string, Sendable]>([
    ["a card", generic(card)],
    ["ten cards", generic(...Array<Card>(10).fill(card))],
    ["titles of 80", generic({ title: x(80), subtitle: x(80) })],
    ["a card with an image", generic({ title: "a", imageUrl: "https://bank.example/a.png" })],
    ["a card with a page", generic({ title: "a", url: "https://bank.example/a" })],
    ["a card with three buttons", generic({ title: "a", buttons: [postback, postback, postback] })],
    ["a receipt", receipt()],
    ["a receipt without lines", receipt({ lines: [] })],
    ["a hundred lines", receipt({ lines: Array(100).fill(line) })],
    ["nothing to pay", receipt({ lines: [{ ...line, price: "0" }], totals: { total: "0.00" } })],
    [
      "all amounts",
      receipt({ totals: { subtotal: "75.00", shipping: "4.95", tax: "6.19", total: "56.14" } }),
    ],
    ["an adjustment", receipt({ adjustments: [{ name: "Coupon", amount: "20" }] })],
    ["a currency of three digits", receipt({ currency: "KWD", lines: [], totals: { total: "1.234" } })],
    ["a currency without digits", receipt({ currency: "JPY", lines: [], totals: { total: "1200" } })],
    ["an uploaded picture", media({ kind: "attachment", id: "1857777774821032" })],
    ["a video of the Page", media({ kind: "facebook", url: "https://www.facebook.com/bank/videos/1" })],
    ["a suffix for a page", template({ urlSuffixes: ["4711"] })],
    ["two payloads and a suffix", template({ payloads: ["a", "b"], urlSuffixes: ["c"] })],
  ])("%s", (_name, message) => {
    expect(checkMessage(message)).toEqual({ ok: true, value: message })
  })
})

describe("checkMessage() refuses", () => {
  it.each<readonly [string, Sendable, string, string]>([
    ["no card", generic(), "cards", "empty"],
    ["eleven cards", generic(...Array<Card>(11).fill(card)), "cards", "too_many"],
    ["a card of a title alone", generic({ title: "a" }), "cards[0]", "empty"],
    ["a title of 81", generic({ ...card, title: x(81) }), "cards[0].title", "too_long"],
    ["a card without a title", generic({ ...card, title: "" }), "cards[0].title", "empty"],
    ["a subtitle of 81", generic(card, { ...card, subtitle: x(81) }), "cards[1].subtitle", "too_long"],
    ["four buttons", generic({ ...card, buttons: Array(4).fill(postback) }), "cards[0].buttons", "too_many"],
    [
      "a button's title of 21",
      generic({ ...card, buttons: [{ ...postback, title: x(21) }] }),
      "cards[0].buttons[0].title",
      "too_long",
    ],
    ["an image over http", generic({ ...card, imageUrl: "http://x/a.png" }), "cards[0].imageUrl", "form"],
    ["a script as a card's page", generic({ ...card, url: "javascript:1" }), "cards[0].url", "form"],
    ["a hundred and one lines", receipt({ lines: Array(101).fill(line) }), "lines", "too_many"],
    ["nobody's receipt", receipt({ recipientName: " " }), "recipientName", "empty"],
    ["no number", receipt({ orderNumber: "" }), "orderNumber", "empty"],
    ["no way of paying", receipt({ paymentMethod: "" }), "paymentMethod", "empty"],
    ["a payment of 201", receipt({ paymentMethod: x(201) }), "paymentMethod", "too_long"],
    ["an amount in words", receipt({ totals: { total: "twelve" } }), "totals.total", "form"],
    ["an amount as a float writes it", receipt({ totals: { total: "1e2" } }), "totals.total", "form"],
    ["more digits than the currency has", receipt({ totals: { total: "1.234" } }), "totals.total", "form"],
    ["a currency that is none", receipt({ currency: "€", lines: [] }), "totals.total", "form"],
    ["a wrong tax", receipt({ totals: { total: "1", tax: "x" } }), "totals.tax", "form"],
    ["a wrong price", receipt({ lines: [{ ...line, price: "" }] }), "lines[0].price", "form"],
    ["half a shirt", receipt({ lines: [{ ...line, quantity: 0.5 }] }), "lines[0].quantity", "form"],
    ["no shirt", receipt({ lines: [{ ...line, quantity: 0 }] }), "lines[0].quantity", "form"],
    [
      "a wrong adjustment",
      receipt({ adjustments: [{ name: "a", amount: "b" }] }),
      "adjustments[0].amount",
      "form",
    ],
    ["an order page over http", receipt({ orderUrl: "http://shop.example" }), "orderUrl", "form"],
    ["an attachment that is no id", media({ kind: "attachment", id: "../me" }), "source.id", "form"],
    [
      "a picture of another host",
      media({ kind: "facebook", url: "https://notfacebook.com/x" }),
      "source.url",
      "form",
    ],
    [
      "four buttons under a picture",
      media({ kind: "attachment", id: "1" }, Array(4).fill(postback)),
      "buttons",
      "too_many",
    ],
    [
      "four values for buttons",
      template({ payloads: ["a", "b"], urlSuffixes: ["c", "d"] }),
      "payloads",
      "too_many",
    ],
    ["an empty suffix", template({ urlSuffixes: [""] }), "urlSuffixes[0]", "empty"],
    [
      "a chip of 21 under a card",
      { ...generic(card), quickReplies: [{ title: x(21), payload: "y" }] },
      "quickReplies[0].title",
      "too_long",
    ],
  ])("%s", (_name, message, field, limit) => {
    const checked = checkMessage(message)
    expect(checked.ok || checked.error.broken).toMatchObject([{ field, limit }])
  })
})
