// The rules of telling one person one event, and the few steps updates and alerts share: may it be told now, in which words, why, and what
// came of it. Nothing here sends (tell-updates.ts, outbox.ts) or asks what the person wants (wanted.ts).

import type { ToldEvent } from "../banks/event-types.ts"
import type { WireMoney } from "../banks/event.ts"
import { digestNow } from "../crypto/sha256.ts"
import { utf8 } from "../crypto/text.ts"
import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import type { LinkId } from "../foundation/id.ts"
import type { Consent } from "../links/consent.ts"
import { Grant } from "../links/grant.ts"
import { changesOf } from "./consent-change.ts"
import type { Cause } from "./entry.ts"
import { told, type Utterance } from "./leave.ts"
import { findRow, LANES, settleRow, type LedgerRow } from "./ledger.ts"
import { accountOf, composeNotice, isUnfit, purposeOf } from "./notices/compose.ts"
import type { Outbox } from "./outbox.ts"
import { outcomeOfRow, settled } from "./outcome.ts"
import { isStopped, openEntry, type Sender } from "./perform.ts"
import type { TellOutcome, TellRequest } from "./person-world.ts"
import { isNewLink, type State } from "./state.ts"
import type { TurnContext, TurnEvent } from "./turn-context.ts"
import type { Wake } from "./wake.ts"

/** A sender with the outbox it queues at. */
export interface Teller extends Sender {
  readonly outbox: Outbox
  readonly flush: () => Promise<void>
  readonly wake: Wake
  /** The directory was seen to say something else of the link held here: hold the two against each other. */
  readonly doubt: (link: LinkId) => Promise<void>
  /** Take a turn. */
  readonly take: (event: TurnEvent) => Promise<void>
}

/** What words about a bank's event need of that bank. */
export type BankWords = TurnContext["bank"] & Pick<TurnContext["ways"], "newLinkMs">

/** When to ask again for an update whose outcome is unknown. */
const PENDING_MS = 30 * SECOND_MS
/** When to ask again while links change: the directory's answer may be older than ours. */
export const CHANGING_MS = 2 * SECOND_MS
/** Fan-out may hold the directory's answer this long before it tells. */
const DIRECTORY_LAG_MS = MINUTE_MS
/** A bank's clock may differ from ours by this much when an event and a consent are compared. */
const CLOCK_TOLERANCE_MS = MINUTE_MS

/** Whether an event may be told to this person now, before any work is done for it. */
export function judge(teller: Teller, request: TellRequest): TellOutcome | undefined {
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
export function isChanging(state: State | undefined, link: string, now: number): boolean {
  if (!state) return false
  if (state.opening?.link === link) return true
  if (state.consent === undefined) return false
  const lately = Math.max(state.linkedAt ?? 0, state.changedAt ?? 0)
  return changesOf(state).length > 0 || now - lately < DIRECTORY_LAG_MS
}

export function isAgreed(consent: Consent | undefined, shelf: TellRequest["shelf"]): boolean {
  return (
    consent?.link === shelf.link && consent.epoch === shelf.epoch && consent.recordHash === shelf.recordHash
  )
}

/** Words under a grant made this instant. `judge` has just said yes, in the same step. */
export function compose(
  state: State | undefined,
  event: ToldEvent,
  facts: BankWords,
  {
    key,
    now,
    before,
  }: { readonly key: string; readonly now: number; readonly before?: WireMoney | undefined },
) {
  const consent =
    state && isNewLink(state, facts.newLinkMs, now) ? withoutAmounts(state.consent) : state?.consent
  const grant = Grant.decide(consent, purposeOf(event), now, accountOf(event))
  if (!state || !grant.ok) throw new Error("Cannot compose a notice without a grant")
  const { language } = state
  const composed = composeNotice(event, {
    language,
    grant: grant.value,
    bank: facts,
    now,
    key,
    ...(before ? { before } : {}),
  })
  const utterance: Utterance = {
    ...told(grant.value, composed.message, accountOf(event)),
    ...(composed.rich ? { rich: composed.rich } : {}),
  }
  const { showAmounts } = grant.value
  return { utterance, template: composed.template, cause: causeFor(event, grant.value.link), showAmounts }
}

/** A link that is new tells that something happened, not how much. */
function withoutAmounts(consent: Consent | undefined): Consent | undefined {
  return consent && { ...consent, showAmounts: false }
}

/** Another event was told under the same id: nobody can say which of the two is right, and one may be told once. */
export async function isAnother(teller: Teller, row: LedgerRow, { event }: TellRequest): Promise<boolean> {
  const cause = (await openEntry(teller, row))?.cause
  return cause?.kind === "event" && cause.digest !== undefined && cause.digest !== digestOf(event)
}

/** 96 bits of what the event says. */
function digestOf(event: ToldEvent): string {
  return digestNow(utf8(JSON.stringify(event))).slice(0, 16)
}

export function causeOf({ event, shelf }: TellRequest): Cause {
  return causeFor(event, shelf.link)
}

export function causeFor(event: ToldEvent, link: TellRequest["shelf"]["link"]): Cause {
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

export function outcomeOf(teller: Teller, row: LedgerRow): TellOutcome {
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
export function settleAs(teller: Teller, key: string, outcome: TellOutcome): TellOutcome {
  if (outcome.kind === "settled" && findRow(teller.world.sql, key)?.state === "again")
    settleRow(teller.world.sql, key, outcome.state, outcome.reason)
  return outcome
}
