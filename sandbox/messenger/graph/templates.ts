// The utility template edges: create, list, delete. A new template is approved by itself about a second later.

import type { JsonObject } from "../json.ts"
import { textOf } from "../json.ts"
import { randomTemplateId } from "../random.ts"
import { ok, refuse } from "../result.ts"
import { announceTemplate } from "../webhooks/announce.ts"
import type { Handler } from "./call.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"
import { listOf, pickFields } from "./parameters.ts"
import { judgeTemplate } from "./template-rules.ts"
import type { StoredTemplate } from "./template-store.ts"

const REVIEW_MS = 1_000
const LIST_MAX = 100
const LIST_USUAL = 25
const USUAL_FIELDS = ["name", "parameter_format", "components", "language", "status", "category", "id"]

/** Create one; it comes back PENDING, or REJECTED with its reason. */
export const createTemplate: Handler = ({ emulator, page, values }) => {
  const judged = judgeTemplate(values)
  if (!judged.ok) return judged
  const { name, language } = judged.value
  if (emulator.templates.find(page.id, name, language) !== undefined) {
    const userMessage = "There is already content in this language for this template."
    return refuse({ ...GRAPH_ERRORS.templateCreation, userMessage })
  }
  const now = emulator.clock.now()
  const stored = emulator.templates.add(page.id, randomTemplateId(), judged.value, now, now + REVIEW_MS)
  if (stored.status === "REJECTED") announceTemplate(emulator, page.id, stored)
  emulator.tick()
  return ok({
    id: stored.id,
    status: stored.status,
    category: "UTILITY",
    ...(stored.reason === undefined ? {} : { rejection_reason: stored.reason }),
  })
}

/** List them, filtered and paged as the platform does. */
export const listTemplates: Handler = ({ emulator, page, values }) => {
  emulator.tick()
  const wanted = emulator.templates.list(page.id).filter((template) => isWanted(template, values))
  const limit = Math.min(LIST_MAX, Number(values.limit ?? LIST_USUAL) || LIST_USUAL)
  const start = Number(atob(textOf(values, "after") ?? btoa("0"))) || 0
  const fields = values.fields === undefined ? USUAL_FIELDS : listOf(values.fields)
  const data = wanted
    .slice(start, start + limit)
    .map((template) => pickFields(templateView(template), fields))
  const end = start + data.length
  const cursors = { before: btoa(String(start)), after: btoa(String(end)) }
  return ok({
    data,
    ...(data.length === 0 ? {} : { paging: { cursors, ...(end < wanted.length ? { next: end } : {}) } }),
  })
}

/** Delete every language of a name, or one template by `template_id` (or its twin `hsm_id`). */
export const removeTemplates: Handler = ({ emulator, page, values }) => {
  const id = values.template_id ?? values.hsm_id
  const name = textOf(values, "name")
  if (id === undefined && name === undefined)
    return refuse(invalidParameter("The parameter name is required"))
  const gone = emulator.templates.remove(
    page.id,
    id === undefined ? { name: name ?? "" } : { id: String(id) },
  )
  return gone === 0 ? refuse(invalidParameter("Message template not found")) : ok({ success: true })
}

function isWanted(template: StoredTemplate, values: JsonObject): boolean {
  const name = textOf(values, "name") ?? textOf(values, "name_or_content")
  const languages = listOf(values.language)
  const statuses = listOf(values.status)
  return (
    (name === undefined || template.name.includes(name)) &&
    (languages.length === 0 || languages.includes(template.language)) &&
    (statuses.length === 0 || statuses.includes(template.status))
  )
}

/** A template as the API prints it. */
export function templateView(template: StoredTemplate): JsonObject {
  return {
    id: template.id,
    name: template.name,
    language: template.language,
    status: template.status,
    category: "UTILITY",
    parameter_format: template.parameterFormat,
    components: template.components,
    creation_time: Math.floor(template.createdAt / 1000),
    ...(template.reason === undefined ? {} : { rejected_reason: template.reason }),
  }
}
