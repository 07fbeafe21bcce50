// A utility template: its words with {{n}} where values go, and the platform's rules of creation, checked before the platform does:
// a template refused there is an alert that cannot be told outside the window. Pure. Composed by template-sync.ts.
// @see messenger-platform.md 4.5.1; lengths and the ratio are third-party observations there, kept so that templates survive either way

import { err, ok, type Result } from "../foundation/result.ts"
import type { JsonObject } from "./json.ts"
import {
  BUTTONS_MAX,
  PHONE_FORM,
  TEMPLATE_BODY_CHARS_MAX,
  TEMPLATE_LANGUAGE_FORM,
  TEMPLATE_NAME_FORM,
  TITLE_CHARS_MAX,
} from "./message-limits.ts"
import { wordFaultsOf, type WordFault } from "./template-words.ts"

/** A button of a template: a postback by its title (the whole payload is given with every send), a page, or a call. A page's address
 * may end in `{{1}}`: what follows is given with every send, and `example` is the whole address with one. */
export type TemplateButton =
  | string
  | { readonly kind: "url"; readonly title: string; readonly url: string; readonly example?: string }
  | { readonly kind: "call"; readonly title: string; readonly phone: string }

/** One template in one language. A change of words is a new name (`…_v2`): approved templates are never edited. */
export interface TemplateSpec {
  /** `<type>_v<version>`: `a-z 0-9 _`, at most 512. */
  readonly name: string
  /** `en`, `ar`, `pt_BR`. */
  readonly language: string
  /** At most 1024 characters, header at most 60; `{{1}}`, `{{2}}`, … in order, never first or last. */
  readonly body: string
  readonly header?: string
  /** A value for each placeholder of the body: reviewers see the text with these. */
  readonly examples: readonly string[]
  /** Postbacks first, then pages, then calls: values are given by position. */
  readonly buttons?: readonly TemplateButton[]
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
  | "currency_symbol"
  | "long_number"
  | "too_many_placeholders"
  | "too_many_buttons"
  | "button_title"
  | "button_order"
  | "button_address"
  | WordFault

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
/** `<type>_v<version>`: how we know our own templates, and which is the newer. */
const VERSIONED_NAME = /^(.+)_v([1-9][0-9]{0,5})$/
/** Written in codes, since the platform polices signs: "27.40 EUR". */
const CURRENCY_SYMBOL = /\p{Sc}/u
/** More digits in a row than any card's last four, however they are grouped: the number of something. A date is none. */
const LONG_NUMBER = /\p{Nd}(?:[ \u00a0-]?\p{Nd}){6,}/u
const DATE = /\b\d{4}-\d{2}-\d{2}\b/g
const SUFFIX = "{{1}}"
const BUTTON_ORDER = ["postback", "url", "call"] as const

/** Check a template against the rules of creation and of P10; all faults are found at once. */
export function lintTemplate(spec: TemplateSpec): Result<TemplateSpec, TemplateRefusal> {
  const { name, language, body, header, examples } = spec
  const buttons = (spec.buttons ?? []).map(buttonOf)
  const names = Array.from(body.matchAll(BRACES), (match) => match[1] ?? "")
  const distinct = new Set(names)
  const words = body.replace(BRACES, " ").match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  const fixed = [body, header ?? "", ...buttons.map((button) => button.title)]
  const shown = [...fixed, ...examples]
  const faults: readonly (readonly [TemplateFault, boolean])[] = [
    ["name_form", !TEMPLATE_NAME_FORM.test(name) || versionOf(name) === undefined],
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
    ["currency_symbol", fixed.some((each) => CURRENCY_SYMBOL.test(each)) || examples.some(hasOtherSymbol)],
    ["long_number", shown.some((each) => LONG_NUMBER.test(each.replace(DATE, "")))],
    ["too_many_placeholders", names.length > 0 && words.length < names.length * WORDS_PER_PLACEHOLDER + 1],
    ["too_many_buttons", buttons.length > BUTTONS_MAX],
    ["button_title", buttons.some(({ title }) => title.trim() === "" || title.length > TITLE_CHARS_MAX)],
    ["button_order", !areOrdered(buttons)],
    ["button_address", buttons.some((button) => !leadsSomewhere(button))],
  ]
  const broken = [...faults.filter(([, holds]) => holds).map(([fault]) => fault), ...wordFaultsOf(shown)]
  return broken.length === 0 ? ok(spec) : err({ reason: "template_rules", name, language, broken })
}

/** Which words and which version of them a name stands for, or `undefined` for a name that is not ours. */
export function versionOf(name: string): { readonly type: string; readonly version: number } | undefined {
  const [, type, version] = VERSIONED_NAME.exec(name) ?? []
  return type && version ? { type, version: Number(version) } : undefined
}

/** Numbered from 1 in the order they first stand; one may stand again. */
function areSequential(names: readonly string[]): boolean {
  return [...new Set(names)].every((name, index) => name === String(index + 1))
}

/** The dollar is an `example_symbol` already. */
function hasOtherSymbol(example: string): boolean {
  return CURRENCY_SYMBOL.test(example.replaceAll("$", ""))
}

type TitledButton = { readonly kind: "postback"; readonly title: string } | Exclude<TemplateButton, string>

function buttonOf(button: TemplateButton): TitledButton {
  return typeof button === "string" ? { kind: "postback", title: button } : button
}

function areOrdered(buttons: readonly TitledButton[]): boolean {
  const places = buttons.map((button) => BUTTON_ORDER.indexOf(button.kind))
  return places.every((place, index) => place >= (places[index - 1] ?? 0))
}

/** An https address whose only placeholder is its end, with an example that begins with the rest; a number that can be called. */
function leadsSomewhere(button: TitledButton): boolean {
  if (button.kind === "postback") return true
  if (button.kind === "call") return PHONE_FORM.test(button.phone)
  const { url, example } = button
  const fixed = url.endsWith(SUFFIX) ? url.slice(0, -SUFFIX.length) : url
  const parsed = URL.parse(fixed)
  if (parsed?.protocol !== "https:" || parsed.pathname === "" || /[{}]/.test(fixed)) return false
  if (fixed === url) return example === undefined
  // A placeholder in the host would lead anywhere.
  return fixed.indexOf("/", "https://".length) > 0 && example !== undefined && example.startsWith(fixed)
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

/** What an example of an address holds is not settled between sources: we give the whole, as the platform's twin shows it. */
function renderButton(button: TemplateButton): JsonObject {
  if (typeof button === "string") return { type: "POSTBACK", text: button, payload: "{{1}}" }
  if (button.kind === "call") return { type: "PHONE_NUMBER", text: button.title, phone_number: button.phone }
  const { title, url, example } = button
  return {
    type: "URL",
    text: title,
    url,
    ...(example === undefined ? {} : { example: { url_suffix_example: example } }),
  }
}

/** What the platform's status of a template means to a send. Only APPROVED may be used. */
export function templateStateOf(status: string | undefined): TemplateState {
  if (status === undefined) return "none"
  const word = status.toUpperCase()
  if (word === "APPROVED") return "approved"
  return PENDING.includes(word) ? "pending" : "rejected"
}
