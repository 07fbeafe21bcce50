// Links in D1: the directory's answer to "who is tied to whom, in which state", and the shelf of their sealed tokens. Beside
// linking-store.ts, which writes what linking begins with, opening-store.ts, which makes a link live, and consent-store.ts, which appends
// to the record of a live one, the only file that names the tables. Every change is one batch of the
// change, its consent record and its line of the audit trail. A change starts from the state it read; where that has moved
// meanwhile a guard makes the whole batch fail, and nothing of it stands.

import { and, asc, eq, inArray, isNotNull, lte, sql, type SQL } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { DatabaseError, read, write, type Database } from "../db/database.ts"
import { consents, links, people } from "../db/schema.ts"
import {
  createConsentId,
  type BankId,
  type LinkId,
  type PageId,
  type PersonId,
  type Random,
} from "../foundation/id.ts"
import { storedRecord, type EndedRecord } from "./consent-record.ts"
import type { Link } from "./link.ts"

/** A link with what is sealed in its row. All of it is `null` once it was ended. */
export interface StoredLink extends Link {
  /** Pseudonym of the bank's reference. */
  readonly customer: string
  readonly wrappedKey: string | null
  readonly tokensSealed: string | null
  readonly customerSealed: string | null
  /** What the chat is told; only while it is pending, from [Connect] on. */
  readonly offerSealed: string | null
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

/** Why a link ended; each has one kind of consent record. */
export const END_REASONS = {
  declined: "withdrawn",
  not_confirmed: "expired",
  wrong_code: "withdrawn",
  other_person: "withdrawn",
  disconnected: "withdrawn",
  replaced: "withdrawn",
  not_me: "withdrawn",
  links_full: "withdrawn",
  not_confirmed_by_bank: "revoked_by_bank",
  erased: "withdrawn",
  consent_expired: "expired",
  idle: "expired",
  ended_by_operator: "withdrawn",
  refused_by_bank: "revoked_by_bank",
  revoked_by_bank: "revoked_by_bank",
} as const satisfies Readonly<Record<string, EndedRecord["kind"]>>
export type EndReason = keyof typeof END_REASONS

/** Why a link was not changed. */
export type LinkRefusal =
  | { readonly reason: "link_gone" }
  | { readonly reason: "link_expired" }
  | { readonly reason: "link_changed" }
  | { readonly reason: "other_person" }
  /** As many chats as the bank allows are linked to this customer. */
  | { readonly reason: "links_full" }

/** Number and hash of a link's newest consent record: object and directory must agree on both. */
export interface RecordMark {
  readonly epoch: number
  readonly recordHash: string
}

const END_TRIES_MAX = 3

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

/** A person's links that are pending or live. */
export async function listUnendedOf(db: Database, person: PersonId): Promise<readonly LinkId[]> {
  const rows = await read(
    db
      .select({ id: links.id })
      .from(links)
      .where(and(eq(links.personId, person), inArray(links.state, ["pending", "live"]))),
  )
  return rows.map(({ id }) => id as LinkId)
}

/** Store refreshed tokens over the version they were refreshed from.
 * @param sealedUnder the wrapped key as it lay in the row: what was sealed under another would never open again
 * @returns `false` where somebody else stored a newer version, or the link has ended: read it again */
export async function storeTokens(
  db: Database,
  id: LinkId,
  fromVersion: number,
  tokensSealed: string,
  sealedUnder: string,
): Promise<boolean> {
  const rows = await write(
    db
      .update(links)
      .set({ tokensSealed, tokensVersion: fromVersion + 1 })
      .where(and(eq(links.id, id), eq(links.tokensVersion, fromVersion), eq(links.wrappedKey, sealedUnder)))
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

/** Links that ended before an instant and still have their key: their revocation at the bank was lost on the way. Each bank's oldest come
 * first, by turns: one that takes nothing back for days does not keep another's from being seen (P13). */
export async function listUnrevoked(
  db: Database,
  endedBefore: number,
  limit: number,
): Promise<readonly Pick<Link, "id" | "bank">[]> {
  const rows = await read(
    db
      .select({ id: links.id, bank: links.bankId })
      .from(links)
      .where(and(eq(links.state, "ended"), isNotNull(links.wrappedKey), lte(links.endedAt, endedBefore)))
      .orderBy(sql`row_number() over (partition by ${links.bankId} order by ${links.endedAt})`)
      .limit(limit),
  )
  return rows as Pick<Link, "id" | "bank">[]
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

/** End a link and destroy its key: nothing of it opens again. Repeating it is harmless. Where a consent was given, its end is
 * appended. Says nothing to the bank.
 * @param keepSealed end it now, but let its tokens lie until they were revoked (`revokeAndDestroy`); a call without destroys them
 * @param onlyPending leave a link alone that is live: its code was typed while somebody thought it was pending
 * @returns `true` where this call ended it, `false` where it had ended before, never was or was left alone */
export async function endLink(
  db: Database,
  id: LinkId,
  reason: EndReason,
  by: AuditBy,
  random: Random,
  { keepSealed, onlyPending = false }: { readonly keepSealed: boolean; readonly onlyPending?: boolean } = {
    keepSealed: false,
  },
): Promise<boolean> {
  for (let tries = 0; tries < END_TRIES_MAX; tries++) {
    const link = await findLink(db, id)
    if (!link || (onlyPending && link.state === "live")) return false
    if (link.state === "ended") {
      if (link.wrappedKey !== null && !keepSealed)
        await write(db.update(links).set(DESTROYED).where(eq(links.id, id)))
      return false
    }
    const [first, ...rest] = await endStatements(db, link, reason, by, random, { keepSealed })
    if (await guarded(db.batch([first, ...rest]))) return true
  }
  throw new Error(`Cannot end link: it changed ${END_TRIES_MAX} times meanwhile`)
}

const DESTROYED = { wrappedKey: null, tokensSealed: null, customerSealed: null, offerSealed: null } as const

/** The statements that end a link: for a batch, with their guard. */
export async function endStatements(
  db: Database,
  link: StoredLink,
  reason: EndReason,
  by: AuditBy,
  random: Random,
  { keepSealed }: { readonly keepSealed: boolean },
) {
  const epoch = link.epoch + 1
  const kind = END_REASONS[reason]
  const record = await storedRecord({
    v: 1,
    kind,
    link: link.id,
    epoch,
    reason,
    at: by.at,
    previous: link.recordHash,
  })
  const given = link.recordHash !== ""
  const ending = db
    .update(links)
    .set({
      state: only("ended", eq(links.epoch, link.epoch), eq(links.state, link.state)),
      epoch,
      endedAt: by.at,
      endedReason: reason,
      ...(given ? { recordHash: record.hash } : {}),
      ...(keepSealed ? {} : DESTROYED),
    })
    .where(eq(links.id, link.id))
  const audit = auditStatement(db, { ...by, bank: link.bank, action: "link.end", object: link.id })
  if (!given) return [ending, audit] as const
  const appended = db.insert(consents).values({
    id: createConsentId(random),
    linkId: link.id,
    bankId: link.bank,
    epoch,
    kind,
    record: record.json,
    hash: record.hash,
    at: by.at,
    until: by.at,
  })
  return [ending, appended, audit] as const
}

/** `value` where all conditions hold, else NULL: the column takes none, so that SQLite undoes the whole batch. */
export function only<T extends string | number>(value: T, ...conditions: readonly SQL[]): SQL<T> {
  return sql<T>`case when ${and(...conditions) ?? sql`0`} then ${value} else null end`
}

/** Run a batch with a guard in it. @returns `false` where the guard undid it */
export async function guarded(batch: PromiseLike<unknown>): Promise<boolean> {
  try {
    await write(batch)
    return true
  } catch (fault) {
    if (fault instanceof DatabaseError && fault.message.includes("NOT NULL constraint failed: links."))
      return false
    throw fault
  }
}

/** A row as the rest of the house knows it. */
export function toLink(row: Row): StoredLink {
  const { id, personId, bankId, pageId, state, epoch, recordHash, pendingUntil } = row
  const { createdAt, customer, wrappedKey, tokensSealed, customerSealed, offerSealed, tokensVersion } = row
  return {
    id: id as LinkId,
    person: personId as PersonId,
    bank: bankId as BankId,
    page: pageId as PageId,
    state,
    epoch,
    recordHash,
    createdAt,
    pendingUntil,
    customer,
    wrappedKey,
    tokensSealed,
    customerSealed,
    offerSealed,
    tokensVersion,
  }
}
