// Telling one person one event: is it wanted and fresh, has it been told, may it go; then once. Updates are told from memory,
// two rows each, with the queue as their safety net; alerts are stored first and have an alarm.

import type { BankEvent } from "../banks/event.ts"
import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import { Grant } from "../links/grant.ts"
import type { InnerKey } from "../vault/vault.ts"
import type { Cause, Entry } from "./entry.ts"
import { told, type Utterance } from "./leave.ts"
import {
  ALERT_UNKNOWN_MS,
  claimRow,
  findRow,
  forgetRow,
  isSettled,
  LANES,
  listRecent,
  OTHER_UNKNOWN_MS,
  settleRow,
  type LedgerRow,
} from "./ledger.ts"
import { accountOf, composeNotice, purposeOf } from "./notices/compose.ts"
import type { Outbox } from "./outbox.ts"
import { decideSend, isStopped, judgeRefusal, prepareSend, type Sender } from "./perform.ts"
import { ledgerPlace } from "./place.ts"
import type { TellOutcome, TellRequest } from "./person-world.ts"
import type { State } from "./state.ts"

/** A sender with the outbox it queues at. */
export interface Teller extends Sender {
  readonly outbox: Outbox
  readonly flush: () => Promise<void>
  readonly armBy: (at: number) => Promise<void>
}

/** Longest an older balance can still be fresh: how far back told ones are looked at. */
const BALANCE_MEMORY_MS = 20 * MINUTE_MS
/** When to ask again for an update whose outcome is unknown. */
const PENDING_MS = 30 * SECOND_MS

/** Tell an update: a claim and an outcome, two rows. */
export async function tellUpdate(teller: Teller, request: TellRequest, key: string): Promise<TellOutcome> {
  const known = findRow(teller.world.sql, key)
  if (known) return outcomeOf(teller, known)
  const refused = judge(teller, request)
  if (refused) return refused
  return new Promise<TellOutcome>((resolve, reject) => {
    teller.outbox.add({
      at: request.event.at,
      account: accountOf(request.event),
      send: () => sendUpdate(teller, request, key).then(resolve, reject),
    })
    teller.flush().catch(reject)
  })
}

/** Tell an alert: stored and armed before it is sent, at the head of the outbox (P7). */
export async function tellAlert(teller: Teller, request: TellRequest, key: string): Promise<TellOutcome> {
  const { world, whom } = teller
  const known = findRow(world.sql, key)
  if (!known) {
    const refused = judge(teller, request)
    if (refused) return refused
    const { facts, state } = await compositionOf(teller, request)
    const composed = compose(state, request.event, facts, key, world.now())
    if (!composed) return settled("suppressed", "purpose_off")
    const entry: Entry = {
      v: 1,
      utterance: composed.utterance,
      ...(composed.template ? { template: composed.template } : {}),
      cause: causeOf(request.event),
    }
    const now = world.now()
    const sealed = await teller.key.seal(JSON.stringify(entry), ledgerPlace(whom, key))
    claimRow(world.sql, {
      key,
      lane: LANES.alerts,
      seq: now,
      state: "queued",
      reason: "",
      at: now,
      dueAt: now,
      sends: 0,
      sealed,
    })
    await teller.armBy(now + ALERT_UNKNOWN_MS)
  }
  await teller.flush()
  const row = findRow(world.sql, key)
  return row ? outcomeOf(teller, row) : settled("failed", "lost")
}

async function sendUpdate(teller: Teller, request: TellRequest, key: string): Promise<TellOutcome> {
  const { world, whom } = teller
  const known = findRow(world.sql, key)
  if (known) return outcomeOf(teller, known)
  const { facts, state } = await compositionOf(teller, request)
  if (await isOvertaken(teller, request.event)) return settled("superseded", "newer_told")
  const cause = causeOf(request.event)
  const receipt: Entry = { v: 1, cause }
  const [prepared, sealed] = await Promise.all([
    prepareSend(teller, key),
    teller.key.seal(JSON.stringify(receipt), ledgerPlace(whom, key)),
  ])
  // From here to the call nothing is awaited: what ended meanwhile is seen, and nothing ends in between.
  const refused = judge(teller, request)
  if (refused) return refused
  const now = world.now()
  const composed = compose(teller.state() ?? state, request.event, facts, key, now)
  if (!composed) return settled("suppressed", "purpose_off")
  const decided = decideSend(teller, prepared, composed.utterance, composed.template, cause)
  if (!decided.ok) return settled(decided.withheld.state, decided.withheld.reason)
  const row: LedgerRow = {
    key,
    lane: LANES.updates,
    seq: now,
    state: "sending",
    reason: "",
    at: now,
    dueAt: now + OTHER_UNKNOWN_MS,
    sends: 1,
    sealed,
  }
  if (!claimRow(world.sql, row)) return outcomeOf(teller, findRow(world.sql, key) ?? row)
  const sent = await prepared.voice.send(decided.body)
  if (sent.ok) {
    settleRow(world.sql, key, "accepted")
    return settled("accepted", "")
  }
  const verdict = judgeRefusal(sent.error)
  if (verdict === "unknown") return { kind: "pending", afterMs: PENDING_MS }
  if (verdict === "again") {
    // Surely not taken: without its claim the queue may bring it again.
    forgetRow(world.sql, key)
    return { kind: "pending", afterMs: PENDING_MS }
  }
  settleRow(world.sql, key, verdict.state, verdict.reason)
  return settled(verdict.state, verdict.reason)
}

/** Whether an event may be told to this person now, before any work is done for it. */
function judge(teller: Teller, request: TellRequest): TellOutcome | undefined {
  const state = teller.state()
  const now = teller.world.now()
  const { event, shelf, permit } = request
  const { consent } = state ?? {}
  // Object and directory must agree on the link; where they differ the stricter side wins (P4).
  if (
    !state ||
    !consent ||
    consent.link !== shelf.link ||
    consent.epoch !== shelf.epoch ||
    consent.recordHash !== shelf.recordHash
  )
    return settled("suppressed", "not_linked")
  if (now >= event.staleAt || event.at < consent.givenAt - CLOCK_TOLERANCE_MS)
    return settled("suppressed", "stale")
  const grant = Grant.decide(consent, purposeOf(event), now, accountOf(event))
  if (!grant.ok) return settled("suppressed", grant.error.reason)
  if (isStopped(state, purposeOf(event))) return settled("suppressed", "purpose_off")
  return now < permit.until ? undefined : { kind: "no_permit" }
}

/** A bank's clock may differ from ours by this much when an event and a consent are compared. */
const CLOCK_TOLERANCE_MS = MINUTE_MS

async function compositionOf(teller: Teller, request: TellRequest) {
  const state = teller.state()
  if (!state) throw new Error("Cannot compose a notice without a state")
  return { state, facts: await teller.world.loadBankFacts(request.whom.bank, request.whom.page) }
}

function compose(
  state: State,
  event: BankEvent,
  facts: Parameters<typeof composeNotice>[1]["bank"],
  key: string,
  now: number,
) {
  const grant = Grant.decide(state.consent, purposeOf(event), now, accountOf(event))
  if (!grant.ok) return undefined
  const composed = composeNotice(event, {
    language: state.language,
    grant: grant.value,
    bank: facts,
    now,
    key,
  })
  const utterance: Utterance = told(grant.value, composed.message, accountOf(event))
  return { utterance, template: composed.template }
}

/** An older balance never follows a newer one of its account (P3). */
async function isOvertaken(teller: Teller, event: BankEvent): Promise<boolean> {
  if (event.type !== "bank.balance.updated.v1") return false
  for (const row of listRecent(teller.world.sql, "updates", teller.world.now() - BALANCE_MEMORY_MS)) {
    const text = await teller.key.open(row.sealed, ledgerPlace(teller.whom, row.key))
    const cause = text.ok ? (JSON.parse(text.value) as Entry).cause : undefined
    if (cause?.kind !== "event" || cause.type !== event.type || cause.account !== event.account) continue
    const newer =
      cause.sequence !== undefined && event.sequence !== undefined
        ? cause.sequence >= event.sequence
        : cause.at > event.at
    if (newer) return true
  }
  return false
}

function causeOf(event: BankEvent): Cause {
  const account = accountOf(event)
  return {
    kind: "event",
    id: event.id,
    source: event.source,
    type: event.type,
    purpose: purposeOf(event),
    at: event.at,
    staleAt: event.staleAt,
    ...(account === undefined ? {} : { account }),
    ...(event.type === "bank.balance.updated.v1" && event.sequence !== undefined
      ? { sequence: event.sequence }
      : {}),
    ...(event.type === "bank.fraud.suspected.v1"
      ? { alert: { caseId: event.caseId, expiresAt: event.reply.expiresAt } }
      : {}),
  }
}

function outcomeOf(teller: Teller, row: LedgerRow): TellOutcome {
  if (isSettled(row.state)) return settled(row.state, row.reason)
  const now = teller.world.now()
  if (row.state === "sending" && row.lane === LANES.updates && now >= row.dueAt) {
    settleRow(teller.world.sql, row.key, "unknown", "no_answer")
    return settled("unknown", "no_answer")
  }
  return { kind: "pending", afterMs: Math.max(SECOND_MS, Math.min(PENDING_MS, row.dueAt - now)) }
}

function settled(state: string, reason: string): TellOutcome {
  return { kind: "settled", state, reason }
}
