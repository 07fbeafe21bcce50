// From the webhook to people's Conversations: each gets its events within two seconds, or they are sealed and queued. One slow or
// broken object never shows in the answer to Messenger; only where neither object nor queue takes them does it hear 503.

import { SECOND_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { randomText, type PageId, type PersonId, type Random } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { InboundJob } from "../jobs/job.ts"
import { DONE, each, type HandleBatch } from "../jobs/consume.ts"
import type { Post } from "../jobs/post.ts"
import type { PersonEvents } from "../messenger/event.ts"
import type { PageDirectory } from "../messenger/page-directory.ts"
import type { PageRecord } from "../messenger/page-record.ts"
import type { Vault } from "../vault/vault.ts"
import type { Delivery } from "./person.ts"

/** Longest an object may take before its events go the other way. */
const OBJECT_MS = 2 * SECOND_MS

/** What receiving needs. */
export interface ReceptionWorld {
  readonly pages: PageDirectory
  readonly personOf: (page: PageId, psid: string) => Promise<PersonId>
  /** Hand events to a Conversation. @throws where the object does not take them */
  readonly deliver: (page: PageRecord, delivery: Delivery) => Promise<void>
  readonly vault: Pick<Vault, "sealForDays" | "openForDays">
  readonly post: Post
  readonly now: Now
  readonly random: Random
  readonly log: Log
}

/** Make every person's events durable. Harmless to repeat: a Conversation knows its events. */
export async function receivePeople(
  world: ReceptionWorld,
  people: readonly PersonEvents[],
): Promise<Result<void, Outage>> {
  const results = await Promise.all(people.map((person) => receivePerson(world, person)))
  return results.find((result) => !result.ok) ?? ok(undefined)
}

async function receivePerson(world: ReceptionWorld, events: PersonEvents): Promise<Result<void, Outage>> {
  const page = await world.pages.findRecord(events.page)
  if (!page.ok) {
    if (page.error.reason !== "page_unknown") return err({ reason: "unavailable", retry: "later" })
    world.log.warn("webhook_page_unknown", { page: events.page })
    return ok(undefined)
  }
  const record = page.value
  const person = await world.personOf(events.page, events.psid)
  const whom = { person, page: record.id, bank: record.bank }
  const delivery: Delivery = { v: 1, whom, psid: events.psid, events: events.events }
  try {
    await within(OBJECT_MS, world.deliver(record, delivery))
    return ok(undefined)
  } catch (fault) {
    world.log.warn("conversation_not_reached", describeFault(fault))
  }
  const id = randomText(world.random)
  const sealed = await world.vault.sealForDays("inbound", record.id, id, JSON.stringify(delivery))
  return world.post("inbound", [
    { v: 1, kind: "inbound", bank: record.bank, page: record.id, person, id, sealed, postedAt: world.now() },
  ])
}

/** Consumer of `inbound`: the Conversation may take its time now. */
export function consumeInbound(world: ReceptionWorld): HandleBatch {
  return each(async ({ job }) => {
    if (job.kind !== "inbound") throw new TypeError(`Cannot deliver a job of kind "${job.kind}"`)
    const page = await world.pages.findRecord(job.page)
    if (!page.ok) return { kind: "retry" }
    await world.deliver(page.value, await openInbound(world, job))
    return DONE
  })
}

async function openInbound(world: ReceptionWorld, job: InboundJob): Promise<Delivery> {
  const text = await world.vault.openForDays("inbound", job.page, job.id, job.sealed)
  if (!text.ok) throw new Error(`Cannot open events that waited: ${text.error.reason}`)
  return JSON.parse(text.value) as Delivery
}

async function within<T>(limitMs: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | null = null
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${limitMs} ms`)), limitMs)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
