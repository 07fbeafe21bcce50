// What Messenger tells us, as typed values. Reading the wire is event-parse.ts; here are shapes only.
// `key` is the same for every copy of one event, however often the platform sends it.

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
}

/** The person wrote, or tapped a quick reply. `text` is '' for attachments alone. */
export interface MessageReceived extends EventHead {
  readonly kind: "message"
  readonly mid: string
  readonly text: string
  /** Payload of a tapped quick reply. */
  readonly payload?: string
  /** Kinds of what was attached, never its content: `image`, `audio`, `sticker`, … */
  readonly attachments: readonly string[]
}

/** The person tapped a button of ours, of the menu, or Get Started. */
export interface PostbackReceived extends EventHead {
  readonly kind: "postback"
  readonly mid?: string
  readonly title: string
  readonly payload: string
  readonly ref?: string
}

/** A message of the Page itself came back: ours if `appId` is ours. */
export interface EchoReceived extends EventHead {
  readonly kind: "echo"
  readonly mid: string
  readonly appId?: string
  readonly metadata?: string
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

export interface Reacted extends EventHead {
  readonly kind: "reaction"
  readonly mid: string
  readonly action: "react" | "unreact"
}

/** Log In or Log Out came to its end on the platform's side. Proves nothing by itself (P11). */
export interface AccountLinking extends EventHead {
  readonly kind: "account_linking"
  readonly status: "linked" | "unlinked"
  readonly authorizationCode?: string
}

/** An existing thread was opened by an `m.me` link. */
export interface Referred extends EventHead {
  readonly kind: "referral"
  readonly ref: string
}

/** Anything else: known to exist, not understood yet. `shape` is the event's key names, sorted. */
export interface UnknownEvent extends EventHead {
  readonly kind: "unknown"
  readonly shape: string
}

export type MessengerEvent =
  | MessageReceived
  | PostbackReceived
  | EchoReceived
  | Delivered
  | Seen
  | Reacted
  | AccountLinking
  | Referred
  | UnknownEvent

/** Events of one person in one webhook, in the order they stand there. */
export interface PersonEvents {
  readonly page: PageId
  readonly psid: string
  readonly events: readonly MessengerEvent[]
}
