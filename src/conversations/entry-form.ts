// How an entry is written before it is sealed: positions instead of names, because some three hundred lie in every person's storage for
// three months. A receipt's leaf is over the entry itself (receipt.ts), never over this form. Nothing is sealed here.
//
//   [2, at, salt, cause, purpose, asked, paid, offered, utterance, template, held]      what is not there is null; nulls at the end are left out
//   cause, an event:   [link, id, source, customer, type, purpose, at, staleAt, digest, account, sequence, alert]
//   cause, a reply:    [order, urgent, at]
//   instants of a cause: milliseconds before (at) and after (staleAt) the one they are held against; a type without `bank.` and `.v1`
//
// Version 1 is the entry itself, as JSON.

import type { BankEventType } from "../banks/event.ts"
import { PURPOSES, type Purpose } from "../foundation/purpose.ts"
import type { Cause, Entry } from "./entry.ts"

const TYPE = /^bank\.(.+)\.v1$/

/** Write an entry. */
export function writeEntry(entry: Entry): string {
  const { at, salt, purpose, asked, cause, paid, offered, utterance, template, held } = entry
  const short = purpose === undefined ? undefined : PURPOSES.indexOf(purpose)
  const rest = [short, asked, paid, offered, utterance, template, held]
  return JSON.stringify(trimmed([2, at, salt, writeCause(cause, at), ...rest]))
}

/** Read an entry that was written by this release or by the one before.
 * @returns `undefined` where nothing was written
 * @throws Error on a version this release does not know; SyntaxError */
export function readEntry(text: string): Entry | undefined {
  if (text === "") return undefined
  const read: unknown = JSON.parse(text)
  if (!Array.isArray(read)) return read as Entry
  if (read[0] !== 2) throw new Error("Cannot read a ledger entry of an unknown version")
  const [, at, salt, cause, purpose, asked, paid, offered, utterance, template, held] =
    read as unknown as Written
  return withoutNulls({
    v: 1,
    at,
    salt,
    purpose: purpose === null || purpose === undefined ? null : purposeAt(purpose),
    asked,
    paid,
    offered,
    utterance,
    template,
    held,
    cause: readCause(cause, at),
  }) as unknown as Entry
}

type Maybe<T> = T | null | undefined
type Written = readonly [
  version: 2,
  at: number,
  salt: string,
  cause: WrittenCause,
  purpose: Maybe<number>,
  asked: Maybe<Entry["asked"]>,
  paid: Maybe<string>,
  offered: Maybe<true>,
  utterance: Maybe<Entry["utterance"]>,
  template: Maybe<Entry["template"]>,
  held: Maybe<Entry["held"]>,
]
type EventCause = Extract<Cause, { readonly kind: "event" }>
type WrittenEvent = readonly [
  link: EventCause["link"],
  id: string,
  source: string,
  customer: string,
  type: string,
  purpose: number,
  before: number,
  staleAfter: number,
  digest: Maybe<string>,
  account: Maybe<string>,
  sequence: Maybe<number>,
  alert: Maybe<EventCause["alert"]>,
]
type WrittenReply = readonly [order: number, urgent: 0 | 1, before: number]
type WrittenCause = WrittenEvent | WrittenReply

function writeCause(cause: Cause, at: number): readonly unknown[] {
  if (cause.kind === "reply") return [cause.order, cause.urgent ? 1 : 0, at - cause.at]
  const { link, id, source, customer, type, purpose, staleAt, digest, account, sequence, alert } = cause
  const short = TYPE.exec(type)?.[1] ?? type
  const when = [at - cause.at, staleAt - cause.at]
  return trimmed([
    link,
    id,
    source,
    customer,
    short,
    PURPOSES.indexOf(purpose),
    ...when,
    digest,
    account,
    sequence,
    alert,
  ])
}

function readCause(cause: WrittenCause, at: number): Cause {
  if (typeof cause[0] === "number") {
    const [order, urgent, before] = cause as WrittenReply
    return { kind: "reply", order, urgent: urgent === 1, at: at - before }
  }
  const [link, id, source, customer, type, purpose, before, staleAfter, digest, account, sequence, alert] =
    cause as WrittenEvent
  const eventAt = at - before
  return withoutNulls({
    kind: "event",
    link,
    id,
    source,
    customer,
    type: (type.startsWith("bank.") ? type : `bank.${type}.v1`) as BankEventType,
    purpose: purposeAt(purpose),
    at: eventAt,
    staleAt: eventAt + staleAfter,
    digest,
    account,
    sequence,
    alert,
  }) as unknown as Cause
}

/** The seven stand in one order for good: a purpose is never taken out or moved. */
function purposeAt(index: number): Purpose {
  const purpose = PURPOSES[index]
  if (purpose === undefined) throw new Error("Cannot read a ledger entry of an unknown purpose")
  return purpose
}

function trimmed(values: readonly unknown[]): readonly unknown[] {
  const last = values.findLastIndex((value) => value !== undefined && value !== null)
  return values.slice(0, last + 1)
}

function withoutNulls(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null && value !== undefined),
  )
}
