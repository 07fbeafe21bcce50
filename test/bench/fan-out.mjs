// Fan-out: one payment for each of many people in one signed batch, from the bank's post to the last send, against a bare `tell` of the
// same people. Ours includes intake, sealing, the queue, the directory, leases, and the callbacks to the bank.
import { performance } from "node:perf_hooks"
import { setTimeout as wait } from "node:timers/promises"
import { bankPost, median, post, postAll } from "./load.mjs"
import { cpuMs, quiet } from "./process-cpu.mjs"
import { BANK, inParts, paymentEvent } from "./seed.mjs"
import { ratioRow } from "./table.mjs"
import { arrivals } from "./waiting.mjs"

const ROUNDS = 4
const ASLEEP_AFTER_MS = 11_000
/** As many as travel in one pack. */
const A_CALL = 150

/** CPU a recipient. */
export async function measureFanOut({ gateway, bare, farSide, world, key, say, objects }) {
  const people = spread(world)
  const ours = []
  const bares = []
  const speeds = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    if (objects === "asleep") await wait(ASLEEP_AFTER_MS)
    const name = `fan-${objects}-${round}`
    const sent = await bankPost(
      key,
      BANK,
      people.map((person, index) => paymentEvent(person, `${name}-${index}`)),
    )
    const before = cpuMs(gateway.pid)
    const startedAt = performance.now()
    const all = arrivals(farSide, people.length)
    const status = await post(`${gateway.url}/banks/${BANK}/events`, sent)
    if (status !== 202) throw new Error(`The batch was answered ${status}`)
    await all
    const perSecond = (people.length * 1_000) / (performance.now() - startedAt)
    await quiet(gateway.pid)
    const cpu = (cpuMs(gateway.pid) - before) / people.length

    const bareBefore = cpuMs(bare.pid)
    const calls = inParts(people, A_CALL).map((part) => ({
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify({ name, psids: part.map(({ psid }) => psid) })),
    }))
    await postAll(`${bare.url}/tell`, calls, { atOnce: 2, status: 204 })
    await quiet(bare.pid)
    const bareCpu = (cpuMs(bare.pid) - bareBefore) / people.length
    // In the first round objects start.
    if (round === 0) continue
    ours.push(cpu)
    bares.push(bareCpu)
    speeds.push(perSecond)
    say(`fan-out, ${objects}: ${Math.round(perSecond)} recipients/s`)
  }
  const note = `${Math.round(median(speeds))} recipients/s, ${people.length} people of ${world.pages.length} Pages`
  return [ratioRow(`fan-out, CPU a recipient, objects ${objects}`, median(ours), median(bares), 2, note)]
}

/** As many people of each Page, Pages alternating, so that no Page's pace is what is measured. */
function spread({ pages, people }) {
  const ofPages = pages.map((page) => people.filter((person) => person.page === page))
  const each = Math.min(...ofPages.map((ofPage) => ofPage.length))
  return Array.from({ length: each }, (_, index) => ofPages.map((ofPage) => ofPage[index])).flat()
}
