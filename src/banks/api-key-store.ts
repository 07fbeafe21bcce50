// Banks' bearer keys in D1. Only this file names the table. A key changes together with its line of the audit trail; a revoked one stays,
// so that it is known whose it was, until its bank's key list is tidied by the clock (privacy/retention).

import { and, count, desc, eq, gt, isNull } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, write, type Database } from "../db/database.ts"
import { bankApiKeys } from "../db/bank-schema.ts"
import type { BankId } from "../foundation/id.ts"
import { API_KEYS_MAX, type BankApiKey } from "./api-key.ts"

const LIST_MAX = 100

/** A bank's keys, newest first, those that ended included; at most 100. @throws DatabaseError */
export async function listApiKeys(db: Database, bank: BankId): Promise<readonly BankApiKey[]> {
  const rows = await read(
    db
      .select()
      .from(bankApiKeys)
      .where(eq(bankApiKeys.bankId, bank))
      .orderBy(desc(bankApiKeys.createdAt))
      .limit(LIST_MAX),
  )
  return rows.map(toKey)
}

/** The keys of a bank that count now. @throws DatabaseError */
export async function listCurrentApiKeys(
  db: Database,
  bank: BankId,
  now: number,
): Promise<readonly BankApiKey[]> {
  const rows = await read(db.select().from(bankApiKeys).where(ofCurrent(bank, now)).limit(API_KEYS_MAX))
  return rows.map(toKey)
}

/** One key. @throws DatabaseError */
export async function findApiKeyById(db: Database, id: string): Promise<BankApiKey | undefined> {
  const [row] = await read(db.select().from(bankApiKeys).where(eq(bankApiKeys.id, id)).limit(1))
  return row && toKey(row)
}

/** Keep a new key.
 * @returns `false` where the bank has as many as it may: revoke one first. @throws DatabaseError */
export async function insertApiKey(db: Database, key: BankApiKey, by: AuditBy): Promise<boolean> {
  const [held] = await read(db.select({ keys: count() }).from(bankApiKeys).where(ofCurrent(key.bank, by.at)))
  if ((held?.keys ?? 0) >= API_KEYS_MAX) return false
  const { bank, ...row } = key
  await write(
    db.batch([
      db.insert(bankApiKeys).values({ ...row, bankId: bank }),
      auditStatement(db, { ...by, bank, action: "bank_key.create", object: key.id }),
    ]),
  )
  return true
}

/** Revoke a key. Repeating it changes nothing. @throws DatabaseError */
export async function revokeApiKey(
  db: Database,
  key: Pick<BankApiKey, "id" | "bank">,
  by: AuditBy,
): Promise<void> {
  await write(
    db.batch([
      db
        .update(bankApiKeys)
        .set({ revokedAt: by.at })
        .where(and(eq(bankApiKeys.id, key.id), isNull(bankApiKeys.revokedAt))),
      auditStatement(db, { ...by, bank: key.bank, action: "bank_key.revoke", object: key.id }),
    ]),
  )
}

function ofCurrent(bank: BankId, now: number) {
  return and(eq(bankApiKeys.bankId, bank), isNull(bankApiKeys.revokedAt), gt(bankApiKeys.expiresAt, now))
}

function toKey({ bankId, revokedAt, ...row }: typeof bankApiKeys.$inferSelect): BankApiKey {
  return { ...row, bank: bankId as BankId, ...(revokedAt === null ? {} : { revokedAt }) }
}
