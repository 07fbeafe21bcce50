// What a person wants later, or less of: held in their quiet hours and for one summary a day, told as one message, offered by a template
// outside the window; how a purchase of five events becomes two messages and a parcel; choosing it in the chat.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../src/foundation/clock.ts"
import { PURPOSES } from "../../../src/foundation/purpose.ts"
import type { Preferences } from "../../../src/preferences/preferences.ts"
import { event } from "../../support/event-builders.ts"
import { BANK, balance, fraud, NOON, payment, tap } from "../../support/person-builders.ts"
import { Simulation } from "../../support/person-world.ts"

let sim: Simulation
beforeEach(() => {
  sim = new Simulation()
})
afterEach(() => sim.close())

const NIGHT: Preferences = { v: 1, quiet: { from: 22 * 60, to: 7 * 60 }, rules: {} }
const EVENING_DIGEST: Preferences = { v: 1, digestAt: 18 * 60, rules: {} }
const outcomes = () => sim.queue.map(({ outcome }) => `${outcome?.state} ${outcome?.reason}`)
const rows = () =>
  sim.storage.sql.exec<{ state: string; reason: string; key: string; sealed: string }>(
    "SELECT state, reason, key, sealed FROM ledger WHERE lane = 2 ORDER BY n",
  ).rows
const chips = () =>
  (
    sim.messenger.calls.at(-1)?.message as
      | { quick_replies?: readonly { title: string; payload: string }[] }
      | undefined
  )?.quick_replies?.map(({ title }) => title)

/** Linked at noon; the clock is moved to an hour of that day in Berlin. */
async function linkedAt(hour: number, defaults?: Preferences): Promise<void> {
  await sim.link({ purposes: PURPOSES })
  if (defaults) sim.facts = { ...BANK, defaults }
  await sim.advance(Math.max(0, NOON + (hour - 12) * HOUR_MS - sim.now))
  sim.forgetChat()
}

describe("quiet hours", () => {
  test("P2: a night's payments are held, and told as one summary when it ends, once", async () => {
    await linkedAt(23, NIGHT)
    for (const id of ["a", "b", "c"]) {
      await sim.tell(payment(id, sim.now))
      await sim.advance(10 * MINUTE_MS)
    }
    expect(outcomes()).toEqual(Array.from({ length: 3 }, () => "held quiet_hours"))
    sim.evict()
    await sim.tell(payment("a", sim.queue[0]?.event.at ?? 0))
    await sim.advance(7 * HOUR_MS)
    expect(sim.messenger.calls).toHaveLength(0)
    await sim.advance(HOUR_MS)
    expect(sim.messenger.texts).toHaveLength(1)
    const lines = sim.messenger.texts[0]?.split("\n") ?? []
    expect(lines.map((line) => /Bakery (\w)/.exec(line)?.[1] ?? line)).toEqual([
      "a",
      "b",
      "c",
      "3 updates in all, 82.20 EUR paid.",
    ])
    expect(rows().map(({ state, reason }) => `${state} ${reason}`)).toEqual(
      Array.from({ length: 3 }, () => "accepted sent"),
    )
    await sim.advance(3 * DAY_MS)
    expect(sim.messenger.calls).toHaveLength(1)
  })

  test("the bank hears that it was held, and later what became of it", async () => {
    await linkedAt(23, NIGHT)
    sim.bank.terms = { fallbackMs: 30_000, reportDelivery: false }
    await sim.tell(payment("a", sim.now))
    await sim.advance(9 * HOUR_MS)
    expect(sim.bank.told.map(({ event: { id }, status, reason }) => [id, status, reason])).toEqual([
      ["a", "accepted", "sent"],
    ])
  })

  test("P7: a warning, and what is declined at this minute, are told in the night", async () => {
    await linkedAt(23, NIGHT)
    await sim.tell(fraud("x", sim.now))
    await sim.tell(event("bank.security.notice.v1", "s", sim.now))
    await sim.tell(event("bank.transaction.declined.v1", "d", sim.now))
    expect(sim.messenger.texts).toHaveLength(3)
  })

  test("a notice to everybody is not kept here: it comes again in the morning, where its run was not stopped", async () => {
    await linkedAt(23, NIGHT)
    const notice = { ...event("bank.service.notice.v1", "n", sim.now), audience: "linked" as const }
    const told = await sim.tell(notice)
    expect(told.answers).toEqual([{ kind: "pending", afterMs: 8 * HOUR_MS }])
    expect(rows()).toEqual([])
    await sim.advance(9 * HOUR_MS)
    expect(sim.messenger.texts).toHaveLength(1)
    expect(told.outcome).toMatchObject({ state: "accepted" })
  })

  test("P4: what is held under a link that ends, or a purpose that is stopped, is not told", async () => {
    await linkedAt(23, NIGHT)
    await sim.tell(payment("a", sim.now))
    await sim.say("stop payments")
    await sim.tell(balance("b", sim.now, "5.00"))
    await sim.endLink((sim.directory.live ?? { link: "link_one" }).link as never)
    sim.forgetChat()
    await sim.advance(9 * HOUR_MS)
    expect(sim.messenger.texts).toEqual([])
    expect(rows().map(({ state }) => state)).toEqual(["suppressed", "suppressed"])
  })

  test("of the balances and stages that are held only the newest is told", async () => {
    await linkedAt(23, NIGHT)
    await sim.tell(balance("b1", sim.now, "10.00", { sequence: 1 }))
    await sim.advance(10 * MINUTE_MS)
    await sim.tell(balance("b2", sim.now, "20.00", { sequence: 2 }))
    await sim.tell(event("bank.transaction.authorised.v1", "t1", sim.now))
    await sim.tell(
      event("bank.transaction.posted.v1", "t2", sim.now, {
        transaction: {
          id: "txn_1",
          amount: { value: "30.00", currency: "EUR" },
          direction: "out",
          occurred_at: new Date(sim.now).toISOString(),
        },
      }),
    )
    await sim.advance(9 * HOUR_MS)
    expect(sim.messenger.texts).toHaveLength(1)
    expect(sim.messenger.texts[0]).toMatch(/20\.00 EUR available/)
    expect(sim.messenger.texts[0]).toMatch(/paid 30\.00 EUR/)
    expect(sim.messenger.texts[0]).not.toMatch(/10\.00|27\.40/)
    expect(rows().map(({ state }) => state)).toEqual(["superseded", "accepted", "superseded", "accepted"])
  })

  test("P5: what is held lies sealed, and is gone from its row once it was told", async () => {
    await linkedAt(23, NIGHT)
    await sim.tell(payment("a", sim.now))
    const [held] = rows()
    expect(held?.sealed).toMatch(/^v1\./)
    expect(held?.sealed).not.toMatch(/Bakery/)
    const before = held?.sealed.length ?? 0
    await sim.advance(9 * HOUR_MS)
    expect(rows()[0]?.sealed.length).toBeLessThan(before)
  })

  describe.each([
    ["in the chat, though its answer never came", "taken", "accepted sent", ["accepted sent"]],
    ["nowhere, as far as anybody knows", "lost", "unknown no_answer", ["unknown no_answer"]],
  ] as const)("a summary that is %s", (_, kind, row, told) => {
    test("P2, P5: has its end: the event leaves its row and the bank hears of it, once", async () => {
      sim.bank.terms = { fallbackMs: 30_000, reportDelivery: false }
      await linkedAt(23, NIGHT)
      await sim.tell(payment("a", sim.now))
      await sim.tell(payment("b", sim.now))
      const before = rows().map(({ sealed }) => sealed.length)
      sim.bank.told.length = 0
      sim.messenger.fates.push({ kind })
      await sim.advance(10 * HOUR_MS)
      expect(rows().map(({ state, reason }) => `${state} ${reason}`)).toEqual([row, row])
      for (const [nth, { sealed }] of rows().entries())
        expect(sealed.length).toBeLessThan((before[nth] ?? 0) - 100)
      const heard = (id: string) =>
        sim.bank.told
          .filter(({ event: of }) => of.id === id)
          .map(({ status, reason }) => `${status} ${reason}`)
      expect([...new Set(heard("a"))]).toEqual(told)
      expect([...new Set(heard("b"))]).toEqual(told)
      await sim.advance(DAY_MS)
      expect(sim.messenger.calls).toHaveLength(1)
    })
  })

  test("what is due before the night ends is no news afterwards", async () => {
    await linkedAt(23, NIGHT)
    await sim.tell(
      event("bank.payment.due.v1", "due", sim.now, { due_at: new Date(sim.now + HOUR_MS).toISOString() }),
    )
    expect(outcomes()).toEqual(["suppressed stale"])
  })
})

describe("one summary a day", () => {
  test("is told at its hour, at most five lines and how many there are", async () => {
    await linkedAt(13, EVENING_DIGEST)
    for (let n = 0; n < 7; n += 1) await sim.tell(payment(`p${n}`, sim.now))
    await sim.advance(5 * HOUR_MS - 1)
    expect(sim.messenger.calls).toHaveLength(0)
    await sim.advance(MINUTE_MS)
    expect(sim.messenger.texts).toHaveLength(1)
    const [summary = ""] = sim.messenger.texts
    expect(summary.split("\n")).toHaveLength(6)
    expect(summary.length).toBeLessThanOrEqual(640)
    expect(summary).toMatch(/7 updates in all, 191\.80 EUR paid\.$/)
    expect(new Set(outcomes())).toEqual(new Set(["held digest"]))
  })

  test("P9: outside the window it is a template with a button, and the tap tells it", async () => {
    sim.messenger.templates = new Map([["updates_waiting_v1 en", "approved"]])
    await linkedAt(12, EVENING_DIGEST)
    await sim.advance(2 * DAY_MS)
    await sim.tell(payment("a", sim.now))
    await sim.tell(payment("b", sim.now))
    await sim.advance(7 * HOUR_MS)
    expect(sim.messenger.calls).toHaveLength(1)
    expect(JSON.stringify(sim.messenger.calls[0])).toContain("updates_waiting_v1")
    expect(rows().map(({ state }) => state)).toEqual(
      ["held", "held", "delivered"].map((s) => expect.stringMatching(new RegExp(`${s}|accepted`)) as unknown),
    )
    sim.forgetChat()
    await sim.webhook(tap("v1.UPDATES", sim.now, "Show updates"))
    await sim.advance(1_000)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/Bakery a.*\n.*Bakery b.*\n2 updates in all/)])
    sim.forgetChat()
    await sim.webhook(tap("v1.UPDATES", sim.now, "Show updates"))
    await sim.advance(1_000)
    expect(sim.messenger.texts).toEqual(["Nothing is waiting for you."])
  })

  test("one thing alone goes as its own template; without a template the bank hears why not", async () => {
    sim.messenger.templates = new Map([["payment_notice_v1 en", "approved"]])
    await linkedAt(12, EVENING_DIGEST)
    await sim.advance(2 * DAY_MS)
    await sim.tell(payment("a", sim.now))
    await sim.advance(7 * HOUR_MS)
    expect(JSON.stringify(sim.messenger.calls[0])).toContain("payment_notice_v1")
    await sim.tell(payment("b", sim.now))
    await sim.tell(payment("c", sim.now))
    await sim.advance(DAY_MS)
    expect(sim.messenger.calls).toHaveLength(1)
    expect(
      rows()
        .map(({ state, reason }) => `${state} ${reason}`)
        .slice(1),
    ).toEqual(["undeliverable window_closed_no_template", "undeliverable window_closed_no_template"])
  })

  test("nobody who does not tap hears of it again", async () => {
    sim.messenger.templates = new Map([["updates_waiting_v1 en", "approved"]])
    await linkedAt(12, EVENING_DIGEST)
    await sim.advance(2 * DAY_MS)
    await sim.tell(payment("a", sim.now))
    await sim.tell(payment("b", sim.now))
    await sim.advance(10 * DAY_MS)
    expect(sim.messenger.calls).toHaveLength(1)
    expect(
      rows()
        .map(({ state, reason }) => `${state} ${reason}`)
        .slice(0, 2),
    ).toEqual(["suppressed stale", "suppressed stale"])
  })
})

describe("kind to the reader", () => {
  const paid = (id: string, at: number, value = "27.40") => ({
    transaction: {
      id,
      amount: { value, currency: "EUR" },
      direction: "out",
      occurred_at: new Date(at).toISOString(),
      merchant: { name: "Corner Bakery" },
    },
  })

  test("P3: one purchase, all five events: two messages that day, then the parcel", async () => {
    await linkedAt(12)
    await sim.tell(event("bank.transaction.authorised.v1", "e1", sim.now, paid("t", sim.now)))
    await sim.advance(MINUTE_MS)
    await sim.tell(balance("e2", sim.now, "1177.10"))
    await sim.advance(HOUR_MS)
    await sim.tell(event("bank.receipt.issued.v1", "e3", sim.now))
    await sim.tell(event("bank.transaction.posted.v1", "e4", sim.now, paid("t", sim.now)))
    await sim.advance(HOUR_MS)
    expect(sim.messenger.calls).toHaveLength(2)
    expect(JSON.stringify(sim.messenger.calls[1])).toContain('"receipt"')
    expect(outcomes()).toEqual([
      expect.stringMatching(/^(accepted|delivered)/),
      "superseded payment_told",
      expect.stringMatching(/^(accepted|delivered)/),
      "superseded told_before",
    ])
    await sim.advance(20 * HOUR_MS)
    await sim.tell(event("bank.shipping.updated.v1", "e5", sim.now))
    expect(sim.messenger.calls).toHaveLength(3)
  })

  test("a posting of another amount says so, and nothing about it follows", async () => {
    await linkedAt(12)
    await sim.tell(event("bank.transaction.authorised.v1", "e1", sim.now, paid("t", sim.now, "25.00")))
    await sim.tell(event("bank.transaction.posted.v1", "e2", sim.now, paid("t", sim.now)))
    expect(sim.messenger.texts[1]).toMatch(/Final amount 27\.40 EUR, was 25\.00 EUR\.$/)
    sim.evict()
    await sim.tell(event("bank.transaction.posted.v1", "e3", sim.now, paid("t", sim.now)))
    await sim.tell(event("bank.transaction.authorised.v1", "e4", sim.now, paid("t", sim.now)))
    expect(outcomes().slice(2)).toEqual(["superseded told_before", "superseded told_before"])
  })

  test("P3: authorised never follows its posting", async () => {
    await linkedAt(12)
    await sim.tell(event("bank.transaction.posted.v1", "e1", sim.now, paid("t", sim.now)))
    await sim.tell(event("bank.transaction.authorised.v1", "e2", sim.now, paid("t", sim.now)))
    await sim.tell(event("bank.transaction.authorised.v1", "e3", sim.now, paid("other", sim.now)))
    expect(outcomes().map((each) => each.split(" ")[0])).toEqual([
      expect.stringMatching(/accepted|delivered/),
      "superseded",
      expect.stringMatching(/accepted|delivered/),
    ])
  })

  test("a balance that waits with its payment stands beside it; one of two minutes later is news again", async () => {
    await linkedAt(12)
    sim.messenger.fates.push({ kind: "accept", afterMs: 900 })
    await sim.tell(payment("first", sim.now))
    await sim.tell(payment("p", sim.now + 10))
    await sim.tell(balance("b", sim.now + 20, "5.00"))
    await sim.advance(2_000)
    expect(sim.messenger.texts[1]).toMatch(/Bakery p.*\n.*5\.00 EUR available/)
    await sim.advance(2 * MINUTE_MS)
    await sim.tell(balance("b2", sim.now, "6.00"))
    expect(sim.messenger.texts).toHaveLength(3)
  })

  test("the third payment of a day offers to hear less, at most once in thirty days", async () => {
    await linkedAt(12)
    for (let n = 0; n < 4; n += 1) {
      await sim.tell(payment(`p${n}`, sim.now))
      expect(chips()).toEqual(n === 2 ? ["Only above 50", "One summary a day", "Keep all"] : undefined)
      await sim.advance(HOUR_MS)
    }
    for (let day = 0; day < 31; day += 1) {
      await sim.advance(DAY_MS)
      await sim.say("hello")
    }
    await sim.advance(HOUR_MS)
    for (let n = 0; n < 3; n += 1) {
      await sim.advance(MINUTE_MS)
      await sim.tell(payment(`q${n}`, sim.now))
    }
    expect(chips()).toHaveLength(3)
  })

  test("a notice during a dialogue repeats that dialogue's choices, and none after it", async () => {
    await linkedAt(12)
    await sim.say("alerts")
    const asked = chips()
    expect(asked).toContain("Mute today")
    await sim.tell(payment("p", sim.now))
    expect(chips()).toEqual(asked)
    await sim.advance(11 * MINUTE_MS)
    await sim.tell(payment("q", sim.now))
    expect(chips()).toBeUndefined()
  })
})

describe("chosen in the chat", () => {
  test.each([
    ["Only above 50", /payments of 50\.00 EUR or more/, "suppressed threshold"],
    ["One summary a day", /one summary a day, at 18:00/, "held digest"],
    ["Mute today", /Quiet until tomorrow, 08:00/, "held muted"],
    ["Keep all", /every payment as it happens/, "accepted sent"],
  ])("%s", async (said, words, expected) => {
    await linkedAt(12)
    await sim.say("alerts")
    await sim.say(said)
    expect(sim.messenger.texts.at(-1)).toMatch(words)
    await sim.tell(payment("p", sim.now))
    expect(outcomes()).toEqual([expected])
    await sim.tell(fraud("x", sim.now))
    expect(sim.messenger.texts.at(-1)).toMatch(/Was this you/)
  })

  test("a tap on the offer takes the alert's own currency", async () => {
    await linkedAt(12)
    await sim.webhook(tap("v1.ALERTS.above.50.EUR", sim.now))
    await sim.tell(payment("p", sim.now))
    expect(outcomes()).toEqual(["suppressed threshold"])
    await sim.webhook(tap("v1.ALERTS.above.x.EUR", sim.now))
    await sim.webhook(tap("v1.ALERTS.nonsense", sim.now))
    expect(sim.messenger.texts.at(-1)).toMatch(/above an amount of yours/)
  })

  test("P4: it switches nothing on, and without a link leads to the login", async () => {
    await sim.say("alerts")
    expect(sim.messenger.texts.at(-1)).toMatch(/needs your account/)
    await sim.link({ purposes: ["fraud_alerts"] })
    await sim.webhook(tap("v1.ALERTS.all", sim.now))
    await sim.tell(payment("p", sim.now))
    expect(outcomes()).toEqual(["suppressed purpose_off"])
  })

  test("or on the person's own pages, where what is none is not taken", async () => {
    await sim.link({ purposes: PURPOSES })
    const { link } = sim.shelf
    const set = (preferences: Preferences) =>
      sim.repeat((person) => person.changeConsent(link, { preferences, bankLogin: false }))
    await set({ v: 1, rules: { transaction_alerts: { from: { value: "50", currency: "EUR" } } } })
    await set({ v: 1, digestAt: 99_999, rules: {} })
    sim.evict()
    await sim.tell(payment("p", sim.now))
    expect(outcomes()).toEqual(["suppressed threshold"])
  })

  test("what is muted is told the next morning", async () => {
    await linkedAt(12)
    await sim.say("mute today")
    await sim.tell(payment("a", sim.now))
    await sim.advance(19 * HOUR_MS + 59 * MINUTE_MS)
    sim.forgetChat()
    await sim.advance(2 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual([expect.stringMatching(/Bakery a/)])
  })
})
