// Somebody in each stage of each dialogue there is: every machine's stages by its own list, so that a new one is here without being asked.
import {
  CARD_STAGES,
  type CardAct,
  type CardAim,
  type CardStage,
} from "../../src/conversations/cases/card-act.ts"
import { DISPUTE_STAGES, type Dispute } from "../../src/conversations/cases/dispute.ts"
import { openFraudCase } from "../../src/conversations/cases/fraud-case.ts"
import { FRAUD_STAGES, type FraudCase, type FraudStage } from "../../src/conversations/cases/fraud-shape.ts"
import { createDesk, type Desk, type DeskPhase } from "../../src/conversations/desk-state.ts"
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

/** One of each kind: a new kind does not compile without its row. */
const QUESTIONS: { readonly [K in Question["kind"]]: Asked & { readonly kind: K } } = {
  balances: { kind: "balances" },
  transactions: { kind: "transactions", account: "acc-1" },
  fraud_answer: { kind: "fraud_answer", alert: "e_alert", answer: "deny" },
  fraud_freeze: { kind: "fraud_freeze", alert: "e_alert" },
  fraud_undo: { kind: "fraud_undo", alert: "e_alert" },
  dispute_payments: { kind: "dispute_payments", dispute: "dispute", account: "acc-1" },
  dispute: { kind: "dispute", dispute: "dispute" },
  cards: { kind: "cards", act: "act" },
  card_freeze: { kind: "card_freeze", act: "act", ref: "crd_1" },
  card_page: { kind: "card_page", act: "act", ref: "crd_1" },
}
const DESKS: { readonly [P in DeskPhase]: Desk & { readonly phase: P } } = {
  leaving: { ...createDesk("desk_1", "leaving", NOON - 1, []), phase: "leaving" },
  joining: { ...createDesk("desk_1", "joining", NOON - 1, [{ kind: "join" }]), phase: "joining" },
  waiting: { ...createDesk("desk_1", "waiting", NOON - 1, []), phase: "waiting" },
  with_person: { ...createDesk("desk_1", "with_person", NOON - 1, []), phase: "with_person" },
  inbox: { ...createDesk("desk_1", "inbox", NOON - 1, []), phase: "inbox" },
  closed: { ...createDesk("desk_1", "closed", NOON - 1, []), phase: "closed" },
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
  ...Object.values(QUESTIONS).map((asked) => [
    `while the bank is asked, ${asked.kind}`,
    linked(asking(asked)),
  ]),
  ...Object.values(DESKS).map((desk) => [`whose wish for a person is ${desk.phase}`, linked({ desk })]),
  [
    "for whom an answer of a person waits",
    linked({ desk: { ...createDesk("desk_1", "with_person", NOON - 1, []), held: ["It is done."] } }),
  ],
  ["who goes round in circles", person({ circling: { intent: "connect", times: 2, since: NOON - 1 } })],
  ["who was warned of another chat", linked({ elsewhere: [{ link: "link_two" as LinkId, at: NOON - 1 }] })],
  ["who asked for what waits", linked({ heldAsked: NOON - 1 })],
  ["shown the way to their own pages", linked({ entry: { id: "entry", until: LATER } })],
  ["whom the platform could not reach", linked({ suspendedAt: NOON - 1 })],
  ["where nothing structured is taken", linked({ regionRefusedAt: NOON - 1 })],
  ["who renewed", linked({ renewed: ["link_old" as LinkId] })],
  ["whose old link is being ended", person({ ending: [{ link: LINK, reason: "disconnected" }] })],
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

/** What a member of the state is to a dialogue: one that changes how a person is heard has a state above that has it. */
export const MEMBERS: Readonly<Record<keyof State, "always there" | "beside any dialogue" | "has a state">> =
  {
    v: "always there",
    page: "always there",
    bank: "always there",
    psid: "always there",
    language: "always there",
    languageChosen: "always there",
    turnedThrough: "always there",
    lastActionAt: "always there",
    lastMessageAt: "beside any dialogue",
    consent: "has a state",
    linkedAt: "beside any dialogue",
    newSince: "has a state",
    renewed: "has a state",
    elsewhere: "has a state",
    offer: "has a state",
    opening: "has a state",
    ending: "has a state",
    changes: "has a state",
    changedAt: "beside any dialogue",
    offered: "has a state",
    preferences: "beside any dialogue",
    heldAsked: "has a state",
    stoppedPurposes: "has a state",
    reminded: "has a state",
    stopped: "has a state",
    deleteAskedAt: "has a state",
    erasing: "has a state",
    questions: "has a state",
    looks: "beside any dialogue",
    paging: "has a state",
    cases: "has a state",
    cardActs: "has a state",
    frozenHere: "beside any dialogue",
    dispute: "has a state",
    closed: "beside any dialogue",
    again: "has a state",
    thread: "has a state",
    suspendedAt: "has a state",
    regionRefusedAt: "has a state",
    entry: "has a state",
    desk: "has a state",
    circling: "has a state",
    misses: "has a state",
    pace: "has a state",
  }

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
