// A hint that something changed: the bank is asked under the grant and what is new comes back as events; without the purpose, the link or
// the time it is not asked; each look leaves one receipt; the same news has the same id.
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Transaction } from "../../../src/banks/bank.ts"
import type { DataHint } from "../../../src/banks/event.ts"
import { isTold } from "../../../src/banks/event-types.ts"
import type { LookOutcome } from "../../../src/conversations/hints.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { BANK, WHOM } from "../../support/person-builders.ts"
import { textOf } from "../../support/person-far-side.ts"
import { Simulation } from "../../support/person-world.ts"

const HOUR = 3_600_000

describe("Person.look()", () => {
  let life: Simulation
  beforeEach(() => {
    life = new Simulation()
    life.facts = BANK
  })
  afterEach(() => life.close())

  const hint = (more: Partial<DataHint> = {}): DataHint => ({
    v: 1,
    type: "bank.data.hint.v1",
    id: "note-1",
    source: "bank",
    customer: "customer-reference-1",
    at: life.now,
    staleAt: life.now + HOUR,
    about: "transactions",
    ...more,
  })
  const movement = (id: string, ageMs: number, more: Partial<Transaction> = {}): Transaction => ({
    id,
    account: "acc-1",
    amount: { minor: 777n, currency: "EUR" },
    direction: "out",
    status: "posted",
    occurredAt: life.now - ageMs,
    description: "Hinted Merchant",
    ...more,
  })
  async function look(asked: DataHint, shelf = life.shelf, waitMs = 5_000): Promise<LookOutcome> {
    let outcome: LookOutcome | undefined
    await life.ask(async (person) => {
      outcome = await person.look({ v: 1, whom: WHOM, hint: asked, shelf })
    })
    await life.advance(waitMs)
    if (!outcome) throw new Error("The person did not answer")
    return outcome
  }
  const receipts = () =>
    life.storage.sql.exec<{ state: string; reason: string }>("SELECT state, reason FROM ledger").rows

  it("finds booked movements of the last day; what is reserved, old or told already is no news", async () => {
    await life.link()
    life.bank.transactions = ok({
      transactions: [
        movement("new", 60_000),
        movement("reserved", 1_000, { status: "pending" }),
        movement("old", 24 * HOUR),
      ],
    })
    const found = await look(hint())
    expect(found).toMatchObject({
      kind: "events",
      events: [
        {
          type: "bank.transaction.posted.v1",
          id: "look:acc-1:new",
          source: "bank",
          customer: "customer-reference-1",
          transaction: { amount: { value: "7.77", currency: "EUR" }, merchant: { name: "Hinted Merchant" } },
        },
      ],
    })
    if (found.kind !== "events") return
    for (const event of found.events) if (isTold(event)) await life.tell(event)
    expect(
      life.messenger.shown.map(({ sent }) => textOf(sent)).filter((words) => words.includes("7.77")),
    ).toHaveLength(1)
    expect(await look(hint({ id: "note-2" }))).toEqual({ kind: "events", events: [] })
  })

  it("P2: the same news has the same id, whichever hint brought it", async () => {
    await life.link()
    life.bank.transactions = ok({ transactions: [movement("new", 60_000)] })
    const [first, second] = [await look(hint()), await look(hint({ id: "note-2" }))]
    expect(first).toEqual(second)
  })

  it("P1: long ids of two movements do not become one", async () => {
    await life.link()
    const long = "x".repeat(199)
    life.bank.transactions = ok({
      transactions: [movement(`${long}1`, 60_000), movement(`${long}2`, 50_000)],
    })
    const found = await look(hint())
    const ids = found.kind === "events" ? found.events.map(({ id }) => id) : []
    expect(new Set(ids).size).toBe(2)
    expect(ids.every((id) => id.length <= 200)).toBe(true)
  })

  it("says no hour of a movement whose bank names a day", async () => {
    await life.link()
    life.bank.transactions = ok({ transactions: [movement("new", 60_000, { dayOnly: true })] })
    const found = await look(hint())
    if (found.kind !== "events") throw new Error("Nothing was found")
    for (const event of found.events) if (isTold(event)) await life.tell(event)
    const words = life.messenger.shown.map(({ sent }) => textOf(sent)).find((each) => each.includes("7.77"))
    expect(words).toMatch(/22 Nov/)
    expect(words).not.toMatch(/\d\d:\d\d/)
  })

  it("finds what an account holds now, and nothing of another account", async () => {
    await life.link()
    expect(await look(hint({ about: "balances" }))).toMatchObject({
      kind: "events",
      events: [
        {
          type: "bank.balance.updated.v1",
          id: "look:note-1:acc-1",
          balances: [{ amount: { value: "1204.50" } }, {}],
        },
      ],
    })
    expect(await look(hint({ about: "balances", account: "acc-9" }))).toEqual({
      kind: "settled",
      state: "suppressed",
      reason: "account_not_covered",
    })
  })

  it.each<[string, Partial<DataHint>, string]>([
    ["purpose is off", { about: "balances" }, "purpose_off"],
    ["hint is stale", { staleAt: 0 }, "stale"],
  ])("P4: asks nobody where the %s", async (_, more, reason) => {
    await life.link({ purposes: ["transaction_alerts"] })
    const asked = life.bank.asked
    expect(await look(hint(more))).toEqual({ kind: "settled", state: "suppressed", reason })
    expect(life.bank.asked).toBe(asked)
    expect(receipts().filter(({ reason: why }) => why === "asked")).toEqual([])
  })

  it("P4: asks nobody where object and directory differ, or nobody is linked", async () => {
    await life.link()
    const gone = { kind: "settled", state: "suppressed", reason: "not_linked" }
    expect(await look(hint(), { ...life.shelf, epoch: 9 })).toEqual(gone)
    await life.endLink(life.shelf.link)
    expect(await look(hint())).toEqual(gone)
    expect(life.bank.asked).toBe(0)
  })

  it("P4: starts no call once the link has ended while it waits", async () => {
    await life.link()
    const { shelf } = life
    life.bank.readyAfterMs = 3_000
    let outcome: LookOutcome | undefined
    const looking = life.ask(async (person) => {
      outcome = await person.look({ v: 1, whom: WHOM, hint: hint(), shelf })
    })
    await looking
    await life.endLink(shelf.link)
    await life.advance(5_000)
    expect(life.bank.started).toBe(0)
    expect(outcome).toMatchObject({ kind: "pending" })
  })

  it("is not made to ask the bank by each of many hints", async () => {
    await life.link()
    await look(hint(), life.shelf, 0)
    const { asked } = life.bank
    for (let n = 0; n < 100; n += 1)
      expect(await look(hint({ id: `note-${n}` }), life.shelf, 0)).toEqual({
        kind: "pending",
        afterMs: 5_000,
      })
    expect(life.bank.asked).toBe(asked)
    await life.advance(5_000)
    expect(await look(hint({ id: "note-last" }))).toEqual({ kind: "events", events: [] })
  })

  it("leaves one receipt however often it looks, with what was asked and why", async () => {
    await life.link()
    await look(hint())
    await look(hint())
    expect(receipts().filter(({ reason }) => reason === "asked")).toEqual([
      { state: "superseded", reason: "asked" },
    ])
  })

  it.each([
    [
      { reason: "outage", outage: { reason: "timeout", retry: "later" } },
      { kind: "pending", afterMs: 60_000 },
    ],
    [{ reason: "quota_spent" }, { kind: "pending", afterMs: 900_000 }],
    [{ reason: "link_ended" }, { kind: "link_ended" }],
    [{ reason: "step_up_required" }, { kind: "settled", state: "superseded", reason: "asked" }],
  ] as const)("hears %j", async (refusal, outcome) => {
    await life.link()
    life.bank.transactions = err(refusal)
    expect(await look(hint())).toEqual(outcome)
  })

  it("about a consent only looks whether the bank still takes the tokens, and tells nothing", async () => {
    await life.link()
    expect(await look(hint({ about: "consent" }))).toEqual({ kind: "events", events: [] })
    life.bank.balances = err({ reason: "link_ended" })
    expect(await look(hint({ about: "consent", id: "note-2" }))).toEqual({ kind: "link_ended" })
  })
})
