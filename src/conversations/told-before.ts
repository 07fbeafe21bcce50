// What a person was told of an account before an event: an older balance never follows a newer one, one payment is told once at each of
// its stages and never at an earlier one after a later (P3), a posting only where the amount is another one. Pure, over what the ledger
// remembers (wanted.ts reads it).

import type { ToldEvent } from "../banks/event-types.ts"
import type { WireMoney } from "../banks/event.ts"
import { digestNow } from "../crypto/sha256.ts"
import { utf8 } from "../crypto/text.ts"
import { MINUTE_MS } from "../foundation/clock.ts"
import type { Cause, Entry } from "./entry.ts"
import { accountOf } from "./notices/compose.ts"

/** One event that was told, may have been told, or waits to be told. */
export interface Memory {
  /** When its row was claimed, or last handed over: events of one message share it. */
  readonly at: number
  readonly cause: Extract<Cause, { readonly kind: "event" }>
  readonly paid?: Entry["paid"]
  readonly offered?: true
  /** It waits for its time, or goes in the same message. */
  readonly held: boolean
  /** It goes in the same message. */
  readonly together?: true
}

/** What follows for an event. `before`: what the same payment was told with. */
export type OrderVerdict =
  | { readonly kind: "tell"; readonly before?: WireMoney }
  | { readonly kind: "no"; readonly reason: "newer_told" | "told_before" | "payment_told" }

/** Stages of one payment, in their order; what was declined has none. */
const STAGES: readonly ToldEvent["type"][] = [
  "bank.transaction.authorised.v1",
  "bank.transaction.posted.v1",
  "bank.transaction.reversed.v1",
]
/** A balance this near to a payment of its account says what the payment said. */
const WITH_PAYMENT_MS = 2 * MINUTE_MS
const HASH_CHARS = 10
const TELL: OrderVerdict = { kind: "tell" }

/** The payment an event tells of, as its row remembers it: 60 bits of the hash of the bank's id of it, and of a reservation its amount,
 * `<hash> <value> <currency>`. It stands in every row of three months, so it is short. */
export function memoryOf(event: ToldEvent): Pick<Entry, "paid"> {
  if (!("transaction" in event) || event.type === "bank.fraud.suspected.v1") return {}
  const { id, amount } = event.transaction
  const hash = digestNow(utf8(id)).slice(0, HASH_CHARS)
  const reserved = event.type === "bank.transaction.authorised.v1"
  return { paid: reserved ? `${hash} ${amount.value} ${amount.currency}` : hash }
}

/** Decide. @param memories of other events, whichever order */
export function decideOrder(event: ToldEvent, memories: readonly Memory[]): OrderVerdict {
  const account = accountOf(event)
  const same = memories.filter(({ cause }) => cause.account === account && !isOf(cause, event))
  if (event.type === "bank.balance.updated.v1") return decideBalance(event, same)
  const { paid } = memoryOf(event)
  if (paid === undefined || !("transaction" in event)) return TELL
  const stages = same.filter((each) => each.paid?.slice(0, HASH_CHARS) === paid.slice(0, HASH_CHARS))
  if (stages.some(({ cause }) => cause.type === event.type)) return { kind: "no", reason: "told_before" }
  const stage = STAGES.indexOf(event.type)
  if (stage < 0) return TELL
  if (stages.some(({ cause }) => STAGES.findIndex((type) => type === cause.type) > stage))
    return { kind: "no", reason: "newer_told" }
  if (event.type !== "bank.transaction.posted.v1") return TELL
  const authorised = stages.find(({ cause }) => cause.type === "bank.transaction.authorised.v1")
  if (authorised?.paid === undefined) return TELL
  const [, value = "", currency = ""] = authorised.paid.split(" ")
  const { amount } = event.transaction
  if (value === amount.value && currency === amount.currency) return { kind: "no", reason: "told_before" }
  // Nobody is told what it was who was not told of it, nor will be any more.
  return authorised.held && !authorised.together ? TELL : { kind: "tell", before: { value, currency } }
}

function decideBalance(
  event: Extract<ToldEvent, { readonly type: "bank.balance.updated.v1" }>,
  same: readonly Memory[],
): OrderVerdict {
  const near = same.filter(
    ({ cause, paid }) => paid !== undefined && Math.abs(cause.at - event.at) <= WITH_PAYMENT_MS,
  )
  // Where a payment near it still waits, the two are told together.
  if (near.length > 0 && near.every(({ held }) => !held)) return { kind: "no", reason: "payment_told" }
  for (const { cause } of same) {
    if (cause.type !== event.type) continue
    const newer =
      cause.sequence !== undefined && event.sequence !== undefined
        ? cause.sequence >= event.sequence
        : cause.at > event.at
    if (newer) return { kind: "no", reason: "newer_told" }
  }
  return TELL
}

function isOf(cause: Memory["cause"], { id, source }: ToldEvent): boolean {
  return cause.id === id && cause.source === source
}
