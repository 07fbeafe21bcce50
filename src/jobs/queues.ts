// Every queue there is, as wrangler.toml binds them. A lane of banks' events may be shared out over several queues, its shards: a queue takes
// some five thousand messages a second and no more. How many are posted to is a setting (QUEUE_SHARDS); all that are bound are consumed, so
// that a smaller number loses nothing. Which shard an event goes to is told by its customer, so that what is for one person keeps together.

import type { BankId } from "../foundation/id.ts"
import { QUEUES, type Lane, type QueueName } from "./job.ts"

/** Shards bound for each lane. */
export const SHARDS_MAX = 4
const SHARD_NAME = /^(alerts|updates)-[2-4]$/
const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193

/** A queue's shards, the first of which has the queue's own name. */
export type Shards = readonly [Queue, ...Queue[]]

/** The queues we post to, by name. */
export function queuesOf(env: Env): Readonly<Record<Lane, Shards> & Record<Exclude<QueueName, Lane>, Queue>> {
  return {
    alerts: [env.ALERTS, env.ALERTS_2, env.ALERTS_3, env.ALERTS_4],
    updates: [env.UPDATES, env.UPDATES_2, env.UPDATES_3, env.UPDATES_4],
    notices: env.NOTICES,
    inbound: env.INBOUND,
    chores: env.CHORES,
    callbacks: env.CALLBACKS,
  }
}

/** A queue as it is bound, by the platform's name, and what it says of itself. */
export interface BoundQueue {
  readonly name: string
  /** A dead-letter queue: never posted to by us, only looked at. The shards of a lane share one. */
  readonly dead: boolean
  readonly numbers: () => Promise<QueueMetrics>
}

/** Every queue that is bound, to be asked how it stands. */
export function boundQueues(env: Env): readonly BoundQueue[] {
  const dead: Readonly<Record<QueueName, Queue>> = {
    alerts: env.ALERTS_DLQ,
    updates: env.UPDATES_DLQ,
    notices: env.NOTICES_DLQ,
    inbound: env.INBOUND_DLQ,
    chores: env.CHORES_DLQ,
    callbacks: env.CALLBACKS_DLQ,
  }
  const queues = queuesOf(env)
  return QUEUES.flatMap((name) => {
    const bound: Queue | Shards = queues[name]
    const shards: Shards = "sendBatch" in bound ? [bound] : bound
    return [
      ...shards.map((queue, index) => ({
        name: index === 0 ? name : `${name}-${index + 1}`,
        dead: false,
        numbers: () => queue.metrics(),
      })),
      { name: `${name}-dlq`, dead: true, numbers: () => dead[name].metrics() },
    ]
  })
}

/** The queue a batch is of: a shard is its lane's; `undefined` for one of another name, as a dead-letter queue. */
export function queueNamed(name: string): QueueName | undefined {
  const [, lane] = SHARD_NAME.exec(name) ?? []
  return QUEUES.find((queue) => queue === (lane ?? name))
}

/** Which of so many shards a customer's events go to: FNV-1a over bank and reference. It spreads and hides nothing; what little it tells
 * of a reference, two bits, travels with what is sealed.
 * @param shards from 1 */
export function shardOf(bank: BankId, customer: string, shards: number): number {
  let hash = FNV_OFFSET
  for (const character of `${bank}|${customer}`) {
    hash ^= character.codePointAt(0) ?? 0
    hash = Math.imul(hash, FNV_PRIME) >>> 0
  }
  return hash % shards
}
