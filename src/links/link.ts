// A person tied to a bank customer: shapes and pure rules. Where they lie is link-store.ts; how one comes to be is linking.ts.

import type { Account } from "../banks/bank.ts"
import { MINUTE_MS } from "../foundation/clock.ts"
import type { BankId, LinkId, PageId, PersonId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"

/** From the bank's login to the code in the chat: after that nothing was connected (P11). */
export const PENDING_LINK_MS = 10 * MINUTE_MS
/** Wrong codes before a pending link is gone. */
export const CODE_TRIES_MAX = 3

/** A link as the directory knows it. */
export interface Link {
  readonly id: LinkId
  readonly person: PersonId
  readonly bank: BankId
  readonly page: PageId
  readonly state: "pending" | "live" | "ended"
  readonly epoch: number
  readonly recordHash: string
  readonly createdAt: number
  readonly pendingUntil: number
}

/** Who the customer is and what they chose at the bank; sealed with the link. */
export interface LinkCustomer {
  readonly v: 1
  /** The bank's reference: goes back to the bank only. */
  readonly reference: string
  readonly name?: string
  readonly accounts: readonly Account[]
  /** @see Consent.covered */
  readonly covered?: readonly Purpose[]
}

/** What the chat is told of a pending link, so that it can name it and ask for the code. Travels by RPC, in clear, never stored so. */
export interface LinkOffer {
  readonly v: 1
  readonly link: LinkId
  readonly bank: BankId
  readonly bankName: string
  readonly accounts: readonly Account[]
  readonly purposes: readonly Purpose[]
  readonly showAmounts: boolean
  /** The six digits the page shows. */
  readonly code: string
  /** Number of the consent record, and its hash: the object and the directory must agree on both. */
  readonly epoch: number
  readonly recordHash: string
  readonly givenAt: number
  /** When the consent ends. */
  readonly until: number
  /** When this offer ends. */
  readonly offeredUntil: number
  readonly language: string
  /** @see Consent.covered */
  readonly covered?: readonly Purpose[]
}
