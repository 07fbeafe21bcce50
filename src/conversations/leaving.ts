// Every way out that does not begin in the chat: the bank's word, an operator, the person's own pages, an erasure. The grant ends in the
// Conversation first; then the directory says so under the name of whoever acted, the bank is told, and the chore that revokes and
// destroys is durable. Each step may be repeated, so that whoever was interrupted begins again. Composed by house.ts.

import { bySystem, type AuditBy } from "../audit/audit.ts"
import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { BankId, LinkId, PersonId, Random } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { ChoreJob } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import type { ConsentRecord } from "../links/consent-record.ts"
import { listRecords } from "../links/consent-store.ts"
import { NOBODY } from "../links/link-binding-store.ts"
import type { LinkReports } from "../links/link-callbacks.ts"
import {
  endLink,
  findLink,
  findLiveForCustomers,
  listUnendedOf,
  type EndReason,
  type StoredLink,
} from "../links/link-store.ts"
import type { ConsentRequest, EndRequest } from "./conversation-requests.ts"
import type { ConsentView, Holding } from "./consent-view.ts"

/** What a Conversation does about links when it is called. */
export interface LinkHolder {
  endLink(request: EndRequest): Promise<Holding>
  settleLink(request: { readonly v: 1; readonly link: LinkId }): Promise<Holding>
  changeConsent(request: ConsentRequest): Promise<ConsentView | undefined>
}

/** What leaving is given. */
export interface LeavingWorld {
  readonly db: Database
  readonly holderOf: (link: Pick<StoredLink, "page" | "person">) => Promise<LinkHolder>
  readonly customerOf: (bank: BankId, reference: string) => Promise<string>
  readonly linkReports: LinkReports
  readonly post: Post
  readonly now: Now
  readonly random: Random
  readonly log: Log
}

/** What became of it. `ending`: the directory says ended and the bank hears of it, but the Conversation did not answer; a chore goes on
 * asking it. */
export type Left = "ended" | "ending" | "unknown"

/** Why a link ends, and by whom. */
export interface EndHow {
  readonly reason: EndReason
  readonly by: AuditBy
  /** Nothing is said in the chat. */
  readonly silent?: boolean
}

/** What became of several. */
export interface LeftAll {
  readonly links: number
  /** Every one has ended in its chat too. */
  readonly ended: boolean
}

export type Leaving = ReturnType<typeof createLeaving>

/** All ways out but the chat's own. */
export function createLeaving(world: LeavingWorld) {
  const { db, post, now, random, log } = world

  /** End one link. When this says `ended`, no Graph or bank call starts under it any more. Harmless to repeat.
   * @throws DatabaseError, or Error where no queue takes what must follow: try again */
  async function end(id: LinkId, how: EndHow): Promise<Left> {
    const left = await endOnce(id, how)
    if (left.state !== "ending") return left.state
    const { reason, silent = false } = how
    await postChores({ v: 1, kind: "end_link", bank: left.bank, link: id, reason, silent, postedAt: now() })
    return "ending"
  }

  /** The same, for a chore that is itself the next try. */
  async function endAgain(id: LinkId, how: EndHow): Promise<Left> {
    return (await endOnce(id, how)).state
  }

  async function endOnce(
    id: LinkId,
    { reason, by, silent = false }: EndHow,
  ): Promise<{ readonly state: "unknown" } | { readonly state: "ended" | "ending"; readonly bank: BankId }> {
    const link = await findLink(db, id)
    if (!link) return { state: "unknown" }
    const { bank } = link
    const holding = await tellHolder(link, { v: 1, link: id, reason, silent, by })
    if (link.state !== "ended") await endLink(db, id, reason, by, random, { keepSealed: true })
    // The Conversation that had it wrote down that the bank is to be told, and goes on until it was.
    if (holding && HELD.has(holding)) return { state: "ended", bank }
    // While its key is there its tail is not over, whoever ended it: told once more, the same callback has the same id.
    if (link.wrappedKey !== null) {
      const told = await endedAs(id)
      if (told) await world.linkReports.ended(id, told)
      await postChores({ v: 1, kind: "revoke_link", bank, link: id, postedAt: now() })
    }
    return { state: holding ? "ended" : "ending", bank }
  }

  /** Why a link ended that was live; the bank never heard of one that was not. */
  async function endedAs(id: LinkId): Promise<EndReason | undefined> {
    const records = await listRecords(db, id)
    const last = records.at(-1)
    if (!last || !records.some(({ kind }) => kind === "confirmed")) return undefined
    const record = JSON.parse(last.json) as ConsentRecord
    return "reason" in record ? (record.reason as EndReason) : undefined
  }

  /** @returns how it stood there; `undefined` where the Conversation did not answer */
  async function tellHolder(link: StoredLink, request: EndRequest): Promise<Holding | undefined> {
    if (link.person === NOBODY) return "not_held"
    try {
      return await (await world.holderOf(link)).endLink(request)
    } catch (fault) {
      log.error("link_not_ended_in_chat", { link: link.id, ...describeFault(fault) })
      return undefined
    }
  }

  async function postChores(...jobs: readonly ChoreJob[]): Promise<void> {
    const posted = await post("chores", jobs)
    if (!posted.ok) throw new Error("Cannot post what follows the end of a link")
  }

  /** End every live link of a bank's customer.
   * @param madeBefore a link made since then is another one, and stays */
  async function endCustomer(
    bank: BankId,
    reference: string,
    how: EndHow,
    madeBefore = Number.POSITIVE_INFINITY,
  ): Promise<LeftAll> {
    const live = await findLiveForCustomers(db, [await world.customerOf(bank, reference)])
    const found = await Promise.all(live.map(({ id }) => findLink(db, id)))
    const ids = found.flatMap((link) => (link && link.createdAt < madeBefore ? [link.id] : []))
    return endAll(ids, how)
  }

  /** End every link of a person, pending or live. */
  async function endPerson(person: PersonId, how: EndHow): Promise<LeftAll> {
    return endAll(await listUnendedOf(db, person), how)
  }

  async function endAll(ids: readonly LinkId[], how: EndHow): Promise<LeftAll> {
    const left: Left[] = []
    for (const id of ids) left.push(await end(id, how))
    return { links: ids.length, ended: left.every((each) => each !== "ending") }
  }

  /** Hold object and directory against each other. What ended in one ends in the other: the stricter side. A Conversation that remembers
   * nothing is left alone, for it is begun from the record when its person writes.
   * @returns whether it is settled; otherwise look again later */
  async function settle(id: LinkId): Promise<boolean> {
    const link = await findLink(db, id)
    if (!link || link.state === "pending") return true
    const holder = await world.holderOf(link)
    const holding =
      link.state === "ended"
        ? await holder.endLink({ v: 1, link: id, reason: "revoked_by_bank", silent: false })
        : await holder.settleLink({ v: 1, link: id })
    if (link.state === "live" && holding === "not_held")
      await end(id, { reason: "disconnected", by: bySystem("not_held_in_chat", now()), silent: true })
    return SETTLED[link.state].includes(holding)
  }

  return { end, endAgain, endCustomer, endPerson, settle }
}

/** A Conversation in which a link stood like this ends it to the last step. */
const HELD: ReadonlySet<Holding> = new Set<Holding>(["live", "pending", "opening", "ending"])

/** How a link may stand in its Conversation when the directory has it so. */
const SETTLED: Readonly<Record<"live" | "ended", readonly Holding[]>> = {
  live: ["live", "empty", "not_held"],
  ended: ["not_held", "empty"],
}
