// Says a phrase of the linking pages. Apart from the chat's catalogue: these are pages, with markup round their values, and no
// plurals. English stands in for none: every catalogue is complete by type.

import type { Language } from "./catalogue.ts"
import { linkPagesAr } from "./link-pages.ar.ts"
import { linkPagesEn, type LinkPageKey } from "./link-pages.en.ts"
import { piecesOf, type PagePieces, type PageValues } from "./page-pieces.ts"

export type LinkPageValues = PageValues

const CATALOGUES: Readonly<Record<Language, Readonly<Record<LinkPageKey, string>>>> = {
  en: linkPagesEn,
  ar: linkPagesAr,
}

/** A phrase in pieces: plain text, and values that stand in it. @throws Error where a value the phrase names is missing */
export function linkPagePieces(
  language: Language,
  key: LinkPageKey,
  values: LinkPageValues = {},
): PagePieces {
  return piecesOf(CATALOGUES[language][key], key, values)
}

/** A phrase as plain text. @throws Error where a value the phrase names is missing */
export function linkPagePhrase(language: Language, key: LinkPageKey, values: LinkPageValues = {}): string {
  return linkPagePieces(language, key, values)
    .map(({ text }) => text)
    .join("")
}
