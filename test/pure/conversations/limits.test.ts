// P9 and design 9, for everything a turn or a notice can say: the platform's limits, six lines, no exclamation marks, whatever people
// type, banks are called and merchants write. Any text is a turn and none a fault.
import * as fc from "fast-check"
import { openFraudCase } from "../../../src/conversations/cases/fraud-case.ts"
import type { FraudCase } from "../../../src/conversations/cases/fraud-shape.ts"
import { describe, expect, test } from "vitest"
import type { Account, BankRefusal } from "../../../src/banks/bank.ts"
import { DAY_MS } from "../../../src/foundation/clock.ts"
import { err, ok } from "../../../src/foundation/result.ts"
import { Grant } from "../../../src/links/grant.ts"
import { checkMessage } from "../../../src/messenger/message-limits.ts"
import { composeNotice, listTemplates } from "../../../src/conversations/notices/compose.ts"
import { lintTemplate } from "../../../src/messenger/template.ts"
import {
  intentPayload,
  INTENTS,
  parsePayload,
  renderPayload,
} from "../../../src/conversations/intents/intent.ts"
import type { Utterance } from "../../../src/conversations/leave.ts"
import type { State } from "../../../src/conversations/state.ts"
import type { LinkId } from "../../../src/foundation/id.ts"
import type { Opened, TurnEvent } from "../../../src/conversations/turn-context.ts"
import { LANGUAGES, type Language } from "../../../src/phrases/catalogue.ts"
import { balance, BANK, fraud, NOON, offer, payment, tap, text } from "../../support/person-builders.ts"
import { consent, contextAt, hear, person, STATES, take } from "../../support/turn-world.ts"

const LONG_NAME = "Sparkasse der vereinigten Landkreise an Donau, Inn und Rott".padEnd(60, "x")
const MERCHANTS = [
  "W".repeat(200),
  "👩‍👩‍👧‍👦".repeat(60),
  "ﷺ".repeat(60),
  "مخبز ".repeat(30),
  "",
  "12345678901234567890",
  "a\u0301".repeat(90),
]
const KINDS = ["checking", "savings", "card", "loan", "other"] as const
const ACCOUNTS: readonly Account[] = Array.from({ length: 12 }, (_, index) => ({
  id: `acc-${index}`,
  kind: KINDS[index % KINDS.length] ?? "other",
  label: "L".repeat(40),
  last4: String(1000 + index),
  currency: "EUR",
}))
const context = contextAt(NOON, { name: LONG_NAME })

function states(language: Language): readonly State[] {
  const wide = consent({ accounts: ACCOUNTS, bankName: LONG_NAME })
  return Object.values(STATES).map((state) => ({
    ...state,
    language,
    ...(state.consent ? { consent: wide } : {}),
  }))
}

function assertFit(utterances: readonly Utterance[], about: string, linesMax = 6): void {
  for (const { message } of utterances) {
    const checked = checkMessage(message)
    expect(checked.ok ? [] : checked.error.broken, about).toEqual([])
    if (message.kind === "template") continue
    expect(message.text, about).not.toMatch(/[!！]/)
    expect(message.text.split("\n").length, about).toBeLessThanOrEqual(linesMax)
  }
}

const ALERT = `e_${"k".repeat(43)}`
const CASE: FraudCase = {
  ...openFraudCase({
    alert: ALERT,
    caseId: "fc_2026_81c_long",
    link: offer().link,
    expiresAt: NOON + DAY_MS,
    card: { ref: "crd_19", last4: "4821" },
  }),
  answeredAt: NOON,
}
/** The case as it stands while each question is with the bank. */
const CASES: Readonly<Record<string, FraudCase>> = {
  fraud_answer: { ...CASE, stage: "denying", freeze: "done", report: "owed" },
  fraud_freeze: { ...CASE, stage: "freezing", freeze: "owed", report: "none" },
  fraud_undo: { ...CASE, stage: "undoing", freeze: "done", report: "taken" },
}

describe.each(LANGUAGES)("everything said in %s keeps every limit", (language) => {
  test("P9: each intent, payload and attachment in each state", () => {
    for (const state of states(language)) {
      for (const intent of INTENTS)
        assertFit(hear(state, tap(intentPayload(intent), NOON), context).say, intent)
      for (const payload of [
        "v1.SPEAK.ar",
        "v1.SPEAK.xx",
        "v1.ACCOUNT.0",
        "v1.ACCOUNT.99",
        "v1.GET_STARTED",
        "v1.FRAUD.e_x.deny",
        "v2.X",
        "",
        "gibberish",
      ])
        assertFit(hear(state, tap(payload, NOON), context).say, payload)
      assertFit(hear(state, text("", NOON, { attachments: ["image"] }), context).say, "attachment")
      assertFit(hear(state, text("[removed]", NOON), context, true).say, "card")
      for (const code of ["000000", "123456"]) assertFit(hear(state, text(code, NOON), context).say, code)
    }
  })

  test("P9: each thing that happens beside the chat", () => {
    const wide = offer({ accounts: ACCOUNTS, bankName: LONG_NAME })
    const refusals: readonly BankRefusal[] = [
      { reason: "link_ended" },
      { reason: "step_up_required", url: `https://bank.example/${"s".repeat(900)}` },
      { reason: "step_up_required" },
      { reason: "forbidden" },
      { reason: "not_found" },
      { reason: "outage", outage: { reason: "timeout", retry: "later" } },
    ]
    const asked = { id: "q", order: 1, askedAt: NOON }
    const questions = [
      { ...asked, kind: "balances" },
      { ...asked, kind: "transactions", account: "acc-0" },
      { ...asked, kind: "fraud_answer", alert: ALERT, answer: "deny" },
      { ...asked, kind: "fraud_answer", alert: ALERT, answer: "confirm" },
      { ...asked, kind: "fraud_freeze", alert: ALERT },
      { ...asked, kind: "fraud_undo", alert: ALERT },
    ] as const
    for (const state of states(language)) {
      const events: TurnEvent[] = [
        { kind: "offered", offer: wide },
        { kind: "link_ended", link: offer().link, reason: "revoked_by_bank", silent: false },
        { kind: "time" },
      ]
      for (const event of events) assertFit(take(state, event, context).say, event.kind)
      for (const at of [NOON + 10 * 60_000, NOON + 7 * DAY_MS, offer().until])
        assertFit(take(state, { kind: "time" }, contextAt(at, { name: LONG_NAME })).say, "later")
      const mark = { epoch: 2, recordHash: "hash" }
      const outcomes: readonly Opened[] = [
        { kind: "live", mark, renews: false },
        { kind: "refused", reason: "gone" },
        { kind: "refused", reason: "links_full" },
        { kind: "refused", reason: "not_confirmed_by_bank" },
      ]
      const lately = { ...context, ways: { ...context.ways, newLinkMs: DAY_MS } }
      for (const opened of outcomes)
        assertFit(
          take({ ...state, opening: wide }, { kind: "opened", offer: wide, opened }, lately).say,
          opened.kind === "live" ? "opened" : opened.reason,
        )
      const other = take(state, { kind: "linked_elsewhere", link: "link_other" as LinkId }, context)
      assertFit(other.say, "linked elsewhere")
      for (const question of questions) {
        const asking = {
          ...state,
          consent: consent({ accounts: ACCOUNTS }),
          questions: [question],
          cases: { [ALERT]: CASES[question.kind] ?? CASE },
        } as State
        const happy = {
          balances: ok([]),
          transactions: ok({ transactions: [] }),
          fraud_answer: ok({ nextDate: "2026-11-24" }),
          fraud_freeze: ok({ state: "frozen" }),
          fraud_undo: ok({ url: "https://bank.example/undo", expiresAt: NOON }),
        }[question.kind]
        for (const result of [...refusals.map((refusal) => err(refusal)), happy]) {
          const answer = { kind: question.kind, result } as (TurnEvent & {
            readonly kind: "bank_answered"
          })["answer"]
          assertFit(
            take(asking, { kind: "bank_answered", question, answer }, context).say,
            `${question.kind} ${JSON.stringify(result)}`,
          )
        }
      }
    }
  })

  test("P9: ten payments with whatever merchants write, twelve balances of the largest figures", () => {
    const money = { minor: -999_999_999_999_999_99n, currency: "EUR" }
    const linked = person({ language, consent: consent({ accounts: ACCOUNTS }) })
    const question = { id: "q", order: 1, askedAt: NOON, kind: "transactions", account: "acc-2" } as const
    for (const description of MERCHANTS) {
      const transactions = Array.from({ length: 10 }, (_, index) => ({
        id: String(index),
        account: "acc-2",
        amount: money,
        direction: "in" as const,
        status: "pending" as const,
        occurredAt: NOON,
        description,
      }))
      const answer = { kind: "transactions", result: ok({ transactions, next: "c" }) } as const
      const said = take(
        { ...linked, questions: [question] },
        { kind: "bank_answered", question, answer },
        context,
      ).say
      assertFit(said, description, 11)
      const lines = said.flatMap(({ message }) =>
        message.kind === "template" ? [] : message.text.split("\n"),
      )
      expect(lines).toHaveLength(11)
    }
    const balances = { id: "q", order: 1, askedAt: NOON, kind: "balances" } as const
    const held = ACCOUNTS.map(({ id }) => ({ account: id, available: money, booked: money, at: NOON }))
    const answer = { kind: "balances", result: ok(held) } as const
    assertFit(
      take(
        { ...linked, questions: [balances] },
        { kind: "bank_answered", question: balances, answer },
        context,
      ).say,
      "balances",
    )
  })

  test("P9: each notice and its template, with and without amounts", () => {
    for (const showAmounts of [true, false]) {
      const held = consent({ accounts: ACCOUNTS, showAmounts })
      for (const name of MERCHANTS) {
        const transaction = {
          ...payment("a", NOON).transaction,
          amount: { value: "-999999999999999.99", currency: "EUR" },
          merchant: { name },
        }
        for (const event of [
          payment("a", NOON, { account: "acc-2", transaction }),
          fraud("f", NOON, { transaction }),
          fraud("f", NOON, { transaction, reply: { allowed: [], expiresAt: NOON + 1 } }),
          balance("b", NOON, "-999999999999999.99", { account: "acc-2" }),
          balance("b", NOON - 3 * DAY_MS, "1.00", { account: "acc-2", balances: [] }),
        ]) {
          const grant = Grant.decide(held, "transaction_alerts", NOON)
          if (!grant.ok) throw new Error("no grant")
          const composed = composeNotice(event, {
            language,
            grant: grant.value,
            bank: { ...BANK, name: LONG_NAME },
            now: NOON,
            key: `e_${"k".repeat(43)}`,
          })
          const need = { kind: "answer" } as const
          assertFit(
            [
              { message: composed.message, need },
              ...(composed.template ? [{ message: composed.template, need }] : []),
            ],
            `${event.type} ${name}`,
          )
          expect(JSON.stringify(composed).includes("999,999") && !showAmounts).toBe(false)
        }
      }
    }
  })
})

test("P10: every template passes the platform's rules, in every language there is", () => {
  for (const spec of listTemplates()) expect(lintTemplate(spec)).toEqual(ok(spec))
  const names = new Set(listTemplates().map(({ name }) => name))
  for (const name of names)
    expect(
      listTemplates()
        .filter((each) => each.name === name)
        .map(({ language }) => language)
        .toSorted(),
    ).toEqual([...LANGUAGES].toSorted())
})

describe("any text", () => {
  const anything = fc.oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.string({ unit: "grapheme", maxLength: 100 }),
    fc.constantFrom("123456", "balance", "ايقاف", "v1.STOP", "\ud800"),
  )

  test("is a turn in every state, and what it says keeps the limits", () => {
    const somebody = fc.constantFrom(...states("en"), ...states("ar"))
    fc.assert(
      fc.property(somebody, anything, (state, said) => {
        const taken = hear(state, text(said, NOON), context)
        assertFit(taken.say, said)
        expect(JSON.parse(JSON.stringify(taken.state))).toEqual(taken.state)
      }),
      { numRuns: 1_000 },
    )
  })

  test("is a payload or none, and never a fault", () => {
    fc.assert(
      fc.property(anything, (said) => {
        parsePayload(said)
        for (const prefix of ["", "v1.", "v1.FRAUD.", "v1.ACCOUNT.", "v1.SPEAK."])
          assertFit(hear(STATES["linked"] ?? person(), tap(prefix + said, NOON), context).say, said)
      }),
      { numRuns: 300 },
    )
  })
})

test("payloads read back as they were written, and nothing else is one", () => {
  expect(parsePayload(renderPayload("FRAUD", "e_Ab-_9", "deny"))).toEqual({
    action: "FRAUD",
    parts: ["e_Ab-_9", "deny"],
  })
  for (const payload of [
    "",
    "v1",
    "v1.",
    "v2.STOP",
    "v1.A.B.C.D.E",
    "v1.ST OP",
    " v1.STOP",
    `v1.${"A".repeat(201)}`,
  ])
    expect(parsePayload(payload)).toBeUndefined()
})
