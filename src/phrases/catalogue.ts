// Says a phrase in a language. One catalogue a language; English stands in for none: every catalogue is complete by type.

import { IntlMessageFormat } from "intl-messageformat"
import { ar } from "./ar.ts"
import { en, type PhraseKey } from "./en.ts"

/** Languages the chat speaks, the fallback first. */
export const LANGUAGES = ["en", "ar"] as const
export type Language = (typeof LANGUAGES)[number]

/** Values a phrase may hold. Money and times come as finished text (format.ts), so that their digits are under our control. */
export type PhraseValues = Readonly<Record<string, string | number>>

const CATALOGUES: Readonly<Record<Language, Readonly<Record<PhraseKey, string>>>> = { en, ar }
const formats = new Map<string, IntlMessageFormat>()

/** `true` for a language the chat speaks. */
export function isLanguage(value: unknown): value is Language {
  return typeof value === "string" && (LANGUAGES as readonly string[]).includes(value)
}

/** The language the chat speaks for a BCP 47 or platform locale (`ar-EG`, `en_US`), or `undefined`. */
export function findLanguage(locale: string): Language | undefined {
  const [primary] = locale.toLowerCase().split(/[-_]/)
  return isLanguage(primary) ? primary : undefined
}

/** A phrase as text. @throws Error where a value the phrase names is missing: a fault of ours */
export function phrase(language: Language, key: PhraseKey, values: PhraseValues = {}): string {
  const name = `${language} ${key}`
  let format = formats.get(name)
  if (!format) {
    format = new IntlMessageFormat(CATALOGUES[language][key], language, undefined, { ignoreTag: true })
    formats.set(name, format)
  }
  return String(format.format(values))
}

/** The text of a phrase before its values, for catalogue checks. */
export function sourceOf(language: Language, key: PhraseKey): string {
  return CATALOGUES[language][key]
}
