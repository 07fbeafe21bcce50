// A person acts: the thread grows, the window opens, the webhook leaves. One branch an act; words and pictures are
// the phone's business, changing what was said is changing.ts.

import type { Emulator } from "../emulator.ts"
import { keepControl } from "../graph/control-state.ts"
import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import { randomMid } from "../random.ts"
import type { Result } from "../result.ts"
import { ok } from "../result.ts"
import { announce, announceToPage } from "../webhooks/announce.ts"
import type { Between } from "../webhooks/event.ts"
import {
  messageEvent,
  optinEvent,
  postbackEvent,
  readEvent,
  referralEvent,
  shortLink,
  unlinkedEvent,
} from "../webhooks/event.ts"
import type { Act } from "./act.ts"
import { edit, react, withdraw } from "./changing.ts"
import { giveFeedback } from "./feedback.ts"
import type { Person } from "./person-store.ts"

/** The payload of Get Started where the Page's profile sets none. */
const GET_STARTED = "v1.GET_STARTED"

/** What an act made: the message or postback, where it made one. */
export type Acted = { readonly mid: string | null }

const NOTHING: Acted = { mid: null }

/** Do it, now.
 * @returns refusal: a sentence, where the app would not let a person do it */
export function act(emulator: Emulator, person: Person, deed: Act): Result<Acted, string> {
  const between: Between = { psid: person.psid, pageId: person.pageId, at: emulator.clock.now() }
  switch (deed.kind) {
    case "text": {
      const quoted = deed.replyTo === undefined ? {} : { reply_to: { mid: deed.replyTo } }
      return ok(sayMessage(emulator, between, { text: deed.text, ...quoted }))
    }
    case "quick_reply":
      return ok(sayMessage(emulator, between, { text: deed.title, quick_reply: { payload: deed.payload } }))
    case "attachments": {
      const text = deed.text === undefined ? {} : { text: deed.text }
      return ok(sayMessage(emulator, between, { ...text, attachments: deed.attachments }))
    }
    case "unsupported":
      return ok(sayMessage(emulator, between, { is_unsupported: true }))
    case "postback":
      return ok(tap(emulator, person, between, deed.title, deed.payload))
    case "referral":
      return ok(openReferral(emulator, person, between, deed.more ?? linkOf(person, deed.ref)))
    case "reaction":
      return react(emulator, between, deed.mid, deed.reaction)
    case "edit":
      return edit(emulator, between, deed.mid, deed.text)
    case "delete":
      return withdraw(emulator, between, deed.mid)
    case "feedback":
      return giveFeedback(emulator, between, deed.mid, deed.answer, deed.followUp)
    case "optin":
      announce(emulator, "messaging_optins", between, optinEvent(between, deed.optin))
      return ok(NOTHING)
    case "event": {
      const head = { sender: { id: person.psid }, recipient: { id: person.pageId }, timestamp: between.at }
      announceToPage(emulator, deed.field, person.pageId, { ...head, ...deed.event })
      return ok(NOTHING)
    }
    case "unlink": {
      emulator.people.change(person.psid, { linked: false })
      announce(emulator, "messaging_account_linking", between, unlinkedEvent(between))
      emulator.live.peopleChanged()
      return ok(NOTHING)
    }
    case "block": {
      emulator.people.change(person.psid, { blocked: deed.blocked })
      emulator.live.peopleChanged()
      return ok(NOTHING)
    }
  }
}

const linkOf = (person: Person, ref: string): JsonObject => shortLink(ref, person.region !== "europe")

/** What Get Started posts for this Page. */
export function getStartedPayload(profile: JsonObject): string {
  const set = profile.get_started
  return (isObject(set) ? textOf(set, "payload") : undefined) ?? GET_STARTED
}

function sayMessage(emulator: Emulator, between: Between, content: JsonObject): Acted {
  const mid = randomMid()
  const replyTo = isObject(content.reply_to) ? textOf(content.reply_to, "mid") : undefined
  emulator.people.change(between.psid, { lastActionAt: between.at, lastMessageAt: between.at })
  const said = emulator.thread.add({
    mid,
    psid: between.psid,
    from: "person",
    at: between.at,
    body: content,
    replyTo,
  })
  announce(emulator, "messages", between, messageEvent(between, mid, content), { mid })
  keepControl(emulator, between.psid)
  emulator.live.said(said)
  return { mid }
}

function tap(emulator: Emulator, person: Person, between: Between, title: string, payload: string): Acted {
  const { pendingRef } = person
  const referral = pendingRef === undefined ? undefined : linkOf(person, pendingRef)
  return tapWith(emulator, between, { title, payload, referral })
}

function tapWith(
  emulator: Emulator,
  between: Between,
  button: { readonly title: string; readonly payload: string; readonly referral: JsonObject | undefined },
): Acted {
  const mid = randomMid()
  const { title, payload } = button
  emulator.people.change(between.psid, { lastActionAt: between.at, pendingRef: null })
  const body = { text: title, postback: { title, payload } }
  const said = emulator.thread.add({ mid, psid: between.psid, from: "person", at: between.at, body })
  announce(emulator, "messaging_postbacks", between, postbackEvent(between, { mid, ...button }), { mid })
  keepControl(emulator, between.psid)
  emulator.live.said(said)
  return { mid }
}

/** Into an existing thread a link is a `referral`; into a new one it waits for Get Started, which is tapped here. */
function openReferral(emulator: Emulator, person: Person, between: Between, referral: JsonObject): Acted {
  if (emulator.thread.lastSaid(person.psid) === undefined) {
    const payload = getStartedPayload(emulator.pages.find(person.pageId)?.profile ?? {})
    return tapWith(emulator, between, { title: "Get Started", payload, referral })
  }
  emulator.people.change(person.psid, { lastActionAt: between.at })
  announce(emulator, "messaging_referrals", between, referralEvent(between, referral))
  return NOTHING
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
