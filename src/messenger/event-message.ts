// Reading what was written or tapped: messages in all their forms, echoes, edits, postbacks. Tolerant as all readers: `undefined` is "not
// understood". Composed by event-read.ts. @see messenger-platform.md 2.2 to 2.4

import type { EchoAuthor } from "./event.ts"
import type { Read, ReadContext } from "./event-reading.ts"
import { idOf, objectOf, objectsOf, textOf, type JsonObject } from "./json.ts"

/** The Page Inbox, where people of the bank answer. @see messenger-platform.md 7.1: the shorter id in the echo page is a slip of the docs */
export const PAGE_INBOX_APP_ID = "263902037430900"

/** Longest text Messenger's own composer sends. Longer text is cut there: a bank's chat needs none of it. */
const TEXT_CHARS_MAX = 20_000
/** `mid` is up to about 200 characters; the longest deduplication key is 300. */
export const MID_CHARS_MAX = 300
const TITLE_CHARS_MAX = 200
export const PAYLOAD_CHARS_MAX = 1_000
export const METADATA_CHARS_MAX = 1_000
export const REF_CHARS_MAX = 2_083
const ATTACHMENTS_MAX = 30
const COMMANDS_MAX = 10
/** A word of the platform's own: of an attachment, a reaction. */
export const KIND_NAME = /^[a-z_]{1,30}$/
const COMMAND_NAME = /^[\w-]{1,32}$/

/** Whether a message came from the Page itself. One capture writes the mark as text. */
export function isEcho(message: JsonObject | undefined): boolean {
  return message?.["is_echo"] === true || message?.["is_echo"] === "true"
}

/** What somebody wrote, in all its forms: the person, or for the Page we, people or other apps. */
export function readMessage(message: JsonObject, { appId }: ReadContext): Read | undefined {
  const mid = textOf(message["mid"], MID_CHARS_MAX)
  if (!mid) return undefined
  // It names the message it takes back: it must not pass for that message.
  if (message["is_deleted"] === true) return { key: { parts: [mid] }, body: { kind: "deletion", mid } }
  if (isEcho(message)) return readEcho(mid, message, appId)
  const payload = textOf(objectOf(message["quick_reply"])?.["payload"], PAYLOAD_CHARS_MAX)
  const attachments = attachmentKinds(message["attachments"])
  const replyTo = textOf(objectOf(message["reply_to"])?.["mid"], MID_CHARS_MAX)
  const commands = objectsOf(message["commands"])
    .flatMap(({ name }) => (typeof name === "string" && COMMAND_NAME.test(name) ? [name] : []))
    .slice(0, COMMANDS_MAX)
  const ref = refOf(message)
  return {
    key: { id: mid },
    body: {
      kind: "message",
      mid,
      text: contentOf(message),
      ...(payload ? { payload } : {}),
      attachments: message["is_unsupported"] === true ? [...attachments, "unsupported"] : attachments,
      ...(replyTo ? { replyTo } : {}),
      ...(commands.length > 0 ? { commands } : {}),
      ...(ref ? { ref } : {}),
    },
  }
}

function readEcho(mid: string, message: JsonObject, ourAppId: string | undefined): Read {
  const appId = idOf(message["app_id"])
  const metadata = textOf(message["metadata"], METADATA_CHARS_MAX)
  const by = authorOf(appId, ourAppId)
  const text = by === "ours" ? "" : contentOf(message)
  return {
    key: { id: mid },
    body: {
      kind: "echo",
      mid,
      by,
      ...(appId ? { appId } : {}),
      ...(metadata ? { metadata } : {}),
      ...(text ? { text } : {}),
    },
  }
}

function authorOf(appId: string | undefined, ourAppId: string | undefined): EchoAuthor {
  if (appId === PAGE_INBOX_APP_ID) return "page_inbox"
  return appId !== undefined && appId === ourAppId ? "ours" : "app"
}

function contentOf(message: JsonObject): string {
  return typeof message["text"] === "string" ? message["text"].slice(0, TEXT_CHARS_MAX) : ""
}

/** A sticker may come twice, as `image` and as `sticker`: an attachment with its id is one sticker either way. */
function attachmentKinds(value: unknown): readonly string[] {
  const kinds = objectsOf(value)
    .slice(0, ATTACHMENTS_MAX)
    .map((attachment) => {
      if (objectOf(attachment["payload"])?.["sticker_id"] !== undefined) return "sticker"
      const kind = attachment["type"]
      return typeof kind === "string" && KIND_NAME.test(kind) ? kind : "other"
    })
  return kinds.filter((kind, index) => kind !== "sticker" || kinds.indexOf(kind) === index)
}

/** The text as it stands after the edit. */
export function readEdit(edit: JsonObject): Read | undefined {
  const mid = textOf(edit["mid"], MID_CHARS_MAX)
  const edits = Number(idOf(edit["num_edit"]) ?? 0)
  if (!mid || typeof edit["text"] !== "string" || !Number.isSafeInteger(edits)) return undefined
  const text = contentOf(edit)
  return { key: { parts: [mid, edits, edits === 0 ? text : ""] }, body: { kind: "edit", mid, text, edits } }
}

/** A tap. In standby the payload of another app's button is withheld. */
export function readPostback(postback: JsonObject, { at, standby }: ReadContext): Read | undefined {
  const mid = textOf(postback["mid"], MID_CHARS_MAX)
  const title = textOf(postback["title"], TITLE_CHARS_MAX) ?? ""
  const payload = textOf(postback["payload"], PAYLOAD_CHARS_MAX) ?? (standby ? "" : undefined)
  if (payload === undefined) return undefined
  const ref = refOf(postback)
  return {
    key: mid ? { id: mid } : { parts: [at, title, payload] },
    body: { kind: "postback", ...(mid ? { mid } : {}), title, payload, ...(ref ? { ref } : {}) },
  }
}

function refOf(member: JsonObject): string | undefined {
  return textOf(objectOf(member["referral"])?.["ref"], REF_CHARS_MAX)
}
