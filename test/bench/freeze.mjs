// "No, not me" tapped under a fraud alert, until the bank is asked to freeze the card: while nothing else happens, and while updates of
// the same Page drain. The bank is asked as it is in life: the link's tokens opened, bound by DPoP. Counted at the far side, by the card.
import { performance } from "node:perf_hooks"
import { setTimeout as wait } from "node:timers/promises"
import { bankPost, percentile, post, tapEvent, webhook } from "./load.mjs"
import { BANK, fraudEvent, inParts, paymentEvent, splitOff } from "./seed.mjs"
import { mostRow } from "./table.mjs"

const UPDATES = 5_000
/** Of the first Page's people, those who are asked and hear no updates. */
const ASKED_ONE_IN = 5
const IDLE = 100
const BESIDE = 200
const EVERY_MS = 100
const ARRIVES_WITHIN_MS = 60_000
const ALERTS_A_POST = 100
const UPDATES_A_POST = 10_000
const GOAL_MS = 500

let made = 0

/** p50 and p99, idle and beside a drain. */
export async function measureFreezes({ gateway, farSide, world, key, say, updates = UPDATES }) {
  const [page] = world.pages
  const ofPage = world.people.filter((person) => person.page === page)
  const [asked, others] = splitOff(ofPage, ASKED_ONE_IN)
  let told = 0
  const questions = []
  farSide.onSend = (body) => {
    const text = JSON.stringify(body)
    const [payload] = /v1\.FRAUD\.[^"]+\.deny/.exec(text) ?? []
    // A question names its card by four digits, and every question has a card of its own.
    const [, last4] = /••([0-9]{4})/.exec(text) ?? []
    if (payload === undefined) told += 1
    else questions.push({ psid: body.recipient.id, payload, card: `card_${last4}` })
  }
  say(`freeze: asking ${asked.length} people ${IDLE + BESIDE} questions`)
  const events = Array.from({ length: IDLE + BESIDE }, (_, nth) =>
    fraudEvent(asked[nth % asked.length], `freeze-${nth}`, String(nth).padStart(4, "0")),
  )
  for (const part of inParts(events, ALERTS_A_POST)) await takenBy(gateway, key, part)
  await until(() => questions.length, events.length, "questions were told")
  await wait(2_000)

  const frozen = new Map()
  farSide.onFreeze = (ref, at) => frozen.set(ref, at)
  const idle = await sayNo({ gateway, page, frozen }, questions.splice(0, IDLE))
  const backlog = Array.from({ length: updates }, (_, nth) =>
    paymentEvent(others[nth % others.length], `beside-${nth}`),
  )
  for (const part of inParts(backlog, UPDATES_A_POST)) await takenBy(gateway, key, part)
  await wait(1_000)
  const before = told
  const beside = await sayNo({ gateway, page, frozen }, questions)
  const drained = told - before
  farSide.onSend = undefined
  farSide.onFreeze = undefined
  say(`freeze: ${drained} messages of ${updates} updates and of the answers told meanwhile`)
  const row = (what, took) =>
    mostRow(
      what,
      percentile(took, 99),
      GOAL_MS,
      "ms",
      `p50 ${Math.round(percentile(took, 50))} ms, ${took.length} taps`,
    )
  return [
    row('"No" tapped → the bank\'s freeze call, p99, idle', idle),
    row(`"No" tapped → the bank's freeze call, p99, beside ${updates} updates`, beside),
  ]
}

/** Tap No under each, one after another at their pace. @returns milliseconds from the webhook to the bank's call, for each */
async function sayNo({ gateway, page, frozen }, questions) {
  const seen = frozen.size
  const starts = []
  const answered = []
  for (const { psid, payload } of questions) {
    const startedAt = performance.now()
    starts.push(startedAt)
    const tap = tapEvent({ page, psid }, `m_no_${(made += 1)}`, payload)
    const message = webhook(page, [tap])
    const deliver = () => post(`${gateway.url}/messenger/webhook`, message)
    // A kept-alive connection may be closed just then: the platform delivers again too, and the time runs on.
    answered.push(deliver().catch(deliver))
    await wait(Math.max(0, EVERY_MS - (performance.now() - startedAt)))
  }
  const statuses = await Promise.all(answered)
  if (statuses.some((status) => status !== 200)) throw new Error("A tap was not taken")
  await until(() => frozen.size - seen, questions.length, "cards were frozen")
  return questions.map(({ card }, nth) => frozen.get(card) - starts[nth])
}

async function takenBy(gateway, key, events) {
  const status = await post(`${gateway.url}/banks/${BANK}/events`, await bankPost(key, BANK, events))
  if (status !== 202) throw new Error(`The events were answered ${status}`)
}

async function until(countNow, wanted, what) {
  const giveUpAt = Date.now() + ARRIVES_WITHIN_MS
  while (countNow() < wanted) {
    if (Date.now() > giveUpAt) throw new Error(`${countNow()} of ${wanted} ${what}`)
    await wait(10)
  }
}
