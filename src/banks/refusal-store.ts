// Why requests of banks were refused, in D1: for their engineers, never what was in a request. Only this file names the table.
// How few of them are written is refusal-notes.ts.

import { and, desc, eq, inArray, lt, notInArray } from "drizzle-orm"
import { read, write, type Database } from "../db/database.ts"
import { refusals } from "../db/bank-schema.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import type { RefusalNote } from "./intake-given.ts"

/** What an operator looks at. */
export const REFUSALS_MAX = 200
export const REFUSALS_KEPT_MS = 7 * DAY_MS

/** A refusal with its time. */
export interface KeptRefusal extends RefusalNote {
  readonly at: number
}

/** Keep some refusals of one bank; what is beyond the newest 200, or older than a week, goes. @throws DatabaseError */
export async function keepRefusals(
  db: Database,
  bank: BankId,
  notes: readonly KeptRefusal[],
  now: number,
): Promise<void> {
  const newest = db
    .select({ id: refusals.id })
    .from(refusals)
    .where(eq(refusals.bankId, bank))
    .orderBy(desc(refusals.id))
    .limit(REFUSALS_MAX)
  await write(
    db.batch([
      db.insert(refusals).values(
        notes.map(({ at, way, reason, bank: _bank, ...detail }) => ({
          bankId: bank,
          at,
          way,
          reason,
          detail: JSON.stringify(detail),
        })),
      ),
      db.delete(refusals).where(and(eq(refusals.bankId, bank), notInArray(refusals.id, newest))),
      db.delete(refusals).where(lt(refusals.at, now - REFUSALS_KEPT_MS)),
    ]),
  )
}

/** A bank's refusals, newest first. @throws DatabaseError */
export async function listRefusals(db: Database, bank: BankId, now: number): Promise<readonly KeptRefusal[]> {
  const rows = await read(
    db
      .select()
      .from(refusals)
      .where(eq(refusals.bankId, bank))
      .orderBy(desc(refusals.id))
      .limit(REFUSALS_MAX),
  )
  return rows
    .filter((row) => row.at >= now - REFUSALS_KEPT_MS)
    .map(({ at, way, reason, detail }) => ({
      ...(JSON.parse(detail) as Omit<KeptRefusal, "bank" | "at" | "way" | "reason">),
      bank,
      at,
      way: way as KeptRefusal["way"],
      reason,
    }))
}

/** Forget what is past its term, some at a time. @throws DatabaseError */
export async function forgetRefusals(db: Database, before: number, limit: number): Promise<void> {
  const old = db.select({ id: refusals.id }).from(refusals).where(lt(refusals.at, before)).limit(limit)
  await write(db.delete(refusals).where(inArray(refusals.id, old)))
}
