// Every stage of a fraud question against everything that can happen to it, and the two laws: a No is never lost, a Yes never releases.
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import {
  openFraudCase,
  OWED_MS,
  PROOF_MS,
  stepFraud,
} from "../../../../src/conversations/cases/fraud-case.ts"
import {
  FRAUD_STAGES,
  type FraudAsk,
  type FraudCase,
  type FraudEvent,
  type FraudStage,
} from "../../../../src/conversations/cases/fraud-shape.ts"
import type { LinkId } from "../../../../src/foundation/id.ts"

const NOW = 1_795_337_639_000
const EXPIRES = NOW + 12 * 3_600_000
const ALERT = {
  alert: "e_alert",
  caseId: "fc_81c",
  link: "link_1" as LinkId,
  expiresAt: EXPIRES,
  card: { ref: "crd_19", last4: "4821" },
}

const EVENTS = {
  deny: { kind: "deny", at: NOW },
  confirm: { kind: "confirm", at: NOW },
  mistake: { kind: "mistake" },
  frozen: { kind: "frozen" },
  freeze_refused: { kind: "freeze_refused" },
  freeze_unreachable: { kind: "freeze_unreachable" },
  no_taken: { kind: "taken", answer: "deny", frozen: false, nextDate: "2026-11-24" },
  no_proof: { kind: "proof_wanted", answer: "deny", url: "https://bank.example/proof" },
  no_contradicted: { kind: "answered_before", answer: "deny" },
  no_closed: { kind: "case_closed", answer: "deny" },
  no_unreachable: { kind: "unreachable", answer: "deny" },
  yes_taken: { kind: "taken", answer: "confirm", frozen: false },
  yes_proof: { kind: "proof_wanted", answer: "confirm", url: "https://bank.example/proof" },
  yes_contradicted: { kind: "answered_before", answer: "confirm" },
  yes_closed: { kind: "case_closed", answer: "confirm" },
  yes_unreachable: { kind: "unreachable", answer: "confirm" },
  undo_page: { kind: "undo_page", url: "https://bank.example/undo" },
  undo_refused: { kind: "undo_refused" },
  resolved: { kind: "resolved" },
  card_usable: { kind: "card_usable" },
  link_ended: { kind: "link_ended" },
  time: { kind: "time" },
} as const satisfies Readonly<Record<string, FraudEvent>>
type EventName = keyof typeof EVENTS

/** A case in each stage, as it typically stands there; what is due is due now. */
const AT: Readonly<Record<FraudStage, FraudCase>> = {
  open: openFraudCase(ALERT),
  freezing: caseAt("freezing", { freeze: "owed", report: "owed" }),
  denying: caseAt("denying", { freeze: "done", report: "owed" }),
  owing: caseAt("owing", { freeze: "owed", report: "owed", tries: 1, dueAt: NOW }),
  denied: caseAt("denied", { freeze: "done", report: "taken" }),
  undoing: caseAt("undoing", { freeze: "done", report: "taken" }),
  returning: caseAt("returning", { freeze: "done", report: "taken", dueAt: NOW }),
  confirming: caseAt("confirming"),
  confirmed: caseAt("confirmed"),
  proving: caseAt("proving", { dueAt: NOW }),
  contradicted: caseAt("contradicted", { freeze: "done", report: "refused" }),
  refused: caseAt("refused"),
  given_up: caseAt("given_up", { freeze: "owed", report: "owed", tries: 300 }),
  resolved: caseAt("resolved"),
}

function caseAt(stage: FraudStage, more: Partial<FraudCase> = {}): FraudCase {
  return { ...openFraudCase(ALERT), stage, answeredAt: NOW, ...more }
}

/** `stage ask saying`; a pair that is not here changes nothing and says nothing. */
const TABLE: Readonly<Record<FraudStage, Partial<Record<EventName, string>>>> = {
  open: { deny: "freezing freeze -", confirm: "confirming confirm -", resolved: "resolved - -" },
  freezing: {
    frozen: "denying deny -",
    freeze_refused: "denying deny -",
    freeze_unreachable: "denying deny -",
    confirm: "freezing - stands",
    link_ended: "given_up - given_up",
  },
  denying: {
    no_taken: "denied - denied",
    no_proof: "refused - prove",
    no_contradicted: "contradicted - answered_before",
    no_closed: "refused - closed",
    no_unreachable: "owing - denied",
    confirm: "denying - stands",
    link_ended: "given_up - given_up",
  },
  owing: {
    deny: "freezing freeze -",
    confirm: "owing - stands",
    time: "freezing freeze -",
    link_ended: "given_up - given_up",
  },
  denied: {
    deny: "denied - denied",
    confirm: "denied - stands",
    mistake: "undoing undo -",
    resolved: "resolved - -",
    card_usable: "denied - -",
  },
  undoing: {
    deny: "denied - denied",
    confirm: "undoing - stands",
    undo_page: "returning - undo",
    undo_refused: "denied - undo_failed",
    link_ended: "resolved - -",
    resolved: "resolved - -",
    card_usable: "resolved - -",
  },
  returning: {
    deny: "freezing freeze -",
    confirm: "returning - stands",
    mistake: "undoing undo -",
    resolved: "resolved - -",
    card_usable: "resolved - -",
    time: "denied - nothing_changed",
    link_ended: "resolved - -",
  },
  confirming: {
    deny: "freezing freeze -",
    yes_taken: "confirmed - thanked",
    yes_proof: "proving - prove",
    yes_contradicted: "contradicted - answered_before",
    yes_closed: "refused - closed",
    yes_unreachable: "open - yes_unreachable",
    link_ended: "resolved - -",
    resolved: "resolved - -",
  },
  confirmed: { deny: "freezing freeze -", confirm: "confirmed - thanked", resolved: "resolved - -" },
  proving: {
    deny: "freezing freeze -",
    confirm: "confirming confirm -",
    resolved: "resolved - -",
    card_usable: "confirmed - -",
    time: "open - nothing_changed",
    link_ended: "resolved - -",
  },
  contradicted: {
    deny: "contradicted - closed",
    confirm: "contradicted - closed",
    mistake: "undoing undo -",
    resolved: "resolved - -",
  },
  refused: { deny: "freezing freeze -", confirm: "refused - closed", resolved: "resolved - -" },
  given_up: { deny: "freezing freeze -", confirm: "given_up - given_up", resolved: "resolved - -" },
  resolved: { deny: "resolved - closed", confirm: "resolved - closed", mistake: "resolved - closed" },
}

describe("stepFraud()", () => {
  for (const stage of FRAUD_STAGES)
    for (const name of Object.keys(EVENTS) as EventName[]) {
      const expected = TABLE[stage][name]
      test(`${stage}: ${name} ${expected === undefined ? "changes nothing" : `leads to ${expected}`}`, () => {
        const { next, ask, say } = stepFraud(AT[stage], EVENTS[name], NOW)
        if (expected === undefined) expect({ next, ask, say }).toEqual({ next: AT[stage] })
        else expect(`${next.stage} ${ask ?? "-"} ${say?.is ?? "-"}`).toBe(expected)
      })
    }

  test.for(["owing", "returning", "proving"] as const)("%s: before its time nothing happens", (stage) => {
    expect(stepFraud({ ...AT[stage], dueAt: NOW + 1 }, { kind: "time" }, NOW)).toEqual({
      next: { ...AT[stage], dueAt: NOW + 1 },
    })
  })

  test("a button counts until the case's time is over, and not after it", () => {
    for (const kind of ["deny", "confirm"] as const) {
      expect(stepFraud(AT.open, { kind, at: EXPIRES - 1 }, EXPIRES - 1).ask).toBeDefined()
      const late = stepFraud(AT.open, { kind, at: EXPIRES }, EXPIRES)
      expect([late.next.stage, late.ask, late.say?.is]).toEqual(["open", undefined, "closed"])
    }
    expect(stepFraud(AT.confirmed, { kind: "deny", at: EXPIRES - 1 }, EXPIRES - 1).ask).toBe("freeze")
    expect(stepFraud(AT.confirmed, { kind: "deny", at: EXPIRES }, EXPIRES).say?.is).toBe("closed")
  })

  test("without a card's reference a No goes straight to the bank", () => {
    const { card: _, ...bare } = AT.open
    for (const open of [bare, { ...bare, card: { last4: "4821" } }]) {
      const { next, ask } = stepFraud(open, EVENTS.deny, NOW)
      expect([next.stage, next.freeze, ask]).toEqual(["denying", "none", "deny"])
    }
  })

  test("each part is said only after the bank said so, and once both are there", () => {
    const frozen = stepFraud(AT.freezing, EVENTS.frozen, NOW).next
    expect(stepFraud(frozen, EVENTS.no_taken, NOW).say).toEqual({
      is: "denied",
      frozen: true,
      reported: true,
      freezeRefused: false,
      owed: false,
    })
    const unfrozen = stepFraud(AT.freezing, EVENTS.freeze_unreachable, NOW).next
    expect(stepFraud(unfrozen, EVENTS.no_taken, NOW).say).toMatchObject({
      frozen: false,
      reported: true,
      owed: true,
    })
    expect(stepFraud(unfrozen, EVENTS.no_unreachable, NOW).say).toMatchObject({
      frozen: false,
      reported: false,
      owed: true,
    })
    const refused = stepFraud(AT.freezing, EVENTS.freeze_refused, NOW).next
    expect(stepFraud(refused, EVENTS.no_taken, NOW).say).toMatchObject({
      frozen: false,
      freezeRefused: true,
      owed: false,
    })
  })

  test("a later round is silent until something was done, and gives up after three days", () => {
    const again = stepFraud(AT.owing, { kind: "time" }, NOW).next
    const failed = stepFraud(
      stepFraud(again, EVENTS.freeze_unreachable, NOW).next,
      EVENTS.no_unreachable,
      NOW,
    )
    expect([failed.next.stage, failed.say]).toEqual(["owing", undefined])
    expect(failed.next.dueAt).toBeGreaterThan(NOW)
    const half = stepFraud(stepFraud(again, EVENTS.frozen, NOW).next, EVENTS.no_unreachable, NOW)
    expect(half.say).toMatchObject({ frozen: true, reported: false, owed: true })
    const last = NOW + OWED_MS
    const before = stepFraud(stepFraud(again, EVENTS.frozen, last - 1).next, EVENTS.no_unreachable, last - 1)
    expect(before.next.stage).toBe("owing")
    const over = stepFraud(stepFraud(again, EVENTS.frozen, last).next, EVENTS.no_unreachable, last)
    expect([over.next.stage, over.say]).toEqual(["given_up", { is: "given_up", frozen: true }])
  })

  test("a freeze that is owed is carried on though the bank closed the case, or wants proof for the report", () => {
    const owed: FraudCase = { ...AT.denying, freeze: "owed" }
    for (const closing of [EVENTS.no_closed, EVENTS.no_contradicted, EVENTS.no_proof]) {
      const closed = stepFraud(owed, closing, NOW)
      expect(closed.next.stage).toBe("owing")
      const due = stepFraud(closed.next, { kind: "time" }, closed.next.dueAt ?? 0)
      expect(due.ask).toBe("freeze")
      expect(stepFraud(due.next, EVENTS.frozen, NOW)).toMatchObject({
        next: { stage: "denied" },
        say: { frozen: true, reported: false, owed: false },
      })
    }
  })

  test("the bank's own pages are waited for ten minutes", () => {
    const { next } = stepFraud(AT.confirming, EVENTS.yes_proof, NOW)
    expect(stepFraud(next, { kind: "time" }, NOW + PROOF_MS - 1).say).toBeUndefined()
    expect(stepFraud(next, { kind: "time" }, NOW + PROOF_MS).say).toEqual({ is: "nothing_changed" })
  })
})

describe("laws of a fraud question", () => {
  const steps = fc.array(
    fc.record({
      event: fc.constantFrom(...(Object.keys(EVENTS) as EventName[])).map((name): FraudEvent => EVENTS[name]),
      wait: fc.integer({ min: 0, max: 3_600_000 }),
    }),
    { maxLength: 40 },
  )
  const TAKES_A_NO = new Set<FraudEvent["kind"]>(["taken", "answered_before", "case_closed", "proof_wanted"])

  test("a No is never lost: until the bank has taken or refused it, it is with the bank, owed, or given up after three days", () => {
    fc.assert(
      fc.property(fc.constantFrom(...FRAUD_STAGES), steps, (stage, sequence) => {
        const begun = stepFraud(AT[stage], EVENTS.deny, NOW)
        if (begun.next.report !== "owed") return
        let at = begun.next
        let now = NOW
        for (const { event, wait } of sequence) {
          now += wait
          const heard =
            at.stage === "denying" &&
            "answer" in event &&
            event.answer === "deny" &&
            TAKES_A_NO.has(event.kind)
          at = stepFraud(at, event, now).next
          if (heard) return
          if (event.kind === "link_ended") {
            expect([at.stage, at.report]).toEqual(["given_up", "owed"])
            return
          }
          expect(at.report).toBe("owed")
          expect(["freezing", "denying", "owing", "given_up"]).toContain(at.stage)
          if (at.stage === "given_up" && stage !== "given_up")
            expect(now - at.answeredAt).toBeGreaterThanOrEqual(OWED_MS)
          if (at.stage === "owing") expect(at.dueAt).toBeDefined()
        }
      }),
      { numRuns: 2_000 },
    )
  })

  test("a Yes never releases: without a No nothing but the Yes is asked, whatever happens", () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        let at: FraudCase = AT.open
        let now = NOW
        const asked: (FraudAsk | undefined)[] = []
        for (const { event, wait } of sequence) {
          if (event.kind === "deny") continue
          now += wait
          const step = stepFraud(at, event, now)
          asked.push(step.ask)
          at = step.next
          expect(at.freeze).toBe("none")
        }
        expect(asked.filter((ask) => ask !== undefined && ask !== "confirm")).toEqual([])
      }),
      { numRuns: 2_000 },
    )
  })

  test("what could restore is asked only after [Tapped by mistake]", () => {
    fc.assert(
      fc.property(fc.constantFrom(...FRAUD_STAGES), steps, (stage, sequence) => {
        let at = AT[stage]
        let now = NOW
        for (const { event, wait } of sequence) {
          now += wait
          const step = stepFraud(at, event, now)
          if (step.ask === "undo") expect(event.kind).toBe("mistake")
          at = step.next
        }
      }),
      { numRuns: 1_000 },
    )
  })
})
