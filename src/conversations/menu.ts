// The menu one linked person sees in place of the Page's: what a link makes possible, in each language the bank speaks. Titles and
// meanings are the chat's own. Composed by conversation.ts.

import type { Menu } from "../messenger/profile-limits.ts"
import { phrase, type Language } from "../phrases/catalogue.ts"
import type { PhraseKey } from "../phrases/en.ts"
import { intentPayload, type Intent } from "./intents/intent.ts"

const ITEMS = [
  ["balance_button", "balance"],
  ["transactions_button", "transactions"],
  ["urgent_button", "lost_card"],
  ["human_button", "human"],
  ["language_button", "language"],
  ["stop_button", "stop"],
] as const satisfies readonly (readonly [PhraseKey, Intent])[]

/** The platform's names of our languages. */
const META_LOCALES: Readonly<Record<Language, string>> = { en: "en_US", ar: "ar_AR" }

/** The menu of linked people, the bank's first language standing in for others. */
export function personalMenu(languages: readonly Language[]): Menu {
  const items = (language: Language): Menu[string] =>
    ITEMS.map(([key, intent]) => ({
      kind: "postback",
      title: phrase(language, key),
      payload: intentPayload(intent),
    }))
  return Object.fromEntries([
    ["default", items(languages[0] ?? "en")],
    ...languages.map((language) => [META_LOCALES[language], items(language)] as const),
  ])
}
