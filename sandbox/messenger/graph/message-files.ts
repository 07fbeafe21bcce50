// Files in a message: whether an `attachment_id` can be used, and what counts as media. Pure.
// Source: reference/messenger-platform.md 4.7 and 8.1.

import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"
import type { Verdict } from "./limits.ts"
import { eachItem } from "./limits.ts"

/** Every attachment of a message, one or many. */
export const attachmentsOf = (message: JsonObject): readonly JsonObject[] =>
  isObject(message.attachment) ? [message.attachment] : objectsOf(message, "attachments")

/** True for what the limit of ten a second counts. */
export const isMedia = (message: unknown): boolean =>
  isObject(message) && attachmentsOf(message).some(({ type }) => type === "audio" || type === "video")

/** Refuse an id that is unknown, expired, another Page's (100/2018074) or of another type (100/2018047).
 * @param findType the type of this Page's living file */
export function checkFile(message: JsonObject, findType: (id: string) => string | undefined): Verdict {
  return eachItem(attachmentsOf(message), (attachment) => {
    const payload = isObject(attachment.payload) ? attachment.payload : {}
    const [element = {}] = payload.template_type === "media" ? objectsOf(payload, "elements") : []
    const id = payload.attachment_id ?? element.attachment_id
    if (id === undefined) return undefined
    const type = findType(String(id))
    if (type === undefined) return GRAPH_ERRORS.attachmentUnknown
    const wanted = textOf(element, "media_type") ?? attachment.type
    return type === wanted ? undefined : GRAPH_ERRORS.uploadFailed
  })
}
