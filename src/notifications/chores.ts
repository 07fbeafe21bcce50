// Work that may take its time: revoking an ended link at its bank and destroying its key, ending one in a Conversation that did not answer,
// holding a link in its Conversation against the directory, letting operators know of a Page that was stopped.

import { bySystem } from "../audit/audit.ts"
import type { BankRecord } from "../banks/bank.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { Database } from "../db/database.ts"
import type { BankId, PageId, Random } from "../foundation/id.ts"
import { DONE, each, type HandleBatch, type Verdict } from "../jobs/consume.ts"
import type { ChoreJob, ErasePersonJob, LeaveBankJob } from "../jobs/job.ts"
import type { BankAccess } from "../links/bank-access.ts"
import { revokeAndDestroy } from "../links/ending.ts"
import type { Leaving } from "../conversations/leaving.ts"
import { endLink, findLink, listExpiredPending, listUnrevoked, type EndReason } from "../links/link-store.ts"
import type { Post } from "../jobs/post.ts"
import type { Incidents } from "./incidents.ts"
import { renewOne, type RenewalChoreWorld } from "./key-renewal-chores.ts"
import { continueReplay } from "./replaying.ts"

/** What chores need. */
export interface ChoreWorld {
  readonly db: Database
  readonly access: Pick<BankAccess, "revoke">
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  readonly incidents: Pick<Incidents, "open" | "settle" | "listOpen">
  readonly leaving: Pick<Leaving, "endAgain" | "settle">
  /** Go on with the erasure of a person. */
  readonly erase: (job: ErasePersonJob) => Promise<Verdict>
  /** Go on with the departure of a bank. */
  readonly leave: (job: LeaveBankJob) => Promise<Verdict>
  /** Whether a Page is stopped now. */
  readonly isPaused: (page: PageId) => Promise<boolean>
  readonly renewal: RenewalChoreWorld
  readonly post: Post
  readonly now: Now
  readonly random: Random
}

/** Links looked at in one run of the clock. */
const EXPIRED_A_RUN = 100
const MINUTES_AN_HOUR = 60

/** Consumer of `chores`. */
export function doChores(world: ChoreWorld): HandleBatch {
  return each(async ({ job }) => {
    switch (job.kind) {
      case "revoke_link":
        return revokeOne(world, job)
      case "settle_link":
        return settleOne(world, job)
      case "end_link": {
        const how = { reason: job.reason as EndReason, by: bySystem(job.reason, world.now()) }
        const left = await world.leaving.endAgain(job.link, { ...how, silent: job.silent })
        return left === "ending" ? { kind: "retry" } : DONE
      }
      case "erase_person":
        return world.erase(job)
      case "leave_bank":
        return world.leave(job)
      case "replay_letters":
        return continueReplay(world, job)
      case "renew_person":
      case "renew_link":
        return renewOne(world.renewal, job)
      case "page_paused":
        // Told late, it may speak again.
        if (await world.isPaused(job.page))
          await world.incidents.open({
            kind: "page_stopped",
            bank: job.bank,
            page: job.page,
            detail: job.reason,
          })
        return DONE
      default:
        throw new TypeError(`Cannot do a job of kind "${job.kind}"`)
    }
  })
}

async function revokeOne(
  world: ChoreWorld,
  job: Extract<ChoreJob, { readonly kind: "revoke_link" }>,
): Promise<Verdict> {
  const bank = await world.findBank(job.bank)
  if (!bank) return DONE
  const revoked = await revokeAndDestroy(world, bank, job.link, "not_confirmed", world.now())
  return revoked.ok ? DONE : { kind: "retry" }
}

/** A pending link is looked at until its ten minutes are over, then ended; a live one until its Conversation has the same. */
async function settleOne(
  world: ChoreWorld,
  job: Extract<ChoreJob, { readonly kind: "settle_link" }>,
): Promise<Verdict> {
  const link = await findLink(world.db, job.link)
  if (link?.state === "pending")
    return world.now() < link.pendingUntil
      ? { kind: "retry" }
      : revokeOne(world, { ...job, kind: "revoke_link" })
  return (await world.leaving.settle(job.link)) ? DONE : { kind: "retry" }
}

/** Scheduled: end links nobody confirmed in time. Their tokens are revoked at the bank as a chore, which is durable before the link is
 * ended: one that has ended is not looked for again.
 * @returns how many were ended; none where the queue took nothing */
export async function endExpired(world: ChoreWorld): Promise<number> {
  const expired = await listExpiredPending(world.db, world.now(), EXPIRED_A_RUN)
  if (expired.length === 0) return 0
  const posted = await world.post(
    "chores",
    expired.map(({ id, bank }) => ({ v: 1, kind: "revoke_link", bank, link: id, postedAt: world.now() })),
  )
  if (!posted.ok) return 0
  for (const link of expired)
    await endLink(world.db, link.id, "not_confirmed", bySystem("not_confirmed", world.now()), world.random, {
      keepSealed: true,
      onlyPending: true,
    })
  return expired.length
}

/** Scheduled: let operators know of banks that have not taken the end of links for an hour, and post again the revocation of those that
 * ended a day ago and still have their key. Once an hour: a bank that is down for days must not fill the queue.
 * @returns how many were posted */
export async function revokeForgotten(
  world: Pick<ChoreWorld, "db" | "post" | "now" | "incidents">,
): Promise<number> {
  const now = world.now()
  if (Math.floor(now / MINUTE_MS) % MINUTES_AN_HOUR !== 0) return 0
  await showWaiting(world, now)
  const forgotten = await listUnrevoked(world.db, now - DAY_MS, EXPIRED_A_RUN)
  if (forgotten.length === 0) return 0
  const posted = await world.post(
    "chores",
    forgotten.map(({ id, bank }) => ({ v: 1, kind: "revoke_link", bank, link: id, postedAt: now })),
  )
  return posted.ok ? forgotten.length : 0
}

/** One incident a bank while anything waits there, none afterwards. */
async function showWaiting(
  { db, incidents }: Pick<ChoreWorld, "db" | "incidents">,
  now: number,
): Promise<void> {
  const kind = "revocation_waits"
  const waiting = await listUnrevoked(db, now - HOUR_MS, EXPIRED_A_RUN)
  const banks = new Set(waiting.map(({ bank }) => bank))
  for (const bank of banks) await incidents.open({ kind, bank, detail: "" })
  for (const { bank } of await incidents.listOpen(kind))
    if (bank !== "*" && !banks.has(bank)) await incidents.settle({ kind, bank }, [])
}
