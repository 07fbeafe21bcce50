// Whose a consent resource of a bank is: UK Open Banking's events may name the consent and nobody. The bank is known by its signature
// before it is asked here, and another bank's consent is nobody's: the pseudonym holds the bank. Composed by doors.ts and house.ts.

import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Database } from "../db/database.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Vault } from "../vault/vault.ts"
import { findLinkOfConsent } from "./bank-consent-store.ts"
import { openCustomer } from "./link-customer.ts"

/** What looking needs. */
export interface LinkConsentWorld {
  readonly db: Database
  readonly vault: Pick<Vault, "openKey">
  readonly pseudonyms: Pick<Pseudonyms, "consentOf">
  readonly log: Log
}

/** The bank's reference of the customer whose consent that is; `undefined` for a consent no link rests on any more. An outage where the
 * directory does not answer. */
export async function findConsentCustomer(
  { db, vault, pseudonyms, log }: LinkConsentWorld,
  bank: BankId,
  consent: string,
): Promise<Result<string | undefined, Outage>> {
  try {
    const link = await findLinkOfConsent(db, bank, await pseudonyms.consentOf(bank, consent))
    return ok(link && (await openCustomer(vault, link))?.reference)
  } catch (fault) {
    log.warn("consent_not_looked_up", describeFault(fault))
    return err({ reason: "unavailable", retry: "later" })
  }
}

/** Whether a consent is another link's than this one: what is said of it is not said of this. @throws DatabaseError */
export async function isOtherLinks(
  { db, pseudonyms }: Pick<LinkConsentWorld, "db" | "pseudonyms">,
  bank: BankId,
  consent: string,
  link: LinkId,
): Promise<boolean> {
  const found = await findLinkOfConsent(db, bank, await pseudonyms.consentOf(bank, consent))
  return found !== undefined && found.id !== link
}
