// Opening who a link's customer is: the bank's reference, name and accounts, sealed in the link's row. The key goes with the link.
// Used by linking.ts, link-callbacks.ts and the walk of a notice.

import type { PersonId } from "../foundation/id.ts"
import type { Vault } from "../vault/vault.ts"
import type { LinkCustomer } from "./link.ts"
import type { StoredLink } from "./link-store.ts"
import { placeOf } from "./link-tokens.ts"

/** The columns of a link's row that hold its customer. */
type SealedCustomer = Pick<StoredLink, "bank" | "id" | "wrappedKey" | "customerSealed">

/** The references of some links' customers, by person; without those whose key was destroyed. @throws Error for a row that does not open */
export async function openReferences(
  vault: Pick<Vault, "openKey">,
  links: readonly (SealedCustomer & { readonly person: PersonId })[],
): Promise<ReadonlyMap<PersonId, string>> {
  const opened = await Promise.all(
    links.map(async (link) => [link.person, (await openCustomer(vault, link))?.reference] as const),
  )
  return new Map(opened.flatMap(([person, reference]) => (reference ? [[person, reference] as const] : [])))
}

/** The customer of a link, or `undefined` where its key was destroyed. @throws Error for a row that does not open */
export async function openCustomer(
  vault: Pick<Vault, "openKey">,
  { bank, id, wrappedKey, customerSealed }: SealedCustomer,
): Promise<LinkCustomer | undefined> {
  if (wrappedKey === null || customerSealed === null) return undefined
  const key = await vault.openKey(wrappedKey, placeOf(bank, id, "key"))
  if (!key.ok) throw new Error(`Cannot open the key of a link: ${key.error.reason}`)
  const customer = await key.value.open(customerSealed, placeOf(bank, id, "customer"))
  if (!customer.ok) throw new Error(`Cannot open the customer of a link: ${customer.error.reason}`)
  return JSON.parse(customer.value) as LinkCustomer
}
