// The verdict of one pack: acknowledged once what became of its events is reported and what is left of it is durable elsewhere.
// Left is what has to come again (a new pack on the queue), what waits for a stopped Page (a row of its object), and what failed too
// often (a dead letter). An untouched pack stays the message it is. Composed by fan-out.ts; every step is harmless to repeat.

import type { Report } from "../banks/callback-queue.ts"
import type { BankEvent } from "../banks/event.ts"
import { SECOND_MS, monthOf } from "../foundation/clock.ts"
import { createPackId, type PageId } from "../foundation/id.ts"
import { describeFault } from "../foundation/log.ts"
import { DONE, type Delivered, type Verdict } from "../jobs/consume.ts"
import type { PackJob } from "../jobs/job.ts"
import { sealPacks, type PackItem } from "../jobs/pack.ts"
import { postItems, type PackingWorld } from "./acceptance.ts"
import { GAVE_UP, NOBODY_LINKED, reportOutcomes, type EventOutcome } from "./callback-outcome.ts"

/** What settling needs. */
export interface SettlingWorld extends PackingWorld {
  /** Tell the bank what became of its events. */
  readonly report: Report
  /** Let a pack wait in its Page's object; `false` where the Page is not stopped any more. @throws where it cannot be reached */
  readonly hold: (page: PageId, job: PackJob, staleAts: readonly number[]) => Promise<boolean>
  /** Keep packs nobody can handle where a person sees them. @throws DatabaseError */
  readonly bury: (packs: readonly PackJob[], attempts: number) => Promise<void>
}

/** What became of one item, for everybody it is for. */
export interface ItemResult {
  readonly item: PackItem<BankEvent>
  /** People for whom it is settled. */
  readonly outcomes: readonly EventOutcome[]
  /** Why it must come again; `undefined` where it is settled for everybody. */
  readonly again: Again | undefined
}

/** An item that must come again. */
export interface Again {
  readonly afterMs: number
  /** Whether this attempt counts: an outage costs none. */
  readonly counts: boolean
  /** The stopped Page it waits for, where nothing else is missing. */
  readonly waitsFor?: PageId
  /** Whom it still has to reach. */
  readonly people: readonly EventOutcome["person"][]
  /** As which Pages. */
  readonly pages: readonly PageId[]
}

/** Attempts that count, for one item. */
export const ATTEMPTS_MAX = 5
/** A pack handed out this often is posted anew, long before its queue would give it up. */
export const HANDED_OUT_MAX = 80

/** A pack nothing could be done with: it stays, or is posted anew before its queue gives it up. */
export async function keepPack(
  world: Pick<SettlingWorld, "post">,
  { job, attempts }: Delivered<PackJob>,
  afterSeconds?: number,
): Promise<Verdict> {
  const again: Verdict = { kind: "retry", ...(afterSeconds === undefined ? {} : { afterSeconds }) }
  if (attempts < HANDED_OUT_MAX) return again
  const posted = await world.post(job.lane, [job], { delaySeconds: afterSeconds ?? 0 })
  return posted.ok ? DONE : again
}

/** Settle a pack whose items all have their result. A fault is this pack's alone. */
export async function settlePack(
  world: SettlingWorld,
  delivered: Delivered<PackJob>,
  results: readonly ItemResult[],
): Promise<Verdict> {
  try {
    return await settle(world, delivered, results)
  } catch (fault) {
    world.log.error("pack_not_settled", { pack: delivered.job.pack, ...describeFault(fault) })
    return keepPack(world, delivered)
  }
}

async function settle(
  world: SettlingWorld,
  delivered: Delivered<PackJob>,
  results: readonly ItemResult[],
): Promise<Verdict> {
  const { job } = delivered
  const shares = shareOut(results)
  const reported = await reportOutcomes(
    world,
    job.bank,
    outcomesOf(results, [...shares.dead.values()].flat()),
  )
  if (!reported.ok) return keepPack(world, delivered)
  const afterSeconds = Math.ceil(Math.max(0, ...shares.left.map(({ afterMs }) => afterMs)) / SECOND_MS)
  const untouched = results.length > 0 && results.every(({ again }) => again && !again.counts)
  if (untouched && shares.held.size === 0) return keepPack(world, delivered, afterSeconds)
  for (const [page, items] of shares.held) {
    const packs = items.length === results.length && untouched ? [job] : await sealAnew(world, job, items)
    for (const { pack, of } of packs.map((each, index) => ({ pack: each, of: itemsOf(packs, items, index) })))
      if (
        !(await world.hold(
          page,
          pack,
          of.map(({ event }) => event.staleAt),
        ))
      )
        return keepPack(world, delivered, 1)
  }
  for (const [page, items] of shares.dead)
    await world.bury(await sealAnew(world, job, items, page), ATTEMPTS_MAX)
  if (shares.left.length === 0) return DONE
  const left = shares.left.map(({ item }) => item)
  const posted = await postItems(world, job, left, afterSeconds)
  return posted.ok ? DONE : keepPack(world, delivered, afterSeconds)
}

/** Where each item that is not settled goes. */
function shareOut(results: readonly ItemResult[]) {
  const held = new Map<PageId, PackItem<BankEvent>[]>()
  // By the one Page each was for: whoever looks for a Page's letters finds them by that.
  const dead = new Map<PageId | undefined, PackItem<BankEvent>[]>()
  const left: { readonly item: PackItem<BankEvent>; readonly afterMs: number }[] = []
  for (const { item, again } of results) {
    if (!again) continue
    const counted = { ...item, attempts: item.attempts + (again.counts ? 1 : 0) }
    if (again.waitsFor !== undefined) held.set(again.waitsFor, [...(held.get(again.waitsFor) ?? []), counted])
    else if (counted.attempts >= ATTEMPTS_MAX) {
      const [page, ...others] = new Set(again.pages)
      const whose = others.length === 0 ? page : undefined
      dead.set(whose, [...(dead.get(whose) ?? []), counted])
    } else left.push({ item: counted, afterMs: again.afterMs })
  }
  return { held, dead, left }
}

/** What is told to the bank now: items settled for everybody, and those given up. The rest is told when it is settled. */
function outcomesOf(
  results: readonly ItemResult[],
  dead: readonly PackItem<BankEvent>[],
): readonly EventOutcome[] {
  const gone = new Set(dead.map(({ event }) => event))
  return results.flatMap(({ item: { event }, outcomes, again }) => {
    if (again && !gone.has(event)) return []
    const nobody = outcomes.length === 0 && !again
    return [
      ...(nobody ? [{ event, person: null, told: NOBODY_LINKED }] : outcomes),
      ...(again?.people ?? []).map((person) => ({ event, person, told: GAVE_UP })),
    ]
  })
}

async function sealAnew(
  world: SettlingWorld,
  job: PackJob,
  items: readonly PackItem<BankEvent>[],
  page?: PageId,
): Promise<readonly PackJob[]> {
  const month = monthOf(world.now())
  const key = await world.packKeys.forSealing(job.bank, month)
  const { shard } = job
  const named = { ...(page === undefined ? {} : { page }), ...(shard === undefined ? {} : { shard }) }
  const about = { lane: job.lane, bank: job.bank, month, now: job.postedAt, ...named }
  const given = { createPackId: () => createPackId(world.random), seal: key.seal }
  const packs = await sealPacks(items, about, given)
  if (!packs.ok) throw new RangeError(`Cannot pack an event: ${packs.error.reason}`)
  return packs.value
}

/** The items of one of several packs that items were shared out to in order. */
function itemsOf<Item>(packs: readonly PackJob[], items: readonly Item[], index: number): readonly Item[] {
  const from = packs.slice(0, index).reduce((sum, { items: count }) => sum + count, 0)
  return items.slice(from, from + (packs[index]?.items ?? 0))
}
