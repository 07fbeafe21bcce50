// What a Conversation remembers of one person between turns: its shape, its version, how an older one is read.
// Stored as one sealed row (person.ts); pure data, no I/O. The consent in here is what every grant is made from.

import type { AuditBy } from "../audit/audit.ts"
import type { BankId, LinkId, PageId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { Consent } from "../links/consent.ts"
import type { ConsentActor, ConsentEvidence } from "../links/consent-record.ts"
import type { LinkOffer } from "../links/link.ts"
import type { EndReason } from "../links/link-store.ts"
import type { ThreadControl } from "../messenger/thread.ts"
import type { ErasureCause } from "../jobs/job.ts"
import type { Language } from "../phrases/catalogue.ts"
import type { Preferences } from "../preferences/preferences.ts"
import type { Intent } from "./intents/intent.ts"
import type { CardAct } from "./cases/card-act.ts"
import type { Dispute } from "./cases/dispute.ts"
import type { FraudCase } from "./cases/fraud-shape.ts"
import type { Desk } from "./desk-state.ts"
import { Unready } from "./unready.ts"

/** Everything remembered. Absent members are facts too: no consent, no grant. */
export interface State {
  readonly v: 1
  readonly page: PageId
  readonly bank: BankId
  readonly psid: string
  readonly language: Language
  /** The person chose the language; a message's script no longer changes it. */
  readonly languageChosen: boolean
  /** Inbox rows up to this number have had their turn. */
  readonly turnedThrough: number
  /** The person's last qualifying action: the platform's window counts from it. 0 = never. */
  readonly lastActionAt: number
  /** Their last message: a person at the bank may answer it for longer. */
  readonly lastMessageAt?: number
  readonly consent?: Consent
  /** When the present link went live here. What Messenger or the directory says from before is about an earlier one. */
  readonly linkedAt?: number
  /** When the customer's first link in this chat went live, while that was lately: `isNewLink`. A renewal keeps it. */
  readonly newSince?: number
  /** Links of the same customer that the present one renewed, newest last: what was told or begun under them is still theirs. */
  readonly renewed?: readonly LinkId[]
  /** Other chats that were linked to the same customer, of which this one was told: each may be refused from here once. */
  readonly elsewhere?: readonly { readonly link: LinkId; readonly at: number }[]
  /** A pending link whose code is asked for. */
  readonly offer?: LinkOffer & { readonly triesLeft: number }
  /** The code was right; the directory has not said yes yet. Its consent is not in force. */
  readonly opening?: LinkOffer
  /** Ended here, not yet known to the directory and the bank. */
  readonly ending: readonly { readonly link: LinkId; readonly reason: EndReason; readonly by?: AuditBy }[]
  /** Changes of the consent on their way to the record, oldest first: what they take away is off already, what they add is not on yet. */
  readonly changes?: readonly ConsentChange[]
  /** When the last one was recorded: the directory's word from before is about the consent as it was. */
  readonly changedAt?: number
  /** When one tap was last offered for a purpose that is off: once in thirty days. */
  readonly offered?: Readonly<Partial<Record<Purpose, number>>>
  /** What they want to hear and when, where they ever chose; else the bank's default holds. */
  readonly preferences?: Preferences
  /** They asked for what waits, then. */
  readonly heldAsked?: number
  /** Purposes the person stopped one by one, and when: undone with one tap for seven days. */
  readonly stoppedPurposes?: Readonly<Partial<Record<Purpose, number>>>
  /** Reminders of the consent's end that were told, by the days before it; of this end. */
  readonly reminded?: { readonly until: number; readonly days: number }
  /** Everything is off; the link ends at `endsAt`. */
  readonly stopped?: { readonly at: number; readonly endsAt: number; readonly keepFraud: boolean }
  /** They asked what deleting everything would mean; a yes counts for an hour. */
  readonly deleteAskedAt?: number
  /** All that is kept of them is being deleted. `requested`: whoever carries it out knows. */
  readonly erasing?: {
    readonly code: string
    readonly cause: ErasureCause
    readonly at: number
    readonly requested: boolean
  }
  /** Asked at the bank, not answered yet, in the order they were asked. */
  readonly questions: readonly Question[]
  /** How often the bank was asked on that day of its own, where it counts, by kind and account (looks.ts). */
  readonly looks?: { readonly day: string; readonly counts: Readonly<Record<string, number>> }
  /** Where the list of payments goes on, for [Earlier payments]. */
  readonly paging?: { readonly account: string; readonly cursor: string }
  /** Fraud questions somebody answered, by the alert's ledger key (cases/fraud-case.ts). */
  readonly cases: Readonly<Record<string, FraudCase>>
  /** Acts on cards that are under way (cases/card-act.ts). */
  readonly cardActs?: Readonly<Record<string, CardAct>>
  /** Cards the person froze here lately: the bank's own word on it is no news. Newest last. */
  readonly frozenHere?: readonly {
    readonly ref: string
    readonly at: number
    /** Which words say so (`findReplyStates`). */
    readonly order?: number
  }[]
  /** A dispute under way (cases/dispute.ts). */
  readonly dispute?: Dispute
  /** Cases the bank said are over, newest last: a question that comes after that is not asked. */
  readonly closed?: readonly { readonly caseId: string; readonly at: number }[]
  /** What "try again" would ask once more. */
  readonly again?: Intent
  /** Who holds the thread, as far as we were told. */
  readonly thread?: ThreadControl
  /** The platform could not reach the person at that instant: nothing is tried until they write again. */
  readonly suspendedAt?: number
  /** The platform refused something structured for the person's region. */
  readonly regionRefusedAt?: number
  /** The one-time link to the person's own pages that was shown last and not opened yet (own-data-entry.ts). */
  readonly entry?: { readonly id: string; readonly until: number }
  /** Their wish for a person at the bank. */
  readonly desk?: Desk
  /** The same way in was asked for so often in a row. */
  readonly circling?: { readonly intent: Intent; readonly times: number; readonly since: number }
  /** Turns in a row that were not understood. */
  readonly misses: number
  /** Turns of the present minute (P15). */
  readonly pace: { readonly minute: number; readonly turns: number }
}

/** A change on its way to the record. */
export interface ConsentChange {
  /** Names the act. */
  readonly id: string
  readonly link: LinkId
  readonly kind: "narrowed" | "widened" | "reconfirmed"
  readonly on: readonly Purpose[]
  readonly off: readonly Purpose[]
  readonly showAmounts?: boolean
  readonly until?: number
  readonly actor: ConsentActor
  readonly evidence: ConsentEvidence
  readonly language: string
  /** The words that were answered. */
  readonly shown?: string
  readonly at: number
}

/** What the bank is being asked for this person. `order` is the inbox number of the question: replies keep it. */
export type Question = {
  readonly id: string
  readonly order: number
  readonly askedAt: number
} & (
  | { readonly kind: "balances" }
  | { readonly kind: "transactions"; readonly account: string; readonly cursor?: string }
  /** The answer to a fraud question, as its case holds it. */
  | { readonly kind: "fraud_answer"; readonly alert: string; readonly answer: "confirm" | "deny" }
  /** Freeze the card of a fraud question. */
  | { readonly kind: "fraud_freeze"; readonly alert: string }
  /** The bank's page where a No can be undone. */
  | { readonly kind: "fraud_undo"; readonly alert: string }
  /** Payments that may be disputed. */
  | { readonly kind: "dispute_payments"; readonly dispute: string; readonly account: string }
  | { readonly kind: "dispute"; readonly dispute: string }
  /** The customer's cards. */
  | { readonly kind: "cards"; readonly act: string }
  | { readonly kind: "card_freeze"; readonly act: string; readonly ref: string }
  /** The bank's page where a frozen card can be used again. */
  | { readonly kind: "card_page"; readonly act: string; readonly ref: string }
)

/** A person nobody has talked to yet. */
export function createState(who: {
  readonly page: PageId
  readonly bank: BankId
  readonly psid: string
  readonly language: Language
}): State {
  return {
    v: 1,
    page: who.page,
    bank: who.bank,
    psid: who.psid,
    language: who.language,
    languageChosen: false,
    turnedThrough: 0,
    lastActionAt: 0,
    ending: [],
    questions: [],
    cases: {},
    misses: 0,
    pace: { minute: 0, turns: 0 },
  }
}

/** Read stored state. @throws Unready for a version this release does not know: retried later, never overwritten */
export function parseState(json: string): State {
  const state = { cases: {}, ...(JSON.parse(json) as Partial<State>) } as State
  if (state.v !== 1) throw new Unready(`Cannot read state of version ${String(state.v)}`)
  return state
}

/** Put a link down to be ended in the directory and at the bank. */
export function ending(state: State, link: LinkId, reason: EndReason, by?: AuditBy): State {
  const ended = { link, reason, ...(by ? { by } : {}) }
  return { ...state, ending: [...state.ending.filter((each) => each.link !== link), ended] }
}

/** A copy with some members removed. */
export function without<K extends keyof State>(state: State, ...names: readonly K[]): Omit<State, K> {
  const copy: Record<string, unknown> = { ...state }
  for (const name of names) delete copy[name]
  return copy as Omit<State, K>
}

const OF_A_LINK = [
  "looks",
  "consent",
  "linkedAt",
  "newSince",
  "renewed",
  "elsewhere",
  "changes",
  "changedAt",
  "offered",
  "preferences",
  "heldAsked",
  "stoppedPurposes",
  "reminded",
  "stopped",
  "paging",
  "frozenHere",
  "again",
] as const

/** Whether the link is so new that amounts are hidden.
 * @param newLinkMs the bank's own term */
export function isNewLink({ newSince }: State, newLinkMs: number, now: number): boolean {
  return newSince !== undefined && now < newSince + newLinkMs
}

/** Whether what was told or begun under a link may go on: that link is live, or one that renewed it for the same customer. */
export function isTheirs({ consent, renewed = [] }: State, link: LinkId | undefined): boolean {
  return consent !== undefined && link !== undefined && (consent.link === link || renewed.includes(link))
}

/** What is remembered of one of the bank's cases, under whichever of its questions it was answered first. */
export function findFraudCase(state: State, caseId: string): FraudCase | undefined {
  return Object.values(state.cases).find((each) => each.caseId === caseId && isTheirs(state, each.link))
}

/** State without what only a live link may keep. */
export function withoutLink(state: State): State {
  return { ...without(state, ...OF_A_LINK), questions: [] }
}
