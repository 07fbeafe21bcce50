// Making a message keep the platform's limits without changing what it says: long text in several messages, titles shortened, cards
// in several rows. What cannot be mended by cutting (a payload, an address, a button too many) is left for message-limits.ts to find.
// Pure. Composed by whoever writes messages from other people's words.

import type {
  Button,
  ButtonMessage,
  Card,
  GenericMessage,
  QuickReply,
  Sendable,
  TextMessage,
} from "./message.ts"
import {
  BUTTON_TEXT_CHARS_MAX,
  CARDS_MAX,
  CARD_CHARS_MAX,
  QUICK_REPLIES_MAX,
  RECEIPT_LINES_MAX,
  RECEIPT_TEXT_CHARS_MAX,
  TEXT_CHARS_MAX,
  TITLE_CHARS_MAX,
} from "./message-limits.ts"
import { shorten, splitText } from "./message-text.ts"

/** One value of a template: its fixed words need their room in 1024 characters, too. */
const TEMPLATE_VALUE_CHARS_MAX = 200

/** The messages that say what `message` says, in order; none for a text of white space. Quick replies and buttons stand with the last.
 * Figures are never cut: where one does not fit, it goes as a whole. */
export function fitMessage<M extends Sendable>(message: M): readonly (M | TextMessage)[]
export function fitMessage(message: Sendable): readonly Sendable[] {
  switch (message.kind) {
    case "text":
      return withChipsLast(
        splitText(message.text, TEXT_CHARS_MAX).map((text) => ({ kind: "text", text })),
        message.quickReplies,
      )
    case "buttons": {
      const pieces = splitText(message.text, BUTTON_TEXT_CHARS_MAX)
      const last = pieces.at(-1)
      if (last === undefined) return []
      const before = pieces.slice(0, -1).map((text) => ({ kind: "text", text }) as const)
      const buttons = message.buttons.map(fitButton)
      return withChipsLast([...before, { kind: "buttons", text: last, buttons }], message.quickReplies)
    }
    case "template":
      return [{ ...message, body: message.body.map((value) => shorten(value, TEMPLATE_VALUE_CHARS_MAX)) }]
    case "generic":
      return fitCards(message)
    case "receipt":
      return [
        {
          ...message,
          recipientName: shorten(message.recipientName, RECEIPT_TEXT_CHARS_MAX),
          ...(message.merchantName === undefined
            ? {}
            : { merchantName: shorten(message.merchantName, RECEIPT_TEXT_CHARS_MAX) }),
          paymentMethod: shorten(message.paymentMethod, RECEIPT_TEXT_CHARS_MAX),
          lines: message.lines.slice(0, RECEIPT_LINES_MAX).map((line) => ({
            ...line,
            title: shorten(line.title, CARD_CHARS_MAX),
            ...(line.subtitle === undefined ? {} : { subtitle: shorten(line.subtitle, CARD_CHARS_MAX) }),
          })),
          ...(message.adjustments === undefined
            ? {}
            : {
                adjustments: message.adjustments.map((each) => ({
                  ...each,
                  name: shorten(each.name, CARD_CHARS_MAX),
                })),
              }),
          ...chipsOf(message.quickReplies),
        },
      ]
    case "media":
      return [
        {
          ...message,
          ...(message.buttons === undefined ? {} : { buttons: message.buttons.map(fitButton) }),
          ...chipsOf(message.quickReplies),
        },
      ]
  }
}

/** The same as text alone, for people whose region refuses structured messages: each button as a line with its title, which can be
 * typed, and where it leads. Log In has no plain form: it works as a button only. */
export function asPlainText(message: TextMessage | ButtonMessage | GenericMessage): readonly TextMessage[] {
  if (message.kind === "text") return fitMessage(message)
  const text =
    message.kind === "buttons"
      ? [message.text, ...buttonLines(message.buttons)].join("\n")
      : message.cards.map(cardText).join("\n\n")
  const chips = message.quickReplies
  return fitMessage({ kind: "text", text, ...(chips ? { quickReplies: chips } : {}) })
}

function cardText({ title, subtitle, url, buttons }: Card): string {
  return [title, subtitle, url, ...buttonLines(buttons)].filter((line) => line !== undefined).join("\n")
}

function buttonLines(buttons: readonly Button[] = []): readonly string[] {
  return buttons.flatMap((button) => {
    switch (button.kind) {
      case "postback":
        return [`• ${button.title}`]
      case "url":
        return [`• ${button.title}: ${button.url}`]
      case "call":
        return [`• ${button.title}: ${button.phone}`]
      case "log_in":
        return []
    }
  })
}

function fitCards(message: GenericMessage): readonly Sendable[] {
  const cards = message.cards.map((card): Card => ({
    ...card,
    title: shorten(card.title, CARD_CHARS_MAX),
    ...(card.subtitle === undefined ? {} : { subtitle: shorten(card.subtitle, CARD_CHARS_MAX) }),
    ...(card.buttons === undefined ? {} : { buttons: card.buttons.map(fitButton) }),
  }))
  const rows = Array.from({ length: Math.ceil(cards.length / CARDS_MAX) }, (_, row) =>
    cards.slice(row * CARDS_MAX, (row + 1) * CARDS_MAX),
  )
  const { square, quickReplies } = message
  return withChipsLast(
    rows.map((row) => ({ kind: "generic", cards: row, ...(square ? { square } : {}) })),
    quickReplies,
  )
}

function fitButton(button: Button): Button {
  return "title" in button ? { ...button, title: shorten(button.title, TITLE_CHARS_MAX) } : button
}

type Chipped = Exclude<Sendable, { kind: "template" }>

function withChipsLast(
  messages: readonly Chipped[],
  chips: readonly QuickReply[] | undefined,
): readonly Chipped[] {
  return messages.map((message, index) =>
    index === messages.length - 1 ? { ...message, ...chipsOf(chips) } : message,
  )
}

function chipsOf(chips: readonly QuickReply[] | undefined): {
  readonly quickReplies?: readonly QuickReply[]
} {
  if (!chips || chips.length === 0) return {}
  return {
    quickReplies: chips
      .slice(0, QUICK_REPLIES_MAX)
      .map(({ title, payload }) => ({ title: shorten(title, TITLE_CHARS_MAX), payload })),
  }
}
