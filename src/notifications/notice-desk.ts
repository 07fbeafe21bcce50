// What begins, stops and resumes a notice to everybody linked. A bank's post makes it durable; to at most 1,000 people it then runs by
// itself, to more only once one operator asked and another approved (P14). Composed by house.ts; routes are console/notice-routes.ts.

import { bySystem, type AuditBy } from "../audit/audit.ts"
import type { ServiceNotice } from "../banks/event.ts"
import type { Database } from "../db/database.ts"
import { MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { NoticeJob } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import { countLiveByPage } from "../links/broadcast-store.ts"
import { PERMIT_MS } from "../messenger/pacing.ts"
import type { Vault } from "../vault/vault.ts"
import type { Incidents } from "./incidents.ts"
import { noticeIdOf, noticePlace, PEOPLE_ALONE_MAX, type NoticeProgress } from "./notice-run.ts"
import {
  expireNotices,
  findNotice,
  insertNotice,
  listNotices,
  moveNotice,
  renewJobs,
} from "./notice-run-store.ts"

/** Why a notice was not moved on. */
export type NoticeRefusal =
  | { readonly reason: "notice_not_found" }
  /** It is not in a state from which that can be done. */
  | { readonly reason: "notice_state" }

/** Notices of a deployment. Every function @throws DatabaseError. */
export interface NoticeDesk {
  /** Make a bank's notice durable, and begin it where nobody has to approve it. Harmless to repeat. */
  receive(bank: BankId, event: ServiceNotice): Promise<void>
  list(banks: readonly BankId[] | "*"): Promise<readonly NoticeProgress[]>
  find(id: string): Promise<NoticeProgress | undefined>
  /** Begin one that waits. That two persons wanted it is the caller's to know. */
  start(id: string, by: AuditBy): Promise<Result<void, NoticeRefusal>>
  /** Tell nobody more. Answered once nothing of it can begin any more: after two seconds. */
  stop(id: string, by: AuditBy): Promise<Result<void, NoticeRefusal>>
  /** Go on with one that was stopped, where it stood. */
  resume(id: string, by: AuditBy): Promise<Result<void, NoticeRefusal>>
  /** The platform has decided on templates of a Page: whoever waits there for one need not wait for the next look. */
  goOn(page: NoticeJob["page"]): Promise<void>
  /** The clock's part: jobs that were lost are posted anew, what went stale ends. */
  look(): Promise<void>
}

/** One that did not move for so long has lost its job. */
const STALLED_MS = 10 * MINUTE_MS
const EXPIRED_A_RUN = 50

/** Notices over a database and their queue. */
export function createNoticeDesk(given: {
  readonly db: Database
  readonly vault: Pick<Vault, "seal">
  readonly post: Post
  readonly incidents: Pick<Incidents, "settle">
  /** Have the clock look after a Page's templates at once: it needs the notice's own. @throws DatabaseError */
  readonly wantTemplates: (page: NoticeJob["page"]) => Promise<void>
  readonly wait: (ms: number) => Promise<unknown>
  readonly now: Now
}): NoticeDesk {
  const { db, now } = given

  /** Where its queue does not take them, the clock finds the notice standing still. */
  async function postJobs(
    jobs: readonly { readonly run: string; readonly page: NoticeJob["page"]; readonly job: number }[],
    bank: BankId,
  ): Promise<void> {
    const postedAt = now()
    const made = jobs.map(({ run, page, job }): NoticeJob => ({
      v: 1,
      kind: "notice",
      bank,
      page,
      run,
      number: job,
      postedAt,
    }))
    if (made.length > 0) await given.post("notices", made)
  }

  async function move(
    id: string,
    from: "waiting" | "stopped" | "running",
    to: "running" | "stopped",
    by: AuditBy,
  ): Promise<Result<void, NoticeRefusal>> {
    const run = await findNotice(db, id)
    if (!run) return err({ reason: "notice_not_found" })
    // Repeated: it is as it was wanted.
    if (run.state !== to && !(await moveNotice(db, run, [from], to, by)))
      return err({ reason: "notice_state" })
    await settleWaiting(run.bank)
    if (to === "running") {
      const jobs = await renewJobs(db, { run: id }, now())
      for (const { page } of jobs) await given.wantTemplates(page)
      await postJobs(jobs, run.bank)
    }
    return ok(undefined)
  }

  /** Operators know of those that wait for two persons, and of no other. */
  async function settleWaiting(bank: BankId): Promise<void> {
    const waiting = (await listNotices(db, { banks: [bank] })).filter(({ state }) => state === "waiting")
    await given.incidents.settle(
      { kind: "notice_waits", bank },
      waiting.map(({ id }) => id),
    )
  }

  return {
    async receive(bank, event) {
      const id = await noticeIdOf(bank, event)
      const known = await findNotice(db, id)
      if (!known) {
        const places = await countLiveByPage(db, bank)
        const people = places.reduce((sum, { people: count }) => sum + count, 0)
        const eventSealed = await given.vault.seal(JSON.stringify(event), noticePlace({ bank, id }))
        const at = now()
        await insertNotice(
          db,
          {
            id,
            bank,
            state: "waiting",
            people,
            eventSealed,
            pages: places.map(({ page }) => page),
            receivedAt: at,
            staleAt: event.staleAt,
            startedAt: null,
            endedAt: null,
          },
          bySystem("bank_event", at),
        )
      }
      const run = known ?? (await findNotice(db, id))
      if (run?.state === "waiting" && run.people <= PEOPLE_ALONE_MAX)
        await move(id, "waiting", "running", bySystem("bank_event", now()))
      else await settleWaiting(bank)
    },
    list: (banks) => listNotices(db, { banks }),
    async find(id) {
      return (await listNotices(db, { id }))[0]
    },
    start: (id, by) => move(id, "waiting", "running", by),
    async stop(id, by) {
      const stopped = await move(id, "running", "stopped", by)
      // Leave that was taken before is good for so long.
      if (stopped.ok) await given.wait(PERMIT_MS)
      return stopped
    },
    resume: (id, by) => move(id, "stopped", "running", by),
    async goOn(page) {
      const jobs = await renewJobs(db, { page }, now())
      for (const job of jobs) {
        const run = await findNotice(db, job.run)
        if (run) await postJobs([job], run.bank)
      }
    },
    async look() {
      await expireNotices(db, now(), EXPIRED_A_RUN)
      const lost = await renewJobs(db, { stalledBefore: now() - STALLED_MS }, now())
      for (const job of lost) {
        const run = await findNotice(db, job.run)
        if (run) await postJobs([job], run.bank)
      }
    },
  }
}
