// What a person's Conversation is given of the world: its own storage, and the few things other rooms do for it, as functions.
// conversation.ts makes one in workerd; tests make one on node:sqlite with a clock that stands still.

import type {
  CardState,
  DisputeOpened,
  DisputeRequest,
  FraudCaseRecorded,
  FraudCaseRefusal,
  FraudCaseReply,
  ListedCard,
  StepUp,
  StepUpAct,
} from "../banks/actions.ts"
import type { Balance, BankRefusal, TransactionPage } from "../banks/bank.ts"
import type { EventCallback } from "../banks/callback.ts"
import type { ToldEvent } from "../banks/event-types.ts"
import type { Reason } from "../banks/callback-reason.ts"
import type { BankId, LinkId, PageId, PersonId, Random } from "../foundation/id.ts"
import type { Now } from "../foundation/clock.ts"
import type { Log } from "../foundation/log.ts"
import type { Result } from "../foundation/result.ts"
import type { Alarm, Sql } from "../foundation/world.ts"
import type { ErasureCause } from "../jobs/job.ts"
import type { Grant, ReadingPurpose } from "../links/grant.ts"
import type { LinkOffer } from "../links/link.ts"
import type { Presented } from "../links/presenting.ts"
import type { DefaultApp, UtilityShape } from "../messenger/page-record.ts"
import type { SendRefusal } from "../messenger/refusal.ts"
import type { TemplateState } from "../messenger/template.ts"
import type { Vault } from "../vault/vault.ts"
import type { Consent } from "../links/consent.ts"
import type { RebuildRefusal } from "../links/consent-rebuild.ts"
import type { RecordMark } from "../links/link-store.ts"
import type { Joining, LinePlace } from "../support/line-store.ts"
import type { DeskWord } from "./desk-state.ts"
import type { ConsentChange, State } from "./state.ts"
import type { ChainHead } from "./ledger-chain.ts"
import type { Settled } from "./outcome.ts"
import type { BankFacts } from "./bank-facts.ts"
import type { Opened } from "./turn-context.ts"

/** Who this Conversation is for. */
export interface Whom {
  readonly person: PersonId
  readonly page: PageId
  readonly bank: BankId
}

/** A person's key, and the one before while something may still lie under it. */
export interface WrappedKeys {
  readonly wrappedKey: string
  readonly formerWrappedKey: string | null
}

/** The Page's voice, fetched before anything is decided so that a send starts in the same instant as its leave. */
export interface PageVoice {
  /** Start the Send API call at once. */
  readonly send: (body: unknown) => Promise<Result<{ readonly messageId: string }, SendRefusal>>
  /** The Page may not speak for now. */
  readonly paused: boolean
  /** Whether the platform takes utility templates of this Page. */
  readonly utilityAllowed: boolean
  /** Where a template stands in a send to this Page. */
  readonly utilityShape: UtilityShape
  /** Which app answers while nobody holds a thread. */
  readonly defaultApp: DefaultApp
  /** Whether people of the bank may answer for seven days. */
  readonly humanAgent: boolean
  /** Dots, read marks: started and left to itself. */
  readonly act: (body: unknown) => void
  /** State of each of its utility templates by `name language`; one that is not there does not exist. */
  readonly templates: ReadonlyMap<string, TemplateState>
}

/** Everything a person's Conversation may touch. */
export interface PersonWorld {
  readonly sql: Sql
  readonly alarm: Alarm
  readonly deleteAll: () => Promise<void>
  readonly now: Now
  /** A signal that aborts after that long. */
  readonly deadline: (ms: number) => AbortSignal
  readonly random: Random
  readonly log: Log
  /** The app we are at Meta. */
  readonly appId: string
  readonly vault: Vault
  /** The wrapped key of this person in the directory; made there where it is missing, if it may be. @throws DatabaseError */
  readonly loadWrappedKey: (whom: Whom, make: boolean) => Promise<string | undefined>
  /** This person's key as the directory has it now, and the one before while it is being replaced; `undefined` for nobody it knows.
   * @throws DatabaseError */
  readonly loadKeys: (whom: Whom) => Promise<WrappedKeys | undefined>
  /** @throws DatabaseError, Unready */
  readonly loadVoice: (page: PageId) => Promise<PageVoice>
  /** @throws DatabaseError, Unready */
  readonly loadBankFacts: (bank: BankId, page: PageId) => Promise<BankFacts>
  readonly links: {
    /** Make a pending link live and tell what its record says now, or why it is none any more. Harmless to repeat.
     * @throws DatabaseError, Unready where the bank has not said its word yet */
    readonly goLive: (offer: LinkOffer, whom: Whom) => Promise<Opened>
    /** Record a change of the consent held here, and tell the bank; `undefined` where the directory has something else by now.
     * Harmless to repeat.
     * @param consent as the change makes it @throws DatabaseError, Unready */
    readonly record: (consent: Consent, change: ConsentChange, whom: Whom) => Promise<RecordMark | undefined>
    /** What the directory proves of a link. @throws DatabaseError, Unready */
    readonly prove: (link: LinkId, whom: Whom) => Promise<Result<Consent, RebuildRefusal>>
    /** The consent a Conversation that has nothing is begun with. @throws DatabaseError, Unready */
    readonly rebuild: (whom: Whom) => Promise<Consent | undefined>
    /** The customer's name as the bank gave it with the link; none where it gave none. For the desk alone. @throws DatabaseError */
    readonly customerName: (link: LinkId, whom: Whom) => Promise<string | undefined>
    /** End a link in the directory and have it revoked at the bank. Harmless to repeat.
     * @param psid whose mark at Messenger is taken off; none where another link is live or on its way
     * @throws DatabaseError, Unready */
    readonly end: (ended: State["ending"][number], whom: Whom, psid: string | undefined) => Promise<void>
    /** Tell the bank of a reminder of the consent's end that cannot reach the person. Durable when it returns; harmless to repeat.
     * @param days before the end, which names the reminder @throws DatabaseError, Unready */
    readonly unreminded: (consent: Consent, days: number, reason: Reason) => Promise<void>
    /** Have the directory held against this object in a moment. Durable when it returns; harmless to repeat. @throws Unready */
    readonly settleLater: (link: LinkId, whom: Whom) => Promise<void>
    /** Show the person the menu of linked people, or the Page's again. Started and left to itself. */
    readonly showMenu: (whom: Whom, psid: string, linked: boolean) => void
    /** Messenger says that a Log In ended here. A code that names somebody else's pending link ends that link (P11). */
    readonly hearLinked: (authorizationCode: string, person: PersonId) => Promise<void>
    /** The person opened an `m.me` link with this `ref`. Harmless to repeat. @throws DatabaseError */
    readonly present: (nonce: string, whom: Whom) => Promise<Presented | undefined>
  }
  readonly desk: {
    /** Tell the bank's line; where they stand, if they joined. Harmless to repeat. */
    readonly tell: (
      word: DeskWord,
      about: Pick<Joining, "thread" | "kind" | "windowEndsAt">,
      whom: Whom,
    ) => Promise<LinePlace | undefined>
    /** Hand the thread to the Page's Inbox. @throws Unready */
    readonly handOver: (whom: Whom, psid: string) => Promise<void>
  }
  readonly erasure: {
    /** Have all that is kept of this person deleted. Durable when it returns; harmless to repeat. @throws Unready */
    readonly request: (
      whom: Whom,
      erasing: { readonly code: string; readonly cause: ErasureCause; readonly at: number },
    ) => Promise<void>
    /** Destroy the person's key, if it is from before that. @throws DatabaseError */
    readonly forgetKey: (person: PersonId, before: number) => Promise<void>
  }
  /** Put the head of their chain into the bank's audit log. @throws DatabaseError */
  readonly anchor: (whom: Whom, head: ChainHead) => Promise<void>
  readonly callbacks: {
    /** What the bank wants to hear of its events; `undefined` where it takes no callbacks. @throws Unready */
    readonly terms: (
      bank: BankId,
    ) => Promise<{ readonly fallbackMs: number; readonly reportDelivery: boolean } | undefined>
    /** Durable when it returns; harmless to repeat. @throws Unready */
    readonly report: (bank: BankId, callbacks: readonly EventCallback[]) => Promise<void>
  }
  readonly bank: {
    readonly balances: (
      grant: Grant<ReadingPurpose>,
      signal: AbortSignal,
      bank: BankId,
    ) => Promise<Result<readonly Balance[], BankRefusal>>
    /** Of the grant's only account. */
    readonly transactions: (
      grant: Grant<ReadingPurpose>,
      range: { readonly limit: number; readonly cursor?: string },
      signal: AbortSignal,
      bank: BankId,
    ) => Promise<Result<TransactionPage, BankRefusal>>
  }
  /** The bank's acts (banks/actions.ts): each needs a live link and reads nothing back but its result. Only ask.ts calls them. */
  readonly acts: {
    readonly answerFraudCase: Act<FraudCaseReply, FraudCaseRecorded, FraudCaseRefusal>
    readonly freezeCard: Act<{ readonly ref: string; readonly idempotencyKey: string }, CardState>
    readonly createStepUp: Act<
      { readonly act: StepUpAct; readonly ref: string; readonly idempotencyKey: string },
      StepUp
    >
    readonly listCards: (
      link: LinkId,
      signal: AbortSignal,
      bank: BankId,
    ) => Promise<Result<readonly ListedCard[], BankRefusal>>
    readonly openDispute: Act<DisputeRequest, DisputeOpened>
  }
}

/** One act of a bank for the customer of a live link. */
type Act<Request, Done, Refusal = BankRefusal> = (
  link: LinkId,
  request: Request,
  signal: AbortSignal,
  bank: BankId,
) => Promise<Result<Done, Refusal>>

/** Leave of the Page's pace to start a send until an instant. */
export interface Permit {
  readonly until: number
}

/** What fan-out knows of the person from its one query: opens a cold object without asking D1. */
export interface Shelf {
  readonly wrappedKey: string
  readonly link: LinkId
  readonly epoch: number
  readonly recordHash: string
}

/** A request to tell one person of one event. Travels by RPC in clear, is never stored so. */
export interface TellRequest {
  readonly v: 1
  readonly whom: Whom
  readonly event: ToldEvent
  readonly permit: Permit
  readonly shelf: Shelf
}

/** What became of it. Only a settled outcome may be acknowledged. */
export type TellOutcome =
  | Settled
  /** Nothing was stored or sent; try again. Costs no attempt. */
  | { readonly kind: "no_permit" }
  /** Handed to the platform, outcome unknown yet, or waiting in the outbox. */
  | { readonly kind: "pending"; readonly afterMs: number }
