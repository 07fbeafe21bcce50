// One person, one link of a renewal: what its chore does. Each may be done again at any time, and neither is retried by its queue: what is
// not done is found and posted again by the clock (key-renewal.ts), so that a bank that is down for days does not fill it.

import type { BankRecord } from "../banks/bank.ts"
import { dropFormerKey, findKeys, replaceKey } from "../conversations/person-key-store.ts"
import { personKeyPlace } from "../conversations/place.ts"
import type { Rekeyed, RekeyRequest } from "../conversations/rekeying.ts"
import type { Whom } from "../conversations/person-world.ts"
import type { Database } from "../db/database.ts"
import { MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { DONE, type Verdict } from "../jobs/consume.ts"
import type { ChoreJob } from "../jobs/job.ts"
import type { BankAccess } from "../links/bank-access.ts"
import type { Vault } from "../vault/vault.ts"

/** What the chores need. */
export interface RenewalChoreWorld {
  readonly db: Database
  readonly vault: Pick<Vault, "createKey">
  readonly access: Pick<BankAccess, "renew">
  readonly findBank: (bank: BankId) => Promise<BankRecord | undefined>
  /** Have a person's Conversation put everything under the present key. */
  readonly rekey: (whom: Whom, keys: RekeyRequest["keys"]) => Promise<Rekeyed>
  readonly now: Now
  readonly log: Log
}

/** What was under way under the former key has been stored by then. */
const SETTLED_MS = MINUTE_MS

/** Do one. */
export async function renewOne(
  world: RenewalChoreWorld,
  job: Extract<ChoreJob, { readonly kind: "renew_person" | "renew_link" }>,
): Promise<Verdict> {
  try {
    await (job.kind === "renew_person" ? renewPerson(world, job) : renewLink(world, job))
  } catch (fault) {
    world.log.error("key_not_renewed", { kind: job.kind, ...describeFault(fault) })
  }
  return DONE
}

/** First another key beside the present one, and everything put under it; a minute later once more, and the former goes. */
async function renewPerson(
  world: RenewalChoreWorld,
  job: Extract<ChoreJob, { readonly kind: "renew_person" }>,
): Promise<void> {
  const { db, vault, now, log } = world
  const found = await findKeys(db, job.person)
  if (!found || (found.formerWrappedKey === null && found.keyedAt >= job.since)) return
  if (found.formerWrappedKey === null) {
    const { wrapped } = await vault.createKey(personKeyPlace(found))
    if (!(await replaceKey(db, found, wrapped, now()))) return
    await world.rekey(found, { wrappedKey: wrapped, formerWrappedKey: found.wrappedKey })
    return
  }
  const { wrappedKey, formerWrappedKey } = found
  const { moved, unreadable } = await world.rekey(found, { wrappedKey, formerWrappedKey })
  if (unreadable > 0) log.warn("rows_unreadable", { person: job.person, rows: unreadable })
  if (moved === 0 && now() - found.keyedAt >= SETTLED_MS) await dropFormerKey(db, found)
}

async function renewLink(
  world: RenewalChoreWorld,
  job: Extract<ChoreJob, { readonly kind: "renew_link" }>,
): Promise<void> {
  const bank = await world.findBank(job.bank)
  if (!bank) return
  const renewed = await world.access.renew(bank, job.link, world.now())
  if (!renewed.ok) world.log.warn("tokens_not_renewed", { link: job.link, reason: renewed.error.reason })
}
