// One reader an event: the platform's member in, our event's body out, and what makes copies of it one. Tolerant: `undefined` is
// "not understood", never a throw. Heads, people and the envelope are event-parse.ts, which composes these.
// @see messenger-platform.md 2.2 to 2.4

import type { Act, EchoAuthor, MessengerEvent } from "./event.ts"
import { canonicalText, idOf, instantOf, objectOf, objectsOf, textOf, type JsonObject } from "./json.ts"

/** An event without its head. */
export type Body<Event = Exclude<MessengerEvent, { kind: "overheard" }>> = Event extends MessengerEvent
  ? Omit<Event, "v" | "page" | "psid" | "at" | "key" | "standby">
  : never

/** What was read, and what makes it the same event when it comes again: an id fit to be stored, or parts to be digested. */
export interface Read {
  readonly body: Body
  readonly key: { readonly id: string } | { readonly parts: readonly (string | number | null)[] }
}

/** What a reader is told besides the member itself. */
export interface ReadContext {
  readonly at: number
  /** The app we are, where it is known. */
  readonly appId: string | undefined
  readonly standby: boolean
}

type Reader = (member: JsonObject, context: ReadContext) => Read | undefined

/** The Page Inbox, where people of the bank answer. @see messenger-platform.md 7.1: the shorter id in the echo page is a slip of the docs */
export const PAGE_INBOX_APP_ID = "263902037430900"

/** Longest text Messenger's own composer sends. Longer text is cut there: a bank's chat needs none of it. */
const TEXT_CHARS_MAX = 20_000
/** `mid` is up to about 200 characters; the longest deduplication key is 300. */
const MID_CHARS_MAX = 300
const TITLE_CHARS_MAX = 200
const PAYLOAD_CHARS_MAX = 1_000
const METADATA_CHARS_MAX = 1_000
const REF_CHARS_MAX = 2_083
const CODE_CHARS_MAX = 1_000
const COMMENT_CHARS_MAX = 400
const WORD_CHARS_MAX = 80
const ATTACHMENTS_MAX = 30
const COMMANDS_MAX = 10
const ANSWERS_MAX = 10
const SHAPE_CHARS_MAX = 200
/** A member's name as the platform writes them. Another may be data, so it is not repeated. */
const KEY_NAME = /^[a-z][a-z_-]{0,39}$/i
const KIND_NAME = /^[a-z_]{1,30}$/
const COMMAND_NAME = /^[\w-]{1,32}$/
/** What stands beside an event and is not one. */
const ENVELOPE_KEYS: readonly string[] = ["sender", "recipient", "timestamp", "hop_context"]
/** Kinds that tell of the Page's side: they are the same whether we hold the thread or only listen. */
const NO_ACTS: readonly Body["kind"][] = ["echo", "delivery", "read", "thread_control", "label", "unknown"]

/** One row an event, in order of precedence where a body carries two. @see messenger-platform.md 2.1 */
const READERS: readonly (readonly [string, Reader])[] = [
  ["message", readMessage],
  ["postback", readPostback],
  ["delivery", readDelivery],
  ["read", readSeen],
  ["reaction", readReaction],
  ["message_edit", readEdit],
  ["account_linking", readAccountLinking],
  ["optin", readOptIn],
  ["referral", readReferral],
  ["pass_thread_control", controlReader("pass", "new_owner_app_id")],
  ["take_thread_control", controlReader("take", "new_owner_app_id")],
  ["request_thread_control", controlReader("request", "requested_owner_app_id")],
  ["messaging_feedback", readFeedback],
  ["response_feedback", readRating],
  ["order", shopReader("order", "products")],
  ["messaging_customer_information", shopReader("customer_information", "screens")],
  ["template", readCoupon],
]

/** Read the event of an item of `messaging` or `standby`; what no row takes is `unknown` by its key names. */
export function readEvent(event: JsonObject, context: ReadContext): Read {
  const row = READERS.find(([name]) => objectOf(event[name]) !== undefined)
  const member = row && objectOf(event[row[0]])
  return (member && row[1](member, context)) ?? readUnknown(event, context.at)
}

/** Whether somebody did this, rather than the Page or the platform. */
export function isAct(event: MessengerEvent): event is Act {
  return event.kind !== "overheard" && !NO_ACTS.includes(event.kind)
}

/** Whether a message came from the Page itself. One capture writes the mark as text. */
export function isEcho(message: JsonObject | undefined): boolean {
  return message?.["is_echo"] === true || message?.["is_echo"] === "true"
}

function readMessage(message: JsonObject, { appId }: ReadContext): Read | undefined {
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

function readEdit(edit: JsonObject): Read | undefined {
  const mid = textOf(edit["mid"], MID_CHARS_MAX)
  const edits = Number(idOf(edit["num_edit"]) ?? 0)
  if (!mid || typeof edit["text"] !== "string" || !Number.isSafeInteger(edits)) return undefined
  const text = contentOf(edit)
  return { key: { parts: [mid, edits, edits === 0 ? text : ""] }, body: { kind: "edit", mid, text, edits } }
}

function readPostback(postback: JsonObject, { at, standby }: ReadContext): Read | undefined {
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

function readDelivery(delivery: JsonObject): Read | undefined {
  const watermark = instantOf(delivery["watermark"])
  if (watermark === undefined) return undefined
  const listed: readonly unknown[] = Array.isArray(delivery["mids"]) ? delivery["mids"] : []
  const mids = listed.filter(
    (mid) => typeof mid === "string" && mid.length <= MID_CHARS_MAX,
  ) as readonly string[]
  return { key: { id: `delivery|${watermark}` }, body: { kind: "delivery", mids, watermark } }
}

function readSeen(read: JsonObject): Read | undefined {
  const watermark = instantOf(read["watermark"])
  return watermark === undefined
    ? undefined
    : { key: { id: `read|${watermark}` }, body: { kind: "read", watermark } }
}

function readReaction(reaction: JsonObject, { at }: ReadContext): Read | undefined {
  const mid = textOf(reaction["mid"], MID_CHARS_MAX)
  const action = reaction["action"]
  if (!mid || (action !== "react" && action !== "unreact")) return undefined
  const name = kindOf(reaction["reaction"])
  return {
    key: { parts: [mid, action, at] },
    body: { kind: "reaction", mid, action, ...(name ? { reaction: name } : {}) },
  }
}

function readAccountLinking(linking: JsonObject, { at }: ReadContext): Read | undefined {
  const status = linking["status"]
  if (status !== "linked" && status !== "unlinked") return undefined
  const code = textOf(linking["authorization_code"], CODE_CHARS_MAX)
  return {
    key: { parts: [status, code ?? at] },
    body: { kind: "account_linking", status, ...(code ? { authorizationCode: code } : {}) },
  }
}

/** Tokens of opt-ins open routes we do not use: they are credentials, and not even kept. */
function readOptIn(optin: JsonObject, { at }: ReadContext): Read | undefined {
  const to = OPT_INS.get(optin["type"])
  if (!to) return undefined
  const ref = textOf(optin["ref"], REF_CHARS_MAX)
  const payload = textOf(optin["payload"], PAYLOAD_CHARS_MAX)
  const change = OPT_IN_CHANGES.get(optin["notification_messages_status"])
  return {
    key: { parts: [at, canonicalText(optin)] },
    body: {
      kind: "optin",
      to,
      ...(ref ? { ref } : {}),
      ...(payload ? { payload } : {}),
      ...(change ? { change } : {}),
    },
  }
}

/** A plugin's opt-in has no type. */
const OPT_INS: ReadonlyMap<unknown, "plugin" | "notification_messages" | "one_time"> = new Map([
  [undefined, "plugin"],
  ["notification_messages", "notification_messages"],
  ["one_time_notif_req", "one_time"],
])
const OPT_IN_CHANGES: ReadonlyMap<unknown, "stopped" | "resumed"> = new Map([
  ["STOP NOTIFICATIONS", "stopped"],
  ["RESUME NOTIFICATIONS", "resumed"],
])

function readReferral(referral: JsonObject, { at }: ReadContext): Read {
  const ref = textOf(referral["ref"], REF_CHARS_MAX) ?? ""
  const source = textOf(referral["source"], WORD_CHARS_MAX)
  return {
    key: { parts: [ref, at] },
    body: { kind: "referral", ref, ...(source ? { source } : {}) },
  }
}

function refOf(member: JsonObject): string | undefined {
  return textOf(objectOf(member["referral"])?.["ref"], REF_CHARS_MAX)
}

function controlReader(change: "pass" | "take" | "request", target: string): Reader {
  return (control, { at }) => {
    const from = idOf(control["previous_owner_app_id"]) ?? null
    const to = idOf(control[target]) ?? null
    const metadata = textOf(control["metadata"], METADATA_CHARS_MAX)
    return {
      key: { parts: [at, change, from, to] },
      body: { kind: "thread_control", change, from, to, ...(metadata ? { metadata } : {}) },
    }
  }
}

function readFeedback(feedback: JsonObject, { at }: ReadContext): Read {
  const questions = objectsOf(feedback["feedback_screens"]).flatMap((screen) =>
    Object.entries(objectOf(screen["questions"]) ?? {}),
  )
  const answers = questions.slice(0, ANSWERS_MAX).flatMap(([question, value]) => {
    const given = objectOf(value)
    const comment = textOf(objectOf(given?.["follow_up"])?.["payload"], COMMENT_CHARS_MAX)
    if (!given || question.length > WORD_CHARS_MAX) return []
    const score = textOf(given["payload"], COMMENT_CHARS_MAX) ?? idOf(given["payload"]) ?? ""
    return [{ question, score, ...(comment ? { comment } : {}) }]
  })
  return { key: { parts: [at, canonicalText(feedback)] }, body: { kind: "feedback", answers } }
}

function readRating(rating: JsonObject): Read | undefined {
  const mid = textOf(rating["mid"], MID_CHARS_MAX)
  if (!mid || typeof rating["feedback"] !== "string") return undefined
  const good = rating["feedback"].toLowerCase().startsWith("good")
  return { key: { parts: [mid, good ? 1 : 0] }, body: { kind: "rating", mid, good } }
}

function shopReader(kind: "order" | "customer_information", list: string): Reader {
  return (member, { at }) => ({
    key: { parts: [at, canonicalText(member)] },
    body: { kind, count: objectsOf(member[list]).length },
  })
}

function readCoupon(template: JsonObject, { at }: ReadContext): Read | undefined {
  if (template["type"] !== "coupon") return undefined
  return { key: { parts: [at, canonicalText(template)] }, body: { kind: "coupon", count: 1 } }
}

/** A label staff put on a person: `value` of the field `inbox_labels`, and whom it is about. */
export function readLabel(value: JsonObject): { readonly psid: string; readonly read: Read } | undefined {
  const psid = idOf(objectOf(value["user"])?.["id"])
  const label = idOf(objectOf(value["label"])?.["id"])
  const action = kindOf(value["action"])
  if (!psid || !label || !action) return undefined
  return { psid, read: { key: { parts: [action, label] }, body: { kind: "label", action, label } } }
}

function kindOf(value: unknown): string | undefined {
  return typeof value === "string" && KIND_NAME.test(value) ? value : undefined
}

/** Key names alone: what is not understood may hold anything. */
export function shapeOf(names: readonly string[]): string {
  const shape = [...new Set(names.map((name) => (KEY_NAME.test(name) ? name : "?")))].sort().join(" ")
  return shape.slice(0, SHAPE_CHARS_MAX)
}

function readUnknown(event: JsonObject, at: number): Read {
  const names = Object.keys(event).filter((name) => !ENVELOPE_KEYS.includes(name))
  const content = Object.fromEntries(names.map((name) => [name, event[name]]))
  return {
    key: { parts: [at, canonicalText(content)] },
    body: { kind: "unknown", shape: shapeOf(names) },
  }
}
