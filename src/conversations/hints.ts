// A hint that something changed: the bank is asked under the grant, now, and what is new goes back as events of its own, with ids made of the
// bank's, so that the same news is told once however often it is hinted at (P2). Nothing is told here. Each look leaves a receipt.
// Composed by person.ts; what fan-out does with the events is notifications/hints.ts.

import type { Balance, BankRefusal, Transaction } from "../banks/bank.ts"
import type { BalanceUpdated, DataHint, TransactionPosted } from "../banks/event.ts"
import { EVENT_TYPES } from "../banks/event-types.ts"
import { digestNow } from "../crypto/sha256.ts"
import { utf8 } from "../crypto/text.ts"
import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import { renderDecimal, type Money } from "../foundation/money.ts"
import { err, type Result } from "../foundation/result.ts"
import { Grant, type ReadingPurpose } from "../links/grant.ts"
import type { Consent } from "../links/consent.ts"
import { claimRow, findRow, LANES } from "./ledger.ts"
import { settled, type Settled } from "./outcome.ts"
import type { Sender } from "./perform.ts"
import type { Shelf, Whom } from "./person-world.ts"
import { eventKeyOf, ledgerPlace } from "./place.ts"
import { createReceipt, leafOf } from "./receipt.ts"
import type { Asked, Entry } from "./entry.ts"
import { writeEntry } from "./entry-form.ts"

/** A request to look. Travels by RPC in clear, is never stored so. */
export interface LookRequest {
  readonly v: 1
  readonly whom: Whom
  readonly hint: DataHint
  readonly shelf: Shelf
}

/** What a look came to. */
export type LookOutcome =
  /** What is new: to be told as any event is. */
  | { readonly kind: "events"; readonly events: readonly (BalanceUpdated | TransactionPosted)[] }
  | Settled
  | { readonly kind: "pending"; readonly afterMs: number }
  /** The bank refused the tokens for good. */
  | { readonly kind: "link_ended" }

/** All calls of one look. */
const LOOK_MS = 10 * SECOND_MS
/** Movements looked at, of one account: more happened than anybody wants to be told one by one. */
const MOVEMENTS_MAX = 20
const AGAIN_MS = MINUTE_MS
/** Where the bank counts how often it is asked, and the count is spent. */
const QUOTA_MS = 15 * MINUTE_MS

/** Which purpose a look is made for: one that is on, or none of the customer's data is read. */
const PURPOSES = {
  balances: ["balance_updates"],
  transactions: ["transaction_alerts"],
  // Only whether the bank still takes the tokens is looked at: whatever is on is reason enough.
  consent: ["balance_updates", "account_service"],
} as const satisfies Readonly<Record<DataHint["about"], readonly ReadingPurpose[]>>

/** Ask the bank what a hint is about. Never throws for what the bank does.
 * @param ended aborts when the link or what is on changes: no call is started after that (P4) */
export async function lookAtBank(
  sender: Sender,
  request: LookRequest,
  ended: AbortSignal,
): Promise<LookOutcome> {
  const { world } = sender
  const { hint } = request
  if (world.now() >= hint.staleAt) return settled("suppressed", "stale")
  const consent = sender.state()?.consent
  const refused = judge(consent, request)
  if (refused) return refused
  const signal = AbortSignal.any([world.deadline(LOOK_MS), ended])
  const asked: Asked[] = []
  const read = hint.about === "transactions" ? movements : balances
  const news = await read(sender, request, signal, asked)
  if (asked.length > 0) await leaveReceipt(sender, request, asked)
  if (news.ok) return { kind: "events", events: hint.about === "consent" ? [] : news.value }
  switch (news.error.reason) {
    case "link_ended":
      return { kind: "link_ended" }
    case "outage":
      return { kind: "pending", afterMs: AGAIN_MS }
    case "quota_spent":
      return { kind: "pending", afterMs: QUOTA_MS }
    case "purpose_off":
    case "account_not_covered":
    case "consent_expired":
    case "not_linked":
      return settled("suppressed", news.error.reason)
    default:
      // The bank wants the customer, or shows nothing: there is nothing to tell.
      return settled("superseded", "asked")
  }
}

type LookRefusal =
  | BankRefusal
  | { readonly reason: "purpose_off" | "account_not_covered" | "consent_expired" | "not_linked" }
type News = Promise<Result<readonly (BalanceUpdated | TransactionPosted)[], LookRefusal>>

/** Object and directory must agree on the link (P4). */
function judge(consent: Consent | undefined, { shelf, hint }: LookRequest): Settled | undefined {
  const { link, epoch, recordHash } = shelf
  const same = consent?.link === link && consent.epoch === epoch && consent.recordHash === recordHash
  if (!same) return settled("suppressed", "not_linked")
  const covered = hint.account === undefined || consent.accounts.some((each) => each.id === hint.account)
  return covered ? undefined : settled("suppressed", "account_not_covered")
}

async function balances(sender: Sender, request: LookRequest, signal: AbortSignal, asked: Asked[]): News {
  const { world, whom } = sender
  const { hint } = request
  const grant = grantFor(sender, hint)
  if (!grant.ok) return grant
  const at = world.now()
  const read = await within(signal, world.bank.balances(grant.value, signal, whom.bank))
  asked.push({ question: "balances", purpose: grant.value.purpose, at, came: read.ok ? "read" : "none" })
  return read.ok
    ? { ok: true, value: read.value.flatMap((balance) => balanceEvent(request, balance) ?? []) }
    : read
}

async function movements(sender: Sender, request: LookRequest, signal: AbortSignal, asked: Asked[]): News {
  const { world, whom } = sender
  const { hint } = request
  const all = grantFor(sender, hint)
  if (!all.ok) return all
  const events: TransactionPosted[] = []
  for (const { id } of all.value.accounts) {
    // A grant is for one call: what ended meanwhile is seen.
    const grant = grantFor(sender, { ...hint, account: id })
    if (!grant.ok) return grant
    const at = world.now()
    const read = await within(
      signal,
      world.bank.transactions(grant.value, { limit: MOVEMENTS_MAX }, signal, whom.bank),
    )
    asked.push({
      question: "transactions",
      purpose: grant.value.purpose,
      at,
      came: read.ok ? "read" : "none",
    })
    if (!read.ok) return read
    for (const movement of read.value.transactions) {
      const event = movementEvent(request, movement)
      const fresh = event !== undefined && world.now() < event.staleAt
      if (fresh && !findRow(world.sql, await eventKeyOf(whom.person, event))) events.push(event)
    }
  }
  return { ok: true, value: events }
}

function grantFor(sender: Sender, hint: DataHint) {
  const consent = sender.state()?.consent
  const [first, ...more] = PURPOSES[hint.about]
  const now = sender.world.now()
  const wanted = Grant.decide<ReadingPurpose>(consent, first, now, hint.account)
  if (wanted.ok || wanted.error.reason !== "purpose_off") return wanted
  for (const purpose of more) {
    const other = Grant.decide<ReadingPurpose>(consent, purpose, now, hint.account)
    if (other.ok) return other
  }
  return wanted
}

/** What the account holds now, under an id of the hint's own. */
function balanceEvent({ hint }: LookRequest, balance: Balance): BalanceUpdated | undefined {
  const { available, booked, account, at } = balance
  if (hint.account !== undefined && account !== hint.account) return undefined
  const lines = [
    ...(available ? [{ type: "available" as const, amount: wire(available), at }] : []),
    ...(booked ? [{ type: "booked" as const, amount: wire(booked), at }] : []),
  ]
  if (lines.length === 0) return undefined
  const { staleAfterMs } = EVENT_TYPES["bank.balance.updated.v1"]
  return {
    ...headOf(hint),
    id: lookId(hint.id, account),
    type: "bank.balance.updated.v1",
    at,
    staleAt: at + staleAfterMs,
    account,
    balances: lines,
  }
}

/** A booked movement, under an id made of the bank's. What is only reserved may still change. */
function movementEvent({ hint }: LookRequest, movement: Transaction): TransactionPosted | undefined {
  if (movement.status !== "posted") return undefined
  const { account, id, amount, direction, occurredAt, dayOnly, description } = movement
  const { staleAfterMs } = EVENT_TYPES["bank.transaction.posted.v1"]
  return {
    ...headOf(hint),
    id: lookId(account, id),
    type: "bank.transaction.posted.v1",
    at: occurredAt,
    staleAt: occurredAt + staleAfterMs,
    account,
    transaction: {
      id,
      amount: wire(amount),
      direction,
      status: "posted",
      occurredAt,
      ...(dayOnly ? { dayOnly } : {}),
      ...(description === "" ? {} : { merchant: { name: description } }),
    },
  }
}

/** As long as a bank's own ids may be. */
const ID_CHARS_MAX = 200

/** An id made of the bank's; of long ones a digest, so that no two become one. */
function lookId(...parts: readonly [string, string]): string {
  const id = `look:${parts.join(":")}`
  return id.length <= ID_CHARS_MAX ? id : `look:${digestNow(utf8(JSON.stringify(parts)))}`
}

function headOf({ source, customer }: DataHint) {
  return { v: 1, source, customer } as const
}

function wire(money: Money) {
  return { value: renderDecimal(money), currency: money.currency }
}

/** The receipt of a look: one row, however often the hint comes. */
async function leaveReceipt(
  sender: Sender,
  { hint, shelf }: LookRequest,
  asked: readonly Asked[],
): Promise<void> {
  const { world, whom, key } = sender
  const name = await eventKeyOf(whom.person, hint)
  if (findRow(world.sql, name)) return
  const now = world.now()
  const { id, source, customer, type, at, staleAt, account } = hint
  const entry: Entry = {
    v: 1,
    ...createReceipt(world.random, now, undefined, asked),
    cause: {
      kind: "event",
      link: shelf.link,
      id,
      source,
      customer,
      type,
      purpose: asked[0]?.purpose ?? "account_service",
      at,
      staleAt,
      ...(account === undefined ? {} : { account }),
    },
  }
  const sealed = await key.seal(writeEntry(entry), ledgerPlace(whom, name))
  claimRow(world.sql, {
    key: name,
    lane: LANES.updates,
    seq: now,
    state: "superseded",
    reason: "asked",
    at: now,
    dueAt: now,
    sends: 0,
    sealed,
    leaf: leafOf(name, entry),
  })
}

/** The answer, or an outage when the time is over or the call broke. */
async function within<T>(
  signal: AbortSignal,
  call: Promise<Result<T, BankRefusal>>,
): Promise<Result<T, BankRefusal>> {
  const late = new Promise<Result<T, BankRefusal>>((resolve) => {
    signal.addEventListener("abort", () => resolve(UNAVAILABLE), { once: true })
  })
  return Promise.race([call.catch(() => UNAVAILABLE), late])
}

const UNAVAILABLE = err<BankRefusal>({ reason: "outage", outage: { reason: "unavailable", retry: "later" } })
