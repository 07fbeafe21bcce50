// What a person wants later: an event that was kept sealed in its own ledger row (holding.ts) goes with all that waits when
// its time has come: one summary. Outside the platform's window a template says how many there are, and a tap tells them. What becomes
// of each is told to the bank from here, for nobody brings it again. Called by person.ts when time has passed.

import type { ToldEvent } from "../banks/event-types.ts"
import type { WireMoney } from "../banks/event.ts"
import { MINUTE_MS } from "../foundation/clock.ts"
import { randomText } from "../foundation/id.ts"
import { Grant } from "../links/grant.ts"
import { isWindowOpen } from "../messenger/route.ts"
import { phrase } from "../phrases/catalogue.ts"
import { isWaitOver, quietUntil } from "../preferences/wants.ts"
import type { Cause, Entry } from "./entry.ts"
import {
  claimRow,
  holdRow,
  LANES,
  listHeld,
  markSending,
  OTHER_UNKNOWN_MS,
  returnRow,
  settleRow,
  acceptRow,
  type LedgerRow,
} from "./ledger.ts"
import { HELD_MS_MAX, termOf } from "./holding.ts"
import { ASKED_FOR, endHeld, settle } from "./held-end.ts"
import { nameRows } from "./message-keys.ts"
import { accountOf, purposeOf } from "./notices/compose.ts"
import { waitingTemplate } from "./notices/updates-waiting.ts"
import { settled, type Settled } from "./outcome.ts"
import { decideSend, hearRefusal, openEntry, prepareSend, startSend, type Prepared } from "./perform.ts"
import { ledgerPlace } from "./place.ts"
import { createReceipt, leafOf, withoutText } from "./receipt.ts"
import { isTheirs } from "./state.ts"
import { renderSummary } from "./summary.ts"
import { compose, type BankWords, type Teller } from "./tell-rules.ts"
import { memoryOf } from "./told-before.ts"
import { judgeHeldOrder, preferencesOf } from "./wanted.ts"
import { writeEntry } from "./entry-form.ts"

const AGAIN_MS = 5 * MINUTE_MS
/** Rows of one summary: what is more goes with the next one, a moment later. */
const SUMMARY_MAX = 25
/** Rows one template tells the number of. */
const OFFER_MAX = 200
/** `reason` of a row that was offered, and that somebody asked for. */
const ASKED = "digest"

/** Tell what has waited long enough, or what was asked for. Harmless to repeat. */
export async function releaseHeld(teller: Teller): Promise<void> {
  const { world, whom } = teller
  const asked = teller.state()?.heldAsked
  const rows = listHeld(world.sql)
  const now = world.now()
  if (rows.length === 0 && asked === undefined) return
  const facts = await world.loadBankFacts(whom.bank, whom.page)
  const preferences = preferencesOf(teller.state(), facts)
  const due = rows.filter(
    (row) =>
      row.dueAt <= now ||
      (asked !== undefined && row.at <= asked) ||
      isWaitOver(preferences, row.reason, now),
  )
  if (due.length === 0) {
    if (asked === undefined) return
    await teller.take({ kind: "held_shown", none: true })
    return teller.flush()
  }
  const quiet = asked === undefined ? quietUntil(preferences, { now, zone: facts.timeZone }) : undefined
  // What nobody asked for in time comes to its end in the night as well.
  const going = quiet ? due.filter(({ reason }) => reason === ASKED_FOR) : due
  if (quiet)
    for (const row of due) if (!going.includes(row)) holdRow(world.sql, row.key, quiet.until, quiet.why)
  if (going.length === 0) return
  // What was asked for is due like all else from here on: it is told, now or as soon as it may go.
  const rowsNow = asked === undefined ? going : going.map((row) => askedFor(teller, row, now))
  await new Promise<void>((resolve, reject) => {
    teller.outbox.add({
      at: now,
      account: undefined,
      send: () => tellHeld(teller, rowsNow.slice(0, OFFER_MAX), facts).then(resolve, reject),
      fail: reject,
    })
    teller.flush().catch(reject)
  })
  if (asked !== undefined) await teller.take({ kind: "held_shown", none: false })
}

function askedFor({ world }: Teller, row: LedgerRow, now: number): LedgerRow {
  if (row.reason !== ASKED_FOR) return row
  holdRow(world.sql, row.key, now, ASKED)
  return { ...row, dueAt: now, reason: ASKED }
}

/** One row that may be told now. */
interface Ready {
  readonly row: LedgerRow
  readonly event: ToldEvent
  readonly cause: Extract<Cause, { readonly kind: "event" }>
  readonly bare: string
  /** What the same payment was told with. */
  readonly before?: WireMoney
}

type Composed = Ready & Decided

/** How one of them would go by itself. */
interface Decided {
  readonly composed: ReturnType<typeof compose>
  readonly decided: ReturnType<typeof decideSend>
}

async function tellHeld(teller: Teller, rows: readonly LedgerRow[], facts: BankWords): Promise<void> {
  const { world } = teller
  const all = await open(teller, rows)
  if (all.length === 0) return
  const together = all.slice(0, SUMMARY_MAX)
  const prepared = await prepareSend(teller, nameRows(together.map(({ row }) => row.key)))
  const now = world.now()
  const inWindow = isWindowOpen(teller.state()?.lastActionAt ?? null, now)
  // Outside the window one message tells how many there are, whatever their number.
  const ready = inWindow ? together : all
  const going: Composed[] = []
  const gone: (Ready & { readonly to: Settled })[] = []
  /** Allowed, but for the window: several of them need no template each. */
  const shut: (Composed & { readonly to: Settled })[] = []
  for (const each of ready) {
    const one = decideOne(teller, prepared, each, facts, now)
    if ("kind" in one) gone.push({ ...each, to: one })
    else if (one.decided.kind === "later") holdRow(world.sql, each.row.key, now + AGAIN_MS, each.row.reason)
    else if (one.decided.kind === "send") going.push({ ...each, ...one })
    else {
      const to = settled(one.decided.state, one.decided.reason)
      if (inWindow || one.decided.state !== "undeliverable") gone.push({ ...each, to })
      else shut.push({ ...each, ...one, to })
    }
  }
  const allowed = [...going, ...shut]
  const [lead, ...others] = allowed
  if (lead && others.length > 0 && !inWindow) await offer(teller, allowed, facts)
  else {
    gone.push(...shut)
    const spoken = others.length === 0 ? lead?.decided : decideSummary(teller, prepared, going)
    if (going.length > 0) await send(teller, prepared, going, spoken)
  }
  for (const { row, bare, to } of gone) await settle(teller, row, bare, to)
}

/** What lies in the rows; newer news of the same takes the place of older. */
async function open(teller: Teller, rows: readonly LedgerRow[]): Promise<readonly Ready[]> {
  const { world, key, whom } = teller
  const opened: Ready[] = []
  for (const row of rows) {
    const entry = await openEntry(teller, row)
    if (!entry?.held || entry.cause.kind !== "event") {
      world.log.error("held_row_unreadable")
      settleRow(world.sql, row.key, "failed", "unreadable")
      continue
    }
    const bare = await key.seal(
      writeEntry({ ...withoutText(entry), ...memoryOf(entry.held) }),
      ledgerPlace(whom, row.key),
    )
    opened.push({ row, event: entry.held, cause: entry.cause, bare })
  }
  const orders = await judgeHeldOrder(
    teller,
    opened.map(({ event, row }) => ({ event, since: row.at })),
  )
  const kept: Ready[] = []
  for (const [index, each] of opened.entries()) {
    const newer = opened.some((other) => replaces(other.event, each.event))
    const old = each.row.reason === ASKED_FOR && each.row.dueAt <= world.now()
    const order = orders[index]
    if (newer) await settle(teller, each.row, each.bare, { state: "superseded", reason: "newer_told" })
    else if (order?.kind === "no")
      await settle(teller, each.row, each.bare, { state: "superseded", reason: order.reason })
    else if (old) await settle(teller, each.row, each.bare, { state: "suppressed", reason: "stale" })
    else kept.push(order?.before ? { ...each, before: order.before } : each)
  }
  return kept
}

/** Whether one event says all that another would, and later. */
function replaces(newer: ToldEvent, older: ToldEvent): boolean {
  if (newer === older) return false
  if (
    newer.type === "bank.balance.updated.v1" &&
    older.type === newer.type &&
    older.account === newer.account
  )
    return newer.sequence !== undefined && older.sequence !== undefined
      ? newer.sequence > older.sequence
      : newer.at > older.at
  if (newer.type !== "bank.transaction.posted.v1" && newer.type !== "bank.transaction.reversed.v1")
    return false
  return (
    older.type === "bank.transaction.authorised.v1" &&
    older.account === newer.account &&
    older.transaction.id === newer.transaction.id
  )
}

/** In which words one of them would go, under a grant made this instant, and whether it may. */
function decideOne(
  teller: Teller,
  prepared: Prepared,
  { event, cause: told, row, before }: Ready,
  facts: BankWords,
  now: number,
): Decided | Settled {
  const state = teller.state()
  if (!state || !isTheirs(state, told.link)) return settled("suppressed", "not_linked")
  const grant = Grant.decide(state.consent, purposeOf(event), now, accountOf(event))
  if (!grant.ok) return settled("suppressed", grant.error.reason)
  const composed = compose(state, event, facts, { key: row.key, now, before })
  const cause = { ...told, staleAt: termOf(event, told, row) }
  return { composed, decided: decideSend(teller, prepared, composed.utterance, composed.template, cause) }
}

function decideSummary(
  teller: Teller,
  prepared: Prepared,
  going: readonly Composed[],
): ReturnType<typeof decideSend> {
  const state = teller.state()
  const [lead] = going
  if (!state || !lead) throw new Error("Cannot put nothing into words")
  const lines = going.map(({ event, composed }) => ({ event, message: composed.utterance.message }))
  const text = renderSummary(state.language, lines, lead.composed.showAmounts)
  const { need } = lead.composed.utterance
  return decideSend(teller, prepared, { message: { kind: "text", text }, need }, undefined, lead.cause)
}

/** One message of everything that goes. */
async function send(
  teller: Teller,
  prepared: Prepared,
  going: readonly Ready[],
  decided: ReturnType<typeof decideSend> | undefined,
): Promise<void> {
  const { world } = teller
  const { sql } = world
  const now = world.now()
  if (decided?.kind === "withheld") {
    for (const { row, bare } of going) await settle(teller, row, bare, decided)
    return
  }
  if (decided?.kind !== "send" || !teller.outbox.takePace(now)) {
    for (const { row } of going) holdRow(sql, row.key, now + AGAIN_MS, row.reason)
    return
  }
  for (const { row } of going) markSending(sql, row.key, now, now + OTHER_UNKNOWN_MS)
  const sent = await startSend(prepared, decided)
  const sends = Math.max(...going.map(({ row }) => row.sends + 1))
  const verdict = sent.ok ? undefined : await hearRefusal(teller, sent.error, sends, decided.plain)
  for (const { row, bare } of going) {
    if (!verdict) await settle(teller, row, bare, { state: "accepted", reason: "sent" })
    else if (verdict.kind === "settled") await settle(teller, row, bare, verdict)
    else if (verdict.kind === "again")
      returnRow(sql, row.key, "held", world.now() + verdict.afterMs, verdict.counts)
  }
  // Its echo may have come before this was known to have no answer.
  if (verdict?.kind === "unknown") await endHeld(teller)
}

/** Outside the window: how many there are, and a button that tells them. The rows wait for the tap. */
async function offer(teller: Teller, going: readonly Ready[], facts: BankWords): Promise<void> {
  const { world, whom, key: personKey } = teller
  const [lead] = going
  const state = teller.state()
  if (!lead || !state) return
  const key = `d_${randomText(world.random)}`
  const prepared = await prepareSend(teller, key)
  const now = world.now()
  const cause = { kind: "reply", order: now, urgent: false, at: now } as const
  const entry: Entry = { v: 1, ...createReceipt(world.random, now), cause }
  const sealed = await personKey.seal(writeEntry(entry), ledgerPlace(whom, key))
  const count = String(going.length)
  const decided = decideSend(
    teller,
    prepared,
    {
      message: { kind: "text", text: phrase(state.language, "held_waiting", { count }) },
      need: { kind: "grant", link: state.consent?.link ?? lead.cause.link, purpose: lead.cause.purpose },
    },
    waitingTemplate(state.language, count, facts.name),
    cause,
  )
  if (decided.kind === "withheld") {
    for (const { row, bare } of going) await settle(teller, row, bare, decided)
    return
  }
  const again = () => going.forEach(({ row }) => holdRow(world.sql, row.key, now + AGAIN_MS, row.reason))
  if (decided.kind === "later" || !teller.outbox.takePace(now)) return again()
  claimRow(world.sql, {
    key,
    lane: LANES.updates,
    seq: now,
    state: "sending",
    reason: "",
    at: now,
    dueAt: now + OTHER_UNKNOWN_MS,
    sends: 1,
    sealed,
    leaf: leafOf(key, entry),
  })
  // Told of once, whatever becomes of this send: the rows wait for the tap from here on.
  for (const { row } of going) holdRow(world.sql, row.key, now + HELD_MS_MAX, ASKED_FOR)
  const sent = await startSend(prepared, decided)
  if (sent.ok) return acceptRow(world.sql, key)
  const verdict = await hearRefusal(teller, sent.error, 1, decided.plain)
  if (verdict.kind !== "unknown") settleRow(world.sql, key, "failed", "refused")
  if (verdict.kind === "again") again()
}
