// What a Conversation knows of its bank and of the ways there: public facts out of the bank's and the Page's records. Pure; read anew for
// each turn by conversation.ts.

import type { BankRecord } from "../banks/bank.ts"
import { DAY_MS, HOUR_MS } from "../foundation/clock.ts"
import { renewalOf } from "../links/renewal.ts"
import type { PageRecord } from "../messenger/page-record.ts"
import { defaultsOf } from "../preferences/defaults.ts"
import type { TurnContext } from "./turn-context.ts"

/** What each turn, and each notice, is given of the bank. */
export type BankFacts = TurnContext["bank"] &
  TurnContext["ways"] &
  Pick<TurnContext, "ownDataUrl" | "erasureUrl"> & { readonly textKeptMs: number }

/** The facts of a bank and of one of its Pages, on a gateway people reach at `publicOrigin`. */
export function bankFactsOf(bank: BankRecord, page: PageRecord, publicOrigin: string): BankFacts {
  const { name, emergencyPhone, timeZone, languages, linkHosts, looksADay, desk, hours } = bank
  const { appLink, helpUrl, complaintsUrl } = bank
  return {
    name,
    emergencyPhone,
    timeZone,
    languages,
    linkHosts,
    appLink,
    helpUrl,
    complaintsUrl,
    looksADay,
    desk,
    hours,
    renewal: renewalOf(bank),
    logInUrl: `${publicOrigin}/link/${bank.id}?page=${page.id}`,
    codeUrl: `${publicOrigin}/link/code`,
    logInAllowed: page.logInAllowed && bank.login === "browser",
    bankConfirms: bank.linkConfirmation === "required",
    newLinkMs: bank.newLinkHours * HOUR_MS,
    ownDataUrl: `${publicOrigin}/me`,
    erasureUrl: `${publicOrigin}/privacy/erasure/`,
    defaults: defaultsOf(bank),
    textKeptMs: bank.chatTextDays * DAY_MS,
  }
}
