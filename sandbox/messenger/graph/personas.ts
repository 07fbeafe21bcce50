// The personas edges: create and list at the Page, read and delete by id. Source: messenger-platform.md 4.8.

import type { JsonObject } from "../json.ts"
import { textOf } from "../json.ts"
import { randomObjectId } from "../random.ts"
import { ok, refuse } from "../result.ts"
import type { Call, Handler } from "./call.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"
import { firstRefusal, requireText, requireUrl } from "./limits.ts"
import type { Persona } from "./persona-store.ts"

const NAME_MAX = 50
const LISTED_MAX = 25

/** Create one. */
export const createPersona: Handler = ({ emulator, page, values }) => {
  const refusal = firstRefusal([
    () => requireText(values, "name", NAME_MAX, "persona"),
    () => requireUrl(values, "profile_picture_url", "persona"),
  ])
  if (refusal !== undefined) return refuse(refusal)
  const id = randomObjectId()
  const name = textOf(values, "name") ?? ""
  emulator.personas.add({ id, pageId: page.id, name, picture: textOf(values, "profile_picture_url") ?? "" })
  return ok({ id })
}

/** List a Page's, in pages: clients ask with the cursor of the last until a page comes without one. */
export const listPersonas: Handler = ({ emulator, page, values }) => {
  const start = Number(atob(textOf(values, "after") ?? btoa("0"))) || 0
  const data = emulator.personas
    .list(page.id)
    .slice(start, start + LISTED_MAX)
    .map(personaView)
  const cursors = { before: btoa(String(start)), after: btoa(String(start + data.length)) }
  return ok({ data, ...(data.length === 0 ? {} : { paging: { cursors } }) })
}

/** Delete one, softly: what it said keeps its name. */
export const removePersona: Handler = (call) => {
  const persona = findPersona(call)
  if (persona === undefined) return refuse(GRAPH_ERRORS.noObject)
  call.emulator.personas.remove(persona.id)
  return ok({ success: true })
}

/** The persona that a call's node names, if this Page has it. */
export function findPersona({ emulator, page, node }: Call): Persona | undefined {
  const persona = emulator.personas.find(node)
  return persona === undefined || persona.isDeleted || persona.pageId !== page.id ? undefined : persona
}

/** A persona as the API prints it. */
export const personaView = (persona: Persona): JsonObject => ({
  name: persona.name,
  profile_picture_url: persona.picture,
  id: persona.id,
})
