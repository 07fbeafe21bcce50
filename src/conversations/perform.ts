// The only code that sends. A message goes out with a leave made in the same instant, through a route the platform allows,
// after its row says `sending`; what the platform answers settles the row, and what it does not answer stays unknown.
// What a refusal leads to is refused.ts.

import type { Reason } from "../banks/callback-reason.ts"
import { HOUR_MS, SECOND_MS } from "../foundation/clock.ts"
import { describeFault } from "../foundation/log.ts"
import type { Purpose } from "../foundation/purpose.ts"
import { asPlainText } from "../messenger/message-fit.ts"
import { checkMessage } from "../messenger/message-limits.ts"
import type { Message, ReceiptMessage, TemplateMessage } from "../messenger/message.ts"
import type { SendRefusal } from "../messenger/refusal.ts"
import { decideRoute, isWindowOpen, messagingOf } from "../messenger/route.ts"
import { holderAt, IDLE } from "../messenger/thread.ts"
import { renderAction, renderSend } from "../messenger/wire.ts"
import { phrase } from "../phrases/catalogue.ts"
import type { InnerKey } from "../vault/vault.ts"
import type { Cause, Entry } from "./entry.ts"
import { Leave, type Utterance } from "./leave.ts"
import {
  acceptRow,
  ALERT_UNKNOWN_MS,
  LANES,
  markSending,
  OTHER_UNKNOWN_MS,
  postponeRow,
  REMINDER,
  remindRow,
  returnRow,
  settleRow,
  type LedgerRow,
  type SettledState,
} from "./ledger.ts"
import type { PageVoice, PersonWorld, Whom } from "./person-world.ts"
import { ledgerPlace } from "./place.ts"
import { withoutText } from "./receipt.ts"
import { factOf, judgeRefusal, logRefusal, PAGE_STOPPED_MS, type Verdict } from "./refused.ts"
import type { State } from "./state.ts"
import type { RefusedFact } from "./turn-context.ts"
import { readEntry, writeEntry } from "./entry-form.ts"
import { reportUnreminded } from "./unreminded.ts"

/** Who speaks to whom, with what. */
export interface Sender {
  readonly world: PersonWorld
  readonly whom: Whom
  readonly key: InnerKey
  readonly state: () => State | undefined
  /** Remember what a refusal told of the person. */
  readonly note: (fact: RefusedFact) => Promise<void>
}

/** Where what a send needs cannot be fetched. */
const UNPREPARED_MS = 2 * SECOND_MS
/** An answer that could not be sent this long answers nothing any more. */
const REPLY_GOOD_MS = HOUR_MS

/** Everything a send needs that must be waited for. After it, deciding and sending is one synchronous step. */
export interface Prepared {
  readonly voice: PageVoice
  readonly metadata: string
}

/** Whether and how a message may go now. */
export type Decision =
  /** `template`: the window is closed, and nothing can be added to what a template says. */
  | { readonly kind: "send"; readonly body: unknown; readonly plain: boolean; readonly template: boolean }
  | { readonly kind: "withheld"; readonly state: SettledState; readonly reason: Reason }
  | { readonly kind: "later"; readonly afterMs: number }

/** Fetch what a send of `key` needs. @throws DatabaseError, Unready */
export async function prepareSend(sender: Sender, key: string): Promise<Prepared> {
  const { world, whom } = sender
  const [voice, metadata] = await Promise.all([
    world.loadVoice(whom.page),
    world.vault.sealForDays("metadata", whom.page, whom.person, key),
  ])
  return { voice, metadata }
}

/** Decide, now, whether and how a message may go. Pure but for the clock: nothing is awaited between this and the call. */
export function decideSend(
  sender: Sender,
  prepared: Prepared,
  utterance: Utterance,
  template: TemplateMessage | undefined,
  cause: Cause,
): Decision {
  const state = sender.state()
  const now = sender.world.now()
  const withhold = (to: SettledState, reason: Reason): Decision => ({ kind: "withheld", state: to, reason })
  if (!state) return withhold("suppressed", "not_linked")
  const leave = Leave.decide(utterance.need, state.consent, now)
  if (!leave.ok) return withhold("suppressed", leave.error.reason)
  if (now >= (cause.kind === "event" ? cause.staleAt : cause.at + REPLY_GOOD_MS))
    return withhold("suppressed", "stale")
  if (cause.kind === "event" && isStopped(state, cause.purpose)) return withhold("suppressed", "purpose_off")
  if (cause.kind === "event" && state.suspendedAt !== undefined)
    return withhold("undeliverable", "person_unavailable")
  const { paused, utilityAllowed, templates, defaultApp, humanAgent, utilityShape } = prepared.voice
  const route = decideRoute({
    now,
    lastActionAt: state.lastActionAt === 0 ? null : state.lastActionAt,
    lastMessageAt: state.lastMessageAt ?? null,
    author: utterance.author ?? "bot",
    purpose: utterance.author ? "support_chat" : cause.kind === "event" ? cause.purpose : null,
    inTurn: cause.kind === "reply",
    template: (template && templates.get(`${template.name} ${template.language}`)) ?? "none",
    page: paused ? "paused" : utilityAllowed ? "open" : "no_utility",
    thread: holderAt(state.thread ?? IDLE, now),
    defaultApp,
    humanAgent,
    regionRefusedAt: state.regionRefusedAt ?? null,
  })
  if (route.kind === "cannot")
    return route.reason === "page_paused"
      ? { kind: "later", afterMs: PAGE_STOPPED_MS }
      : withhold("undeliverable", route.reason)
  const plain = route.kind !== "UTILITY" && route.plain === true
  const message = formOf(utterance, route.kind === "UTILITY" ? template : undefined, plain)
  if (!message || !checkMessage(message).ok) return withhold("failed", "message_limits")
  const body = speak(leave.value, {
    psid: state.psid,
    message,
    ...messagingOf(route),
    metadata: prepared.metadata,
    utilityShape,
    ...(utterance.persona !== undefined && route.kind !== "UTILITY" ? { personaId: utterance.persona } : {}),
  })
  return { kind: "send", body, plain, template: route.kind === "UTILITY" }
}

/** What goes: the template where there must be one, else the richest form the person's region takes. */
function formOf(
  utterance: Utterance,
  template: TemplateMessage | undefined,
  plain: boolean,
): Message | ReceiptMessage | undefined {
  if (template) return template
  const { message, rich } = utterance
  if (plain && message.kind !== "template") return plainTextOf(message)
  return rich ?? message
}

/** Start the call that was decided a moment ago, under its leave: nothing was awaited since. */
export function startSend(
  { voice }: Prepared,
  decided: Extract<Decision, { readonly kind: "send" }>,
): ReturnType<PageVoice["send"]> {
  return voice.send(decided.body)
}

/** The same in one plain text, where it fits in one: a row is one message. */
function plainTextOf(message: Exclude<Message, TemplateMessage>): Message | undefined {
  const texts = asPlainText(message)
  return texts.length === 1 ? texts[0] : undefined
}

/** Dots while the bank is asked. A courtesy: it waits for nothing, and what becomes of it is nobody's concern. */
export async function showTyping({ world, whom, state }: Sender, question: string): Promise<void> {
  try {
    const voice = await world.loadVoice(whom.page)
    const { psid = "", lastActionAt = 0, thread = IDLE, questions = [] } = state() ?? {}
    const now = world.now()
    // The question may have ended meanwhile: then nothing starts for it (P4).
    if (voice.paused || !questions.some((each) => each.id === question)) return
    if (!isWindowOpen(lastActionAt, now) || holderAt(thread, now) === "other") return
    voice.act(renderAction(psid, "typing_on"))
  } catch (fault) {
    world.log.info("typing_not_shown", describeFault(fault))
  }
}

/** Judge a refusal, leave its line, and remember what it tells of the person. */
export async function hearRefusal(
  sender: Sender,
  refusal: SendRefusal,
  attempts: number,
  plain: boolean,
): Promise<Verdict> {
  const verdict = judgeRefusal(refusal, attempts, plain)
  logRefusal(sender.world.log, refusal, verdict)
  const fact = factOf(refusal, verdict)
  try {
    if (fact) await sender.note(fact)
  } catch (fault) {
    // The next message meets the same refusal and tells it again.
    sender.world.log.warn("refusal_not_remembered", describeFault(fault))
    if (verdict.kind === "again") return { ...verdict, afterMs: Math.max(verdict.afterMs, UNPREPARED_MS) }
  }
  return verdict
}

/** Put a message into the platform's words. The leave is the permission: without one this does not compile. */
function speak(leave: Leave, send: Parameters<typeof renderSend>[0]): unknown {
  if (!Leave.isLeave(leave)) throw new TypeError("Cannot speak without a leave")
  return renderSend(send)
}

/** Send one queued row. */
export async function sendRow(sender: Sender, row: LedgerRow): Promise<void> {
  const { world } = sender
  const entry = await openEntry(sender, row)
  if (!entry?.utterance) {
    world.log.error("ledger_row_unreadable")
    settleRow(world.sql, row.key, "failed", "unreadable")
    return
  }
  const prepared = await prepare(sender, row)
  if (!prepared) return
  const template = entry.template ?? entry.utterance.template
  const decided = decideSend(sender, prepared, entry.utterance, template, entry.cause)
  if (decided.kind === "later") return postponeRow(world.sql, row.key, world.now() + decided.afterMs)
  if (decided.kind === "withheld") {
    if (decided.state === "failed") world.log.error("message_not_sent", { reason: decided.reason })
    if (!(await reportUnreminded(sender, template, decided)))
      return postponeRow(world.sql, row.key, world.now() + UNPREPARED_MS)
    return settleSend(sender, row, decided.state, decided.reason)
  }
  const asks = row.lane === LANES.alerts && row.reason !== REMINDER
  const now = world.now()
  if (!markSending(world.sql, row.key, now, now + (asks ? ALERT_UNKNOWN_MS : OTHER_UNKNOWN_MS))) return
  const sent = await startSend(prepared, decided)
  if (sent.ok) return acceptRow(world.sql, row.key)
  const verdict = await hearRefusal(sender, sent.error, row.sends + 1, decided.plain)
  if (verdict.kind === "settled") {
    // What the platform refused is not shown to it once more for the report's sake.
    await reportUnreminded(sender, template, verdict)
    settleSend(sender, row, verdict.state, verdict.reason)
  }
  if (verdict.kind === "again")
    returnRow(world.sql, row.key, "queued", world.now() + verdict.afterMs, verdict.counts)
}

/** A reminder that may not go, or is refused, leaves its first send what it was: unanswered. */
function settleSend({ world }: Sender, row: LedgerRow, state: SettledState, reason: Reason): void {
  if (row.reason === REMINDER) settleRow(world.sql, row.key, "unknown", "no_answer")
  else settleRow(world.sql, row.key, state, reason)
}

async function prepare(sender: Sender, row: LedgerRow): Promise<Prepared | undefined> {
  const { world } = sender
  try {
    return await prepareSend(sender, row.key)
  } catch (fault) {
    world.log.warn("send_not_prepared", describeFault(fault))
    postponeRow(world.sql, row.key, world.now() + UNPREPARED_MS)
    return undefined
  }
}

/** A row handed over and not answered in time: an alert goes once more as a reminder, all else is unknown for good (P2). */
export async function settleUnknown(sender: Sender, row: LedgerRow): Promise<void> {
  const { world, whom, key } = sender
  const now = world.now()
  if (now < row.dueAt) return
  const asks = row.lane === LANES.alerts && row.reason !== REMINDER
  const entry = asks ? await openEntry(sender, row) : undefined
  if (!entry?.utterance || entry.utterance.message.kind === "template") {
    settleRow(world.sql, row.key, "unknown", "no_answer")
    return
  }
  const language = sender.state()?.language ?? "en"
  const reminder = phrase(language, "fraud_reminder", { text: entry.utterance.message.text })
  // Without its template: that one could not say that it is a reminder.
  const reminded: Entry = {
    ...withoutText(entry),
    utterance: { ...entry.utterance, message: { ...entry.utterance.message, text: reminder } },
  }
  remindRow(world.sql, row.key, await key.seal(writeEntry(reminded), ledgerPlace(whom, row.key)), now)
}

/** The content of a row; `undefined` where it does not open. */
export async function openEntry(
  { whom, key }: Pick<Sender, "whom" | "key">,
  row: LedgerRow,
): Promise<Entry | undefined> {
  const text = await key.open(row.sealed, ledgerPlace(whom, row.key))
  return text.ok ? readEntry(text.value) : undefined
}

/** "Stop" holds back everything, or everything but fraud alerts. */
export function isStopped(state: State, purpose: Purpose): boolean {
  return state.stopped !== undefined && !(state.stopped.keepFraud && purpose === "fraud_alerts")
}
