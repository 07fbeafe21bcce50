// Who holds a person's thread, from what the webhook tells: control given, taken, lapsed. Pure; the Conversation stores the value and
// asks route.ts with it. @see messenger-platform.md 7.1

import { DAY_MS } from "../foundation/clock.ts"
import type { MessengerEvent } from "./event.ts"
import { isAct } from "./event-read.ts"

/** Who may speak: we, somebody else, or nobody in particular. */
export type ThreadHolder = "ours" | "other" | "idle"

/** What is known of a thread. Stored. */
export interface ThreadControl {
  readonly v: 1
  readonly holder: ThreadHolder
  /** Last activity of the holder or the person: control lapses a day after it. */
  readonly at: number
}

/** Control lapses after a day without activity. */
const LAPSE_MS = DAY_MS

/** A thread nobody has told us anything of. */
export const IDLE: ThreadControl = { v: 1, holder: "idle", at: 0 }

/** What an event makes of a thread. Older events than the last change nothing: webhooks come out of order.
 * @param appId the app we are */
export function hearThread(control: ThreadControl, event: MessengerEvent, appId: string): ThreadControl {
  if (event.at < control.at) return control
  const holder = holderOf(event, appId) ?? (control.holder === "other" && isAct(event) ? "idle" : undefined)
  return holder || control.holder !== "idle"
    ? { v: 1, holder: holder ?? control.holder, at: event.at }
    : control
}

/** Who holds it now. */
export function holderAt(control: ThreadControl, now: number): ThreadHolder {
  return now - control.at >= LAPSE_MS ? "idle" : control.holder
}

/** What an event says of who holds it, if anything. A request only asks. What we merely overhear is held by another; what is said to us
 * is not, though nobody tells when another app lets go: then `hearThread` takes it for idle. */
function holderOf(event: MessengerEvent, appId: string): ThreadHolder | undefined {
  if (event.kind === "thread_control" && event.change !== "request")
    return event.to === null ? "idle" : event.to === appId ? "ours" : "other"
  if (event.kind === "overheard") return "other"
  return event.kind === "echo" && event.standby === true && event.by !== "ours" ? "other" : undefined
}
