// Puts events of one person, or of a Page, into the outbox, if the Page is subscribed to them. Decides which lane.

import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import type { Between, Field } from "./event.ts"
import { templateStatusChange } from "./event.ts"

/** Options of one announcement. */
export type AnnounceOptions = {
  readonly afterMs?: number
  /** Given up after its first failure */
  readonly once?: boolean
  /** The message whose arrival the person should see */
  readonly mid?: string
}

/** Send an event of the conversation.
 * @returns its number in the outbox, or undefined where the Page is not subscribed to the field */
export function announce(
  emulator: Emulator,
  field: Field,
  between: Between,
  event: JsonObject,
  options: AnnounceOptions = {},
): number | undefined {
  if (!emulator.pages.find(between.pageId)?.fields.includes(field)) return undefined
  const row = {
    lane: between.psid,
    pageId: between.pageId,
    part: "messaging" as const,
    event: JSON.stringify(event),
    mid: options.mid,
    at: between.at,
  }
  return emulator.courier.post(row, options)
}

/** Tell a Page what became of a template's review. */
export function announceTemplate(
  emulator: Emulator,
  pageId: string,
  template: Parameters<typeof templateStatusChange>[0],
): void {
  if (!emulator.pages.find(pageId)?.fields.includes("message_template_status_update")) return
  emulator.courier.post({
    lane: pageId,
    pageId,
    part: "changes",
    event: JSON.stringify(templateStatusChange(template)),
    mid: undefined,
    at: emulator.clock.now(),
  })
}
