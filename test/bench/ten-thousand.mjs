// 10,000 events in one signed batch until they are durable, against the same bytes through a bare `sendBatch`. The queues have no
// consumer here: what is told of them is fan-out's CPU.
import { performance } from "node:perf_hooks"
import { bankPost, median, post } from "./load.mjs"
import { cpuMs, quiet } from "./process-cpu.mjs"
import { BANK, paymentEvent } from "./seed.mjs"
import { mostRow } from "./table.mjs"

const EVENTS = 10_000
const ROUNDS = 5

/** Wall until 202, and CPU beyond the bare post. */
export async function measureTenThousand({ gateway, bare, world, key, say }) {
  const walls = []
  const beyond = []
  let bytes = 0
  for (let round = 0; round <= ROUNDS; round += 1) {
    const events = Array.from({ length: EVENTS }, (_, index) =>
      paymentEvent(world.people[index % world.people.length], `batch-${round}-${index}`),
    )
    const sent = await bankPost(key, BANK, events)
    bytes = sent.body.length
    const ours = await once(gateway, `${gateway.url}/banks/${BANK}/events`, sent)
    const bares = await once(bare, `${bare.url}/batch`, sent)
    say(`batch: ${Math.round(ours.wallMs)} ms, CPU ${ours.cpu} ms against ${bares.cpu} ms`)
    if (round === 0) continue
    walls.push(ours.wallMs)
    beyond.push(ours.cpu - bares.cpu)
  }
  const size = `${(bytes / 1_000_000).toFixed(1)} MB`
  return [
    mostRow(
      "10,000 events in one batch, until 202",
      median(walls) / 1_000,
      2,
      "s",
      `median; ${size}, worst ${Math.round(Math.max(...walls))} ms of ${ROUNDS} rounds`,
    ),
    mostRow("  CPU beyond a bare sendBatch", median(beyond) / 1_000, 0.2, "s", "median of rounds"),
  ]
}

async function once(side, url, message) {
  const before = cpuMs(side.pid)
  const startedAt = performance.now()
  const status = await post(url, message)
  const wallMs = performance.now() - startedAt
  if (status !== 202) throw new Error(`POST ${url} was answered ${status}`)
  await quiet(side.pid)
  return { wallMs, cpu: cpuMs(side.pid) - before }
}
