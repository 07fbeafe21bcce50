// Queues a test hands out by itself: messages stay until it says so, waits are not waited for, and what a batch does not acknowledge comes
// again as the platform would bring it. Its consumers can be made to die in the middle of telling people. In workerd's tests only.
import { createExecutionContext, createMessageBatch, getQueueResult } from "cloudflare:test"
import { env } from "cloudflare:workers"
import type { Job, QueueName } from "../../src/jobs/job.ts"
import worker from "../../src/worker.ts"

interface Waiting {
  readonly id: string
  readonly body: Job
  readonly attempts: number
}

/** As wrangler.toml has them. */
const BATCH_SIZES: Readonly<Partial<Record<string, number>>> = { updates: 5, callbacks: 100 }
const BATCH_SIZE = 10
const BINDINGS = ["ALERTS", "UPDATES", "NOTICES", "INBOUND", "CHORES", "CALLBACKS"] as const

/** The gateway over queues of the test's. */
export interface HandQueues {
  /** A request through the front door. */
  readonly fetch: (request: Request) => Promise<Response>
  readonly waiting: (queue: QueueName) => readonly Job[]
  /** Operations of one queue as the platform bills them: one a message written, one a message handed out, one acknowledged. */
  readonly operations: (queue: QueueName) => number
  /** Batches of one queue handed out. */
  readonly batches: (queue: QueueName) => number
  /** Hand out one batch. @returns how many of it were acknowledged */
  readonly handOut: (queue: QueueName) => Promise<number>
  /** Hand out one batch to a consumer that dies once it has told so many people: nothing it did not finish is finished.
   * @returns once it is dead; its messages wait again */
  readonly handOutAndDie: (queue: QueueName, tells: number) => Promise<void>
  /** Hand out everything, again and again, until nothing waits.
   * @param between called after each round */
  readonly drain: (between?: () => Promise<void>, rounds?: number) => Promise<void>
}

/** Queues with nothing on them. */
export function createHandQueues(): HandQueues {
  const waiting = new Map<string, Waiting[]>()
  let ids = 0
  const operations = new Map<string, number>()
  const batches = new Map<string, number>()
  const count = (counts: Map<string, number>, queue: string, more: number) =>
    counts.set(queue, (counts.get(queue) ?? 0) + more)
  const life = { tellsLeft: Infinity, died: () => {} }
  const of = (queue: string): Waiting[] => {
    const known = waiting.get(queue) ?? []
    waiting.set(queue, known)
    return known
  }
  const queueOf = (name: string) =>
    ({
      async sendBatch(messages: Iterable<{ readonly body: Job }>) {
        for (const { body } of messages) {
          ids += 1
          count(operations, name, 1)
          of(name).push({ id: `m${ids}`, body: JSON.parse(JSON.stringify(body)) as Job, attempts: 1 })
        }
      },
      metrics: async () => ({ backlogCount: 0, backlogBytes: 0 }),
    }) as unknown as Queue
  const given = () =>
    ({
      ...env,
      ...Object.fromEntries(BINDINGS.map((binding) => [binding, queueOf(binding.toLowerCase())])),
      CONVERSATION: mortal(env.CONVERSATION, life),
    }) as Env
  let world = given()

  async function hand(queue: string, batch: readonly Waiting[]): Promise<number> {
    count(operations, queue, batch.length)
    count(batches, queue, 1)
    const made = createMessageBatch(
      queue,
      batch.map(({ id, body, attempts }) => ({ id, timestamp: new Date(), attempts, body })),
    )
    await worker.queue(made as never, world)
    const { explicitAcks } = await getQueueResult(made, createExecutionContext())
    count(operations, queue, explicitAcks.length)
    again(
      queue,
      batch.filter(({ id }) => !explicitAcks.includes(id)),
    )
    return explicitAcks.length
  }
  function again(queue: string, batch: readonly Waiting[]): void {
    of(queue).push(...batch.map((each) => ({ ...each, attempts: each.attempts + 1 })))
  }
  const take = (queue: string) => of(queue).splice(0, BATCH_SIZES[queue] ?? BATCH_SIZE)

  return {
    fetch: (request) => worker.fetch(request as never, world, createExecutionContext()),
    waiting: (queue) => of(queue).map(({ body }) => body),
    operations: (queue) => operations.get(queue) ?? 0,
    batches: (queue) => batches.get(queue) ?? 0,
    handOut: (queue) => hand(queue, take(queue)),
    async handOutAndDie(queue, tells) {
      const batch = take(queue)
      const dead = new Promise<void>((resolve) => {
        life.died = resolve
      })
      life.tellsLeft = tells
      void hand(queue, batch)
      await dead
      // Another isolate: nothing the dead one remembers is known to it, and nothing it still awaits comes.
      life.tellsLeft = Infinity
      world = given()
      again(queue, batch)
    },
    async drain(between, rounds = 100) {
      for (let round = 0; round < rounds; round += 1) {
        for (const queue of waiting.keys())
          while (of(queue).length > 0 && (await hand(queue, take(queue))) > 0);
        await between?.()
        if ([...waiting.values()].every((each) => each.length === 0)) return
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
      throw new Error("Something is handed out for ever")
    },
  }
}

/** Objects whose caller dies: after so many tells none is begun and none is answered. */
function mortal<T extends object>(namespace: T, life: { tellsLeft: number; readonly died: () => void }): T {
  let dead = false
  const never = new Promise<never>(() => {})
  const stub = (object: object): object =>
    new Proxy(object, {
      get(target, name) {
        // An object's stub has every method by its name, `bind` too, and is no promise.
        if (typeof name === "symbol" || name === "then") return undefined
        const call = (...given: unknown[]) =>
          (target as Record<string, (...given: unknown[]) => unknown>)[name]?.(...given)
        if (name !== "tell") return call
        return async (request: unknown) => {
          if (dead || life.tellsLeft <= 0) {
            dead = true
            life.died()
            return never
          }
          life.tellsLeft -= 1
          const told = await call(request)
          return dead ? never : told
        }
      },
    })
  return new Proxy(namespace, {
    get(target, name) {
      const member = (target as Record<string | symbol, unknown>)[name]
      if (typeof member !== "function") return member
      const bound = member.bind(target) as (...given: unknown[]) => unknown
      return name === "getByName" ? (...given: unknown[]) => stub(bound(...given) as object) : bound
    },
  })
}
