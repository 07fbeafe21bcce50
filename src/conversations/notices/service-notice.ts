// `bank.service.notice.v1`: a bank's own words about its service, in the person's language, its first one standing in. They pass the same
// tables as templates: what promotes, threatens or asks for a secret is not told (P10). One to everybody is a template of its own, which
// the platform reviews as it reviews ours; one to a single customer is nobody else's to read and goes by a template that only says that it
// is there. Who hears of one is not decided here.

import type { ServiceNotice } from "../../banks/event.ts"
import { sha256Now } from "../../crypto/sha256.ts"
import { utf8 } from "../../crypto/text.ts"
import { lintTemplate, type TemplateSpec } from "../../messenger/template.ts"
import { wordFaultsOf } from "../../messenger/template-words.ts"
import { findLanguage, phrase, type Language } from "../../phrases/catalogue.ts"
import { isolate } from "../../phrases/format.ts"
import type { Notice } from "./notice.ts"

const TEMPLATE = "service_notice_v1"
const LINKS = /\p{L}[\p{L}\p{Nd}+.-]*:\/\/\S*|\bwww\.\S*/giu
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu
const NUMBER_TO_CALL = /[+(]*\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd}){6,}/gu
/** What has as many digits and is said in most notices: days and hours, one behind another. */
const WHEN =
  /^(?:(?:\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])|(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|1[0-2])(?:[./](?:\d{4}|\d{2}))?|(?:[01]?\d|2[0-4]):[0-5]\d)(?:[^\p{L}\p{Nd}]{1,3}|$))+$/u
const TITLE_CHARS_MAX = 100
const BODY_CHARS_MAX = 400
/** Of the digest in a template's name: 96 bits, two notices never share one. */
const NAME_BYTES = 12

export const serviceNotice: Notice<ServiceNotice> = {
  accountOf: () => undefined,
  isUnfit: (event) =>
    wordFaultsOf([...Object.values(event.title), ...Object.values(event.body)]).some(
      (fault) => fault !== "tone",
    ),
  compose(event, { language, bank }) {
    const { title, body } = wordsOf(event, language)
    const message = {
      kind: "text",
      text: phrase(language, "service_notice", {
        bank: isolate(language, bank.name),
        title: isolate(language, title),
        body: isolate(language, body),
      }),
    } as const
    if (event.audience !== "linked")
      return { message, template: { kind: "template", name: TEMPLATE, language, body: [bank.name, title] } }
    const own = ownTemplate(event, language, bank.name)
    return own
      ? { message, template: { kind: "template", name: own.name, language: own.language, body: [] } }
      : { message }
  },
  templates: [
    {
      name: TEMPLATE,
      language: "en",
      body: "Service notice from {{1}}: {{2}}. Write to us here to read all of it.",
      examples: ["Harbourline Bank", "Planned maintenance"],
    },
    {
      name: TEMPLATE,
      language: "ar",
      body: "إشعار خدمة من {{1}}: {{2}}. اكتبوا إلينا هنا لقراءته كاملًا.",
      examples: ["Harbourline Bank", "صيانة مقررة"],
    },
  ],
}

/** The templates of a notice to everybody, in the languages its people are spoken to; none for one to a single customer, or for words
 * that may stand in none (P10 and the platform's rules). */
export function ownTemplatesOf(
  event: ServiceNotice,
  languages: readonly Language[],
  bankName: string,
): readonly TemplateSpec[] {
  if (event.audience !== "linked" || serviceNotice.isUnfit?.(event)) return []
  const specs = languages.flatMap((language) => ownTemplate(event, language, bankName) ?? [])
  return [...new Map(specs.map((spec) => [spec.language, spec])).values()]
}

/** Another notice is another template, and so are other words under the same id. */
function ownTemplate(event: ServiceNotice, wanted: Language, bankName: string): TemplateSpec | undefined {
  const language = languageOf(event, wanted)
  const { title, body } = wordsOf(event, language)
  const { source, id, title: titles, body: bodies } = event
  const digest = sha256Now(utf8(JSON.stringify([source, id, titles, bodies]))).slice(0, NAME_BYTES)
  const spec: TemplateSpec = {
    name: `notice_${digest.toHex()}_v1`,
    language,
    body: phrase(language, "service_notice", { bank: bankName, title, body }),
    examples: [],
  }
  return lintTemplate(spec).ok ? spec : undefined
}

/** The language its words are in for whoever is spoken to in another. */
function languageOf({ title, body }: ServiceNotice, language: Language): Language {
  const tags = [...Object.keys(title), ...Object.keys(body)].map(findLanguage)
  return tags.includes(language) ? language : (tags.find((each) => each !== undefined) ?? language)
}

function wordsOf(event: ServiceNotice, language: Language) {
  return {
    title: plain(pick(event.title, language), TITLE_CHARS_MAX),
    body: plain(pick(event.body, language), BODY_CHARS_MAX),
  }
}

/** The text in a language, or in the bank's first one. */
function pick(texts: Readonly<Record<string, string>>, language: Language): string {
  const tag = Object.keys(texts).find((each) => findLanguage(each) === language)
  return texts[tag ?? Object.keys(texts)[0] ?? ""] ?? ""
}

/** One line without links, numbers to call, direction marks, exclamation marks, pictures or a template's braces. */
function plain(text: string, charsMax: number): string {
  const clean = text
    .replace(UNSEEN, " ")
    .replace(LINKS, " ")
    .replace(NUMBER_TO_CALL, (number) => (WHEN.test(number) ? number : " "))
    .replace(/[{}]|\p{Extended_Pictographic}\uFE0F?/gu, " ")
    .replace(/[!！¡]+/g, ".")
    .replace(/\s+/gu, " ")
    .trim()
  if (clean === "") return "…"
  return clean.length <= charsMax ? clean : `${clean.slice(0, charsMax - 1).trimEnd()}…`
}
