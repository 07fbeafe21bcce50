// P1, P2, P3: the object dies at each call it awaits, before the call has its effect and after; whatever was received is told once,
// or reported `unknown` where the crash lay between claim and echo, and in order. The calls died at are asserted by name.
import { afterEach, describe, expect, test } from "vitest"
import type { DeskRequest } from "../../../src/conversations/desk-acts.ts"
import { HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { fraud, NOON, offer, payment, tap, text } from "../../support/person-builders.ts"
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

/** What a tap carries: the button of the newest message that has one like it. Where a crash left none on the screen, none is tapped. */
async function press(of: Simulation, button: RegExp): Promise<void> {
  for (const call of of.messenger.calls.toReversed()) {
    const [payload] = button.exec(JSON.stringify(call)) ?? []
    if (payload !== undefined) return of.webhook(tap(payload, of.now))
  }
}

/** Time goes by until that was read, five minutes at most. */
async function until(of: Simulation, read: RegExp): Promise<void> {
  for (let waited = 0; waited < 60 && !of.messenger.texts.some((each) => read.test(each)); waited += 1)
    await of.advance(5_000)
}

/** A question about a payment, told. */
async function askFraud(of: Simulation, forMs: number = HOUR_MS): Promise<void> {
  const asked = await of.tell(
    fraud("x", of.now, { reply: { allowed: ["confirm", "deny"], expiresAt: of.now + forMs } }),
  )
  for (let waited = 0; !asked.outcome && waited < 60; waited += 1) await of.advance(5_000)
}

/** An agent asks until somebody answers, as the desk's page does. */
async function atDesk(of: Simulation, ask: DeskRequest["ask"]): Promise<void> {
  const thread = of.desk.heard.at(-1)?.thread ?? ""
  let answered = false
  for (let waited = 0; !answered && waited < 60; waited += 1) {
    await of.ask(async (person) => {
      await person.atDesk({ v: 1, thread, ask })
      answered = true
    })
    if (!answered) await of.advance(5_000)
  }
}

const CARDS = ok([
  { ref: "crd_1", last4: "4821", state: "active" },
  { ref: "crd_2", last4: "5512", state: "active" },
] as const)
const FROZEN_CARDS = ok([{ ref: "crd_1", last4: "4821", state: "frozen" }] as const)
const DOWN = err({ reason: "outage", outage: { reason: "unavailable", retry: "later" } } as const)
const PAYMENTS = ok({
  transactions: [
    {
      id: "txn_1",
      account: "acc-1",
      amount: { minor: 2_740n, currency: "EUR" },
      direction: "out",
      status: "posted",
      occurredAt: NOON,
      description: "Coffee House",
    },
  ],
} as const)
const CONFIRM = /v1\.FRAUD\.[^"]+\.confirm/
const DENY = /v1\.FRAUD\.[^"]+\.deny/
const CHAT = [...RECEIVE.filter((each) => each !== "alarm.get"), ...TURN, ...SEND]

const CASES: readonly Scenario[] = [
  {
    name: "a card frozen by choice",
    linked: true,
    async run(sim) {
      sim.bank.cards = CARDS
      await sim.say("freeze my card")
      await until(sim, /Which card/)
      await press(sim, /v1\.CARD\.[^"]+\.0/)
    },
    told: [/Which card shall I freeze/, /^Card ••4821 is frozen/],
    awaits: [...CHAT, "acts.listCards", "acts.freezeCard"],
  },
  {
    name: "all cards frozen at one tap",
    linked: true,
    async run(sim) {
      sim.bank.cards = CARDS
      await sim.webhook(tap("v1.FREEZE_ALL", sim.now))
    },
    told: [/^Cards ••4821, ••5512 are frozen/],
    awaits: [...CHAT, "acts.listCards", "acts.freezeCard"],
  },
  {
    name: "the bank's page for using a card again, and nobody who comes back from it",
    linked: true,
    async run(sim) {
      sim.bank.cards = FROZEN_CARDS
      await sim.say("unfreeze my card")
      await until(sim, /Which card/)
      await press(sim, /v1\.CARD\.[^"]+\.0/)
    },
    told: [/Which card do you want/, /Sign in at Demo Bank to use card/, /Nothing was changed/],
    awaits: [...CHAT, "acts.listCards", "acts.createStepUp"],
  },
  {
    name: "a No while the bank is down, and the bank back later",
    linked: true,
    async run(sim) {
      sim.bank.frozen = DOWN
      sim.bank.fraudAnswer = DOWN
      await askFraud(sim)
      await press(sim, DENY)
      await until(sim, /not frozen yet/)
      sim.bank.frozen = ok({ state: "frozen" })
      sim.bank.fraudAnswer = ok({})
    },
    told: [/Fraud check/, /could not reach Demo Bank; the card is not frozen yet/, /is frozen.*your report/s],
    awaits: [...CHAT, "acts.freezeCard", "acts.answerFraudCase", "callbacks.terms"],
  },
  {
    name: "a No, [Tapped by mistake], and nobody who comes back from the bank's page",
    linked: true,
    async run(sim) {
      await askFraud(sim)
      await press(sim, DENY)
      await until(sim, /is frozen/)
      await press(sim, /v1\.FRAUD\.[^"]+\.mistake/)
    },
    told: [/Fraud check/, /is frozen/, /Sign in at Demo Bank to take your No back/, /Nothing was changed/],
    awaits: [...CHAT, "acts.freezeCard", "acts.answerFraudCase", "acts.createStepUp", "callbacks.terms"],
  },
  {
    name: "a Yes, taken by the bank",
    linked: true,
    async run(sim) {
      await askFraud(sim)
      await press(sim, CONFIRM)
    },
    told: [/Fraud check/, /^Thank you, Demo Bank has your answer/],
    awaits: [...CHAT, "acts.answerFraudCase", "callbacks.terms"],
  },
  {
    name: "a Yes the bank wants proof of, and nobody who comes back from its page",
    linked: true,
    async run(sim) {
      sim.bank.fraudAnswer = err({ reason: "step_up_required", url: "https://bank.example/step-up" })
      await askFraud(sim)
      await press(sim, CONFIRM)
    },
    told: [/Fraud check/, /wants to confirm that with you/, /Nothing was changed/],
    awaits: [...CHAT, "acts.answerFraudCase", "callbacks.terms"],
  },
  {
    name: "a person at the bank: asked for, there, answering, gone",
    linked: true,
    async run(sim) {
      sim.facts = { ...sim.facts, desk: "own" }
      await sim.say("talk to a person")
      await until(sim, /You are number/)
      await atDesk(sim, { kind: "claimed", name: "Maria" })
      await until(sim, /Maria from/)
      await atDesk(sim, { kind: "reply", id: "r1", text: "It is done." })
      await until(sim, /^It is done/)
      await atDesk(sim, { kind: "closed" })
    },
    told: [/You are number 1/, /^Maria from Demo Bank joined/, /^It is done\.$/, /^Maria has left/],
    awaits: [...CHAT, "desk.tell"],
  },
  {
    name: "a question nobody answers, and its reminder",
    linked: true,
    async run(sim) {
      await askFraud(sim, 4 * HOUR_MS)
      await sim.advance(HOUR_MS + MINUTE_MS)
    },
    told: [/Fraud check/, /^Reminder/],
    awaits: [...CHAT.filter((each) => !each.endsWith("(inbox)")), "callbacks.terms"],
  },
  {
    name: "a dispute, sent off",
    linked: true,
    async run(sim) {
      sim.bank.transactions = PAYMENTS
      await sim.say("dispute a payment")
      await until(sim, /Which payment/)
      const words = ["1", "Charged twice", "All of it", "Send the dispute"]
      await sim.webhook(...words.map((each) => text(each, sim.now)))
    },
    told: [/Which payment/, /What is wrong/, /How much of it/, /Send photos/, /has your dispute, case D-1/],
    awaits: [...CHAT, "bank.transactions", "acts.openDispute"],
  },
]

let sim: Simulation
afterEach(() => sim.close())

describe.each([...SCENARIOS, ...CASES])("$name", ({ linked, run, told, awaits, ordered = true }) => {
  async function play(crash?: Crash): Promise<readonly string[]> {
    sim = new Simulation()
    if (linked) await sim.link()
    sim.watch(crash)
    await run(sim)
    // What is said after the ten minutes for a page of the bank's has its own ten minutes to be settled.
    await sim.advance(30 * MINUTE_MS)
    return sim.trace
  }

  test("awaits no call that this list does not name, and none of the list is not awaited", async () => {
    expect([...new Set(await play())].toSorted()).toEqual([...new Set(awaits)].toSorted())
    expect(sim.messenger.texts.map((text) => told.findLastIndex((each) => each.test(text)))).toEqual(
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
        const reminders = read.filter((each) => each.startsWith("Reminder"))
        expect(reminders.length, `${where}: one reminder at most`).toBeLessThanOrEqual(1)
        expect(doubled(sim), `${where}: no act is another act at the bank`).toEqual([])
        expect(openRows(sim), `${where}: nothing left open`).toBe(0)
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
    // Two runs of a whole story for each of dozens of calls, on a machine that may be busy.
    120_000,
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

/** Acts that reached the bank under more than one key. */
function doubled(of: Simulation): readonly string[] {
  const acts = [
    ...of.bank.acts,
    ...of.bank.answers.map(({ answer, ...each }) => ({ ...each, act: answer, about: each.caseId })),
  ]
  const keys = Map.groupBy(acts, ({ act, about }) => `${act} ${about}`)
  return [...keys].flatMap(([act, all]) =>
    new Set(all.map(({ idempotencyKey }) => idempotencyKey)).size > 1 ? [act] : [],
  )
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
