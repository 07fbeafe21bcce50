// What an attachment may be: media by URL or id, and the structured templates. One row a template type.
// Source: reference/messenger-platform.md 4.7 and 5. The utility template is not here: it is no attachment.

import type { JsonObject } from "../json.ts"
import { isObject, objectsOf } from "../json.ts"
import { checkButtons, checkWebUrl } from "./button-limits.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"
import type { Verdict } from "./limits.ts"
import { checkFeedback } from "./feedback-limits.ts"
import { allowText, eachItem, firstRefusal, requireList, requireText, requireUrl } from "./limits.ts"

const WHERE = "message[attachment][payload]"
const MEDIA = ["image", "audio", "video", "file"]

const TEMPLATE_CHECKS: Readonly<Record<string, (payload: JsonObject) => Verdict>> = {
  button: (payload) =>
    firstRefusal([() => requireText(payload, "text", 640, WHERE), () => checkButtons(payload, 1, WHERE)]),
  generic: (payload) =>
    firstRefusal([
      () => requireList(payload, "elements", 1, 10, WHERE),
      () => eachItem(objectsOf(payload, "elements"), checkElement),
    ]),
  media: (payload) =>
    firstRefusal([
      () => requireList(payload, "elements", 1, 1, WHERE),
      () => eachItem(objectsOf(payload, "elements"), checkMediaElement),
    ]),
  receipt: checkReceipt,
  customer_feedback: checkFeedback,
  coupon: (payload) =>
    firstRefusal([
      () => requireText(payload, "title", 80, WHERE),
      () => allowText(payload, "subtitle", 80, WHERE),
    ]),
  product: (payload) =>
    firstRefusal([
      () => requireList(payload, "elements", 1, 10, WHERE),
      () =>
        eachItem(objectsOf(payload, "elements"), (element) =>
          typeof element.id === "string" ? undefined : GRAPH_ERRORS.productId,
        ),
    ]),
  // Ended on 10 February 2026 and never finished: nothing may be built on either.
  notification_messages: () => invalidParameter("Notification messages have ended"),
  one_time_notif_req: () => invalidParameter("One-time notifications are not available"),
}

function checkElement(element: JsonObject, index: number): Verdict {
  const where = `${WHERE}[elements][${index}]`
  const others = ["subtitle", "image_url", "default_action", "buttons"].filter(
    (key) => element[key] !== undefined,
  )
  return firstRefusal([
    () => requireText(element, "title", 80, where),
    () =>
      others.length > 0
        ? undefined
        : invalidParameter(`Param ${where} must have one property beside the title`),
    () => allowText(element, "subtitle", 80, where),
    () => (element.image_url === undefined ? undefined : requireUrl(element, "image_url", where)),
    () => checkDefaultAction(element.default_action, where),
    () => checkButtons(element, 0, where),
  ])
}

function checkDefaultAction(action: unknown, where: string): Verdict {
  if (action === undefined) return undefined
  if (!isObject(action) || action.type !== "web_url" || action.title !== undefined) {
    return invalidParameter(`Param ${where}[default_action] must be a web_url action without a title`)
  }
  return checkWebUrl(action, `${where}[default_action]`)
}

function checkMediaElement(element: JsonObject): Verdict {
  const where = `${WHERE}[elements][0]`
  if (element.media_type !== "image" && element.media_type !== "video") {
    return invalidParameter(`Param ${where}[media_type] must be one of {IMAGE, VIDEO}`)
  }
  if ((element.url === undefined) === (element.attachment_id === undefined)) {
    return invalidParameter(`Param ${where} must have either url or attachment_id`)
  }
  return checkButtons(element, 0, where)
}

function checkReceipt(payload: JsonObject): Verdict {
  const { summary, address } = payload
  return firstRefusal([
    ...["recipient_name", "order_number", "currency", "payment_method"].map(
      (key) => () => requireText(payload, key, 300, WHERE),
    ),
    () =>
      isObject(summary) && typeof summary.total_cost === "number"
        ? undefined
        : invalidParameter(`The parameter ${WHERE}[summary][total_cost] is required`),
    () => (payload.elements === undefined ? undefined : requireList(payload, "elements", 0, 100, WHERE)),
    () =>
      eachItem(objectsOf(payload, "elements"), (line, index) =>
        typeof line.price === "number"
          ? requireText(line, "title", 300, `${WHERE}[elements][${index}]`)
          : invalidParameter(`The parameter ${WHERE}[elements][${index}][price] is required`),
      ),
    () =>
      isObject(address)
        ? firstRefusal(
            ["street_1", "city", "postal_code", "state", "country"].map(
              (key) => () => requireText(address, key, 300, `${WHERE}[address]`),
            ),
          )
        : undefined,
  ])
}

/** The attachment of a message: media, or a template by its `template_type`. */
export function checkAttachment(attachment: unknown): Verdict {
  if (!isObject(attachment)) return invalidParameter("Param message[attachment] must be an object")
  const payload = attachment.payload
  if (!isObject(payload)) return invalidParameter("The parameter message[attachment][payload] is required")
  if (MEDIA.includes(String(attachment.type))) {
    return payload.attachment_id === undefined ? requireUrl(payload, "url", WHERE) : undefined
  }
  if (attachment.type !== "template") return invalidParameter("Param message[attachment][type] is not valid")
  const check = TEMPLATE_CHECKS[String(payload.template_type)]
  return check === undefined ? invalidParameter("Invalid template type") : check(payload)
}
