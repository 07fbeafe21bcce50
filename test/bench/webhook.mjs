// Webhooks: one that is stored and never answered (what somebody wrote while another app holds the thread), and one that is answered
// in the chat. Every person gets one a round, so that every object has the same to do; the alarm each arms for ten seconds later is
// waited for and counted with the replies, and shown beside the others.
import { setTimeout as wait } from "node:timers/promises"
import { median, postAll, textEvent, webhook } from "./load.mjs"
import { cpuMs, quiet } from "./process-cpu.mjs"
import { ratioRow, unjudged } from "./table.mjs"

const ROUNDS = 3
const PEOPLE = 500
const AT_ONCE = 8
const ALARMED_MS = 11_000

let made = 0

/** CPU of a webhook that is stored. */
export async function measureWebhooks(given) {
  const bodiesOf = (people) =>
    people.map((person) =>
      webhook(person.page, [textEvent(person, `m_bench_${(made += 1)}`, "is anybody there?")], "standby"),
    )
  const { answered, whole } = await compare(given, "webhook", "/store", bodiesOf, 0)
  return [
    ratioRow(
      `webhook answered, objects ${given.objects}`,
      ...answered,
      1.5,
      "standby text: its turn taken, no reply",
    ),
    unjudged(ratioRow("  with the alarm after it", ...whole, 1.5, "bare has none")),
  ]
}

/** CPU of a webhook and its reply. */
export async function measureReplies(given) {
  const bodiesOf = (people) =>
    people.map((person) => webhook(person.page, [textEvent(person, `m_bench_${(made += 1)}`, "help")]))
  const { answered, whole } = await compare(given, "reply", "/reply", bodiesOf, 1)
  return [
    ratioRow(`webhook → reply, objects ${given.objects}`, ...whole, 1.6, "with the alarms of both"),
    unjudged(ratioRow("  until it is sent", ...answered, 1.6, "without the alarms")),
  ]
}

/** Alternate rounds of ours and bare over the same bodies. The first round is not counted: objects start in it. */
async function compare({ gateway, bare, farSide, world, say, objects }, name, barePath, bodiesOf, sends) {
  const people = world.people.slice(-PEOPLE)
  const sides = [
    { side: gateway, url: `${gateway.url}/messenger/webhook`, answered: [], whole: [] },
    { side: bare, url: `${bare.url}${barePath}`, answered: [], whole: [] },
  ]
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const each of sides) {
      const bodies = bodiesOf(people)
      const sentBefore = farSide.sent
      each.from = cpuMs(each.side.pid)
      const startedAt = Date.now()
      await postAll(each.url, bodies, { atOnce: AT_ONCE, status: 200 })
      const tookMs = Date.now() - startedAt
      await quiet(each.side.pid)
      if (farSide.sent - sentBefore !== sends * bodies.length)
        throw new Error(`${farSide.sent - sentBefore} sends for ${bodies.length} webhooks`)
      if (round > 0) each.answered.push((cpuMs(each.side.pid) - each.from) / bodies.length)
      if (round > 0)
        say(
          `${name}, ${objects}, ${each.side === bare ? "bare" : "ours"}: ${perSecond(bodies.length, tookMs)} req/s`,
        )
    }
    await wait(ALARMED_MS)
    for (const each of sides) {
      await quiet(each.side.pid)
      if (round > 0) each.whole.push((cpuMs(each.side.pid) - each.from) / people.length)
    }
  }
  const pick = (which) => sides.map((each) => median(each[which]))
  return { answered: pick("answered"), whole: pick("whole") }
}

function perSecond(count, tookMs) {
  return Math.round((count * 1_000) / tookMs)
}
