// The consumer of `callbacks`: opens what is to be told, posts it to each bank, urgent ones alone and first, the others in batches of
// a hundred. What a bank does not take is tried again for three days, then lies among the dead letters. One bank's silence costs the
// others nothing. Putting callbacks on the queue is banks/callback-queue.ts. Composed by worker.ts.

import type { BankRecord } from "../banks/bank.ts"
import { renderCallback, type Callback, type CallbackEvent } from "../banks/callback.ts"
import { isSilence, type PostCallbacks } from "../banks/callback-post.ts"
import { callbackPlace, sealCallbacks } from "../banks/callback-queue.ts"
import { DAY_MS, HOUR_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId, Random } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { Result } from "../foundation/result.ts"
import { DONE, type Delivered, type HandleBatch, type Verdict } from "../jobs/consume.ts"
import type { CallbackJob } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import type { PackKeys } from "../vault/pack-keys.ts"

/** What telling banks needs. */
export interface CallbackWorld {
  readonly findBank: (bank: BankId) => Promise<Result<BankRecord | undefined, Outage>>
  readonly packKeys: PackKeys
  readonly postCallbacks: PostCallbacks
  /** Keep a job nobody will try again where a person sees it. @throws DatabaseError */
  readonly bury: (job: CallbackJob, attempts: number) => Promise<void>
  readonly post: Post
  readonly publicOrigin: string
  readonly now: Now
  readonly random: Random
  readonly log: Log
}

/** A bank is tried for so long. */
export const TRIED_MS = 3 * DAY_MS
/** Callbacks in one post. */
export const BATCH_MAX = 100
/** Posts to one bank at one time. */
const AT_ONCE_MAX = 4
/** A job handed out this often is posted anew, long before its queue would give it up. */
const HANDED_OUT_MAX = 80
const WAIT_MS_MIN = 2 * SECOND_MS
const WAIT_MS_MAX = HOUR_MS

/** A job that was opened, and what of it the bank has not taken. */
interface Parcel {
  readonly job: CallbackJob
  readonly attempts: number
  readonly left: Set<Callback>
  afterMs: number
}

/** One request to the bank. */
interface Shipment {
  readonly items: readonly { readonly callback: Callback; readonly parcel: Parcel }[]
}

/** Consumer of `callbacks`. */
export function deliverCallbacks(world: CallbackWorld): HandleBatch {
  return async (delivered) => {
    const parcels = await Promise.all(delivered.map((each) => open(world, each)))
    const banks = new Set(parcels.flatMap((parcel) => (parcel ? [parcel.job.bank] : [])))
    const judged = new Map<Parcel, Verdict>()
    await Promise.all(
      [...banks].map(async (bank) => {
        const ofBank = parcels.filter((parcel) => parcel?.job.bank === bank) as readonly Parcel[]
        const reached = await tellBank(world, bank, ofBank)
        for (const parcel of ofBank)
          judged.set(parcel, reached ? await settle(world, parcel) : { kind: "retry" })
      }),
    )
    return parcels.map((parcel) => (parcel && judged.get(parcel)) ?? { kind: "retry" })
  }
}

/** How long to wait for a bank that did not take a callback: about as long as it has been tried, from two seconds to an hour.
 * @param triedMs since the job was first posted
 * @param chance a number in [0, 1) */
export function callbackWaitMs(triedMs: number, chance: number): number {
  const step = Math.min(WAIT_MS_MAX, Math.max(WAIT_MS_MIN, triedMs))
  return Math.ceil(step / 2 + (step / 2) * chance)
}

async function open(world: CallbackWorld, { job, attempts }: Delivered): Promise<Parcel | undefined> {
  if (job.kind !== "callback") throw new TypeError(`Cannot tell a bank of a job of kind "${job.kind}"`)
  try {
    const key = await world.packKeys.forOpening(job.bank, job.month)
    const text = await key.open(job.sealed, callbackPlace(job.bank, job.id))
    if (text.ok)
      return { job, attempts, left: new Set(JSON.parse(text.value) as readonly Callback[]), afterMs: 0 }
    world.log.error("callbacks_sealed", { bank: job.bank, reason: text.error.reason })
  } catch (fault) {
    world.log.warn("callbacks_not_opened", { bank: job.bank, ...describeFault(fault) })
  }
  return undefined
}

/** Post everything of one bank. What was taken is gone from its parcel. A bank that keeps silent is not asked for the rest.
 * @returns `false` where nobody can say what the bank is: nothing was tried */
async function tellBank(world: CallbackWorld, bank: BankId, parcels: readonly Parcel[]): Promise<boolean> {
  const found = await world.findBank(bank)
  if (!found.ok) return false
  const url = found.value?.callbackUrl
  if (!url) {
    // The bank takes no callbacks any more.
    for (const parcel of parcels) parcel.left.clear()
    return true
  }
  const work = shipmentsOf(parcels).values()
  let silent: Outage | undefined
  await Promise.all(
    Array.from({ length: AT_ONCE_MAX }, async () => {
      for (const { items } of work) {
        if (silent) continue
        const events = await Promise.all(
          items.map(({ callback }) => renderCallback(callback, bank, world.publicOrigin)),
        )
        const posted = await world.postCallbacks(bank, url, events as [CallbackEvent, ...CallbackEvent[]])
        if (posted.ok) for (const { callback, parcel } of items) parcel.left.delete(callback)
        else {
          const { reason, retry, code } = posted.error
          world.log.warn("callbacks_not_taken", { bank, reason, code, callbacks: items.length })
          const afterMs = typeof retry === "object" ? retry.afterMs : 0
          for (const { parcel } of items) parcel.afterMs = Math.max(parcel.afterMs, afterMs)
          if (isSilence(posted)) silent = posted.error
        }
      }
    }),
  )
  return true
}

/** Urgent ones alone and first, then the others by the hundred, across jobs. */
function shipmentsOf(parcels: readonly Parcel[]): readonly Shipment[] {
  const itemsOf = (urgent: boolean) =>
    parcels
      .filter(({ job }) => job.urgent === urgent)
      .flatMap((parcel) => [...parcel.left].map((callback) => ({ callback, parcel })))
  const others = itemsOf(false)
  return [
    ...itemsOf(true).map((item) => ({ items: [item] })),
    ...Array.from({ length: Math.ceil(others.length / BATCH_MAX) }, (_, index) => ({
      items: others.slice(index * BATCH_MAX, (index + 1) * BATCH_MAX),
    })),
  ]
}

/** The verdict of one job: acknowledged once the bank has all of it, or what is left is durable elsewhere. */
async function settle(world: CallbackWorld, parcel: Parcel): Promise<Verdict> {
  const { job, attempts, left } = parcel
  if (left.size === 0) return DONE
  const { bank, urgent, postedAt } = job
  const triedMs = world.now() - postedAt
  const waitMs = Math.max(parcel.afterMs, callbackWaitMs(triedMs, chanceOf(world)))
  const delaySeconds = Math.ceil(waitMs / SECOND_MS)
  const again: Verdict = { kind: "retry", afterSeconds: delaySeconds }
  const givenUp = triedMs >= TRIED_MS
  try {
    const rest =
      left.size === job.items
        ? [job]
        : await sealCallbacks({ ...world, forSealing: world.packKeys.forSealing }, bank, [...left], {
            urgent,
            postedAt,
          })
    if (givenUp) {
      for (const each of rest) await world.bury(each, attempts)
      world.log.error("callbacks_given_up", { bank, callbacks: left.size })
      return DONE
    }
    if (rest[0] === job && attempts < HANDED_OUT_MAX) return again
    const posted = await world.post("callbacks", rest, { delaySeconds })
    return posted.ok ? DONE : again
  } catch (fault) {
    world.log.error("callbacks_not_settled", { bank, ...describeFault(fault) })
    return again
  }
}

function chanceOf({ random }: Pick<CallbackWorld, "random">): number {
  return (random(1)[0] ?? 0) / 256
}
