// Erasures at rest: one row each, by its code. Only this file names the table. The row says how far it is; done, it names nobody any more.

import { and, asc, desc, eq, inArray, isNull, lte } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { read, write, type Database } from "../db/database.ts"
import { erasures } from "../db/schema.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { BankId, PageId, PersonId } from "../foundation/id.ts"
import type { ErasureCause } from "../jobs/job.ts"

/** How long the status page of an erasure that is done is kept. */
export const ERASURE_KEPT_MS = 180 * DAY_MS

/** An erasure and how far it is. */
export interface Erasure {
  readonly code: string
  /** Nobody any more once it is done. */
  readonly person?: PersonId
  readonly page: PageId
  readonly bank: BankId
  readonly cause: ErasureCause
  readonly requestedAt: number
  readonly endedAt?: number
  readonly wipedAt?: number
  readonly doneAt?: number
}

/** One under way. */
export type OpenErasure = Erasure & { readonly person: PersonId }

/** Enter an erasure with its line of the audit trail, in one batch. One that is known already stays as it is.
 * @returns what lies there now */
export async function enterErasure(
  db: Database,
  { code, person, page, bank, cause, requestedAt }: Omit<OpenErasure, "endedAt" | "wipedAt" | "doneAt">,
  by: AuditBy,
): Promise<Erasure> {
  const known = await findErasure(db, code)
  if (known) return known
  const row = { code, personId: person, pageId: page, bankId: bank, cause, requestedAt }
  await write(
    db.batch([
      db.insert(erasures).values(row).onConflictDoNothing(),
      // The code goes with it, so that a directory that was put back finds the page again its person was told of.
      auditStatement(db, { ...by, bank, action: "person.erase", object: person, detail: { code, page } }),
    ]),
  )
  return { code, person, page, bank, cause, requestedAt }
}

/** Enter an erasure that was done before the directory was put back: its page goes on answering. One that is known already stays as it is. */
export async function enterDone(
  db: Database,
  erasure: Omit<Erasure, "person" | "endedAt" | "wipedAt" | "doneAt"> & { readonly doneAt: number },
): Promise<void> {
  const { code, page, bank, cause, requestedAt, doneAt } = erasure
  const steps = { endedAt: doneAt, wipedAt: doneAt, doneAt, until: doneAt + ERASURE_KEPT_MS }
  const row = { code, personId: null, pageId: page, bankId: bank, cause, requestedAt, ...steps }
  await write(db.insert(erasures).values(row).onConflictDoNothing())
}

/** An erasure by its code. */
export async function findErasure(db: Database, code: string): Promise<Erasure | undefined> {
  const [row] = await read(db.select().from(erasures).where(eq(erasures.code, code)).limit(1))
  return row && toErasure(row)
}

/** A person's erasure that is under way: the newest. */
export async function findOpenErasure(db: Database, person: PersonId): Promise<Erasure | undefined> {
  const [row] = await read(
    db
      .select()
      .from(erasures)
      .where(and(eq(erasures.personId, person), isNull(erasures.doneAt)))
      .orderBy(desc(erasures.requestedAt))
      .limit(1),
  )
  return row && toErasure(row)
}

/** Erasures under way that were asked for before an instant, oldest first. */
export async function listOpenErasures(
  db: Database,
  before: number,
  limit: number,
  bank?: BankId,
): Promise<readonly OpenErasure[]> {
  const rows = await read(
    db
      .select()
      .from(erasures)
      .where(
        and(
          isNull(erasures.doneAt),
          lte(erasures.requestedAt, before),
          bank === undefined ? undefined : eq(erasures.bankId, bank),
        ),
      )
      .orderBy(asc(erasures.requestedAt))
      .limit(limit),
  )
  return rows.map(toErasure).filter((each): each is OpenErasure => each.person !== undefined)
}

/** A step is behind it. Repeating it keeps the first instant. */
export async function markErasure(
  db: Database,
  code: string,
  step: "endedAt" | "wipedAt",
  at: number,
): Promise<void> {
  await write(
    db
      .update(erasures)
      .set({ [step]: at })
      .where(and(eq(erasures.code, code), isNull(erasures[step]))),
  )
}

/** It is done: the row names nobody any more; one batch with its line of the audit trail. */
export async function finishErasure(db: Database, erasure: OpenErasure, by: AuditBy): Promise<void> {
  await write(
    db.batch([
      db
        .update(erasures)
        .set({ personId: null, doneAt: by.at, until: by.at + ERASURE_KEPT_MS })
        .where(and(eq(erasures.code, erasure.code), isNull(erasures.doneAt))),
      auditStatement(db, { ...by, bank: erasure.bank, action: "person.erased", object: erasure.person }),
    ]),
  )
}

/** Delete those whose status page has had its time, at most `limit`. @returns how many went */
export async function forgetOldErasures(db: Database, now: number, limit: number): Promise<number> {
  const gone = await write(
    db
      .delete(erasures)
      .where(
        inArray(
          erasures.code,
          db.select({ code: erasures.code }).from(erasures).where(lte(erasures.until, now)).limit(limit),
        ),
      )
      .returning({ code: erasures.code }),
  )
  return gone.length
}

function toErasure(row: typeof erasures.$inferSelect): Erasure {
  const { code, personId, pageId, bankId, cause, requestedAt, endedAt, wipedAt, doneAt } = row
  return {
    code,
    ...(personId === null ? {} : { person: personId as PersonId }),
    page: pageId as PageId,
    bank: bankId as BankId,
    cause,
    requestedAt,
    ...(endedAt === null ? {} : { endedAt }),
    ...(wipedAt === null ? {} : { wipedAt }),
    ...(doneAt === null ? {} : { doneAt }),
  }
}
