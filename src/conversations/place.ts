// Additional data of what a Conversation seals: where each value belongs. A value moved elsewhere does not open.

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
