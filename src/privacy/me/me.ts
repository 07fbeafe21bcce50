// The customer's own pages: what they are given of the house, and why they do not go on. What is shown is read from the person's
// Conversation and from the directory; what is pressed is done by the rooms that own it, as functions. Composed by doors.ts.

import type { BankRecord } from "../../banks/bank.ts"
import type { ConsentView } from "../../conversations/consent-view.ts"
import type { Everything, OwnData, OwnUses, OwnVisit } from "../../conversations/own-data.ts"
import type { Whom } from "../../conversations/person-world.ts"
import type { OwnWish } from "../../conversations/turn-context.ts"
import type { Now } from "../../foundation/clock.ts"
import type { BankId, LinkId, Random } from "../../foundation/id.ts"
import type { Log } from "../../foundation/log.ts"
import type { BankLogin } from "../../links/bank-login.ts"
import type { Receipt } from "../../links/receipt.ts"
import type { Preferences } from "../../preferences/preferences.ts"
import type { Vault } from "../../vault/vault.ts"
import type { Held } from "./held.ts"

/** What the pages are given. Functions throw where the directory or the Conversation does not answer. */
export interface MeWorld {
  readonly vault: Pick<Vault, "sealForDays" | "openForDays">
  readonly login: Pick<BankLogin, "start" | "finish" | "revoke">
  readonly now: Now
  readonly random: Random
  readonly log: Log
  /** Ours: the only `Origin` a form may come from. */
  readonly publicOrigin: string
  /** Base of `m.me` links, for the way back to the chat. */
  readonly messengerLinkOrigin: string
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  readonly chat: {
    /** Use a one-time link up. @returns whether it was good */
    readonly enter: (whom: Whom, entry: string) => Promise<boolean>
    /** `undefined` where nothing of them is kept. */
    readonly ownData: (visit: OwnVisit) => Promise<OwnData | undefined>
    /** @param before uses before this instant only */
    readonly uses: (visit: OwnVisit, before?: number) => Promise<OwnUses | undefined>
    readonly everything: (visit: OwnVisit) => Promise<Everything | undefined>
  }
  /** What the directory and the vault hold of them. */
  readonly held: (visit: OwnVisit) => Promise<Held>
  /** Whether that is the customer a link is tied to. */
  readonly isCustomer: (link: LinkId, reference: string) => Promise<boolean>
  readonly acts: MeActs
  /** A consent's receipt as a signed JWT. */
  readonly sign: (receipt: Receipt) => Promise<string>
}

/** What can be pressed. Each is in force, here and for everything queued, when it returns. */
export interface MeActs {
  /** Switch on and off. @returns the consent then; `undefined` where that link is not the live one any more: nothing was done */
  readonly change: (whom: Whom, link: LinkId, wish: OwnWish) => Promise<ConsentView | undefined>
  /** Set what they want to hear. @returns `false` where that link is not the live one any more: nothing was done */
  readonly prefer: (whom: Whom, link: LinkId, preferences: Preferences) => Promise<boolean>
  /** @returns `false` where that link is not the live one any more */
  readonly disconnect: (whom: Whom, link: LinkId) => Promise<boolean>
  /** Erase everything of them. @returns where its state can be read, a path of ours */
  readonly erase: (whom: Whom) => Promise<string>
}

/** Why a page does not go on. Each has three sentences in phrases/me-pages.*. */
export type MeReason =
  | "entry_used"
  | "session_over"
  | "not_same_origin"
  | "form_expired"
  /** What was pressed is of a link that is not live any more. */
  | "link_changed"
  /** The bank's own grant does not cover that purpose: it takes a new one. */
  | "not_covered"
  | "bank_unreachable"
  /** The bank or the customer said no, or its answer does not hold. */
  | "not_confirmed"
  /** Somebody logged in at the bank who is not this link's customer. */
  | "other_customer"
  | "step_over"
  | "unavailable"

/** The HTTP status of each. */
export const ME_STATUS = {
  entry_used: 403,
  session_over: 403,
  not_same_origin: 403,
  form_expired: 400,
  link_changed: 409,
  not_covered: 409,
  bank_unreachable: 502,
  not_confirmed: 403,
  other_customer: 403,
  step_over: 410,
  unavailable: 503,
} as const satisfies Readonly<Record<MeReason, number>>
