// The only code that sends. A message goes out with a leave made in the same instant, through a route the platform allows,
// after its row says `sending`; what the platform answers settles the row, and what it does not answer stays unknown.

import { SECOND_MS } from "../foundation/clock.ts"
import { describeFault } from "../foundation/log.ts"
import type { Purpose } from "../foundation/purpose.ts"
import type { Message, TemplateMessage } from "../messenger/message.ts"
import type { SendRefusal } from "../messenger/refusal.ts"
import { decideRoute } from "../messenger/route.ts"
import { renderSend } from "../messenger/wire.ts"
import { phrase } from "../phrases/catalogue.ts"
import type { InnerKey } from "../vault/vault.ts"
import type { Cause, Entry } from "./entry.ts"
import { Leave, type Utterance } from "./leave.ts"
import {
  ALERT_UNKNOWN_MS,
  LANES,
  markSending,
  OTHER_UNKNOWN_MS,
  replaceRow,
  requeueRow,
  settleRow,
  type LedgerRow,
  type LedgerState,
} from "./ledger.ts"
import type { PageVoice, PersonWorld, Whom } from "./person-world.ts"
import { ledgerPlace } from "./place.ts"
import type { State } from "./state.ts"

/** Who speaks to whom, with what. */
export interface Sender {
  readonly world: PersonWorld
  readonly whom: Whom
  readonly key: InnerKey
  readonly state: () => State | undefined
}

/** A reply or an alert that keeps failing without being taken is given up after this many sends. */
const SENDS_MAX = 6
const RETRY_FIRST_MS = 2 * SECOND_MS

/** Everything a send needs that must be waited for. After it, deciding and sending is one synchronous step. */
export interface Prepared {
  readonly voice: PageVoice
  readonly metadata: string
}

/** Why a message may not go: the row's last state and its reason. */
export interface Withheld {
  readonly state: LedgerState
  readonly reason: string
}

/** Fetch what a send of `key` needs. @throws DatabaseError */
export async function prepareSend(sender: Sender, key: string): Promise<Prepared> {
  const { world, whom } = sender
  const [voice, metadata] = await Promise.all([
    world.loadVoice(whom.page),
    world.vault.sealForDays("metadata", whom.page, whom.person, key),
  ])
  return { voice, metadata }
}

/** Decide, now, whether and how a message may go. Pure but for the clock: nothing is awaited between this and the call.
 * @returns the Send API body, or why not */
export function decideSend(
  sender: Sender,
  prepared: Prepared,
  utterance: Utterance,
  template: TemplateMessage | undefined,
  cause: Cause,
): { readonly ok: true; readonly body: unknown } | { readonly ok: false; readonly withheld: Withheld } {
  const { world } = sender
  const state = sender.state()
  const now = world.now()
  const withhold = (to: LedgerState, reason: string) => ({
    ok: false as const,
    withheld: { state: to, reason },
  })
  if (!state) return withhold("suppressed", "not_linked")
  const leave = Leave.decide(utterance.need, state.consent, now)
  if (!leave.ok) return withhold("suppressed", leave.error.reason)
  if (cause.kind === "event") {
    if (now >= cause.staleAt) return withhold("suppressed", "stale")
    if (isStopped(state, cause.purpose)) return withhold("suppressed", "purpose_off")
  }
  const approved = template && prepared.voice.templates.has(`${template.name} ${template.language}`)
  const route = decideRoute({
    now,
    lastActionAt: state.lastActionAt === 0 ? null : state.lastActionAt,
    author: "bot",
    purpose: cause.kind === "event" ? cause.purpose : null,
    inTurn: cause.kind === "reply",
    template: approved ? "approved" : "none",
    page: prepared.voice.paused ? "paused" : "open",
  })
  if (route.kind === "cannot") return withhold("undeliverable", route.reason)
  const message: Message = route.kind === "UTILITY" && template ? template : utterance.message
  const body = speak(leave.value, {
    psid: state.psid,
    message,
    messagingType: route.kind,
    metadata: prepared.metadata,
  })
  return { ok: true, body }
}

/** Put a message into the platform's words. The leave is the permission: without one this does not compile. */
function speak(leave: Leave, send: Parameters<typeof renderSend>[0]): unknown {
  if (!Leave.isLeave(leave)) throw new TypeError("Cannot speak without a leave")
  return renderSend(send)
}

/** Send one queued row. */
export async function sendRow(sender: Sender, row: LedgerRow): Promise<void> {
  const { world, whom, key } = sender
  const text = await key.open(row.sealed, ledgerPlace(whom, row.key))
  if (!text.ok) {
    world.log.error("ledger_row_unreadable", { reason: text.error.reason })
    settleRow(world.sql, row.key, "failed", "unreadable")
    return
  }
  const entry = JSON.parse(text.value) as Entry
  if (!entry.utterance) {
    settleRow(world.sql, row.key, "failed", "empty")
    return
  }
  const prepared = await prepare(sender, row)
  if (!prepared) return
  const decided = decideSend(sender, prepared, entry.utterance, entry.template, entry.cause)
  if (!decided.ok) {
    settleRow(world.sql, row.key, decided.withheld.state, decided.withheld.reason)
    return
  }
  const unknownMs = row.lane === LANES.alerts && row.sends === 0 ? ALERT_UNKNOWN_MS : OTHER_UNKNOWN_MS
  markSending(world.sql, row.key, world.now() + unknownMs)
  const sent = await prepared.voice.send(decided.body)
  if (sent.ok) settleRow(world.sql, row.key, "accepted")
  else settleRefused(world, row, sent.error)
}

async function prepare(sender: Sender, row: LedgerRow): Promise<Prepared | undefined> {
  try {
    return await prepareSend(sender, row.key)
  } catch (fault) {
    sender.world.log.warn("send_not_prepared", describeFault(fault))
    requeueRow(sender.world.sql, row.key, sender.world.now() + RETRY_FIRST_MS, row.reason)
    return undefined
  }
}

/** What a refusal of the platform makes of a row: back in the outbox, given up, or left to be settled by its echo. */
function settleRefused(world: PersonWorld, row: LedgerRow, refusal: SendRefusal): void {
  const verdict = judgeRefusal(refusal)
  if (verdict === "unknown") return
  if (verdict === "again" && row.sends + 1 < SENDS_MAX)
    requeueRow(world.sql, row.key, world.now() + RETRY_FIRST_MS * 2 ** row.sends, row.reason)
  else if (verdict === "again") settleRow(world.sql, row.key, "failed", refusal.reason)
  else settleRow(world.sql, row.key, verdict.state, verdict.reason)
}

/** One row a class of refusal. */
export function judgeRefusal(refusal: SendRefusal): "again" | "unknown" | Withheld {
  switch (refusal.reason) {
    case "retry":
    case "throttled":
    case "page_stopped":
      return "again"
    case "unknown_outcome":
      return "unknown"
    case "gone":
      return { state: "undeliverable", reason: "person_unavailable" }
    case "window":
      return { state: "undeliverable", reason: "window_closed_no_template" }
    case "region":
      return { state: "undeliverable", reason: "region" }
    case "our_fault":
      return { state: "failed", reason: "refused" }
  }
}

/** A row handed over and not answered in time: an alert goes once more as a reminder, all else is unknown for good (P2). */
export async function settleUnknown(sender: Sender, row: LedgerRow): Promise<void> {
  const { world, whom, key } = sender
  const now = world.now()
  if (now < row.dueAt) return
  if (row.lane !== LANES.alerts || row.sends > 1) {
    settleRow(world.sql, row.key, "unknown", "no_answer")
    return
  }
  const place = ledgerPlace(whom, row.key)
  const text = await key.open(row.sealed, place)
  const entry = text.ok ? (JSON.parse(text.value) as Entry) : undefined
  if (!entry?.utterance || entry.utterance.message.kind === "template") {
    settleRow(world.sql, row.key, "unknown", "no_answer")
    return
  }
  const language = sender.state()?.language ?? "en"
  const reminder = phrase(language, "fraud_reminder", { text: entry.utterance.message.text })
  const reminded: Entry = {
    ...entry,
    utterance: { ...entry.utterance, message: { ...entry.utterance.message, text: reminder } },
  }
  replaceRow(world.sql, row.key, await key.seal(JSON.stringify(reminded), place), now)
}

/** "Stop" holds back everything, or everything but fraud alerts. */
export function isStopped(state: State, purpose: Purpose): boolean {
  return state.stopped !== undefined && !(state.stopped.keepFraud && purpose === "fraud_alerts")
}
