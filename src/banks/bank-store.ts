// Banks and their monthly keys in D1. Beside bank-key-store.ts only this file names the two tables. A record changes together with its line of the audit trail;
// a key, once there, stays: the first one stored wins. What a key opens is the vault's; what a record means is bank.ts.

import { and, asc, eq, sql } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { DatabaseError, read, write, type Database } from "../db/database.ts"
import { bankKeys, banks } from "../db/bank-schema.ts"
import type { BankId } from "../foundation/id.ts"
import type { BankRecord } from "./bank.ts"
import type { MonthKey } from "./bank-key-store.ts"
import { parseBankRecord } from "./bank-record.ts"

const LIST_MAX = 200

/** A bank's key of one month as it lies on the shelf. */
export interface ShelvedBankKey {
  readonly bank: BankId
  /** `YYYY-MM`. */
  readonly month: string
  readonly wrappedKey: string
}

/** A bank's record.
 * @param rules those it was registered under: see `parseBankRecord`
 * @throws Error for a record this release cannot read; DatabaseError */
export async function findBank(
  db: Database,
  id: BankId,
  rules: { readonly development: boolean },
): Promise<BankRecord | undefined> {
  const [row] = await read(db.select().from(banks).where(eq(banks.id, id)).limit(1))
  return row ? loadRecord(row, rules) : undefined
}

/** Every bank by id, at most 200. @throws Error for a record this release cannot read; DatabaseError */
export async function listBanks(
  db: Database,
  rules: { readonly development: boolean },
): Promise<readonly BankRecord[]> {
  const rows = await read(db.select().from(banks).orderBy(asc(banks.id)).limit(LIST_MAX))
  return rows.map((row) => loadRecord(row, rules))
}

/** Register a bank, or put another record in the place of its own, and say who did; one batch. @throws DatabaseError */
export async function putBank(db: Database, record: BankRecord, by: AuditBy): Promise<void> {
  const row = { record: JSON.stringify(record), updatedAt: by.at }
  await write(
    db.batch([
      db
        .insert(banks)
        .values({ id: record.id, ...row })
        .onConflictDoUpdate({ target: banks.id, set: row }),
      auditStatement(db, { ...by, bank: record.id, action: "bank.put", object: record.id }),
    ]),
  )
}

/** Register a bank, and say who did; one batch.
 * @returns `false` where one of that id is there: nothing was done. @throws DatabaseError */
export async function insertBank(db: Database, record: BankRecord, by: AuditBy): Promise<boolean> {
  const row = { id: record.id, record: JSON.stringify(record), updatedAt: by.at }
  const line = auditStatement(db, { ...by, bank: record.id, action: "bank.put", object: record.id })
  try {
    await write(db.batch([db.insert(banks).values(row), line]))
    return true
  } catch (fault) {
    if (isRefused(fault, "UNIQUE constraint failed: banks.")) return false
    throw fault
  }
}

/** Put another record in the place of the one that lies there, and say who did; one batch.
 * @param allowed judges what lies there; nothing can come between its judgement and the change
 * @returns `false` where it may not, or another lies there by now: nothing was done. @throws DatabaseError */
export async function replaceBank(
  db: Database,
  record: BankRecord,
  allowed: (stored: BankRecord) => boolean,
  rules: { readonly development: boolean },
  by: AuditBy,
): Promise<boolean> {
  const [row] = await read(db.select().from(banks).where(eq(banks.id, record.id)).limit(1))
  if (!row || !allowed(loadRecord(row, rules))) return false
  const next = JSON.stringify(record)
  const line = auditStatement(db, { ...by, bank: record.id, action: "bank.put", object: record.id })
  const change = db
    .update(banks)
    // Another record since it was judged: NULL is refused, and the batch with it.
    .set({ record: sql`case when ${banks.record} = ${row.record} then ${next} end`, updatedAt: by.at })
    .where(eq(banks.id, record.id))
  try {
    await write(db.batch([change, line]))
    return true
  } catch (fault) {
    if (isRefused(fault, "NOT NULL constraint failed: banks.")) return false
    throw fault
  }
}

/** A bank's wrapped key of a month, and the one before where there is one. @throws DatabaseError */
export async function findKey(
  db: Database,
  bank: BankId,
  month: string,
): Promise<Pick<MonthKey, "wrappedKey" | "formerWrappedKey"> | undefined> {
  const [row] = await read(selectKey(db, bank, month))
  return row
}

/** Put a key where none is.
 * @returns the one that lies there now: another than the given one where somebody was first. @throws DatabaseError */
export async function insertKeyIfAbsent(
  db: Database,
  key: ShelvedBankKey,
  now: number,
): Promise<Pick<MonthKey, "wrappedKey" | "formerWrappedKey">> {
  const { bank, month, wrappedKey } = key
  const [, [row]] = await write(
    db.batch([
      db.insert(bankKeys).values({ bankId: bank, month, wrappedKey, createdAt: now }).onConflictDoNothing(),
      selectKey(db, bank, month),
    ]),
  )
  if (!row) throw new Error("Cannot find the bank key that was just put on the shelf")
  return row
}

function selectKey(db: Database, bank: BankId, month: string) {
  return db
    .select({ wrappedKey: bankKeys.wrappedKey, formerWrappedKey: bankKeys.formerWrappedKey })
    .from(bankKeys)
    .where(and(eq(bankKeys.bankId, bank), eq(bankKeys.month, month)))
    .limit(1)
}

function isRefused(fault: unknown, constraint: string): boolean {
  return fault instanceof DatabaseError && fault.message.includes(constraint)
}

function loadRecord(
  row: { readonly id: string; readonly record: string; readonly leavingAt: number | null },
  rules: { readonly development: boolean },
): BankRecord {
  const record = parseBankRecord(JSON.parse(row.record) as unknown, rules)
  if (record.ok) return row.leavingAt === null ? record.value : { ...record.value, leavingAt: row.leavingAt }
  const fields = record.error.faults.map((fault) => fault.field).join(", ")
  throw new Error(`Cannot read the record of bank "${row.id}": ${fields}`)
}
