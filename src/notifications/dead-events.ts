// The events in a bank's dead packs, opened: for whoever asks after one event or one customer. Bounded; what does not open is passed over.
// Composed by doors.ts.

import type { BankEvent } from "../banks/event.ts"
import type { Database } from "../db/database.ts"
import type { BankId } from "../foundation/id.ts"
import { parseJob } from "../jobs/job.ts"
import { openPack, type PackItem } from "../jobs/pack.ts"
import type { PackKeys } from "../vault/pack-keys.ts"
import { listDeadPacks } from "./dead-letter-job-store.ts"

/** Packs looked through for one question: more than two weeks of ordinary failures. */
const PACKS_MAX = 100

/** Items of a bank's dead packs, newest pack first. @throws DatabaseError */
export async function* listDeadItems(
  db: Database,
  packKeys: Pick<PackKeys, "forOpening">,
  bank: BankId,
  now: number,
): AsyncGenerator<PackItem<BankEvent>, void, undefined> {
  for (const body of await listDeadPacks(db, bank, now, PACKS_MAX)) {
    const job = parseJob(body)
    if (!job.ok || job.value.kind !== "pack" || job.value.bank !== bank) continue
    const key = await packKeys.forOpening(bank, job.value.month)
    const items = await openPack<BankEvent, { readonly reason: string }>(job.value, key.open)
    if (items.ok) yield* items.value
  }
}
