// The Conversations API, as little of it as is needed to see what was said: a Page's conversations, one of them, one
// message. Details of the newest 20 messages only; two calls a second. Source: messenger-platform.md 4.11, 9.4.

import { APP_ID } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { textOf } from "../json.ts"
import type { Person } from "../people/person-store.ts"
import type { Said } from "../people/thread-store.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { Call, Handler } from "./call.ts"
import { controlOf } from "./control-state.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"
import type { Page } from "./page-store.ts"
import { listOf, pickFields } from "./parameters.ts"
import { maySend } from "./thread-control.ts"

const CALLS_PER_SECOND = 2
const DETAILED_MAX = 20
const LISTED_MAX = 25
const EUROPE_MEDIA = "Media not available due to new privacy rules in Europe."

/** List a Page's conversations, one of them with `user_id`. */
export const listConversations: Handler = (call) => {
  const { emulator, page, values } = call
  if (isOverRate(call)) return refuse(GRAPH_ERRORS.pageCalls)
  const one = textOf(values, "user_id")
  const people = one === undefined ? emulator.people.recent(LISTED_MAX) : [emulator.people.find(one)]
  const data = people
    .filter((person) => person?.pageId === page.id && emulator.thread.lastSaid(person.psid) !== undefined)
    .map((person) => conversationView(emulator, page, person as Person, listOf(values.fields)))
  return ok({ data })
}

/** True for the id of a conversation or a message. */
export const isConversationNode = (node: string): boolean => /^[tm]_/.test(node)

/** Read a conversation (`t_…`) or a message (`m_…`). */
export function readConversation(call: Call): Result<JsonObject, GraphError> {
  const { emulator, page, node, values } = call
  if (isOverRate(call)) return refuse(GRAPH_ERRORS.pageCalls)
  const fields = listOf(values.fields)
  const said = emulator.thread.findByMid(node)
  const person = emulator.people.find(said?.psid ?? node.slice(2))
  if (person?.pageId !== page.id) return refuse(GRAPH_ERRORS.noObject)
  if (said === undefined) return ok(conversationView(emulator, page, person, fields))
  const isOld = !emulator.thread.newest(person.psid, DETAILED_MAX).some(({ mid }) => mid === said.mid)
  if (isOld || said.isDeleted) return refuse(GRAPH_ERRORS.messageDeleted)
  return ok(pickFields(messageView(said, page, person), fields))
}

const isOverRate = ({ emulator, page }: Call): boolean =>
  emulator.rate.count(`${page.id}:conversations`, Date.now()) > CALLS_PER_SECOND

function conversationView(
  emulator: Emulator,
  page: Page,
  person: Person,
  fields: readonly string[],
): JsonObject {
  const last = emulator.thread.lastSaid(person.psid)
  const inner = fields.find((field) => field.startsWith("messages{"))
  const messages = emulator.thread.newest(person.psid, DETAILED_MAX).filter(({ from }) => from !== "system")
  const wanted = listOf(inner?.slice("messages{".length, -1) ?? "")
  const view: JsonObject = {
    id: `t_${person.psid}`,
    link: `/${page.id}/inbox/${person.psid}/`,
    updated_time: timeOf(last?.at ?? 0),
    message_count: emulator.thread.list(person.psid).length,
    unread_count: 0,
    is_owner: maySend(controlOf(emulator, person), APP_ID),
    participants: {
      data: [
        { name: person.name, id: person.psid },
        { name: page.name, id: page.id },
      ],
    },
    messages: {
      data: messages.toReversed().map((said) => pickFields(messageView(said, page, person), wanted)),
    },
  }
  const asked = fields.map((field) => field.replace(/\{.*$/, ""))
  return pickFields(view, asked.length === 0 ? ["link", "updated_time"] : asked)
}

function messageView(said: Said, page: Page, person: Person): JsonObject {
  const sides = [
    { name: page.name, id: page.id },
    { name: person.name, id: person.psid },
  ]
  const [from, to] = said.from === "page" ? sides : sides.toReversed()
  const hasMedia = said.body.attachments !== undefined
  const message = textOf(said.body, "text") ?? said.rendered?.body ?? ""
  return {
    id: said.mid,
    created_time: timeOf(said.at),
    from,
    to: { data: [to] },
    message: hasMedia && person.region === "europe" ? EUROPE_MEDIA : message,
  }
}

const timeOf = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "+0000")
