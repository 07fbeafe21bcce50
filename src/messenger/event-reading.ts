// What reading one event of the wire gives, before its head is put to it: shapes shared by the readers (event-read.ts, event-message.ts)
// and by event-parse.ts, which composes them.

import type { MessengerEvent } from "./event.ts"

/** An event without its head. */
export type Body<Event = Exclude<MessengerEvent, { kind: "overheard" }>> = Event extends MessengerEvent
  ? Omit<Event, "v" | "page" | "psid" | "at" | "key" | "standby">
  : never

/** What was read, and what makes it the same event when it comes again: an id fit to be stored, or parts to be digested. */
export interface Read {
  readonly body: Body
  readonly key: { readonly id: string } | { readonly parts: readonly (string | number | null)[] }
}

/** What a reader is told besides the member itself. */
export interface ReadContext {
  readonly at: number
  /** The app we are, where it is known. */
  readonly appId: string | undefined
  readonly standby: boolean
}
