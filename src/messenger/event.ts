// What Messenger tells us, as typed values: of a person (`MessengerEvent`) or of the Page as a whole (page-event.ts). Reading the
// wire is event-parse.ts; here are shapes only. `key` is the same for every copy of one event, however often it is sent.
//
// What a person does while another app or a person of the bank holds their thread comes as `overheard`, a kind of its own: code
// that answers a message cannot answer one that was only heard. @see messenger-platform.md 2, 7.3

import type { PageId } from "../foundation/id.ts"

/** What every event carries. `psid` is the person's id in this Page, decimal text. */
interface EventHead {
  readonly v: 1
  readonly page: PageId
  readonly psid: string
  /** When it happened, epoch milliseconds; the envelope's time where the event has none. */
  readonly at: number
  /** Deduplication key: `mid` where there is one. At most 300 characters. */
  readonly key: string
  /** Another app or a person of the bank held the thread when it happened. */
  readonly standby?: true
}

/** The person wrote, or tapped a quick reply. `text` is '' for attachments alone. */
export interface MessageReceived extends EventHead {
  readonly kind: "message"
  readonly mid: string
  readonly text: string
  /** Payload of a tapped quick reply. */
  readonly payload?: string
  /** Kinds of what was attached, never its content: `image`, `audio`, `sticker`, …; `unsupported` where the platform tells no more. */
  readonly attachments: readonly string[]
  /** The message this one quotes. */
  readonly replyTo?: string
  /** Names of slash commands, without the slash. */
  readonly commands?: readonly string[]
  /** Of an `m.me` link or an advertisement the chat was opened by. */
  readonly ref?: string
}

/** The person changed what they had written. Counts for what is kept, not as a new message. */
export interface MessageEdited extends EventHead {
  readonly kind: "edit"
  readonly mid: string
  readonly text: string
  /** Edits of this message so far; 0 where the platform does not tell. */
  readonly edits: number
}

/** The person took a message back. */
export interface MessageDeleted extends EventHead {
  readonly kind: "deletion"
  readonly mid: string
}

/** The person tapped a button of ours, of the menu, or Get Started. */
export interface PostbackReceived extends EventHead {
  readonly kind: "postback"
  readonly mid?: string
  readonly title: string
  /** '' only inside `overheard`: the platform withholds the payload of another app's button. */
  readonly payload: string
  readonly ref?: string
}

/** Who wrote for the Page: we, a person in the Page Inbox, or another app. `app` is also what it is while our own id is not given. */
export type EchoAuthor = "ours" | "page_inbox" | "app"

/** A message of the Page itself came back. What is not ours was said by a person or another app. */
export interface EchoReceived extends EventHead {
  readonly kind: "echo"
  readonly mid: string
  readonly by: EchoAuthor
  readonly appId?: string
  readonly metadata?: string
  /** What was said, where it was not us: ours is known. */
  readonly text?: string
}

/** Everything up to `watermark` has reached the device. */
export interface Delivered extends EventHead {
  readonly kind: "delivery"
  readonly mids: readonly string[]
  readonly watermark: number
}

/** Everything up to `watermark` has been seen. */
export interface Seen extends EventHead {
  readonly kind: "read"
  readonly watermark: number
}

/** A reaction to a message opens the window. */
export interface Reacted extends EventHead {
  readonly kind: "reaction"
  readonly mid: string
  readonly action: "react" | "unreact"
  /** `love`, `dislike`, …; may be missing where one was taken back. */
  readonly reaction?: string
}

/** Log In or Log Out came to its end on the platform's side. Proves nothing by itself (P11). */
export interface AccountLinking extends EventHead {
  readonly kind: "account_linking"
  readonly status: "linked" | "unlinked"
  readonly authorizationCode?: string
}

/** The person opted in: at a plugin, to repeated notices, or to one. None of the three lets us send: no token of them is kept. */
export interface OptedIn extends EventHead {
  readonly kind: "optin"
  readonly to: "plugin" | "notification_messages" | "one_time"
  readonly ref?: string
  readonly payload?: string
  /** Of repeated notices: the person switched them off or on again. */
  readonly change?: "stopped" | "resumed"
}

/** An existing thread was opened: by an `m.me` link (`ref`), or an advertisement (`ref` may be ''). */
export interface Referred extends EventHead {
  readonly kind: "referral"
  readonly ref: string
  /** `SHORTLINK`, `ADS`, …; the platform leaves it out for people in Europe. */
  readonly source?: string
}

/** Who speaks with the person changed, or somebody asks for it to. App ids are decimal text; `null` is nobody: the thread is idle. */
export interface ThreadControlChanged extends EventHead {
  readonly kind: "thread_control"
  readonly change: "pass" | "take" | "request"
  readonly from: string | null
  readonly to: string | null
  readonly metadata?: string
}

/** Answers to a survey template. */
export interface FeedbackGiven extends EventHead {
  readonly kind: "feedback"
  readonly answers: readonly {
    readonly question: string
    readonly score: string
    readonly comment?: string
  }[]
}

/** A rating under one message. The platform shows those buttons to whoever subscribes: we do not. */
export interface AnswerRated extends EventHead {
  readonly kind: "rating"
  readonly mid: string
  readonly good: boolean
}

/** Parts of the platform a bank has no use for: known, counted, their content not kept. */
export interface ShopEvent extends EventHead {
  readonly kind: "order" | "customer_information" | "coupon"
  /** Products, screens, or one coupon. */
  readonly count: number
}

/** Staff put a label on the person in the Page's inbox, or took it off. */
export interface Labelled extends EventHead {
  readonly kind: "label"
  readonly action: string
  readonly label: string
}

/** Anything else: known to exist, not understood. `shape` is the event's key names, sorted. */
export interface UnknownEvent extends EventHead {
  readonly kind: "unknown"
  readonly shape: string
}

/** What a person does. */
export type Act =
  | MessageReceived
  | MessageEdited
  | MessageDeleted
  | PostbackReceived
  | Reacted
  | AccountLinking
  | OptedIn
  | Referred
  | FeedbackGiven
  | AnswerRated
  | ShopEvent

/** A person's act while somebody else holds the thread: to be noted, never answered. Has the act's own key. */
export interface Overheard extends EventHead {
  readonly kind: "overheard"
  readonly standby: true
  readonly event: Act
}

export type MessengerEvent =
  | Act
  | EchoReceived
  | Delivered
  | Seen
  | ThreadControlChanged
  | Labelled
  | UnknownEvent
  | Overheard

/** Events of one person in one webhook, in the order they stand there. */
export interface PersonEvents {
  readonly page: PageId
  readonly psid: string
  readonly events: readonly MessengerEvent[]
}
