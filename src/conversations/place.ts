// Additional data of what a Conversation seals: where each value belongs. A value moved elsewhere does not open.

import { digestText } from "../crypto/hmac.ts"
import type { PersonId } from "../foundation/id.ts"
import type { Whom } from "./person-world.ts"

/** The one state row. */
export function statePlace(whom: Whom): string {
  return `${whom.bank}|conversation|${whom.person}|state`
}

/** A ledger row's content. */
export function ledgerPlace(whom: Whom, key: string): string {
  return `${whom.bank}|ledger|${whom.person}|${key}`
}

/** The person's wrapped key in the directory. */
export function personKeyPlace(whom: Whom): string {
  return `${whom.bank}|people|${whom.person}|key`
}

/** The key of an event's row in a person's ledger: a replay finds the row (P2). */
export async function eventKeyOf(
  person: PersonId,
  { source, id }: { readonly source: string; readonly id: string },
): Promise<string> {
  return `e_${await digestText(`${person}|${source}|${id}`)}`
}
