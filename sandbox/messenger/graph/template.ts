// A utility template's shape and what filling it in means. Pure; creation rules stand in template-rules.ts, rows in
// template-store.ts. Source: reference/messenger-platform.md 4.5.

import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"

/** POSITIONAL placeholders are `{{1}}`, NAMED ones `{{first_name}}`. */
export type ParameterFormat = "POSITIONAL" | "NAMED"

/** Where a template stands. Only APPROVED ones can be sent. */
export const TEMPLATE_STATUSES = [
  "APPROVED",
  "PENDING",
  "REJECTED",
  "PAUSED",
  "DISABLED",
  "IN_APPEAL",
  "PENDING_DELETION",
  "DELETED",
  "ARCHIVED",
  "LIMIT_EXCEEDED",
] as const

/** One of them. */
export type TemplateStatus = (typeof TEMPLATE_STATUSES)[number]

/** One template in one language. */
export type Template = {
  readonly id: string
  readonly name: string
  readonly language: string
  readonly parameterFormat: ParameterFormat
  readonly components: readonly JsonObject[]
  readonly status: TemplateStatus
  readonly reason: string | undefined
}

/** A button as the person sees it. */
export type RenderedButton = {
  readonly type: "postback" | "web_url" | "phone_number"
  readonly title: string
  readonly payload?: string
  readonly url?: string
}

/** A template with its values in place: what the person reads. */
export type RenderedTemplate = {
  readonly header?: string
  readonly imageUrl?: string
  readonly body: string
  readonly buttons: readonly RenderedButton[]
}

const PLACEHOLDER = /\{\{\s*([A-Za-z0-9_]+)\s*\}\}/g

/** The placeholders of a text, in order of appearance, each once. */
export function placeholdersOf(text: string): readonly string[] {
  return [...new Set(Array.from(text.matchAll(PLACEHOLDER), (match) => match[1] ?? ""))]
}

/** The component of that type, if the template has one. */
export function componentOf(components: readonly JsonObject[], type: string): JsonObject | undefined {
  return components.find((component) => String(component.type).toUpperCase() === type)
}

/** Put a send's values into an approved template.
 * @param given `message.template` of the request
 * @returns refusal 100 for a wrong count, name or shape, 100/1893029 for too few button parameters */
export function renderTemplate(template: Template, given: JsonObject): Result<RenderedTemplate, GraphError> {
  const sent = objectsOf(given, "components")
  const header = componentOf(template.components, "HEADER")
  const headerText = fillText(textOf(header ?? {}, "text") ?? "", "header", template, sent)
  if (!headerText.ok) return headerText
  const body = fillText(
    textOf(componentOf(template.components, "BODY") ?? {}, "text") ?? "",
    "body",
    template,
    sent,
  )
  if (!body.ok) return body
  const buttons = fillButtons(objectsOf(componentOf(template.components, "BUTTONS") ?? {}, "buttons"), sent)
  if (!buttons.ok) return buttons
  const imageUrl = header?.format === "IMAGE" ? imageOf(sent) : undefined
  return ok({
    ...(headerText.value === "" ? {} : { header: headerText.value }),
    ...(imageUrl === undefined ? {} : { imageUrl }),
    body: body.value,
    buttons: buttons.value,
  })
}

function parametersOf(type: string, sent: readonly JsonObject[]): readonly JsonObject[] {
  return sent.filter((part) => part.type === type).flatMap((part) => objectsOf(part, "parameters"))
}

function imageOf(sent: readonly JsonObject[]): string | undefined {
  const image = parametersOf("header", sent).find((parameter) => parameter.type === "image")?.image
  return isObject(image) ? textOf(image, "link") : undefined
}

function fillText(
  text: string,
  part: "header" | "body",
  template: Template,
  sent: readonly JsonObject[],
): Result<string, GraphError> {
  const names = placeholdersOf(text)
  const parameters = parametersOf(part, sent).filter((parameter) => parameter.type !== "image")
  if (parameters.length !== names.length) {
    return refuse(
      invalidParameter(
        `Number of ${part} parameters (${parameters.length}) does not match the template (${names.length})`,
      ),
    )
  }
  const values = new Map<string, string>()
  for (const [index, parameter] of parameters.entries()) {
    const value = textOf(parameter, "text")
    if (parameter.type !== "text" || value === undefined || value.trim() === "") {
      return refuse(
        invalidParameter(`Param template ${part}[${index}] must be a text parameter with a value`),
      )
    }
    const name =
      template.parameterFormat === "NAMED" ? textOf(parameter, "parameter_name") : String(index + 1)
    if (name === undefined || !names.includes(name)) {
      return refuse(invalidParameter(`Param template ${part}[${index}] names no placeholder of the template`))
    }
    values.set(name, value)
  }
  if (values.size !== names.length) return refuse(invalidParameter(`A placeholder of ${part} has no value`))
  return ok(text.replace(PLACEHOLDER, (_, name: string) => values.get(name) ?? ""))
}

function fillButtons(
  buttons: readonly JsonObject[],
  sent: readonly JsonObject[],
): Result<readonly RenderedButton[], GraphError> {
  const parameters = parametersOf("buttons", sent)
  if (parameters.some((parameter) => "index" in parameter) || sent.some((part) => "index" in part)) {
    return refuse(
      invalidParameter('Invalid keys "index" were found in param "message[template][components]".'),
    )
  }
  const rendered: RenderedButton[] = []
  let next = 0
  for (const button of buttons) {
    const type = String(button.type).toUpperCase()
    const title = textOf(button, "text") ?? ""
    const pattern = (type === "URL" ? textOf(button, "url") : textOf(button, "payload")) ?? ""
    const dynamic = type !== "PHONE_NUMBER" && placeholdersOf(pattern).length > 0
    const parameter = dynamic ? parameters[next++] : undefined
    const value = parameter === undefined ? undefined : textOf(parameter, type === "URL" ? "url" : "payload")
    if (dynamic && (value === undefined || String(parameter?.type).toUpperCase() !== type)) {
      return refuse(GRAPH_ERRORS.buttonPayloadMissing)
    }
    const filled = pattern.replace(PLACEHOLDER, value ?? "")
    if (type === "URL") rendered.push({ type: "web_url", title, url: filled })
    else if (type === "PHONE_NUMBER")
      rendered.push({ type: "phone_number", title, payload: textOf(button, "phone_number") ?? "" })
    else rendered.push({ type: "postback", title, payload: filled })
  }
  return next < parameters.length
    ? refuse(invalidParameter("More button parameters than dynamic buttons"))
    : ok(rendered)
}
