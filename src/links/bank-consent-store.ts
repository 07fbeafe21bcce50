// Which link rests on a consent resource of its bank: for events that name the consent and nobody. Reads only; linking-store.ts writes the
// column. Used by link-consent.ts.

import { and, desc, eq } from "drizzle-orm"
import { read, type Database } from "../db/database.ts"
import { links } from "../db/schema.ts"
import type { BankId } from "../foundation/id.ts"
import { toLink, type StoredLink } from "./link-store.ts"

/** The newest link that rests, or rested, on a consent. @param consent its pseudonym @throws DatabaseError */
export async function findLinkOfConsent(
  db: Database,
  bank: BankId,
  consent: string,
): Promise<StoredLink | undefined> {
  const [row] = await read(
    db
      .select()
      .from(links)
      .where(and(eq(links.bankConsent, consent), eq(links.bankId, bank)))
      .orderBy(desc(links.createdAt))
      .limit(1),
  )
  return row && toLink(row)
}
