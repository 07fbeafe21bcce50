// After the database was put back: what it forgot is done again from the banks' audit logs, which no restore of D1 touches. Links that ended
// end again, people who were erased are erased again, revoked keys are revoked again; a link whose consent changed is held in its
// Conversation against the directory, and the stricter side wins (P4). Everything else an operator did since is listed, for a person to do
// again. One call does some of it and says how much is left, for a call may ask the database so often only; each step may be repeated, and
// whoever was cut off goes on where the last call ended. Composed by doors.ts.

import type { AuditLogs } from "../audit/audit-log-of.ts"
import type { AuditBy } from "../audit/audit.ts"
import { findMoved, type AuditLine } from "../audit/audit-store.ts"
import { compareGenerations, isBehind, levelGenerations, type Generations } from "../audit/generation.ts"
import { readEntry } from "../audit/log-entry.ts"
import type { Leaving, LinkHolder } from "../conversations/leaving.ts"
import { loadRestoreProgress, putRestoreProgress } from "../db/deployment-store.ts"
import type { Database } from "../db/database.ts"
import type { BankId, LinkId, PageId, PersonId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { END_REASONS, findLink, type EndReason } from "../links/link-store.ts"

/** An erasure the directory does not know of any more. */
export interface ErasedBefore {
  readonly person: PersonId
  readonly erasedAt: number
  /** The page that says how far it is, and where the person was; lines tell it since they know it. */
  readonly status?: { readonly code: string; readonly page: PageId; readonly bank: BankId }
  /** Where it had come to its end. */
  readonly doneAt?: number
}

/** What restoring needs. */
export interface RestoringWorld {
  readonly db: Database
  readonly logs: AuditLogs
  readonly leaving: Pick<Leaving, "end" | "settle">
  /** The Conversation of somebody the directory may not know. */
  readonly holderOf: (of: { readonly page: PageId; readonly person: PersonId }) => Promise<LinkHolder>
  /** Erase a person again whom the directory may know once more. @returns `false` where nothing of them is there */
  readonly eraseAgain: (erased: ErasedBefore, by: AuditBy) => Promise<boolean>
  readonly revokeKey: (bank: BankId, key: string, by: AuditBy) => Promise<void>
  readonly log: Log
}

/** What one call did. */
export interface RestoreReport {
  /** Acts that are left for further calls; at 0 the doors are open. */
  readonly left: number
  /** Links ended again. */
  readonly ended: number
  /** Links held against the directory. */
  readonly settled: number
  readonly erased: number
  readonly revokedKeys: number
  /** What people did that nobody can do again for them, at most 500: told by the last call. */
  readonly toDo: readonly Pick<AuditLine, "bank" | "at" | "actor" | "action" | "object">[]
}

/** The database is not behind: there is nothing to finish. */
export type RestoreRefusal = { readonly reason: "not_restored" }

/** An act asks the database some ten times, and a call may some thousand. */
const ACTS_A_CALL = 60
const ACTS_AT_ONCE = 6
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

type Counted = "ended" | "settled" | "erased" | "revokedKeys"

/** How far both have come. */
export function compare(world: Pick<RestoringWorld, "db" | "logs">): Promise<Generations> {
  return compareGenerations(world)
}

/** Do again what the directory forgot, some of it a call, then open the doors.
 * @throws where the directory, an object or a queue does not answer: try again */
export async function finishRestore(
  world: RestoringWorld,
  by: AuditBy,
): Promise<Result<RestoreReport, RestoreRefusal>> {
  const generations = await compare(world)
  if (!isBehind(generations)) return err({ reason: "not_restored" })
  const forgotten = await readForgotten(world, await findMoved(world.db))
  const after = await loadRestoreProgress(world.db, generations.register)
  const waiting = [...forgotten.acts]
    .filter(([id]) => id > after)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
  const now = waiting.slice(0, ACTS_A_CALL)
  const counts: Record<Counted, number> = { ended: 0, settled: 0, erased: 0, revokedKeys: 0 }
  for (let at = 0; at < now.length; at += ACTS_AT_ONCE)
    for (const done of await Promise.all(
      now.slice(at, at + ACTS_AT_ONCE).map(([, act]) => doAgain(world, act, by)),
    ))
      if (done) counts[done] += 1
  const left = waiting.length - now.length
  const last = now.at(-1)
  if (left > 0 && last) {
    await putRestoreProgress(world.db, generations.register, last[0])
    return ok({ left, ...counts, toDo: [] })
  }
  await levelGenerations(world, generations, forgotten.newest, by)
  return ok({ left, ...counts, toDo: forgotten.toDo })
}

/** Something the directory forgot, as far as the logs tell of it. */
type Act =
  | {
      readonly kind: "link"
      readonly link: LinkId
      /** Why it ended last, where it did. */
      readonly ended?: string
      readonly who?: { readonly page: PageId; readonly person: PersonId }
    }
  | ({ readonly kind: "person" } & ErasedBefore)
  | { readonly kind: "key"; readonly bank: BankId; readonly key: string }

/** The logs in which something lies that the directory does not know, in their order, and the largest number of any line. Numbers rise
 * with time: of each bank they are looked through from the newest month back to the first that holds nothing new, so that a restore of a
 * minute does not read years. */
async function findLogsSince({ logs }: RestoringWorld, moved: number) {
  const since: { readonly bank: BankId | "*"; readonly month: string }[] = []
  const over = new Set<string>()
  let newest = 0
  for (const { bank, month } of (await logs.register().logs({ v: 1 })).toReversed()) {
    if (over.has(bank)) continue
    const named = { bank: bank as BankId | "*", month }
    const last = await logs.of(named.bank, month).newest({ v: 1 })
    newest = Math.max(newest, last)
    if (last > moved) since.push(named)
    else over.add(bank)
  }
  return { newest, since: since.toReversed() }
}

/** What the directory does not know, out of the logs: acts by the id of their thing, and the largest number of any line. */
async function readForgotten(world: RestoringWorld, moved: number) {
  const { logs } = world
  const acts = new Map<string, Act>()
  const toDo: AuditLine[] = []
  const { newest, since } = await findLogsSince(world, moved)
  for (const { bank, month } of since) {
    const log = logs.of(bank, month)
    for (let from = 0; ;) {
      const page = await log.since({ v: 1, outbox: moved, from })
      const last = page.at(-1)
      if (!last) break
      for (const { entry } of page) {
        const line = readEntry(entry)
        const act = actOf(line, acts.get(line.object))
        if (act) acts.set(line.object, act)
        else if (!NOTHING_TO_DO.some((each) => line.action.startsWith(each))) toDo.push(line)
      }
      from = last.seq + 1
    }
  }
  return {
    acts,
    newest,
    toDo: toDo
      .slice(-TO_DO_MAX)
      .map(({ bank, at, actor, action, object }) => ({ bank, at, actor, action, object })),
  }
}

/** What a line leads to, with what earlier lines of the same thing told. */
function actOf(
  { bank, at, action, object, reason, detail }: AuditLine,
  before: Act | undefined,
): Act | undefined {
  if (action === "person.erase") return erasedBefore(object as PersonId, bank, at, detail)
  if (action === "person.erased" && before?.kind === "person") return { ...before, doneAt: at }
  if (action === "bank_key.revoke" && bank !== "*") return { kind: "key", bank, key: object }
  if (!action.startsWith("link.")) return undefined
  const { person, page } = detail ?? {}
  return {
    ...(before?.kind === "link" ? before : {}),
    kind: "link",
    link: object as LinkId,
    ...(action === "link.end" ? { ended: reason } : {}),
    ...(typeof person === "string" && typeof page === "string"
      ? { who: { person: person as PersonId, page: page as PageId } }
      : {}),
  }
}

/** @returns what it counts as; nothing where there was nothing left of it */
async function doAgain(world: RestoringWorld, act: Act, by: AuditBy): Promise<Counted | undefined> {
  switch (act.kind) {
    case "person":
      return (await world.eraseAgain(act, again(by, "person.erase"))) ? "erased" : undefined
    case "key":
      await world.revokeKey(act.bank, act.key, again(by, "bank_key.revoke"))
      return "revokedKeys"
    case "link":
      if (act.ended === undefined) return (await settle(world, act)) ? "settled" : undefined
      return (await endAgain(world, act.link, act.ended, by)) ? "ended" : undefined
  }
}

/** A line of before they named a status page leads to another page. */
function erasedBefore(
  person: PersonId,
  bank: BankId | "*",
  erasedAt: number,
  detail: AuditLine["detail"],
): Act {
  const { code, page } = detail ?? {}
  const named = typeof code === "string" && typeof page === "string" && bank !== "*"
  return {
    kind: "person",
    person,
    erasedAt,
    ...(named ? { status: { code, page: page as PageId, bank } } : {}),
  }
}

async function endAgain(world: RestoringWorld, link: LinkId, ended: string, by: AuditBy): Promise<boolean> {
  const reason: EndReason = ended in END_REASONS ? (ended as EndReason) : "disconnected"
  return (await world.leaving.end(link, { reason, by: again(by, reason), silent: true })) !== "unknown"
}

/** A link that is live in the directory is settled as ever; one that is not, or not any more known there, ends in its Conversation, which
 * finds nothing that proves it. */
async function settle(
  world: RestoringWorld,
  { link, who }: Act & { readonly kind: "link" },
): Promise<boolean> {
  try {
    const known = await findLink(world.db, link)
    const holder = known ?? who
    if (!holder) return false
    if (known?.state === "live") await world.leaving.settle(link)
    else await (await world.holderOf(holder)).settleLink({ v: 1, link })
    return true
  } catch (fault) {
    // Its Conversation cannot be opened: then it says nothing under that link either.
    world.log.error("link_not_settled_after_restore", { link, ...describeFault(fault) })
    return false
  }
}

/** The same act once more, by whoever finishes the restore. */
function again({ actor, at }: AuditBy, what: string): AuditBy {
  return { actor, at, reason: `restore: ${what}` }
}
