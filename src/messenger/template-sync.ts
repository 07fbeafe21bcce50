// Bringing a Page's utility templates to what our notices need: create what is missing, note the status of each. Repeating it changes
// nothing. Never edits and never deletes at the platform: new words are a new name. The store is given. Composed by scheduled work,
// onboarding and the webhook's hint.

import type { PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import type { Graph, GraphTemplate } from "./client.ts"
import type { GraphRefusal } from "./refusal.ts"
import { lintTemplate, renderTemplate, type TemplateRefusal, type TemplateSpec } from "./template.ts"

/** What was done. */
export interface TemplateSync {
  /** `name language` of each that was created. */
  readonly created: readonly string[]
  /** Those the platform did not take, each with its refusal: the others are not held up by one. */
  readonly refused: readonly { readonly template: string; readonly refusal: GraphRefusal }[]
  /** Rows whose status is new. */
  readonly written: number
}

/** Where statuses are noted: page-store.ts. */
export interface TemplateShelf {
  list(page: PageId): Promise<readonly GraphTemplate[]>
  put(page: PageId, statuses: readonly GraphTemplate[]): Promise<number>
  delete(page: PageId, gone: readonly Pick<GraphTemplate, "name" | "language">[]): Promise<void>
}

/** Refusals that would meet the next template, too. */
const STOPPING: readonly GraphRefusal["reason"][] = ["throttled", "page_stopped", "unknown_outcome", "retry"]

/** Name of one template in one language, as `TemplateSync` and callers' sets hold it. */
export function templateName(template: Pick<GraphTemplate, "name" | "language">): string {
  return `${template.name} ${template.language}`
}

/** Synchronise. All specs are linted before any call: one at fault stops the whole, because it is our own text. */
export async function syncTemplates(
  given: { readonly graph: Pick<Graph, "listTemplates" | "createTemplate">; readonly shelf: TemplateShelf },
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
      known.set(template, { name: spec.name, language: spec.language, status: answer.value.status })
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
  const written = await shelf.put(page, statuses)
  const gone = (await shelf.list(page)).filter((template) => !known.has(templateName(template)))
  if (gone.length > 0) await shelf.delete(page, gone)
  return stopped ? err(stopped) : ok({ created, refused, written })
}
