// The only sender to queues. Takes jobs, keeps the platform's limits, says whether all of them are durable.

import { err, ok, type Result } from "../foundation/result.ts"
import type { Outage } from "../foundation/failure.ts"
import type { Job, QueueName } from "./job.ts"
import type { Shards } from "./queues.ts"

/** One `sendBatch` takes 100 messages and 256 kB; a message's envelope costs about 100 B. */
const BATCH_MESSAGES_MAX = 100
const BATCH_BYTES_MAX = 240_000

/** Put jobs on a queue. `ok` means every one is on disk; an outage that some may be: posting again must be harmless. */
export type Post<Queues extends QueueName = QueueName> = (
  queue: Queues,
  jobs: readonly Job[],
  options?: { readonly delaySeconds?: number },
) => Promise<Result<void, Outage>>

/** A sender over the platform's queues, or some of them. A pack goes to the shard it names, as far as there are so many. */
export function createPost<Queues extends QueueName = QueueName>(
  queues: Readonly<Record<Queues, Queue | Shards>>,
): Post<Queues> {
  return async (queue, jobs, options) => {
    const given: Queue | Shards = queues[queue]
    const shards: Shards = "sendBatch" in given ? [given] : given
    const byShard = new Map<Queue, Job[]>()
    for (const job of jobs) {
      const shard = shards[shardIn(job) % shards.length] ?? shards[0]
      byShard.set(shard, [...(byShard.get(shard) ?? []), job])
    }
    try {
      await Promise.all(
        [...byShard].flatMap(([shard, some]) =>
          roundsOf(some, options).map((round) => shard.sendBatch(round)),
        ),
      )
      return ok(undefined)
    } catch {
      return err({ reason: "unavailable", retry: "later" })
    }
  }
}

/** The shard a job names; 0 for what names none. A replayed letter may be anything at all. */
function shardIn(job: Job | null): number {
  return job?.kind === "pack" ? (job.shard ?? 0) : 0
}

/** Jobs as the platform takes them at once. */
function roundsOf(
  jobs: readonly Job[],
  options: { readonly delaySeconds?: number } | undefined,
): readonly MessageSendRequest[][] {
  const rounds: MessageSendRequest[][] = []
  let bytes = 0
  for (const job of jobs) {
    const size = JSON.stringify(job).length + 100
    let round = rounds[rounds.length - 1]
    if (!round || round.length >= BATCH_MESSAGES_MAX || bytes + size > BATCH_BYTES_MAX) {
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
  return rounds
}
