// P1, P2, P3: the object dies at each call it awaits, before the call has its effect and after; whatever was received is told once,
// or reported `unknown` where the crash lay between claim and echo, and in order. The calls died at are asserted by name.
import { afterEach, describe, expect, test } from "vitest"
import { MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { fraud, offer, payment, tap, text } from "../../support/person-builders.ts"
import { Simulation, type Crash } from "../../support/person-world.ts"

/** One thing that happens, and what the person must then have read, in order. */
interface Scenario {
  readonly name: string
  readonly linked: boolean
  readonly run: (sim: Simulation) => Promise<void>
  readonly told: readonly RegExp[]
  readonly ordered?: false
  /** Calls it awaits, each named once. */
  readonly awaits: readonly string[]
}

const RECEIVE = [
  "digest",
  "vault.sealForDays(inbox)",
  "alarm.get",
  "alarm.set",
  "vault.openForDays(metadata)",
]
const OPEN = ["loadWrappedKey", "vault.openKey"]
const BEGIN = [...OPEN, "links.rebuild"]
const TURN = ["vault.openForDays(inbox)", "loadBankFacts", "key.seal(ledger)", "key.seal(state)"]
const SEND = ["key.open(ledger)", "loadVoice", "vault.sealForDays(metadata)", "send"]

const SCENARIOS: readonly Scenario[] = [
  {
    name: "receive, turn, send: somebody says hello",
    linked: false,
    run: (sim) => sim.say("hello"),
    told: [/automated assistant/],
    awaits: [...RECEIVE, ...BEGIN, ...TURN, ...SEND],
  },
  {
    name: "receive, turn, ask, send: two questions and a help between them",
    linked: true,
    async run(sim) {
      sim.evict()
      sim.bank.afterMs = 300
      await sim.webhook(text("balance", sim.now), text("help", sim.now), text("payments", sim.now))
    },
    told: [/1,204\.50 EUR/, /I can show balances/, /no payments to show/],
    awaits: [...RECEIVE, ...OPEN, "key.open(state)", ...TURN, ...SEND, "bank.balances", "bank.transactions"],
  },
  {
    name: "tell, send: two payments",
    linked: true,
    async run(sim) {
      sim.evict()
      await sim.tell(payment("a", sim.now))
      await sim.tell(payment("b", sim.now + 1))
    },
    // Each comes when the queue brings it again: those that do not wait together have no order.
    ordered: false,
    told: [/Corner Bakery a/, /Corner Bakery b/],
    awaits: [
      "digest",
      "vault.openKey",
      "key.open(state)",
      "loadBankFacts",
      "key.open(ledger)",
      "key.seal(ledger)",
      ...SEND.slice(1),
      "vault.openForDays(metadata)",
      "callbacks.terms",
      "alarm.set",
    ],
  },
  {
    name: "tell, send, answer: a suspicious payment, and No",
    linked: true,
    async run(sim) {
      const asked = await sim.tell(fraud("x", sim.now))
      for (let waited = 0; !asked.outcome && waited < 60; waited += 1) await sim.advance(5_000)
      const key = keyOfAlert(sim)
      if (key) await sim.webhook(tap(`v1.FRAUD.${key}.deny`, sim.now, "No, not me"))
    },
    told: [/Was this you/, /is frozen.*has your report/s],
    awaits: [
      ...RECEIVE.filter((each) => each !== "alarm.get"),
      ...TURN,
      ...SEND,
      "acts.freezeCard",
      "acts.answerFraudCase",
      "callbacks.terms",
    ],
  },
  {
    name: "offer, receive, turn, link: the code is typed",
    linked: false,
    async run(sim) {
      await sim.say("hello")
      await sim.advance(20_000)
      await sim.offer(offer({ givenAt: sim.now, offeredUntil: sim.now + 10 * MINUTE_MS }))
      await sim.advance(20_000)
      await sim.say("123 456")
    },
    told: [/automated assistant/, /Type the 6 digits/, /Connected: Checking/],
    awaits: [...RECEIVE, ...BEGIN, ...TURN, ...SEND, "links.goLive"],
  },
  {
    name: "receive, turn, record: a purpose stopped, and the tap that undoes it",
    linked: true,
    async run(sim) {
      await sim.say("stop payments")
      await sim.advance(20_000)
      await sim.webhook(tap("v1.PURPOSE.transaction_alerts.undo", sim.now, "Undo"))
    },
    told: [/Off from now on: payments/, /Switched on: payments/],
    awaits: [...RECEIVE.filter((each) => each !== "alarm.get"), ...TURN, ...SEND, "links.record"],
  },
  {
    name: "receive, turn, end: disconnect",
    linked: true,
    run: (sim) => sim.webhook(tap("v1.STOP_NOW", sim.now, "Disconnect now")),
    told: [/Disconnected/],
    awaits: [...RECEIVE.filter((each) => each !== "alarm.get"), ...TURN, ...SEND, "links.end"],
  },
]

let sim: Simulation
afterEach(() => sim.close())

describe.each(SCENARIOS)("$name", ({ linked, run, told, awaits, ordered = true }) => {
  async function play(crash?: Crash): Promise<readonly string[]> {
    sim = new Simulation()
    if (linked) await sim.link()
    sim.watch(crash)
    await run(sim)
    await sim.advance(15 * MINUTE_MS)
    return sim.trace
  }

  test("awaits no call that this list does not name, and none of the list is not awaited", async () => {
    expect([...new Set(await play())].toSorted()).toEqual([...new Set(awaits)].toSorted())
    expect(sim.messenger.texts.map((text) => told.findIndex((each) => each.test(text)))).toEqual(
      told.map((_, index) => index),
    )
    expect(sim.logged).toEqual([])
  })

  test.each(["before", "after"] as const)(
    "P1, P2, P3: a crash %s each of them tells nothing twice, loses nothing, keeps the order",
    async (when) => {
      const calls = await play()
      sim.close()
      const died: string[] = []
      for (let at = 0; at < calls.length; at += 1) {
        const trace = await play({ at, when })
        if (trace.length > at) died.push(trace[at] ?? "")
        const where = `${when} call ${at}, ${trace[at]}`
        const read = sim.messenger.texts
        expect(
          read.every((said) => told.some((each) => each.test(said))),
          `${where}: only what was to be told`,
        ).toBe(true)
        expect(orderOf(read, told, ordered), `${where}: in order, nothing twice`).toEqual(
          reminderless(read, told),
        )
        for (const each of told) {
          const times = read.filter((text) => each.test(text) && !text.startsWith("Reminder"))
          const reminded = read.some((said) => each.test(said) && said.startsWith("Reminder"))
          if (times.length === 0 && !reminded)
            expect(unknownRows(sim), `${where}: ${each} is reported unknown`).toBeGreaterThan(0)
          else expect(times.length, `${where}: ${each} once`).toBeLessThanOrEqual(1)
        }
        for (const queued of sim.queue) {
          expect(queued.outcome?.state, `${where}: settled`).toMatch(/^(accepted|delivered|unknown)$/)
          expect(queued.faults, `${where}: costs no attempt`).toBe(0)
        }
        expect(openRows(sim), `${where}: nothing left open`).toBe(0)
        expect(
          sim.bank.answers
            .map((each) => each.idempotencyKey)
            .filter((key, index, all) => all.indexOf(key) !== index && all[0] !== key),
        ).toEqual([])
        const link = sim.directory.links.get("link_one" as LinkId)
        if (link)
          expect(link.state, where).toBe(told.some((each) => each.test("Disconnected")) ? "ended" : "live")
        // Object and directory agree: an event is told under exactly the link, number and record that both have.
        // What died is over: where this run had fewer calls than the first, the crash must not strike here.
        sim.watch()
        if (link?.state === "live")
          expect((await sim.tell(payment("after", sim.now))).outcome?.state, where).toBe("accepted")
        sim.close()
      }
      // A call beside others may change places with them; none is left out.
      expect([...new Set(died)].toSorted()).toEqual([...new Set(awaits)].toSorted())
    },
    // Two runs of a whole story for each of dozens of calls.
    30_000,
  )
})

/** Places in `told` of what was read, reminders left out. */
function reminderless(read: readonly string[], told: readonly RegExp[]): readonly number[] {
  return read
    .filter((text) => !text.startsWith("Reminder"))
    .map((text) => told.findIndex((each) => each.test(text)))
}

/** The same in the order they should stand, each once. */
function orderOf(read: readonly string[], told: readonly RegExp[], ordered: boolean): readonly number[] {
  const once = [...new Set(reminderless(read, told))]
  return ordered ? once.toSorted((left, right) => left - right) : once
}

function count(of: Simulation, where: string): number {
  return of.storage.sql.exec<{ n: number }>(`SELECT count(*) AS n FROM ledger WHERE ${where}`).rows[0]?.n ?? 0
}

function unknownRows(of: Simulation): number {
  return count(of, "state = 'unknown'")
}

function openRows(of: Simulation): number {
  return count(of, "state IN ('queued', 'sending', 'again')")
}

function keyOfAlert(of: Simulation): string | undefined {
  return of.storage.sql.exec<{ key: string }>("SELECT key FROM ledger WHERE lane = 0").rows[0]?.key
}
