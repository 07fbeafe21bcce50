// What an accepted Send API call does: the thread grows, typing shows, and echo, delivery and read follow.
// Nothing is judged here; that was send.ts.

import { APP_ID } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import { readNow } from "../people/acting.ts"
import type { Person } from "../people/person-store.ts"
import { randomMid, randomTemplateId } from "../random.ts"
import { announce } from "../webhooks/announce.ts"
import { deliveryEvent, echoEvent } from "../webhooks/event.ts"
import type { Send } from "./send.ts"
import type { RenderedTemplate } from "./template.ts"

/** Do it and give the answer's body. */
export function accept(emulator: Emulator, person: Person, send: Send): JsonObject {
  if (send.kind === "action") {
    showAction(emulator, person, send.action, send.payload)
    return { recipient_id: person.psid }
  }
  const mid = randomMid()
  const at = emulator.clock.now()
  const said = emulator.thread.add({
    mid,
    psid: person.psid,
    from: "page",
    at,
    body: send.message,
    messagingType: send.messagingType,
    tag: send.tag,
    rendered: send.rendered,
  })
  emulator.live.said(said)
  follow(emulator, person, mid, at, send.message, send.rendered)
  return { recipient_id: person.psid, message_id: mid, ...attachmentId(send.message) }
}

function follow(
  emulator: Emulator,
  person: Person,
  mid: string,
  at: number,
  message: JsonObject,
  rendered: RenderedTemplate | undefined,
): void {
  const between = { psid: person.psid, pageId: person.pageId, at }
  const { deliverAfterMs, readAfterMs, reads } = emulator.settings()
  const echo = {
    appId: APP_ID,
    metadata: textOf(message, "metadata"),
    mid,
    content: echoContent(message, rendered),
  }
  announce(emulator, "message_echoes", between, echoEvent(between, echo))
  emulator.thread.markDelivered(mid, at)
  const delivered = { ...between, at: at + deliverAfterMs }
  announce(emulator, "message_deliveries", delivered, deliveryEvent(delivered, [mid], at), {
    afterMs: deliverAfterMs,
  })
  if (reads === "never") return
  const isWatched = emulator.live.isWatched(person.psid)
  if (reads === "always" || isWatched || !person.opened) readNow(emulator, person, readAfterMs)
  else emulator.live.peopleChanged()
}

function echoContent(message: JsonObject, rendered: RenderedTemplate | undefined): JsonObject {
  if (rendered === undefined) {
    if (message.text !== undefined) return { text: message.text }
    return { attachments: message.attachments ?? [message.attachment] }
  }
  if (rendered.header === undefined && rendered.buttons.length === 0) return { text: rendered.body }
  const element = {
    title: rendered.header ?? rendered.body,
    subtitle: rendered.body,
    buttons: rendered.buttons,
  }
  return { attachments: [{ type: "template", payload: { template_type: "generic", elements: [element] } }] }
}

function attachmentId(message: JsonObject): JsonObject {
  const payload = isObject(message.attachment) ? message.attachment.payload : undefined
  return isObject(payload) && payload.is_reusable === true ? { attachment_id: randomTemplateId() } : {}
}

function showAction(emulator: Emulator, person: Person, action: string, payload: unknown): void {
  if (action === "typing_on" || action === "typing_off")
    emulator.live.typing(person.psid, action === "typing_on")
  if (action === "mark_seen") {
    emulator.people.change(person.psid, { pageSawAt: emulator.clock.now() })
    emulator.live.marksChanged(person.psid)
  }
  if ((action === "react" || action === "unreact") && isObject(payload)) {
    const mid = textOf(payload, "message_id")
    if (mid !== undefined)
      emulator.thread.react(mid, action === "react" ? textOf(payload, "reaction") : undefined)
  }
}
