// What a bank may ask about its customers and us: whether one is linked, with what, until when; everybody who is; and that one be erased.
// Only its own: every look-up goes through the bank's id. Composed by doors.ts; the HTTP face is bank-routes.ts.

import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Database } from "../db/database.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { foldConsents } from "../links/consent-fold.ts"
import { listRecordsOfLinks } from "../links/consent-history-store.ts"
import { accountDigests, type StoredRecord } from "../links/consent-record.ts"
import { openCustomer } from "../links/link-customer.ts"
import { findLink } from "../links/link-store.ts"
import { listLinksOfCustomer, listLiveOfBank } from "../links/release-store.ts"
import type { Vault } from "../vault/vault.ts"

/** A live link, as its bank sees it. */
export interface BankLink {
  readonly id: LinkId
  /** The bank's own reference. */
  readonly customer: string
  readonly purposes: readonly Purpose[]
  readonly accounts: readonly { readonly id: string; readonly last4: string }[]
  readonly since: number
  readonly until: number
}

/** Links in one answer. */
export const LINKS_A_PAGE = 50

/** A bank's view of its links. */
export interface BankLinks {
  /** The live links of a customer: one a chat. */
  ofCustomer(bank: BankId, reference: string): Promise<readonly BankLink[]>
  /** Everybody linked, some at a time. @param cursor `next` of the page before; `undefined` answer for one that is not ours to take */
  all(
    bank: BankId,
    cursor: string | undefined,
  ): Promise<{ readonly links: readonly BankLink[]; readonly next?: string } | undefined>
}

/** Over the directory. */
export function createBankLinks(given: {
  readonly db: Database
  readonly vault: Pick<Vault, "openKey" | "sealForDays" | "openForDays">
  readonly pseudonyms: Pseudonyms
}): BankLinks {
  const { db, vault, pseudonyms } = given

  async function view(ids: readonly LinkId[]): Promise<readonly BankLink[]> {
    const recorded = await listRecordsOfLinks(db, ids)
    const views = await Promise.all(ids.map((id) => viewOne(id, recorded.get(id)?.records ?? [])))
    return views.filter((each) => each !== undefined)
  }

  async function viewOne(id: LinkId, records: readonly StoredRecord[]): Promise<BankLink | undefined> {
    const [link, terms] = await Promise.all([findLink(db, id), foldConsents(records)])
    if (link?.state !== "live" || !terms.ok || terms.value.state !== "live") return undefined
    const customer = await openCustomer(vault, link)
    if (!customer) return undefined
    const { purposes, givenAt, until } = terms.value
    const digests = await Promise.all(
      customer.accounts.map((account) => accountDigests(pseudonyms, link.bank, id, [account])),
    )
    const accounts = customer.accounts
      .filter((_, index) => terms.value.accounts.includes(digests[index]?.[0] ?? ""))
      .map((account) => ({ id: account.id, last4: account.last4 }))
    return { id, customer: customer.reference, purposes, accounts, since: givenAt, until }
  }

  return {
    async ofCustomer(bank, reference) {
      const links = await listLinksOfCustomer(db, await pseudonyms.customerOf(bank, reference))
      return view(links.filter((link) => link.state === "live" && link.bank === bank).map(({ id }) => id))
    },
    async all(bank, cursor) {
      const after = cursor === undefined ? "" : await openCursor(vault, bank, cursor)
      if (after === undefined) return undefined
      const ids = await listLiveOfBank(db, bank, after, LINKS_A_PAGE + 1)
      const last = ids.length > LINKS_A_PAGE ? ids[LINKS_A_PAGE - 1] : undefined
      const links = await view(ids.slice(0, LINKS_A_PAGE))
      return last === undefined ? { links } : { links, next: await sealCursor(vault, bank, last) }
    },
  }
}

/** Sealed for the bank: another's does not open, and nobody makes one. Good for as long as a day key. */
function sealCursor(vault: Pick<Vault, "sealForDays">, bank: BankId, after: string): Promise<string> {
  return vault.sealForDays("cursor", bank, "links", after)
}

async function openCursor(
  vault: Pick<Vault, "openForDays">,
  bank: BankId,
  cursor: string,
): Promise<string | undefined> {
  const after = await vault.openForDays("cursor", bank, "links", cursor)
  return after.ok ? after.value : undefined
}
