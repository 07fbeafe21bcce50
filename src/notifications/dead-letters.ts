// What could not be handled is kept where a person can see and replay it (P1, P12): from a queue's dead-letter queue, or from a
// handler that gives up. Nothing is opened here: a letter is a job as it travelled. Rows are dead-letter-store.ts.
// How they go back is replaying.ts. worker.ts gives each `<queue>-dlq` batch to `consumeDeadLetters`; the console lists and replays.

import type { AuditBy } from "../audit/audit.ts"
import type { Database } from "../db/database.ts"
import type { Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { backoffSeconds } from "../jobs/backoff.ts"
import type { QueueName } from "../jobs/job.ts"
import type { Post } from "../jobs/post.ts"
import { deadLetterOf, queueOfDeadLetters, withoutJob, type DeadLetterAbout } from "./dead-letter.ts"
import type { BankLettersFilter, DeadLetterFilter } from "./dead-letter-filter.ts"
import {
  countDeadLetters,
  findDeadLetter,
  findDeadLetters,
  keepDeadLetters,
  listDeadLetters,
  type DeadLetterPage,
  type DeadLetterScope,
} from "./dead-letter-store.ts"
import { describeReplay, replayLetters, type ReplayRefusal } from "./replaying.ts"

/** Hand-outs before a queue gives up: the first and `max_retries` of wrangler.toml. */
const QUEUE_ATTEMPTS = 101

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

/** What an operator does with dead letters, as functions over one database and one sender. */
export interface DeadLetterDesk {
  list(scope: DeadLetterScope, cursor?: string, filter?: DeadLetterFilter): Promise<DeadLetterPage>
  find(id: string): Promise<DeadLetterAbout | undefined>
  /** Those of these that are there. @param ids at most `REPLAYED_BY_ID_MAX` */
  findAll(ids: readonly string[]): Promise<readonly DeadLetterAbout[]>
  count(scope: DeadLetterScope): Promise<Readonly<Partial<Record<QueueName, number>>>>
  replay(id: string, by: AuditBy): Promise<Result<DeadLetterAbout, ReplayRefusal>>
  /** Those that went back. */
  replayAll(ids: readonly string[], by: AuditBy): Promise<Result<readonly DeadLetterAbout[], ReplayRefusal>>
  /** What an ask for a replay by filter says. */
  describeReplay(filter: BankLettersFilter): ReturnType<typeof describeReplay>
}

/** A desk for the console. */
export function createDeadLetterDesk(given: {
  readonly db: Database
  readonly post: Post
  readonly now: Now
}): DeadLetterDesk {
  const { db, now } = given
  return {
    list: (scope, cursor, filter) => listDeadLetters(db, scope, now(), cursor, filter),
    async find(id) {
      const letter = await findDeadLetter(db, id, now())
      return letter && withoutJob(letter)
    },
    findAll: async (ids) => (await findDeadLetters(db, ids, now())).map(withoutJob),
    count: (scope) => countDeadLetters(db, scope, now()),
    async replay(id, by) {
      const replayed = await replayLetters(given, [id], by)
      if (!replayed.ok) return replayed
      const [letter] = replayed.value
      return letter ? ok(letter) : err({ reason: "letter_not_found" })
    },
    replayAll: (ids, by) => replayLetters(given, ids, by),
    describeReplay: (filter) => describeReplay(given, filter, now()),
  }
}
