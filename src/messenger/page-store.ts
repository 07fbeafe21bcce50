// Pages, their utility templates, and when they are looked at again, in D1. Only this file names the three tables. A Page's token passes
// through as it lies there, sealed: page-directory.ts opens it. A Page's change and its line of the audit trail are one batch.

import { and, asc, eq, isNull, lt, lte, or, sql } from "drizzle-orm"
import type { BatchItem } from "drizzle-orm/batch"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { DatabaseError, read, write, type Database } from "../db/database.ts"
import { checks, pages, templates } from "../db/bank-schema.ts"
import { DAY_MS, MINUTE_MS } from "../foundation/clock.ts"
import type { BankId, PageId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { parsePageRecord, type PageRecord } from "./page-record.ts"

/** A Page with its sealed token (`v1.<kid>.<...>`, place `pagePlace`). */
export interface StoredPage {
  readonly record: PageRecord
  readonly tokenSealed: string
}

/** Why a Page was not stored. */
export type PutPageRefusal =
  | { readonly reason: "page_of_another_bank" }
  /** Its people's objects cannot move. */
  | { readonly reason: "page_jurisdiction_fixed" }
  /** A new Page needs one. */
  | { readonly reason: "page_token_missing" }

/** A template's status at Meta, as last looked up. */
export interface TemplateStatus {
  readonly name: string
  readonly language: string
  /** Meta's own word: APPROVED, PENDING, REJECTED, … */
  readonly status: string
  readonly checkedAt: number
}

const PAGES_MAX = 1_000
const DUE_MOVED_MS = 4 * MINUTE_MS
/** An unchanged status is written again only after this: a check each minute is no write each minute. */
const CHECKED_AGE_MS_MAX = DAY_MS
/** D1 takes 100 parameters a statement; a batch stays well below its size limit. */
const STATUSES_PER_BATCH = 50

/** Where a Page's token belongs: additional data of its seal. */
export function pagePlace(record: Pick<PageRecord, "bank" | "id">): string {
  return `${record.bank}|pages|${record.id}|token`
}

/** A Page, or `undefined` for one that was never registered. @throws DatabaseError; TypeError for a record no release of ours wrote */
export async function findPage(db: Database, id: PageId): Promise<StoredPage | undefined> {
  const [row] = await read(db.select().from(pages).where(eq(pages.id, id)).limit(1))
  return row && { record: recordOf(row.record), tokenSealed: row.tokenSealed }
}

/** All Pages, or those of one bank, by id; at most 1000. */
export async function listPages(db: Database, bank?: BankId): Promise<readonly PageRecord[]> {
  const rows = await read(
    db
      .select({ record: pages.record })
      .from(pages)
      .where(bank ? eq(pages.bankId, bank) : undefined)
      .orderBy(asc(pages.id))
      .limit(PAGES_MAX),
  )
  return rows.map((row) => recordOf(row.record))
}

/** Register a Page or replace its record.
 * @param tokenSealed sealed at `pagePlace(record)`; `undefined` keeps the one it has */
export async function putPage(
  db: Database,
  record: PageRecord,
  tokenSealed: string | undefined,
  by: AuditBy,
): Promise<Result<void, PutPageRefusal>> {
  const before = await findPage(db, record.id)
  const refusal = whyNotPut(before, record, tokenSealed)
  if (refusal) return err(refusal)
  const json = JSON.stringify(record)
  const token = tokenSealed ?? before?.tokenSealed ?? ""
  try {
    await write(
      db.batch([
        db
          .insert(pages)
          .values({ id: record.id, bankId: record.bank, record: json, tokenSealed: token, updatedAt: by.at })
          .onConflictDoUpdate({
            target: pages.id,
            set: {
              // Registered for another bank or place since it was read: NULL is refused, and the batch with it.
              record: sql`case when ${pages.bankId} = excluded.bank_id and
                json_extract(${pages.record}, '$.jurisdiction') = json_extract(excluded.record, '$.jurisdiction')
                then excluded.record end`,
              ...(tokenSealed ? { tokenSealed } : {}),
              updatedAt: by.at,
            },
          }),
        auditStatement(db, { ...by, bank: record.bank, action: "page.put", object: record.id }),
      ]),
    )
  } catch (fault) {
    if (!(fault instanceof DatabaseError) || fault.reason === "deadline") throw fault
    const since = whyNotPut(await findPage(db, record.id), record, tokenSealed)
    if (since) return err(since)
    throw fault
  }
  return ok(undefined)
}

/** The statement that takes Pages' tokens away, for the batch of what took them: they cannot speak until they are given others.
 * @param before a token given from this instant on stays: it came from elsewhere */
export function dropTokensStatement(
  db: Database,
  ids: readonly PageId[],
  before: number,
): BatchItem<"sqlite"> {
  return db
    .update(pages)
    .set({ tokenSealed: "" })
    .where(
      and(
        sql`${pages.id} in (select value from json_each(${JSON.stringify(ids)}))`,
        lt(pages.updatedAt, before),
      ),
    )
}

/** Give a Page another token, in place: everything else of it stays.
 * @param also statements of the same act, for its batch
 * @returns `false` where the Page is not registered */
export async function replaceToken(
  db: Database,
  page: Pick<PageRecord, "id" | "bank">,
  tokenSealed: string,
  by: AuditBy,
  also: readonly BatchItem<"sqlite">[] = [],
): Promise<boolean> {
  const [rows] = await write(
    db.batch([
      db
        .update(pages)
        .set({ tokenSealed, updatedAt: by.at })
        .where(and(eq(pages.id, page.id), eq(pages.bankId, page.bank)))
        .returning({ id: pages.id }),
      auditStatement(db, { ...by, bank: page.bank, action: "page.reconnect", object: page.id }),
      ...also,
    ]),
  )
  return rows.length === 1
}

/** What the clock looks at from time to time. */
export type CheckName = "templates" | "health"

/** Pages whose look is due: never looked at, or not since `dueAt`; for templates also those with one under review. Oldest due first.
 * One query however many Pages there are. */
export async function listDue(
  db: Database,
  name: CheckName,
  now: number,
  limit: number,
): Promise<readonly PageId[]> {
  const pending = sql`exists (select 1 from ${templates} where ${templates.pageId} = ${pages.id}
    and ${templates.status} in ('PENDING', 'IN_APPEAL'))`
  const rows = await read(
    db
      .select({ id: pages.id })
      .from(pages)
      .leftJoin(checks, and(eq(checks.pageId, pages.id), eq(checks.name, name)))
      .where(or(isNull(checks.dueAt), lte(checks.dueAt, now), name === "templates" ? pending : undefined))
      .orderBy(asc(checks.dueAt), asc(pages.id))
      .limit(limit),
  )
  return rows.map(({ id }) => id as PageId)
}

/** Look again at `dueAt`. A row is written where it moves by minutes: a check each minute is no write each
 * minute. */
export async function setDue(db: Database, page: PageId, name: CheckName, dueAt: number): Promise<void> {
  await write(
    db
      .insert(checks)
      .values({ pageId: page, name, dueAt })
      .onConflictDoUpdate({
        target: [checks.pageId, checks.name],
        set: { dueAt },
        setWhere: sql`abs(${checks.dueAt} - ${dueAt}) > ${DUE_MOVED_MS}`,
      }),
  )
}

function whyNotPut(
  before: StoredPage | undefined,
  record: PageRecord,
  tokenSealed: string | undefined,
): PutPageRefusal | undefined {
  if (before && before.record.bank !== record.bank) return { reason: "page_of_another_bank" }
  if (before && before.record.jurisdiction !== record.jurisdiction)
    return { reason: "page_jurisdiction_fixed" }
  return before || tokenSealed ? undefined : { reason: "page_token_missing" }
}

/** Templates of a Page, by name and language. */
export async function listTemplateStatuses(db: Database, page: PageId): Promise<readonly TemplateStatus[]> {
  const rows = await read(
    db
      .select()
      .from(templates)
      .where(eq(templates.pageId, page))
      .orderBy(asc(templates.name), asc(templates.language)),
  )
  return rows.map(({ name, language, status, checkedAt }) => ({ name, language, status, checkedAt }))
}

/** Note statuses as they were at `at`. A row is written where it is new, its status changed, or it was last written a day ago.
 * @returns how many were written */
export async function putTemplateStatuses(
  db: Database,
  page: PageId,
  statuses: readonly Omit<TemplateStatus, "checkedAt">[],
  at: number,
): Promise<number> {
  let written = 0
  for (let from = 0; from < statuses.length; from += STATUSES_PER_BATCH) {
    const [first, ...rest] = statuses.slice(from, from + STATUSES_PER_BATCH).map((each) =>
      db
        .insert(templates)
        .values({ pageId: page, ...each, checkedAt: at })
        .onConflictDoUpdate({
          target: [templates.pageId, templates.name, templates.language],
          set: { status: each.status, checkedAt: at },
          setWhere: sql`${templates.status} <> ${each.status} or ${templates.checkedAt} <= ${at - CHECKED_AGE_MS_MAX}`,
        })
        .returning({ name: templates.name }),
    )
    if (!first) break
    const rows = await write(db.batch([first, ...rest]))
    written += rows.reduce((count, each) => count + each.length, 0)
  }
  return written
}

/** Forget templates that are no longer at Meta. */
export async function deleteTemplateStatuses(
  db: Database,
  page: PageId,
  gone: readonly Pick<TemplateStatus, "name" | "language">[],
): Promise<void> {
  const [first, ...rest] = gone.map(({ name, language }) =>
    db
      .delete(templates)
      .where(and(eq(templates.pageId, page), eq(templates.name, name), eq(templates.language, language))),
  )
  if (first) await write(db.batch([first, ...rest]))
}

function recordOf(json: string): PageRecord {
  const record = parsePageRecord(JSON.parse(json))
  if (!record.ok)
    throw new TypeError(
      `Cannot read a stored Page: ${record.error.faults.map((each) => each.field).join(", ")}`,
    )
  return record.value
}
