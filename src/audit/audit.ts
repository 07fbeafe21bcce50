// Who did what, to whose things, and why: the shape of one line of the audit trail. No data of people stands in it.
// Writing and reading it is audit-store.ts. Stores of every room above use both, so that a change and its line are one batch.

import type { BankId } from "../foundation/id.ts"

/** Whoever acts, and why: given to a store by whoever called it. */
export interface AuditBy {
  /** An operator's id (`dev-1`), `bank:<id>` for the bank's own key, or `system` for scheduled work. At most 200 characters. */
  readonly actor: string
  /** A sentence by a person, or a word from a registry of ours. At most 500 characters. */
  readonly reason: string
  /** Epoch milliseconds, our own clock. */
  readonly at: number
  /** Hashes and ids of ours that belong to it: a chain's head, a person's pseudonym. Whole numbers and texts. */
  readonly detail?: AuditDetail
}

export type AuditDetail = Readonly<Record<string, string | number>>

/** What was done and to what. */
export interface AuditEntry extends AuditBy {
  /** Whose thing it is; `*` for an act on the deployment itself. */
  readonly bank: BankId | "*"
  /** Noun and verb: `bank.put`, `dead_letter.replay`, `link.activate`. */
  readonly action: string
  /** Our own id of what was acted on; never a PSID, a customer reference, a token or a name. */
  readonly object: string
}

/** Scheduled work as the actor. */
export function bySystem(reason: string, at: number, detail?: AuditDetail): AuditBy {
  return { actor: "system", reason, at, ...(detail ? { detail } : {}) }
}
