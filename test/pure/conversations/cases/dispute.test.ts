// Every stage of a dispute against everything that can happen to it; what was sent off is never lost, and nothing is sent before it.
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  beginDispute,
  DISPUTE_STAGES,
  EVIDENCE_MAX,
  IDLE_MS,
  OWED_MS,
  requestOf,
  stepDispute,
  type Dispute,
  type DisputeEvent,
  type DisputeStage,
} from "../../../../src/conversations/cases/dispute.ts"
import type { LinkId } from "../../../../src/foundation/id.ts"

const NOW = 1_795_337_639_000
const PAYMENT = { id: "txn_1", value: "27.40", currency: "EUR", label: "27.40 EUR, Coffee House" }

const EVENTS = {
  listed: { kind: "listed", payments: [PAYMENT, { ...PAYMENT, id: "txn_2" }] },
  listed_none: { kind: "listed", payments: [] },
  not_listed: { kind: "not_listed" },
  chosen: { kind: "chosen", nth: 0 },
  chosen_beyond: { kind: "chosen", nth: 9 },
  reasoned: { kind: "reasoned", reason: "wrong_amount" },
  whole: { kind: "amounted" },
  part: { kind: "amounted", value: "7.40" },
  attached: { kind: "attached", references: ["messenger:m_1:0"] },
  sent: { kind: "sent", at: NOW },
  opened: { kind: "opened", caseId: "D-1", nextDate: "2026-12-02" },
  refused: { kind: "refused" },
  unreachable: { kind: "unreachable" },
  proof: { kind: "proof_wanted", url: "https://bank.example/proof" },
  cancelled: { kind: "cancelled" },
  link_ended: { kind: "link_ended" },
  time: { kind: "time" },
} as const satisfies Readonly<Record<string, DisputeEvent>>
type EventName = keyof typeof EVENTS

const begun = beginDispute("dispute", "link_1" as LinkId, "acc-1").next
const told: Dispute = { ...begun, payment: PAYMENT, reason: "wrong_amount", dueAt: NOW }
const AT: Readonly<Record<DisputeStage, Dispute>> = {
  listing: begun,
  choosing: { ...begun, stage: "choosing", payments: [PAYMENT], dueAt: NOW },
  reason: { ...begun, stage: "reason", payment: PAYMENT, dueAt: NOW },
  amount: { ...told, stage: "amount" },
  evidence: { ...told, stage: "evidence" },
  sending: { ...told, stage: "sending", sentAt: NOW },
  owing: { ...told, stage: "owing", sentAt: NOW, tries: 1 },
  over: { ...begun, stage: "over" },
}

const TALKING = { cancelled: "over - cancelled", link_ended: "over - -", time: "over - -" } as const
/** `stage ask saying`; a pair that is not here changes nothing and says nothing. */
const TABLE: Readonly<Record<DisputeStage, Partial<Record<EventName, string>>>> = {
  listing: {
    listed: "choosing - choose",
    listed_none: "over - none",
    not_listed: "over - -",
    cancelled: "over - cancelled",
    link_ended: "over - -",
  },
  choosing: { ...TALKING, chosen: "reason - reason" },
  reason: { ...TALKING, reasoned: "amount - amount" },
  amount: { ...TALKING, whole: "evidence - evidence", part: "evidence - evidence" },
  evidence: { ...TALKING, attached: "evidence - evidence", sent: "sending open -" },
  sending: {
    opened: "over - opened",
    refused: "over - refused",
    proof: "over - prove",
    unreachable: "owing - owed",
    link_ended: "over - given_up",
  },
  owing: { sent: "sending open -", time: "sending open -", link_ended: "over - given_up" },
  over: {},
}

describe("stepDispute()", () => {
  for (const stage of DISPUTE_STAGES)
    for (const name of Object.keys(EVENTS) as EventName[]) {
      const expected = TABLE[stage][name]
      test(`${stage}: ${name} ${expected === undefined ? "changes nothing" : `leads to ${expected}`}`, () => {
        const { next, ask, say } = stepDispute(AT[stage], EVENTS[name], NOW)
        if (expected === undefined) expect({ next, ask, say }).toEqual({ next: AT[stage] })
        else expect(`${next.stage} ${ask ?? "-"} ${say?.is ?? "-"}`).toBe(expected)
      })
    }

  test("what the bank is sent: payment, reason, amount, evidence, and when the person sent it off", () => {
    const whole = stepDispute(AT.evidence, EVENTS.attached, NOW).next
    const sent = stepDispute(whole, { kind: "sent", at: NOW + 1 }, NOW + 1).next
    expect(requestOf(whole)).toBeUndefined()
    expect(requestOf(sent)).toEqual({
      transactionId: "txn_1",
      reason: "wrong_amount",
      amount: { value: "27.40", currency: "EUR" },
      evidence: ["messenger:m_1:0"],
      receivedAt: NOW + 1,
    })
    const part = stepDispute(AT.amount, EVENTS.part, NOW).next
    expect(requestOf(stepDispute(part, EVENTS.sent, NOW).next)?.amount).toEqual({
      value: "7.40",
      currency: "EUR",
    })
    // Sent again after an outage it is the same notice.
    const owed = stepDispute(sent, EVENTS.unreachable, NOW + 2).next
    expect(requestOf(stepDispute(owed, { kind: "sent", at: NOW + 9 }, NOW + 9).next)?.receivedAt).toBe(
      NOW + 1,
    )
  })

  test("words that are not finished run out after half an hour; an account's list is not kept beyond the choice", () => {
    const { next } = stepDispute(AT.choosing, EVENTS.chosen, NOW)
    expect([next.dueAt, next.payments]).toEqual([NOW + IDLE_MS, []])
    expect(stepDispute(next, { kind: "time" }, NOW + IDLE_MS - 1).next.stage).toBe("reason")
    expect(stepDispute(next, { kind: "time" }, NOW + IDLE_MS).next.stage).toBe("over")
  })

  test("evidence has its limit", () => {
    const many = Array.from({ length: EVIDENCE_MAX + 5 }, (_, n) => `messenger:m_1:${n}`)
    const { next, say } = stepDispute(AT.evidence, { kind: "attached", references: many }, NOW)
    expect([next.evidence.length, say]).toEqual([EVIDENCE_MAX, { is: "evidence", count: EVIDENCE_MAX }])
  })

  test("the bank is tried for three days, in silence after the first time", () => {
    const late = { ...AT.sending, tries: 4 }
    expect(stepDispute(late, EVENTS.unreachable, NOW + OWED_MS - 1)).toMatchObject({
      next: { stage: "owing" },
    })
    expect(stepDispute(late, EVENTS.unreachable, NOW + OWED_MS - 1).say).toBeUndefined()
    expect(stepDispute(late, EVENTS.unreachable, NOW + OWED_MS).say).toEqual({ is: "given_up" })
  })
})

test("a dispute that was sent off is never lost, and none is opened before it", () => {
  const steps = fc.array(
    fc.record({
      event: fc
        .constantFrom(...(Object.keys(EVENTS) as EventName[]))
        .map((name): DisputeEvent => EVENTS[name]),
      wait: fc.integer({ min: 0, max: 3_600_000 }),
    }),
    { maxLength: 40 },
  )
  const ENDS = new Set(["opened", "refused", "prove", "given_up"])
  fc.assert(
    fc.property(fc.constantFrom(...DISPUTE_STAGES), steps, (stage, sequence) => {
      let at = AT[stage]
      let now = NOW
      for (const { event, wait } of sequence) {
        now += wait
        const { next, ask, say } = stepDispute(at, event, now)
        if (ask === "open") expect(requestOf(next)).toBeDefined()
        if (at.sentAt !== undefined && at.stage !== "over")
          expect(next.stage === "sending" || next.stage === "owing" || ENDS.has(say?.is ?? "")).toBe(true)
        at = next
      }
    }),
    { numRuns: 2_000 },
  )
})
