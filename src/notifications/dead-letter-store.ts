// Dead letters at rest: a row each, the job as it travelled (ids or a sealed pack, never clear data), for 14 days.
// Only this file names the table. What is done with them is dead-letters.ts. Composed by worker.ts and the console.

import { and, count, desc, eq, gt, inArray, lt, lte, or, sql } from "drizzle-orm"
import type { BatchItem } from "drizzle-orm/batch"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, write, type Database } from "../db/database.ts"
import { deadLetters } from "../db/schema.ts"
import type { BankId, PersonId } from "../foundation/id.ts"
import type { QueueName } from "../jobs/job.ts"
import type { DeadLetter, DeadLetterAbout, DeadLetterReason, DeadLetterRow } from "./dead-letter.ts"

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

/** One letter with its job. */
export async function findDeadLetter(db: Database, id: string, now: number): Promise<DeadLetter | undefined> {
  const [row] = await read(
    db
      .select({ ...ABOUT, job: deadLetters.job })
      .from(deadLetters)
      .where(and(eq(deadLetters.id, id), inTime(now)))
      .limit(1),
  )
  return row ? { ...aboutOf(row), job: JSON.parse(row.job) as unknown } : undefined
}

/** Jobs of a bank's dead packs, newest first. */
export async function listDeadPacks(
  db: Database,
  bank: BankId,
  now: number,
  limit: number,
): Promise<readonly unknown[]> {
  const rows = await read(
    db
      .select({ job: deadLetters.job })
      .from(deadLetters)
      .where(
        and(eq(deadLetters.bankId, bank), inArray(deadLetters.queue, ["alerts", "updates"]), inTime(now)),
      )
      .orderBy(desc(deadLetters.at))
      .limit(limit),
  )
  return rows.map((row) => JSON.parse(row.job) as unknown)
}

/** Letters' jobs as they lie here, by id: for what must reach all of them. */
export async function listSealedLetters(
  db: Database,
  after: string,
  limit: number,
): Promise<readonly { readonly id: string; readonly job: string }[]> {
  return read(
    db
      .select({ id: deadLetters.id, job: deadLetters.job })
      .from(deadLetters)
      .where(gt(deadLetters.id, after))
      .orderBy(deadLetters.id)
      .limit(limit),
  )
}

/** Put a letter's job in another sealing. Nothing where it is gone, or another lies in its place. */
export async function resealLetter(db: Database, id: string, from: string, to: string): Promise<void> {
  await write(
    db
      .update(deadLetters)
      .set({ job: to })
      .where(and(eq(deadLetters.id, id), eq(deadLetters.job, from))),
  )
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

/** Take a replayed letter away and say who replayed it, in one batch.
 * Only as it was found: one that died again meanwhile has a newer `at` and stays. */
export async function removeReplayed(db: Database, letter: DeadLetterAbout, by: AuditBy): Promise<void> {
  const remove = db
    .delete(deadLetters)
    .where(and(eq(deadLetters.id, letter.id), eq(deadLetters.at, letter.at)))
  const audit: BatchItem<"sqlite"> = auditStatement(db, {
    ...by,
    bank: letter.bank,
    action: "dead_letter.replay",
    object: letter.id,
  })
  await write(db.batch([remove, audit]))
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

/** Letters of a bank with what travelled, by id: for whoever must look inside.
 * @param after only those behind this id */
export async function listLetterJobs(
  db: Database,
  bank: BankId,
  limit: number,
  after = "",
): Promise<readonly { readonly id: string; readonly at: number; readonly job: unknown }[]> {
  const rows = await read(
    db
      .select({ id: deadLetters.id, at: deadLetters.at, job: deadLetters.job })
      .from(deadLetters)
      .where(and(eq(deadLetters.bankId, bank), gt(deadLetters.id, after)))
      .orderBy(deadLetters.id)
      .limit(limit),
  )
  return rows.map((row) => ({ ...row, job: JSON.parse(row.job) as unknown }))
}

/** Put another job in a letter, unless it died again meanwhile. */
export async function replaceLetterJob(
  db: Database,
  letter: { readonly id: string; readonly at: number },
  job: object,
): Promise<void> {
  await write(
    db
      .update(deadLetters)
      .set({ job: JSON.stringify(job) })
      .where(and(eq(deadLetters.id, letter.id), eq(deadLetters.at, letter.at))),
  )
}

/** Delete letters. */
export async function deleteLetters(db: Database, ids: readonly string[]): Promise<void> {
  await write(
    db
      .delete(deadLetters)
      .where(sql`${deadLetters.id} in (select value from json_each(${JSON.stringify(ids)}))`),
  )
}

/** Delete letters that hold webhook events of one person. */
export async function deleteLettersOfPerson(db: Database, bank: BankId, person: PersonId): Promise<void> {
  await write(
    db
      .delete(deadLetters)
      .where(
        and(
          eq(deadLetters.bankId, bank),
          eq(deadLetters.queue, "inbound"),
          sql`json_extract(${deadLetters.job}, '$.person') = ${person}`,
        ),
      ),
  )
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
  kind: sql<string | null>`json_extract(${deadLetters.job}, '$.kind')`,
  items: sql<number | null>`json_extract(${deadLetters.job}, '$.items')`,
  postedAt: sql<number | null>`json_extract(${deadLetters.job}, '$.postedAt')`,
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
    ...(typeof row.items === "number" ? { items: row.items } : {}),
    ...(typeof row.postedAt === "number" ? { postedAt: row.postedAt } : {}),
  }
}

function inScope(scope: DeadLetterScope) {
  return scope === "*" ? undefined : inArray(deadLetters.bankId, scope.slice(0, BANKS_MAX))
}

/** A letter past its time is gone, whether or not cron came round. */
function inTime(now: number) {
  return sql`${deadLetters.until} > ${now}`
}

function parseCursor(
  cursor: string | undefined,
): { readonly until: number; readonly id: string } | undefined {
  const match = /^([0-9]{1,15})\.([A-Za-z0-9_-]{1,64})$/.exec(cursor ?? "")
  return match?.[1] && match[2] ? { until: Number(match[1]), id: match[2] } : undefined
}
