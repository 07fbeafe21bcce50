// What could not be handled is kept where a person can see and replay it (P1, P12): from a queue's dead-letter queue, or from a
// handler that gives up. Nothing is opened here: a letter is a job as it travelled. Rows are dead-letter-store.ts.
// worker.ts gives each `<queue>-dlq` batch to `consumeDeadLetters`; the console lists and replays.

import type { AuditBy } from "../audit/audit.ts"
import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { backoffSeconds } from "../jobs/backoff.ts"
import type { Job, QueueName } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import { deadLetterOf, queueOfDeadLetters, type DeadLetterAbout } from "./dead-letter.ts"
import {
  countDeadLetters,
  findDeadLetter,
  keepDeadLetters,
  listDeadLetters,
  removeReplayed,
  type DeadLetterPage,
  type DeadLetterScope,
} from "./dead-letter-store.ts"

/** Hand-outs before a queue gives up: the first and `max_retries` of wrangler.toml. */
const QUEUE_ATTEMPTS = 101

/** Why nothing was replayed. */
export type ReplayRefusal =
  | { readonly reason: "letter_not_found" }
  | { readonly reason: "outage"; readonly outage: Outage }

/** Keep every message of a dead-letter queue's batch, jobs this release cannot read included: the loop of jobs/consume.ts would
 * hand those back until the platform drops them. A message is acknowledged once its row is durable; rows are written in one batch.
 * @param chance a number in [0, 1) that spreads retries
 * @throws Error for a batch of another queue */
export async function consumeDeadLetters(
  batch: MessageBatch,
  given: {
    readonly db: Database
    /** Letters of a bank, or of none that can be named, were kept: let an operator know. */
    readonly kept: (bank: BankId | "*") => Promise<void>
    readonly now: Now
    readonly log: Log
    readonly chance: () => number
  },
): Promise<void> {
  const queue = queueOfDeadLetters(batch.queue)
  if (!queue) throw new Error(`Cannot keep dead letters of queue "${batch.queue}"`)
  const now = given.now()
  try {
    const rows = await Promise.all(
      batch.messages.map((message) => deadLetterOf(queue, message.body, { attempts: QUEUE_ATTEMPTS, now })),
    )
    await keepDeadLetters(given.db, rows)
    given.log.error("dead_letters_kept", { queue, letters: rows.length })
    for (const bank of new Set(rows.map((row) => row.bank))) await given.kept(bank)
    batch.ackAll()
  } catch (fault) {
    given.log.error("dead_letters_fault", { queue, ...describeFault(fault) })
    for (const message of batch.messages)
      message.retry({ delaySeconds: backoffSeconds(message.attempts, given.chance()) })
  }
}

/** Post a letter's job to its queue again; once that is durable the letter goes, in one batch with its audit line.
 * A crash between the two leaves the letter, and a second replay posts the job twice: handlers are safe to repeat (P2). */
async function replayDeadLetter(
  given: { readonly db: Database; readonly post: Post },
  id: string,
  by: AuditBy,
): Promise<Result<DeadLetterAbout, ReplayRefusal>> {
  const letter = await findDeadLetter(given.db, id, by.at)
  if (!letter) return err({ reason: "letter_not_found" })
  const { job, ...about } = letter
  const posted = await given.post(letter.queue, [job as Job])
  if (!posted.ok) return err({ reason: "outage", outage: posted.error })
  await removeReplayed(given.db, about, by)
  return ok(about)
}

/** What an operator does with dead letters, as functions over one database and one sender. */
export interface DeadLetterDesk {
  list(scope: DeadLetterScope, cursor?: string): Promise<DeadLetterPage>
  find(id: string): Promise<DeadLetterAbout | undefined>
  count(scope: DeadLetterScope): Promise<Readonly<Partial<Record<QueueName, number>>>>
  replay(id: string, by: AuditBy): Promise<Result<DeadLetterAbout, ReplayRefusal>>
}

/** A desk for the console. */
export function createDeadLetterDesk(given: {
  readonly db: Database
  readonly post: Post
  readonly now: Now
}): DeadLetterDesk {
  const { db, now } = given
  return {
    list: (scope, cursor) => listDeadLetters(db, scope, now(), cursor),
    async find(id) {
      const letter = await findDeadLetter(db, id, now())
      if (!letter) return undefined
      const { job: _, ...about } = letter
      return about
    },
    count: (scope) => countDeadLetters(db, scope, now()),
    replay: (id, by) => replayDeadLetter(given, id, by),
  }
}
