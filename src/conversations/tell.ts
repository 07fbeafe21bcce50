// Telling one person one event: is it wanted and fresh, has it been told, may it go; then once. Updates are told from memory,
// two rows each, with the queue as their safety net (tell-updates.ts); alerts are stored first and have an alarm.

import { reportNewLink } from "./alert-reports.ts"
import { findStaleNews } from "./case-news.ts"
import type { Entry } from "./entry.ts"
import { findErasedAt } from "./erasing.ts"
import { ALERT_UNKNOWN_MS, claimRow, findRow, LANES } from "./ledger.ts"
import { accountOf } from "./notices/compose.ts"
import { settled } from "./outcome.ts"
import type { TellOutcome, TellRequest } from "./person-world.ts"
import { ledgerPlace } from "./place.ts"
import { createReceipt, leafOf } from "./receipt.ts"
import {
  CHANGING_MS,
  compose,
  isAgreed,
  isAnother,
  isChanging,
  judge,
  outcomeOf,
  settleAs,
  type Teller,
} from "./tell-rules.ts"
import { sendUpdates } from "./tell-updates.ts"
import { memoryOf } from "./told-before.ts"
import { judgeOrder, judgeWish } from "./wanted.ts"
import { writeEntry } from "./entry-form.ts"

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
    const waiting = { request, key, resolve, reject }
    teller.outbox.add({
      at: request.event.at,
      account: accountOf(request.event),
      waiting,
      send: () => sendUpdates(teller, waiting),
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
    const told = await judgeOrder(teller, request.event, key)
    if (told.kind === "settled") return told
    // What ended while this was fetched is seen here, and once more when the message goes.
    const refused = judge(teller, request)
    if (refused) return refused
    const wish = await judgeWish(teller, request.event, facts)
    if (wish.kind === "no") return settled("suppressed", wish.why)
    const composed = compose(teller.state(), request.event, facts, { key, now: world.now() })
    const { utterance, template, cause } = composed
    const receipt = createReceipt(world.random, world.now())
    const entry: Entry = {
      v: 1,
      ...receipt,
      utterance,
      ...(template ? { template } : {}),
      ...memoryOf(request.event),
      cause,
    }
    const sealed = await teller.key.seal(writeEntry(entry), ledgerPlace(whom, key))
    const now = world.now()
    const claimed = claimRow(world.sql, {
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
    if (!claimed) return tellAlert(teller, request, key)
    await wake.armBy(now + ALERT_UNKNOWN_MS)
  }
  await teller.flush()
  const row = findRow(world.sql, key)
  if (!row) throw new Error("Cannot find an alert that was just claimed")
  await reportNewLink(teller, row)
  return outcomeOf(teller, row)
}

/** Object and directory do not agree on a live link, and nothing is on its way that would explain it: they are held against each other,
 * and where both still have the link the event waits for that. */
async function settleDoubt(teller: Teller, { shelf, whom }: TellRequest): Promise<TellOutcome | undefined> {
  const state = teller.state()
  const { sql, links } = teller.world
  // Whoever it was is erased here, and a directory that was put back does not know it.
  if (!state && findErasedAt(sql) !== undefined) await links.settleLater(shelf.link, whom)
  const consent = state?.consent
  if (!state || isAgreed(consent, shelf) || isChanging(state, shelf.link, teller.world.now()))
    return undefined
  if (consent) await teller.doubt(consent.link)
  if (consent?.link !== shelf.link) await teller.doubt(shelf.link)
  const after = teller.state()?.consent
  return consent?.link === shelf.link && after ? { kind: "pending", afterMs: CHANGING_MS } : undefined
}
