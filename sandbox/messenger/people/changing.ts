// A person changes what stands in the chat: edits an own message, takes it back, reacts to one. The app's own limits
// hold: five edits within fifteen minutes. Source: reference/messenger-platform.md 2.2, 2.4.

import type { Emulator } from "../emulator.ts"
import { textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { announce } from "../webhooks/announce.ts"
import type { Between } from "../webhooks/event.ts"
import { editEvent, messageEvent, reactionEvent } from "../webhooks/event.ts"
import type { Said } from "./thread-store.ts"

/** How often a message can be edited, and for how long after it was sent. */
export const EDITS_MAX = 5
export const EDIT_SPAN_MS = 15 * 60_000

type Changed = Result<{ readonly mid: null }, string>

const DONE = ok({ mid: null })

/** True while the app offers to edit that message of the person's own. */
export const isEditable = (said: Said, now: number): boolean =>
  said.from === "person" &&
  !said.isDeleted &&
  textOf(said.body, "text") !== undefined &&
  said.body.postback === undefined &&
  said.body.quick_reply === undefined &&
  said.edits < EDITS_MAX &&
  now - said.at <= EDIT_SPAN_MS

/** Change the words of an own message. */
export function edit(emulator: Emulator, between: Between, mid: string, text: string): Changed {
  const said = emulator.thread.find(between.psid, mid)
  if (said === undefined || !isEditable(said, between.at))
    return refuse(
      `Only an own text can be edited, ${EDITS_MAX} times within ${EDIT_SPAN_MS / 60_000} minutes`,
    )
  const edits = emulator.thread.edit(mid, { ...said.body, text })
  announce(emulator, "message_edits", between, editEvent(between, mid, text, edits))
  emulator.live.changed(between.psid, mid)
  return DONE
}

/** Take an own message back: the Page's app hears its id and nothing else. */
export function withdraw(emulator: Emulator, between: Between, mid: string): Changed {
  const said = emulator.thread.find(between.psid, mid)
  if (said?.from !== "person" || said.isDeleted) return refuse("Only an own message can be taken back")
  emulator.thread.withdraw(mid)
  announce(emulator, "messages", between, messageEvent(between, mid, { is_deleted: true }))
  emulator.live.changed(between.psid, mid)
  return DONE
}

/** React to a message, or take it back. It opens the window, as a message does. */
export function react(
  emulator: Emulator,
  between: Between,
  mid: string,
  reaction: string | undefined,
): Changed {
  if (emulator.thread.find(between.psid, mid) === undefined) return refuse("There is no such message")
  emulator.people.change(between.psid, { lastActionAt: between.at })
  emulator.thread.react(mid, "person", reaction)
  announce(emulator, "message_reactions", between, reactionEvent(between, mid, reaction))
  emulator.live.changed(between.psid, mid)
  return DONE
}
