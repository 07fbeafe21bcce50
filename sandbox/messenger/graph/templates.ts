// The utility template edges: create, list, edit, delete. A new template is reviewed by itself about a second later;
// how long that takes and how it ends are knobs of POST /control/templates/review.

import type { JsonObject } from "../json.ts"
import { textOf } from "../json.ts"
import { randomTemplateId } from "../random.ts"
import { ok, refuse } from "../result.ts"
import { announceTemplate } from "../webhooks/announce.ts"
import type { Handler } from "./call.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"
import { listOf, pickFields } from "./parameters.ts"
import { fromLibrary } from "./template-library.ts"
import { reviewOf } from "./template-review.ts"
import { judgeTemplate } from "./template-rules.ts"
import type { StoredTemplate } from "./template-store.ts"

const LIST_MAX = 100
const LIST_USUAL = 25
const USUAL_FIELDS = ["name", "parameter_format", "components", "language", "status", "category", "id"]

/** Create one; it comes back PENDING, or REJECTED with its reason. */
export const createTemplate: Handler = ({ emulator, page, standing, values }) => {
  if (!standing.utility) return refuse(GRAPH_ERRORS.permission)
  const params = fromLibrary(values)
  if (!params.ok) return params
  const judged = judgeTemplate(params.value)
  if (!judged.ok) return judged
  const { name, language } = judged.value
  if (emulator.templates.find(page.id, name, language) !== undefined) {
    const userMessage = "There is already content in this language for this template."
    return refuse({ ...GRAPH_ERRORS.templateCreation, userMessage })
  }
  const now = emulator.clock.now()
  const { delayMs } = reviewOf(emulator)
  const stored = emulator.templates.add(page.id, randomTemplateId(), judged.value, now, now + delayMs)
  if (stored.status === "REJECTED") announceTemplate(emulator, page.id, stored)
  emulator.tick()
  const told = emulator.templates.findById(page.id, stored.id) ?? stored
  return ok({
    id: told.id,
    status: told.status,
    category: "UTILITY",
    ...(told.reason === undefined
      ? {}
      : { rejection_reason: told.reason, specific_rejection_reason: told.reason }),
  })
}

/** Edit one. What is approved stays as it was approved; the rest goes into review again. */
export const editTemplate: Handler = ({ emulator, page, node, values }) => {
  const template = emulator.templates.findById(page.id, node)
  if (template === undefined) return refuse(GRAPH_ERRORS.noObject)
  if (template.status === "APPROVED") return refuse(invalidParameter("An approved template cannot be edited"))
  const { name, language, parameterFormat } = template
  const judged = judgeTemplate({
    parameter_format: parameterFormat,
    ...values,
    name,
    language,
    category: "UTILITY",
  })
  if (!judged.ok) return judged
  const { delayMs } = reviewOf(emulator)
  emulator.templates.rewrite(template.id, judged.value, emulator.clock.now() + delayMs)
  emulator.tick()
  return ok({ success: true })
}

/** List them, filtered and paged as the platform does. */
export const listTemplates: Handler = ({ emulator, page, url, values }) => {
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
  const next = new URL(url)
  next.searchParams.set("after", cursors.after)
  return ok({
    data,
    ...(data.length === 0
      ? {}
      : { paging: { cursors, ...(end < wanted.length ? { next: next.href } : {}) } }),
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
  const either = textOf(values, "name_or_content")
  const name = textOf(values, "name")
  const content = textOf(values, "content")
  const languages = listOf(values.language)
  const statuses = listOf(values.status)
  const categories = listOf(values.category)
  const text = JSON.stringify(template.components)
  return (
    (either === undefined || template.name.includes(either) || text.includes(either)) &&
    (name === undefined || template.name.includes(name)) &&
    (content === undefined || text.includes(content)) &&
    (languages.length === 0 || languages.includes(template.language)) &&
    (statuses.length === 0 || statuses.includes(template.status)) &&
    (categories.length === 0 || categories.includes("UTILITY"))
  )
}

/** A template as the API prints it. */
export function templateView(template: StoredTemplate): JsonObject {
  return {
    id: template.id,
    name: template.name,
    language: template.language,
    language_count: 1,
    status: template.status,
    category: "UTILITY",
    parameter_format: template.parameterFormat,
    components: template.components,
    creation_time: Math.floor(template.createdAt / 1000),
    last_updated_time: new Date(template.createdAt).toISOString().replace(/\.\d+Z$/, "+0000"),
    ...(template.reason === undefined
      ? {}
      : { rejected_reason: template.reason, rejection_reasons: [template.reason] }),
  }
}
