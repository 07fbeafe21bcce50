// Whether a message keeps the platform's limits, found before any call: a refused send is a message lost. Lengths are
// UTF-16 units, the stricter reading of the platform's unstated unit. Cutting text to fit is message-fit.ts.
// Composed by whoever writes messages, before wire.ts. @see messenger-platform.md 4.1, 4.5, 5.1, 5.4, 5.5

import { parseMoney } from "../foundation/money.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Button, Card, QuickReply, ReceiptMessage, Sendable, TemplateMessage } from "./message.ts"

export const TEXT_CHARS_MAX = 2_000
export const BUTTON_TEXT_CHARS_MAX = 640
/** Titles of buttons and of quick replies alike. */
export const TITLE_CHARS_MAX = 20
export const PAYLOAD_CHARS_MAX = 1_000
export const METADATA_CHARS_MAX = 1_000
export const BUTTONS_MAX = 3
export const QUICK_REPLIES_MAX = 13
export const CARDS_MAX = 10
/** Title and subtitle of a card; of a receipt's line, for which the platform states none, too. */
export const CARD_CHARS_MAX = 80
export const RECEIPT_LINES_MAX = 100
/** Ours: the platform states none for a receipt's other texts. */
export const RECEIPT_TEXT_CHARS_MAX = 200
export const ADJUSTMENTS_MAX = 20
/** Ours: the platform states none. Every browser takes this much. */
export const URL_CHARS_MAX = 2_000
/** A template's whole body: no value in it can be longer. */
export const TEMPLATE_BODY_CHARS_MAX = 1_024
export const TEMPLATE_NAME_FORM = /^[a-z0-9_]{1,512}$/
export const TEMPLATE_LANGUAGE_FORM = /^[a-z]{2,3}(_[A-Z]{2})?$/
export const PHONE_FORM = /^\+[1-9][0-9]{6,14}$/
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])$/
const FACEBOOK_HOST = /^([a-z0-9-]+\.)*facebook\.com$/
const ATTACHMENT_ID_FORM = /^[0-9]{1,32}$/

/** One limit broken. `field` is a path into the message; `max` is there where a length or a count was over it. */
export interface Breach {
  readonly field: string
  readonly limit: "empty" | "too_long" | "too_many" | "form"
  readonly max?: number
}

/** All limits a message breaks, at least one. */
export interface MessageRefusal {
  readonly reason: "message_limits"
  readonly broken: readonly Breach[]
}

type Found = readonly Breach[]

/** Check a message against every limit of its kind; all breaches are found at once. */
export function checkMessage<M extends Sendable>(message: M): Result<M, MessageRefusal> {
  const chips = message.kind === "template" ? [] : quickReplies(message.quickReplies)
  const broken = [...breachesOf(message), ...chips]
  return broken.length === 0 ? ok(message) : err({ reason: "message_limits", broken })
}

function breachesOf(message: Sendable): Found {
  switch (message.kind) {
    case "text":
      return text("text", message.text, TEXT_CHARS_MAX)
    case "buttons":
      return [
        ...text("text", message.text, BUTTON_TEXT_CHARS_MAX),
        ...some("buttons", message.buttons),
        ...buttons("buttons", message.buttons),
      ]
    case "template":
      return templateBreaches(message)
    case "generic":
      return [
        ...some("cards", message.cards),
        ...count("cards", message.cards, CARDS_MAX),
        ...message.cards.flatMap((card, index) => cardBreaches(`cards[${index}]`, card)),
      ]
    case "receipt":
      return receiptBreaches(message)
    case "media":
      return [
        ...(message.source.kind === "attachment"
          ? form("source.id", ATTACHMENT_ID_FORM.test(message.source.id))
          : form("source.url", isFacebookUrl(message.source.url))),
        ...buttons("buttons", message.buttons),
      ]
  }
}

function templateBreaches({ name, language, body, payloads = [], urlSuffixes = [] }: TemplateMessage): Found {
  return [
    ...form("name", TEMPLATE_NAME_FORM.test(name)),
    ...form("language", TEMPLATE_LANGUAGE_FORM.test(language)),
    ...body.flatMap((value, index) => text(`body[${index}]`, value, TEMPLATE_BODY_CHARS_MAX)),
    ...count("payloads", [...payloads, ...urlSuffixes], BUTTONS_MAX),
    ...payloads.flatMap((value, index) => text(`payloads[${index}]`, value, PAYLOAD_CHARS_MAX)),
    ...urlSuffixes.flatMap((value, index) => text(`urlSuffixes[${index}]`, value, URL_CHARS_MAX)),
  ]
}

/** A card of a title alone is refused by the platform. */
function cardBreaches(field: string, card: Card): Found {
  const more = card.subtitle ?? card.imageUrl ?? card.url ?? card.buttons?.[0]
  return [
    ...text(`${field}.title`, card.title, CARD_CHARS_MAX),
    ...(more === undefined ? [{ field, limit: "empty" } as const] : []),
    ...optional(card.subtitle, (value) => text(`${field}.subtitle`, value, CARD_CHARS_MAX)),
    ...optional(card.imageUrl, (value) => url(`${field}.imageUrl`, value)),
    ...optional(card.url, (value) => url(`${field}.url`, value)),
    ...buttons(`${field}.buttons`, card.buttons),
  ]
}

function receiptBreaches(receipt: ReceiptMessage): Found {
  const { currency, lines, totals, adjustments = [] } = receipt
  const amount = (field: string, value: string) => form(field, parseMoney(value, currency).ok)
  const named = [
    ["recipientName", receipt.recipientName],
    ["orderNumber", receipt.orderNumber],
    ["paymentMethod", receipt.paymentMethod],
    ...(receipt.merchantName === undefined ? [] : [["merchantName", receipt.merchantName] as const]),
  ] as const
  return [
    ...named.flatMap(([field, value]) => text(field, value, RECEIPT_TEXT_CHARS_MAX)),
    ...optional(receipt.orderUrl, (value) => url("orderUrl", value)),
    ...form("orderedAt", receipt.orderedAt === undefined || receipt.orderedAt >= 0),
    ...count("lines", lines, RECEIPT_LINES_MAX),
    ...lines.flatMap((line, index) => [
      ...text(`lines[${index}].title`, line.title, CARD_CHARS_MAX),
      ...optional(line.subtitle, (value) => text(`lines[${index}].subtitle`, value, CARD_CHARS_MAX)),
      ...form(`lines[${index}].quantity`, isCount(line.quantity ?? 1)),
      ...amount(`lines[${index}].price`, line.price),
      ...optional(line.imageUrl, (value) => url(`lines[${index}].imageUrl`, value)),
    ]),
    ...Object.entries(totals).flatMap(([name, value]) => amount(`totals.${name}`, value)),
    ...count("adjustments", adjustments, ADJUSTMENTS_MAX),
    ...adjustments.flatMap((each, index) => [
      ...text(`adjustments[${index}].name`, each.name, CARD_CHARS_MAX),
      ...amount(`adjustments[${index}].amount`, each.amount),
    ]),
  ]
}

function quickReplies(chips: readonly QuickReply[] = []): Found {
  return [
    ...count("quickReplies", chips, QUICK_REPLIES_MAX),
    ...chips.flatMap((chip, index) => [
      ...text(`quickReplies[${index}].title`, chip.title, TITLE_CHARS_MAX),
      ...text(`quickReplies[${index}].payload`, chip.payload, PAYLOAD_CHARS_MAX),
    ]),
  ]
}

function buttons(field: string, list: readonly Button[] = []): Found {
  return [
    ...count(field, list, BUTTONS_MAX),
    ...list.flatMap((button, index) => buttonBreaches(`${field}[${index}]`, button)),
  ]
}

function buttonBreaches(field: string, button: Button): Found {
  switch (button.kind) {
    case "postback":
      return [
        ...text(`${field}.title`, button.title, TITLE_CHARS_MAX),
        ...text(`${field}.payload`, button.payload, PAYLOAD_CHARS_MAX),
      ]
    case "url":
      return [...text(`${field}.title`, button.title, TITLE_CHARS_MAX), ...url(`${field}.url`, button.url)]
    case "call":
      return [
        ...text(`${field}.title`, button.title, TITLE_CHARS_MAX),
        ...form(`${field}.phone`, PHONE_FORM.test(button.phone)),
      ]
    case "log_in":
      return url(`${field}.url`, button.url)
  }
}

function text(field: string, value: string, max: number): Found {
  if (value.trim() === "") return [{ field, limit: "empty" }]
  return value.length > max ? [{ field, limit: "too_long", max }] : []
}

function some(field: string, list: readonly unknown[]): Found {
  return list.length === 0 ? [{ field, limit: "empty" }] : []
}

function count(field: string, list: readonly unknown[], max: number): Found {
  return list.length > max ? [{ field, limit: "too_many", max }] : []
}

function form(field: string, holds: boolean): Found {
  return holds ? [] : [{ field, limit: "form" }]
}

function optional<T>(value: T | undefined, check: (value: T) => Found): Found {
  return value === undefined ? [] : check(value)
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1
}

/** https, or http to this very machine: that is development, and leads nowhere from a customer's phone. */
function url(field: string, value: string): Found {
  if (value.length > URL_CHARS_MAX) return [{ field, limit: "too_long", max: URL_CHARS_MAX }]
  const parsed = URL.parse(value)
  const secure =
    parsed?.protocol === "https:" || (parsed?.protocol === "http:" && LOOPBACK_HOST.test(parsed.hostname))
  return form(field, secure && parsed?.username === "" && parsed.password === "")
}

function isFacebookUrl(value: string): boolean {
  const parsed = URL.parse(value)
  return value.length <= URL_CHARS_MAX && parsed?.protocol === "https:" && FACEBOOK_HOST.test(parsed.hostname)
}
