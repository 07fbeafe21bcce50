// One event into a BankEvent: or a refusal that names the member and holds nothing of what stood there. `parseEvent` reads CloudEvents,
// `readEvent` what another dialect said of one. The schemas are event-wire.ts; many events at once are event-batch.ts.
// Signature and digest were judged before.

import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { BankEvent } from "./event.ts"
import { READINGS, type Head, type Reading, type ReadType } from "./event-build.ts"
import { EVENT_TYPES, isEventType } from "./event-types.ts"
import { DATA, HEAD, type WireData } from "./event-wire.ts"
import { findShapeExcess } from "./json-shape.ts"
import { findSafeUrl } from "./safe-url.ts"
import { describeIssue } from "./wire-values.ts"

/** An event's own life in the body: what CloudEvents asks every consumer to take. @see CloudEvents 1.0.2, size limits */
export const EVENT_CHARS_MAX = 65_536
export const EVENT_DEPTH_MAX = 20
/** A bank's clock may be ahead of ours; what happens later than this has not happened. */
export const AHEAD_MS_MAX = 10 * MINUTE_MS
/** Longest time an event may wait to be told: for an answer to a fraud alert, for a day on which something is due. */
export const REPLY_MS_MAX = 31 * DAY_MS
/** Stale never: the last instant there is. @see ECMA-262, time values */
const NEVER = 8_640_000_000_000_000

/** Why one event is not taken. `err` is a word of the registry of RFC 8935, 2.4, or `conflict`: another event of the same id was taken; `description` is for the bank's engineers. */
export interface EventRefusal {
  readonly err: "invalid_request" | "access_denied" | "conflict"
  readonly description: string
}

/** What a bank's events are held to. */
export interface EventTerms {
  /** The `source` (a SET's `iss`) registered for the bank; another's event is `access_denied`. */
  readonly source: string
  /** Hosts a URL in an event may point at. */
  readonly linkHosts: readonly string[]
}

/** One event as a dialect other than CloudEvents says it. */
export interface EventClaim {
  readonly type: string
  readonly id: string
  readonly source: string
  /** The bank's customer reference, empty where there is none. */
  readonly customer: string
  readonly at: number
  readonly data: unknown
}

/** Names of types are the bank's own words and hold no data of people. */
const TYPE_NAME = /^[A-Za-z0-9._:-]{1,100}$/

/** Read one CloudEvent.
 * @param value parsed JSON
 * @param now our own clock: instants more than ten minutes ahead of it are refused */
export function parseEvent(value: unknown, terms: EventTerms, now: number): Result<BankEvent, EventRefusal> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return invalid("The event is not a JSON object")
  }
  const excess = findExcess(value)
  if (excess) return invalid(excess)
  const { type, source, data } = value as Readonly<Record<string, unknown>>
  if (typeof source !== "string") return invalid("source is missing or of another type")
  if (source !== terms.source) return foreign()
  if (typeof type !== "string") return invalid("type is missing or of another type")
  const known = judgeType(type)
  if (!known.ok) return known
  const head = HEAD.safeParse(value)
  if (!head.success) return invalid(describeIssue(head.error.issues[0], []))
  const { id, subject, time } = head.data
  return readData(known.value, { v: 1, id, source, customer: subject ?? "", at: time }, data, terms, now)
}

/** Read what another dialect said: the same types, the same data, the same refusals. */
export function readEvent(
  claim: EventClaim,
  terms: EventTerms,
  now: number,
): Result<BankEvent, EventRefusal> {
  const { type, data, ...said } = claim
  if (claim.source !== terms.source) return foreign()
  const excess = findExcess(claim)
  if (excess) return invalid(excess)
  const known = judgeType(type)
  if (!known.ok) return known
  const head = HEAD.safeParse({
    specversion: "1.0",
    id: said.id,
    subject: said.customer === "" ? undefined : said.customer,
    // Schemas read text; the instant itself was read by the dialect.
    time: "2000-01-01T00:00:00Z",
  })
  if (!head.success) return invalid(describeIssue(head.error.issues[0], []))
  return readData(known.value, { v: 1, ...said }, data, terms, now)
}

/** The type by its name. */
function judgeType(type: string): Result<ReadType, EventRefusal> {
  if (!isEventType(type) || type === "bank.data.hint.v1")
    return invalid(TYPE_NAME.test(type) ? `Unknown event type "${type}"` : "Unknown event type")
  return ok(type)
}

/** Read the data of one type, whoever hears of it. */
export function readData<Type extends ReadType>(
  type: Type,
  head: Head,
  value: unknown,
  { linkHosts }: Pick<EventTerms, "linkHosts">,
  now: number,
): Result<BankEvent, EventRefusal> {
  const data = DATA[type].safeParse(value)
  if (!data.success) return invalid(describeIssue(data.error.issues[0], ["data"]))
  if (head.at > now + AHEAD_MS_MAX) return invalid("time lies more than 10 minutes ahead")
  const reading = READINGS[type] as Reading<Type>
  const wire = data.data as WireData<Type>
  const fault = reading.fault?.(wire)
  if (fault !== undefined) return invalid(fault)
  if (reading.happened?.(wire).some((at) => at > now + AHEAD_MS_MAX)) {
    return invalid("data holds an instant more than 10 minutes ahead")
  }
  const url = reading.url?.(wire)
  if (url && findSafeUrl(url, linkHosts) === undefined)
    return invalid("data.tracking_url is not https on a registered host")
  const { staleAfterMs } = EVENT_TYPES[type]
  const staleAt =
    typeof staleAfterMs === "number" ? head.at + staleAfterMs : (reading.staleAt?.(wire) ?? NEVER)
  if (staleAt !== NEVER && staleAt > now + REPLY_MS_MAX)
    return invalid(`data.${staleAfterMs} lies more than 31 days ahead`)
  const event = { ...head, type, staleAt, ...reading.build(wire, head) } as unknown as BankEvent
  if (event.customer === "" && !isForEverybody(event)) return invalid("subject is missing or of another type")
  return ok(event)
}

/** What may come without a customer. */
function isForEverybody(event: BankEvent): boolean {
  return (
    event.type === "bank.test.v1" || (event.type === "bank.service.notice.v1" && event.audience === "linked")
  )
}

function findExcess(value: object): string | undefined {
  const excess = findShapeExcess(value, EVENT_DEPTH_MAX, EVENT_CHARS_MAX)
  if (!excess) return undefined
  return excess === "too_deep" ? "The event is nested too deeply" : "The event is too large"
}

function foreign(): Result<never, EventRefusal> {
  return err({ err: "access_denied", description: "source is not registered for this bank" })
}

function invalid(description: string): Result<never, EventRefusal> {
  return err({ err: "invalid_request", description })
}
