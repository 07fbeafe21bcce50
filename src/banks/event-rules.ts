// Who speaks for a bank on which way in: from its record, or what holds where the record says nothing. Pure.

import { EVENT_WAYS, type BankRecord, type EventWay } from "./bank.ts"

/** What one way in asks of the bank's events. */
export interface EventRule {
  /** CloudEvents' `source`, a token's `iss`: the `source` of the events themselves. */
  readonly issuer: string
  /** `aud` of its tokens, where it is not the address they are sent to. */
  readonly audience?: string
}

/** The rule of a way in; `undefined` where the bank registered issuers and none for this way: then it is closed.
 * Where it registered none, `eventSource` speaks on every way but UK Open Banking's, where it is the OpenID issuer, and `aud` our client
 * id there. @see UK Open Banking, event notification: `aud` is the software's client id */
export function findRule(bank: BankRecord, way: EventWay): EventRule | undefined {
  if (bank.eventIssuers) return bank.eventIssuers.find((issuer) => issuer.ways.includes(way))
  return way === "open-banking"
    ? { issuer: bank.issuer, audience: bank.clientId }
    : { issuer: bank.eventSource }
}

/** Every `source` the bank's events may have, over all ways. */
export function listSources(bank: BankRecord): readonly string[] {
  return [...new Set(EVENT_WAYS.flatMap((way) => findRule(bank, way)?.issuer ?? []))]
}
