// Telling the bank that a link went live, changed or ended: at once, and durably before anybody goes on (P11). The customer's reference
// lies sealed with the link, so that an end is told before the link's key is destroyed. Composed by conversations/means.ts.

import type { BankRecord } from "../banks/bank.ts"
import type { LinkCallback } from "../banks/callback.ts"
import type { AskConfirmation, Confirmation } from "../banks/link-confirmation.ts"
import type { Report } from "../banks/callback-queue.ts"
import type { LinkStatus, Reason } from "../banks/callback-reason.ts"
import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { LinkId } from "../foundation/id.ts"
import type { Log } from "../foundation/log.ts"
import type { Vault } from "../vault/vault.ts"
import type { Consent } from "./consent.ts"
import { openCustomer } from "./link-customer.ts"
import { findLink, type EndReason } from "./link-store.ts"

/** What is shared and told under a link, as the newest consent has it. */
export type LinkTerms = Pick<Consent, "purposes" | "accounts" | "until" | "epoch">

/** Tells banks of links. Each may be repeated without harm. @throws Error where it could not be made durable: try again */
export interface LinkReports {
  /** Before it goes live, at a bank that must confirm it. A bank that does not answer has not confirmed anything yet. */
  confirmed(bank: BankRecord, link: LinkId, terms: LinkTerms): Promise<Confirmation>
  /** After the directory says that it is live. */
  activated(link: LinkId, terms: LinkTerms): Promise<void>
  /** After another consent record was appended. */
  changed(link: LinkId, terms: LinkTerms, reason: "changed_by_customer" | "renewed"): Promise<void>
  /** A reminder that the consent ends cannot be said in the chat. @param days before the end: it names the reminder */
  unreminded(link: LinkId, terms: LinkTerms, days: number, reason: Reason): Promise<void>
  /** After it was ended with its sealed columns kept, before the chore that destroys them is posted. */
  ended(link: LinkId, reason: EndReason): Promise<void>
}

/** What a bank hears of each end; nothing of a link that never was live, for it never heard of one. */
const ENDS = {
  declined: undefined,
  not_confirmed: undefined,
  wrong_code: undefined,
  other_person: undefined,
  disconnected: "disconnected",
  replaced: "replaced",
  not_me: "not_me",
  links_full: undefined,
  not_confirmed_by_bank: undefined,
  erased: "erased",
  consent_expired: "consent_expired",
  idle: "idle",
  ended_by_operator: "ended_by_operator",
  refused_by_bank: "refused_by_bank",
  revoked_by_bank: "revoked_by_bank",
} as const satisfies Readonly<Record<EndReason, Reason | undefined>>

/** Reports over the directory. */
export function createLinkReports(given: {
  readonly db: Database
  readonly vault: Pick<Vault, "openKey">
  readonly report: Report
  readonly askBank: AskConfirmation
  readonly now: Now
  readonly log: Log
}): LinkReports {
  const { db, vault, report, now, log } = given

  async function tell(
    id: LinkId,
    status: LinkStatus,
    reason: Reason,
    terms?: LinkTerms,
    more: Pick<LinkCallback, "daysBefore"> = {},
  ): Promise<void> {
    const about = await callbackOf(id, status, reason, terms)
    if (!about) return
    const reported = await report(about.bank, [{ ...about.callback, ...more }])
    if (!reported.ok) throw new Error("Cannot put the report of a link on the queue")
  }

  async function callbackOf(id: LinkId, status: LinkStatus, reason: Reason, terms?: LinkTerms) {
    const link = await findLink(db, id)
    const customer = link && (await openCustomer(vault, link))
    if (!link || !customer) {
      log.warn("link_not_reported", { status, reason })
      return undefined
    }
    const at = now()
    const callback: LinkCallback = {
      kind: "link",
      link: id,
      epoch: terms?.epoch ?? link.epoch,
      customer: customer.reference,
      status,
      reason,
      purposes: terms?.purposes ?? [],
      accounts: (terms?.accounts ?? []).map((account) => ({ id: account.id, last4: account.last4 })),
      until: terms?.until ?? at,
      at,
    }
    return { bank: link.bank, callback }
  }

  return {
    async confirmed(bank, link, terms) {
      const about = await callbackOf(link, "requested", "code_confirmed", terms)
      return about ? given.askBank(bank, about.callback) : "refused"
    },
    activated: (link, terms) => tell(link, "activated", "code_confirmed", terms),
    changed: (link, terms, reason) => tell(link, "changed", reason, terms),
    unreminded: (link, terms, daysBefore, reason) =>
      tell(link, "undeliverable", reason, terms, { daysBefore }),
    async ended(link, reason) {
      const told = ENDS[reason]
      if (told) await tell(link, "ended", told)
    },
  }
}
