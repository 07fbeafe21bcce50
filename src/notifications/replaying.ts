// Dead letters on their way back: one, some by their ids, or all a filter means. A replay posts the job as it travelled to its queue;
// whoever handles it there looks at everything anew: the link and its grant, whether the event is still fresh, the platform's window, and
// whether it was told before (P2). Nothing is opened here.
//
// A replay by filter is asked for by one person and approved by another (P14). What is then done is a chore in bounded steps, from what
// was asked and nothing else. Composed by doors.ts and house.ts.

import type { Approval } from "../approvals/approval.ts"
import { findApproval } from "../approvals/approval-store.ts"
import type { AuditBy } from "../audit/audit.ts"
import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { DONE, type Verdict } from "../jobs/consume.ts"
import type { Job, QueueName, ReplayLettersJob } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import { withoutJob, type DeadLetter, type DeadLetterAbout } from "./dead-letter.ts"
import { parseLetterFilter, renderLetterFilter, type BankLettersFilter } from "./dead-letter-filter.ts"
import { countFiltered, findDeadLetters, listFiltered, removeReplayed } from "./dead-letter-store.ts"

/** Ids in one request. */
export const REPLAYED_BY_ID_MAX = 50
/** Letters of one step of a replay by filter: two statements each, and up to 60 kB of memory. */
export const REPLAYED_A_STEP = 50
const STATES_THAT_ACT = ["approved", "done"] as const

/** What replaying needs. */
export interface ReplayWorld {
  readonly db: Database
  readonly post: Post
  readonly now: Now
}

/** Why a letter was not replayed. */
export type ReplayRefusal =
  | { readonly reason: "letter_not_found" }
  | { readonly reason: "outage"; readonly outage: Outage }

/** Replay letters by their ids, all that are there. Those of a queue that takes nothing stay.
 * A crash between the queue and the row leaves the letter, and a second replay posts the job twice: handlers are safe to repeat (P2).
 * @param ids at most `REPLAYED_BY_ID_MAX`
 * @returns what went back; refusal where a queue took nothing and nothing went back at all. @throws DatabaseError */
export async function replayLetters(
  world: ReplayWorld,
  ids: readonly string[],
  by: AuditBy,
): Promise<Result<readonly DeadLetterAbout[], ReplayRefusal>> {
  const letters = await findDeadLetters(world.db, ids, by.at)
  const { replayed, outage } = await postAll(world, letters, by)
  return outage && replayed.length === 0 ? err({ reason: "outage", outage }) : ok(replayed)
}

/** What an ask for a replay by filter says to whoever approves, and what the act goes by. Letters that come later are not meant. */
export async function describeReplay(
  world: Pick<ReplayWorld, "db">,
  filter: BankLettersFilter,
  now: number,
): Promise<{ readonly filter: Readonly<Record<string, string>>; readonly letters: number }> {
  const ended = { ...filter, to: Math.min(filter.to ?? now, now) }
  return { filter: renderLetterFilter(ended), letters: await countFiltered(world.db, ended, now) }
}

/** The approved act: the work itself is the chore's. @returns refusal `outage` where the queue takes nothing */
export async function startReplay(
  world: ReplayWorld,
  approval: Approval,
): Promise<Result<void, { readonly reason: string }>> {
  const filter = filterOf(approval)
  if (!filter) return err({ reason: "filter_unreadable" })
  return (await postStep(world, filter, approval.id)) ? ok(undefined) : err({ reason: "outage" })
}

/** The chore: one step, and the next one posted where there is more. What dies again meanwhile is younger than the filter's end. */
export async function continueReplay(world: ReplayWorld, job: ReplayLettersJob): Promise<Verdict> {
  const approval = await findApproval(world.db, job.approval)
  const acts = (STATES_THAT_ACT as readonly string[]).includes(approval?.state ?? "")
  const filter = approval && acts ? filterOf(approval) : undefined
  // Nothing is done on the word of a queue alone: two people must stand behind it.
  if (!approval || !filter || filter.bank !== job.bank) return DONE
  const by = {
    actor: approval.decidedBy ?? approval.askedBy,
    reason: approval.decidedReason ?? approval.askedReason,
    at: world.now(),
    detail: { approval: approval.id },
  }
  const letters = await listFiltered(world.db, filter, world.now(), REPLAYED_A_STEP)
  const { outage } = await postAll(world, letters, by)
  if (outage) return { kind: "retry" }
  if (letters.length < REPLAYED_A_STEP) return DONE
  return (await postStep(world, filter, approval.id)) ? DONE : { kind: "retry" }
}

async function postStep(world: ReplayWorld, { bank }: BankLettersFilter, approval: string): Promise<boolean> {
  const job: ReplayLettersJob = { v: 1, kind: "replay_letters", bank, approval, postedAt: world.now() }
  return (await world.post("chores", [job])).ok
}

/** The filter that was asked for; `undefined` for what is no such thing. */
function filterOf({ kind, bank, asked }: Approval): BankLettersFilter | undefined {
  if (kind !== "dead_letters.replay") return undefined
  const parsed = parseLetterFilter(asked["filter"])
  if (!parsed.ok || parsed.value.bank === undefined || parsed.value.bank !== bank) return undefined
  return { ...parsed.value, bank: parsed.value.bank }
}

/** Post letters queue by queue; what a queue has is taken away with its lines of the trail. */
async function postAll(
  { db, post }: ReplayWorld,
  letters: readonly DeadLetter[],
  by: AuditBy,
): Promise<{ readonly replayed: readonly DeadLetterAbout[]; readonly outage?: Outage }> {
  const replayed: DeadLetterAbout[] = []
  let outage: Outage | undefined
  for (const [queue, some] of byQueue(letters)) {
    const posted = await post(
      queue,
      some.map(({ job }) => job as Job),
    )
    if (!posted.ok) {
      outage = posted.error
      continue
    }
    const gone = some.map(withoutJob)
    await removeReplayed(db, gone, by)
    replayed.push(...gone)
  }
  return outage ? { replayed, outage } : { replayed }
}

function byQueue(letters: readonly DeadLetter[]): ReadonlyMap<QueueName, readonly DeadLetter[]> {
  const queues = new Map<QueueName, DeadLetter[]>()
  for (const letter of letters) {
    const some = queues.get(letter.queue)
    if (some) some.push(letter)
    else queues.set(letter.queue, [letter])
  }
  return queues
}
