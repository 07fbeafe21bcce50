// Our messages as the platform's JSON. No limit is checked (message-limits.ts) and nothing decided (route.ts): the shape only,
// from messenger-platform.md 4 and 5. Composed by the Conversation's sender.

import type { JsonObject } from "./json.ts"
import type { Button, Message, QuickReply, TemplateMessage } from "./message.ts"
import { METADATA_CHARS_MAX } from "./message-limits.ts"

/** What a send is to the platform. `MESSAGE_TAG` goes with a tag and nothing else does. */
export type Messaging =
  | { readonly messagingType: "RESPONSE" | "UPDATE" | "UTILITY"; readonly tag?: undefined }
  | { readonly messagingType: "MESSAGE_TAG"; readonly tag: "HUMAN_AGENT" }

/** A message on its way to one person. */
export type Sending = Messaging & {
  readonly psid: string
  readonly message: Message
  /** Comes back in the echo as it was sent: settles a send without an answer. At most 1000 characters. */
  readonly metadata: string
}

/** Body of `POST /{page}/messages`.
 * @throws RangeError for longer metadata, TypeError for a template that is not UTILITY or a UTILITY message that is no template:
 * the platform would refuse either, and only our own mistake makes one */
export function renderSend(sending: Sending): JsonObject {
  const { psid, message, messagingType, tag, metadata } = sending
  if (metadata.length > METADATA_CHARS_MAX)
    throw new RangeError(`Cannot send metadata of ${metadata.length} characters`)
  if ((message.kind === "template") !== (messagingType === "UTILITY"))
    throw new TypeError(`Cannot send a ${message.kind} message as ${messagingType}`)
  return {
    recipient: { id: psid },
    messaging_type: messagingType,
    ...(tag ? { tag } : {}),
    message: { ...renderContent(message), metadata },
  }
}

/** Body of a sender action: `typing_on` shows dots for up to 20 s, `mark_seen` the read mark. Stands alone by the platform's rule. */
export function renderAction(psid: string, action: "typing_on" | "typing_off" | "mark_seen"): JsonObject {
  return { recipient: { id: psid }, sender_action: action }
}

function renderContent(message: Message): JsonObject {
  switch (message.kind) {
    case "text":
      return { text: message.text, ...renderChips(message.quickReplies) }
    case "buttons":
      return {
        attachment: {
          type: "template",
          payload: {
            template_type: "button",
            text: message.text,
            buttons: message.buttons.map(renderButton),
          },
        },
        ...renderChips(message.quickReplies),
      }
    case "template":
      return { template: renderTemplateUse(message) }
  }
}

function renderChips(chips: readonly QuickReply[] = []): JsonObject {
  if (chips.length === 0) return {}
  return { quick_replies: chips.map(({ title, payload }) => ({ content_type: "text", title, payload })) }
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

/** A component without parameters is left out: the platform refuses an empty one. */
function renderTemplateUse({ name, language, body, payloads = [] }: TemplateMessage): JsonObject {
  const components = [
    { type: "body", parameters: body.map((text) => ({ type: "text", text })) },
    { type: "buttons", parameters: payloads.map((payload) => ({ type: "POSTBACK", payload })) },
  ].filter((component) => component.parameters.length > 0)
  return { name, language: { code: language }, ...(components.length > 0 ? { components } : {}) }
}
