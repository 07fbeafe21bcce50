// What one message object may hold, before anybody asks about window or template. Pure.
// Source: reference/messenger-platform.md 4.1 and 5.1.

import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import { checkAttachment } from "./attachment-limits.ts"
import { checkQuickReplies } from "./button-limits.ts"
import { invalidParameter } from "./graph-error.ts"
import type { Verdict } from "./limits.ts"
import { allowText, eachItem, firstRefusal, requireList, requireText } from "./limits.ts"

/** Longest text of one message. */
export const TEXT_MAX = 2000

/** Longest `metadata`; it comes back in the echo exactly as sent. */
export const METADATA_MAX = 1000

const IMAGES_MAX = 30

const CONTENTS = ["text", "attachment", "attachments", "template", "sticker_id"] as const

/** The first thing wrong with this message, if anything is. */
export function checkMessage(message: unknown): Verdict {
  if (!isObject(message)) return invalidParameter("Param message must be an object")
  const given = CONTENTS.filter((key) => message[key] !== undefined)
  return firstRefusal([
    () =>
      given.length > 0
        ? undefined
        : invalidParameter("Message cannot be empty, must provide valid attachment or text"),
    () =>
      given.length <= 1 ? undefined : invalidParameter(`Param message holds both ${given.join(" and ")}`),
    () => allowText(message, "metadata", METADATA_MAX, "message"),
    () => (message.text === undefined ? undefined : requireText(message, "text", TEXT_MAX, "message")),
    () => (message.attachment === undefined ? undefined : checkAttachment(message.attachment)),
    () => checkAttachments(message),
    () => checkQuickReplies(message),
  ])
}

/** Several attachments in one message: images only. */
function checkAttachments(message: JsonObject): Verdict {
  if (message.attachments === undefined) return undefined
  return firstRefusal([
    () => requireList(message, "attachments", 1, IMAGES_MAX, "message"),
    () =>
      eachItem(objectsOf(message, "attachments"), (attachment, index) =>
        attachment.type === "image"
          ? checkAttachment(attachment)
          : invalidParameter(`Param message[attachments][${index}][type] must be one of {IMAGE}`),
      ),
  ])
}

/** Every button with `messenger_extensions` opens a domain that the Page's profile names. */
export function checkExtensions(value: unknown, domains: readonly string[]): Verdict {
  if (Array.isArray(value)) return eachItem(value, (item) => checkExtensions(item, domains))
  if (!isObject(value)) return undefined
  const host = URL.parse(textOf(value, "url") ?? "")?.host
  const isListed = domains.some((domain) => URL.parse(domain)?.host === host)
  return value.messenger_extensions === true && !isListed
    ? invalidParameter(`The domain ${host} is not whitelisted for Messenger Extensions`)
    : eachItem(Object.values(value), (member) => checkExtensions(member, domains))
}
