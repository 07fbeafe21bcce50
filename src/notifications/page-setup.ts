// What a Page must have at Meta before it can serve: our webhook's fields, Get Started and the menu, the utility templates of every
// notice. Run when a Page is registered and by the clock; each part is written only where it differs.

import { SECOND_MS } from "../foundation/clock.ts"
import type { Log } from "../foundation/log.ts"
import { listTemplates } from "../conversations/notices/compose.ts"
import { intentPayload, renderPayload } from "../conversations/intents/intent.ts"
import type { Graph } from "../messenger/client.ts"
import type { PageAccess } from "../messenger/page-directory.ts"
import { syncProfile, type PageProfile } from "../messenger/profile.ts"
import { syncTemplates, type TemplateShelf } from "../messenger/template-sync.ts"
import { LANGUAGES, findLanguage, phrase, type Language } from "../phrases/catalogue.ts"
import type { BankRecord } from "../banks/bank.ts"

/** Fields of the webhook. Ratings under every message (`response_feedback`) are not among them. */
const FIELDS = [
  "messages",
  "messaging_postbacks",
  "message_echoes",
  "message_deliveries",
  "message_reads",
  "message_reactions",
  "messaging_account_linking",
  "messaging_referrals",
  "message_template_status_update",
]
/** Meta's locales for a language of ours, beside `default`. */
const META_LOCALES: Readonly<Record<Language, string>> = { en: "en_US", ar: "ar_AR" }
const SETUP_MS = 20 * SECOND_MS
const GREETING_CHARS_MAX = 160

/** Bring a Page to what it must have. Parts that fail are logged and found missing again by the next run.
 * @returns whether everything is in place */
export async function setUpPage(
  given: { readonly graph: Graph; readonly shelf: TemplateShelf; readonly log: Log },
  page: PageAccess,
  bank: BankRecord,
): Promise<boolean> {
  const { graph, shelf, log } = given
  const { id } = page.record
  const signal = AbortSignal.timeout(SETUP_MS)
  const offered = LANGUAGES.filter((language) =>
    bank.languages.some((each) => findLanguage(each) === language),
  )
  const subscribed = await graph.subscribe(id, page.token, FIELDS, signal)
  if (!subscribed.ok) log.warn("page_not_subscribed", { page: id, reason: subscribed.error.reason })
  const profile = await syncProfile(graph, id, page.token, profileOf(bank, offered), signal)
  if (!profile.ok) log.warn("page_profile_not_written", { page: id, reason: profile.error.reason })
  const specs = listTemplates().filter((spec) => offered.some((language) => language === spec.language))
  const templates = await syncTemplates({ graph, shelf }, id, page.token, specs, signal)
  if (!templates.ok) log.warn("page_templates_not_synced", { page: id, reason: templates.error.reason })
  return subscribed.ok && profile.ok && templates.ok
}

/** Get Started, greeting and menu; the menu shows what works. */
function profileOf(bank: BankRecord, languages: readonly Language[]): PageProfile {
  const locales = (each: (language: Language) => [string, Language][]) => languages.flatMap(each)
  const entries = [
    ["default", languages[0] ?? "en"] as const,
    ...locales((language) => [[META_LOCALES[language], language]]),
  ]
  const item = (
    language: Language,
    key: Parameters<typeof phrase>[1],
    intent: Parameters<typeof intentPayload>[0],
  ) => ({ kind: "postback", title: phrase(language, key), payload: intentPayload(intent) }) as const
  return {
    getStarted: renderPayload("GET_STARTED"),
    greeting: Object.fromEntries(
      entries.map(([locale, language]) => [
        locale,
        phrase(language, "hello_linked", { bank: bank.name }).slice(0, GREETING_CHARS_MAX),
      ]),
    ),
    menu: Object.fromEntries(
      entries.map(([locale, language]) => [
        locale,
        [
          item(language, "balance_button", "balance"),
          item(language, "transactions_button", "transactions"),
          item(language, "connect_button", "connect"),
          item(language, "urgent_button", "lost_card"),
          item(language, "human_button", "human"),
          item(language, "language_button", "language"),
          item(language, "stop_button", "stop"),
        ],
      ]),
    ),
  }
}
