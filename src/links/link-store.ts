// Links in D1: the directory's answer to "who is tied to whom, in which state", and the shelf of their sealed tokens. What
// changes a link's state or consent is link-change-store.ts; only these two files name the tables.

import { and, asc, eq, isNotNull, lte, sql } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, write, type Database } from "../db/database.ts"
import { links, people } from "../db/schema.ts"
import type { BankId, LinkId, PageId, PersonId } from "../foundation/id.ts"
import { PENDING_LINK_MS, type Link } from "./link.ts"

/** A link with what is sealed in its row. All three are `null` once it was ended. */
export interface StoredLink extends Link {
  /** Pseudonym of the bank's reference. */
  readonly customer: string
  readonly wrappedKey: string | null
  readonly tokensSealed: string | null
  readonly customerSealed: string | null
  readonly tokensVersion: number
}

/** What fan-out needs of a live link, from its one query. */
export interface LiveLink {
  readonly id: LinkId
  readonly person: PersonId
  readonly page: PageId
  readonly bank: BankId
  readonly customer: string
  readonly epoch: number
  readonly recordHash: string
  /** The person's own key, wrapped. */
  readonly personWrappedKey: string
}

/** A link to be, as the bank's login made it. */
export interface PendingLink {
  readonly id: LinkId
  readonly person: PersonId
  readonly bank: BankId
  readonly page: PageId
  readonly customer: string
  readonly wrappedKey: string
  readonly tokensSealed: string
  readonly customerSealed: string
}

/** Write a pending link: ten minutes from `by.at`, no consent, no grant. */
export async function insertPending(db: Database, pending: PendingLink, by: AuditBy): Promise<void> {
  const { id, person, bank, page, ...sealed } = pending
  await write(
    db.batch([
      db.insert(links).values({
        id,
        personId: person,
        bankId: bank,
        pageId: page,
        ...sealed,
        state: "pending",
        epoch: 0,
        recordHash: "",
        tokensVersion: 0,
        createdAt: by.at,
        pendingUntil: by.at + PENDING_LINK_MS,
      }),
      auditStatement(db, { ...by, bank, action: "link.pending", object: id }),
    ]),
  )
}

/** A link, in whatever state. */
export async function findLink(db: Database, id: LinkId): Promise<StoredLink | undefined> {
  const [row] = await read(db.select().from(links).where(eq(links.id, id)).limit(1))
  return row && toLink(row)
}

/** The person's live link. A Page belongs to one bank and a person to one Page, so there is at most one. */
export async function findLiveByPerson(db: Database, person: PersonId): Promise<StoredLink | undefined> {
  const [row] = await read(
    db
      .select()
      .from(links)
      .where(and(eq(links.personId, person), eq(links.state, "live")))
      .limit(1),
  )
  return row && toLink(row)
}

/** Store refreshed tokens over the version they were refreshed from.
 * @returns `false` where somebody else stored a newer version, or the link has ended: read it again */
export async function storeTokens(
  db: Database,
  id: LinkId,
  fromVersion: number,
  tokensSealed: string,
): Promise<boolean> {
  const rows = await write(
    db
      .update(links)
      .set({ tokensSealed, tokensVersion: fromVersion + 1 })
      .where(and(eq(links.id, id), eq(links.tokensVersion, fromVersion), isNotNull(links.wrappedKey)))
      .returning({ id: links.id }),
  )
  return rows.length === 1
}

/** Pending links whose ten minutes are over, oldest first. */
export async function listExpiredPending(
  db: Database,
  now: number,
  limit: number,
): Promise<readonly Pick<Link, "id" | "bank" | "person" | "page">[]> {
  const rows = await read(
    db
      .select({ id: links.id, bank: links.bankId, person: links.personId, page: links.pageId })
      .from(links)
      .where(and(eq(links.state, "pending"), lte(links.pendingUntil, now)))
      .orderBy(asc(links.pendingUntil))
      .limit(limit),
  )
  return rows as Pick<Link, "id" | "bank" | "person" | "page">[]
}

/** Everybody live who is one of these customers, in one query however many are asked for.
 * @param pseudonyms of customer references; passed as one JSON parameter, for D1 takes at most 100 */
export async function findLiveForCustomers(
  db: Database,
  pseudonyms: readonly string[],
): Promise<readonly LiveLink[]> {
  const rows = await read(
    db
      .select({
        id: links.id,
        person: links.personId,
        page: links.pageId,
        bank: links.bankId,
        customer: links.customer,
        epoch: links.epoch,
        recordHash: links.recordHash,
        personWrappedKey: people.wrappedKey,
      })
      .from(links)
      .innerJoin(people, eq(people.id, links.personId))
      .where(
        and(
          sql`${links.customer} in (select value from json_each(${JSON.stringify(pseudonyms)}))`,
          eq(links.state, "live"),
        ),
      ),
  )
  return rows as LiveLink[]
}

type Row = typeof links.$inferSelect

/** A row as the house speaks of it; for link-change-store.ts. */
export function toLink(row: Row): StoredLink {
  const { id, personId, bankId, pageId, state, epoch, recordHash, pendingUntil } = row
  const { customer, wrappedKey, tokensSealed, customerSealed, tokensVersion } = row
  return {
    id: id as LinkId,
    person: personId as PersonId,
    bank: bankId as BankId,
    page: pageId as PageId,
    state,
    epoch,
    recordHash,
    pendingUntil,
    customer,
    wrappedKey,
    tokensSealed,
    customerSealed,
    tokensVersion,
  }
}
