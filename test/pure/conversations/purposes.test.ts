// P4: what is switched off is off in the turn that hears it; what is switched on is on once it was recorded; where object and directory
// differ the stricter side wins and both come to say the same.
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { LinkId } from "../../../src/foundation/id.ts"
import { DAY_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import { PURPOSES, type Purpose } from "../../../src/foundation/purpose.ts"
import type { Consent } from "../../../src/links/consent.ts"
import { applied, changesOf, reconciled, recorded, wish } from "../../../src/conversations/consent-change.ts"
import type { State } from "../../../src/conversations/state.ts"
import { balance, payment, tap } from "../../support/person-builders.ts"
import { choicesOf } from "../../support/person-far-side.ts"
import { Simulation } from "../../support/person-world.ts"
import { consent, person } from "../../support/turn-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

const LINK = "link_one" as LinkId

/** The payload of the newest message's button with that title. */
function button(title: string): string {
  const choice = sim.messenger.shown
    .toReversed()
    .flatMap(({ sent }) => choicesOf(sent))
    .find(([each]) => each === title)
  if (!choice) throw new Error(`No button "${title}"`)
  return choice[1]
}

describe("one purpose stopped in the chat", () => {
  test.each([
    ["stop payments", "transaction_alerts"],
    ["أوقف تنبيهات الرصيد", "balance_updates"],
  ])("P4: %s: nothing of it is told from then on, the rest is, and the record says so", async (said, off) => {
    await sim.link()
    await sim.advance(2 * MINUTE_MS)
    await sim.say(said)
    const told = await sim.tell(payment("a", sim.now))
    expect(told.outcome?.state).toBe(off === "transaction_alerts" ? "suppressed" : "accepted")
    await sim.advance(2 * MINUTE_MS)
    expect((await sim.tell(balance("b", sim.now, "5.00"))).outcome?.reason).toBe(
      off === "balance_updates" ? "purpose_off" : "sent",
    )
    expect(sim.directory.recorded).toMatchObject([{ kind: "narrowed", off: [off], evidence: "chat" }])
    expect(sim.directory.live?.purposes).not.toContain(off)
  })

  test("P4: it is off while the directory does not answer, and recorded when it does", async () => {
    await sim.link()
    sim.directory.failing = true
    await sim.say("stop payments")
    const told = await sim.tell(payment("a", sim.now))
    expect(told.outcome?.state).not.toBe("accepted")
    expect(sim.directory.recorded).toEqual([])
    sim.directory.failing = false
    await sim.advance(MINUTE_MS)
    expect(sim.directory.recorded).toHaveLength(1)
    expect(sim.messenger.texts).toEqual(["Off from now on: payments. For 7 days one tap undoes it."])
  })

  test("[Undo] within seven days switches it on again with one tap and a record of its own; later it is offered", async () => {
    await sim.link()
    await sim.say("stop payments")
    const undo = button("Undo")
    await sim.advance(6 * DAY_MS)
    await sim.webhook(tap(undo, sim.now, "Undo"))
    expect(sim.messenger.texts.at(-1)).toBe("Switched on: payments.")
    expect(sim.directory.recorded.map(({ kind, on, off }) => [kind, on, off])).toEqual([
      ["narrowed", [], ["transaction_alerts"]],
      ["widened", ["transaction_alerts"], []],
    ])
    await sim.say("stop payments")
    await sim.advance(7 * DAY_MS + MINUTE_MS)
    await sim.webhook(tap(undo, sim.now, "Undo"))
    expect(sim.messenger.texts.at(-1)).toMatch(/^That is off for this chat: payments\./)
    expect(sim.directory.live?.purposes).not.toContain("transaction_alerts")
  })

  test("typed 'undo' undoes it too", async () => {
    await sim.link()
    await sim.say("stop payments")
    await sim.say("undo")
    expect(sim.messenger.texts.at(-1)).toBe("Switched on: payments.")
  })
})

describe("asking for what is off", () => {
  test("one tap switches it on where the bank's grant covers it; offered once in thirty days", async () => {
    await sim.link({ purposes: ["fraud_alerts"] })
    await sim.say("balance")
    expect(sim.bank.asked).toBe(0)
    const on = button("Switch it on")
    await sim.say("balance")
    expect(sim.messenger.texts.at(-1)).toMatch(/'My data' switches it on/)
    await sim.webhook(tap(on, sim.now, "Switch it on"))
    expect(sim.messenger.texts.at(-1)).toBe("Switched on: questions here.")
    expect(sim.directory.recorded).toMatchObject([
      {
        kind: "widened",
        on: ["account_service"],
        shown: expect.stringMatching(/^That is off for this chat/),
      },
    ])
    await sim.say("balance")
    expect(sim.messenger.texts.at(-1)).toMatch(/1,204\.50 EUR/)
  })

  test("P4: it is not on before it was recorded", async () => {
    await sim.link({ purposes: ["fraud_alerts"] })
    await sim.say("balance")
    sim.directory.failing = true
    await sim.webhook(tap(button("Switch it on"), sim.now, "Switch it on"))
    await sim.say("balance")
    expect(sim.bank.asked).toBe(0)
    sim.directory.failing = false
    await sim.advance(MINUTE_MS)
    expect(sim.messenger.texts.at(-1)).toBe("Switched on: questions here.")
  })

  test("beyond the bank's grant it leads to the bank", async () => {
    await sim.link({ purposes: ["fraud_alerts"], covered: ["fraud_alerts"] })
    await sim.say("balance")
    expect(sim.messenger.texts.at(-1)).toMatch(/Connect again to choose it/)
    await sim.webhook(tap("v1.PURPOSE.account_service.on", sim.now, "Switch it on"))
    expect(sim.directory.recorded).toEqual([])
  })

  test("P4: a link made anew that covers less switches nothing on by the buttons of the one before", async () => {
    await sim.link({ purposes: ["fraud_alerts", "receipts"] })
    await sim.say("balance")
    const on = button("Switch it on")
    await sim.say("stop receipts")
    const recorded = sim.directory.recorded.length
    await sim.link({ link: "link_two" as LinkId, purposes: ["fraud_alerts"], covered: ["fraud_alerts"] })
    await sim.webhook(tap(on, sim.now, "Switch it on"))
    expect(sim.messenger.texts.at(-1)).toMatch(/Connect again to choose it/)
    await sim.webhook(tap("v1.PURPOSE.receipts.undo", sim.now, "Undo"))
    expect(sim.messenger.texts.at(-1)).toMatch(/Connect again to choose it/)
    expect(sim.directory.recorded.length).toBe(recorded)
  })

  test("a button nobody was offered switches nothing on", async () => {
    await sim.link({ purposes: ["fraud_alerts"] })
    await sim.webhook(tap("v1.PURPOSE.receipts.on", sim.now, "Switch it on"))
    await sim.webhook(tap("v1.PURPOSE.everything.on", sim.now, "Switch it on"))
    await sim.webhook(tap("v1.PURPOSE.transaction_alerts.undo", sim.now, "Undo"))
    expect(sim.directory.recorded).toEqual([])
    expect(sim.directory.live?.purposes).toEqual(["fraud_alerts"])
  })
})

describe("from the person's own pages", () => {
  test("P4: off at once; on only after the bank's login", async () => {
    await sim.link()
    const seen: unknown[] = []
    const change = (wanted: { on?: readonly Purpose[]; off?: readonly Purpose[]; bankLogin: boolean }) =>
      sim.repeat(async (each) => void seen.push((await each.changeConsent(LINK, wanted))?.purposes))
    await change({ off: ["transaction_alerts"], bankLogin: false })
    await change({ on: ["transaction_alerts"], bankLogin: false })
    await change({ on: ["transaction_alerts"], bankLogin: true })
    const all = ["balance_updates", "transaction_alerts", "fraud_alerts", "account_service"]
    const less = all.filter((each) => each !== "transaction_alerts")
    expect(seen).toEqual([less, less, all])
    expect(sim.directory.recorded.map(({ evidence }) => evidence)).toEqual(["own_pages", "bank_login"])
    // The pages say what became of it; the chat does not.
    expect(sim.messenger.texts).toEqual([])
  })
})

describe("object and directory differ", () => {
  test("P4: of two consents what both allow stays, and both come to say so", async () => {
    await sim.link()
    await sim.advance(2 * MINUTE_MS)
    const row = sim.directory.links.get(LINK)
    if (!row) throw new Error("no link")
    row.offer = { ...row.offer, purposes: ["transaction_alerts", "receipts"], epoch: 9, recordHash: "hash-9" }
    await sim.tell(balance("b", sim.now, "5.00"))
    await sim.advance(2 * MINUTE_MS)
    expect(sim.directory.live).toMatchObject({ purposes: ["transaction_alerts"], epoch: 10 })
    expect((await sim.tell(balance("c", sim.now, "5.00"))).outcome?.reason).toBe("purpose_off")
    expect((await sim.tell(payment("a", sim.now))).outcome?.state).toBe("accepted")
  })

  test("P4: a directory that is behind is brought to what both allow, under a number above both", async () => {
    await sim.link()
    const row = sim.directory.links.get(LINK)
    if (!row) throw new Error("no link")
    const old = row.offer
    await sim.say("stop payments")
    await sim.say("stop balances")
    row.offer = old
    await sim.advance(2 * MINUTE_MS)
    expect((await sim.tell(payment("a", sim.now))).outcome?.state).not.toBe("accepted")
    await sim.advance(2 * MINUTE_MS)
    expect(sim.directory.live).toMatchObject({ purposes: ["fraud_alerts", "account_service"], epoch: 5 })
    expect((await sim.tell(payment("b", sim.now))).outcome?.reason).toBe("purpose_off")
  })

  test("P4: what ended in the directory ends in the chat", async () => {
    await sim.link()
    await sim.advance(2 * MINUTE_MS)
    const { shelf } = sim
    sim.directory.end(LINK, "revoked_by_bank", undefined)
    await sim.tell(payment("a", sim.now), { shelf: { ...shelf, epoch: 7 } })
    await sim.advance(MINUTE_MS)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/has ended\. Connect again/)])
    await sim.say("balance")
    expect(sim.bank.asked).toBe(0)
  })

  test("P4: an object that lost everything has no grant, and is begun from the record when its person writes", async () => {
    await sim.link()
    sim.evict()
    for (const table of ["facts", "inbox", "ledger"]) sim.storage.sql.exec(`DELETE FROM ${table}`)
    expect((await sim.tell(payment("a", sim.now))).outcome).toMatchObject({ reason: "not_linked" })
    await sim.say("balance")
    expect(sim.messenger.texts.at(-1)).toMatch(/1,204\.50 EUR/)
    expect((await sim.tell(payment("b", sim.now))).outcome?.state).toBe("accepted")
  })
})

describe("consent-change.ts", () => {
  const purpose = fc.subarray([...PURPOSES])
  const step = fc.oneof(
    fc.record({ kind: fc.constant("wish" as const), on: purpose, off: purpose, bool: fc.boolean() }),
    fc.record({ kind: fc.constant("recorded" as const), taken: fc.boolean() }),
  )

  test("P4: whatever is wished and recorded in whatever order, nothing is on that was not recorded on since it was last taken away", () => {
    fc.assert(
      fc.property(purpose, fc.array(step, { maxLength: 20 }), (given, steps) => {
        let state: State = person({ consent: consent({ purposes: given }) })
        const allowed = new Set<Purpose>(given)
        let n = 0
        for (const each of steps) {
          if (each.kind === "wish") {
            const off = each.off.filter((one) => !each.on.includes(one))
            state = wish(state, {
              id: `w${(n += 1)}`,
              actor: "customer",
              evidence: "chat",
              at: n,
              on: each.on,
              off,
            })
            for (const one of off) allowed.delete(one)
          } else {
            const [change] = changesOf(state)
            if (!change) continue
            if (each.taken && state.consent)
              for (const one of applied(state.consent, change).purposes) allowed.add(one)
            const mark = each.taken
              ? { epoch: (state.consent?.epoch ?? 0) + 1, recordHash: `h${n}` }
              : undefined
            state = recorded(state, change.id, mark, n)
          }
          for (const one of state.consent?.purposes ?? []) expect(allowed.has(one)).toBe(true)
          for (const one of PURPOSES)
            if (!allowed.has(one)) expect(state.consent?.purposes ?? []).not.toContain(one)
        }
      }),
    )
  })

  test("P4: reconciled() never allows more than either side, and comes to rest in one record", () => {
    const side = fc.record({
      purposes: purpose,
      showAmounts: fc.boolean(),
      until: fc.integer({ min: 1, max: 100 }),
      epoch: fc.integer({ min: 1, max: 9 }),
    })
    fc.assert(
      fc.property(side, side, (ours, theirs) => {
        const held: Consent = consent({ ...ours, recordHash: "ours" })
        const proven: Consent = consent({ ...theirs, recordHash: "theirs" })
        const after = reconciled(person({ consent: held }), proven, "c", 1)
        const now = after.consent
        const [change] = changesOf(after)
        if (!now || !change) throw new Error("not reconciled")
        for (const one of PURPOSES)
          expect(now.purposes.includes(one)).toBe(
            held.purposes.includes(one) && proven.purposes.includes(one),
          )
        expect(now.showAmounts).toBe(held.showAmounts && proven.showAmounts)
        expect(now.until).toBe(Math.min(held.until, proven.until))
        expect(now.epoch).toBe(Math.max(held.epoch, proven.epoch))
        expect(applied(now, change)).toEqual(now)
      }),
    )
  })
})
