// What linking is given of the house: its stores' handles, the bank's login, and the few things other rooms do for it, as functions.
// Shapes only; made by doors.ts.

import type { BankRecord } from "../banks/bank.ts"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId, LinkId, PageId, PersonId, Random } from "../foundation/id.ts"
import type { Result } from "../foundation/result.ts"
import type { Vault } from "../vault/vault.ts"
import type { BankLogin } from "./bank-login.ts"
import type { LinkOffer } from "./link.ts"

/** Why Messenger did not say whose chat a Log In came from. */
export type FindPersonRefusal =
  | { readonly reason: "token_expired" }
  | { readonly reason: "outage"; readonly outage: Outage }

/** What linking is given. */
export interface LinkingWorld {
  readonly db: Database
  readonly vault: Vault
  readonly pseudonyms: Pseudonyms
  readonly login: BankLogin
  readonly now: Now
  readonly random: Random
  /** Who runs this service, as the consent page names them. */
  readonly operator: string
  /** In development the one origin that stands for Messenger; elsewhere `undefined`. */
  readonly sandboxOrigin: string | undefined
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  /** The bank's Pages. */
  readonly listPages: (bank: BankId) => Promise<readonly PageId[]>
  /** Whose chat a Log In came from: the platform's PSID look-up, as our id. */
  readonly findPerson: (
    page: PageId,
    accountLinkingToken: string,
  ) => Promise<Result<PersonId, FindPersonRefusal>>
  /** Hands the offer to the person's Conversation, which names it in the chat and asks for the code. A second one replaces the first. */
  readonly offer: (person: PersonId, page: PageId, offer: LinkOffer) => Promise<Result<undefined, Outage>>
  /** Posts the chore that revokes an ended link at its bank and destroys its key (`revokeAndDestroy`). */
  readonly revokeLater: (bank: BankId, link: LinkId) => Promise<void>
}
