// POST /{page-id}/message_attachments, by URL or as a file, and what a send with a file shares with it.
// URLs on this machine are fetched as the platform would; others are taken at their word: development runs offline.
// Source: reference/messenger-platform.md 4.7.

import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import { randomObjectId } from "../random.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { Call, Handler } from "./call.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"
import { isOpenableUrl } from "./limits.ts"
import type { FilePart } from "./parameters.ts"

const TYPES = ["image", "audio", "video", "file"]
const IMAGE_BYTES_MAX = 8 * 1024 * 1024
const BYTES_MAX = 25 * 1024 * 1024
const FETCH_MS = 10_000
const FETCH_VIDEO_MS = 75_000

/** Upload a file for later sends. */
export const uploadAttachment: Handler = async (call) => {
  const { message } = call.values
  const attachment = isObject(message) ? message.attachment : undefined
  if (!isObject(attachment)) return refuse(invalidParameter("The parameter message[attachment] is required"))
  return storeUpload(call, attachment, call.file)
}

/** Keep the file of an attachment: the one that came with the call, or the one its URL names.
 * @returns `{attachment_id}` */
export async function storeUpload(
  { emulator, page }: Pick<Call, "emulator" | "page">,
  attachment: JsonObject,
  file: FilePart | undefined,
): Promise<Result<JsonObject, GraphError>> {
  const type = textOf(attachment, "type") ?? ""
  const payload = isObject(attachment.payload) ? attachment.payload : {}
  const url = textOf(payload, "url")
  if (!TYPES.includes(type))
    return refuse(
      invalidParameter("Param message[attachment][type] must be one of {IMAGE, AUDIO, VIDEO, FILE}"),
    )
  if (file === undefined && (url === undefined || !isOpenableUrl(url)))
    return refuse(invalidParameter("Param message[attachment][payload][url] should represent a valid URL"))
  const refusal = file === undefined ? await tryUrl(url ?? "", type) : judgeFile(file, type)
  if (refusal !== undefined) return refuse(refusal)
  const id = randomObjectId()
  const kept = {
    id,
    pageId: page.id,
    type,
    url: file === undefined ? url : `${emulator.env.ORIGIN}/files/${id}`,
  }
  emulator.attachments.add(kept, emulator.clock.now(), file)
  return ok({ attachment_id: id })
}

function judgeFile(file: FilePart, type: string): GraphError | undefined {
  if (type !== "file" && !file.contentType.startsWith(`${type}/`)) return GRAPH_ERRORS.uploadFailed
  return judgeSize(file.bytes.byteLength, type)
}

const judgeSize = (bytes: number, type: string): GraphError | undefined =>
  bytes > (type === "image" ? IMAGE_BYTES_MAX : BYTES_MAX) ? GRAPH_ERRORS.attachmentSize : undefined

async function tryUrl(url: string, type: string): Promise<GraphError | undefined> {
  if (URL.parse(url)?.protocol !== "http:") return undefined
  try {
    const answer = await fetch(url, {
      method: "GET",
      redirect: "manual",
      signal: AbortSignal.timeout(type === "video" ? FETCH_VIDEO_MS : FETCH_MS),
    })
    if (!answer.ok) {
      await answer.body?.cancel()
      return GRAPH_ERRORS.fetchFailed
    }
    return judgeSize((await answer.arrayBuffer()).byteLength, type)
  } catch {
    return type === "video" ? GRAPH_ERRORS.videoTimeout : GRAPH_ERRORS.fetchFailed
  }
}
