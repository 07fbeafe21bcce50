// What a person can do, read from JSON. Pure; doing it is acting.ts.

import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"

/** One act of a person. */
export type Act =
  | { readonly kind: "text"; readonly text: string; readonly replyTo: string | undefined }
  | { readonly kind: "postback" | "quick_reply"; readonly title: string; readonly payload: string }
  | { readonly kind: "referral"; readonly ref: string; readonly more: JsonObject | undefined }
  | {
      readonly kind: "attachments"
      readonly attachments: readonly JsonObject[]
      readonly text: string | undefined
    }
  | { readonly kind: "unsupported" }
  | { readonly kind: "reaction"; readonly mid: string; readonly reaction: string | undefined }
  | { readonly kind: "edit"; readonly mid: string; readonly text: string }
  | { readonly kind: "delete"; readonly mid: string }
  | { readonly kind: "optin"; readonly optin: JsonObject }
  | {
      readonly kind: "feedback"
      readonly mid: string
      readonly answer: string
      readonly followUp: string | undefined
    }
  | { readonly kind: "event"; readonly field: string; readonly event: JsonObject }
  | { readonly kind: "unlink" }
  | { readonly kind: "block"; readonly blocked: boolean }

/** Longest text the app lets a person send. */
const TEXT_MAX = 20_000

const FILES = [
  "image",
  "audio",
  "video",
  "file",
  "sticker",
  "fallback",
  "location",
  "reel",
  "post",
  "template",
]
const THUMBS_UP = 369239263222822

type Reader = (body: JsonObject, value: unknown) => Result<Act, string>

/** One reader a member: the first member that is there says what the person does.
 *
 * | member | act |
 * |---|---|
 * | `payload` (+`title`, `kind`) | tap of a button, or of a chip with `kind: "quick_reply"` |
 * | `edit` `{mid, text}` · `delete` `{mid}` | change or take back an own message |
 * | `reaction` `{mid, reaction}` | react; without `reaction` take it back |
 * | `attachment`, `attachments` (+`text`) · `sticker` (id or true) | files, places, stickers |
 * | `unsupported: true` | something the platform cannot express |
 * | `text` (+`replyTo`) | say it |
 * | `referral` (text, or `{ref, source, type, ad_id, …}`) | open an m.me link or an ad |
 * | `optin` | the object as the platform words it |
 * | `feedback` `{mid, answer, followUp}` | answer a customer_feedback template |
 * | `event` (+`field`) | any event at all, with sender, recipient and time added |
 * | `unlink: true` · `block` | Log Out; block or unblock the Page | */
const READERS: Readonly<Record<string, Reader>> = {
  payload: readTap,
  edit: (_, value) => {
    const [mid, text] = isObject(value) ? [textOf(value, "mid"), textOf(value, "text")] : []
    return mid === undefined || text === undefined || text.trim() === ""
      ? refuse('"edit" needs a "mid" and a "text"')
      : ok({ kind: "edit", mid, text })
  },
  delete: (_, value) => withMid(value, '"delete"', (mid) => ({ kind: "delete", mid })),
  reaction: (_, value) =>
    withMid(value, '"reaction"', (mid, given) => ({
      kind: "reaction",
      mid,
      reaction: textOf(given, "reaction"),
    })),
  attachment: (body, value) => readFiles(isObject(value) ? [value] : [], body),
  attachments: (body) => readFiles(objectsOf(body, "attachments"), body),
  sticker: (_, value) => ok({ kind: "attachments", attachments: [stickerOf(value)], text: undefined }),
  unsupported: () => ok({ kind: "unsupported" }),
  text: (body, value) => {
    if (typeof value !== "string" || value.trim() === "") return refuse('"text" is empty')
    return value.length > TEXT_MAX
      ? refuse(`"text" holds more than ${TEXT_MAX} characters`)
      : ok({ kind: "text", text: value, replyTo: textOf(body, "replyTo") })
  },
  referral: (_, value) => {
    const ref = isObject(value) ? (textOf(value, "ref") ?? "") : String(value)
    return /^[\w\-=]{1,2083}$/.test(ref)
      ? ok({ kind: "referral", ref, more: isObject(value) ? value : undefined })
      : refuse('"referral" may hold A-Z a-z 0-9 _ - =')
  },
  optin: (_, value) =>
    isObject(value) ? ok({ kind: "optin", optin: value }) : refuse('"optin" is an object'),
  feedback: (_, value) =>
    withMid(value, '"feedback"', (mid, given) => ({
      kind: "feedback",
      mid,
      answer: String(given.answer ?? ""),
      followUp: textOf(given, "followUp"),
    })),
  event: (body, value) =>
    isObject(value)
      ? ok({ kind: "event", field: textOf(body, "field") ?? "messages", event: value })
      : refuse('"event" is an object'),
  unlink: () => ok({ kind: "unlink" }),
  block: (_, value) =>
    typeof value === "boolean" ? ok({ kind: "block", blocked: value }) : refuse('"block" is true or false'),
}

/** Read the body of POST /control/people/{psid}/send.
 * @returns refusal: a sentence saying what is wrong */
export function parseAct(body: unknown): Result<Act, string> {
  if (!isObject(body)) return refuse("The body must be a JSON object")
  const found = Object.entries(READERS).find(([key]) => body[key] !== undefined)
  if (found === undefined)
    return refuse(
      `One of ${Object.keys(READERS)
        .map((key) => `"${key}"`)
        .join(", ")} is needed`,
    )
  const [key, read] = found
  return read(body, body[key])
}

function withMid(
  value: unknown,
  name: string,
  make: (mid: string, given: JsonObject) => Act,
): Result<Act, string> {
  const mid = isObject(value) ? textOf(value, "mid") : undefined
  return mid === undefined || !isObject(value)
    ? refuse(`${name} needs the "mid" of a message`)
    : ok(make(mid, value))
}

function readTap(body: JsonObject, value: unknown): Result<Act, string> {
  const kind = body.kind ?? "postback"
  if (typeof value !== "string") return refuse('"payload" is text')
  if (kind !== "postback" && kind !== "quick_reply") return refuse('"kind" is postback or quick_reply')
  return ok({ kind, payload: value, title: textOf(body, "title") ?? value })
}

function readFiles(attachments: readonly JsonObject[], body: JsonObject): Result<Act, string> {
  if (attachments.length === 0) return refuse('"attachments" is a list of {"type", "payload"}')
  const strange = attachments.find((attachment) => !FILES.includes(String(attachment.type)))
  return strange === undefined
    ? ok({ kind: "attachments", attachments, text: textOf(body, "text") })
    : refuse(`"type" is one of ${FILES.join(", ")}`)
}

/** A sticker as it has come since 30 August 2026: of its own type, no longer as an image too. */
function stickerOf(value: unknown): JsonObject {
  const id = typeof value === "number" ? value : THUMBS_UP
  return {
    type: "sticker",
    payload: { url: `https://scontent.xx.fbcdn.net/v/sticker/${id}.png`, sticker_id: id },
  }
}
