// Notices to everybody at rest: a row a notice, a row a Page with how far it is, a row for each person who is left. Only this file names
// the tables. Progress is moved from where it was read: an old copy of a job moves nothing. Used by notice-running.ts and notice-desk.ts.

import { and, asc, desc, eq, gt, inArray, isNull, lt, lte, sql } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, write, type Database } from "../db/database.ts"
import { noticeLeft, noticePages, noticeRuns } from "../db/schema.ts"
import type { BankId, LinkId, PageId } from "../foundation/id.ts"
import type { NoticePage, NoticeProgress, NoticeRun, NoticeState } from "./notice-run.ts"

const LISTED_MAX = 100
/** A Page has room for some hundred templates; a bank with so many notices at once has other worries. */
const TELLING_MAX = 50
/** A statement takes 100 bound parameters. */
const BANKS_MAX = 90

/** Whom a notice walked by without an outcome. */
export interface Left {
  readonly link: LinkId
  readonly attempts: number
  readonly dueAt: number
}

/** Counts of people who have their outcome. */
export interface Outcomes {
  readonly told: number
  readonly notTold: number
}

/** Keep a notice and where it begins on each Page. Nothing where it is known. */
export async function insertNotice(
  db: Database,
  run: NoticeRun & { readonly eventSealed: string; readonly pages: readonly PageId[] },
  by: AuditBy,
): Promise<void> {
  const { bank: bankId, pages, ...row } = run
  await write(
    db.batch([
      db
        .insert(noticeRuns)
        .values({ ...row, bankId })
        .onConflictDoNothing(),
      ...pages.map((pageId) =>
        db
          .insert(noticePages)
          .values({ runId: run.id, pageId, after: "", job: 0, told: 0, notTold: 0, movedAt: run.receivedAt })
          .onConflictDoNothing(),
      ),
      auditStatement(db, { ...by, bank: bankId, action: "notice.receive", object: run.id }),
    ]),
  )
}

/** A notice with its event as it lies here. */
export async function findNotice(
  db: Database,
  id: string,
): Promise<(NoticeRun & { readonly eventSealed: string }) | undefined> {
  const [row] = await read(db.select().from(noticeRuns).where(eq(noticeRuns.id, id)).limit(1))
  if (!row) return undefined
  const { bankId, ...rest } = row
  return { ...rest, bank: bankId as BankId }
}

/** Notices of a bank that are being told or were stopped, oldest first, at most 50. */
export async function listTelling(
  db: Database,
  bank: BankId,
): Promise<readonly (Pick<NoticeRun, "id" | "bank"> & { readonly eventSealed: string })[]> {
  const rows = await read(
    db
      .select({ id: noticeRuns.id, eventSealed: noticeRuns.eventSealed })
      .from(noticeRuns)
      .where(and(eq(noticeRuns.bankId, bank), inArray(noticeRuns.state, ["running", "stopped"])))
      .orderBy(asc(noticeRuns.receivedAt), asc(noticeRuns.id))
      .limit(TELLING_MAX),
  )
  return rows.map((row) => ({ ...row, bank }))
}

/** What may be said of notices, newest first, at most 100.
 * @param of some banks', or one notice */
export async function listNotices(
  db: Database,
  of: { readonly banks: readonly BankId[] | "*" } | { readonly id: string },
): Promise<readonly NoticeProgress[]> {
  const sum = (column: typeof noticePages.told | typeof noticePages.notTold) =>
    sql<number>`(select coalesce(sum(${column}), 0) from ${noticePages} where ${noticePages.runId} = ${noticeRuns.id})`
  const some = "id" in of || of.banks === "*" ? undefined : of.banks.slice(0, BANKS_MAX)
  const which = "id" in of ? eq(noticeRuns.id, of.id) : some && inArray(noticeRuns.bankId, [...some])
  const rows = await read(
    db
      .select({
        id: noticeRuns.id,
        bank: noticeRuns.bankId,
        state: noticeRuns.state,
        people: noticeRuns.people,
        receivedAt: noticeRuns.receivedAt,
        staleAt: noticeRuns.staleAt,
        startedAt: noticeRuns.startedAt,
        endedAt: noticeRuns.endedAt,
        told: sum(noticePages.told),
        notTold: sum(noticePages.notTold),
        left: sql<number>`(select count(*) from ${noticeLeft} where ${noticeLeft.runId} = ${noticeRuns.id})`,
      })
      .from(noticeRuns)
      .where(which)
      .orderBy(desc(noticeRuns.receivedAt), desc(noticeRuns.id))
      .limit(LISTED_MAX),
  )
  return rows as NoticeProgress[]
}

/** Move a notice on, and say who did.
 * @returns `false` where it was not in any of the states `from` any more */
export async function moveNotice(
  db: Database,
  run: Pick<NoticeRun, "id" | "bank">,
  from: readonly NoticeState[],
  to: "running" | "stopped",
  by: AuditBy,
): Promise<boolean> {
  const started = to === "running" ? { startedAt: sql`coalesce(${noticeRuns.startedAt}, ${by.at})` } : {}
  const [rows] = await write(
    db.batch([
      db
        .update(noticeRuns)
        .set({ state: to, ...started })
        .where(and(eq(noticeRuns.id, run.id), inArray(noticeRuns.state, [...from])))
        .returning({ id: noticeRuns.id }),
      auditStatement(db, {
        ...by,
        bank: run.bank,
        action: to === "running" ? "notice.run" : "notice.stop",
        object: run.id,
      }),
    ]),
  )
  return rows.length === 1
}

/** Whether a notice may be told on. */
export async function isRunning(db: Database, id: string): Promise<boolean> {
  const [row] = await read(
    db.select({ state: noticeRuns.state }).from(noticeRuns).where(eq(noticeRuns.id, id)).limit(1),
  )
  return row?.state === "running"
}

/** How far it is on a Page. */
export async function findNoticePage(
  db: Database,
  run: string,
  page: PageId,
): Promise<NoticePage | undefined> {
  const [row] = await read(db.select().from(noticePages).where(ofPage(run, page)).limit(1))
  return row && { ...row, run, page }
}

/** Give every Page of a notice that is not done a new job; jobs of before may go on no more. */
export async function renewJobs(
  db: Database,
  of: { readonly run: string } | { readonly page: PageId } | { readonly stalledBefore: number },
  now: number,
): Promise<readonly { readonly run: string; readonly page: PageId; readonly job: number }[]> {
  const running = db.select({ id: noticeRuns.id }).from(noticeRuns).where(eq(noticeRuns.state, "running"))
  const rows = await write(
    db
      .update(noticePages)
      .set({ job: sql`${noticePages.job} + 1`, movedAt: now })
      .where(
        and(
          isNull(noticePages.doneAt),
          "run" in of ? eq(noticePages.runId, of.run) : inArray(noticePages.runId, running),
          "page" in of ? eq(noticePages.pageId, of.page) : undefined,
          "stalledBefore" in of ? lt(noticePages.movedAt, of.stalledBefore) : undefined,
        ),
      )
      .returning({ run: noticePages.runId, page: noticePages.pageId, job: noticePages.job }),
  )
  return rows as { run: string; page: PageId; job: number }[]
}

/** Say how far it came: from the link it was read at to another, with what became of those between.
 * @param to.walked nobody comes after
 * @returns `false` where another copy of the job was faster: its counts stand */
export async function advanceNotice(
  db: Database,
  at: NoticePage,
  to: Outcomes & { readonly after: string; readonly walked: boolean; readonly left: readonly Left[] },
  now: number,
): Promise<boolean> {
  const [moved] = await write(
    db.batch([
      db
        .update(noticePages)
        .set({
          after: to.after,
          told: sql`${noticePages.told} + ${to.told}`,
          notTold: sql`${noticePages.notTold} + ${to.notTold}`,
          movedAt: now,
          ...(to.walked ? { walkedAt: now } : {}),
        })
        .where(and(ofPage(at.run, at.page), eq(noticePages.job, at.job), eq(noticePages.after, at.after)))
        .returning({ page: noticePages.pageId }),
      ...to.left.map(({ link, attempts, dueAt }) =>
        db
          .insert(noticeLeft)
          .values({ runId: at.run, pageId: at.page, linkId: link, attempts, dueAt })
          .onConflictDoNothing(),
      ),
    ]),
  )
  return moved.length === 1
}

/** Who is left on a Page, the earliest due first. */
export async function listLeft(
  db: Database,
  at: Pick<NoticePage, "run" | "page">,
  limit: number,
): Promise<readonly Left[]> {
  const rows = await read(
    db
      .select({ link: noticeLeft.linkId, attempts: noticeLeft.attempts, dueAt: noticeLeft.dueAt })
      .from(noticeLeft)
      .where(and(eq(noticeLeft.runId, at.run), eq(noticeLeft.pageId, at.page)))
      .orderBy(asc(noticeLeft.dueAt), asc(noticeLeft.linkId))
      .limit(limit),
  )
  return rows as Left[]
}

/** The platform has decided on a template: those who wait long are due now. */
export async function releaseLeft(
  db: Database,
  at: Pick<NoticePage, "run" | "page">,
  dueAfter: number,
  now: number,
): Promise<void> {
  await write(
    db
      .update(noticeLeft)
      .set({ dueAt: now })
      .where(
        and(eq(noticeLeft.runId, at.run), eq(noticeLeft.pageId, at.page), gt(noticeLeft.dueAt, dueAfter)),
      ),
  )
}

/** It stands still because it waits, not because its job was lost. */
export async function touchNoticePage(
  db: Database,
  at: Pick<NoticePage, "run" | "page">,
  now: number,
): Promise<void> {
  await write(db.update(noticePages).set({ movedAt: now }).where(ofPage(at.run, at.page)))
}

/** Say what became of some who were left: each counts once, with its row. */
export async function settleLeft(
  db: Database,
  at: Pick<NoticePage, "run" | "page">,
  settled: { readonly told: readonly LinkId[]; readonly notTold: readonly LinkId[] },
  again: readonly Left[],
  now: number,
): Promise<void> {
  const rows = (ids: readonly LinkId[]) =>
    sql`${noticeLeft.runId} = ${at.run} and ${noticeLeft.pageId} = ${at.page} and ${noticeLeft.linkId} in (select value from json_each(${JSON.stringify(ids)}))`
  const counted = (ids: readonly LinkId[]) => sql`(select count(*) from ${noticeLeft} where ${rows(ids)})`
  await write(
    db.batch([
      db
        .update(noticePages)
        .set({
          told: sql`${noticePages.told} + ${counted(settled.told)}`,
          notTold: sql`${noticePages.notTold} + ${counted(settled.notTold)}`,
          movedAt: now,
        })
        .where(ofPage(at.run, at.page)),
      db.delete(noticeLeft).where(rows([...settled.told, ...settled.notTold])),
      ...again.map(({ link, attempts, dueAt }) =>
        db
          .update(noticeLeft)
          .set({ attempts, dueAt })
          .where(
            and(eq(noticeLeft.runId, at.run), eq(noticeLeft.pageId, at.page), eq(noticeLeft.linkId, link)),
          ),
      ),
    ]),
  )
}

/** Nobody is left on this Page; where that is so on all of them the notice is done. */
export async function finishNoticePage(
  db: Database,
  at: Pick<NoticePage, "run" | "page">,
  now: number,
): Promise<void> {
  const open = sql`(select 1 from ${noticePages} where ${noticePages.runId} = ${at.run} and ${noticePages.doneAt} is null)`
  await write(
    db.batch([
      db.update(noticePages).set({ doneAt: now, movedAt: now }).where(ofPage(at.run, at.page)),
      db
        .update(noticeRuns)
        .set({ state: "done", endedAt: now })
        .where(and(eq(noticeRuns.id, at.run), eq(noticeRuns.state, "running"), sql`not exists ${open}`)),
    ]),
  )
}

/** End what nobody may be told any more: whoever had no outcome has none. @returns how many notices went stale */
export async function expireNotices(db: Database, now: number, limit: number): Promise<number> {
  const stale = db
    .select({ id: noticeRuns.id })
    .from(noticeRuns)
    .where(and(inArray(noticeRuns.state, ["waiting", "running", "stopped"]), lte(noticeRuns.staleAt, now)))
    .limit(limit)
  const ended = await write(
    db
      .update(noticeRuns)
      .set({ state: "expired", endedAt: now })
      .where(inArray(noticeRuns.id, stale))
      .returning({ id: noticeRuns.id }),
  )
  const over = db
    .select({ id: noticeRuns.id })
    .from(noticeRuns)
    .where(inArray(noticeRuns.state, ["done", "expired"]))
  await write(db.delete(noticeLeft).where(inArray(noticeLeft.runId, over)))
  return ended.length
}

/** Delete notices that were over before an instant, with all their rows. */
export async function forgetNotices(db: Database, endedBefore: number, limit: number): Promise<void> {
  const rows = await read(
    db.select({ id: noticeRuns.id }).from(noticeRuns).where(lt(noticeRuns.endedAt, endedBefore)).limit(limit),
  )
  if (rows.length === 0) return
  const ids = rows.map(({ id }) => id)
  await write(
    db.batch([
      db.delete(noticeLeft).where(inArray(noticeLeft.runId, ids)),
      db.delete(noticePages).where(inArray(noticePages.runId, ids)),
      db.delete(noticeRuns).where(inArray(noticeRuns.id, ids)),
    ]),
  )
}

function ofPage(run: string, page: PageId) {
  return and(eq(noticePages.runId, run), eq(noticePages.pageId, page))
}
