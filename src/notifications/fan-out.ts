// From a pack to people: open it, ask the directory once for everybody in the batch, take a lease from each Page, tell each person.
// Every item gets its own verdict. An outage costs no attempt; a fault does, and the fifth puts the item among the dead letters.
// What becomes of what is left is pack-settling.ts, where permits come from leases.ts. Composed by worker.ts.

import type { BankEvent, DataHint } from "../banks/event.ts"
import { isTold, type LinkEvent } from "../banks/event-types.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { BankId, PageId, PersonId } from "../foundation/id.ts"
import { describeFault } from "../foundation/log.ts"
import type { Delivered, HandleBatch, Verdict } from "../jobs/consume.ts"
import type { Lane, PackJob } from "../jobs/job.ts"
import { openPack, type PackItem } from "../jobs/pack.ts"
import type { LiveLink } from "../links/link-store.ts"
import type { ChainHead } from "../conversations/ledger-chain.ts"
import type { TellOutcome, TellRequest } from "../conversations/person-world.ts"
import type { EventOutcome } from "./callback-outcome.ts"
import { isLinkEvent } from "./link-events.ts"
import type { Settled } from "../conversations/outcome.ts"
import { hearHint, type HintWorld } from "./hints.ts"
import { createLeases, type Leases, type LeaseWorld } from "./leases.ts"
import { isFault } from "./told-fault.ts"
import { keepPack, settlePack, type Again, type SettlingWorld } from "./pack-settling.ts"

/** What fan-out needs. */
export interface FanOutWorld extends SettlingWorld, LeaseWorld, HintWorld {
  readonly customerOf: (bank: BankId, reference: string) => Promise<string>
  /** Everybody live among these customers: one query. @throws DatabaseError */
  readonly findLive: (pseudonyms: readonly string[]) => Promise<readonly LiveLink[]>
  readonly tell: (request: TellRequest) => Promise<TellOutcome>
  /** Do to a link what its bank says of it; `undefined` where that is to be brought again. */
  readonly hearLinkEvent: (link: LiveLink, event: LinkEvent) => Promise<Settled | undefined>
  /** Put the heads of people's chains into their bank's audit log. @throws DatabaseError */
  readonly anchor: (bank: BankId, heads: ReadonlyMap<PersonId, ChainHead>) => Promise<void>
  /** The send a Page let through as its probe was accepted. */
  readonly probed: (page: PageId) => Promise<void>
}

/** People told at one time as one Page, from one batch. */
const AT_ONCE_MAX = 50
const RETRY_MS = 2 * SECOND_MS
/** Until a newer release is everywhere. */
const NEWER_RELEASE_MS = 30 * SECOND_MS

/** One item of one pack, with everybody it is for, and what became of it so far. */
interface Task {
  readonly pack: number
  readonly item: PackItem<BankEvent>
  readonly recipients: readonly LiveLink[]
  readonly outcomes: EventOutcome[]
  again: Again | undefined
}

/** What one person's telling came to: settled, or to come again. */
type Told =
  | { readonly kind: "settled"; readonly told: EventOutcome["told"] }
  | {
      readonly kind: "again"
      readonly afterMs: number
      readonly counts: boolean
      readonly waitsFor?: PageId
      /** Surely nothing was handed to the platform: what happened later must not be told before it (P3). */
      readonly blocks: boolean
    }

/** Consumer of `alerts` and `updates`. */
export function fanOut(world: FanOutWorld): HandleBatch {
  return async (delivered) => {
    const packs = await Promise.all(delivered.map((each) => open(world, each)))
    const tasks = await findRecipients(world, packs)
    // One that came back has its place at its Page already.
    const arriving = packs.every(({ attempts }) => attempts === 1)
    if (tasks) await tellAll(world, packs[0]?.job.lane ?? "updates", tasks, arriving)
    if (tasks) await anchor(world, tasks)
    return Promise.all(
      packs.map(async (pack, index): Promise<Verdict> => {
        if (pack.sealed) return { kind: "retry" }
        if (!tasks || !pack.items) return keepPack(world, pack)
        return settlePack(
          world,
          pack,
          tasks.filter((task) => task.pack === index),
        )
      }),
    )
  }
}

/** A pack as it was handed out, and its items where it could be opened. */
interface OpenedPack extends Delivered<PackJob> {
  readonly items?: readonly PackItem<BankEvent>[]
  /** It does not open and never will: its queue gives it up to the dead letters. */
  readonly sealed?: true
}

async function open(world: FanOutWorld, { job, attempts }: Delivered): Promise<OpenedPack> {
  if (job.kind !== "pack") throw new TypeError(`Cannot fan out a job of kind "${job.kind}"`)
  try {
    const key = await world.packKeys.forOpening(job.bank, job.month)
    const items = await openPack<BankEvent, { readonly reason: string }>(job, key.open)
    if (items.ok) return { job, attempts, items: items.value }
    world.log.error("pack_sealed", { pack: job.pack, reason: items.error.reason })
    return { job, attempts, sealed: true }
  } catch (fault) {
    world.log.warn("pack_not_opened", { pack: job.pack, ...describeFault(fault) })
    return { job, attempts }
  }
}

/** Everybody the batch is for, by one query; `undefined` where the directory does not answer. */
async function findRecipients(
  world: FanOutWorld,
  packs: readonly OpenedPack[],
): Promise<readonly Task[] | undefined> {
  const items = packs.flatMap(({ job, items: opened = [] }, pack) =>
    opened.map((item) => ({ pack, item, bank: job.bank })),
  )
  const customers = await Promise.all(
    items.map(({ item, bank }) => world.customerOf(bank, item.event.customer)),
  )
  const byCustomer = new Map<string, LiveLink[]>()
  try {
    const links = customers.length > 0 ? await world.findLive([...new Set(customers)]) : []
    for (const link of links) {
      const known = byCustomer.get(link.customer)
      if (known) known.push(link)
      else byCustomer.set(link.customer, [link])
    }
  } catch (fault) {
    world.log.warn("directory_not_asked", describeFault(fault))
    return undefined
  }
  return items.map(({ pack, item }, index) => ({
    pack,
    item,
    recipients: byCustomer.get(customers[index] ?? "") ?? [],
    outcomes: [],
    again: undefined,
  }))
}

/** One event for one person. */
interface Telling {
  readonly link: LiveLink
  readonly task: Task
}

/** Tell everybody: events of one person one after another in the order they happened, people beside each other, Pages beside each
 * other, so that a busy one holds up nobody else's (P13). */
async function tellAll(
  world: FanOutWorld,
  lane: Lane,
  tasks: readonly Task[],
  arriving: boolean,
): Promise<void> {
  const leases = createLeases(world, lane, arriving)
  const pages = new Map<PageId, Map<PersonId, Telling[]>>()
  for (const task of tasks)
    for (const link of task.recipients) {
      leases.want(link.page)
      const people = pages.get(link.page) ?? new Map<PersonId, Telling[]>()
      pages.set(link.page, people)
      people.set(link.person, [...(people.get(link.person) ?? []), { link, task }])
    }
  await Promise.all([...pages.values()].map((people) => tellPage(world, leases, lane, [...people.values()])))
}

async function tellPage(
  world: FanOutWorld,
  leases: Leases,
  lane: Lane,
  people: readonly (readonly Telling[])[],
): Promise<void> {
  const work = people.values()
  await Promise.all(
    Array.from({ length: Math.min(AT_ONCE_MAX, people.length) }, async () => {
      for (const tellings of work) await tellPerson(world, leases, lane, tellings)
    }),
  )
}

async function tellPerson(
  world: FanOutWorld,
  leases: Leases,
  lane: Lane,
  tellings: readonly Telling[],
): Promise<void> {
  let blocked: Told | undefined
  for (const { link, task } of tellings.toSorted((a, b) => a.task.item.event.at - b.task.item.event.at)) {
    const told = blocked ?? (await tellOne(world, leases, link, task.item.event))
    note(task, link, told)
    // An alert waits for no other (P7).
    if (told.kind === "again" && told.blocks && lane === "updates") blocked = { ...told, counts: false }
  }
}

async function tellOne(world: FanOutWorld, leases: Leases, link: LiveLink, event: BankEvent): Promise<Told> {
  const { page, person, bank } = link
  if (isLinkEvent(event)) return hearOne(world, link, event)
  if (event.type === "bank.data.hint.v1") return lookOne(world, link, event)
  if (!isTold(event)) {
    // A newer release wrote it: it knows what to do with it.
    world.log.warn("event_type_not_known_yet", { type: event.type })
    return { kind: "again", afterMs: NEWER_RELEASE_MS, counts: false, blocks: false }
  }
  const permit = await leases.take(page)
  const again = { kind: "again", afterMs: RETRY_MS, counts: false, blocks: true } as const
  if (permit.kind === "paused") return { ...again, waitsFor: page }
  if (permit.kind === "later") return { ...again, afterMs: permit.afterMs }
  if (permit.kind !== "permit") return again
  try {
    const { personWrappedKey: wrappedKey, id, epoch, recordHash } = link
    const outcome = await world.tell({
      v: 1,
      whom: { person, page, bank },
      event,
      permit: { until: permit.until },
      shelf: { wrappedKey, link: id, epoch, recordHash },
    })
    switch (outcome.kind) {
      case "settled":
        if (permit.probe && outcome.state === "accepted") await world.probed(page)
        return { kind: "settled", told: outcome }
      case "no_permit":
        return { ...again, afterMs: SECOND_MS }
      case "pending":
        return { ...again, afterMs: outcome.afterMs, blocks: false }
    }
  } catch (fault) {
    world.log.warn("conversation_not_told", describeFault(fault))
    return { ...again, counts: isFault(fault) }
  }
}

/** Looking needs no leave of a Page: what is new asks for it when it is told. */
async function lookOne(world: FanOutWorld, link: LiveLink, hint: DataHint): Promise<Told> {
  const again = { kind: "again", afterMs: RETRY_MS, counts: false, blocks: false } as const
  try {
    const heard = await hearHint(world, link, hint)
    return "kind" in heard ? { kind: "settled", told: heard } : { ...again, ...heard }
  } catch (fault) {
    world.log.warn("hint_not_heard", describeFault(fault))
    return { ...again, counts: isFault(fault) }
  }
}

/** The bank's word about a link needs no leave of a Page. */
async function hearOne(world: FanOutWorld, link: LiveLink, event: LinkEvent): Promise<Told> {
  const again = { kind: "again", afterMs: RETRY_MS, counts: false, blocks: false } as const
  try {
    const told = await world.hearLinkEvent(link, event)
    return told ? { kind: "settled", told } : again
  } catch (fault) {
    world.log.warn("link_event_not_heard", describeFault(fault))
    return { ...again, counts: isFault(fault) }
  }
}

/** Heads that were due, one line a bank. Nothing waits for it, and nothing is told again for it: each head covers all before it. */
async function anchor(world: FanOutWorld, tasks: readonly Task[]): Promise<void> {
  const banks = new Map<BankId, Map<PersonId, ChainHead>>()
  for (const { recipients, outcomes } of tasks)
    for (const { person, told } of outcomes) {
      const bank = recipients.find((each) => each.person === person)?.bank
      if (!told.anchor || bank === undefined || person === null) continue
      banks.set(bank, (banks.get(bank) ?? new Map<PersonId, ChainHead>()).set(person, told.anchor))
    }
  for (const [bank, heads] of banks)
    try {
      await world.anchor(bank, heads)
    } catch (fault) {
      world.log.warn("ledger_not_anchored", { bank, ...describeFault(fault) })
    }
}

/** Put what one telling came to beside what is known of its item. Only what waits for nothing but stopped Pages waits there. */
function note(task: Task, { person, page }: LiveLink, told: Told): void {
  if (told.kind === "settled") {
    task.outcomes.push({ event: task.item.event, person, told: told.told })
    return
  }
  const { again } = task
  const waitsFor = again && again.waitsFor === undefined ? undefined : told.waitsFor
  task.again = {
    afterMs: Math.max(again?.afterMs ?? 0, told.afterMs),
    counts: told.counts || (again?.counts ?? false),
    ...(waitsFor === undefined ? {} : { waitsFor }),
    people: [...(again?.people ?? []), person],
    pages: [...(again?.pages ?? []), page],
  }
}
