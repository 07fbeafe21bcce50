// A bank's departure at rest, and the end of everything the directory holds of it. Beside the stores of each room this is the one file that
// names all their tables: what is deleted, in which order, and what stays stands in one list here, and a test holds it against the schema.

import { and, asc, count, eq, gte, inArray, isNull, lte, ne, sql, type SQL } from "drizzle-orm"
import type { SQLiteColumn, SQLiteTable } from "drizzle-orm/sqlite-core"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import type { BankRecord } from "../banks/bank.ts"
import { read, write, type Database } from "../db/database.ts"
import {
  bankApiKeys,
  bankKeys,
  banks,
  checks,
  departures,
  pageConnections,
  pages,
  refusals,
  templates,
  webhookSecrets,
} from "../db/bank-schema.ts"
import {
  approvals,
  consents,
  deadLetters,
  erasures,
  incidents,
  links,
  noticeLeft,
  noticePages,
  noticeRuns,
  people,
  waits,
} from "../db/schema.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { BankId, LinkId, PageId, PersonId } from "../foundation/id.ts"
import type { Whom } from "../conversations/person-world.ts"

/** A certificate is asked for as long as a consent record would be. */
export const DEPARTURE_KEPT_MS = 3 * 365 * DAY_MS

/** A bank that leaves, or left. */
export interface Departure {
  readonly bank: BankId
  readonly name: string
  readonly requestedAt: number
  readonly doneAt?: number
  /** Rows there were, by table. */
  readonly counts: Readonly<Record<string, number>>
  /** Rows that stay for their own term, by table. */
  readonly kept: Readonly<Record<string, number>>
}

/** A link nobody's erasure takes along. */
export interface LeftLink {
  readonly id: LinkId
  readonly customer: string
  readonly state: "pending" | "live" | "ended"
  readonly keyed: boolean
}

interface Owned {
  readonly name: string
  readonly table: SQLiteTable
  readonly of: (bank: BankId) => SQL | undefined
}

const byBank = (name: string, table: SQLiteTable, column: SQLiteColumn): Owned => ({
  name,
  table,
  of: (bank) => eq(column, bank),
})
const byPage = (name: string, table: SQLiteTable, column: SQLiteColumn): Owned => ({
  name,
  table,
  of: (bank) => inArray(column, sql`(select ${pages.id} from ${pages} where ${pages.bankId} = ${bank})`),
})

/** Deleted row by row once nobody is left; people and links go before, with their erasure, the bank and its Pages after. */
const OWNED: readonly Owned[] = [
  byPage("notice_left", noticeLeft, noticeLeft.pageId),
  byPage("notice_pages", noticePages, noticePages.pageId),
  byBank("notice_runs", noticeRuns, noticeRuns.bankId),
  byBank("dead_letters", deadLetters, deadLetters.bankId),
  byBank("waits", waits, waits.bankId),
  byBank("refusals", refusals, refusals.bankId),
  byBank("webhook_secrets", webhookSecrets, webhookSecrets.bankId),
  byBank("bank_api_keys", bankApiKeys, bankApiKeys.bankId),
  byBank("bank_keys", bankKeys, bankKeys.bankId),
  byBank("incidents", incidents, incidents.bankId),
  byPage("templates", templates, templates.pageId),
  byPage("checks", checks, checks.pageId),
  byPage("page_connections", pageConnections, pageConnections.pageId),
  {
    name: "approvals",
    table: approvals,
    // The ask to leave says who wanted it.
    of: (bank) => and(eq(approvals.bankId, bank), ne(approvals.kind, "bank.leave")),
  },
]
/** Of a bank we only process for. Who is answerable for a consent themselves keeps its record for its term. */
const CONSENTS = byBank("consents", consents, consents.bankId)
const GONE_BEFORE: readonly Owned[] = [
  byBank("people", people, people.bankId),
  byBank("links", links, links.bankId),
]
const GONE_LAST: readonly Owned[] = [
  byBank("pages", pages, pages.bankId),
  { name: "banks", table: banks, of: (bank) => eq(banks.id, bank) },
]

/** Every table a departure empties of a bank, in order. */
export function listEmptied(role: BankRecord["role"]): readonly string[] {
  return [...GONE_BEFORE, ...ownedBy(role), ...GONE_LAST].map(({ name }) => name)
}

function ownedBy(role: BankRecord["role"]): readonly Owned[] {
  return role === "bank_processor" ? [...OWNED, CONSENTS] : OWNED
}

/** Enter a departure and close the bank's ways in, with the line of the audit trail; one batch. One under way stays as it is. */
export async function enterDeparture(db: Database, bank: BankRecord, by: AuditBy): Promise<void> {
  const counts = JSON.stringify(
    await countRows(db, bank.id, [...GONE_BEFORE, ...ownedBy(bank.role), ...GONE_LAST]),
  )
  const row = { name: bank.name, requestedAt: by.at, counts, kept: "{}", doneAt: null }
  await write(
    db.batch([
      db
        .insert(departures)
        .values({ bankId: bank.id, ...row })
        .onConflictDoUpdate({
          target: departures.bankId,
          set: row,
          setWhere: sql`${departures.doneAt} is not null`,
        }),
      db
        .update(banks)
        .set({ leavingAt: by.at })
        .where(and(eq(banks.id, bank.id), isNull(banks.leavingAt))),
      auditStatement(db, { ...by, bank: bank.id, action: "bank.leave", object: bank.id }),
    ]),
  )
}

/** A bank's departure, under way or over. */
export async function findDeparture(db: Database, bank: BankId): Promise<Departure | undefined> {
  const [row] = await read(db.select().from(departures).where(eq(departures.bankId, bank)))
  return row && toDeparture(row)
}

/** Departures under way. */
export async function listOpenDepartures(db: Database, limit: number): Promise<readonly BankId[]> {
  const rows = await read(
    db.select({ bank: departures.bankId }).from(departures).where(isNull(departures.doneAt)).limit(limit),
  )
  return rows.map(({ bank }) => bank as BankId)
}

/** People of a bank nobody erases yet, some of them. */
export async function listUnerased(db: Database, bank: BankId, limit: number): Promise<readonly Whom[]> {
  const rows = await read(
    db
      .select({ person: people.id, page: people.pageId })
      .from(people)
      .where(and(eq(people.bankId, bank), sql`${people.id} not in (${openErasuresOf(bank)})`))
      .orderBy(asc(people.id))
      .limit(limit),
  )
  return rows.map(({ person, page }) => ({ person: person as PersonId, page: page as PageId, bank }))
}

/** Links of a bank nobody's erasure takes along, some of them. */
export async function listLeftLinks(db: Database, bank: BankId, limit: number): Promise<readonly LeftLink[]> {
  const rows = await read(
    db
      .select({ id: links.id, customer: links.customer, state: links.state, wrappedKey: links.wrappedKey })
      .from(links)
      .where(and(eq(links.bankId, bank), sql`${links.personId} not in (${openErasuresOf(bank)})`))
      .orderBy(asc(links.id))
      .limit(limit),
  )
  return rows.map(({ wrappedKey, id, ...row }) => ({ ...row, id: id as LinkId, keyed: wrappedKey !== null }))
}

/** Whether anybody of a bank, or a link, or an erasure under way, is left. */
export async function isAnybodyLeft(db: Database, bank: BankId): Promise<boolean> {
  const counts = await countRows(db, bank, [
    ...GONE_BEFORE,
    {
      name: "erasures",
      table: erasures,
      of: (id) => and(eq(erasures.bankId, id), isNull(erasures.doneAt)),
    },
  ])
  return Object.values(counts).some((rows) => rows > 0)
}

/** Delete some of what stands by itself. What it came to is written down before the first row goes.
 * @returns whether anything may be left */
export async function deleteSome(db: Database, bank: BankRecord, limit: number): Promise<boolean> {
  const departure = await findDeparture(db, bank.id)
  if (!departure) return false
  if (departure.kept["erasures"] === undefined) await noteCounts(db, bank, departure)
  for (const { table, of } of ownedBy(bank.role)) {
    const some = sql`(select rowid from ${table} where ${of(bank.id)} limit ${limit})`
    const gone = await write(
      db
        .delete(table)
        .where(inArray(sql`rowid`, some))
        .returning({ one: sql<number>`1` }),
    )
    if (gone.length === limit) return true
  }
  return false
}

/** The bank's Pages and its own row go, unless somebody wrote to it meanwhile; then it has left. Repeating it is harmless.
 * @returns whether it has */
export async function finishDeparture(db: Database, bank: BankId, by: AuditBy): Promise<boolean> {
  await write(
    db.batch([
      db
        .delete(pages)
        .where(and(eq(pages.bankId, bank), sql`not exists (${none(people, people.bankId, bank)})`)),
      db
        .delete(banks)
        .where(
          and(
            eq(banks.id, bank),
            sql`not exists (${none(pages, pages.bankId, bank)}) and not exists (${none(people, people.bankId, bank)})`,
          ),
        ),
    ]),
  )
  const [left] = await read(db.select({ id: banks.id }).from(banks).where(eq(banks.id, bank)))
  if (left) return false
  await write(
    db.batch([
      db
        .update(departures)
        .set({ doneAt: by.at })
        .where(and(eq(departures.bankId, bank), isNull(departures.doneAt))),
      auditStatement(db, { ...by, bank, action: "bank.left", object: bank }),
    ]),
  )
  return true
}

/** Delete what certificates of long ago were made of. @returns how many went */
export async function forgetDepartures(db: Database, doneBefore: number, limit: number): Promise<number> {
  const old = db
    .select({ bank: departures.bankId })
    .from(departures)
    .where(lte(departures.doneAt, doneBefore))
    .limit(limit)
  const gone = await write(
    db.delete(departures).where(inArray(departures.bankId, old)).returning({ bank: departures.bankId }),
  )
  return gone.length
}

/** Nobody is left: count what is about to go, and what stays. Who was erased since the bank was to leave counts as one of its people. */
async function noteCounts(db: Database, { id, role }: BankRecord, departure: Departure): Promise<void> {
  const erased: Owned = {
    name: "people",
    table: erasures,
    of: (bank) => and(eq(erasures.bankId, bank), gte(erasures.doneAt, departure.requestedAt)),
  }
  const now = await countRows(db, id, [...ownedBy(role), ...GONE_LAST, erased])
  const kept = await countRows(db, id, [
    byBank("erasures", erasures, erasures.bankId),
    {
      name: "approvals",
      table: approvals,
      of: (bank) => and(eq(approvals.bankId, bank), eq(approvals.kind, "bank.leave")),
    },
    ...(role === "bank_processor" ? [] : [CONSENTS]),
  ])
  const counts = JSON.stringify({ ...departure.counts, ...now })
  await write(
    db
      .update(departures)
      .set({ counts, kept: JSON.stringify(kept) })
      .where(eq(departures.bankId, id)),
  )
}

async function countRows(
  db: Database,
  bank: BankId,
  owned: readonly Owned[],
): Promise<Readonly<Record<string, number>>> {
  const rows = await Promise.all(
    owned.map(async ({ name, table, of }) => {
      const [row] = await read(db.select({ n: count() }).from(table).where(of(bank)))
      return [name, row?.n ?? 0] as const
    }),
  )
  return Object.fromEntries(rows)
}

function openErasuresOf(bank: BankId): SQL {
  return sql`select ${erasures.personId} from ${erasures} where ${erasures.bankId} = ${bank} and ${erasures.personId} is not null and ${erasures.doneAt} is null`
}

function none(table: SQLiteTable, column: SQLiteColumn, bank: BankId): SQL {
  return sql`select 1 from ${table} where ${column} = ${bank}`
}

function toDeparture(row: typeof departures.$inferSelect): Departure {
  const { bankId, name, requestedAt, doneAt, counts, kept } = row
  return {
    bank: bankId as BankId,
    name,
    requestedAt,
    ...(doneAt === null ? {} : { doneAt }),
    counts: JSON.parse(counts) as Departure["counts"],
    kept: JSON.parse(kept) as Departure["kept"],
  }
}
