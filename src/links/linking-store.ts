// What linking writes before a link is live: the pending link, and what the customer allowed. Beside link-store.ts the only file
// that names these tables; its batches and guards are those described there.

import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { write, type Database } from "../db/database.ts"
import { links } from "../db/schema.ts"
import { type BankId, type LinkId, type PageId, type PersonId, type Random } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { storedRecord, type GivenRecord } from "./consent-record.ts"
import { PENDING_LINK_MS } from "./link.ts"
import { appendStatements } from "./consent-store.ts"
import { findLink, guarded, type LinkRefusal } from "./link-store.ts"

/** A link to be, as the bank's login made it. */
export interface PendingLink {
  readonly id: LinkId
  readonly person: PersonId
  readonly bank: BankId
  readonly page: PageId
  readonly customer: string
  /** Pseudonym of the bank's consent resource, where there is one. */
  readonly bankConsent?: string
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

/** Append what the customer allowed on a pending link and raise its epoch to the record's. A link that went live meanwhile keeps the
 * consent its code was typed for: another under it would part directory and Conversation, and its offer would run out and end it.
 * @returns the record's hash; refusal `link_gone` for an ended link, `link_changed` for a live one, or where the record does not
 * follow the newest one */
export async function appendConsent(
  db: Database,
  record: GivenRecord,
  by: AuditBy,
  random: Random,
): Promise<Result<string, LinkRefusal>> {
  const link = await findLink(db, record.link)
  if (!link || link.state === "ended") return err({ reason: "link_gone" })
  if (link.state !== "pending" || link.epoch !== record.epoch - 1 || link.recordHash !== record.previous)
    return err({ reason: "link_changed" })
  const { json, hash } = await storedRecord(record)
  const done = await guarded(
    db.batch([
      ...appendStatements(db, link, "pending", { ...record, json, hash, at: record.givenAt }, random),
      auditStatement(db, { ...by, bank: link.bank, action: "link.consent", object: link.id }),
    ]),
  )
  return done ? ok(hash) : err({ reason: "link_changed" })
}
