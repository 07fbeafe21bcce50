// Somebody in each stage of each dialogue there is: every machine's stages by its own list, so that a new one is here without being asked.
import {
  CARD_STAGES,
  type CardAct,
  type CardAim,
  type CardStage,
} from "../../src/conversations/cases/card-act.ts"
import { DISPUTE_STAGES, type Dispute } from "../../src/conversations/cases/dispute.ts"
import {
  FRAUD_STAGES,
  openFraudCase,
  type FraudCase,
  type FraudStage,
} from "../../src/conversations/cases/fraud-case.ts"
import type { ConsentChange, Question, State } from "../../src/conversations/state.ts"
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/foundation/clock.ts"
import type { LinkId } from "../../src/foundation/id.ts"
import { ALL_PURPOSES, NOON } from "./person-builders.ts"
import { consent, person } from "./turn-world.ts"

const LINK = "link_one" as LinkId
const LATER = NOON + MINUTE_MS

/** What the bank has done by each stage, and what it owes. */
const HEARD_BY_BANK: Readonly<Partial<Record<FraudStage, Pick<FraudCase, "freeze" | "report">>>> = {
  freezing: { freeze: "owed", report: "owed" },
  denying: { freeze: "done", report: "owed" },
  owing: { freeze: "owed", report: "owed" },
  denied: { freeze: "done", report: "taken" },
  undoing: { freeze: "done", report: "taken" },
  returning: { freeze: "done", report: "taken" },
  contradicted: { freeze: "done", report: "refused" },
  given_up: { freeze: "owed", report: "owed" },
}

/** A name for each, and the state. */
export const DIALOGUE_STATES: Readonly<Record<string, State>> = Object.fromEntries([
  ...FRAUD_STAGES.map((stage) => [
    `with a fraud question ${stage}`,
    linked({
      cases: {
        e_alert: {
          ...openFraudCase({
            alert: "e_alert",
            caseId: "fc_81c",
            link: LINK,
            expiresAt: NOON + HOUR_MS,
            card: { ref: "crd_19", last4: "4821" },
          }),
          ...HEARD_BY_BANK[stage],
          stage,
          answeredAt: NOON - 1,
          dueAt: LATER,
        },
      },
      ...(stage === "freezing" ? asking({ kind: "fraud_freeze", alert: "e_alert" }) : {}),
      ...(stage === "denying" ? asking({ kind: "fraud_answer", alert: "e_alert", answer: "deny" }) : {}),
    }),
  ]),
  ...(["freeze", "freeze_all", "restore"] as const).flatMap((aim) =>
    CARD_STAGES.filter((stage) => stage !== "over").map((stage) => [
      `with an act on cards, ${aim}, ${stage}`,
      linked({ cardActs: { act: cardAct(aim, stage) } }),
    ]),
  ),
  ...DISPUTE_STAGES.filter((stage) => stage !== "over").map((stage) => [
    `with a dispute ${stage}`,
    linked({ dispute: dispute(stage) }),
  ]),
  ["offered a purpose", linked({ offered: { receipts: NOON - 1 } })],
  [
    "who stopped a purpose",
    person({
      consent: consent({ purposes: ALL_PURPOSES.filter((each) => each !== "transaction_alerts") }),
      stoppedPurposes: { transaction_alerts: NOON - 1 },
    }),
  ],
  ["whose change is being recorded", linked({ changes: [change("widened")] })],
  [
    "asked to renew",
    person({
      consent: consent({ until: NOON + 7 * DAY_MS }),
      reminded: { until: NOON + 7 * DAY_MS, days: 7 },
    }),
  ],
  ["who is renewing", linked({ changes: [change("reconfirmed")] })],
  ["who kept fraud alerts", linked({ stopped: { at: NOON, endsAt: NOON + DAY_MS, keepFraud: true } })],
  ["whose link is new", linked({ newSince: NOON })],
  ["told to try again", linked({ again: "balance" })],
  ["in the middle of a list", linked({ paging: { account: "acc-1", cursor: "next" } })],
  ["whose consent ran out", person({ consent: consent({ until: NOON }) })],
  ["asked whether to delete", linked({ deleteAskedAt: NOON - 1 })],
  ["being erased", person({ erasing: { code: "code", cause: "chat", at: NOON - 1, requested: true } })],
  ["whose thread somebody else holds", linked({ thread: { v: 1, holder: "other", at: NOON - 1 } })],
])

function linked(more: Partial<State>): State {
  return person({ consent: consent(), ...more })
}

type Asked = Question extends infer Q
  ? Q extends Question
    ? Omit<Q, "id" | "order" | "askedAt">
    : never
  : never

function asking(asked: Asked): Partial<State> {
  return { questions: [{ ...asked, id: "q", order: NOON - 1, askedAt: NOON - 1 } as Question] }
}

function cardAct(aim: CardAim, stage: CardStage): CardAct {
  const is = stage === "freezing" ? "asked" : stage === "owing" ? "owed" : "offered"
  const cards = stage === "listing" ? [] : [{ ref: "crd_1", last4: "4821", is } as const]
  return { id: "act", link: LINK, aim, stage, cards, at: NOON - 1, tries: 0, dueAt: LATER }
}

function dispute(stage: Dispute["stage"]): Dispute {
  const payment = { id: "tx-1", value: "27.40", currency: "EUR", label: "27.40 EUR, Corner Bakery, 21 Nov" }
  return {
    id: "dispute",
    link: LINK,
    account: "acc-1",
    stage,
    payments: stage === "choosing" ? [payment] : [],
    ...(stage === "listing" || stage === "choosing" ? {} : { payment }),
    reason: "wrong_amount",
    evidence: [],
    ...(stage === "sending" || stage === "owing" ? { sentAt: NOON - 1 } : {}),
    tries: 0,
    dueAt: LATER,
  }
}

function change(kind: ConsentChange["kind"]): ConsentChange {
  return {
    id: "change",
    link: LINK,
    kind,
    on: kind === "widened" ? ["receipts"] : [],
    off: [],
    actor: "customer",
    evidence: "chat",
    language: "en",
    at: NOON - 1,
  }
}
