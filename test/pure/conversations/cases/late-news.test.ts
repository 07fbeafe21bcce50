// "I keep trying and will tell you", kept after the platform's window has closed: by a template of its own, in the person's language, or,
// where the Page has none, not at all. Inside the window the chat's own words are said.
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import type { CardStateChanged } from "../../../../src/banks/event.ts"
import { LATE_TEMPLATES } from "../../../../src/conversations/notices/late-news.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../../../src/foundation/clock.ts"
import { err, ok } from "../../../../src/foundation/result.ts"
import { fraud, tap, text } from "../../../support/person-builders.ts"
import { Simulation } from "../../../support/person-world.ts"

const DOWN = err({ reason: "outage", outage: { reason: "timeout", retry: "later" } } as const)
const FROZEN = ok({ ref: "crd_19", last4: "4821", state: "frozen" } as const)

let sim: Simulation
beforeEach(async () => {
  sim = new Simulation()
  await sim.link()
  sim.messenger.templates = new Map(
    LATE_TEMPLATES.map((each) => [`${each.name} ${each.language}`, "approved"]),
  )
})
afterEach(() => sim.close())

const last = () => sim.messenger.texts.at(-1)
const sent = () => sim.messenger.calls.at(-1)
function carried(pattern: RegExp): string {
  for (const call of sim.messenger.calls.toReversed()) {
    const [payload] = pattern.exec(JSON.stringify(call)) ?? []
    if (payload !== undefined) return payload
  }
  throw new Error(`No button carries ${pattern}`)
}
async function denyWhileDown(): Promise<void> {
  sim.bank.frozen = DOWN
  sim.bank.fraudAnswer = DOWN
  await sim.tell(
    fraud("x", sim.now, { reply: { allowed: ["confirm", "deny"], expiresAt: sim.now + HOUR_MS } }),
  )
  await sim.webhook(tap(carried(/v1\.FRAUD\.[^"]+\.deny/), sim.now))
  sim.forgetChat()
}
function bankIsBack(): void {
  sim.bank.frozen = FROZEN
  sim.bank.fraudAnswer = ok({ nextDate: "2026-11-29" })
}

describe("P9: what came of a No", () => {
  test("is told by its template after the window, and its button asks for a person", async () => {
    await denyWhileDown()
    await sim.advance(25 * HOUR_MS)
    expect(sim.messenger.texts).toEqual([])
    bankIsBack()
    await sim.advance(20 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual([
      "fraud_report_news_v1|22 Nov|Demo Bank|card ••4821 is frozen; the bank has your report and will contact you by 29 Nov 2026",
    ])
    expect(sent()?.messaging_type).toBe("UTILITY")
    await sim.webhook(tap(carried(/v1\.HUMAN/), sim.now))
    expect(last()).toMatch(/For a person, call/)
  })

  test("in Arabic", async () => {
    await sim.say("العربية")
    await denyWhileDown()
    await sim.advance(25 * HOUR_MS)
    bankIsBack()
    await sim.advance(20 * MINUTE_MS)
    expect(last()).toMatch(/^fraud_report_news_v1\|.*\|Demo Bank\|البطاقة ••4821 مجمّدة؛ لدى البنك بلاغكم/)
  })

  test("is the chat's own words while the window is open", async () => {
    await denyWhileDown()
    await sim.advance(2 * HOUR_MS)
    bankIsBack()
    await sim.advance(20 * MINUTE_MS)
    expect(last()).toMatch(/^Card ••4821 is frozen\. Demo Bank has your report/)
  })

  test("is told to be undone after three days: to call is what matters then", async () => {
    await denyWhileDown()
    await sim.advance(3 * DAY_MS + HOUR_MS)
    expect(sim.messenger.texts).toEqual([
      "fraud_report_news_v1|22 Nov|Demo Bank|card ••4821 is not frozen; your report has not reached the bank; please call the bank",
    ])
  })

  test("is not told where the Page has no such template", async () => {
    sim.messenger.templates = new Map()
    await denyWhileDown()
    await sim.advance(25 * HOUR_MS)
    bankIsBack()
    await sim.advance(20 * MINUTE_MS)
    expect(sim.messenger.calls).toEqual([])
  })
})

describe("P9: what came of a freeze", () => {
  const wordOfBank = (): CardStateChanged => ({
    v: 1,
    type: "bank.card.state_changed.v1",
    id: `card-frozen-${sim.now}`,
    source: "https://bank.example",
    customer: "customer-reference-1",
    at: sim.now,
    staleAt: sim.now + DAY_MS,
    card: { ref: "crd_19", last4: "4821" },
    state: "frozen",
  })

  test("is told by its template, and the bank's own word on it is no news then", async () => {
    sim.bank.cards = ok([{ ref: "crd_19", last4: "4821", state: "active" }])
    sim.bank.frozen = DOWN
    await sim.webhook(tap("v1.FREEZE_ALL", sim.now))
    await sim.advance(25 * HOUR_MS)
    sim.forgetChat()
    sim.bank.frozen = ok({ state: "frozen" })
    await sim.advance(20 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual(["card_freeze_news_v1|Demo Bank|card ••4821 is frozen"])
    expect((await sim.tell(wordOfBank())).outcome).toMatchObject({ state: "superseded" })
  })

  test("that was given up", async () => {
    sim.bank.cards = ok([{ ref: "crd_19", last4: "4821", state: "active" }])
    sim.bank.frozen = DOWN
    await sim.webhook(tap("v1.FREEZE_ALL", sim.now))
    sim.forgetChat()
    await sim.advance(3 * DAY_MS + HOUR_MS)
    expect(sim.messenger.texts).toEqual([
      "card_freeze_news_v1|Demo Bank|card ••4821 is not frozen; please call the bank",
    ])
  })
})

describe("P9: what came of a dispute", () => {
  async function sendWhileDown(): Promise<void> {
    sim.bank.transactions = ok({
      transactions: [
        {
          id: "txn_1",
          account: "acc-1",
          amount: { minor: 2_740n, currency: "EUR" },
          direction: "out",
          status: "posted",
          occurredAt: sim.now,
          description: "Coffee House",
        },
      ],
    })
    sim.bank.dispute = DOWN
    await sim.say("dispute")
    for (const payload of ["payment.0", "reason.not_received", "whole.x", "send.x"])
      await sim.webhook(text("x", sim.now, { payload: `v1.DISPUTE.${payload}` }))
    expect(last()).toMatch(/your dispute is not there yet/)
    sim.forgetChat()
    await sim.advance(25 * HOUR_MS)
  }

  test("is told with the bank's case and date, nothing of the payment", async () => {
    await sendWhileDown()
    sim.bank.dispute = ok({ caseId: "D-9", nextDate: "2026-11-29" })
    await sim.advance(20 * MINUTE_MS)
    expect(sim.messenger.texts).toEqual([
      "dispute_sent_news_v1|22 Nov|Demo Bank|it is case D-9 and you will hear of it by 29 Nov 2026",
    ])
    expect(JSON.stringify(sent())).not.toMatch(/27\.40|Coffee/)
  })

  test("that was given up", async () => {
    await sendWhileDown()
    await sim.advance(2 * DAY_MS + HOUR_MS)
    expect(last()).toBe(
      "dispute_sent_news_v1|22 Nov|Demo Bank|it has not reached the bank; please call the bank",
    )
  })
})
