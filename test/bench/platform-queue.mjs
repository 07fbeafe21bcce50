// A queue as the platform runs it: consumers beside each other. Miniflare hands out one batch at a time and waits for it, so that there a
// batch which keeps to its Page's pace holds up whoever is behind it, as it would nowhere else. This one keeps messages in memory, hands
// them out in their order to a few consumers, and brings again what is not acknowledged. Composed by fair.mjs over runtime.mjs; the gateway
// reaches it through queue-worker.mjs.
import { createServer } from "node:http"

/** The platform goes up to 250 for a backlog; ten show the same. */
const CONSUMERS_MAX = 10

/** Start it.
 * @param {number} batchSize as wrangler.toml has it
 * @returns {Promise<{port: number, waiting: () => number, consume: (worker: Fetcher, name: string) => void, close: () => Promise<void>}>}
 * `consume` begins to hand out; `waiting` counts what was neither handed out nor acknowledged */
export async function startPlatformQueue(batchSize) {
  const ready = []
  let consumer
  let running = 0
  let delayed = 0
  let closed = false
  let ids = 0

  const handOut = () => {
    while (consumer && !closed && running < CONSUMERS_MAX && ready.length > 0) {
      running += 1
      void dispatch(ready.splice(0, batchSize)).finally(() => {
        running -= 1
        handOut()
      })
    }
  }
  const dispatch = async (batch) => {
    const given = batch.map(({ id, body, attempts }) => ({ id, body, attempts, timestamp: new Date() }))
    let result
    try {
      result = await consumer.worker.queue(consumer.name, given)
    } catch (error) {
      if (!closed) console.error(`A consumer failed: ${error.message}`)
    }
    const acked = new Set(result?.explicitAcks)
    const delays = new Map(result?.retryMessages?.map(({ msgId, delaySeconds }) => [msgId, delaySeconds]))
    const all = result?.outcome === "ok" && !result.retryBatch?.retry
    for (const message of batch) {
      if (acked.has(message.id) || (all && !delays.has(message.id))) continue
      message.attempts += 1
      later(message, delays.get(message.id) ?? result?.retryBatch?.delaySeconds ?? 0)
    }
  }
  const later = (message, seconds) => {
    delayed += 1
    setTimeout(() => {
      delayed -= 1
      ready.push(message)
      handOut()
    }, seconds * 1_000).unref()
  }

  const server = createServer((request, response) => {
    const chunks = []
    request.on("data", (chunk) => chunks.push(chunk))
    request.on("end", () => {
      if (request.method === "POST")
        for (const { body, delaySeconds = 0 } of JSON.parse(Buffer.concat(chunks).toString()))
          later({ id: `q${(ids += 1)}`, body, attempts: 1 }, delaySeconds)
      const numbers = { backlogCount: ready.length + delayed, backlogBytes: 0 }
      response.writeHead(200, { "content-type": "application/json" })
      response.end(JSON.stringify(numbers))
    })
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    port: server.address().port,
    waiting: () => ready.length + delayed + running,
    consume(worker, name) {
      consumer = { worker, name }
      handOut()
    },
    close() {
      closed = true
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}
