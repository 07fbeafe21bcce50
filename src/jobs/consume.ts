// The one consuming loop. A handler sees the whole batch, so that it can ask D1 once for everybody in it, and gives each
// message its own verdict; none decides for another; nothing is acknowledged by falling through.
// A fault in a handler is caught here, logged by its class, and its job, or where it was the whole batch's the batch, is retried
// like an outage.

import { SECOND_MS, type Now } from "../foundation/clock.ts"
import type { BankId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { backoffSeconds } from "./backoff.ts"
import { parseJob, type Job, type Lane } from "./job.ts"

/** What became of one message. `retry` keeps it; without `afterSeconds` the wait grows with the attempts. */
export type Verdict =
  | { readonly kind: "done" }
  | {
      readonly kind: "retry"
      readonly afterSeconds?: number
      /** What was thrown, where it was this job alone: for the log. */
      readonly fault?: unknown
    }

export const DONE: Verdict = { kind: "done" }

/** A job with the number of times the queue has handed it out, from 1. */
export interface Delivered<J extends Job = Job> {
  readonly job: J
  readonly attempts: number
}

/** Handles a batch: one verdict for each job, in the same order. */
export type HandleBatch = (jobs: readonly Delivered[]) => Promise<readonly Verdict[]>

/** A handler of single jobs, run beside each other: a fault in one is that job's alone. */
export function each(handle: (delivered: Delivered) => Promise<Verdict>): HandleBatch {
  return (jobs) =>
    Promise.all(
      jobs.map(async (job): Promise<Verdict> => {
        try {
          return await handle(job)
        } catch (fault) {
          return { kind: "retry", fault }
        }
      }),
    )
}

/** What was done, counted: for the meters. */
export interface Consumed {
  readonly messages: number
  /** Events in them, where they are packs. */
  readonly items: number
  readonly retried: number
  /** When each acknowledged message was posted. */
  readonly settledPostedAt: readonly number[]
  /** What packs of banks' events waited: events times seconds. One that waited less than a second is not among them. */
  readonly waited: readonly { readonly bank: BankId; readonly lane: Lane; readonly waited: number }[]
}

/** Less is no waiting, and costs no row. */
const WAITED_MS_MIN = SECOND_MS

/** Read a batch, run `handle`, acknowledge and retry message by message.
 * @param chance a number in [0, 1) that spreads retries */
export async function consume(
  batch: MessageBatch,
  handle: HandleBatch,
  log: Log,
  chance: () => number,
  realNow: Now = Date.now,
): Promise<Consumed> {
  const handedOutAt = realNow()
  const readable: Message[] = []
  const jobs: Delivered[] = []
  for (const message of batch.messages) {
    const job = parseJob(message.body)
    if (job.ok) {
      readable.push(message)
      jobs.push({ job: job.value, attempts: message.attempts })
    } else {
      log.error("job_refused", { queue: batch.queue, reason: job.error.reason })
      message.retry({ delaySeconds: backoffSeconds(message.attempts, chance()) })
    }
  }
  let verdicts: readonly Verdict[] = []
  try {
    if (jobs.length > 0) verdicts = await handle(jobs)
  } catch (fault) {
    log.error("job_fault", { queue: batch.queue, ...describeFault(fault) })
  }
  const settledPostedAt: number[] = []
  const waited: Consumed["waited"][number][] = []
  let items = 0
  for (const [index, message] of readable.entries()) {
    const job = jobs[index]?.job
    items += job && "items" in job ? job.items : 1
    const verdict: Verdict = verdicts[index] ?? { kind: "retry" }
    if (verdict.kind === "retry" && "fault" in verdict)
      log.error("job_fault", { queue: batch.queue, ...describeFault(verdict.fault) })
    if (verdict.kind === "done") {
      if (job) settledPostedAt.push(job.postedAt)
      message.ack()
    }
    const delaySeconds =
      verdict.kind === "done" ? 0 : (verdict.afterSeconds ?? backoffSeconds(message.attempts, chance()))
    if (verdict.kind === "retry") message.retry({ delaySeconds })
    if (job?.kind !== "pack") continue
    // Until it was first handed out by the queue's own clock; how long it then stays away is decided here.
    const beforeMs = message.attempts === 1 ? handedOutAt - message.timestamp.getTime() : 0
    const waitedMs = Math.max(0, beforeMs) + delaySeconds * SECOND_MS
    if (waitedMs >= WAITED_MS_MIN)
      waited.push({ bank: job.bank, lane: job.lane, waited: (job.items * waitedMs) / SECOND_MS })
  }
  const messages = batch.messages.length
  return { messages, items, retried: messages - settledPostedAt.length, settledPostedAt, waited }
}
