// Making a pending link live: state, record, the end of what it replaces and the audit lines in one batch. Beside link-store.ts one of the
// files that name these tables; its batches and guards are those described there.

import { and, eq, isNotNull, ne, sql } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, type Database } from "../db/database.ts"
import { consents, links } from "../db/schema.ts"
import { createConsentId, type LinkId, type PersonId, type Random } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { storedRecord } from "./consent-record.ts"
import {
  endStatements,
  findLink,
  guarded,
  only,
  toLink,
  type LinkRefusal,
  type RecordMark,
  type StoredLink,
} from "./link-store.ts"

/** A link that went live, and those it replaced that still have their key. */
export interface WentLive extends RecordMark {
  readonly replaced: readonly LinkId[]
  /** It took the place of one of the same customer in the same chat: nothing new came to be. */
  readonly renews: boolean
}

/** Make a pending link live: the code was typed in the right chat; appends `confirmed`. Repeating it is harmless. The person's other
 * live link of the bank ends in the same batch; its sealed tokens stay for `BankAccess.revoke`, then `endLink` destroys them.
 * @param epoch of the consent the chat was told of; the record appended here is the next
 * @param linksMax chats that may be linked to this customer, this one included; those of this person do not count, for they are replaced
 * @returns the newest record's mark, and what was replaced, on a repeated call too;
 * refusals `link_gone | link_expired | link_changed | other_person | links_full` */
export async function goLive(
  db: Database,
  id: LinkId,
  person: PersonId,
  epoch: number,
  by: AuditBy,
  random: Random,
  linksMax = Number.MAX_SAFE_INTEGER,
): Promise<Result<WentLive, LinkRefusal>> {
  const link = await findLink(db, id)
  const refusal = whyNotLive(link, person, epoch, by.at)
  if (refusal) return err(refusal)
  if (!link || link.state === "live") return wentLive(db, person, epoch, link)
  const [others, until] = await Promise.all([
    read(
      db
        .select()
        .from(links)
        .where(
          and(
            eq(links.personId, person),
            eq(links.bankId, link.bank),
            eq(links.state, "live"),
            ne(links.id, id),
          ),
        ),
    ),
    untilOf(db, id, epoch),
  ])
  const endings = await Promise.all(
    others.map((other) => endStatements(db, toLink(other), "replaced", by, random, { keepSealed: true })),
  )
  const record = await storedRecord({
    v: 1,
    kind: "confirmed",
    link: id,
    epoch: epoch + 1,
    evidence: "code",
    at: by.at,
    previous: link.recordHash,
  })
  const done = await guarded(
    db.batch([
      db
        .update(links)
        .set({
          state: only(
            "live",
            eq(links.state, "pending"),
            eq(links.epoch, epoch),
            sql`${links.pendingUntil} > ${by.at}`,
            sql`(select count(*) from links as other where other.customer = ${link.customer} and other.state = 'live' and other.person_id <> ${person}) < ${linksMax}`,
          ),
          epoch: epoch + 1,
          recordHash: record.hash,
          offerSealed: null,
        })
        .where(eq(links.id, id)),
      db.insert(consents).values({
        id: createConsentId(random),
        linkId: id,
        bankId: link.bank,
        epoch: epoch + 1,
        kind: "confirmed",
        record: record.json,
        hash: record.hash,
        at: by.at,
        until,
      }),
      ...endings.flat(),
      auditStatement(db, { ...by, bank: link.bank, action: "link.activate", object: id }),
    ]),
  )
  if (done) {
    const renews = others.some((other) => other.customer === link.customer)
    return ok({ epoch: epoch + 1, recordHash: record.hash, replaced: await listReplaced(db, person), renews })
  }
  const found = await findLink(db, id)
  const since = whyNotLive(found, person, epoch, by.at)
  if (since) return err(since)
  if (found?.state === "live") return wentLive(db, person, epoch, found)
  const live = await listLiveOf(db, link.customer)
  const isFull = live.filter((other) => other.person !== person).length >= linksMax
  return err({ reason: isFull ? "links_full" : "link_changed" })
}

/** Everybody's live links of one customer. */
export async function listLiveOf(db: Database, customer: string): Promise<readonly StoredLink[]> {
  const rows = await read(
    db
      .select()
      .from(links)
      .where(and(eq(links.customer, customer), eq(links.state, "live"))),
  )
  return rows.map(toLink)
}

/** It is live already: by this very code, whose record follows the consent it was typed for, or by another. */
async function wentLive(
  db: Database,
  person: PersonId,
  given: number,
  link: StoredLink | undefined,
): Promise<Result<WentLive, LinkRefusal>> {
  if (!link) return err({ reason: "link_gone" })
  const made = await recordOf(db, link.id, given + 1)
  if (made?.kind !== "confirmed") return err({ reason: "link_changed" })
  const { epoch, recordHash } = link
  const renews = await hasReplaced(db, link, made.at)
  return ok({ epoch, recordHash, replaced: await listReplaced(db, person), renews })
}

/** Whether going live ended a link of the same customer in the same chat: both stand in one batch, of one instant. */
async function hasReplaced(db: Database, link: StoredLink, at: number): Promise<boolean> {
  const rows = await read(
    db
      .select({ id: links.id })
      .from(links)
      .where(
        and(
          eq(links.personId, link.person),
          eq(links.customer, link.customer),
          eq(links.endedReason, "replaced"),
          eq(links.endedAt, at),
        ),
      )
      .limit(1),
  )
  return rows.length > 0
}

async function recordOf(
  db: Database,
  id: LinkId,
  epoch: number,
): Promise<{ readonly kind: string; readonly at: number } | undefined> {
  const [row] = await read(
    db
      .select({ kind: consents.kind, at: consents.at })
      .from(consents)
      .where(and(eq(consents.linkId, id), eq(consents.epoch, epoch)))
      .limit(1),
  )
  return row
}

/** When a consent ends, as its record says. */
async function untilOf(db: Database, id: LinkId, epoch: number): Promise<number> {
  const [row] = await read(
    db
      .select({ until: consents.until })
      .from(consents)
      .where(and(eq(consents.linkId, id), eq(consents.epoch, epoch)))
      .limit(1),
  )
  if (!row) throw new Error("Cannot find the consent of a link that has one")
  return row.until
}

/** A person's replaced links that are still to be revoked at the bank. */
async function listReplaced(db: Database, person: PersonId): Promise<readonly LinkId[]> {
  const rows = await read(
    db
      .select({ id: links.id })
      .from(links)
      .where(and(eq(links.personId, person), eq(links.state, "ended"), isNotNull(links.wrappedKey))),
  )
  return rows.map(({ id }) => id as LinkId)
}

function whyNotLive(
  link: StoredLink | undefined,
  person: PersonId,
  epoch: number,
  now: number,
): LinkRefusal | undefined {
  if (!link || link.state === "ended") return { reason: "link_gone" }
  if (link.person !== person) return { reason: "other_person" }
  if ((link.state === "pending" && link.epoch !== epoch) || epoch === 0) return { reason: "link_changed" }
  if (link.state === "pending" && now >= link.pendingUntil) return { reason: "link_expired" }
  return undefined
}
