// After the database was put back: what it forgot is done again from the banks' audit logs, which no restore of D1 touches. Links that ended
// end again, people who were erased are erased again, revoked keys are revoked again; a link whose consent changed is held in its
// Conversation against the directory, and the stricter side wins (P4). Everything else an operator did since is listed, for a person to do
// again. Each step may be repeated: whoever was cut off begins anew. Composed by doors.ts.

import type { AuditLogs } from "../audit/audit-log-of.ts"
import { bySystem, type AuditBy } from "../audit/audit.ts"
import { findMoved, type AuditLine } from "../audit/audit-store.ts"
import { compareGenerations, isBehind, levelGenerations, type Generations } from "../audit/generation.ts"
import { readEntry } from "../audit/log-entry.ts"
import type { Leaving, LinkHolder } from "../conversations/leaving.ts"
import type { Database } from "../db/database.ts"
import type { BankId, LinkId, PageId, PersonId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { END_REASONS, findLink, type EndReason } from "../links/link-store.ts"

/** What restoring needs. */
export interface RestoringWorld {
  readonly db: Database
  readonly logs: AuditLogs
  readonly leaving: Pick<Leaving, "end" | "settle">
  /** The Conversation of somebody the directory may not know. */
  readonly holderOf: (of: { readonly page: PageId; readonly person: PersonId }) => Promise<LinkHolder>
  /** Erase a person again whom the directory may know once more. @returns `false` where nothing of them is there */
  readonly eraseAgain: (person: PersonId, erasedAt: number, by: AuditBy) => Promise<boolean>
  readonly revokeKey: (bank: BankId, key: string, by: AuditBy) => Promise<void>
  readonly log: Log
}

/** What was found and done. */
export interface RestoreReport {
  /** Links ended again. */
  readonly ended: number
  /** Links held against the directory. */
  readonly settled: number
  readonly erased: number
  readonly revokedKeys: number
  /** What people did that nobody can do again for them, at most 500. */
  readonly toDo: readonly Pick<AuditLine, "bank" | "at" | "actor" | "action" | "object">[]
}

/** The database is not behind: there is nothing to finish. */
export type RestoreRefusal = { readonly reason: "not_restored" }

const TO_DO_MAX = 500
/** What happens by itself again, or tells of nothing that could be lost. */
const NOTHING_TO_DO = [
  "ledger.anchor",
  "link.",
  "person.",
  "templates.",
  "clock.",
  "restore.",
  "dead_letter.",
]

/** How far both have come. */
export function compare(world: Pick<RestoringWorld, "db" | "logs">): Promise<Generations> {
  return compareGenerations(world)
}

/** Do again what the directory forgot, then open the doors. @throws where the directory, an object or a queue does not answer: try again */
export async function finishRestore(
  world: RestoringWorld,
  by: AuditBy,
): Promise<Result<RestoreReport, RestoreRefusal>> {
  const generations = await compare(world)
  if (!isBehind(generations)) return err({ reason: "not_restored" })
  const { lines, newest } = await readForgotten(world, await findMoved(world.db))
  const links = linksOf(lines)
  let ended = 0
  let settled = 0
  for (const forgotten of links.values())
    if (forgotten.ended) ended += await endAgain(world, forgotten, by)
    else settled += await settle(world, forgotten)
  const people = new Map(
    lines.filter(({ action }) => action === "person.erase").map(({ object, at }) => [object, at]),
  )
  let erased = 0
  for (const [person, at] of people)
    if (await world.eraseAgain(person as PersonId, at, again(by, "person.erase"))) erased += 1
  const keys = lines.filter(({ action }) => action === "bank_key.revoke")
  for (const { bank, object } of keys)
    if (bank !== "*") await world.revokeKey(bank, object, again(by, "bank_key.revoke"))
  await levelGenerations(world, generations, newest, by)
  return ok({
    ended,
    settled,
    erased,
    revokedKeys: keys.length,
    toDo: lines
      .filter(
        ({ action }) =>
          action !== "bank_key.revoke" && !NOTHING_TO_DO.some((each) => action.startsWith(each)),
      )
      .slice(-TO_DO_MAX)
      .map(({ bank, at, actor, action, object }) => ({ bank, at, actor, action, object })),
  })
}

/** Every line of every log that the directory does not know, and the largest number of any. */
async function readForgotten(
  { logs }: RestoringWorld,
  moved: number,
): Promise<{ readonly lines: readonly AuditLine[]; readonly newest: number }> {
  const lines: AuditLine[] = []
  let newest = 0
  for (const { bank, month } of await logs.register().logs({ v: 1 })) {
    const log = logs.of(bank as BankId | "*", month)
    newest = Math.max(newest, await log.newest({ v: 1 }))
    for (let from = 0; ;) {
      const page = await log.since({ v: 1, outbox: moved, from })
      const last = page.at(-1)
      if (!last) break
      lines.push(...page.map(({ entry }) => readEntry(entry)))
      from = last.seq + 1
    }
  }
  return { lines, newest }
}

/** One link as far as the logs tell of it. */
interface Forgotten {
  readonly link: LinkId
  /** Why it ended last, where it did. */
  readonly ended?: string
  readonly who?: { readonly page: PageId; readonly person: PersonId }
}

function linksOf(lines: readonly AuditLine[]): ReadonlyMap<string, Forgotten> {
  const links = new Map<string, Forgotten>()
  for (const { action, object, reason, detail } of lines) {
    if (!action.startsWith("link.")) continue
    const { person, page } = detail ?? {}
    links.set(object, {
      ...links.get(object),
      link: object as LinkId,
      ...(action === "link.end" ? { ended: reason } : {}),
      ...(typeof person === "string" && typeof page === "string"
        ? { who: { person: person as PersonId, page: page as PageId } }
        : {}),
    })
  }
  return links
}

async function endAgain(
  world: RestoringWorld,
  { link, ended = "" }: Forgotten,
  by: AuditBy,
): Promise<number> {
  const reason: EndReason = ended in END_REASONS ? (ended as EndReason) : "disconnected"
  return (await world.leaving.end(link, { reason, by: again(by, reason), silent: true })) === "unknown"
    ? 0
    : 1
}

/** A link that is live in the directory is settled as ever; one that is not, or not any more known there, ends in its Conversation, which finds nothing that proves it. */
async function settle(world: RestoringWorld, { link, who }: Forgotten): Promise<number> {
  try {
    const known = await findLink(world.db, link)
    const holder = known ?? who
    if (!holder) return 0
    if (known?.state === "live") await world.leaving.settle(link)
    else await (await world.holderOf(holder)).settleLink({ v: 1, link })
    return 1
  } catch (fault) {
    // Its Conversation cannot be opened: then it says nothing under that link either.
    world.log.error("link_not_settled_after_restore", { link, ...describeFault(fault) })
    return 0
  }
}

/** The same act once more, by whoever finishes the restore. */
function again(by: AuditBy, reason: string): AuditBy {
  return { ...bySystem(`restore: ${reason}`, by.at), actor: by.actor }
}
