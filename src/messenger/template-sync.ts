// Bringing a Page's utility templates to what our notices need: create what is missing, note the status of each, retire old versions of
// ours. Repeating it changes nothing. Never edits at the platform: new words are a new name. The store is given. Composed by scheduled
// work, onboarding and the webhook's hint.

import type { PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import type { Graph } from "./client.ts"
import type { GraphTemplate } from "./graph-templates.ts"
import type { GraphRefusal } from "./refusal.ts"
import {
  lintTemplate,
  renderTemplate,
  templateStateOf,
  versionOf,
  type TemplateRefusal,
  type TemplateSpec,
} from "./template.ts"

/** What was done. Templates are named `name language`. */
export interface TemplateSync {
  readonly created: readonly string[]
  /** Those the platform did not take, each with its refusal: the others are not held up by one. */
  readonly refused: readonly { readonly template: string; readonly refusal: GraphRefusal }[]
  /** Old versions that were deleted at the platform. */
  readonly retired: readonly string[]
  /** Rows whose status is new. */
  readonly written: number
}

/** A template's row. */
type ShelvedTemplate = Pick<GraphTemplate, "name" | "language" | "status">

/** Where statuses are noted: page-store.ts. */
export interface TemplateShelf {
  list(page: PageId): Promise<readonly ShelvedTemplate[]>
  put(page: PageId, statuses: readonly ShelvedTemplate[]): Promise<number>
  delete(page: PageId, gone: readonly Pick<GraphTemplate, "name" | "language">[]): Promise<void>
}

/** What synchronising needs. Without `deleteTemplate` old versions stay. */
export interface TemplateSyncWorld {
  readonly graph: Pick<Graph, "listTemplates" | "createTemplate"> & Partial<Pick<Graph, "deleteTemplate">>
  readonly shelf: TemplateShelf
}

/** Refusals that would meet the next template, too. */
const STOPPING: readonly GraphRefusal["reason"][] = ["throttled", "page_stopped", "unknown_outcome", "retry"]

/** Name of one template in one language, as `TemplateSync` and callers' sets hold it. */
export function templateName(template: Pick<GraphTemplate, "name" | "language">): string {
  return `${template.name} ${template.language}`
}

/** Synchronise. All specs are linted before any call: one at fault stops the whole, because it is our own text.
 * @param specs everything the Page shall have, in all its languages: what the shelf knows and they do not is deleted */
export async function syncTemplates(
  given: TemplateSyncWorld,
  page: PageId,
  token: Secret,
  specs: readonly TemplateSpec[],
  signal?: AbortSignal,
): Promise<Result<TemplateSync, GraphRefusal | TemplateRefusal>> {
  const { graph, shelf } = given
  for (const spec of specs) {
    const lint = lintTemplate(spec)
    if (!lint.ok) return lint
  }
  const listed = await graph.listTemplates(page, token, signal)
  if (!listed.ok) return listed
  const known = new Map(listed.value.map((template) => [templateName(template), template]))
  const created: string[] = []
  const refused: { readonly template: string; readonly refusal: GraphRefusal }[] = []
  let stopped: GraphRefusal | undefined
  for (const spec of specs) {
    const template = templateName(spec)
    if (known.has(template)) continue
    const answer = await graph.createTemplate(page, token, renderTemplate(spec), signal)
    if (answer.ok) {
      created.push(template)
      known.set(template, { ...answer.value, name: spec.name, language: spec.language })
      continue
    }
    refused.push({ template, refusal: answer.error })
    if (!STOPPING.includes(answer.error.reason)) continue
    stopped = answer.error
    break
  }
  // What was learned is kept, though the rest could not be created.
  const wanted = new Set(specs.map(templateName))
  const statuses = [...known.values()].filter((template) => wanted.has(templateName(template)))
  const written = await shelf.put(
    page,
    statuses.map(({ name, language, status }) => ({ name, language, status })),
  )
  const shelved = await shelf.list(page)
  const retired = stopped
    ? []
    : await retire(graph, page, token, outdated([...known.values()], specs, shelved), signal)
  for (const template of retired) known.delete(template)
  const gone = shelved.filter((template) => !known.has(templateName(template)))
  if (gone.length > 0) await shelf.delete(page, gone)
  return stopped ? err(stopped) : ok({ created, refused, retired, written })
}

/** Templates of ours that nothing uses any more: an older version whose successor in the same language may be used already, and every
 * version of words that were given up, which only our own shelf can tell from another app's: whatever stands there has to be in `specs`. A newer version is left alone: it belongs
 * to a release that was rolled back, or to one that is rolling out. */
function outdated(
  known: readonly GraphTemplate[],
  specs: readonly TemplateSpec[],
  shelved: readonly ShelvedTemplate[],
): readonly GraphTemplate[] {
  const current = new Map(specs.flatMap(({ name }) => typed(name)))
  const usable = new Set(
    known.filter(({ status }) => templateStateOf(status) === "approved").map(templateName),
  )
  const ours = new Set(shelved.map(templateName))
  return known.filter((template) => {
    const named = versionOf(template.name)
    if (!named) return false
    const successor = current.get(named.type)
    if (!successor) return specs.length > 0 && ours.has(templateName(template))
    const offered = specs.some(
      ({ name, language }) => name === successor.name && language === template.language,
    )
    const replaced =
      !offered || usable.has(templateName({ name: successor.name, language: template.language }))
    return named.version < successor.version && replaced
  })
}

function typed(name: string): readonly [string, { readonly name: string; readonly version: number }][] {
  const named = versionOf(name)
  return named ? [[named.type, { name, version: named.version }]] : []
}

/** Delete what can be deleted. One that is refused is met again by the next run. */
async function retire(
  graph: TemplateSyncWorld["graph"],
  page: PageId,
  token: Secret,
  templates: readonly GraphTemplate[],
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const retired: string[] = []
  for (const template of templates) {
    const { id, name } = template
    const answer =
      id === undefined ? undefined : await graph.deleteTemplate?.(page, token, { id, name }, signal)
    if (answer?.ok) retired.push(templateName(template))
    else if (answer && STOPPING.includes(answer.error.reason)) break
  }
  return retired
}
