// One webhook request for one Page: the handshake before the first, the account of failures, and what the person
// sees when a message arrived. The courier decides when; callback.ts speaks HTTP.

import type { Emulator } from "../emulator.ts"
import { postWebhook, verifyCallback } from "./callback.ts"
import type { OutboxRow } from "./outbox-store.ts"
import { DISABLE_AFTER_MS } from "./retry.ts"

/** Send one body for a Page.
 * @returns true when the gateway took it. An hour of failures on the sandbox's clock ends the subscription. */
export async function deliver(emulator: Emulator, pageId: string, body: string): Promise<boolean> {
  const taken = await knock(emulator, pageId, body)
  const page = emulator.pages.find(pageId)
  if (taken) {
    if (page?.failingSince !== undefined) emulator.pages.markFailing(pageId, undefined)
    return true
  }
  const now = emulator.clock.now()
  const since = page?.failingSince ?? now
  emulator.pages.markFailing(pageId, since)
  if (now - since >= DISABLE_AFTER_MS) {
    emulator.pages.subscribe(pageId, [])
    emulator.outbox.dropPending(pageId)
  }
  return false
}

async function knock(emulator: Emulator, pageId: string, body: string): Promise<boolean> {
  const callback = `${emulator.env.GATEWAY_ORIGIN}/messenger/webhook`
  if (emulator.pages.find(pageId)?.verified !== true) {
    if (!(await verifyCallback(callback))) return false
    emulator.pages.markVerified(pageId)
  }
  return postWebhook(callback, body)
}

/** A person's message was taken, or never will be: the phone shows it. */
export function settleSaid(emulator: Emulator, row: OutboxRow, taken: boolean): void {
  if (row.mid === undefined || !taken) return
  emulator.thread.markDelivered(row.mid, emulator.clock.now())
  emulator.live.marksChanged(row.lane)
}
