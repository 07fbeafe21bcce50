// The only sender to queues. Takes jobs, keeps the platform's limits, says whether all of them are durable.

import { err, ok, type Result } from "../foundation/result.ts"
import type { Outage } from "../foundation/failure.ts"
import type { Job, QueueName } from "./job.ts"

/** One `sendBatch` takes 100 messages and 256 kB; a message's envelope costs about 100 B. */
const BATCH_MESSAGES_MAX = 100
const BATCH_BYTES_MAX = 240_000

/** Put jobs on a queue. `ok` means every one is on disk; an outage that some may be: posting again must be harmless. */
export type Post<Queues extends QueueName = QueueName> = (
  queue: Queues,
  jobs: readonly Job[],
  options?: { readonly delaySeconds?: number },
) => Promise<Result<void, Outage>>

/** A sender over the platform's queues, or some of them. */
export function createPost<Queues extends QueueName = QueueName>(
  queues: Readonly<Record<Queues, Queue>>,
): Post<Queues> {
  return async (queue, jobs, options) => {
    const rounds: MessageSendRequest[][] = [[]]
    let bytes = 0
    for (const job of jobs) {
      const size = JSON.stringify(job).length + 100
      let round = rounds[rounds.length - 1] ?? []
      if (round.length >= BATCH_MESSAGES_MAX || (round.length > 0 && bytes + size > BATCH_BYTES_MAX)) {
        round = []
        rounds.push(round)
        bytes = 0
      }
      round.push({
        body: job,
        contentType: "json",
        ...(options?.delaySeconds ? { delaySeconds: options.delaySeconds } : {}),
      })
      bytes += size
    }
    try {
      await Promise.all(
        rounds.filter((round) => round.length > 0).map((round) => queues[queue].sendBatch(round)),
      )
      return ok(undefined)
    } catch {
      return err({ reason: "unavailable", retry: "later" })
    }
  }
}
