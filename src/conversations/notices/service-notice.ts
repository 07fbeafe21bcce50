// `bank.service.notice.v1`: a bank's own words about its service, in the person's language, its first one standing in. They pass the same
// tables as templates: what promotes, threatens or asks for a secret is not told (P10). Who hears of one is not decided here.

import type { ServiceNotice } from "../../banks/event.ts"
import { wordFaultsOf } from "../../messenger/template-words.ts"
import { findLanguage, phrase, type Language } from "../../phrases/catalogue.ts"
import { isolate } from "../../phrases/format.ts"
import type { Notice } from "./notice.ts"

const TEMPLATE = "service_notice_v1"
const LINKS = /\p{L}[\p{L}\p{Nd}+.-]*:\/\/\S*|\bwww\.\S*/giu
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]+/gu
const NUMBER_TO_CALL = /[+(]*\p{Nd}(?:[^\p{L}\p{Nd}]{0,3}\p{Nd}){6,}/gu
const TITLE_CHARS_MAX = 100
const BODY_CHARS_MAX = 400

export const serviceNotice: Notice<ServiceNotice> = {
  accountOf: () => undefined,
  isUnfit: (event) =>
    wordFaultsOf([...Object.values(event.title), ...Object.values(event.body)]).some(
      (fault) => fault !== "tone",
    ),
  compose(event, { language, bank }) {
    const title = plain(pick(event.title, language), TITLE_CHARS_MAX)
    const body = plain(pick(event.body, language), BODY_CHARS_MAX)
    const text = phrase(language, "service_notice", {
      bank: isolate(language, bank.name),
      title: isolate(language, title),
      body: isolate(language, body),
    })
    return {
      message: { kind: "text", text },
      template: { kind: "template", name: TEMPLATE, language, body: [bank.name, title] },
    }
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

/** The text in a language, or in the bank's first one. */
function pick(texts: Readonly<Record<string, string>>, language: Language): string {
  const tag = Object.keys(texts).find((each) => findLanguage(each) === language)
  return texts[tag ?? Object.keys(texts)[0] ?? ""] ?? ""
}

/** One line without links, numbers to call, direction marks or exclamation marks. */
function plain(text: string, charsMax: number): string {
  const clean = text
    .replace(UNSEEN, " ")
    .replace(LINKS, " ")
    .replace(NUMBER_TO_CALL, " ")
    .replace(/[!！¡]+/g, ".")
    .replace(/\s+/gu, " ")
    .trim()
  if (clean === "") return "…"
  return clean.length <= charsMax ? clean : `${clean.slice(0, charsMax - 1).trimEnd()}…`
}
