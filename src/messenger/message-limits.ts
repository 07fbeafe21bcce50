// Whether a message keeps the platform's limits, found before any call: a refused send is a message lost. Lengths are
// UTF-16 units, the stricter reading of the platform's unstated unit. Cutting text to fit is message-text.ts.
// Composed by whoever writes messages, before wire.ts. @see messenger-platform.md 4.1, 4.5, 5.1

import { err, ok, type Result } from "../foundation/result.ts"
import type { Button, Message, QuickReply } from "./message.ts"

export const TEXT_CHARS_MAX = 2_000
export const BUTTON_TEXT_CHARS_MAX = 640
/** Titles of buttons and of quick replies alike. */
export const TITLE_CHARS_MAX = 20
export const PAYLOAD_CHARS_MAX = 1_000
export const METADATA_CHARS_MAX = 1_000
export const BUTTONS_MAX = 3
export const QUICK_REPLIES_MAX = 13
/** Ours: the platform states none. Every browser takes this much. */
export const URL_CHARS_MAX = 2_000
/** A template's whole body: no value in it can be longer. */
export const TEMPLATE_BODY_CHARS_MAX = 1_024
export const TEMPLATE_NAME_FORM = /^[a-z0-9_]{1,512}$/
export const TEMPLATE_LANGUAGE_FORM = /^[a-z]{2,3}(_[A-Z]{2})?$/
const PHONE_FORM = /^\+[1-9][0-9]{6,14}$/
const LOOPBACK_HOST = /^(localhost|127\.0\.0\.1|\[::1\])$/

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
export function checkMessage(message: Message): Result<Message, MessageRefusal> {
  const broken = breachesOf(message)
  return broken.length === 0 ? ok(message) : err({ reason: "message_limits", broken })
}

function breachesOf(message: Message): Found {
  switch (message.kind) {
    case "text":
      return [...text("text", message.text, TEXT_CHARS_MAX), ...quickReplies(message.quickReplies)]
    case "buttons":
      return [
        ...text("text", message.text, BUTTON_TEXT_CHARS_MAX),
        ...count("buttons", message.buttons, BUTTONS_MAX),
        ...(message.buttons.length === 0 ? [{ field: "buttons", limit: "empty" } as const] : []),
        ...message.buttons.flatMap((button, index) => buttonBreaches(`buttons[${index}]`, button)),
        ...quickReplies(message.quickReplies),
      ]
    case "template":
      return [
        ...form("name", TEMPLATE_NAME_FORM.test(message.name)),
        ...form("language", TEMPLATE_LANGUAGE_FORM.test(message.language)),
        ...message.body.flatMap((value, index) => text(`body[${index}]`, value, TEMPLATE_BODY_CHARS_MAX)),
        ...count("payloads", message.payloads ?? [], BUTTONS_MAX),
        ...(message.payloads ?? []).flatMap((value, index) =>
          text(`payloads[${index}]`, value, PAYLOAD_CHARS_MAX),
        ),
      ]
  }
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

function count(field: string, list: readonly unknown[], max: number): Found {
  return list.length > max ? [{ field, limit: "too_many", max }] : []
}

function form(field: string, holds: boolean): Found {
  return holds ? [] : [{ field, limit: "form" }]
}

/** https, or http to this very machine: that is development, and leads nowhere from a customer's phone. */
function url(field: string, value: string): Found {
  if (value.length > URL_CHARS_MAX) return [{ field, limit: "too_long", max: URL_CHARS_MAX }]
  const parsed = URL.parse(value)
  const secure =
    parsed?.protocol === "https:" || (parsed?.protocol === "http:" && LOOPBACK_HOST.test(parsed.hostname))
  return form(field, secure && parsed?.username === "" && parsed.password === "")
}
