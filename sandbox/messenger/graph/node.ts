// GET /{node}: a Page (with the look-up of an account linking token), a person's public profile, a template, a persona,
// a conversation or a message.

import type { JsonObject } from "../json.ts"
import { textOf } from "../json.ts"
import type { Person } from "../people/person-store.ts"
import { ok, refuse } from "../result.ts"
import type { Call, Handler } from "./call.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"
import { isConversationNode, readConversation } from "./conversations.ts"
import { listOf, pickFields } from "./parameters.ts"
import { findPersona, personaView } from "./personas.ts"
import { templateView } from "./templates.ts"

const PERSON_FIELDS = ["first_name", "last_name", "profile_pic"]

const FEATURES = { hop_v2: true, msgr_multi_app: true, ig_multi_app: true }

/** Read whatever has that id. */
export const readNode: Handler = (call) => {
  const { emulator, page, node, values } = call
  if (node === page.id) return readPage(call)
  const fields = listOf(values.fields)
  const person = emulator.people.find(node)
  if (person !== undefined && person.pageId === page.id && person.lastActionAt !== undefined) {
    return ok(
      pickFields(personView(person, emulator.env.ORIGIN), fields.length === 0 ? PERSON_FIELDS : fields),
    )
  }
  if (isConversationNode(node)) return readConversation(call)
  const persona = findPersona(call)
  if (persona !== undefined) {
    return ok(fields.length === 0 ? personaView(persona) : pickFields(personaView(persona), fields))
  }
  emulator.tick()
  const template = emulator.templates.findById(page.id, node)
  if (template === undefined) return refuse(GRAPH_ERRORS.noObject)
  const view = templateView(template)
  return ok(fields.length === 0 ? view : pickFields(view, fields))
}

function readPage({ emulator, page, values }: Call): ReturnType<Handler> {
  const fields = listOf(values.fields)
  const view: JsonObject = {
    name: page.name,
    id: page.id,
    ...(fields.includes("messaging_feature_status") ? { messaging_feature_status: FEATURES } : {}),
  }
  if (!fields.includes("recipient")) return ok(fields.length === 0 ? view : pickFields(view, fields))
  const token = textOf(values, "account_linking_token") ?? ""
  const bound = emulator.linking.find(token, emulator.clock.now())
  if (bound === undefined || bound.pageId !== page.id) return refuse(GRAPH_ERRORS.linkingToken)
  return ok(pickFields({ ...view, recipient: bound.psid }, fields))
}

function personView(person: Person, origin: string): JsonObject {
  const [first = "", ...rest] = person.name.split(" ")
  return {
    first_name: first,
    last_name: rest.join(" "),
    name: person.name,
    profile_pic: `${origin}/avatars/${person.psid}.svg`,
    locale: person.locale,
    timezone: 0,
    id: person.psid,
  }
}
