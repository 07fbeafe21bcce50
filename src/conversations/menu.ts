// What stands beside the chat, in each language the bank speaks: the Page's menu and its ice breakers, and the menu one linked person sees
// in place of it. It shows what works. Titles and meanings are the chat's own. Composed by conversation.ts and notifications/page-setup.ts.

import type { IceBreaker, Menu } from "../messenger/profile-limits.ts"
import { phrase, type Language } from "../phrases/catalogue.ts"
import type { PhraseKey } from "../phrases/en.ts"
import { intentPayload, type Intent } from "./intents/intent.ts"

type Item = readonly [PhraseKey, Intent]

/** Before linking. */
const PAGE_ITEMS: readonly Item[] = [
  ["connect_button", "connect"],
  ["urgent_button", "lost_card"],
  ["human_button", "human"],
  ["language_button", "language"],
]
/** After it. */
const PERSONAL_ITEMS: readonly Item[] = [
  ["balance_button", "balance"],
  ["transactions_button", "transactions"],
  ["urgent_button", "lost_card"],
  ["human_button", "human"],
  ["language_button", "language"],
  ["my_data_menu_button", "my_data"],
]
/** Questions to tap in an empty chat. */
const ICE_BREAKERS: readonly Item[] = [
  ["ice_connect", "connect"],
  ["ice_safe", "how_it_works"],
  ["urgent_button", "lost_card"],
  ["human_button", "human"],
]

/** The platform's names of our languages. */
const META_LOCALES: Readonly<Record<Language, string>> = { en: "en_US", ar: "ar_AR" }

/** The menu of linked people, the bank's first language standing in for others. */
export function personalMenu(languages: readonly Language[]): Menu {
  return inEach(languages, (language) => menuItems(language, PERSONAL_ITEMS))
}

/** The Page's own menu. */
export function pageMenu(languages: readonly Language[]): Menu {
  return inEach(languages, (language) => menuItems(language, PAGE_ITEMS))
}

/** The Page's ice breakers. */
export function iceBreakers(languages: readonly Language[]): Readonly<Record<string, readonly IceBreaker[]>> {
  return inEach(languages, (language) =>
    ICE_BREAKERS.map(([key, intent]) => ({
      question: phrase(language, key),
      payload: intentPayload(intent),
    })),
  )
}

/** Something in each language, by Meta's locales; the bank's first language stands in for all others. */
export function inEach<T>(
  languages: readonly Language[],
  make: (language: Language) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries([
    ["default", make(languages[0] ?? "en")],
    ...languages.map((language) => [META_LOCALES[language], make(language)] as const),
  ])
}

function menuItems(language: Language, items: readonly Item[]): Menu[string] {
  return items.map(([key, intent]) => ({
    kind: "postback",
    title: phrase(language, key),
    payload: intentPayload(intent),
  }))
}
