// One CloudEvent, as JSON, into a BankEvent: or a refusal that names the member and holds nothing of what stood there.
// The schemas are event-wire.ts; many events at once are event-batch.ts. Signature and digest were judged before.

import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import {
  EVENT_TYPES,
  type BalanceUpdated,
  type BankEvent,
  type BankEventType,
  type FraudSuspected,
  type TransactionPosted,
  type WireTransaction,
} from "./event.ts"
import { DATA, describeIssue, HEAD, type WireData } from "./event-wire.ts"
import { findShapeExcess } from "./json-shape.ts"

/** An event's own life in the body: what CloudEvents asks every consumer to take. @see CloudEvents 1.0.2, size limits */
export const EVENT_CHARS_MAX = 65_536
export const EVENT_DEPTH_MAX = 20
/** A bank's clock may be ahead of ours; what happens later than this has not happened. */
export const AHEAD_MS_MAX = 10 * MINUTE_MS
/** Longest time a bank may give for an answer to a fraud alert. */
export const REPLY_MS_MAX = 31 * DAY_MS

/** Why one event is not taken. `err` is a word of the registry of RFC 8935, 2.4; `description` is for the bank's engineers. */
export interface EventRefusal {
  readonly err: "invalid_request" | "access_denied"
  readonly description: string
}

/** Names of types are the bank's own words and hold no data of people. */
const TYPE_NAME = /^[A-Za-z0-9._:-]{1,100}$/

type Head = Omit<BalanceUpdated, "type" | "account" | "balances" | "sequence" | "staleAt">

/** How data of a type becomes an event, and which of its instants lie in the past by nature. */
interface Reading<Type extends BankEventType> {
  readonly build: (head: Head, data: WireData<Type>) => Extract<BankEvent, { readonly type: Type }>
  readonly happened: (data: WireData<Type>) => readonly number[]
}

const READINGS: { readonly [Type in BankEventType]: Reading<Type> } = {
  "bank.balance.updated.v1": {
    build: (head, data): BalanceUpdated => ({
      ...head,
      type: "bank.balance.updated.v1",
      staleAt: head.at + EVENT_TYPES["bank.balance.updated.v1"].staleAfterMs,
      account: data.account,
      balances: data.balances,
      ...present({ sequence: data.sequence }),
    }),
    happened: (data) => data.balances.map((balance) => balance.at),
  },
  "bank.transaction.posted.v1": {
    build: (head, data): TransactionPosted => ({
      ...head,
      type: "bank.transaction.posted.v1",
      staleAt: head.at + EVENT_TYPES["bank.transaction.posted.v1"].staleAfterMs,
      account: data.account,
      transaction: transactionOf(data.transaction, data.transaction.id, data.transaction.direction),
    }),
    happened: (data) => [data.transaction.occurred_at],
  },
  "bank.fraud.suspected.v1": {
    build: (head, { transaction, card, reply, ...data }): FraudSuspected => ({
      ...head,
      type: "bank.fraud.suspected.v1",
      staleAt: reply.expires_at,
      caseId: data.case_id,
      ...present({ account: data.account }),
      card: { last4: card.last4, ...present({ ref: card.ref, brand: card.brand }) },
      transaction: transactionOf(transaction, transaction.id ?? data.case_id, transaction.direction ?? "out"),
      reply: { allowed: [...new Set(reply.allowed)], expiresAt: reply.expires_at },
      ...present({ actionTaken: data.action_taken }),
    }),
    happened: (data) => [data.transaction.occurred_at],
  },
}

/** Read one event.
 * @param value parsed JSON
 * @param source the CloudEvents `source` registered for the bank; another's event is `access_denied`
 * @param now our own clock: instants more than ten minutes ahead of it are refused */
export function parseEvent(value: unknown, source: string, now: number): Result<BankEvent, EventRefusal> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return invalid("The event is not a JSON object")
  }
  const excess = findShapeExcess(value, EVENT_DEPTH_MAX, EVENT_CHARS_MAX)
  if (excess)
    return invalid(excess === "too_deep" ? "The event is nested too deeply" : "The event is too large")
  const { type, source: from, data } = value as Readonly<Record<string, unknown>>
  if (typeof from !== "string") return invalid("source is missing or of another type")
  if (from !== source)
    return err({ err: "access_denied", description: "source is not registered for this bank" })
  if (typeof type !== "string") return invalid("type is missing or of another type")
  if (!isEventType(type)) {
    return invalid(TYPE_NAME.test(type) ? `Unknown event type "${type}"` : "Unknown event type")
  }
  const head = HEAD.safeParse(value)
  if (!head.success) return invalid(describeIssue(head.error.issues[0], []))
  const { id, subject, time } = head.data
  if (time > now + AHEAD_MS_MAX) return invalid("time lies more than 10 minutes ahead")
  return readData(type, { v: 1, id, source, customer: subject, at: time }, data, now)
}

function readData<Type extends BankEventType>(
  type: Type,
  head: Head,
  value: unknown,
  now: number,
): Result<BankEvent, EventRefusal> {
  const data = DATA[type].safeParse(value)
  if (!data.success) return invalid(describeIssue(data.error.issues[0], ["data"]))
  const reading: Reading<Type> = READINGS[type]
  const wire = data.data as WireData<Type>
  if (reading.happened(wire).some((at) => at > now + AHEAD_MS_MAX)) {
    return invalid("data holds an instant more than 10 minutes ahead")
  }
  const event = reading.build(head, wire)
  if (event.staleAt > now + REPLY_MS_MAX) return invalid("data.reply.expires_at lies more than 31 days ahead")
  return ok(event)
}

function transactionOf(
  wire: Omit<WireData<"bank.transaction.posted.v1">["transaction"], "id" | "direction">,
  id: string,
  direction: "in" | "out",
): WireTransaction {
  const { merchant } = wire
  return {
    id,
    amount: wire.amount,
    direction,
    occurredAt: wire.occurred_at,
    ...present({ status: wire.status, channel: wire.channel, foreign: wire.foreign }),
    ...(merchant
      ? {
          merchant: {
            name: merchant.name,
            ...present({ mcc: merchant.mcc, country: merchant.country, city: merchant.city }),
          },
        }
      : {}),
    ...(wire.card ? { card: { last4: wire.card.last4 } } : {}),
  }
}

/** Only the members that are there: absent and `null` are the same to us. */
function present<T extends Readonly<Record<string, unknown>>>(
  members: T,
): { readonly [Name in keyof T]?: NonNullable<T[Name]> } {
  const kept: Record<string, unknown> = {}
  for (const name in members)
    if (members[name] !== undefined && members[name] !== null) kept[name] = members[name]
  return kept as { readonly [Name in keyof T]?: NonNullable<T[Name]> }
}

function isEventType(type: string): type is BankEventType {
  return Object.hasOwn(EVENT_TYPES, type)
}

function invalid(description: string): Result<never, EventRefusal> {
  return err({ err: "invalid_request", description })
}
