// Whether a new utility template is taken at all, and whether it is approved. Pure: what is malformed is refused at
// once, what breaks a rule of content is stored as REJECTED with the platform's reason.
// Source: reference/messenger-platform.md 4.5.1. The limits of length are third-party observations there.

import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"
import type { ParameterFormat } from "./template.ts"
import { componentOf, placeholdersOf } from "./template.ts"

const NAME_MAX = 512
const BODY_MAX = 1024
const HEADER_MAX = 60
const LABEL_MAX = 20
const BUTTONS_MAX = 3

/** Reasons of a rejection. */
export type RejectionReason =
  | "INCORRECT_PARAMS"
  | "PARAMS_TO_WORD_RATIO_EXCEED_LIMIT"
  | "TAG_SHOULD_BE_MARKETING"
  | "TEMPLATE_VARIABLES_MISSING_SAMPLE_VALUES"

/** A template that was taken; `rejection` is set where review refuses its content. */
export type NewTemplate = {
  readonly name: string
  readonly language: string
  readonly parameterFormat: ParameterFormat
  readonly components: readonly JsonObject[]
  readonly rejection: RejectionReason | undefined
}

/** Judge the parameters of `POST /{page-id}/message_templates`. */
export function judgeTemplate(params: JsonObject): Result<NewTemplate, GraphError> {
  const name = textOf(params, "name") ?? ""
  const language = textOf(params, "language") ?? ""
  const format = params.parameter_format ?? "POSITIONAL"
  if (!/^[a-z0-9_]+$/.test(name) || name.length > NAME_MAX)
    return refuse(invalidParameter("Param name must match [a-z0-9_]+"))
  if (!/^[a-z]{2,3}(_[A-Z]{2})?$/.test(language))
    return refuse(invalidParameter("Param language is not a locale"))
  if (params.category !== "UTILITY")
    return refuse(invalidParameter("Param category must be one of {UTILITY}"))
  if (format !== "POSITIONAL" && format !== "NAMED") {
    return refuse(invalidParameter("Param parameter_format must be one of {POSITIONAL, NAMED}"))
  }
  if (!Array.isArray(params.components)) return refuse(invalidParameter("Param components must be an array"))
  const components = objectsOf(params, "components")
  const refusal = checkComponents(components)
  if (refusal !== undefined) return refuse(refusal)
  return ok({
    name,
    language,
    parameterFormat: format,
    components,
    rejection: findRejection(components, format),
  })
}

function checkComponents(components: readonly JsonObject[]): GraphError | undefined {
  const strange = components.find(
    (part) => !["HEADER", "BODY", "BUTTONS"].includes(String(part.type).toUpperCase()),
  )
  if (strange !== undefined)
    return invalidParameter(`Component type ${String(strange.type)} is not supported`)
  const body = textOf(componentOf(components, "BODY") ?? {}, "text") ?? ""
  if (body.trim() === "" || body.length > BODY_MAX) {
    return invalidParameter(`The BODY must hold text of at most ${BODY_MAX} characters`)
  }
  const header = componentOf(components, "HEADER")
  if (header !== undefined && header.format !== "IMAGE") {
    const text = textOf(header, "text") ?? ""
    if (header.format !== "TEXT" || text.trim() === "" || text.length > HEADER_MAX) {
      return invalidParameter(`The HEADER must be an IMAGE or TEXT of at most ${HEADER_MAX} characters`)
    }
  }
  const buttons = objectsOf(componentOf(components, "BUTTONS") ?? {}, "buttons")
  if (buttons.length > BUTTONS_MAX) return invalidParameter(`At most ${BUTTONS_MAX} buttons are allowed`)
  for (const button of buttons) {
    const refusal = checkButton(button)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function checkButton(button: JsonObject): GraphError | undefined {
  const type = String(button.type).toUpperCase()
  const label = textOf(button, "text") ?? ""
  if (!["POSTBACK", "URL", "PHONE_NUMBER"].includes(type)) return GRAPH_ERRORS.templateCreation
  if (label.trim() === "" || label.length > LABEL_MAX) {
    return invalidParameter(`A button needs a text of at most ${LABEL_MAX} characters`)
  }
  if (type === "POSTBACK") {
    if (button.example !== undefined) return GRAPH_ERRORS.postbackExample
    return textOf(button, "payload") === undefined
      ? invalidParameter("A POSTBACK button needs a payload")
      : undefined
  }
  const target = type === "URL" ? "url" : "phone_number"
  return textOf(button, target) === undefined
    ? invalidParameter(`A ${type} button needs a ${target}`)
    : undefined
}

const MARKETING =
  /\b(\d+ ?% off|discount|special offer|promo(tion)?( code)?|buy now|limited time|coupon|flash sale)\b/i
const ASKS_FOR_NUMBERS =
  /\b(reply with|send us|enter|provide|confirm)\b[^.]{0,40}\b(full |complete )?(card|account|social security|national id) number/i

function findRejection(
  components: readonly JsonObject[],
  format: ParameterFormat,
): RejectionReason | undefined {
  const header = componentOf(components, "HEADER")
  const body = componentOf(components, "BODY") ?? {}
  const buttons = objectsOf(componentOf(components, "BUTTONS") ?? {}, "buttons")
  const texts = [textOf(header ?? {}, "text") ?? "", textOf(body, "text") ?? ""]
  if (texts.some((text) => !arePlaceholdersWellFormed(text, format))) return "INCORRECT_PARAMS"
  if (ASKS_FOR_NUMBERS.test(texts.join(" "))) return "INCORRECT_PARAMS"
  if (!hasExamples(header, body, buttons, format)) return "TEMPLATE_VARIABLES_MISSING_SAMPLE_VALUES"
  if (hasTooManyPlaceholders(texts[1] ?? "")) return "PARAMS_TO_WORD_RATIO_EXCEED_LIMIT"
  return MARKETING.test(texts.join(" ")) ? "TAG_SHOULD_BE_MARKETING" : undefined
}

function arePlaceholdersWellFormed(text: string, format: ParameterFormat): boolean {
  const names = placeholdersOf(text)
  const braces = Array.from(text.matchAll(/\{\{(.*?)\}\}/g), (match) => match[1] ?? "")
  if (braces.some((name) => !/^\s*[A-Za-z0-9_]+\s*$/.test(name))) return false
  if (/^\s*\{\{/.test(text) || /\}\}\s*$/.test(text)) return false
  if (format === "NAMED") return names.every((name) => /^[a-z][a-z0-9_]*$/.test(name))
  return (
    names.every((name) => /^\d+$/.test(name)) && names.every((_, index) => names.includes(String(index + 1)))
  )
}

function hasExamples(
  header: JsonObject | undefined,
  body: JsonObject,
  buttons: readonly JsonObject[],
  format: ParameterFormat,
): boolean {
  const urls = buttons.filter((button) => placeholdersOf(textOf(button, "url") ?? "").length > 0)
  return (
    countExamples(header ?? {}, "header_text", format) >=
      placeholdersOf(textOf(header ?? {}, "text") ?? "").length &&
    countExamples(body, "body_text", format) >= placeholdersOf(textOf(body, "text") ?? "").length &&
    urls.every((button) => button.example !== undefined)
  )
}

function countExamples(component: JsonObject, key: string, format: ParameterFormat): number {
  const example = component.example
  if (!isObject(example)) return 0
  const list = example[format === "NAMED" ? `${key}_named_params` : key]
  if (!Array.isArray(list)) return 0
  // body_text is a list of lists: one row of values for each example.
  const first: unknown = list[0]
  return format === "POSITIONAL" && Array.isArray(first) ? first.length : list.length
}

/** Two fixed words for each placeholder and one more: the platform's rule is not published, this is its twin's. */
function hasTooManyPlaceholders(body: string): boolean {
  const names = placeholdersOf(body)
  const words = body.replace(/\{\{.*?\}\}/g, " ").match(/[\p{L}\p{N}]+/gu) ?? []
  return names.length > 0 && words.length < names.length * 2 + 1
}
