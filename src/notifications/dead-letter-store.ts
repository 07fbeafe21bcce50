// Dead letters at rest: a row each, the job as it travelled (ids or a sealed pack, never clear data), for 14 days.
// Beside dead-letter-job-store.ts, for whoever must reach all of them, only this file names the table. What is done with them is
// dead-letters.ts and replaying.ts. Composed by worker.ts and the console.

import { and, asc, count, desc, eq, gte, inArray, isNull, lt, lte, min, or, sql, type SQL } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, write, type Database } from "../db/database.ts"
import { pages } from "../db/bank-schema.ts"
import { deadLetters } from "../db/schema.ts"
import type { BankId, PageId } from "../foundation/id.ts"
import type { QueueName } from "../jobs/job.ts"
import type { DeadLetter, DeadLetterAbout, DeadLetterReason, DeadLetterRow } from "./dead-letter.ts"
import type { BankLettersFilter, DeadLetterFilter } from "./dead-letter-filter.ts"

const PAGE_ROWS = 50
/** A statement takes 100 bound parameters. */
const BANKS_MAX = 90

/** Whose letters are meant: some banks', or everybody's with those no bank can be named for. */
export type DeadLetterScope = readonly BankId[] | "*"

/** Letters, newest first, and where the next page begins. */
export interface DeadLetterPage {
  readonly letters: readonly DeadLetterAbout[]
  readonly next?: string
}

/** Keep letters, all or none. The id comes from the job, so that keeping one again is harmless; it then lies 14 days from now. */
export async function keepDeadLetters(db: Database, rows: readonly DeadLetterRow[]): Promise<void> {
  const [first, ...rest] = rows.map((row) =>
    db
      .insert(deadLetters)
      .values({ ...row, bankId: row.bank })
      .onConflictDoUpdate({
        target: deadLetters.id,
        set: { reason: row.reason, attempts: row.attempts, at: row.at, until: row.until },
      }),
  )
  if (first) await write(db.batch([first, ...rest]))
}

/** One page of what lies here, without the jobs themselves.
 * @param cursor `next` of the page before; anything else is read as the first page */
export async function listDeadLetters(
  db: Database,
  scope: DeadLetterScope,
  now: number,
  cursor?: string,
  filter: DeadLetterFilter = {},
): Promise<DeadLetterPage> {
  const from = parseCursor(cursor)
  const rows = await read(
    db
      .select(ABOUT)
      .from(deadLetters)
      .where(
        and(
          inScope(scope),
          inTime(now),
          fits(filter),
          from
            ? or(
                lt(deadLetters.until, from.until),
                and(eq(deadLetters.until, from.until), lt(deadLetters.id, from.id)),
              )
            : undefined,
        ),
      )
      .orderBy(desc(deadLetters.until), desc(deadLetters.id))
      .limit(PAGE_ROWS + 1),
  )
  const letters = rows.slice(0, PAGE_ROWS).map(aboutOf)
  const last = letters.at(-1)
  return rows.length > PAGE_ROWS && last ? { letters, next: `${last.until}.${last.id}` } : { letters }
}

/** Letters with their jobs, in no order; those that are gone are left out. */
export async function findDeadLetters(
  db: Database,
  ids: readonly string[],
  now: number,
): Promise<readonly DeadLetter[]> {
  const rows = await read(
    db
      .select({ ...ABOUT, job: deadLetters.job })
      .from(deadLetters)
      .where(
        and(sql`${deadLetters.id} in (select value from json_each(${JSON.stringify(ids)}))`, inTime(now)),
      ),
  )
  return rows.map((row) => ({ ...aboutOf(row), job: JSON.parse(row.job) as unknown }))
}

/** One letter with its job. */
export async function findDeadLetter(db: Database, id: string, now: number): Promise<DeadLetter | undefined> {
  return (await findDeadLetters(db, [id], now))[0]
}

/** Letters a filter means, with their jobs, oldest first. */
export async function listFiltered(
  db: Database,
  filter: BankLettersFilter,
  now: number,
  limit: number,
): Promise<readonly DeadLetter[]> {
  const rows = await read(
    db
      .select({ ...ABOUT, job: deadLetters.job })
      .from(deadLetters)
      .where(and(eq(deadLetters.bankId, filter.bank), inTime(now), fits(filter)))
      .orderBy(asc(deadLetters.at), asc(deadLetters.id))
      .limit(limit),
  )
  return rows.map((row) => ({ ...aboutOf(row), job: JSON.parse(row.job) as unknown }))
}

/** How many letters a filter means. */
export async function countFiltered(db: Database, filter: BankLettersFilter, now: number): Promise<number> {
  const [row] = await read(
    db
      .select({ letters: count() })
      .from(deadLetters)
      .where(and(eq(deadLetters.bankId, filter.bank), inTime(now), fits(filter))),
  )
  return row?.letters ?? 0
}

/** Since when the oldest letter of each bank lies here, among those older than an instant. */
export async function listUnread(
  db: Database,
  before: number,
  now: number,
): Promise<readonly { readonly bank: BankId | "*"; readonly since: number }[]> {
  const rows = await read(
    db
      .select({ bank: deadLetters.bankId, since: min(deadLetters.at) })
      .from(deadLetters)
      .where(and(lt(deadLetters.at, before), inTime(now)))
      .groupBy(deadLetters.bankId),
  )
  return rows.map(({ bank, since }) => ({ bank: bank as BankId | "*", since: since ?? 0 }))
}

/** How many lie here, by queue; queues with none are left out. */
export async function countDeadLetters(
  db: Database,
  scope: DeadLetterScope,
  now: number,
): Promise<Readonly<Partial<Record<QueueName, number>>>> {
  const rows = await read(
    db
      .select({ queue: deadLetters.queue, letters: count() })
      .from(deadLetters)
      .where(and(inScope(scope), inTime(now)))
      .groupBy(deadLetters.queue),
  )
  return Object.fromEntries(rows.map((row) => [row.queue, row.letters]))
}

/** Take replayed letters away and say who replayed each, in one batch.
 * Only as they were found: one that died again meanwhile has a newer `at` and stays. */
export async function removeReplayed(
  db: Database,
  letters: readonly DeadLetterAbout[],
  by: AuditBy,
): Promise<void> {
  const [first, ...rest] = letters.flatMap(({ id, at, bank }) => [
    db.delete(deadLetters).where(and(eq(deadLetters.id, id), eq(deadLetters.at, at))),
    auditStatement(db, { ...by, bank, action: "dead_letter.replay", object: id }),
  ])
  if (first) await write(db.batch([first, ...rest]))
}

/** Delete letters whose time is over, at most `limit` of them.
 * @returns how many went; as many as `limit` means there may be more */
export async function deleteExpired(db: Database, now: number, limit: number): Promise<number> {
  const gone = await write(
    db
      .delete(deadLetters)
      .where(
        inArray(
          deadLetters.id,
          db.select({ id: deadLetters.id }).from(deadLetters).where(lte(deadLetters.until, now)).limit(limit),
        ),
      )
      .returning({ id: deadLetters.id }),
  )
  return gone.length
}

/** What may be said of a letter. Read out of the job by D1, so that a page of letters does not fetch 60 kB for each. */
const ABOUT = {
  id: deadLetters.id,
  bankId: deadLetters.bankId,
  queue: deadLetters.queue,
  reason: deadLetters.reason,
  attempts: deadLetters.attempts,
  at: deadLetters.at,
  until: deadLetters.until,
  kind: member<string>("kind"),
  page: member<string>("page"),
  items: member<number>("items"),
  postedAt: member<number>("postedAt"),
}

function aboutOf(row: {
  readonly id: string
  readonly bankId: string
  readonly queue: QueueName
  readonly reason: string
  readonly attempts: number
  readonly at: number
  readonly until: number
  readonly kind: string | null
  readonly page: string | null
  readonly items: number | null
  readonly postedAt: number | null
}): DeadLetterAbout {
  return {
    id: row.id,
    bank: row.bankId as BankId | "*",
    queue: row.queue,
    reason: row.reason as DeadLetterReason,
    attempts: row.attempts,
    at: row.at,
    until: row.until,
    kind: typeof row.kind === "string" ? row.kind : "unknown",
    ...(typeof row.page === "string" ? { page: row.page as PageId } : {}),
    ...(typeof row.items === "number" ? { items: row.items } : {}),
    ...(typeof row.postedAt === "number" ? { postedAt: row.postedAt } : {}),
  }
}

function inScope(scope: DeadLetterScope) {
  return scope === "*" ? undefined : inArray(deadLetters.bankId, scope.slice(0, BANKS_MAX))
}

/** What a filter says of a row. */
function fits({ page, queue, kind, reason, from, to }: DeadLetterFilter): SQL | undefined {
  const onlyPage = sql`(select count(*) from ${pages} where ${pages.bankId} = ${deadLetters.bankId}) = 1
    and exists (select 1 from ${pages} where ${pages.bankId} = ${deadLetters.bankId} and ${pages.id} = ${page})`
  return and(
    page === undefined
      ? undefined
      : or(eq(member<string>("page"), page), and(isNull(member<string>("page")), onlyPage)),
    queue === undefined ? undefined : eq(deadLetters.queue, queue),
    kind === undefined ? undefined : eq(member<string>("kind"), kind),
    reason === undefined ? undefined : eq(deadLetters.reason, reason),
    from === undefined ? undefined : gte(deadLetters.at, from),
    to === undefined ? undefined : lt(deadLetters.at, to),
  )
}

/** A member of the job as it lies here. */
function member<T>(name: "kind" | "page" | "items" | "postedAt") {
  return sql<T | null>`json_extract(${deadLetters.job}, ${sql.raw(`'$.${name}'`)})`
}

/** A letter past its time is gone, whether or not cron came round. */
export function inTime(now: number) {
  return sql`${deadLetters.until} > ${now}`
}

function parseCursor(
  cursor: string | undefined,
): { readonly until: number; readonly id: string } | undefined {
  const match = /^([0-9]{1,15})\.([A-Za-z0-9_-]{1,64})$/.exec(cursor ?? "")
  return match?.[1] && match[2] ? { until: Number(match[1]), id: match[2] } : undefined
}
