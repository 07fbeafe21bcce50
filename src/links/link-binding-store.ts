// Which chat a pending link is for, where it did not begin with Log In: the first person to present its nonce (P11). Beside
// link-store.ts and linking-store.ts; its batches and guards are those described there.

import { and, eq, isNotNull, sql } from "drizzle-orm"
import type { AuditBy } from "../audit/audit.ts"
import { auditStatement } from "../audit/audit-store.ts"
import { write, type Database } from "../db/database.ts"
import { links } from "../db/schema.ts"
import type { BankId, LinkId, PersonId } from "../foundation/id.ts"
import { guarded, only } from "./link-store.ts"

/** The person of a pending link nobody has presented yet. */
export const NOBODY = "" as PersonId

/** Keep what the chat is to be told with its link, for whoever may hear it later.
 * @param epoch of the consent it tells of
 * @returns `false` where the link has gone on meanwhile */
export async function keepOffer(
  db: Database,
  id: LinkId,
  epoch: number,
  offerSealed: string,
): Promise<boolean> {
  const rows = await write(
    db
      .update(links)
      .set({ offerSealed })
      .where(
        and(
          eq(links.id, id),
          eq(links.epoch, epoch),
          eq(links.state, "pending"),
          isNotNull(links.wrappedKey),
        ),
      )
      .returning({ id: links.id }),
  )
  return rows.length === 1
}

/** Make a pending link that is nobody's this person's. Of several who come at once, one wins.
 * @returns `false` where it was somebody's already, or is pending no more */
export function bindPerson(
  db: Database,
  link: { readonly id: LinkId; readonly bank: BankId },
  person: PersonId,
  by: AuditBy,
): Promise<boolean> {
  return guarded(
    db.batch([
      db
        .update(links)
        .set({
          personId: only(
            person,
            eq(links.personId, NOBODY),
            eq(links.state, "pending"),
            isNotNull(links.offerSealed),
            sql`${links.pendingUntil} > ${by.at}`,
          ),
        })
        .where(eq(links.id, link.id)),
      auditStatement(db, { ...by, bank: link.bank, action: "link.bind", object: link.id }),
    ]),
  )
}
