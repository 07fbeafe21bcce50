// What a customer allowed, as the Conversation holds it. The record of it, appended in D1, is consent-record.ts.

import type { Account } from "../banks/bank.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"

/** The consent in force for one live link. Stored sealed in the Conversation's state. */
export interface Consent {
  readonly v: 1
  readonly link: LinkId
  readonly bank: BankId
  readonly bankName: string
  readonly purposes: readonly Purpose[]
  readonly accounts: readonly Account[]
  /** Amounts may stand in alerts, where a lock screen shows them. */
  readonly showAmounts: boolean
  readonly givenAt: number
  readonly until: number
  readonly epoch: number
  readonly recordHash: string
  /** Purposes the bank's own grant covers, so that one tap switches them on; all of them where it is left out. */
  readonly covered?: readonly Purpose[]
}
