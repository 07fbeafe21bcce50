// What lies about sealed while a month's key is replaced, and its own turn may never come: packs held for a stopped Page, jobs among the
// dead letters. They are put under the present key, so that the former can go. Jobs on a queue are not reached: the former stays beside its
// successor for longer than one can be on its way. Called by key-renewal.ts.

import { callbackPlace } from "../banks/callback-queue.ts"
import { DatabaseError, type Database } from "../db/database.ts"
import type { BankId, PageId } from "../foundation/id.ts"
import type { Log } from "../foundation/log.ts"
import { parseJob, type CallbackJob, type Job, type PackJob } from "../jobs/job.ts"
import { packPlace } from "../jobs/pack.ts"
import type { HeldKey } from "../messenger/held-packs.ts"
import type { PackKeys } from "../vault/pack-keys.ts"
import type { InnerKey, Vault } from "../vault/vault.ts"
import { listSealedLetters, resealLetter } from "./dead-letter-job-store.ts"

/** What moving them needs. */
export interface PackRenewalWorld {
  readonly db: Database
  readonly vault: Pick<Vault, "openForDays" | "sealForDays">
  readonly packKeys: PackKeys
  readonly listPages: () => Promise<readonly { readonly id: PageId; readonly bank: BankId }[]>
  /** Packs a Page's object holds, some at a time. */
  readonly listHeld: (
    page: PageId,
    after: HeldKey | null,
  ) => Promise<readonly { readonly key: HeldKey; readonly job: PackJob }[]>
  readonly replaceHeld: (page: PageId, key: HeldKey, job: PackJob) => Promise<void>
  readonly log: Log
}

const LETTERS_AT_ONCE = 20

/** Put every held pack and every dead letter under the key its month has now. Harmless to repeat.
 * @returns how many were moved */
export async function movePacks(world: PackRenewalWorld): Promise<number> {
  let moved = 0
  for (let after = ""; ;) {
    const letters = await listSealedLetters(world.db, after, LETTERS_AT_ONCE)
    for (const { id, job } of letters) {
      const parsed = parseJob(JSON.parse(job))
      const anew = parsed.ok ? await sealAnew(world, parsed.value) : undefined
      if (!anew) continue
      await resealLetter(world.db, id, job, JSON.stringify(anew))
      moved += 1
    }
    const last = letters.at(-1)
    if (!last || letters.length < LETTERS_AT_ONCE) break
    after = last.id
  }
  for (const { id: page } of await world.listPages())
    for (let after: HeldKey | null = null; ;) {
      const held: Awaited<ReturnType<PackRenewalWorld["listHeld"]>> = await world.listHeld(page, after)
      for (const { key, job } of held) {
        const anew = await sealAnew(world, job)
        if (anew?.kind !== "pack") continue
        await world.replaceHeld(page, key, anew)
        moved += 1
      }
      const last = held.at(-1)
      if (!last) break
      after = last.key
    }
  return moved
}

/** The same job under the keys of now; `undefined` where nothing in it is sealed, or it does not open: it is left as it is. */
async function sealAnew(world: PackRenewalWorld, job: Job): Promise<Job | undefined> {
  switch (job.kind) {
    case "pack":
    case "callback": {
      const place = job.kind === "pack" ? packPlace(job.bank, job.pack) : callbackPlace(job.bank, job.id)
      const opening = await keyOf(world, job)
      if (!opening) return unopened(world, job.kind, "key_gone")
      const text = await opening.open(job.sealed, place)
      if (!text.ok) return unopened(world, job.kind, text.error.reason)
      const key = await world.packKeys.forSealing(job.bank, job.month)
      return { ...job, sealed: await key.seal(text.value, place) }
    }
    case "inbound": {
      const text = await world.vault.openForDays("inbound", job.page, job.id, job.sealed)
      if (!text.ok) return unopened(world, job.kind, text.error.reason)
      return { ...job, sealed: await world.vault.sealForDays("inbound", job.page, job.id, text.value) }
    }
    default:
      return undefined
  }
}

/** The key a job is sealed under; `undefined` where its month's has gone. @throws DatabaseError */
async function keyOf(
  { packKeys }: PackRenewalWorld,
  job: PackJob | CallbackJob,
): Promise<InnerKey | undefined> {
  try {
    return await packKeys.forOpening(job.bank, job.month)
  } catch (fault) {
    if (fault instanceof DatabaseError) throw fault
    return undefined
  }
}

function unopened({ log }: PackRenewalWorld, kind: string, reason: string): undefined {
  log.error("job_not_resealed", { kind, reason })
}
