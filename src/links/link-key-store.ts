// Links' keys in the directory while they are replaced. One row, one statement: the key and all that lies under it change together, or
// nothing does. Beside link-store.ts one of the files that name the table. Used by bank-access.ts and notifications/key-renewal.ts.

import { and, asc, count, eq, gt, isNotNull, sql } from "drizzle-orm"
import { read, write, type Database } from "../db/database.ts"
import { links } from "../db/schema.ts"
import type { BankId, LinkId } from "../foundation/id.ts"
import type { StoredLink } from "./link-store.ts"

/** What of a link lies sealed. */
export type SealedLink = Pick<StoredLink, "wrappedKey" | "tokensSealed" | "customerSealed" | "offerSealed">

const keyedAt = sql<number>`max(${links.keyedAt}, ${links.createdAt})`

/** Put another key, and all of it sealed under that, in the place of what was read.
 * @returns `false` where any of it has changed since: read it again */
export async function rekeyLink(
  db: Database,
  from: StoredLink,
  to: SealedLink,
  at: number,
): Promise<boolean> {
  const { id, wrappedKey, tokensVersion, tokensSealed, customerSealed, offerSealed } = from
  const rows = await write(
    db
      .update(links)
      .set({ ...to, keyedAt: at })
      .where(
        and(
          eq(links.id, id),
          eq(links.tokensVersion, tokensVersion),
          sql`${links.wrappedKey} is ${wrappedKey}`,
          sql`${links.tokensSealed} is ${tokensSealed}`,
          sql`${links.customerSealed} is ${customerSealed}`,
          sql`${links.offerSealed} is ${offerSealed}`,
        ),
      )
      .returning({ id: links.id }),
  )
  return rows.length === 1
}

/** Links with a key from before an instant, by id. A pending one is over in minutes, and left alone until then. */
export async function listUnkeyedLinks(
  db: Database,
  since: number,
  after: string,
  limit: number,
): Promise<readonly { readonly id: LinkId; readonly bank: BankId }[]> {
  const rows = await read(
    db
      .select({ id: links.id, bank: links.bankId })
      .from(links)
      .where(and(gt(links.id, after), isUnkeyed(since), sql`${links.state} <> 'pending'`))
      .orderBy(asc(links.id))
      .limit(limit),
  )
  return rows as { id: LinkId; bank: BankId }[]
}

/** How many there are, pending ones too. */
export async function countUnkeyedLinks(db: Database, since: number): Promise<number> {
  const [row] = await read(db.select({ n: count() }).from(links).where(isUnkeyed(since)))
  return row?.n ?? 0
}

function isUnkeyed(since: number) {
  return and(isNotNull(links.wrappedKey), sql`${keyedAt} < ${since}`)
}
