// Two banks on the same queue: single updates of one, from its post to their Send API call, while nothing else happens and while the
// other bank's 50,000 updates drain through a Page of its own at the rate that Page carries. Both in one run. The queue has consumers beside
// each other, as the platform's (platform-queue.mjs).
import { performance } from "node:perf_hooks"
import { setTimeout as wait } from "node:timers/promises"
import { bankPost, percentile, post } from "./load.mjs"
import { BANK, inParts, OTHER_BANK, paymentEvent } from "./seed.mjs"
import { mostRow, unjudged } from "./table.mjs"

const UPDATES = 50_000
const A_POST = 10_000
const SINGLES = 300
const EVERY_MS = 100
const ARRIVES_WITHIN_MS = 60_000

/** p99 of the other bank's updates, loaded against idle. */
export async function measureFairness({ gateway, farSide, world, key, say, updates = UPDATES }) {
  const calm = world.others
  const busy = world.people.filter(({ page }) => page === world.pages[0])
  const waiting = new Map()
  let drained = 0
  farSide.onSend = (body, at) => {
    const arrived = waiting.get(body.recipient.id)
    if (arrived) arrived(at)
    else drained += 1
  }
  let number = 0
  const single = async () => {
    const person = calm[number % calm.length]
    const message = await bankPost(key, OTHER_BANK, [paymentEvent(person, `fair-${(number += 1)}`)])
    const arrived = new Promise((resolve, reject) => {
      const late = setTimeout(
        () => reject(new Error(`Update ${number} did not arrive; ${drained} of the other bank did`)),
        ARRIVES_WITHIN_MS,
      )
      waiting.set(person.psid, (at) => {
        clearTimeout(late)
        waiting.delete(person.psid)
        resolve(at)
      })
    })
    const startedAt = performance.now()
    const taken = post(`${gateway.url}/banks/${OTHER_BANK}/events`, message).then((status) => {
      if (status !== 202) throw new Error(`An update was answered ${status}`)
    })
    const [at] = await Promise.all([arrived, taken])
    return at - startedAt
  }
  const singles = async () => {
    const took = []
    while (took.length < SINGLES) {
      const startedAt = performance.now()
      took.push(await single())
      await wait(Math.max(0, EVERY_MS - (performance.now() - startedAt)))
    }
    return took
  }
  say(`fair: ${SINGLES} updates of one bank, idle`)
  for (const _ of calm) await single()
  const idle = await singles()
  const events = Array.from({ length: updates }, (_, index) =>
    paymentEvent(busy[index % busy.length], `fair-load-${index}`),
  )
  for (const part of inParts(events, A_POST)) {
    const status = await post(`${gateway.url}/banks/${BANK}/events`, await bankPost(key, BANK, part))
    if (status !== 202) throw new Error(`The updates were answered ${status}`)
  }
  say(`fair: ${SINGLES} more beside ${updates} of another`)
  await wait(2_000)
  const from = performance.now()
  const before = drained
  const loaded = await singles()
  const rate = ((drained - before) * 1_000) / (performance.now() - from)
  farSide.onSend = undefined
  const [alone, beside] = [percentile(idle, 99), percentile(loaded, 99)]
  say(
    `fair: p99 ${Math.round(alone)} ms idle, ${Math.round(beside)} ms beside ${Math.round(rate)}/s of the other bank`,
  )
  const note = `p50 ${Math.round(percentile(idle, 50))} idle, ${Math.round(percentile(loaded, 50))} loaded; ${Math.round(rate)}/s of the other bank`
  return [
    unjudged({
      what: "update of a bank, p99, idle",
      measured: `${Math.round(alone)} ms`,
      note: `p50 ${Math.round(percentile(idle, 50))}; ${SINGLES} updates`,
    }),
    mostRow(`  beside another bank's ${updates}`, beside, Math.round(2 * alone), "ms", note),
  ]
}
