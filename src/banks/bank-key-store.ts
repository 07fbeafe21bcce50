// Banks' monthly keys in D1 while they are replaced: the present one seals, the former lies beside it until nothing it sealed can still be on
// its way. Beside bank-store.ts the only file that names the table. Used by notifications/key-renewal.ts.

import { and, count, eq, isNotNull, isNull, lt, sql } from "drizzle-orm"
import { read, write, type Database } from "../db/database.ts"
import { bankKeys } from "../db/bank-schema.ts"
import type { BankId } from "../foundation/id.ts"

/** A month's key with the one before. */
export interface MonthKey {
  readonly bank: BankId
  readonly month: string
  readonly wrappedKey: string
  readonly formerWrappedKey: string | null
  /** When its present key was made. */
  readonly keyedAt: number
}

const keyedAt = sql<number>`max(${bankKeys.keyedAt}, ${bankKeys.createdAt})`
const COLUMNS = {
  bank: bankKeys.bankId,
  month: bankKeys.month,
  wrappedKey: bankKeys.wrappedKey,
  formerWrappedKey: bankKeys.formerWrappedKey,
  keyedAt,
}

/** Keys from before an instant. */
export async function listUnkeyedMonths(
  db: Database,
  since: number,
  limit: number,
): Promise<readonly MonthKey[]> {
  const rows = await read(
    db
      .select(COLUMNS)
      .from(bankKeys)
      .where(sql`${keyedAt} < ${since}`)
      .orderBy(bankKeys.bankId, bankKeys.month)
      .limit(limit),
  )
  return rows as MonthKey[]
}

/** How many there are. */
export async function countUnkeyedMonths(db: Database, since: number): Promise<number> {
  const [row] = await read(
    db
      .select({ n: count() })
      .from(bankKeys)
      .where(sql`${keyedAt} < ${since}`),
  )
  return row?.n ?? 0
}

/** Keys that took another's place before an instant, with the former still beside them. */
export async function listWithFormer(
  db: Database,
  keyedBefore: number,
  limit: number,
): Promise<readonly MonthKey[]> {
  const rows = await read(
    db
      .select(COLUMNS)
      .from(bankKeys)
      .where(and(isNotNull(bankKeys.formerWrappedKey), lt(bankKeys.keyedAt, keyedBefore)))
      .orderBy(bankKeys.bankId, bankKeys.month)
      .limit(limit),
  )
  return rows as MonthKey[]
}

/** Put another key in the place of the present one, which stays beside it. Nothing where the row has changed, or has a former already. */
export async function replaceMonthKey(
  db: Database,
  from: MonthKey,
  wrappedKey: string,
  at: number,
): Promise<void> {
  await write(
    db
      .update(bankKeys)
      .set({ wrappedKey, formerWrappedKey: from.wrappedKey, keyedAt: at })
      .where(
        and(
          eq(bankKeys.bankId, from.bank),
          eq(bankKeys.month, from.month),
          eq(bankKeys.wrappedKey, from.wrappedKey),
          isNull(bankKeys.formerWrappedKey),
        ),
      ),
  )
}

/** Nothing can lie under the former key any more. */
export async function dropFormerMonthKey(db: Database, { bank, month }: MonthKey): Promise<void> {
  await write(
    db
      .update(bankKeys)
      .set({ formerWrappedKey: null })
      .where(and(eq(bankKeys.bankId, bank), eq(bankKeys.month, month))),
  )
}
