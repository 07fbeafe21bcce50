// A person acts: the thread grows, the window opens, the webhook leaves. One branch an act; words and pictures are
// the phone's business.

import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import { randomMid } from "../random.ts"
import { announce } from "../webhooks/announce.ts"
import type { Between } from "../webhooks/event.ts"
import {
  messageEvent,
  postbackEvent,
  reactionEvent,
  readEvent,
  referralEvent,
  unlinkedEvent,
} from "../webhooks/event.ts"
import type { Act } from "./act.ts"
import type { Person } from "./person-store.ts"

/** The payload of Get Started where the Page's profile sets none. */
const GET_STARTED = "v1.GET_STARTED"

/** Do it, now.
 * @returns the message id, where the act makes a message or postback */
export function act(emulator: Emulator, person: Person, deed: Act): { readonly mid: string | null } {
  const between: Between = { psid: person.psid, pageId: person.pageId, at: emulator.clock.now() }
  switch (deed.kind) {
    case "text":
      return { mid: sayMessage(emulator, between, { text: deed.text }) }
    case "quick_reply":
      return {
        mid: sayMessage(emulator, between, { text: deed.title, quick_reply: { payload: deed.payload } }),
      }
    case "attachment":
      return { mid: sayMessage(emulator, between, { attachments: [deed.attachment] }) }
    case "postback":
      return { mid: tap(emulator, person, between, deed.title, deed.payload) }
    case "referral":
      return { mid: openReferral(emulator, person, between, deed.ref) }
    case "reaction": {
      emulator.people.change(person.psid, { lastActionAt: between.at })
      emulator.thread.react(deed.mid, deed.reaction)
      announce(emulator, "message_reactions", between, reactionEvent(between, deed.mid, deed.reaction))
      return { mid: null }
    }
    case "unlink": {
      emulator.people.change(person.psid, { linked: false })
      announce(emulator, "messaging_account_linking", between, unlinkedEvent(between))
      emulator.live.peopleChanged()
      return { mid: null }
    }
    case "block": {
      emulator.people.change(person.psid, { blocked: deed.blocked })
      emulator.live.peopleChanged()
      return { mid: null }
    }
  }
}

/** What Get Started posts for this Page. */
export function getStartedPayload(profile: JsonObject): string {
  const set = profile.get_started
  return (isObject(set) ? textOf(set, "payload") : undefined) ?? GET_STARTED
}

function sayMessage(emulator: Emulator, between: Between, content: JsonObject): string {
  const mid = randomMid()
  emulator.people.change(between.psid, { lastActionAt: between.at, lastMessageAt: between.at })
  const said = emulator.thread.add({ mid, psid: between.psid, from: "person", at: between.at, body: content })
  announce(emulator, "messages", between, messageEvent(between, mid, content), { mid })
  emulator.live.said(said)
  return mid
}

function tap(emulator: Emulator, person: Person, between: Between, title: string, payload: string): string {
  const mid = randomMid()
  const ref = person.pendingRef
  emulator.people.change(person.psid, { lastActionAt: between.at, pendingRef: null })
  const body = { text: title, postback: { title, payload } }
  const said = emulator.thread.add({ mid, psid: person.psid, from: "person", at: between.at, body })
  announce(emulator, "messaging_postbacks", between, postbackEvent(between, { mid, title, payload, ref }), {
    mid,
  })
  emulator.live.said(said)
  return mid
}

/** Into an existing thread a link is a `referral`; into a new one it waits for Get Started, which is tapped here. */
function openReferral(emulator: Emulator, person: Person, between: Between, ref: string): string | null {
  if (emulator.thread.newest(person.psid, 1).length === 0) {
    const page = emulator.pages.find(person.pageId)
    return tap(
      emulator,
      { ...person, pendingRef: ref },
      between,
      "Get Started",
      getStartedPayload(page?.profile ?? {}),
    )
  }
  emulator.people.change(person.psid, { lastActionAt: between.at })
  announce(emulator, "messaging_referrals", between, referralEvent(between, ref))
  return null
}

/** The person looks at the chat: what the Page wrote is read. */
export function look(emulator: Emulator, psid: string): void {
  const person = emulator.people.find(psid)
  if (person === undefined) return
  if (!person.opened) emulator.people.change(psid, { opened: true })
  if (emulator.settings().reads === "never") return
  readNow(emulator, person, 0)
}

/** Mark all read and say so, `afterMs` from now. */
export function readNow(emulator: Emulator, person: Person, afterMs: number): void {
  const at = emulator.clock.now()
  const watermark = emulator.thread.markRead(person.psid, at)
  if (watermark === undefined) return
  const between = { psid: person.psid, pageId: person.pageId, at: at + afterMs }
  announce(emulator, "message_reads", between, readEvent(between, watermark), { afterMs })
  emulator.live.peopleChanged()
}
