// A fraud alert from the bank's post to its Send API call: while nothing else happens, and while 50,000 updates of the same Page drain at
// the rate its lane has. What is told in between is counted at the far side, from the calls themselves.
import { performance } from "node:perf_hooks"
import { setTimeout as wait } from "node:timers/promises"
import { bankPost, percentile, post } from "./load.mjs"
import { BANK, fraudEvent, paymentEvent, splitOff } from "./seed.mjs"
import { mostRow } from "./table.mjs"

const UPDATES = 50_000
const A_BATCH = 10_000
const DRAIN_MS = 60_000
/** What waits together is one message: once so many messages were told, the backlog may be at its end. */
const MESSAGES_AN_UPDATE = 0.15
/** Of the first Page's people, those who get alerts and no updates. */
const ALERTED_ONE_IN = 5
const IDLE_ALERTS = 200
const EVERY_MS = 150
const ARRIVES_WITHIN_MS = 15_000

/** p50 and p99, idle and beside a drain. */
export async function measureAlerts({ gateway, farSide, world, key, say, updates = UPDATES }) {
  const [page] = world.pages
  const ofPage = world.people.filter((person) => person.page === page)
  const [alerted, others] = splitOff(ofPage, ALERTED_ONE_IN)
  const waiting = new Map()
  let calls = 0
  farSide.onSend = (body, at, url) => {
    if (!url.includes(page)) return
    const waited = waiting.get(body.recipient.id)
    if (waited) {
      waiting.delete(body.recipient.id)
      waited({ at, between: calls - waited.callsBefore })
    } else calls += 1
  }
  let number = 0
  const alert = async () => {
    const person = alerted[number % alerted.length]
    const message = await bankPost(key, BANK, [fraudEvent(person, `alert-${(number += 1)}`)])
    const arrived = new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error("An alert did not arrive")), ARRIVES_WITHIN_MS)
      const take = (call) => (clearTimeout(late), resolve(call))
      waiting.set(person.psid, Object.assign(take, { callsBefore: calls }))
    })
    const startedAt = performance.now()
    const [{ at, between }] = await Promise.all([
      arrived,
      post(`${gateway.url}/banks/${BANK}/events`, message),
    ])
    return { tookMs: at - startedAt, between }
  }

  for (let warm = 0; warm < alerted.length; warm += 1) await alert()
  const idle = await repeat(alert, (done) => done.length < IDLE_ALERTS)

  for (let first = 0; first < updates; first += A_BATCH) {
    const events = Array.from({ length: Math.min(A_BATCH, updates - first) }, (_, index) =>
      paymentEvent(others[(first + index) % others.length], `drain-${first + index}`),
    )
    const status = await post(`${gateway.url}/banks/${BANK}/events`, await bankPost(key, BANK, events))
    if (status !== 202) throw new Error(`The updates were answered ${status}`)
  }
  await wait(3_000)
  const before = calls
  const from = Date.now()
  const beside = await repeat(
    alert,
    () => Date.now() - from < DRAIN_MS && calls - before < updates * MESSAGES_AN_UPDATE,
  )
  const drained = calls - before
  const rate = Math.round((drained * 1_000) / (Date.now() - from))
  farSide.onSend = undefined
  say(`alerts: ${drained} of ${updates} updates drained in ${Math.round((Date.now() - from) / 1_000)} s`)

  const took = (list) => list.map(({ tookMs }) => tookMs)
  const p50 = (list) => `p50 ${Math.round(percentile(took(list), 50))} ms, ${list.length} alerts`
  const worst = Math.max(...beside.map(({ between }) => between))
  return [
    mostRow("alert → Graph call, p99, idle", percentile(took(idle), 99), 150, "ms", p50(idle)),
    mostRow(
      `alert → Graph call, p99, beside ${updates} updates`,
      percentile(took(beside), 99),
      150,
      "ms",
      `${p50(beside)}; ${drained} updates drained meanwhile, ${rate}/s`,
    ),
    mostRow("  other calls of the Page in between", worst, 60, "calls", "the most of any alert"),
  ]
}

async function repeat(step, goesOn) {
  const results = []
  while (goesOn(results)) {
    const startedAt = performance.now()
    results.push(await step())
    await wait(Math.max(0, EVERY_MS - (performance.now() - startedAt)))
  }
  return results
}
