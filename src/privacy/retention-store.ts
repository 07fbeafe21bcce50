// What of the directory is past its term, and its end: consent records, keys of months, bearer keys. Each statement takes a bounded number.
// The other tables' own stores end their own. Called by retention.ts.

import { and, inArray, isNotNull, lt, lte, or, sql } from "drizzle-orm"
import { write, type Database } from "../db/database.ts"
import { bankApiKeys, bankKeys } from "../db/bank-schema.ts"
import { consents, links } from "../db/schema.ts"

/** Kinds of record that end a link's consent. */
const ENDS = sql`('withdrawn', 'expired', 'revoked_by_bank')`

/** Delete the records of links that ended before an instant and whose row is gone: all of a link's together, for each names the one before.
 * A link whose end was never recorded counts from the last day it was allowed. @returns how many records went */
export async function forgetConsents(db: Database, endedBefore: number, limit: number): Promise<number> {
  const over = sql`select ${consents.linkId} from ${consents}
    where ${consents.linkId} not in (select ${links.id} from ${links})
    group by ${consents.linkId}
    having max(case when ${consents.kind} in ${ENDS} then ${consents.at} end) < ${endedBefore}
      or (max(case when ${consents.kind} in ${ENDS} then 1 else 0 end) = 0 and max(${consents.until}) < ${endedBefore})
    limit ${limit}`
  const gone = await write(
    db
      .delete(consents)
      .where(inArray(consents.linkId, sql`(${over})`))
      .returning({ id: consents.id }),
  )
  return gone.length
}

/** Delete keys of months before one. What lies under them opens for nobody any more.
 * @param month `YYYY-MM`: the first that stays */
export async function forgetBankKeys(db: Database, month: string, limit: number): Promise<number> {
  const old = sql`(select rowid from ${bankKeys} where ${bankKeys.month} < ${month} limit ${limit})`
  const gone = await write(
    db
      .delete(bankKeys)
      .where(inArray(sql`rowid`, old))
      .returning({ month: bankKeys.month }),
  )
  return gone.length
}

/** Delete bearer keys that were revoked or ran out before an instant. */
export async function forgetApiKeys(db: Database, endedBefore: number, limit: number): Promise<number> {
  const ended = or(
    lt(bankApiKeys.expiresAt, endedBefore),
    and(isNotNull(bankApiKeys.revokedAt), lte(bankApiKeys.revokedAt, endedBefore)),
  )
  const some = db.select({ id: bankApiKeys.id }).from(bankApiKeys).where(ended).limit(limit)
  const gone = await write(
    db.delete(bankApiKeys).where(inArray(bankApiKeys.id, some)).returning({ id: bankApiKeys.id }),
  )
  return gone.length
}
