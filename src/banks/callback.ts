// What we tell a bank: what became of an event for one of its customers, or of a link. Shapes and their CloudEvents form; pure but for
// one digest. Putting them on the queue is callback-queue.ts, posting them callback-post.ts. @see design.md 4.3

import { digestText } from "../crypto/hmac.ts"
import type { BankId, LinkId, PersonId } from "../foundation/id.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { Account, BankRecord } from "./bank.ts"
import type { EventStatus, LinkStatus, Reason } from "./callback-reason.ts"
import type { BankEvent, BankEventType } from "./event.ts"
import { EVENT_TYPES } from "./event-types.ts"

/** What became of one event for one person. */
export interface EventCallback {
  readonly kind: "event"
  readonly event: Pick<BankEvent, "id" | "source"> & { readonly type: BankEventType }
  /** The bank's own reference. */
  readonly customer: string
  /** Whom it was for; `null` where nobody is linked. Never leaves but in a digest. */
  readonly person: PersonId | null
  readonly status: EventStatus
  readonly reason: Reason
  readonly at: number
}

/** What became of a link. */
export interface LinkCallback {
  readonly kind: "link"
  readonly link: LinkId
  /** Raised by each change of the link, so that two changes are two callbacks. */
  readonly epoch: number
  readonly customer: string
  readonly status: LinkStatus
  readonly reason: Reason
  readonly purposes: readonly Purpose[]
  readonly accounts: readonly Pick<Account, "id" | "last4">[]
  /** When the consent ends, or ended. */
  readonly until: number
  /** Of a reminder: which one, by its days before the consent's end. */
  readonly daysBefore?: number
  readonly at: number
}

/** Anything we tell a bank. Travels sealed. */
export type Callback = EventCallback | LinkCallback

/** A callback as the bank gets it: CloudEvents 1.0, structured mode. */
export interface CallbackEvent {
  readonly specversion: "1.0"
  /** The same however often it is posted: a digest of event, person and status. */
  readonly id: string
  readonly source: string
  readonly type: `tellerline.event.${EventStatus}.v1` | `tellerline.link.${LinkStatus}.v1`
  /** The bank's customer reference. */
  readonly subject: string
  readonly time: string
  readonly datacontenttype: "application/json"
  readonly data: Readonly<Record<string, unknown>>
}

/** Whether it goes alone and at once: an alert's, and whatever makes the bank use another channel; of links all, for it was asked to
 * hear of them at once (P11). */
export function isUrgent(callback: Callback): boolean {
  if (callback.kind === "link") return true
  return callback.status === "undeliverable" || EVENT_TYPES[callback.event.type].lane === "alerts"
}

/** Whether the bank wants it: deliveries and reads of updates only where it switched them on. */
export function isWanted(callback: Callback, bank: Pick<BankRecord, "reportDelivery">): boolean {
  if (callback.kind === "link" || bank.reportDelivery) return true
  const watermark = callback.status === "delivered" || callback.status === "read"
  return !watermark || EVENT_TYPES[callback.event.type].lane === "alerts"
}

/** Put a callback into the bank's form.
 * @param publicOrigin ours: with the bank's id the `source` */
export async function renderCallback(
  callback: Callback,
  bank: BankId,
  publicOrigin: string,
): Promise<CallbackEvent> {
  const head = {
    specversion: "1.0",
    source: `${publicOrigin}/banks/${bank}`,
    subject: callback.customer,
    time: new Date(callback.at).toISOString(),
    datacontenttype: "application/json",
  } as const
  const { status, reason } = callback
  if (callback.kind === "event") {
    const { event, person } = callback
    return {
      ...head,
      id: await idOf("event", event.source, event.id, person ?? "", status),
      type: `tellerline.event.${callback.status}.v1`,
      data: { event: { id: event.id, source: event.source, type: event.type }, reason },
    }
  }
  const { link, epoch, purposes, accounts, until, daysBefore } = callback
  return {
    ...head,
    id: await idOf(
      "link",
      link,
      String(epoch),
      status,
      ...(daysBefore === undefined ? [] : [String(daysBefore)]),
    ),
    type: `tellerline.link.${callback.status}.v1`,
    data: {
      purposes,
      accounts: accounts.map(({ id, last4 }) => ({ id, last4 })),
      until: new Date(until).toISOString(),
      reason,
      ...(daysBefore === undefined ? {} : { daysBefore }),
    },
  }
}

/** Parts are written as JSON first, so that no two lists of parts share a text. */
function idOf(...parts: readonly string[]): Promise<string> {
  return digestText(JSON.stringify(parts))
}
