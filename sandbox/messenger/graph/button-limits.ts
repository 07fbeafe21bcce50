// Buttons of a message and the chips under it. Source: reference/messenger-platform.md 5.1 to 5.3.

import type { JsonObject } from "../json.ts"
import { objectsOf } from "../json.ts"
import { invalidParameter } from "./graph-error.ts"
import type { Verdict } from "./limits.ts"
import { eachItem, firstRefusal, requireList, requireText, requireUrl } from "./limits.ts"

const TITLE_MAX = 20
const PAYLOAD_MAX = 1000
const BUTTONS_MAX = 3
const QUICK_REPLIES_MAX = 13
const HEIGHTS = ["compact", "tall", "full"]

const BUTTON_CHECKS: Readonly<Record<string, (button: JsonObject, where: string) => Verdict>> = {
  postback: (button, where) =>
    firstRefusal([
      () => requireText(button, "title", TITLE_MAX, where),
      () => requireText(button, "payload", PAYLOAD_MAX, where),
    ]),
  web_url: (button, where) =>
    firstRefusal([() => requireText(button, "title", TITLE_MAX, where), () => checkWebUrl(button, where)]),
  phone_number: (button, where) =>
    firstRefusal([
      () => requireText(button, "title", TITLE_MAX, where),
      () =>
        typeof button.payload === "string" && /^\+\d{5,15}$/.test(button.payload)
          ? undefined
          : invalidParameter(`Param ${where}[payload] must be a phone number with + and country code`),
    ]),
  // Messenger writes the words itself, in the person's language: a title is refused.
  account_link: (button, where) =>
    firstRefusal([() => noTitle(button, where), () => requireUrl(button, "url", where)]),
  account_unlink: (button, where) => noTitle(button, where),
}

function noTitle(button: JsonObject, where: string): Verdict {
  return button.title === undefined
    ? undefined
    : invalidParameter(`Invalid keys "title" were found in param "${where}".`)
}

/** A URL button, or a `default_action`, which is one without a title. */
export function checkWebUrl(button: JsonObject, where: string): Verdict {
  const height = button.webview_height_ratio
  return firstRefusal([
    () => requireUrl(button, "url", where),
    () =>
      height === undefined || (typeof height === "string" && HEIGHTS.includes(height))
        ? undefined
        : invalidParameter(`Param ${where}[webview_height_ratio] must be one of {COMPACT, TALL, FULL}`),
  ])
}

/** The buttons of one template or element.
 * @param min 1 where the template is nothing without them, else 0 */
export function checkButtons(owner: JsonObject, min: number, where: string): Verdict {
  if (owner.buttons === undefined && min === 0) return undefined
  return firstRefusal([
    () => requireList(owner, "buttons", min, BUTTONS_MAX, where),
    () =>
      eachItem(objectsOf(owner, "buttons"), (button, index) => {
        const check = BUTTON_CHECKS[String(button.type)]
        const path = `${where}[buttons][${index}]`
        return check === undefined
          ? invalidParameter(`Param ${path}[type] is not a valid button type`)
          : check(button, path)
      }),
  ])
}

/** The chips of a message: up to 13, and nothing else than text, phone number and e-mail. */
export function checkQuickReplies(message: JsonObject): Verdict {
  if (message.quick_replies === undefined) return undefined
  return firstRefusal([
    () => requireList(message, "quick_replies", 1, QUICK_REPLIES_MAX, "message"),
    () => eachItem(objectsOf(message, "quick_replies"), checkQuickReply),
  ])
}

function checkQuickReply(chip: JsonObject, index: number): Verdict {
  const where = `message[quick_replies][${index}]`
  if (chip.content_type === "user_phone_number" || chip.content_type === "user_email") return undefined
  if (chip.content_type !== "text") {
    return invalidParameter(
      `Param ${where}[content_type] must be one of {TEXT, USER_PHONE_NUMBER, USER_EMAIL}`,
    )
  }
  const payload = typeof chip.payload === "number" ? String(chip.payload) : chip.payload
  return firstRefusal([
    () => requireText(chip, "title", TITLE_MAX, where),
    () =>
      payload === "" && chip.image_url !== undefined
        ? undefined
        : requireText({ payload }, "payload", PAYLOAD_MAX, where),
    () => (chip.image_url === undefined ? undefined : requireUrl(chip, "image_url", where)),
  ])
}
