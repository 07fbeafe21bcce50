// Says a phrase of the customer's own pages: pages with markup round their values, and no plurals. Names they share with the linking
// pages are said by link-pages.ts. English stands in for none: every catalogue is complete by type.

import type { Language } from "./catalogue.ts"
import { piecesOf, type PagePieces, type PageValues } from "./page-pieces.ts"
import { mePagesAr } from "./me-pages.ar.ts"
import { mePagesEn, type MePageKey } from "./me-pages.en.ts"

const CATALOGUES: Readonly<Record<Language, Readonly<Record<MePageKey, string>>>> = {
  en: mePagesEn,
  ar: mePagesAr,
}

/** A phrase in pieces: plain text, and values that stand in it. @throws Error where a value the phrase names is missing */
export function mePagePieces(language: Language, key: MePageKey, values: PageValues = {}): PagePieces {
  return piecesOf(CATALOGUES[language][key], key, values)
}

/** A phrase as plain text. @throws Error where a value the phrase names is missing */
export function mePagePhrase(language: Language, key: MePageKey, values: PageValues = {}): string {
  return mePagePieces(language, key, values)
    .map(({ text }) => text)
    .join("")
}
