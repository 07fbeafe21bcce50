// The tail of a link that has ended: the bank is told, then the key is destroyed. Repeatable at every step, for it runs as a chore.
// The ending itself was answered before (link-store.ts, `endLink`); nothing here can bring it back.

import { bySystem } from "../audit/audit.ts"
import type { BankRecord } from "../banks/bank.ts"
import type { Database } from "../db/database.ts"
import type { Outage } from "../foundation/failure.ts"
import type { LinkId, Random } from "../foundation/id.ts"
import { ok, type Result } from "../foundation/result.ts"
import type { BankAccess } from "./bank-access.ts"
import { endLink, findLink, type EndReason } from "./link-store.ts"

/** Revoke a link at its bank and destroy its key. Ends a pending one first where that was not done; a live one is left alone, for its
 * code was typed while the chore was on its way, and nobody in the chat would hear of the end.
 * @param reason why it ends, where it has not ended yet
 * @param now our own clock
 * @returns an outage of the bank, with the key still there: try again */
export async function revokeAndDestroy(
  given: {
    readonly db: Database
    readonly access: Pick<BankAccess, "revoke">
    readonly random: Random
  },
  bank: BankRecord,
  link: LinkId,
  reason: EndReason,
  now: number,
): Promise<Result<undefined, Outage>> {
  const { db, access, random } = given
  const by = bySystem(reason, now)
  await endLink(db, link, reason, by, random, { keepSealed: true, onlyPending: true })
  if ((await findLink(db, link))?.state === "live") return ok(undefined)
  const revoked = await access.revoke(bank, link)
  if (!revoked.ok && revoked.error.retry !== "never") return revoked
  await endLink(db, link, reason, by, random)
  return ok(undefined)
}
