// The walk of a notice: the consumer of `notices`. One job walks by at most 1,000 links of one Page in the order of their keys, tells each
// person, says how far it came, and posts the next job: one is in flight a Page. Who had no outcome is kept in a row and tried again at
// the end. A notice that was stopped is seen to be so after leave was taken of the Page and before anybody is told under it, so that two
// seconds after it was stopped nothing more of it begins. Whoever only the notice's own template reaches waits in such a row until the
// platform has decided on it. The bank hears of an outcome before it counts (P1). Composed by house.ts; operators act through notice-desk.ts.

import type { BankId, PageId, PersonId } from "../foundation/id.ts"
import { isTold } from "../banks/event-types.ts"
import type { Report } from "../banks/callback-queue.ts"
import type { BankEvent, ServiceNotice } from "../banks/event.ts"
import type { ChainHead } from "../conversations/ledger-chain.ts"
import type { Database } from "../db/database.ts"
import { MINUTE_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { DONE, each, type HandleBatch, type Verdict } from "../jobs/consume.ts"
import type { NoticeJob } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import { listLiveAfter, listLiveOf, type BroadcastLink } from "../links/broadcast-store.ts"
import type { Lease } from "../messenger/pacing.ts"
import type { Vault } from "../vault/vault.ts"
import type { FanOutWorld } from "./fan-out.ts"
import { GAVE_UP, reportOutcomes, type EventOutcome } from "./callback-outcome.ts"
import type { Decided } from "./notice-templates.ts"
import { LINKS_A_JOB, noticePlace, noticePerSecond, type NoticePage, type NoticeRun } from "./notice-run.ts"
import {
  advanceNotice,
  findNotice,
  findNoticePage,
  finishNoticePage,
  isRunning,
  listLeft,
  releaseLeft,
  settleLeft,
  touchNoticePage,
  type Left,
} from "./notice-run-store.ts"
import { ATTEMPTS_MAX, HANDED_OUT_MAX } from "./pack-settling.ts"
import { isFault } from "./told-fault.ts"

/** What walking needs. */
export interface NoticeWorld extends Pick<FanOutWorld, "lease" | "tell" | "anchor" | "probed" | "wait"> {
  readonly db: Database
  readonly vault: Pick<Vault, "open">
  /** Meta's calls a second for a Page. @throws where its record cannot be read */
  readonly ceilingOf: (page: PageId) => Promise<number>
  readonly post: Post
  readonly report: Report
  /** The bank's references of some customers, by person; none where the bank takes no callbacks, or where the link's key is gone.
   * @throws where the bank's record cannot be read */
  readonly referencesOf: (
    bank: BankId,
    links: readonly BroadcastLink[],
  ) => Promise<ReadonlyMap<PersonId, string>>
  /** How far the platform is with the notice's templates on a Page. @throws DatabaseError; where the bank's record cannot be read */
  readonly decided: (bank: BankId, page: PageId, event: ServiceNotice) => Promise<Decided>
  readonly now: Now
  readonly log: Log
}

/** People told at one time. */
const AT_ONCE_MAX = 50
const RETRY_MS = 2 * SECOND_MS
/** Between two looks at a stopped Page. */
const PAUSED_SECONDS = 60
const LEFT_WAIT_MS_MAX = 5 * MINUTE_MS
/** Between two looks at templates under review: the clock asks the platform as often. */
const REVIEW_WAIT_MS = MINUTE_MS
/** So long isolates may remember a template's status of before, and some seconds (messenger/template-directory.ts). */
const REMEMBERED_MS = 2 * MINUTE_MS
/** Where the bank's callbacks cannot be made durable. */
const UNREPORTED_SECONDS = 10

/** Somebody a notice is for, and how often it was tried. */
interface Recipient {
  readonly link: BroadcastLink
  readonly attempts: number
}

/** What became of some of them. */
interface Outcome {
  readonly told: BroadcastLink[]
  readonly notTold: BroadcastLink[]
  readonly left: Left[]
}

/** Why a job goes no further now. */
type Halt = "stopped" | { readonly afterSeconds: number }

/** Consumer of `notices`. */
export function runNotices(world: NoticeWorld): HandleBatch {
  return each(async ({ job, attempts }): Promise<Verdict> => {
    if (job.kind !== "notice") throw new TypeError(`Cannot walk with a job of kind "${job.kind}"`)
    const verdict = await walk(world, job)
    if (verdict.kind === "done" || attempts < HANDED_OUT_MAX) return verdict
    // Posted anew, long before its queue would give it up.
    const posted = await world.post("notices", [job], { delaySeconds: verdict.afterSeconds ?? 0 })
    return posted.ok ? DONE : verdict
  })
}

async function walk(world: NoticeWorld, job: NoticeJob): Promise<Verdict> {
  const { db, now } = world
  const run = await findNotice(db, job.run)
  if (run?.state !== "running" || now() >= run.staleAt) return DONE
  const place = await findNoticePage(db, run.id, job.page)
  if (!place || place.doneAt !== null || place.job !== job.number) return DONE
  const text = await world.vault.open(run.eventSealed, noticePlace(run))
  if (!text.ok) throw new Error(`Cannot open a notice: ${text.error.reason}`)
  const event = JSON.parse(text.value) as BankEvent
  const decided = place.walkedAt === null ? undefined : await hearDecided(world, run, place, event, job)
  const halt = decided
    ? await tellLeft(world, run, place, event, decided.again)
    : await walkOn(world, run, place, event)
  if (halt === "stopped") return DONE
  if (halt.afterSeconds > 0 && place.walkedAt === null) return { kind: "retry", ...halt }
  if ((await findNoticePage(db, run.id, job.page))?.doneAt !== null) return DONE
  const next = { ...job, ...decided?.known, postedAt: now() }
  const posted = await world.post("notices", [next], { delaySeconds: halt.afterSeconds })
  return posted.ok ? DONE : { kind: "retry" }
}

/** Whether the platform has decided on more of its templates than when it was last looked: whom that may reach is due, and once more a
 * little later, for an isolate may still remember how it was.
 * @returns what the next job knows, and whether it is to look again soon */
async function hearDecided(
  { db, decided, now }: NoticeWorld,
  run: NoticeRun,
  place: NoticePage,
  event: BankEvent,
  job: NoticeJob,
): Promise<{
  readonly known: Required<Pick<NoticeJob, "decided">> & Pick<NoticeJob, "decidedAt">
  readonly again: boolean
}> {
  if (event.type !== "bank.service.notice.v1") throw new TypeError("Cannot walk with another event")
  const { count, all } = await decided(run.bank, place.page, event)
  const at = count > (job.decided ?? 0) ? now() : job.decidedAt
  const fresh = at !== undefined && now() - at <= REMEMBERED_MS
  if (fresh) await releaseLeft(db, place, now() + LEFT_WAIT_MS_MAX, now())
  return { known: { decided: count, ...(at === undefined ? {} : { decidedAt: at }) }, again: fresh || !all }
}

/** The next thousand. */
async function walkOn(
  world: NoticeWorld,
  run: NoticeRun,
  place: NoticePage,
  event: BankEvent,
): Promise<Halt> {
  const { db, now } = world
  const links = await listLiveAfter(db, place.page, place.after, LINKS_A_JOB)
  let at = place
  for (let first = 0; first < links.length;) {
    const rest = links.slice(first).map((link): Recipient => ({ link, attempts: 0 }))
    const told = await tellSome(world, run, rest, event)
    if ("halt" in told) return told.halt
    const { outcome, count } = told
    first += count
    const after = links[first - 1]?.id ?? at.after
    const walked = first >= links.length && links.length < LINKS_A_JOB
    const to = {
      told: outcome.told.length,
      notTold: outcome.notTold.length,
      left: outcome.left,
      after,
      walked,
    }
    // A copy of this job was faster: it goes on, and posts the next one.
    if (!(await advanceNotice(db, at, to, now()))) return "stopped"
    at = { ...at, after }
  }
  if (links.length === 0) await advanceNotice(db, at, { ...NOBODY, after: at.after, walked: true }, now())
  return { afterSeconds: 0 }
}

const NOBODY = { told: 0, notTold: 0, left: [] }

/** Those who had no outcome in their turn. */
async function tellLeft(
  world: NoticeWorld,
  run: NoticeRun,
  place: NoticePage,
  event: BankEvent,
  again: boolean,
): Promise<Halt> {
  const { db, now } = world
  const left = await listLeft(db, place, LINKS_A_JOB)
  const [earliest] = left
  if (!earliest) {
    await finishNoticePage(db, place, now())
    return { afterSeconds: 0 }
  }
  const wait = Math.min(again ? REVIEW_WAIT_MS : LEFT_WAIT_MS_MAX, earliest.dueAt - now())
  if (wait > 0) {
    await touchNoticePage(db, place, now())
    return { afterSeconds: Math.ceil(wait / SECOND_MS) }
  }
  const due = left.filter(({ dueAt }) => dueAt <= now())
  const live = new Map(
    (
      await listLiveOf(
        db,
        due.map(({ link }) => link),
      )
    ).map((link) => [link.id, link]),
  )
  const gone = due.filter(({ link }) => !live.has(link)).map(({ link }) => link)
  await settleLeft(db, place, { told: [], notTold: gone }, [], now())
  const recipients = due.flatMap(({ link, attempts }): readonly Recipient[] => {
    const found = live.get(link)
    return found ? [{ link: found, attempts }] : []
  })
  for (let first = 0; first < recipients.length;) {
    const told = await tellSome(world, run, recipients.slice(first), event)
    if ("halt" in told) return told.halt
    const { outcome, count } = told
    const settled = { told: idsOf(outcome.told), notTold: idsOf(outcome.notTold) }
    await settleLeft(db, place, settled, outcome.left, now())
    first += count
  }
  return { afterSeconds: 0 }
}

/** Tell as many as the Page gives leave for in a second; no more of them begin once it is over. */
async function tellSome(
  world: NoticeWorld,
  run: NoticeRun,
  recipients: readonly Recipient[],
  event: BankEvent,
): Promise<{ readonly outcome: Outcome; readonly count: number } | { readonly halt: Halt }> {
  const { now, wait } = world
  const page = recipients[0]?.link.page
  if (page === undefined) return { halt: { afterSeconds: 0 } }
  const begunAt = now()
  const perSecond = noticePerSecond(await world.ceilingOf(page))
  const lease = await world.lease(page, "updates", Math.min(perSecond, recipients.length))
  if (!("permit" in lease)) return { halt: { afterSeconds: secondsOf(lease) } }
  // Leave first, then the look: whoever stops it after this look waits until this leave is over.
  if (!(await isRunning(world.db, run.id))) return { halt: "stopped" }
  const some = recipients.slice(0, lease.granted)
  const { outcomes, ...outcome } = await tellUnder(world, lease, some, event)
  await anchorAll(world, run.bank, outcome.heads)
  // Repeated where it fails: each ledger gives the outcome it has, and each callback has the id it had.
  if (!(await reportAll(world, run.bank, some, outcomes)))
    return { halt: { afterSeconds: UNREPORTED_SECONDS } }
  const early = begunAt + (SECOND_MS * some.length) / perSecond - now()
  if (early > 0) await wait(early)
  return { outcome, count: some.length }
}

async function tellUnder(
  world: NoticeWorld,
  { permit, shares, probe }: Extract<Lease, { readonly permit: object }>,
  recipients: readonly Recipient[],
  event: BankEvent,
): Promise<
  Outcome & {
    readonly heads: ReadonlyMap<PersonId, ChainHead>
    readonly outcomes: readonly EventOutcome[]
  }
> {
  const outcome: Outcome = { told: [], notTold: [], left: [] }
  const outcomes: EventOutcome[] = []
  const heads = new Map<PersonId, ChainHead>()
  const starts = shares.flatMap(({ at, count }) => Array.from({ length: count }, () => at))
  const work = recipients.entries()
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE_MAX, recipients.length) }, async () => {
      for (const [index, recipient] of work) {
        const early = (starts[index] ?? 0) - world.now()
        if (early > 0) await world.wait(early)
        const told = await tellOne(world, recipient, event, permit.until)
        const { link } = recipient
        if ("left" in told) outcome.left.push(told.left)
        else {
          if (told.anchor) heads.set(link.person, told.anchor)
          if (probe && told.accepted) await world.probed(link.page)
          ;(told.accepted ? outcome.told : outcome.notTold).push(link)
          outcomes.push({ event, person: link.person, told: told.became })
        }
      }
    }),
  )
  return { ...outcome, heads, outcomes }
}

/** Tell the bank of each of them, by its own reference. @returns `false` where that could not be made durable */
async function reportAll(
  world: NoticeWorld,
  bank: BankId,
  recipients: readonly Recipient[],
  outcomes: readonly EventOutcome[],
): Promise<boolean> {
  if (outcomes.length === 0) return true
  const people = new Set(outcomes.map(({ person }) => person))
  const links = recipients.map(({ link }) => link).filter(({ person }) => people.has(person))
  const references = await world.referencesOf(bank, links)
  const named = outcomes.flatMap((outcome): readonly EventOutcome[] => {
    const customer = outcome.person === null ? undefined : references.get(outcome.person)
    return customer === undefined ? [] : [{ ...outcome, event: { ...outcome.event, customer } }]
  })
  return (await reportOutcomes(world, bank, named)).ok
}

async function tellOne(
  world: NoticeWorld,
  { link, attempts }: Recipient,
  event: BankEvent,
  until: number,
): Promise<
  | { readonly left: Left }
  | { readonly accepted: boolean; readonly became: EventOutcome["told"]; readonly anchor?: ChainHead }
> {
  const { page, person, bank, id, epoch, recordHash, personWrappedKey: wrappedKey } = link
  if (!isTold(event)) throw new TypeError("Cannot tell everybody of an event nobody is told of")
  const again = (afterMs: number, counts = 0) => ({
    left: { link: id, attempts: attempts + counts, dueAt: world.now() + afterMs },
  })
  try {
    const outcome = await world.tell({
      v: 1,
      whom: { person, page, bank },
      event,
      permit: { until },
      shelf: { wrappedKey, link: id, epoch, recordHash },
    })
    switch (outcome.kind) {
      case "settled":
        return {
          accepted: REACHED.has(outcome.state),
          became: outcome,
          ...(outcome.anchor ? { anchor: outcome.anchor } : {}),
        }
      case "no_permit":
        return again(SECOND_MS)
      case "pending":
        return again(outcome.afterMs)
    }
  } catch (fault) {
    world.log.warn("conversation_not_told", describeFault(fault))
    if (!isFault(fault)) return again(RETRY_MS)
    return attempts + 1 >= ATTEMPTS_MAX ? { accepted: false, became: GAVE_UP } : again(RETRY_MS, 1)
  }
}

const REACHED: ReadonlySet<string> = new Set(["accepted", "delivered", "read"])

/** Nothing waits for it: each head covers all before it. */
async function anchorAll(
  world: NoticeWorld,
  bank: BankId,
  heads: ReadonlyMap<PersonId, ChainHead>,
): Promise<void> {
  if (heads.size === 0) return
  try {
    await world.anchor(bank, heads)
  } catch (fault) {
    world.log.warn("ledger_not_anchored", { bank, ...describeFault(fault) })
  }
}

function secondsOf(lease: Exclude<Lease, { readonly permit: object }>): number {
  return lease.paused === undefined ? Math.max(1, Math.ceil(lease.retryAfterMs / SECOND_MS)) : PAUSED_SECONDS
}

function idsOf(links: readonly BroadcastLink[]) {
  return links.map(({ id }) => id)
}
