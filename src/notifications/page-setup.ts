// What a Page must have at Meta before it can serve: our webhook's fields, Get Started and the menu, the utility templates of every
// notice (page-templates.ts). Run when a Page is registered; each part is written only where it differs. The clock looks after the
// fields (page-check.ts) and the templates.

import { SECOND_MS } from "../foundation/clock.ts"
import type { Log } from "../foundation/log.ts"
import { renderPayload } from "../conversations/intents/intent.ts"
import { iceBreakers, inEach, pageMenu } from "../conversations/menu.ts"
import type { Graph } from "../messenger/client.ts"
import type { PageAccess } from "../messenger/page-directory.ts"
import { syncProfile } from "../messenger/profile.ts"
import type { PageProfile } from "../messenger/profile-limits.ts"
import { phrase, type Language } from "../phrases/catalogue.ts"
import type { BankRecord } from "../banks/bank.ts"
import { languagesOf, syncPageTemplates, type PageTemplateWorld } from "./page-templates.ts"

/** Fields of the webhook. Ratings under every message (`response_feedback`) are not among them: subscribing shows them to people. */
export const WEBHOOK_FIELDS: readonly string[] = [
  "messages",
  "message_edits",
  "message_echoes",
  "message_deliveries",
  "message_reads",
  "message_reactions",
  "messaging_postbacks",
  "messaging_optins",
  "messaging_referrals",
  "messaging_account_linking",
  "messaging_handovers",
  "standby",
  "messaging_policy_enforcement",
  "messaging_integrity",
  "message_template_status_update",
]
const SETUP_MS = 20 * SECOND_MS
const GREETING_CHARS_MAX = 160

/** Bring a Page to what it must have. Parts that fail are logged and found missing again by the clock.
 * @returns whether everything is in place */
export async function setUpPage(
  given: PageTemplateWorld & {
    readonly graph: Pick<Graph, "subscribe" | "getProfile" | "setProfile"> &
      Partial<Pick<Graph, "deleteProfile">>
    readonly log: Log
  },
  page: PageAccess,
  bank: BankRecord,
): Promise<boolean> {
  const { graph, log } = given
  const { id } = page.record
  const signal = AbortSignal.timeout(SETUP_MS)
  const subscribed = await graph.subscribe(id, page.token, WEBHOOK_FIELDS, signal)
  if (!subscribed.ok) log.warn("page_not_subscribed", { page: id, reason: subscribed.error.reason })
  const profile = await syncProfile(graph, id, page.token, profileOf(bank, languagesOf(bank)), signal)
  if (!profile.ok) log.warn("page_profile_not_written", { page: id, reason: profile.error.reason })
  const templates = await syncPageTemplates(given, page, bank, signal)
  return subscribed.ok && profile.ok && templates.ok
}

/** Get Started, greeting, ice breakers and menu. */
function profileOf(bank: BankRecord, languages: readonly Language[]): PageProfile {
  return {
    getStarted: renderPayload("GET_STARTED"),
    greeting: inEach(languages, (language) =>
      phrase(language, "hello_linked", { bank: bank.name }).slice(0, GREETING_CHARS_MAX),
    ),
    menu: pageMenu(languages),
    iceBreakers: iceBreakers(languages),
  }
}
