// Says a phrase of the linking pages. Apart from the chat's catalogue: these are pages, with markup round their values, and no
// plurals. English stands in for none: every catalogue is complete by type.

import type { Language } from "./catalogue.ts"
import { linkPagesAr } from "./link-pages.ar.ts"
import { linkPagesEn, type LinkPageKey } from "./link-pages.en.ts"

export type LinkPageValues = Readonly<Record<string, string>>

const CATALOGUES: Readonly<Record<Language, Readonly<Record<LinkPageKey, string>>>> = {
  en: linkPagesEn,
  ar: linkPagesAr,
}
const PLACEHOLDER = /\{([a-z]+)\}/

/** A phrase in pieces: plain text, and values that stand in it. @throws Error where a value the phrase names is missing */
export function linkPagePieces(
  language: Language,
  key: LinkPageKey,
  values: LinkPageValues = {},
): readonly { readonly text: string; readonly isValue: boolean }[] {
  return CATALOGUES[language][key].split(PLACEHOLDER).map((text, index) => {
    if (index % 2 === 0) return { text, isValue: false }
    const value = values[text]
    if (value === undefined) throw new Error(`Cannot say "${key}": value "${text}" is missing`)
    return { text: value, isValue: true }
  })
}

/** A phrase as plain text. @throws Error where a value the phrase names is missing */
export function linkPagePhrase(language: Language, key: LinkPageKey, values: LinkPageValues = {}): string {
  return linkPagePieces(language, key, values)
    .map(({ text }) => text)
    .join("")
}
