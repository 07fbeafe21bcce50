// Puts events of one person, or of a Page, into the outbox, if the Page is subscribed to them. Decides which lane, and
// whether our app hears an event as the one who may answer or only as a bystander.

import { APP_ID } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import { controlOf } from "../graph/control-state.ts"
import { isBystander } from "../graph/thread-control.ts"
import type { JsonObject } from "../json.ts"
import type { Between, ControlNews, Field } from "./event.ts"
import { controlEvent, withoutPayload } from "./event.ts"
import { templateStatusChange } from "./page-event.ts"

/** Options of one announcement. */
export type AnnounceOptions = {
  readonly afterMs?: number
  /** Given up after its first failure */
  readonly once?: boolean
  /** The message whose arrival the person should see */
  readonly mid?: string
}

/** What reaches a bystander, as `standby`. All else concerns one app alone or everybody. */
const OVERHEARD: readonly Field[] = [
  "messages",
  "message_edits",
  "message_echoes",
  "message_deliveries",
  "message_reads",
  "message_reactions",
  "messaging_postbacks",
  "messaging_referrals",
]

/** Send an event of the conversation.
 * @returns its number in the outbox, or undefined where the Page is not subscribed to the field */
export function announce(
  emulator: Emulator,
  field: Field,
  between: Between,
  event: JsonObject,
  options: AnnounceOptions = {},
): number | undefined {
  const fields = emulator.pages.find(between.pageId)?.fields ?? []
  const person = emulator.people.find(between.psid)
  const isOverheard =
    OVERHEARD.includes(field) && person !== undefined && isBystander(controlOf(emulator, person), APP_ID)
  if (!fields.includes(field) || (isOverheard && !fields.includes("standby"))) return undefined
  const row = {
    lane: between.psid,
    pageId: between.pageId,
    part: isOverheard ? ("standby" as const) : ("messaging" as const),
    event: JSON.stringify(isOverheard ? withoutPayload(event) : event),
    mid: options.mid,
    at: between.at,
  }
  return emulator.courier.post(row, options)
}

/** Tell our app what another did to the control of a thread. */
export function announceControl(emulator: Emulator, between: Between, news: ControlNews): void {
  announce(emulator, "messaging_handovers", between, controlEvent(between, news))
}

/** Tell a Page's app something that concerns no conversation, in `changes`. */
export function announceChange(emulator: Emulator, field: string, pageId: string, change: JsonObject): void {
  post(emulator, field, pageId, "changes", change)
}

/** Tell a Page's app something that concerns no person, in `messaging`. */
export function announceToPage(emulator: Emulator, field: string, pageId: string, event: JsonObject): void {
  post(emulator, field, pageId, "messaging", event)
}

function post(
  emulator: Emulator,
  field: string,
  pageId: string,
  part: "messaging" | "changes",
  event: JsonObject,
): void {
  if (emulator.pages.find(pageId)?.fields.includes(field) !== true) return
  const at = emulator.clock.now()
  emulator.courier.post({ lane: pageId, pageId, part, event: JSON.stringify(event), mid: undefined, at })
}

/** Tell a Page what became of a template's review. */
export function announceTemplate(
  emulator: Emulator,
  pageId: string,
  template: Parameters<typeof templateStatusChange>[0],
): void {
  announceChange(emulator, "message_template_status_update", pageId, templateStatusChange(template))
}
