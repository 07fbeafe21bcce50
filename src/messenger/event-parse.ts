// Reading a signed webhook body: the platform's JSON in, typed events of each person and of each Page out, in the order they stand
// there. Tolerant by design: what is not understood becomes `unknown` with its key names, and nothing a body says makes this throw.
// Judges nothing (no duplicates, no order, no page list): that is the Conversation's. Composed by webhook.ts.

import { digestText } from "../crypto/hmac.ts"
import { isPageId, type PageId } from "../foundation/id.ts"
import { ok, type Result } from "../foundation/result.ts"
import type { MessengerEvent, PersonEvents } from "./event.ts"
import { isEcho } from "./event-message.ts"
import { isAct, readEvent, readLabel, shapeOf } from "./event-read.ts"
import type { Read } from "./event-reading.ts"
import { canonicalText, idOf, instantOf, objectOf, objectsOf, parseJson, type JsonObject } from "./json.ts"
import { readPageChange, readPageMessaging, type PageEvent, type PageEventBody } from "./page-event.ts"
import type { SignedBody } from "./signature.ts"

/** What one webhook told us. */
export interface ParsedWebhook {
  /** Grouped by Page and person, in order of first appearance; a person's events keep their order. */
  readonly people: readonly PersonEvents[]
  /** Events of Pages as a whole, in order. */
  readonly pages: readonly PageEvent[]
  /** Events that name no person and are not of a Page: nobody could be told of them. For the log. */
  readonly ignored: number
}

interface Group {
  readonly page: PageId
  readonly psid: string
  readonly events: MessengerEvent[]
}

/** Where one event stood. */
interface Place {
  readonly page: PageId
  readonly at: number
}

/** Read a webhook body.
 * @param now stands in where neither an event nor its entry has a time
 * @param appId the app we are: tells our own echoes from another app's
 * @returns refusal `json_malformed`; any JSON at all is `ok`, and an `object` other than `page` holds nothing for us */
export async function parseWebhook(
  body: SignedBody,
  now: number,
  appId?: string,
): Promise<Result<ParsedWebhook, { readonly reason: "json_malformed" }>> {
  const json = parseJson(body)
  if (!json.ok) return json
  const envelope = objectOf(json.value)
  const people = new Map<string, Group>()
  const pages: PageEvent[] = []
  let ignored = 0
  const keep = async (psid: string, place: Place, read: Read, standby: boolean) => {
    const name = `${place.page}|${psid}`
    const group = people.get(name) ?? { page: place.page, psid, events: [] }
    people.set(name, group)
    group.events.push(await eventOf(psid, place, read, standby))
  }
  for (const entry of envelope?.["object"] === "page" ? objectsOf(envelope["entry"]) : []) {
    const page = idOf(entry["id"])
    const changes = objectsOf(entry["changes"])
    const heard = [
      ...objectsOf(entry["messaging"]).map((event) => ({ event, standby: false })),
      ...objectsOf(entry["standby"]).map((event) => ({ event, standby: true })),
    ]
    if (!isPageId(page)) {
      ignored += heard.length + changes.length
      continue
    }
    const entryAt = instantOf(entry["time"]) ?? now
    for (const { event, standby } of heard) {
      const place = { page, at: instantOf(event["timestamp"]) ?? entryAt }
      const ofPage = readPageMessaging(event)
      const psid = ofPage ? undefined : personOf(event, page)
      if (ofPage) pages.push(await pageEventOf(place, ofPage, event))
      else if (psid) await keep(psid, place, readEvent(event, { at: place.at, appId, standby }), standby)
      else ignored += 1
    }
    for (const change of changes) {
      const field = typeof change["field"] === "string" ? change["field"] : ""
      const value = objectOf(change["value"]) ?? {}
      const label = field === "inbox_labels" ? readLabel(value) : undefined
      const place = { page, at: instantOf(value["timestamp"]) ?? entryAt }
      if (label) await keep(label.psid, place, timedBy(label.read, place.at), false)
      else {
        const read = readPageChange(field, value) ?? ({ kind: "unknown", shape: shapeOf([field]) } as const)
        pages.push(await pageEventOf(place, read, change))
      }
    }
  }
  return ok({ people: [...people.values()], pages, ignored })
}

/** Who it is about: the sender, or for what the Page itself said the recipient. */
function personOf(event: JsonObject, page: PageId): string | undefined {
  const sender = idOf(objectOf(event["sender"])?.["id"])
  const recipient = idOf(objectOf(event["recipient"])?.["id"])
  const psid = sender === page || isEcho(objectOf(event["message"])) ? recipient : sender
  return psid === page ? undefined : psid
}

async function eventOf(psid: string, place: Place, read: Read, standby: boolean): Promise<MessengerEvent> {
  const key =
    "id" in read.key ? read.key.id : `${read.body.kind}|${await digestText(JSON.stringify(read.key.parts))}`
  const head = { v: 1, page: place.page, psid, at: place.at, key } as const
  const event: MessengerEvent = { ...head, ...read.body }
  if (!standby) return event
  return isAct(event) ? { ...head, kind: "overheard", standby: true, event } : { ...event, standby: true }
}

/** A label has no id of its own: put on again later it is another event. */
function timedBy(read: Read, at: number): Read {
  return "id" in read.key ? read : { ...read, key: { parts: [at, ...read.key.parts] } }
}

async function pageEventOf(place: Place, body: PageEventBody, whole: JsonObject): Promise<PageEvent> {
  const key = `${body.kind}|${await digestText(JSON.stringify([place.at, canonicalText(whole)]))}`
  return { v: 1, page: place.page, at: place.at, key, ...body }
}
