// What lies about sealed while a month's key is replaced, and its own turn may never come: packs held for a stopped Page, jobs among the
// dead letters. They are put under the present key, so that the former can go, some in each run of the clock. Jobs on a queue are not reached: the former stays beside its
// successor for longer than one can be on its way. Called by key-renewal.ts.

import { callbackPlace } from "../banks/callback-queue.ts"
import { DatabaseError, type Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import { loadPacksPass, putPacksPass } from "../db/deployment-store.ts"
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
  readonly now: Now
  readonly log: Log
}

/** Letters, packs and Pages looked at in one run of the clock: each asks D1 some four times at most, and there is other work in the run. */
export const MOVED_A_RUN = 40

/** Where a pass stands: after which letter, or at which Page after which of its packs. */
type Place =
  | { readonly kind: "letters"; readonly after: string }
  | { readonly kind: "held"; readonly page: PageId | ""; readonly after: HeldKey | null }

/** Passes as they stand in the directory: one goes on a step a run, wherever it was cut off. */
interface Passes {
  readonly v: 1
  /** When the last one that reached its end began; 0 where none did. */
  readonly finished: number
  readonly under?: { readonly startedAt: number; readonly place: Place }
}

/** What one run of the clock asks of the passes. */
export interface PackMoving {
  /** Whether everything that lay about has been put under the keys of now by a pass that began at an instant or later. Where it has not,
   * the pass goes on, one step a run however often it is asked. @throws DatabaseError */
  movedSince(at: number): Promise<boolean>
}

/** The passes, for one run of the clock. */
export function createPackMoving(world: PackRenewalWorld): PackMoving {
  let stepped = false
  return {
    async movedSince(at) {
      const passes = await load(world)
      if (passes.finished >= at) return true
      if (stepped) return false
      stepped = true
      // One that began before goes on to its end all the same: somebody else waits for it, and the next one begins after it.
      const { startedAt, place } = passes.under ?? {
        startedAt: world.now(),
        place: { kind: "letters", after: "" },
      }
      const next = await moveSome(world, place)
      const { finished } = passes
      await putPacksPass(
        world.db,
        JSON.stringify(
          (next
            ? { v: 1, finished, under: { startedAt, place: next } }
            : { v: 1, finished: startedAt }) satisfies Passes,
        ),
      )
      return !next && startedAt >= at
    },
  }
}

async function load({ db }: PackRenewalWorld): Promise<Passes> {
  const text = await loadPacksPass(db)
  const stored = text === "" ? undefined : (JSON.parse(text) as Passes)
  // What a later release wrote is its own: begin anew, which is harmless.
  return stored?.v === 1 ? stored : { v: 1, finished: 0 }
}

/** One step. Harmless to repeat. @returns where the next begins; `undefined` at the end */
async function moveSome(world: PackRenewalWorld, from: Place): Promise<Place | undefined> {
  let place = from
  let left = MOVED_A_RUN
  if (place.kind === "letters") {
    const letters = await listSealedLetters(world.db, place.after, left)
    for (const { id, job } of letters) {
      const parsed = parseJob(JSON.parse(job))
      const anew = parsed.ok ? await sealAnew(world, parsed.value) : undefined
      if (anew) await resealLetter(world.db, id, job, JSON.stringify(anew))
    }
    const last = letters.at(-1)
    left -= letters.length
    if (last && left <= 0) return { kind: "letters", after: last.id }
    place = { kind: "held", page: "", after: null }
  }
  const pages = (await world.listPages()).map(({ id }) => id).toSorted()
  for (const page of pages) {
    if (page < place.page) continue
    let after: HeldKey | null = page === place.page ? place.after : null
    for (;;) {
      if (left <= 0) return { kind: "held", page, after }
      const held = await world.listHeld(page, after)
      for (const { key, job } of held) {
        const anew = await sealAnew(world, job)
        if (anew?.kind === "pack") await world.replaceHeld(page, key, anew)
      }
      left -= held.length + 1
      const last = held.at(-1)
      if (!last) break
      after = last.key
    }
  }
  return undefined
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
