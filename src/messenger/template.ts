// A utility template: its words with {{n}} where values go, and the platform's rules of creation, checked before the platform does:
// a template refused there is an alert that cannot be told outside the window. Pure. Composed by template-sync.ts.
// @see messenger-platform.md 4.5.1; lengths and the ratio are third-party observations there, kept so that templates survive either way

import { err, ok, type Result } from "../foundation/result.ts"
import type { JsonObject } from "./json.ts"
import {
  BUTTONS_MAX,
  TEMPLATE_BODY_CHARS_MAX,
  TEMPLATE_LANGUAGE_FORM,
  TEMPLATE_NAME_FORM,
  TITLE_CHARS_MAX,
} from "./message-limits.ts"

/** One template in one language. A change of words is a new name (`…_v2`): approved templates are never edited. */
export interface TemplateSpec {
  /** `a-z 0-9 _`, at most 512. */
  readonly name: string
  /** `en`, `ar`, `pt_BR`. */
  readonly language: string
  /** At most 1024 characters, header at most 60; `{{1}}`, `{{2}}`, … in order, never first or last. */
  readonly body: string
  readonly header?: string
  /** A value for each placeholder of the body: reviewers see the text with these. */
  readonly examples: readonly string[]
  /** Titles of postback buttons. The whole payload of each is given with every send. */
  readonly buttons?: readonly string[]
}

/** One rule broken. */
export type TemplateFault =
  | "name_form"
  | "language_form"
  | "body_empty"
  | "body_too_long"
  | "header_too_long"
  | "header_placeholder"
  | "placeholder_form"
  | "placeholders_not_sequential"
  | "placeholder_at_edge"
  | "examples_missing"
  | "example_symbol"
  | "too_many_placeholders"
  | "too_many_buttons"
  | "button_title"

/** All rules a template breaks, at least one. */
export interface TemplateRefusal {
  readonly reason: "template_rules"
  readonly name: string
  readonly language: string
  readonly broken: readonly TemplateFault[]
}

/** What a template's status is worth when something is to be said outside the window. */
export type TemplateState = "approved" | "pending" | "rejected" | "none"

const HEADER_CHARS_MAX = 60
const BRACES = /\{\{(.*?)\}\}/g
/** Fixed words a placeholder needs, and one more: the platform publishes no number, its twin's is this. */
const WORDS_PER_PLACEHOLDER = 2
const PENDING: readonly string[] = ["PENDING", "IN_APPEAL"]

/** Check a template against the rules of creation; all faults are found at once. */
export function lintTemplate(spec: TemplateSpec): Result<TemplateSpec, TemplateRefusal> {
  const { name, language, body, header, examples, buttons = [] } = spec
  const names = Array.from(body.matchAll(BRACES), (match) => match[1] ?? "")
  const distinct = new Set(names)
  const words = body.replace(BRACES, " ").match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  const faults: readonly (readonly [TemplateFault, boolean])[] = [
    ["name_form", !TEMPLATE_NAME_FORM.test(name)],
    ["language_form", !TEMPLATE_LANGUAGE_FORM.test(language)],
    ["body_empty", body.trim() === ""],
    ["body_too_long", body.length > TEMPLATE_BODY_CHARS_MAX],
    ["header_too_long", header !== undefined && (header.trim() === "" || header.length > HEADER_CHARS_MAX)],
    ["header_placeholder", header !== undefined && /\{\{|\}\}/.test(header)],
    [
      "placeholder_form",
      names.some((each) => !/^[1-9][0-9]?$/.test(each)) || /\{\{|\}\}/.test(body.replace(BRACES, "")),
    ],
    ["placeholders_not_sequential", !areSequential(names)],
    ["placeholder_at_edge", /^\s*\{\{/.test(body) || /\}\}\s*$/.test(body)],
    ["examples_missing", examples.length !== distinct.size || examples.some((each) => each.trim() === "")],
    ["example_symbol", examples.some((each) => /[#$%]/.test(each))],
    ["too_many_placeholders", names.length > 0 && words.length < names.length * WORDS_PER_PLACEHOLDER + 1],
    ["too_many_buttons", buttons.length > BUTTONS_MAX],
    ["button_title", buttons.some((title) => title.trim() === "" || title.length > TITLE_CHARS_MAX)],
  ]
  const broken = faults.filter(([, holds]) => holds).map(([fault]) => fault)
  return broken.length === 0 ? ok(spec) : err({ reason: "template_rules", name, language, broken })
}

/** Numbered from 1 in the order they first stand; one may stand again. */
function areSequential(names: readonly string[]): boolean {
  return [...new Set(names)].every((name, index) => name === String(index + 1))
}

/** Body of `POST /{page}/message_templates`. A postback button takes no example: the platform refuses one. */
export function renderTemplate(spec: TemplateSpec): JsonObject {
  const { name, language, body, header, examples, buttons = [] } = spec
  return {
    name,
    language,
    category: "UTILITY",
    parameter_format: "POSITIONAL",
    components: [
      ...(header === undefined ? [] : [{ type: "HEADER", format: "TEXT", text: header }]),
      { type: "BODY", text: body, ...(examples.length > 0 ? { example: { body_text: [examples] } } : {}) },
      ...(buttons.length > 0 ? [{ type: "BUTTONS", buttons: buttons.map(renderButton) }] : []),
    ],
  }
}

function renderButton(title: string): JsonObject {
  return { type: "POSTBACK", text: title, payload: "{{1}}" }
}

/** What the platform's status of a template means to a send. Only APPROVED may be used. */
export function templateStateOf(status: string | undefined): TemplateState {
  if (status === undefined) return "none"
  const word = status.toUpperCase()
  if (word === "APPROVED") return "approved"
  return PENDING.includes(word) ? "pending" : "rejected"
}
