// What an accepted Send API call does: the thread grows, typing shows, and echo, delivery and read follow.
// Nothing is judged here; that was send.ts.

import { APP_ID } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import { readNow } from "../people/acting.ts"
import type { Person } from "../people/person-store.ts"
import type { Said } from "../people/thread-store.ts"
import { randomMid } from "../random.ts"
import type { Result } from "../result.ts"
import { ok } from "../result.ts"
import { announce } from "../webhooks/announce.ts"
import { deliveryEvent, echoEvent } from "../webhooks/event.ts"
import { storeUpload } from "./attachments.ts"
import { changeControl } from "./controlling.ts"
import { keepControl } from "./control-state.ts"
import type { GraphError } from "./graph-error.ts"
import type { Page } from "./page-store.ts"
import type { Send } from "./send.ts"
import type { RenderedTemplate } from "./template.ts"

/** Do it and give the answer's body. */
export async function accept(
  emulator: Emulator,
  page: Page,
  person: Person,
  send: Send,
): Promise<Result<JsonObject, GraphError>> {
  if (send.kind === "action") {
    showAction(emulator, person, send)
    return ok({ recipient_id: person.psid })
  }
  const kept = await keepReusable(emulator, page, send.message)
  if (!kept.ok) return kept
  const { message, personaId, replyTo, control } = send
  const said = emulator.thread.add({
    mid: randomMid(),
    psid: person.psid,
    from: "page",
    at: emulator.clock.now(),
    body: message,
    messagingType: send.messagingType,
    tag: send.tag,
    rendered: send.rendered,
    appId: APP_ID,
    personaId,
    replyTo,
    media: mediaOf(emulator, page, message),
  })
  keepControl(emulator, person.psid)
  emulator.live.said(said)
  // An app that hands the thread over in the same call does not hear the echo of it.
  follow(emulator, person, said, control === undefined)
  if (control !== undefined) {
    const changed = changeControl(emulator, person, APP_ID, control)
    if (!changed.ok) return changed
  }
  return ok({ recipient_id: person.psid, message_id: said.mid, ...kept.value })
}

/** What follows a message of the Page, whoever sent it: echo, delivery, read. */
export function follow(emulator: Emulator, person: Person, said: Said, hasEcho: boolean): void {
  const between = { psid: person.psid, pageId: person.pageId, at: said.at }
  const { deliverAfterMs, readAfterMs, reads } = emulator.settings()
  const echo = {
    appId: said.appId ?? APP_ID,
    metadata: textOf(said.body, "metadata"),
    mid: said.mid,
    content: echoContent(said),
  }
  if (hasEcho) announce(emulator, "message_echoes", between, echoEvent(between, echo))
  emulator.thread.markDelivered(said.mid, said.at)
  const delivered = { ...between, at: said.at + deliverAfterMs }
  announce(emulator, "message_deliveries", delivered, deliveryEvent(delivered, [said.mid], said.at), {
    afterMs: deliverAfterMs,
  })
  if (reads === "never") return
  const isWatched = emulator.live.isWatched(person.psid)
  if (reads === "always" || isWatched || !person.opened) readNow(emulator, person, readAfterMs)
  else emulator.live.peopleChanged()
}

function echoContent({ body, rendered, media, replyTo }: Said): JsonObject {
  const quoted = replyTo === undefined ? {} : { reply_to: { mid: replyTo } }
  if (rendered !== undefined) return { ...renderedContent(rendered), ...quoted }
  if (body.text !== undefined) return { text: body.text, ...quoted }
  if (body.sticker_id !== undefined)
    return { attachments: [{ type: "sticker", payload: { sticker_id: body.sticker_id } }] }
  const attachments = isObject(body.attachment) ? [body.attachment] : objectsOf(body, "attachments")
  return {
    attachments: attachments.map((attachment) =>
      attachment.type === "template" || media === undefined
        ? attachment
        : { type: attachment.type, payload: { url: media } },
    ),
    ...quoted,
  }
}

function renderedContent(rendered: RenderedTemplate): JsonObject {
  if (rendered.header === undefined && rendered.buttons.length === 0) return { text: rendered.body }
  const element = {
    title: rendered.header ?? rendered.body,
    subtitle: rendered.body,
    buttons: rendered.buttons,
  }
  return { attachments: [{ type: "template", payload: { template_type: "generic", elements: [element] } }] }
}

/** A file sent with `is_reusable` is kept like an upload, and its id answered. */
async function keepReusable(
  emulator: Emulator,
  page: Page,
  message: JsonObject,
): Promise<Result<JsonObject, GraphError>> {
  const attachment = isObject(message.attachment) ? message.attachment : undefined
  const payload = isObject(attachment?.payload) ? attachment.payload : {}
  if (attachment === undefined || String(payload.is_reusable) !== "true") return ok({})
  if (payload.attachment_id !== undefined) return ok({ attachment_id: payload.attachment_id })
  return storeUpload({ emulator, page }, attachment, undefined)
}

/** Where the file of an `attachment_id` lies: the phone and the echo show that. */
function mediaOf(emulator: Emulator, page: Page, message: JsonObject): string | undefined {
  const payload = isObject(message.attachment) ? message.attachment.payload : undefined
  if (!isObject(payload)) return undefined
  const [element = {}] = payload.template_type === "media" ? objectsOf(payload, "elements") : []
  const id = payload.attachment_id ?? element.attachment_id
  return id === undefined
    ? undefined
    : emulator.attachments.find(page.id, String(id), emulator.clock.now())?.url
}

function showAction(emulator: Emulator, person: Person, send: Send & { kind: "action" }): void {
  const { action, payload, personaId } = send
  if (action === "typing_on" || action === "typing_off")
    emulator.live.typing(person.psid, action === "typing_on", personaId)
  if (action === "mark_seen") {
    emulator.people.change(person.psid, { pageSawAt: emulator.clock.now() })
    emulator.live.marksChanged(person.psid)
  }
  const mid = isObject(payload) ? textOf(payload, "message_id") : undefined
  if ((action !== "react" && action !== "unreact") || mid === undefined || !isObject(payload)) return
  emulator.thread.react(mid, "page", action === "react" ? textOf(payload, "reaction") : undefined)
  emulator.live.changed(person.psid, mid)
}
