// Fan-out over a world in memory: packs in clear, people by customer, Pages that lease what the test says, Conversations that answer what
// the test says. Counts what costs money or a promise. Not for src/.
import type { Callback, EventCallback } from "../../../src/banks/callback.ts"
import type { BankEvent, TransactionPosted } from "../../../src/banks/event.ts"
import type { ChainHead } from "../../../src/conversations/ledger-chain.ts"
import type { TellOutcome, TellRequest } from "../../../src/conversations/person-world.ts"
import type { BankId, LinkId, PackId, PageId, PersonId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import type { Delivered, Verdict } from "../../../src/jobs/consume.ts"
import type { Job, Lane, PackJob } from "../../../src/jobs/job.ts"
import type { PackItem } from "../../../src/jobs/pack.ts"
import type { LiveLink } from "../../../src/links/link-store.ts"
import type { Lease } from "../../../src/messenger/pacing.ts"
import { fanOut, type FanOutWorld } from "../../../src/notifications/fan-out.ts"
import { recordingLog } from "../../support/bank.ts"

export const T = Date.UTC(2026, 10, 22)
export const BANK = "demo" as BankId
export const PAGE = "100" as PageId
export const ACCEPTED: TellOutcome = { kind: "settled", state: "accepted", reason: "sent" }

/** A payment of one customer. */
export function payment(id: string, customer: string, at = T): TransactionPosted {
  return {
    v: 1,
    id,
    source: "bank",
    customer,
    at,
    staleAt: at + 86_400_000,
    type: "bank.transaction.posted.v1",
    account: "acc_1",
    transaction: {
      id,
      amount: { value: "249.99", currency: "USD" },
      direction: "out",
      occurredAt: at,
      merchant: { name: "ELECTRO MART" },
    },
  }
}

export function items(...events: readonly BankEvent[]): readonly PackItem<BankEvent>[] {
  return events.map((event) => ({ event, attempts: 0 }))
}

/** A pack as the queue hands it out; "sealed" is JSON here. */
export function pack(
  name: string,
  content: readonly PackItem<BankEvent>[],
  about: { readonly lane?: Lane; readonly attempts?: number; readonly bank?: BankId } = {},
): Delivered<PackJob> {
  return {
    attempts: about.attempts ?? 1,
    job: {
      v: 1,
      kind: "pack",
      lane: about.lane ?? "updates",
      bank: about.bank ?? BANK,
      pack: `pack_${name}` as PackId,
      month: "2026-11",
      sealed: JSON.stringify(content),
      items: content.length,
      postedAt: T,
    },
  }
}

/** The items of a pack that was posted or held. */
export function opened(job: Job | undefined): readonly PackItem<BankEvent>[] {
  if (job?.kind !== "pack") throw new TypeError("Not a pack")
  return JSON.parse(job.sealed) as readonly PackItem<BankEvent>[]
}

/** Somebody linked: customer `c1` is `person_c1`. */
export function linkOf(customer: string, page: PageId = PAGE, bank: BankId = BANK): LiveLink {
  return {
    id: `link_${customer}` as LinkId,
    person: `person_${customer}` as PersonId,
    page,
    bank,
    customer: `${bank}|${customer}`,
    epoch: 1,
    recordHash: "h",
    personWrappedKey: "w",
  }
}

export interface Posted {
  readonly queue: string
  readonly jobs: readonly Job[]
  readonly delaySeconds: number | undefined
}

/** A world; every part may be replaced. */
export function createFanOutWorld(changes: Partial<FanOutWorld> = {}) {
  const counts = { queries: 0, leases: [] as number[] }
  const told: TellRequest[] = []
  const posted: Posted[] = []
  const held: { page: PageId; job: PackJob; staleAts: readonly number[] }[] = []
  const buried: { packs: readonly PackJob[]; attempts: number }[] = []
  const reports: Callback[] = []
  const probes: PageId[] = []
  const anchored: { bank: BankId; heads: ReadonlyMap<PersonId, ChainHead> }[] = []
  const links: LiveLink[] = []
  const state = { now: T, postOk: true, reportOk: true, packs: 0 }
  const answers = new Map<string, TellOutcome | (() => TellOutcome | Promise<TellOutcome>)>()
  const { log, lines } = recordingLog()
  const key = {
    seal: (text: string) => Promise.resolve(text),
    open: (text: string) => Promise.resolve(ok(text)),
  }
  const world: { -readonly [Name in keyof FanOutWorld]: FanOutWorld[Name] } = {
    packKeys: { forSealing: () => Promise.resolve(key), forOpening: () => Promise.resolve(key) },
    post: (queue, jobs, options) => {
      if (!state.postOk) return Promise.resolve(err({ reason: "unavailable", retry: "later" }))
      posted.push({ queue, jobs, delaySeconds: options?.delaySeconds })
      return Promise.resolve(ok(undefined))
    },
    look: () => Promise.reject(new Error("No bank hints here")),
    hearLinkEvent: () => Promise.reject(new Error("No bank speaks of links here")),
    shards: 1,
    now: () => state.now,
    random: (bytes) => new Uint8Array(bytes).fill((state.packs += 1)),
    log,
    report: (_bank, callbacks) => {
      if (!state.reportOk) return Promise.resolve(err({ reason: "unavailable", retry: "later" }))
      reports.push(...callbacks)
      return Promise.resolve(ok(undefined))
    },
    hold: (page, job, staleAts) => {
      held.push({ page, job, staleAts })
      return Promise.resolve(true)
    },
    bury: (packs, attempts) => {
      buried.push({ packs, attempts })
      return Promise.resolve()
    },
    customerOf: (bank, reference) => Promise.resolve(`${bank}|${reference}`),
    anchor: async (bank, heads) => void anchored.push({ bank, heads }),
    findLive: (pseudonyms) => {
      counts.queries += 1
      return Promise.resolve(links.filter((link) => pseudonyms.includes(link.customer)))
    },
    lease: (_page, _lane, n): Promise<Lease> => {
      counts.leases.push(n)
      return Promise.resolve({
        granted: n,
        permit: { until: state.now + 2_000 },
        shares: [{ at: state.now, count: n }],
      })
    },
    tell: async (request) => {
      told.push(request)
      const answer = answers.get(request.event.id) ?? ACCEPTED
      return typeof answer === "function" ? answer() : answer
    },
    probed: (page) => {
      probes.push(page)
      return Promise.resolve()
    },
    wait: (ms) => {
      state.now += ms
      return Promise.resolve()
    },
    ...changes,
  }
  return {
    world,
    counts,
    told,
    posted,
    held,
    buried,
    probes,
    anchored,
    links,
    state,
    answers,
    lines,
    /** What the bank was told: `event status reason`. */
    get reported(): readonly string[] {
      return reports.map((each) => {
        const { event, status, reason } = each as EventCallback
        return `${event.id} ${status} ${reason}`
      })
    },
    run: (...packs: readonly Delivered<PackJob>[]): Promise<readonly Verdict[]> => fanOut(world)(packs),
    toldIds: () => told.map(({ event }) => event.id),
  }
}

/** An error as a Durable Object call throws it. */
export function objectError(flags: {
  readonly remote?: boolean
  readonly retryable?: boolean
  readonly overloaded?: boolean
}): Error {
  return Object.assign(new Error("An object failed"), flags)
}
