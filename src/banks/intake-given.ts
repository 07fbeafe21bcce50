// What the ways in for a bank's events are given, and the numbers they share. Composed by doors.ts.

import type { Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId } from "../foundation/id.ts"
import type { Log } from "../foundation/log.ts"
import type { Result } from "../foundation/result.ts"
import type { RequestVariables } from "../http/headers.ts"
import type { BankAuth } from "./authenticate-bank.ts"
import type { BankRecord, EventWay } from "./bank.ts"
import type { KeysOf } from "./bank-keys.ts"
import type { BankEvent } from "./event.ts"
import type { EventStatusAnswer } from "./event-status.ts"

/** A body whose headers were signed. */
export const SIGNED_BODY_BYTES_MAX = 16 * 1_024 * 1_024
/** Any other: whoever sends it has not proven anything of the body before it is read. */
export const UNSIGNED_BODY_BYTES_MAX = 1_024 * 1_024
export const EVENTS_MAX = 10_000
/** Members and elements of a body: eighty an event, twice what the fullest type has. More would not fit beside other banks' requests
 * into an isolate's 128 MB once they are parsed (P13). */
export const VALUES_MAX = 80 * EVENTS_MAX
/** Events whose messages one request may ask to see, and tests it may ask about. */
export const PREVIEWS_MAX = 20

/** What an event would say, in one language. */
export interface PreviewedMessage {
  readonly text: string
  readonly buttons?: readonly string[]
  /** The name and the values of the template that goes where the chat's window is closed. */
  readonly template?: { readonly name: string; readonly values: readonly string[] }
}

/** Why a request was refused, for the bank's engineers: never what was in it. */
export interface RefusalNote {
  readonly bank: BankId
  readonly way: EventWay | "event-sets"
  readonly reason: string
  readonly kid?: string
  /** Seconds the signature's time was behind ours; negative: ahead. */
  readonly skewSeconds?: number
  /** Components that were not covered. */
  readonly missing?: readonly string[]
  /** The signature base we computed; in development only. */
  readonly base?: string
}

/** What the ways in need. */
export interface BankIntake {
  /** The record of a bank, or `undefined`. Cached: strangers may ask for any name. */
  readonly findBank: (id: BankId) => Promise<Result<BankRecord | undefined, Outage>>
  readonly keysOf: KeysOf
  /** Bearer keys of banks. */
  readonly auth: Pick<BankAuth, "authenticate">
  /** Secrets of a bank's webhooks that count now. Cached. */
  readonly webhookSecrets: (bank: BankId) => Promise<Result<readonly Uint8Array<ArrayBuffer>[], Outage>>
  /** Make events durable. `ok` means every one is; it may be called again with the same events. */
  readonly accept: (bank: BankRecord, events: readonly BankEvent[]) => Promise<Result<void, Outage>>
  /** What an event would say, by language of the bank; nothing is sent. */
  readonly preview: (bank: BankRecord, event: BankEvent) => Readonly<Record<string, PreviewedMessage>>
  /** How many people are linked to a customer. */
  readonly countLinked: (bank: BankId, customer: string) => Promise<Result<number, Outage>>
  /** The customer whose consent at the bank that is; `undefined` for one no link rests on. */
  readonly findConsentCustomer: (bank: BankId, consent: string) => Promise<Result<string | undefined, Outage>>
  /** What became of an event for the people linked to a customer. */
  readonly findStatus: (
    bank: BankRecord,
    event: { readonly id: string; readonly sources: readonly string[]; readonly customer: string },
  ) => Promise<Result<EventStatusAnswer, Outage>>
  /** Keep why a request was refused. Bounded; never awaited. */
  readonly note: (note: RefusalNote) => void
  /** Scheme and host, no trailing slash: what `@authority` is judged against. */
  readonly publicOrigin: string
  readonly development: boolean
  /** Our own clock: judges what an event says. */
  readonly now: Now
  /** The real clock: judges signatures. */
  readonly realNow: Now
  readonly log: Log
}

export type IntakeVariables = { Variables: RequestVariables }
