// Sending updates: those that wait together go as one message, each with a row of its own. From composing to the call nothing is awaited,
// so that what ended meanwhile is seen. What the person wants later is held instead (holding.ts).

import type { Entry } from "./entry.ts"
import {
  findRow,
  claimRow,
  LANES,
  markSending,
  OTHER_UNKNOWN_MS,
  returnRow,
  settleRow,
  acceptRow,
} from "./ledger.ts"
import { isWindowOpen } from "../messenger/route.ts"
import { choicesFor, withChoices } from "./notice-choices.ts"
import { holdUpdate } from "./holding.ts"
import { nameRows } from "./message-keys.ts"
import type { Waiting } from "./outbox.ts"
import { settled } from "./outcome.ts"
import { decideSend, hearRefusal, prepareSend, startSend } from "./perform.ts"
import { ledgerPlace } from "./place.ts"
import { createReceipt, leafOf } from "./receipt.ts"
import { isLine, renderSummary } from "./summary.ts"
import { templateWaitMs } from "./template-wait.ts"
import {
  causeOf,
  compose,
  isAnother,
  judge,
  outcomeOf,
  settleAs,
  type BankWords,
  type Teller,
} from "./tell-rules.ts"
import { memoryOf, type Memory } from "./told-before.ts"
import type { WireMoney } from "../banks/event.ts"
import { judgeOrder, judgeWish } from "./wanted.ts"
import { writeEntry } from "./entry-form.ts"

/** Events told in one message at most: their keys travel with it, and a line more would not be read. */
const TOGETHER_MAX = 10

/** One event that is to be told now. */
interface Ready extends Waiting {
  readonly sealed: string
  readonly leaf: string
  readonly before: WireMoney | undefined
}

/** Send an update, and with it what waits behind it and can be said in the same message. Every one of them hears its outcome. */
export async function sendUpdates(teller: Teller, first: Waiting): Promise<void> {
  const all = [first, ...teller.outbox.takeWaiting(TOGETHER_MAX - 1)]
  const answered = new Set<Waiting>()
  const answer = (each: Waiting, outcome: Parameters<Waiting["resolve"]>[0]) => {
    answered.add(each)
    each.resolve(outcome)
  }
  try {
    const keys = new Set<string>()
    const once = all.filter(({ key }) => !keys.has(key) && keys.add(key))
    let left: readonly Waiting[] = once
    // What cannot share a message goes alone, in its place.
    while (left.length > 0) left = await sendSome(teller, left, answer)
    for (const each of all.filter((one) => !answered.has(one))) {
      const row = findRow(teller.world.sql, each.key)
      // A copy of one that was told in this very message, or another event under its id; where that left no row it is judged by itself.
      if (row && (await isAnother(teller, row, each.request))) answer(each, settled("suppressed", "conflict"))
      else if (row) answer(each, outcomeOf(teller, row))
      else answer(each, { kind: "no_permit" })
    }
  } catch (fault) {
    for (const each of all.filter((one) => !answered.has(one))) each.reject(fault)
  }
}

type Answer = (each: Waiting, outcome: Parameters<Waiting["resolve"]>[0]) => void

/** One message. @returns what did not fit into it */
async function sendSome(
  teller: Teller,
  waiting: readonly Waiting[],
  answer: Answer,
): Promise<readonly Waiting[]> {
  const { world, whom } = teller
  const { sql } = world
  const facts = await world.loadBankFacts(whom.bank, whom.page)
  const told = await judgeAll(teller, waiting, facts, answer)
  const judged = pickTogether(teller, told)
  if (judged.length === 0) return []
  const rest: Waiting[] = told.filter((each) => !judged.includes(each))
  const prepared = await prepareSend(teller, nameRows(judged.map(({ key }) => key)))
  const choices = await choicesFor(
    teller,
    judged.map(({ request }) => request.event),
    facts,
  )
  const ready = await Promise.all(judged.map((each) => sealReceipt(teller, each, choices.offers)))
  // From here to the call nothing is awaited: what ended meanwhile is seen, and nothing ends in between.
  const now = world.now()
  const going: { readonly each: Ready; readonly composed: ReturnType<typeof compose> }[] = []
  let closed = false
  for (const each of ready) {
    const { request, key, before } = each
    const known = findRow(sql, key)
    if (known && known.state !== "again") {
      answer(each, outcomeOf(teller, known))
      continue
    }
    const refused = judge(teller, request)
    if (refused) {
      answer(each, settleAs(teller, key, refused))
      continue
    }
    const composed = compose(teller.state(), request.event, facts, { key, now, before })
    if (closed) {
      rest.push(each)
      continue
    }
    const decided = decideSend(teller, prepared, composed.utterance, composed.template, composed.cause)
    if (decided.kind === "later") answer(each, { kind: "pending", afterMs: decided.afterMs })
    else if (decided.kind === "withheld") {
      const afterMs = composed.template ? templateWaitMs(request.event, decided.reason, now) : undefined
      if (afterMs !== undefined) {
        answer(each, { kind: "pending", afterMs })
        continue
      }
      if (decided.state === "failed") world.log.error("message_not_sent", { reason: decided.reason })
      answer(each, settleAs(teller, key, settled(decided.state, decided.reason)))
    } else {
      // A template says one thing.
      closed = decided.template
      going.push({ each, composed })
    }
  }
  const [lead, ...others] = going
  if (!lead) return rest
  if (!teller.outbox.takePace(now)) {
    for (const { each } of going) answer(each, { kind: "no_permit" })
    return rest
  }
  const spoken = others.length === 0 ? lead.composed.utterance : together(teller, going)
  const decided = decideSend(
    teller,
    prepared,
    closed ? spoken : withChoices(spoken, choices.chips),
    lead.composed.template,
    lead.composed.cause,
  )
  if (decided.kind !== "send") throw new Error("Cannot send what was allowed a moment ago")
  for (const { each } of going) claim(teller, each, now)
  const sent = await startSend(prepared, decided)
  const sends = Math.max(...going.map(({ each }) => findRow(sql, each.key)?.sends ?? 1))
  const verdict = sent.ok ? undefined : await hearRefusal(teller, sent.error, sends, decided.plain)
  for (const { each } of going) {
    const { key } = each
    if (!verdict) acceptRow(sql, key)
    else if (verdict.kind === "settled") settleRow(sql, key, verdict.state, verdict.reason)
    else if (verdict.kind === "again") returnRow(sql, key, "again", now + verdict.afterMs, verdict.counts)
    const row = findRow(sql, key)
    if (!row) throw new Error("Cannot find an update that was just claimed")
    answer(each, outcomeOf(teller, row))
  }
  return rest
}

/** What may be told now of what waits; the others hear why not. */
async function judgeAll(
  teller: Teller,
  waiting: readonly Waiting[],
  facts: BankWords,
  answer: Answer,
): Promise<readonly (Waiting & { readonly before: WireMoney | undefined })[]> {
  const now = teller.world.now()
  const going: (Waiting & { readonly before: WireMoney | undefined })[] = []
  const memories: Memory[] = []
  for (const each of newestBalances(teller, waiting, answer)) {
    const { request, key } = each
    const known = findRow(teller.world.sql, key)
    if (known && known.state !== "again") {
      answer(each, outcomeOf(teller, known))
      continue
    }
    const order = await judgeOrder(teller, request.event, key, memories)
    const refused = order.kind === "settled" ? order : judge(teller, request)
    if (refused) {
      answer(each, settleAs(teller, key, refused))
      continue
    }
    const before = order.kind === "tell" ? order.before : undefined
    const wish = await judgeWish(teller, request.event, facts)
    if (wish.kind === "no") answer(each, settleAs(teller, key, settled("suppressed", wish.why)))
    else if (wish.kind === "hold") answer(each, await holdUpdate(teller, request, key, wish))
    else going.push({ ...each, before })
    if (wish.kind === "no") continue
    const cause = causeOf(request)
    // Of what waits together a balance stands beside its payment: only what was told alone makes it no news.
    const goes = wish.kind === "tell" ? ({ together: true } as const) : {}
    if (cause.kind === "event")
      memories.push({ at: now, cause, ...memoryOf(request.event), held: true, ...goes })
  }
  return going
}

/** Of several balances of one account that wait together only the newest is told. */
function newestBalances(teller: Teller, waiting: readonly Waiting[], answer: Answer): readonly Waiting[] {
  const sequenceOf = ({ request: { event } }: Waiting) =>
    event.type === "bank.balance.updated.v1"
      ? { account: event.account, at: event.at, n: event.sequence }
      : undefined
  return waiting.filter((each) => {
    const mine = sequenceOf(each)
    if (!mine || findRow(teller.world.sql, each.key)) return true
    const overtaken = waiting.some((other) => {
      const theirs = sequenceOf(other)
      if (!theirs || other === each || theirs.account !== mine.account) return false
      return theirs.n !== undefined && mine.n !== undefined ? theirs.n > mine.n : theirs.at > mine.at
    })
    if (overtaken) answer(each, settled("superseded", "newer_told"))
    return !overtaken
  })
}

async function sealReceipt(
  teller: Teller,
  each: Waiting & { readonly before: WireMoney | undefined },
  offered: boolean,
): Promise<Ready> {
  const { world, whom, key } = teller
  const entry: Entry = {
    v: 1,
    ...createReceipt(world.random, world.now()),
    ...memoryOf(each.request.event),
    ...(offered ? { offered: true } : {}),
    cause: causeOf(each.request),
  }
  const sealed = await key.seal(writeEntry(entry), ledgerPlace(whom, each.key))
  return { ...each, sealed, leaf: leafOf(each.key, entry) }
}

/** Those of one message: all that can be lines, or the first alone. Outside the window a template says one thing. */
function pickTogether<W extends Waiting>(teller: Teller, told: readonly W[]): readonly W[] {
  const [head] = told
  if (!head) return []
  const inWindow = isWindowOpen(teller.state()?.lastActionAt ?? null, teller.world.now())
  if (!inWindow || !isLine(head.request.event)) return [head]
  return told.filter(({ request }) => isLine(request.event))
}

/** One message of several. Each was allowed by itself this instant; the message needs what the first needs. */
function together(
  teller: Teller,
  going: readonly { readonly each: Ready; readonly composed: ReturnType<typeof compose> }[],
): ReturnType<typeof compose>["utterance"] {
  const state = teller.state()
  const [lead] = going
  if (!lead || !state) throw new Error("Cannot put nothing into words")
  const lines = going.map(({ each, composed }) => ({
    event: each.request.event,
    message: composed.utterance.message,
  }))
  const text = renderSummary(state.language, lines, lead.composed.showAmounts)
  return { ...lead.composed.utterance, message: { kind: "text", text } }
}

/** The row says `sending` before the call. */
function claim(teller: Teller, { key, sealed, leaf }: Ready, now: number): void {
  const { sql } = teller.world
  const dueAt = now + OTHER_UNKNOWN_MS
  if (findRow(sql, key)) {
    markSending(sql, key, now, dueAt)
    return
  }
  claimRow(sql, {
    key,
    lane: LANES.updates,
    seq: now,
    state: "sending",
    reason: "",
    at: now,
    dueAt,
    sends: 1,
    sealed,
    leaf,
  })
}
