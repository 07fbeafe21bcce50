// Calls about a Page's utility templates. Which there should be is template-sync.ts. Composed by client.ts.
// @see messenger-platform.md 4.5

import type { PageId } from "../foundation/id.ts"
import { ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { nothing, type Caller } from "./graph-call.ts"
import { idOf, objectOf, objectsOf, textOf, type JsonObject } from "./json.ts"
import type { GraphRefusal } from "./refusal.ts"

/** A template as the platform tells of it. */
export interface GraphTemplate {
  readonly name: string
  readonly language: string
  /** The platform's word: APPROVED, PENDING, REJECTED, PAUSED, … */
  readonly status: string
  readonly id?: string
  /** Why it was refused, in the platform's word: TAG_SHOULD_BE_MARKETING, … */
  readonly rejection?: string
}

export interface TemplateCalls {
  /** @param body of template.ts `renderTemplate` */
  createTemplate(
    page: PageId,
    token: Secret,
    body: JsonObject,
    signal?: AbortSignal,
  ): Promise<Result<Pick<GraphTemplate, "status" | "id" | "rejection">, GraphRefusal>>
  /** All templates of a Page. */
  listTemplates(
    page: PageId,
    token: Secret,
    signal?: AbortSignal,
  ): Promise<Result<readonly GraphTemplate[], GraphRefusal>>
  /** Delete one language of a name. Sources call its parameter by two names: the second is tried where the first is refused. */
  deleteTemplate(
    page: PageId,
    token: Secret,
    template: { readonly id: string; readonly name: string },
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
}

/** A hundred templates are below 200 kB. */
const LIST_BYTES_MAX = 1024 * 1024
const TEMPLATES_PER_CALL = 100
/** A Page may hold some hundreds of templates; a cursor that never ends is not followed for ever. */
const TEMPLATE_CALLS_MAX = 20
const REJECTION = /^[A-Z_]{1,80}$/

export function templateCalls(ask: Caller): TemplateCalls {
  return {
    async createTemplate(page, token, body, signal) {
      const answer = await ask({ path: `${page}/message_templates`, page, token, body, signal })
      if (!answer.ok) return answer
      const { value } = answer
      return ok({ ...detailsOf(value), status: (textOf(value["status"], 40) ?? "PENDING").toUpperCase() })
    },
    async listTemplates(page, token, signal) {
      const templates: GraphTemplate[] = []
      let after: string | undefined
      for (let calls = 0; calls < TEMPLATE_CALLS_MAX; calls += 1) {
        const answer = await ask({
          method: "GET",
          path: `${page}/message_templates`,
          page,
          query: {
            fields: "id,name,language,status,rejected_reason",
            limit: String(TEMPLATES_PER_CALL),
            ...(after ? { after } : {}),
          },
          token,
          signal,
          bytesMax: LIST_BYTES_MAX,
        })
        if (!answer.ok) return answer
        templates.push(...objectsOf(answer.value["data"]).flatMap(readTemplate))
        const paging = objectOf(answer.value["paging"])
        after = textOf(objectOf(paging?.["cursors"])?.["after"], 500)
        // Following `next` itself would carry our token to whatever address it names.
        if (!after || typeof paging?.["next"] !== "string") break
      }
      return ok(templates)
    },
    async deleteTemplate(page, token, { id, name }, signal) {
      const path = `${page}/message_templates`
      const remove = (query: Readonly<Record<string, string>>) =>
        ask({ method: "DELETE", path, page, query, token, signal })
      const answer = await remove({ template_id: id })
      if (answer.ok || answer.error.reason !== "our_fault") return nothing(answer)
      // By the name alone every language would go: it stands beside the id only.
      return nothing(await remove({ hsm_id: id, name }))
    },
  }
}

function readTemplate(template: JsonObject): readonly GraphTemplate[] {
  const name = textOf(template["name"], 512)
  const language = textOf(template["language"], 20)
  const status = textOf(template["status"], 40)
  return name && language && status
    ? [{ name, language, status: status.toUpperCase(), ...detailsOf(template) }]
    : []
}

/** The creation answer and the list name the reason differently. `NONE` is no reason. */
function detailsOf(template: JsonObject): Pick<GraphTemplate, "id" | "rejection"> {
  const id = idOf(template["id"])
  const given = [
    template["rejected_reason"],
    template["rejection_reason"],
    template["specific_rejection_reason"],
  ]
  const rejection = given.find(
    (reason): reason is string => typeof reason === "string" && REJECTION.test(reason) && reason !== "NONE",
  )
  return { ...(id ? { id } : {}), ...(rejection ? { rejection } : {}) }
}
