// One reader an event: the platform's member in, our event's body out, and what makes copies of it one. Tolerant: `undefined` is
// "not understood", never a throw. What is written is event-message.ts; heads, people and the envelope are event-parse.ts, which
// composes these.
// @see messenger-platform.md 2.2 to 2.4

import type { Act, MessengerEvent } from "./event.ts"
import {
  KIND_NAME,
  METADATA_CHARS_MAX,
  MID_CHARS_MAX,
  PAYLOAD_CHARS_MAX,
  readEdit,
  readMessage,
  readPostback,
  REF_CHARS_MAX,
} from "./event-message.ts"
import type { Body, Read, ReadContext } from "./event-reading.ts"
import { canonicalText, idOf, instantOf, objectOf, objectsOf, textOf, type JsonObject } from "./json.ts"

type Reader = (member: JsonObject, context: ReadContext) => Read | undefined

const CODE_CHARS_MAX = 1_000
const COMMENT_CHARS_MAX = 400
const WORD_CHARS_MAX = 80
const ANSWERS_MAX = 10
const SHAPE_CHARS_MAX = 200
/** A member's name as the platform writes them. Another may be data, so it is not repeated. */
const KEY_NAME = /^[a-z][a-z_-]{0,39}$/i
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
