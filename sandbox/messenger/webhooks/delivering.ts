// One webhook request for one Page: the handshake before the first, the account of failures, and what the person
// sees when a message arrived. The courier decides when; callback.ts speaks HTTP.

import type { Emulator } from "../emulator.ts"
import { isObject, parseJson, textOf } from "../json.ts"
import { postWebhook, verifyCallback } from "./callback.ts"
import type { OutboxRow } from "./outbox-store.ts"
import { ALARM_AFTER_MS, DISABLE_AFTER_MS } from "./retry.ts"

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
    noteAlert(emulator, { at: now, since, page: pageId, kind: "webhooks_disabled" })
  } else if (now - since >= ALARM_AFTER_MS) {
    noteAlert(emulator, { at: now, since, page: pageId, kind: "webhooks_failing" })
  }
  return false
}

/** What the platform would write to the app's developers. */
export type Alert = {
  readonly at: number
  readonly since: number
  readonly page: string
  readonly kind: "webhooks_failing" | "webhooks_disabled"
}

const ALERTS_MAX = 50

/** Alerts so far, oldest first. */
export function alertsOf(emulator: Emulator): readonly Alert[] {
  const kept = parseJson(emulator.meta.find("alerts") ?? "[]")
  return Array.isArray(kept) ? (kept as readonly Alert[]) : []
}

/** One of a kind for each stretch of failures. */
function noteAlert(emulator: Emulator, alert: Alert): void {
  const alerts = alertsOf(emulator)
  const isKnown = alerts.some(
    ({ since, page, kind }) => since === alert.since && page === alert.page && kind === alert.kind,
  )
  if (!isKnown) emulator.meta.put("alerts", JSON.stringify([...alerts, alert].slice(-ALERTS_MAX)))
}

/** The gateway's, unless `POST /{app-id}/subscriptions` named another. */
function callbackOf(emulator: Emulator): string {
  const kept = parseJson(emulator.meta.find("app_subscription") ?? "")
  const named = isObject(kept) ? textOf(kept, "callback") : undefined
  return named ?? `${emulator.env.GATEWAY_ORIGIN}/messenger/webhook`
}

async function knock(emulator: Emulator, pageId: string, body: string): Promise<boolean> {
  const callback = callbackOf(emulator)
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
