// From a pack to people: open it, ask the directory once for everybody in the batch, take a lease from each Page, tell each person.
// Every item gets its own verdict; what is left is posted as a new pack before the old one is acknowledged. An outage costs no
// attempt; a fault does, and the fifth puts the item among the dead letters.

import type { BankEvent } from "../banks/event.ts"
import { SECOND_MS, type Now } from "../foundation/clock.ts"
import type { BankId, PageId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { PersonId } from "../foundation/id.ts"
import type { Lane, PackJob } from "../jobs/job.ts"
import { DONE, type Delivered, type HandleBatch, type Verdict } from "../jobs/consume.ts"
import { openPack, type PackItem } from "../jobs/pack.ts"
import type { LiveLink } from "../links/link-store.ts"
import type { Lease } from "../messenger/pacing.ts"
import type { TellOutcome, TellRequest } from "../conversations/person-world.ts"
import { postItems, type AcceptanceWorld } from "./acceptance.ts"

/** What fan-out needs. */
export interface FanOutWorld extends AcceptanceWorld {
  readonly customerOf: (bank: BankId, reference: string) => Promise<string>
  /** Everybody live among these customers: one query. @throws DatabaseError */
  readonly findLive: (pseudonyms: readonly string[]) => Promise<readonly LiveLink[]>
  readonly lease: (page: PageId, lane: Lane, n: number) => Promise<Lease>
  readonly tell: (request: TellRequest) => Promise<TellOutcome>
  /** Keep items nobody can handle where a person sees them. @throws DatabaseError */
  readonly bury: (job: PackJob, items: readonly PackItem<BankEvent>[]) => Promise<void>
  readonly wait: (ms: number) => Promise<void>
  readonly log: Log
  readonly now: Now
}

/** Attempts that count, for one item. */
const ATTEMPTS_MAX = 5
/** A pack handed out this often is posted anew, long before its queue would give it up. */
const HANDED_OUT_MAX = 80
/** People told at one time from one batch. */
const AT_ONCE_MAX = 50
/** A batch that cannot get its permits goes back to the queue after this. */
const LEASE_WAIT_MS_MAX = 20 * SECOND_MS
const RETRY_SECONDS = 2

/** One item of one pack, with everybody it is for. */
interface Task {
  readonly pack: number
  readonly item: PackItem<BankEvent>
  readonly recipients: readonly LiveLink[]
}

type TaskVerdict =
  | { readonly kind: "done" }
  | { readonly kind: "again"; readonly afterMs: number; readonly counts: boolean }

/** Consumer of `alerts` and `updates`. */
export function fanOut(world: FanOutWorld): HandleBatch {
  return async (delivered) => {
    const packs = await Promise.all(delivered.map((each) => open(world, each)))
    const items = packs.flatMap((pack, index) =>
      (pack.items ?? []).map((item) => ({ pack: index, item, job: pack.job })),
    )
    const customers = await Promise.all(
      items.map(({ item, job }) => world.customerOf(job.bank, item.event.customer)),
    )
    const links = customers.length > 0 ? await world.findLive([...new Set(customers)]) : []
    const tasks = items.map(({ pack, item }, index): Task => ({
      pack,
      item,
      recipients: links.filter((link) => link.customer === customers[index]),
    }))
    const verdicts = await tellAll(world, packs[0]?.job.lane ?? "updates", tasks)
    return Promise.all(
      packs.map(async (pack, index) =>
        pack.items
          ? settle(
              world,
              delivered[index] ?? { job: pack.job, attempts: 1 },
              pack.job,
              tasks,
              verdicts,
              index,
            )
          : ({ kind: "retry" } as const),
      ),
    )
  }
}

async function open(
  world: FanOutWorld,
  { job }: Delivered,
): Promise<{ readonly job: PackJob; readonly items?: readonly PackItem<BankEvent>[] }> {
  if (job.kind !== "pack") throw new TypeError(`Cannot fan out a job of kind "${job.kind}"`)
  try {
    const key = await world.packKeys.forOpening(job.bank, job.month)
    const items = await openPack<BankEvent, { readonly reason: string }>(job, key.open)
    if (items.ok) return { job, items: items.value }
    world.log.error("pack_sealed", { pack: job.pack, reason: items.error.reason })
  } catch (fault) {
    world.log.warn("pack_not_opened", { pack: job.pack, ...describeFault(fault) })
  }
  return { job }
}

/** Tell everybody; events of one person one after another in the order they happened, people beside each other. */
async function tellAll(
  world: FanOutWorld,
  lane: Lane,
  tasks: readonly Task[],
): Promise<readonly TaskVerdict[]> {
  const verdicts: TaskVerdict[] = tasks.map(() => ({ kind: "done" }))
  const queues = new Map<PersonId, { readonly link: LiveLink; readonly index: number }[]>()
  for (const [index, task] of tasks.entries())
    for (const link of task.recipients)
      queues.set(link.person, [...(queues.get(link.person) ?? []), { link, index }])
  const leases = createLeases(world, lane)
  const people = [...queues.values()]
  for (const queue of people) {
    queue.sort(
      (left, right) => (tasks[left.index]?.item.event.at ?? 0) - (tasks[right.index]?.item.event.at ?? 0),
    )
    for (const { link } of queue) leases.want(link.page)
  }
  const work = people.values()
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE_MAX, people.length) }, async () => {
      for (const queue of work)
        for (const { link, index } of queue) {
          const task = tasks[index]
          if (!task) continue
          const verdict = await tellOne(world, leases, link, task.item.event)
          if (verdict.kind === "again") verdicts[index] = worse(verdicts[index], verdict)
        }
    }),
  )
  return verdicts
}

async function tellOne(
  world: FanOutWorld,
  leases: Leases,
  link: LiveLink,
  event: BankEvent,
): Promise<TaskVerdict> {
  try {
    const until = await leases.take(link.page)
    if (until === undefined) return { kind: "again", afterMs: RETRY_SECONDS * SECOND_MS, counts: false }
    const outcome = await world.tell({
      v: 1,
      whom: { person: link.person, page: link.page, bank: link.bank },
      event,
      permit: { until },
      shelf: {
        wrappedKey: link.personWrappedKey,
        link: link.id,
        epoch: link.epoch,
        recordHash: link.recordHash,
      },
    })
    switch (outcome.kind) {
      case "settled":
        return { kind: "done" }
      case "no_permit":
        return { kind: "again", afterMs: SECOND_MS, counts: false }
      case "pending":
        return { kind: "again", afterMs: outcome.afterMs, counts: false }
    }
  } catch (fault) {
    world.log.warn("conversation_not_told", describeFault(fault))
    return { kind: "again", afterMs: RETRY_SECONDS * SECOND_MS, counts: isFault(fault) }
  }
}

/** The object's own code failed, or the object could not be reached: only the first counts. */
function isFault(fault: unknown): boolean {
  const { retryable, overloaded, remote } = fault as {
    retryable?: boolean
    overloaded?: boolean
    remote?: boolean
  }
  return remote === true && retryable !== true && overloaded !== true
}

function worse(known: TaskVerdict | undefined, next: TaskVerdict & { readonly kind: "again" }): TaskVerdict {
  if (known?.kind !== "again") return next
  return {
    kind: "again",
    afterMs: Math.max(known.afterMs, next.afterMs),
    counts: known.counts || next.counts,
  }
}

/** The verdict of one pack: acknowledged once what is left of it is durable elsewhere. */
async function settle(
  world: FanOutWorld,
  delivered: Delivered,
  job: PackJob,
  tasks: readonly Task[],
  verdicts: readonly TaskVerdict[],
  pack: number,
): Promise<Verdict> {
  const left: PackItem<BankEvent>[] = []
  const dead: PackItem<BankEvent>[] = []
  let afterMs = 0
  let total = 0
  for (const [index, task] of tasks.entries()) {
    const verdict = verdicts[index]
    if (task.pack !== pack || !verdict) continue
    total += 1
    if (verdict.kind === "done") continue
    afterMs = Math.max(afterMs, verdict.afterMs)
    const attempts = task.item.attempts + (verdict.counts ? 1 : 0)
    const item = { ...task.item, attempts }
    if (attempts >= ATTEMPTS_MAX) dead.push(item)
    else left.push(item)
  }
  const afterSeconds = Math.ceil(afterMs / SECOND_MS)
  if (dead.length > 0) await world.bury(job, dead)
  if (left.length === 0) return DONE
  const unchanged = left.length === total && left.every((item) => item.attempts === 0) && dead.length === 0
  if (unchanged && delivered.attempts < HANDED_OUT_MAX) return { kind: "retry", afterSeconds }
  const posted = await postItems(world, job, left, afterSeconds)
  return posted.ok ? DONE : { kind: "retry", afterSeconds }
}

interface Leases {
  readonly want: (page: PageId) => void
  /** Instant until which one send may start; `undefined` where the Page gives none in time. */
  readonly take: (page: PageId) => Promise<number | undefined>
}

/** Permits of one batch, leased from each Page as many at a time as are still wanted, once a second. */
function createLeases(world: FanOutWorld, lane: Lane): Leases {
  const wanted = new Map<PageId, number>()
  const held = new Map<PageId, { at: number; until: number }[]>()
  const asking = new Map<PageId, Promise<void>>()
  const giveUpAt = world.now() + LEASE_WAIT_MS_MAX

  async function ask(page: PageId): Promise<void> {
    const lease = await world.lease(page, lane, Math.max(1, wanted.get(page) ?? 1))
    if (lease.granted === 0) {
      const { retryAfterMs } = lease as Lease & { readonly retryAfterMs: number }
      if (world.now() + retryAfterMs > giveUpAt) wanted.set(page, 0)
      else await world.wait(retryAfterMs)
      return
    }
    if (!("permit" in lease)) return
    wanted.set(page, Math.max(0, (wanted.get(page) ?? 0) - lease.granted))
    const permits = lease.shares.flatMap((share) =>
      Array.from({ length: share.count }, () => ({ at: share.at, until: lease.permit.until })),
    )
    held.set(page, [...(held.get(page) ?? []), ...permits])
  }

  return {
    want: (page) => wanted.set(page, (wanted.get(page) ?? 0) + 1),
    async take(page) {
      for (;;) {
        const permit = held.get(page)?.shift()
        if (permit) {
          const early = permit.at - world.now()
          if (early > 0) await world.wait(early)
          if (world.now() < permit.until) return permit.until
          wanted.set(page, (wanted.get(page) ?? 0) + 1)
          continue
        }
        if ((wanted.get(page) ?? 0) === 0 || world.now() > giveUpAt) return undefined
        const asked = asking.get(page) ?? ask(page).finally(() => asking.delete(page))
        asking.set(page, asked)
        await asked
      }
    },
  }
}
