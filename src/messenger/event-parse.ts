// Reading a signed webhook body: the platform's JSON in, typed events of each person out, in the order they stand there.
// Tolerant by design: what is not understood becomes `unknown` with its key names, and nothing a body says makes this
// throw. Judges nothing (no duplicates, no order, no page list): that is the Conversation's. Composed by webhook.ts.

import { digestText } from "../crypto/hmac.ts"
import { isPageId, type PageId } from "../foundation/id.ts"
import { ok, type Result } from "../foundation/result.ts"
import type { MessengerEvent, PersonEvents } from "./event.ts"
import {
  canonicalText,
  idOf,
  instantOf,
  objectOf,
  objectsOf,
  parseJson,
  textOf,
  type JsonObject,
} from "./json.ts"
import type { SignedBody } from "./signature.ts"

/** What one webhook told us. */
export interface ParsedWebhook {
  /** Grouped by Page and person, in order of first appearance; a person's events keep their order. */
  readonly people: readonly PersonEvents[]
  /** Pages whose templates may have a new status, each once. A hint only: the template edge is the truth. */
  readonly templateHints: readonly { readonly page: PageId }[]
  /** Events that name no person or no Page: nobody could be told of them. For the log. */
  readonly ignored: number
}

/** Longest text Messenger's own composer sends. Longer text is cut there: a bank's chat needs none of it. */
const TEXT_CHARS_MAX = 20_000
/** `mid` is up to about 200 characters; the longest deduplication key is 300. */
const MID_CHARS_MAX = 300
const TITLE_CHARS_MAX = 200
const PAYLOAD_CHARS_MAX = 1_000
const METADATA_CHARS_MAX = 1_000
const REF_CHARS_MAX = 2_083
const CODE_CHARS_MAX = 1_000
const ATTACHMENTS_MAX = 30
const SHAPE_CHARS_MAX = 200
/** A member's name as the platform writes them. Another may be data, so it is not repeated. */
const KEY_NAME = /^[a-z][a-z_-]{0,39}$/i
const ATTACHMENT_KIND = /^[a-z_]{1,30}$/
const TEMPLATE_FIELDS: readonly unknown[] = [
  "message_template_status_update",
  "messenger_template_status_update",
]
/** What stands beside an event and is not one. */
const ENVELOPE_KEYS: readonly string[] = ["sender", "recipient", "timestamp", "hop_context"]

/** The event without its head. */
type Body<Event = MessengerEvent> = Event extends MessengerEvent
  ? Omit<Event, "v" | "page" | "psid" | "at" | "key">
  : never
/** What was read, and what makes it the same event when it comes again: an id fit to be stored, or parts to be digested. */
interface Read {
  readonly body: Body
  readonly key: { readonly id: string } | { readonly parts: readonly (string | number)[] }
}
type Reader = (event: JsonObject, at: number) => Read | undefined

/** One row an event, in order of precedence where a body carries two. @see messenger-platform.md 2.1 */
const READERS: readonly (readonly [string, Reader])[] = [
  ["message", readMessage],
  ["postback", readPostback],
  ["delivery", readDelivery],
  ["read", readSeen],
  ["reaction", readReaction],
  ["account_linking", readAccountLinking],
  ["referral", readReferral],
]

/** Read a webhook body.
 * @param now stands in where neither an event nor its entry has a time
 * @returns refusal `json_malformed`; any JSON at all is `ok`, and an `object` other than `page` holds nothing for us */
export async function parseWebhook(
  body: SignedBody,
  now: number,
): Promise<Result<ParsedWebhook, { readonly reason: "json_malformed" }>> {
  const json = parseJson(body)
  if (!json.ok) return json
  const envelope = objectOf(json.value)
  const people = new Map<
    string,
    { readonly page: PageId; readonly psid: string; readonly events: MessengerEvent[] }
  >()
  const hints = new Set<PageId>()
  let ignored = 0
  for (const entry of envelope?.["object"] === "page" ? objectsOf(envelope["entry"]) : []) {
    const page = idOf(entry["id"])
    const events = objectsOf(entry["messaging"])
    if (!isPageId(page)) {
      ignored += events.length
      continue
    }
    if (objectsOf(entry["changes"]).some((change) => TEMPLATE_FIELDS.includes(change["field"])))
      hints.add(page)
    for (const event of events) {
      const psid = personOf(event, page)
      if (!psid) {
        ignored += 1
        continue
      }
      const at = instantOf(event["timestamp"]) ?? instantOf(entry["time"]) ?? now
      const name = `${page}|${psid}`
      const group = people.get(name) ?? { page, psid, events: [] }
      people.set(name, group)
      group.events.push(await readEvent(event, { page, psid, at }))
    }
  }
  return ok({ people: [...people.values()], templateHints: [...hints].map((page) => ({ page })), ignored })
}

/** Who it is about: the sender, or for what the Page itself said the recipient. */
function personOf(event: JsonObject, page: PageId): string | undefined {
  const sender = idOf(objectOf(event["sender"])?.["id"])
  const recipient = idOf(objectOf(event["recipient"])?.["id"])
  const psid = sender === page || isEcho(objectOf(event["message"])) ? recipient : sender
  return psid === page ? undefined : psid
}

function isEcho(message: JsonObject | undefined): boolean {
  return message?.["is_echo"] === true || message?.["is_echo"] === "true"
}

async function readEvent(
  event: JsonObject,
  head: { readonly page: PageId; readonly psid: string; readonly at: number },
): Promise<MessengerEvent> {
  const row = READERS.find(([name]) => objectOf(event[name]) !== undefined)
  const member = row && objectOf(event[row[0]])
  const read = (member && row[1](member, head.at)) ?? readUnknown(event, head.at)
  const key =
    "id" in read.key ? read.key.id : `${read.body.kind}|${await digestText(JSON.stringify(read.key.parts))}`
  return { v: 1, ...head, key, ...read.body }
}

function readMessage(message: JsonObject): Read | undefined {
  const mid = textOf(message["mid"], MID_CHARS_MAX)
  // A deletion names the mid of the message it takes back: it must not pass for that message.
  if (!mid || message["is_deleted"] === true) return undefined
  if (isEcho(message)) {
    const appId = idOf(message["app_id"])
    const metadata = textOf(message["metadata"], METADATA_CHARS_MAX)
    return {
      key: { id: mid },
      body: { kind: "echo", mid, ...(appId ? { appId } : {}), ...(metadata ? { metadata } : {}) },
    }
  }
  const text = typeof message["text"] === "string" ? message["text"].slice(0, TEXT_CHARS_MAX) : ""
  const payload = textOf(objectOf(message["quick_reply"])?.["payload"], PAYLOAD_CHARS_MAX)
  const attachments = objectsOf(message["attachments"]).slice(0, ATTACHMENTS_MAX).map(attachmentKind)
  if (message["is_unsupported"] === true) attachments.push("unsupported")
  return {
    key: { id: mid },
    body: { kind: "message", mid, text, ...(payload ? { payload } : {}), attachments },
  }
}

function attachmentKind(attachment: JsonObject): string {
  const kind = attachment["type"]
  return typeof kind === "string" && ATTACHMENT_KIND.test(kind) ? kind : "other"
}

function readPostback(postback: JsonObject, at: number): Read | undefined {
  const mid = textOf(postback["mid"], MID_CHARS_MAX)
  const title = textOf(postback["title"], TITLE_CHARS_MAX) ?? ""
  const payload = textOf(postback["payload"], PAYLOAD_CHARS_MAX)
  const ref = textOf(objectOf(postback["referral"])?.["ref"], REF_CHARS_MAX)
  if (payload === undefined) return undefined
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

function readReaction(reaction: JsonObject, at: number): Read | undefined {
  const mid = textOf(reaction["mid"], MID_CHARS_MAX)
  const action = reaction["action"]
  if (!mid || (action !== "react" && action !== "unreact")) return undefined
  return { key: { parts: [mid, action, at] }, body: { kind: "reaction", mid, action } }
}

function readAccountLinking(linking: JsonObject, at: number): Read | undefined {
  const status = linking["status"]
  if (status !== "linked" && status !== "unlinked") return undefined
  const code = textOf(linking["authorization_code"], CODE_CHARS_MAX)
  return {
    key: { parts: [status, code ?? at] },
    body: { kind: "account_linking", status, ...(code ? { authorizationCode: code } : {}) },
  }
}

function readReferral(referral: JsonObject, at: number): Read | undefined {
  const ref = textOf(referral["ref"], REF_CHARS_MAX)
  return ref ? { key: { parts: [ref, at] }, body: { kind: "referral", ref } } : undefined
}

function readUnknown(event: JsonObject, at: number): Read {
  const names = Object.keys(event).filter((name) => !ENVELOPE_KEYS.includes(name))
  const shape = [...new Set(names.map((name) => (KEY_NAME.test(name) ? name : "?")))].sort().join(" ")
  const content = Object.fromEntries(names.map((name) => [name, event[name]]))
  return {
    key: { parts: [at, canonicalText(content)] },
    body: { kind: "unknown", shape: shape.slice(0, SHAPE_CHARS_MAX) },
  }
}
