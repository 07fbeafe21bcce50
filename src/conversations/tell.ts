// Telling one person one event: is it wanted and fresh, has it been told, may it go; then once. Updates are told from memory,
// two rows each, with the queue as their safety net; alerts are stored first and have an alarm.

import type { ToldEvent } from "../banks/event-types.ts"
import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import type { LinkId } from "../foundation/id.ts"
import type { Consent } from "../links/consent.ts"
import { digestNow } from "../crypto/sha256.ts"
import { utf8 } from "../crypto/text.ts"
import { Grant } from "../links/grant.ts"
import { changesOf } from "./consent-change.ts"
import { reportNewLink } from "./alert-reports.ts"
import type { Cause, Entry } from "./entry.ts"
import { told, type Utterance } from "./leave.ts"
import {
  acceptRow,
  ALERT_UNKNOWN_MS,
  claimRow,
  findRow,
  LANES,
  listRecent,
  markSending,
  OTHER_UNKNOWN_MS,
  returnRow,
  settleRow,
  type LedgerRow,
} from "./ledger.ts"
import { findStaleNews } from "./case-news.ts"
import { accountOf, composeNotice, isUnfit, purposeOf } from "./notices/compose.ts"
import type { Outbox } from "./outbox.ts"
import { outcomeOfRow, settled } from "./outcome.ts"
import { decideSend, hearRefusal, isStopped, openEntry, prepareSend, type Sender } from "./perform.ts"
import { ledgerPlace } from "./place.ts"
import { createReceipt, leafOf } from "./receipt.ts"
import type { TellOutcome, TellRequest } from "./person-world.ts"
import { isNewLink, type State } from "./state.ts"
import type { TurnContext } from "./turn-context.ts"
import type { Wake } from "./wake.ts"

/** A sender with the outbox it queues at. */
export interface Teller extends Sender {
  readonly outbox: Outbox
  readonly flush: () => Promise<void>
  readonly wake: Wake
  /** The directory was seen to say something else of the link held here: hold the two against each other. */
  readonly doubt: (link: LinkId) => Promise<void>
}

/** Longest an older balance can still be fresh: how far back told ones are looked at. */
const BALANCE_MEMORY_MS = 20 * MINUTE_MS
/** When to ask again for an update whose outcome is unknown. */
const PENDING_MS = 30 * SECOND_MS
/** When to ask again while links change: the directory's answer may be older than ours. */
const CHANGING_MS = 2 * SECOND_MS
/** Fan-out may hold the directory's answer this long before it tells. */
const DIRECTORY_LAG_MS = MINUTE_MS
/** A bank's clock may differ from ours by this much when an event and a consent are compared. */
const CLOCK_TOLERANCE_MS = MINUTE_MS

/** Tell an update: a claim and an outcome, two rows. */
export async function tellUpdate(teller: Teller, request: TellRequest, key: string): Promise<TellOutcome> {
  const known = findRow(teller.world.sql, key)
  if (known && (await isAnother(teller, known, request))) return settled("suppressed", "conflict")
  if (known && known.state !== "again") return outcomeOf(teller, known)
  const doubted = await settleDoubt(teller, request)
  if (doubted) return doubted
  const refused = judge(teller, request)
  if (refused) return settleAs(teller, key, refused)
  return new Promise<TellOutcome>((resolve, reject) => {
    teller.outbox.add({
      at: request.event.at,
      account: accountOf(request.event),
      send: () => sendUpdate(teller, request, key).then(resolve, reject),
      fail: reject,
    })
    teller.flush().catch(reject)
  })
}

/** Tell an alert: stored and armed before it is sent, at the head of the outbox (P7). */
export async function tellAlert(teller: Teller, request: TellRequest, key: string): Promise<TellOutcome> {
  const { world, whom, wake } = teller
  const known = findRow(world.sql, key)
  if (known && (await isAnother(teller, known, request))) return settled("suppressed", "conflict")
  if (!known) {
    const early =
      (await settleDoubt(teller, request)) ??
      judge(teller, request) ??
      (await findStaleNews(teller, request.event))
    if (early) return early
    const [facts] = await Promise.all([world.loadBankFacts(whom.bank, whom.page), wake.ready()])
    // What ended while this was fetched is seen here, and once more when the message goes.
    const refused = judge(teller, request)
    if (refused) return refused
    const composed = compose(teller.state(), request.event, facts, key, world.now())
    const { utterance, template, cause } = composed
    const receipt = createReceipt(world.random, world.now())
    const entry: Entry = { v: 1, ...receipt, utterance, ...(template ? { template } : {}), cause }
    const sealed = await teller.key.seal(JSON.stringify(entry), ledgerPlace(whom, key))
    const now = world.now()
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
      leaf: leafOf(key, entry),
    })
    await wake.armBy(now + ALERT_UNKNOWN_MS)
  }
  await teller.flush()
  const row = findRow(world.sql, key)
  if (!row) throw new Error("Cannot find an alert that was just claimed")
  await reportNewLink(teller, row)
  return outcomeOf(teller, row)
}

async function sendUpdate(teller: Teller, request: TellRequest, key: string): Promise<TellOutcome> {
  const { world, whom } = teller
  const { sql } = world
  const before = findRow(sql, key)
  if (before && before.state !== "again") return outcomeOf(teller, before)
  if (await isOvertaken(teller, request.event))
    return settleAs(teller, key, settled("superseded", "newer_told"))
  const [facts, prepared] = await Promise.all([
    world.loadBankFacts(whom.bank, whom.page),
    prepareSend(teller, key),
  ])
  const early = judge(teller, request)
  if (early) return settleAs(teller, key, early)
  const receipt: Entry = { v: 1, ...createReceipt(world.random, world.now()), cause: causeOf(request) }
  const sealed = await teller.key.seal(JSON.stringify(receipt), ledgerPlace(whom, key))
  // From here to the call nothing is awaited: what ended meanwhile is seen, and nothing ends in between.
  const known = findRow(sql, key)
  if (known && known.state !== "again") return outcomeOf(teller, known)
  const refused = judge(teller, request)
  if (refused) return settleAs(teller, key, refused)
  const now = world.now()
  const composed = compose(teller.state(), request.event, facts, key, now)
  const decided = decideSend(teller, prepared, composed.utterance, composed.template, composed.cause)
  if (decided.kind === "later") return { kind: "pending", afterMs: decided.afterMs }
  if (decided.kind === "withheld") {
    if (decided.state === "failed") world.log.error("message_not_sent", { reason: decided.reason })
    return settleAs(teller, key, settled(decided.state, decided.reason))
  }
  if (!teller.outbox.takePace(now)) return { kind: "no_permit" }
  const sends = (known?.sends ?? 0) + 1
  const dueAt = now + OTHER_UNKNOWN_MS
  if (known) markSending(sql, key, now, dueAt)
  else
    claimRow(sql, {
      key,
      lane: LANES.updates,
      seq: now,
      state: "sending",
      reason: "",
      at: now,
      dueAt,
      sends,
      sealed,
      leaf: leafOf(key, receipt),
    })
  const sent = await prepared.voice.send(decided.body)
  if (sent.ok) acceptRow(sql, key)
  else {
    const verdict = await hearRefusal(teller, sent.error, sends, decided.plain)
    if (verdict.kind === "settled") settleRow(sql, key, verdict.state, verdict.reason)
    if (verdict.kind === "again") returnRow(sql, key, "again", now + verdict.afterMs, verdict.counts)
  }
  const row = findRow(sql, key)
  if (!row) throw new Error("Cannot find an update that was just claimed")
  return outcomeOf(teller, row)
}

/** Whether an event may be told to this person now, before any work is done for it. */
function judge(teller: Teller, request: TellRequest): TellOutcome | undefined {
  const state = teller.state()
  const now = teller.world.now()
  const { event, shelf, permit } = request
  if (now >= event.staleAt) return settled("suppressed", "stale")
  // Object and directory must agree on the link; where they differ the stricter side wins (P4) …
  const consent = state?.consent
  if (!isAgreed(consent, shelf))
    // … but while links change the two are merely not told yet, and the event is not given up for that.
    return isChanging(state, shelf.link, now)
      ? { kind: "pending", afterMs: CHANGING_MS }
      : settled("suppressed", "not_linked")
  if (event.at < (consent?.givenAt ?? 0) - CLOCK_TOLERANCE_MS) return settled("suppressed", "stale")
  const grant = Grant.decide(consent, purposeOf(event), now, accountOf(event))
  if (!grant.ok) return settled("suppressed", grant.error.reason)
  if (isUnfit(event)) return settled("suppressed", "unfit")
  if (state && isStopped(state, purposeOf(event))) return settled("suppressed", "purpose_off")
  if (state?.suspendedAt !== undefined) return settled("undeliverable", "person_unavailable")
  return now < permit.until ? undefined : { kind: "no_permit" }
}

/** The link is about to go live here, or another one just has. */
function isChanging(state: State | undefined, link: string, now: number): boolean {
  if (!state) return false
  if (state.opening?.link === link) return true
  if (state.consent === undefined) return false
  const lately = Math.max(state.linkedAt ?? 0, state.changedAt ?? 0)
  return changesOf(state).length > 0 || now - lately < DIRECTORY_LAG_MS
}

/** Object and directory do not agree on a live link, and nothing is on its way that would explain it: they are held against each other,
 * and where both still have the link the event waits for that. */
async function settleDoubt(teller: Teller, { shelf }: TellRequest): Promise<TellOutcome | undefined> {
  const state = teller.state()
  const consent = state?.consent
  if (!state || isAgreed(consent, shelf) || isChanging(state, shelf.link, teller.world.now()))
    return undefined
  if (consent) await teller.doubt(consent.link)
  const after = teller.state()?.consent
  return consent?.link === shelf.link && after ? { kind: "pending", afterMs: CHANGING_MS } : undefined
}

function isAgreed(consent: Consent | undefined, shelf: TellRequest["shelf"]): boolean {
  return (
    consent?.link === shelf.link && consent.epoch === shelf.epoch && consent.recordHash === shelf.recordHash
  )
}

/** Words under a grant made this instant. `judge` has just said yes, in the same step. */
function compose(
  state: State | undefined,
  event: ToldEvent,
  facts: Parameters<typeof composeNotice>[1]["bank"] & Pick<TurnContext["ways"], "newLinkMs">,
  key: string,
  now: number,
) {
  const consent =
    state && isNewLink(state, facts.newLinkMs, now) ? withoutAmounts(state.consent) : state?.consent
  const grant = Grant.decide(consent, purposeOf(event), now, accountOf(event))
  if (!state || !grant.ok) throw new Error("Cannot compose a notice without a grant")
  const { language } = state
  const composed = composeNotice(event, { language, grant: grant.value, bank: facts, now, key })
  const utterance: Utterance = {
    ...told(grant.value, composed.message, accountOf(event)),
    ...(composed.rich ? { rich: composed.rich } : {}),
  }
  return { utterance, template: composed.template, cause: causeFor(event, grant.value.link) }
}

/** A link that is new tells that something happened, not how much. */
function withoutAmounts(consent: Consent | undefined): Consent | undefined {
  return consent && { ...consent, showAmounts: false }
}

const MAYBE_TOLD: ReadonlySet<LedgerRow["state"]> = new Set(["sending", "accepted", "unknown"])

/** An older balance never follows a newer one of its account (P3). */
async function isOvertaken(teller: Teller, event: ToldEvent): Promise<boolean> {
  if (event.type !== "bank.balance.updated.v1") return false
  for (const row of listRecent(teller.world.sql, "updates", teller.world.now() - BALANCE_MEMORY_MS)) {
    if (!MAYBE_TOLD.has(row.state)) continue
    const cause = (await openEntry(teller, row))?.cause
    if (cause?.kind !== "event" || cause.type !== event.type || cause.account !== event.account) continue
    if (cause.id === event.id && cause.source === event.source) continue
    const newer =
      cause.sequence !== undefined && event.sequence !== undefined
        ? cause.sequence >= event.sequence
        : cause.at > event.at
    if (newer) return true
  }
  return false
}

/** Another event was told under the same id: nobody can say which of the two is right, and one may be told once. */
async function isAnother(teller: Teller, row: LedgerRow, { event }: TellRequest): Promise<boolean> {
  const cause = (await openEntry(teller, row))?.cause
  return cause?.kind === "event" && cause.digest !== undefined && cause.digest !== digestOf(event)
}

/** 96 bits of what the event says. */
function digestOf(event: ToldEvent): string {
  return digestNow(utf8(JSON.stringify(event))).slice(0, 16)
}

function causeOf({ event, shelf }: TellRequest): Cause {
  return causeFor(event, shelf.link)
}

function causeFor(event: ToldEvent, link: TellRequest["shelf"]["link"]): Cause {
  const account = accountOf(event)
  return {
    kind: "event",
    link,
    id: event.id,
    source: event.source,
    customer: event.customer,
    type: event.type,
    purpose: purposeOf(event),
    at: event.at,
    staleAt: event.staleAt,
    digest: digestOf(event),
    ...(account === undefined ? {} : { account }),
    ...(event.type === "bank.balance.updated.v1" && event.sequence !== undefined
      ? { sequence: event.sequence }
      : {}),
    ...(event.type === "bank.fraud.suspected.v1"
      ? { alert: { caseId: event.caseId, expiresAt: event.reply.expiresAt, card: event.card } }
      : {}),
  }
}

function outcomeOf(teller: Teller, row: LedgerRow): TellOutcome {
  const outcome = outcomeOfRow(row)
  if (outcome) return outcome
  const { sql, now } = teller.world
  if (row.state === "sending" && row.lane === LANES.updates && now() >= row.dueAt) {
    settleRow(sql, row.key, "unknown", "no_answer")
    return settled("unknown", "no_answer")
  }
  const wait = row.dueAt - now()
  const most = row.state === "again" ? wait : PENDING_MS
  return { kind: "pending", afterMs: Math.max(SECOND_MS, Math.min(most, wait)) }
}

/** An outcome without a send: what an earlier refused send left behind takes it over. */
function settleAs(teller: Teller, key: string, outcome: TellOutcome): TellOutcome {
  if (outcome.kind === "settled" && findRow(teller.world.sql, key)?.state === "again")
    settleRow(teller.world.sql, key, outcome.state, outcome.reason)
  return outcome
}
