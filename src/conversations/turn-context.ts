// What a turn may know besides the state and the event, and what it gives back. Shared by turn.ts and the flows.

import type { AuditBy } from "../audit/audit.ts"
import type { LinkId } from "../foundation/id.ts"
import type {
  CardState,
  DisputeOpened,
  FraudCaseRecorded,
  FraudCaseRefusal,
  ListedCard,
  StepUp,
} from "../banks/actions.ts"
import type { Balance, BankRefusal, OpenHours, TransactionPage } from "../banks/bank.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { Consent } from "../links/consent.ts"
import type { ErasureCause } from "../jobs/job.ts"
import type { LinkOffer } from "../links/link.ts"
import type { RenewalRule } from "../links/renewal.ts"
import type { EndReason, RecordMark } from "../links/link-store.ts"
import type { Presented } from "../links/presenting.ts"
import type { MessengerEvent } from "../messenger/event.ts"
import type { Result } from "../foundation/result.ts"
import type { Preferences } from "../preferences/preferences.ts"
import type { DeskNews } from "./desk-state.ts"
import type { Utterance } from "./leave.ts"
import type { Intent } from "./intents/intent.ts"
import type { Question, State } from "./state.ts"

/** Public facts of the person's bank, and the instant. */
export interface TurnContext {
  readonly now: number
  /** When what is being answered was received: what counts as the customer's notice to the bank. `now` where it is left out. */
  readonly receivedAt?: number
  /** Inbox number of what is being answered; replies keep this order. */
  readonly order: number
  /** 128 fresh random bits as text: a question's id, or an erasure's code. */
  readonly questionId: string
  readonly bank: {
    readonly name: string
    readonly emergencyPhone: string
    readonly timeZone: string
    readonly languages: readonly string[]
    /** Hosts a link of this bank may lead to. */
    readonly linkHosts: readonly string[]
    /** Opens its app; its help pages, and where it takes complaints. */
    readonly appLink?: string | undefined
    readonly helpUrl?: string | undefined
    readonly complaintsUrl?: string | undefined
    /** Looks a day without its customer being there, where the bank counts them. */
    readonly looksADay?: number | undefined
    /** Where its people answer in the chat, and when; by telephone alone where it is left out. */
    readonly desk?: "inbox" | "own" | undefined
    readonly hours?: readonly OpenHours[] | undefined
    /** How long its consents last, and what renews one. */
    readonly renewal: RenewalRule
    /** What holds for those who never chose what they want to hear. */
    readonly defaults?: Preferences | undefined
  }
  /** The ways to a link. */
  readonly ways: {
    /** Where [Log In] leads, and [Connect in browser]. */
    readonly logInUrl: string
    /** The page with the code, for the browser that began there. */
    readonly codeUrl: string
    /** Whether [Log In] is offered on this Page, and by this bank. */
    readonly logInAllowed: boolean
    /** Whether the bank must confirm a link before it goes live. */
    readonly bankConfirms: boolean
    /** How long a link is new: amounts are hidden. */
    readonly newLinkMs: number
  }
  /** The person's own pages, before the one-time token. */
  readonly ownDataUrl: string
  /** Where a person sees how far their erasure is, before its code. */
  readonly erasureUrl: string
  /** The app we are: control of a thread is given to apps by their ids. */
  readonly appId: string
}

/** What a person wishes otherwise on their own pages. All that is left out stays as it is. */
export interface OwnWish {
  readonly on?: readonly Purpose[]
  readonly off?: readonly Purpose[]
  readonly showAmounts?: boolean
  /** What they want to hear, and when. It narrows only, so nobody need sign in for it. */
  readonly preferences?: Preferences
  /** They have just signed in at the bank: without that nothing is added. */
  readonly bankLogin: boolean
  /** Not the person's wish, but their bank's word: the consent ends no later than this. */
  readonly bankUntil?: number
}

/** What became of a link whose code was right. `renews`: it took the place of one of the same customer. */
export type Opened =
  | { readonly kind: "live"; readonly mark: RecordMark; readonly renews: boolean }
  | { readonly kind: "refused"; readonly reason: "gone" | "links_full" | "not_confirmed_by_bank" }

/** An answer of the bank to a question. */
export type BankAnswer =
  | { readonly kind: "balances"; readonly result: Result<readonly Balance[], BankRefusal> }
  | { readonly kind: "transactions"; readonly result: Result<TransactionPage, BankRefusal> }
  | { readonly kind: "fraud_answer"; readonly result: Result<FraudCaseRecorded, FraudCaseRefusal> }
  | { readonly kind: "fraud_freeze"; readonly result: Result<CardState, BankRefusal> }
  | { readonly kind: "fraud_undo"; readonly result: Result<StepUp, BankRefusal> }
  | { readonly kind: "dispute_payments"; readonly result: Result<TransactionPage, BankRefusal> }
  | { readonly kind: "dispute"; readonly result: Result<DisputeOpened, BankRefusal> }
  | { readonly kind: "cards"; readonly result: Result<readonly ListedCard[], BankRefusal> }
  | { readonly kind: "card_freeze"; readonly result: Result<CardState, BankRefusal> }
  | { readonly kind: "card_page"; readonly result: Result<StepUp, BankRefusal> }

/** A fraud question that was told, found by the button that answers it. */
export interface AskedAlert {
  readonly key: string
  /** What the button says, or what was typed. */
  readonly choice: string
  /** The link it was told under. */
  readonly link: LinkId
  readonly caseId: string
  readonly expiresAt: number
  readonly card?: { readonly ref?: string; readonly last4: string }
}

/** `unavailable`: nothing reaches them until they write again. `region`: where they are nothing structured is taken.
 * `thread`: another app or a person of the bank holds their thread. */
export type RefusedFact = "unavailable" | "region" | "thread"

/** Everything a turn may be about. */
export type TurnEvent =
  /** `card`: a card number stood in the text and was removed before it was stored. */
  | {
      readonly kind: "messenger"
      readonly event: MessengerEvent
      readonly card?: boolean
      readonly alert?: AskedAlert
      /** What the nonce of an `m.me` link, opened with this event, led to. */
      readonly presented?: Presented
    }
  | { readonly kind: "offered"; readonly offer: LinkOffer }
  /** The directory took, or refused, the link whose code was right. */
  | { readonly kind: "opened"; readonly offer: LinkOffer; readonly opened: Opened }
  /** Another chat was linked to the customer this chat is linked to. */
  | { readonly kind: "linked_elsewhere"; readonly link: LinkId }
  | { readonly kind: "bank_answered"; readonly question: Question; readonly answer: BankAnswer }
  /** Others decided that all that is kept of the person goes. */
  | { readonly kind: "erase"; readonly code: string; readonly cause: ErasureCause }
  /** Whoever deletes what is kept of the person knows. */
  | { readonly kind: "erasure_requested" }
  /** The directory and the bank know that this link has ended. */
  | { readonly kind: "closed"; readonly link: LinkId }
  /** The link ends: at the bank, on the person's own pages, by an operator; or the directory says that it has. */
  | {
      readonly kind: "link_ended"
      readonly link: LinkId
      readonly reason: EndReason
      readonly silent: boolean
      readonly by?: AuditBy
    }
  /** The person changes what is on, on their own pages. */
  | { readonly kind: "consent_wished"; readonly link: LinkId; readonly wish: OwnWish }
  /** The record took a change, or did not. */
  | { readonly kind: "consent_recorded"; readonly change: string; readonly mark: RecordMark | undefined }
  /** What the directory proves of the link held here. */
  | { readonly kind: "consent_proven"; readonly proven: Consent }
  /** A one-time link to the person's own pages was posted. */
  | { readonly kind: "entered"; readonly entry: string }
  /** News of their wish for a person at the bank. */
  | { readonly kind: "desk"; readonly news: DeskNews }
  /** Nobody answered a fraud question: it is said once more. */
  | { readonly kind: "silence"; readonly alert: AskedAlert; readonly utterance: Utterance }
  /** The bank says that a case is over, or what a card is now: what waited for that waits no more. */
  | {
      readonly kind: "bank_changed"
      /** When it happened there: it says nothing of what was asked for later. */
      readonly at: number
      readonly caseId?: string
      readonly card?: CardState
    }
  /** What waited was told, as they asked; `none`: nothing waited. */
  | { readonly kind: "held_shown"; readonly none: boolean }
  /** What the platform's refusal of a message tells of the person. */
  | { readonly kind: "refused"; readonly fact: RefusedFact }
  /** Time went by: an offer or a stopped link may have run out. */
  /** `quiet`: nothing was said or asked under the link for a year. */
  | { readonly kind: "time"; readonly quiet?: boolean }

/** The outcome of a turn. What is to be done in the world stands in the state itself (`questions`, `opening`, `ending`),
 * so that a crash forgets none of it. `urgent` replies do not wait behind a question at the bank. */
export interface Turn {
  readonly state: State
  readonly say: readonly Utterance[]
  readonly urgent: boolean
}

/** A dialogue's answer to one intent. */
export type Flow = (state: State, context: TurnContext, intent: Intent) => Turn

/** A turn that says something and does nothing else. */
export function turnOf(
  state: State,
  say: readonly Utterance[] = [],
  more: { readonly urgent?: boolean } = {},
): Turn {
  return { state, say, urgent: more.urgent ?? false }
}
