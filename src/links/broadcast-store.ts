// Who is linked, walked by key: for what goes to everybody of a bank. Reads only; rows are as link-store.ts writes them.
// Used by notifications/notice-running.ts.

import { and, asc, count, eq, gt, sql } from "drizzle-orm"
import { read, type Database } from "../db/database.ts"
import { links, people } from "../db/schema.ts"
import type { BankId, LinkId, PageId } from "../foundation/id.ts"
import type { LiveLink, StoredLink } from "./link-store.ts"

/** A live link, and who its customer is, sealed. */
export type BroadcastLink = LiveLink & Pick<StoredLink, "wrappedKey" | "customerSealed">

const COLUMNS = {
  id: links.id,
  person: links.personId,
  page: links.pageId,
  bank: links.bankId,
  customer: links.customer,
  epoch: links.epoch,
  recordHash: links.recordHash,
  personWrappedKey: people.wrappedKey,
  wrappedKey: links.wrappedKey,
  customerSealed: links.customerSealed,
}

/** How many are linked to a bank, by Page. */
export async function countLiveByPage(
  db: Database,
  bank: BankId,
): Promise<readonly { readonly page: PageId; readonly people: number }[]> {
  const rows = await read(
    db
      .select({ page: links.pageId, people: count() })
      .from(links)
      .where(and(eq(links.bankId, bank), eq(links.state, "live")))
      .groupBy(links.pageId),
  )
  return rows as { page: PageId; people: number }[]
}

/** Live links of a Page behind a key, in the order of keys, at most `limit`. */
export async function listLiveAfter(
  db: Database,
  page: PageId,
  after: string,
  limit: number,
): Promise<readonly BroadcastLink[]> {
  const rows = await read(
    db
      .select(COLUMNS)
      .from(links)
      .innerJoin(people, eq(people.id, links.personId))
      .where(and(eq(links.pageId, page), eq(links.state, "live"), gt(links.id, after)))
      .orderBy(asc(links.id))
      .limit(limit),
  )
  return rows as BroadcastLink[]
}

/** Those of some links that are live. */
export async function listLiveOf(db: Database, ids: readonly LinkId[]): Promise<readonly BroadcastLink[]> {
  const rows = await read(
    db
      .select(COLUMNS)
      .from(links)
      .innerJoin(people, eq(people.id, links.personId))
      .where(
        and(
          sql`${links.id} in (select value from json_each(${JSON.stringify(ids)}))`,
          eq(links.state, "live"),
        ),
      ),
  )
  return rows as BroadcastLink[]
}
