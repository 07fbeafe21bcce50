// Our messages as the platform's JSON. No limit is checked (message-limits.ts) and nothing decided (route.ts): the shape only,
// from messenger-platform.md 4 and 5. Composed by the Conversation's sender.

import { SECOND_MS } from "../foundation/clock.ts"
import { parseMoney, renderDecimal } from "../foundation/money.ts"
import { exactNumber, type JsonObject } from "./json.ts"
import type { Button, Card, QuickReply, ReceiptMessage, Sendable, TemplateMessage } from "./message.ts"
import { METADATA_CHARS_MAX } from "./message-limits.ts"
import type { UtilityShape } from "./page-record.ts"

/** What a send is to the platform. `MESSAGE_TAG` goes with a tag and nothing else does. route.ts `messagingOf` makes it of a route. */
export type Messaging =
  | { readonly messagingType: "RESPONSE" | "UPDATE" | "UTILITY"; readonly tag?: undefined }
  | { readonly messagingType: "MESSAGE_TAG"; readonly tag: "HUMAN_AGENT" }

/** A message on its way to one person. */
export type Sending = Messaging & {
  readonly psid: string
  readonly message: Sendable
  /** Comes back in the echo as it was sent: settles a send without an answer. At most 1000 characters. */
  readonly metadata: string
  /** Who of the bank speaks: an id of client.ts `createPersona`. The assistant has none. */
  readonly personaId?: string
  /** `mid` of the message this one quotes. */
  readonly replyTo?: string
  /** How loudly it arrives; as the platform has it (sound and banner) where left out. */
  readonly notification?: "silent" | "none"
  /** Of the Page's record; `message_template` where left out. */
  readonly utilityShape?: UtilityShape
}

const NOTIFICATIONS = { silent: "SILENT_PUSH", none: "NO_PUSH" } as const

/** Body of `POST /{page}/messages`.
 * @throws RangeError for longer metadata, TypeError for a template that is not UTILITY or a UTILITY message that is no template:
 * the platform would refuse either, and only our own mistake makes one */
export function renderSend(sending: Sending): JsonObject {
  const { psid, message, messagingType, tag, metadata, personaId, replyTo, notification } = sending
  if (metadata.length > METADATA_CHARS_MAX)
    throw new RangeError(`Cannot send metadata of ${metadata.length} characters`)
  if ((message.kind === "template") !== (messagingType === "UTILITY"))
    throw new TypeError(`Cannot send a ${message.kind} message as ${messagingType}`)
  return {
    recipient: { id: psid },
    messaging_type: messagingType,
    ...(tag ? { tag } : {}),
    message: { ...renderContent(message, sending.utilityShape), metadata },
    ...(notification ? { notification_type: NOTIFICATIONS[notification] } : {}),
    ...(personaId ? { persona_id: personaId } : {}),
    ...(replyTo ? { reply_to: { mid: replyTo } } : {}),
  }
}

/** Body of a sender action: `typing_on` shows dots for up to 20 s or until the next message, `mark_seen` the read mark. Stands alone by
 * the platform's rule, counts as a send and needs an open window.
 * @param personaId whose dots they are; not with `mark_seen` */
export function renderAction(
  psid: string,
  action: "typing_on" | "typing_off" | "mark_seen",
  personaId?: string,
): JsonObject {
  return { recipient: { id: psid }, sender_action: action, ...(personaId ? { persona_id: personaId } : {}) }
}

function renderContent(message: Sendable, utilityShape: UtilityShape = "message_template"): JsonObject {
  switch (message.kind) {
    case "text":
      return { text: message.text, ...renderChips(message.quickReplies) }
    case "template":
      return renderTemplateUse(message, utilityShape)
    case "buttons":
      return structured(message.quickReplies, {
        template_type: "button",
        text: message.text,
        buttons: message.buttons.map(renderButton),
      })
    case "generic":
      return structured(message.quickReplies, {
        template_type: "generic",
        sharable: false,
        ...(message.square ? { image_aspect_ratio: "square" } : {}),
        elements: message.cards.map(renderCard),
      })
    case "receipt":
      return structured(message.quickReplies, renderReceipt(message))
    case "media": {
      const { media, source, buttons } = message
      const at = source.kind === "attachment" ? { attachment_id: source.id } : { url: source.url }
      const element = { media_type: media, ...at, ...renderButtons(buttons) }
      return structured(message.quickReplies, {
        template_type: "media",
        sharable: false,
        elements: [element],
      })
    }
  }
}

function structured(chips: readonly QuickReply[] | undefined, payload: JsonObject): JsonObject {
  return { attachment: { type: "template", payload }, ...renderChips(chips) }
}

function renderChips(chips: readonly QuickReply[] = []): JsonObject {
  if (chips.length === 0) return {}
  return { quick_replies: chips.map(({ title, payload }) => ({ content_type: "text", title, payload })) }
}

function renderButtons(buttons: readonly Button[] = []): JsonObject {
  return buttons.length > 0 ? { buttons: buttons.map(renderButton) } : {}
}

/** A button; whoever opens its page cannot share it on from there. */
function renderButton(button: Button): JsonObject {
  switch (button.kind) {
    case "postback":
      return { type: "postback", title: button.title, payload: button.payload }
    case "url":
      return { type: "web_url", title: button.title, url: button.url, webview_share_button: "hide" }
    case "call":
      return { type: "phone_number", title: button.title, payload: button.phone }
    case "log_in":
      return { type: "account_link", url: button.url }
  }
}

function renderCard({ title, subtitle, imageUrl, url, buttons }: Card): JsonObject {
  return {
    title,
    ...(subtitle ? { subtitle } : {}),
    ...(imageUrl ? { image_url: imageUrl } : {}),
    ...(url ? { default_action: { type: "web_url", url, webview_share_button: "hide" } } : {}),
    ...renderButtons(buttons),
  }
}

/** Amounts are the platform's number tokens with the digits we were given, trailing zeros of the currency included. */
function renderReceipt(receipt: ReceiptMessage): JsonObject {
  const { currency, totals, adjustments = [] } = receipt
  const amount = (value: string) => exactAmount(value, currency)
  const total = (name: string, value: string | undefined) =>
    value === undefined ? {} : { [name]: amount(value) }
  return {
    template_type: "receipt",
    sharable: false,
    recipient_name: receipt.recipientName,
    ...(receipt.merchantName === undefined ? {} : { merchant_name: receipt.merchantName }),
    order_number: receipt.orderNumber,
    currency,
    payment_method: receipt.paymentMethod,
    ...(receipt.orderUrl === undefined ? {} : { order_url: receipt.orderUrl }),
    ...(receipt.orderedAt === undefined
      ? {}
      : { timestamp: String(Math.floor(receipt.orderedAt / SECOND_MS)) }),
    summary: {
      ...total("subtotal", totals.subtotal),
      ...total("shipping_cost", totals.shipping),
      ...total("total_tax", totals.tax),
      ...total("total_cost", totals.total),
    },
    ...(adjustments.length > 0
      ? { adjustments: adjustments.map((each) => ({ name: each.name, amount: amount(each.amount) })) }
      : {}),
    elements: receipt.lines.map((line) => ({
      title: line.title,
      ...(line.subtitle ? { subtitle: line.subtitle } : {}),
      ...(line.quantity === undefined ? {} : { quantity: line.quantity }),
      price: amount(line.price),
      currency,
      ...(line.imageUrl ? { image_url: line.imageUrl } : {}),
    })),
  }
}

/** @throws RangeError for text that is no amount: it was not checked */
function exactAmount(value: string, currency: string): unknown {
  const money = parseMoney(value, currency)
  if (!money.ok) throw new RangeError(`Cannot write an amount: ${money.error.reason}`)
  return exactNumber(renderDecimal(money.value))
}

/** A component without parameters is left out: the platform refuses an empty one. Sources differ on where a template stands. */
function renderTemplateUse(message: TemplateMessage, shape: UtilityShape): JsonObject {
  const { name, language, body, payloads = [], urlSuffixes = [] } = message
  const buttons = [
    ...payloads.map((payload) => ({ type: "POSTBACK", payload })),
    ...urlSuffixes.map((url) => ({ type: "URL", url })),
  ]
  const components = [
    { type: "body", parameters: body.map((text) => ({ type: "text", text })) },
    { type: "buttons", parameters: buttons },
  ].filter((component) => component.parameters.length > 0)
  const use = { name, language: { code: language }, ...(components.length > 0 ? { components } : {}) }
  return shape === "message_template"
    ? { template: use }
    : { attachment: { type: "template", payload: { template_type: "utility_messages", ...use } } }
}
