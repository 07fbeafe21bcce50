// A bank's events made durable: shared out by lane, sealed as packs of many people, posted in one round. Nothing is stored per event.

import type { BankRecord } from "../banks/bank.ts"
import type { BankEvent, ServiceNotice } from "../banks/event.ts"
import { EVENT_TYPES } from "../banks/event-types.ts"
import { monthOf, type Now } from "../foundation/clock.ts"
import { createPackId, type Random } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { Outage } from "../foundation/failure.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Lane, PackJob } from "../jobs/job.ts"
import type { FindBacklog } from "./backlog.ts"
import { sealPacks, type PackItem } from "../jobs/pack.ts"
import type { Post } from "../jobs/post.ts"
import { shardOf } from "../jobs/queues.ts"
import type { PackKeys } from "../vault/pack-keys.ts"

const LANES = ["alerts", "updates"] as const satisfies readonly Lane[]

/** What sealing and posting events needs. */
export interface PackingWorld {
  readonly packKeys: PackKeys
  readonly post: Post
  /** Queues a lane's packs are shared out over. */
  readonly shards: number
  readonly now: Now
  readonly random: Random
  readonly log: Log
}

/** What accepting needs. */
export interface AcceptanceWorld extends PackingWorld {
  /** Make a notice to everybody linked durable: it has no customer, and walks by itself (notice-desk.ts). @throws DatabaseError */
  readonly receiveNotice: (bank: BankRecord["id"], event: ServiceNotice) => Promise<void>
  /** Whether a lane is too far behind to take more from this bank. What is on its way already is never held up by it. */
  readonly findBacklog?: FindBacklog
}

/** Make events durable; alerts first, so that they are taken where updates are not any more. Posting the same events again is harmless: each is told once (P2). */
export async function acceptEvents(
  world: AcceptanceWorld,
  bank: BankRecord,
  events: readonly BankEvent[],
): Promise<Result<void, Outage>> {
  const { everybody, addressed } = shareOut(events)
  for (const notice of everybody)
    try {
      await world.receiveNotice(bank.id, notice)
    } catch (fault) {
      world.log.error("notice_not_kept", describeFault(fault))
      return err({ reason: "unavailable", retry: "later" })
    }
  for (const lane of LANES) {
    const items = addressed
      .filter((event) => EVENT_TYPES[event.type].lane === lane)
      .map((event): PackItem<BankEvent> => ({ event, attempts: 0 }))
    if (items.length === 0) continue
    const behind = await world.findBacklog?.(lane, bank.id)
    if (behind) return err(behind)
    const posted = await postItems(world, { lane, bank: bank.id }, items)
    if (!posted.ok) return posted
  }
  return ok(undefined)
}

function shareOut(events: readonly BankEvent[]) {
  const everybody: ServiceNotice[] = []
  const addressed: BankEvent[] = []
  for (const event of events)
    if (event.type === "bank.service.notice.v1" && event.audience === "linked") everybody.push(event)
    else addressed.push(event)
  return { everybody, addressed }
}

/** Seal items into packs and post them. Also used for what is left of a pack. */
export async function postItems(
  world: PackingWorld,
  about: { readonly lane: Lane; readonly bank: BankRecord["id"] },
  items: readonly PackItem<BankEvent>[],
  delaySeconds = 0,
): Promise<Result<void, Outage>> {
  const now = world.now()
  const month = monthOf(now)
  try {
    const key = await world.packKeys.forSealing(about.bank, month)
    const { lane, bank } = about
    const sealing = { createPackId: () => createPackId(world.random), seal: key.seal }
    const packs: PackJob[] = []
    for (const [shard, some] of byShard(items, bank, world.shards)) {
      const sealed = await sealPacks(some, { lane, bank, month, now, shard }, sealing)
      if (!sealed.ok) throw new RangeError(`Cannot pack an event: ${sealed.error.reason}`)
      packs.push(...sealed.value)
    }
    return await world.post(lane, packs, { delaySeconds })
  } catch (fault) {
    world.log.error("events_not_posted", describeFault(fault))
    return err({ reason: "unavailable", retry: "later" })
  }
}

/** Items by the shard they go to, in their order: what is for one customer keeps together, whatever it is (P3). */
function byShard(
  items: readonly PackItem<BankEvent>[],
  bank: BankRecord["id"],
  shards: number,
): ReadonlyMap<number, readonly PackItem<BankEvent>[]> {
  if (shards === 1) return new Map([[0, items]])
  const shares = new Map<number, PackItem<BankEvent>[]>()
  for (const item of items) {
    const shard = shardOf(bank, item.event.customer, shards)
    const share = shares.get(shard)
    if (share) share.push(item)
    else shares.set(shard, [item])
  }
  return shares
}
