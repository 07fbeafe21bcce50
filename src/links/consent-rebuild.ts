// The consent in force as the directory can prove it: folded from the record, with the accounts its digests name. For a Conversation
// that has nothing, or other things than the directory. A broken chain proves nothing. Composed by conversations/link-world.ts.

import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Database } from "../db/database.ts"
import type { LinkId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Vault } from "../vault/vault.ts"
import type { Consent } from "./consent.ts"
import { foldConsents } from "./consent-fold.ts"
import { accountDigests } from "./consent-record.ts"
import { listRecords } from "./consent-store.ts"
import { openCustomer } from "./link-customer.ts"
import { findLink } from "./link-store.ts"

/** Why the directory proves no consent. */
export type RebuildRefusal =
  /** It is not live. */
  | { readonly reason: "link_gone" }
  /** Its records do not fit together, or not to the link. */
  | { readonly reason: "record_broken" }

/** What the directory proves of a live link.
 * @param bankName as the chat names it */
export async function rebuildConsent(
  given: {
    readonly db: Database
    readonly vault: Pick<Vault, "openKey">
    readonly pseudonyms: Pick<Pseudonyms, "customerOf">
  },
  id: LinkId,
  bankName: string,
): Promise<Result<Consent, RebuildRefusal>> {
  const link = await findLink(given.db, id)
  if (link?.state !== "live") return err({ reason: "link_gone" })
  const folded = await foldConsents(await listRecords(given.db, id))
  const customer = await openCustomer(given.vault, link)
  if (!folded.ok || !customer) return err({ reason: "record_broken" })
  const { state, purposes, showAmounts, givenAt, until, epoch, recordHash } = folded.value
  if (state !== "live" || epoch !== link.epoch || recordHash !== link.recordHash)
    return err({ reason: "record_broken" })
  const { bank } = link
  const digests = await Promise.all(
    customer.accounts.map((account) => accountDigests(given.pseudonyms, bank, id, [account])),
  )
  const accounts = customer.accounts.filter((_, index) =>
    folded.value.accounts.includes(digests[index]?.[0] ?? ""),
  )
  return ok({
    v: 1,
    link: id,
    bank,
    bankName,
    purposes,
    accounts,
    showAmounts,
    givenAt,
    until,
    epoch,
    recordHash,
    ...(customer.covered ? { covered: customer.covered } : {}),
  })
}
