// Work that may take its time: revoking an ended link at its bank and destroying its key, settling one whose ten minutes are over.

import { bySystem } from "../audit/audit.ts"
import type { BankRecord } from "../banks/bank.ts"
import type { Now } from "../foundation/clock.ts"
import type { Database } from "../db/database.ts"
import type { BankId, Random } from "../foundation/id.ts"
import { DONE, each, type HandleBatch } from "../jobs/consume.ts"
import type { BankAccess } from "../links/bank-access.ts"
import { revokeAndDestroy } from "../links/ending.ts"
import { endLink } from "../links/link-store.ts"
import { findLink, listExpiredPending } from "../links/link-store.ts"
import type { Post } from "../jobs/post.ts"

/** What chores need. */
export interface ChoreWorld {
  readonly db: Database
  readonly access: Pick<BankAccess<never>, "revoke">
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  readonly post: Post
  readonly now: Now
  readonly random: Random
}

/** Links looked at in one run of the clock. */
const EXPIRED_A_RUN = 100

/** Consumer of `chores`. */
export function doChores(world: ChoreWorld): HandleBatch {
  return each(async ({ job }) => {
    if (job.kind !== "revoke_link" && job.kind !== "settle_link")
      throw new TypeError(`Cannot do a job of kind "${job.kind}"`)
    const bank = await world.findBank(job.bank)
    const link = await findLink(world.db, job.link)
    if (!bank || !link) return DONE
    if (job.kind === "settle_link" && link.state === "live") return DONE
    if (job.kind === "settle_link" && link.state === "pending" && world.now() < link.pendingUntil)
      return { kind: "retry" }
    const revoked = await revokeAndDestroy(world, bank, link.id, "not_confirmed", world.now())
    return revoked.ok ? DONE : { kind: "retry" }
  })
}

/** Scheduled: end links nobody confirmed in time. Their tokens are revoked at the bank as a chore. */
export async function endExpired(world: ChoreWorld): Promise<number> {
  const expired = await listExpiredPending(world.db, world.now(), EXPIRED_A_RUN)
  for (const link of expired)
    await endLink(world.db, link.id, "not_confirmed", bySystem("not_confirmed", world.now()), world.random, {
      keepSealed: true,
    })
  if (expired.length > 0)
    await world.post(
      "chores",
      expired.map(({ id, bank }) => ({ v: 1, kind: "revoke_link", bank, link: id, postedAt: world.now() })),
    )
  return expired.length
}
