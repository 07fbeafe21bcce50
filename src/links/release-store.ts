// Letting go of links that are over: their rows go, their consent records stay for their term under a keyed digest of whose they were.
// Beside link-store.ts and linking-store.ts the only file that names the two tables. Called by privacy/.

import { and, asc, desc, eq, gt, inArray, isNotNull, isNull, lte, sql } from "drizzle-orm"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import { read, write, type Database } from "../db/database.ts"
import { consents, links } from "../db/schema.ts"
import type { BankId, LinkId, PageId, PersonId } from "../foundation/id.ts"

/** A link as far as letting go of it needs to know it. */
export interface HeldLink {
  readonly id: LinkId
  readonly person: PersonId
  readonly page: PageId
  readonly bank: BankId
  /** Pseudonym of the bank's reference. */
  readonly customer: string
  readonly state: "pending" | "live" | "ended"
  readonly createdAt: number
  /** Its key is still there: the bank has not taken its tokens back. */
  readonly keyed: boolean
}

const LINKS_OF_ONE_MAX = 100

/** Every link of a person, whatever its state; at most 100, those that are live first. @throws DatabaseError */
export async function listLinksOfPerson(db: Database, person: PersonId): Promise<readonly HeldLink[]> {
  const rows = await read(
    db
      .select(HELD)
      .from(links)
      .where(eq(links.personId, person))
      .orderBy(...LIVE_FIRST)
      .limit(LINKS_OF_ONE_MAX),
  )
  return rows.map(toHeld)
}

/** Every link of a bank's customer, whatever its state; at most 100, those that are live first.
 * @param customer pseudonym of the bank's reference. @throws DatabaseError */
export async function listLinksOfCustomer(db: Database, customer: string): Promise<readonly HeldLink[]> {
  const rows = await read(
    db
      .select(HELD)
      .from(links)
      .where(eq(links.customer, customer))
      .orderBy(...LIVE_FIRST)
      .limit(LINKS_OF_ONE_MAX),
  )
  return rows.map(toHeld)
}

/** Live links of a bank by id, some at a time. @throws DatabaseError */
export async function listLiveOfBank(
  db: Database,
  bank: BankId,
  after: string,
  limit: number,
): Promise<readonly LinkId[]> {
  const rows = await read(
    db
      .select({ id: links.id })
      .from(links)
      .where(and(eq(links.bankId, bank), eq(links.state, "live"), gt(links.id, after)))
      .orderBy(asc(links.id))
      .limit(limit),
  )
  return rows.map(({ id }) => id as LinkId)
}

/** Links that ended before an instant and whose key is gone. @throws DatabaseError */
export async function listReleasable(
  db: Database,
  endedBefore: number,
  limit: number,
): Promise<readonly HeldLink[]> {
  const rows = await read(
    db
      .select(HELD)
      .from(links)
      .where(and(eq(links.state, "ended"), isNull(links.wrappedKey), lte(links.endedAt, endedBefore)))
      .limit(limit),
  )
  return rows.map(toHeld)
}

/** Destroy who a link's customer is, while its tokens lie there until the bank took them back. Only of one that ended. @throws DatabaseError */
export async function forgetCustomer(db: Database, ids: readonly LinkId[]): Promise<void> {
  if (ids.length === 0) return
  await write(
    db
      .update(links)
      .set({ customerSealed: null })
      .where(and(inList(links.id, ids), eq(links.state, "ended"), isNotNull(links.customerSealed))),
  )
}

/** Let go: the links' rows are deleted and their consent records keep whose they were, in one batch. Only links that have ended go.
 * Harmless to repeat. @throws DatabaseError */
export async function releaseLinks(
  db: Database,
  pseudonyms: Pick<Pseudonyms, "recordSubjectOf">,
  released: readonly Pick<HeldLink, "id" | "customer">[],
): Promise<void> {
  const subjects = await Promise.all(released.map((link) => pseudonyms.recordSubjectOf(link.customer)))
  const [first, ...rest] = released.map(({ id }, index) =>
    db
      .update(consents)
      .set({ customer: subjects[index] ?? null })
      .where(eq(consents.linkId, id)),
  )
  if (!first) return
  const ids = released.map(({ id }) => id)
  await write(
    db.batch([first, ...rest, db.delete(links).where(and(inList(links.id, ids), eq(links.state, "ended")))]),
  )
}

const HELD = {
  id: links.id,
  person: links.personId,
  page: links.pageId,
  bank: links.bankId,
  customer: links.customer,
  state: links.state,
  createdAt: links.createdAt,
  wrappedKey: links.wrappedKey,
}

const LIVE_FIRST = [
  sql`case ${links.state} when 'live' then 0 when 'pending' then 1 else 2 end`,
  desc(links.createdAt),
] as const

/** Passed as one JSON parameter: D1 takes at most 100. */
function inList(column: typeof links.id, ids: readonly LinkId[]) {
  return inArray(column, sql`(select value from json_each(${JSON.stringify(ids)}))`)
}

function toHeld(row: {
  readonly id: string
  readonly person: string
  readonly page: string
  readonly bank: string
  readonly customer: string
  readonly state: HeldLink["state"]
  readonly createdAt: number
  readonly wrappedKey: string | null
}): HeldLink {
  const { id, person, page, bank, customer, state, createdAt, wrappedKey } = row
  return {
    id: id as LinkId,
    person: person as PersonId,
    page: page as PageId,
    bank: bank as BankId,
    customer,
    state,
    createdAt,
    keyed: wrappedKey !== null,
  }
}
