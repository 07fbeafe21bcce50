// P1, P2: a thousand messages to fifty people, each person with a Conversation of their own, while the platform fails in every way it
// has. Each message ends in exactly one of: told once, reported with its reason, reported `unknown`, or given up to the dead letters;
// counted at the far side, not by us.
import { expect, test } from "vitest"
import { createRandom } from "../../support/person-given.ts"
import { balance, fraud, payment } from "../../support/person-builders.ts"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import { isReason } from "../../../src/banks/callback-reason.ts"
import type { BankEvent } from "../../../src/banks/event.ts"
import type { SendRefusal } from "../../../src/messenger/refusal.ts"
import { judgeError, judgeSilence, judgeStrangeAnswer } from "../../../src/messenger/refusal.ts"
import { textOf, type Fate } from "../../support/person-far-side.ts"
import { Simulation } from "../../support/person-world.ts"

const PEOPLE = 50
const MESSAGES_EACH = 20
/** Longer than anything is tried. */
const SETTLED_MS = 30 * MINUTE_MS

const answered = (code: number, subcode?: number): SendRefusal =>
  judgeError(
    { code, ...(subcode === undefined ? {} : { error_subcode: subcode }) },
    { status: 400, headers: new Headers() },
    false,
  )
const refuse = (refusal: SendRefusal): Fate => ({ kind: "refuse", refusal })

/** Every class of fault, by the platform's own codes; `accept` makes the weather fair in between. */
const FATES: Readonly<Record<string, () => readonly Fate[]>> = {
  fair: () => [{ kind: "accept" }],
  slow: () => [{ kind: "accept", afterMs: 3_000 }],
  "breaks before acceptance": () => [{ kind: "lost" }],
  "breaks after acceptance": () => [{ kind: "taken" }],
  "502 that is no JSON": () => [refuse(judgeStrangeAnswer({ status: 502, headers: new Headers() }, false))],
  silence: () => [refuse(judgeSilence(false))],
  "passing error": () => [refuse(answered(1200))],
  "passing error too often": () => Array.from({ length: 5 }, () => refuse(answered(1200))),
  throttled: () => [refuse(answered(613)), refuse(answered(80006))],
  "token died, then mended": () => [refuse(answered(190)), refuse(answered(190, 460))],
  blocked: () => [refuse(answered(551))],
  "blocked in disguise": () => Array.from({ length: 4 }, () => refuse(answered(2))),
  "our mistake": () => [refuse(answered(100))],
  "window closed over there": () => [refuse(answered(10, 2018278))],
  "region takes no templates": () => [refuse(answered(10, 2018336))],
  "another app holds the thread": () => [refuse(answered(2018300))],
  "an error nobody knows": () => [refuse(answered(99_999))],
}

/** One person's story: what it was told, reported and counted. */
async function live(person: number): Promise<readonly string[]> {
  const random = createRandom()
  random(person * 7 + 1)
  const pick = <T>(from: readonly T[]): T => from[(random(1)[0] ?? 0) % from.length] as T
  const sim = new Simulation()
  try {
    await sim.link()
    const fates = Object.keys(FATES)
    const asked = new Map<string, number>()
    const events: BankEvent[] = []
    for (let n = 0; n < MESSAGES_EACH; n += 1) {
      sim.messenger.fates.push(...(FATES[fates[(person + n) % fates.length] ?? ""]?.() ?? []))
      sim.echoes = pick([true, true, true, false])
      const id = `m${person}-${String(n).padStart(2, "0")}`
      const kind = n % 5
      if (kind === 4) {
        await sim.say("help")
        asked.set(id, 1)
      } else {
        const event =
          kind === 3
            ? fraud(id, sim.now, {
                transaction: { ...fraud(id, sim.now).transaction, merchant: { name: id } },
              })
            : kind === 2
              ? balance(id, sim.now, `${person}.${String(n).padStart(2, "0")}`)
              : payment(id, sim.now)
        events.push(event)
        await sim.tell(event)
      }
      await sim.advance(pick([0, 500, 5_000, 20_000]))
      if (pick([0, 1, 2, 3, 4, 5, 6, 7]) === 0) sim.evict()
    }
    sim.messenger.fates.length = 0
    await sim.advance(SETTLED_MS)
    return [...endingsOf(sim, events), ...replyEndingsOf(sim, asked.size)]
  } finally {
    sim.close()
  }
}

/** How each event ended: asserted against what stands in the chat. */
function endingsOf(sim: Simulation, events: readonly BankEvent[]): readonly string[] {
  const read = sim.messenger.texts
  return events.map((event) => {
    const mark =
      event.type === "bank.balance.updated.v1" ? `${event.balances[0]?.amount.value} EUR` : event.id
    const shown = read.filter((text) => text.includes(mark))
    const plain = shown.filter((text) => !text.startsWith("Reminder"))
    const queued = sim.queue.find((each) => each.event.id === event.id)
    const outcome = queued?.outcome
    const about = `${event.id}: ${outcome?.state} ${outcome?.reason}, shown ${shown.length}`
    expect(isReason(outcome?.reason ?? ""), `${about}: a reason the bank can read`).toBe(true)
    expect(queued?.faults, `${about}: costs no attempt`).toBe(0)
    expect(plain.length, `${about}: never twice`).toBeLessThanOrEqual(1)
    // One reminder of a fraud question whose send was not answered may stand beside it, marked.
    expect(shown.length - plain.length, about).toBeLessThanOrEqual(
      event.type === "bank.fraud.suspected.v1" ? 1 : 0,
    )
    switch (outcome?.state) {
      case "accepted":
      case "delivered":
      case "read":
        expect(shown.length, about).toBeGreaterThanOrEqual(1)
        return "told"
      case "unknown":
        return "unknown"
      case "suppressed":
      case "superseded":
      case "undeliverable":
        expect(shown.length, about).toBe(0)
        return "reported"
      case "failed":
        expect(shown.length, about).toBe(0)
        return "dead letter"
      default:
        throw new Error(`${about}: no end`)
    }
  })
}

/** How each reply ended, by its row; as many stand in the chat as rows say. */
function replyEndingsOf(sim: Simulation, asked: number): readonly string[] {
  const rows = sim.storage.sql.exec<{ state: string; reason: string }>(
    "SELECT state, reason FROM ledger WHERE lane = 1 AND reason <> 'urgent' ORDER BY seq DESC LIMIT ?",
    asked,
  ).rows
  const shown = sim.messenger.shown.filter(({ sent }) => /I can show balances/.test(textOf(sent))).length
  const told = rows.filter(({ state }) => state === "accepted").length
  const unknown = rows.filter(({ state }) => state === "unknown").length
  expect(shown).toBeGreaterThanOrEqual(told)
  expect(shown).toBeLessThanOrEqual(told + unknown)
  return rows.map(({ state }) => {
    if (state === "accepted") return "told"
    if (state === "unknown") return "unknown"
    if (state === "undeliverable" || state === "suppressed") return "reported"
    if (state === "failed") return "dead letter"
    throw new Error(`A reply has no end: ${state}`)
  })
}

test(
  "P1, P2: 1,000 messages to 50 people under every fault end each in exactly one way",
  { timeout: 20_000 },
  async () => {
    const ends: Record<string, number> = {}
    for (let person = 0; person < PEOPLE; person += 1)
      for (const end of await live(person)) ends[end] = (ends[end] ?? 0) + 1
    expect(Object.values(ends).reduce((sum, each) => sum + each, 0)).toBe(PEOPLE * MESSAGES_EACH)
    // The weather was bad enough to see every end, and not so bad that nothing was told.
    expect(Object.keys(ends).toSorted()).toEqual(["dead letter", "reported", "told", "unknown"])
    expect(ends["told"]).toBeGreaterThan((PEOPLE * MESSAGES_EACH) / 5)
  },
)
