// One fraud question from its first tap to its end, pure: (case, event) -> case, what to ask the bank, what to say. A No protects at
// once and is carried until the bank has it; a Yes is told to the bank and releases nothing. What the bank did is said only after the
// bank said so. No words and no I/O in here: its shape is fraud-shape.ts, words are flows/fraud.ts, asking is ask.ts, the question's row is
// alerts.ts.
//
//   open ─No─> freezing ─> denying ─> denied ─mistake─> undoing ─> returning          the bank's own page undoes a No
//     │            └──── owing <──────┘  (again and again, for three days; then given_up)
//     └─Yes─> confirming ─> confirmed, or proving where the bank wants proof           a No after a Yes begins at freezing
//   contradicted, refused: the bank did not take the answer.   resolved: the bank closed the case.

import { DAY_MS, MINUTE_MS } from "../../foundation/clock.ts"
import type { FraudAnswer, FraudCase, FraudEvent, FraudSaying, FraudStage, FraudStep } from "./fraud-shape.ts"
import { retryMs } from "./retry.ts"

/** The bank is tried again for this long after a No; then the person is told to call. */
export const OWED_MS = 3 * DAY_MS
/** A page of the bank's is waited for this long before the chat says that nothing was changed. */
export const PROOF_MS = 10 * MINUTE_MS

type Rule = (at: FraudCase, event: FraudEvent, now: number) => FraudStep | undefined
type Rules = Readonly<Record<FraudStage, Partial<Record<FraudEvent["kind"], Rule>>>>

/** Take one step. A pair that is not in the table changes nothing and says nothing: an answer that comes late, or twice. */
export function stepFraud(at: FraudCase, event: FraudEvent, now: number): FraudStep {
  return RULES[at.stage][event.kind]?.(at, event, now) ?? { next: at }
}

/** A question nobody has answered. */
export function openFraudCase(
  asked: Pick<FraudCase, "alert" | "caseId" | "link" | "expiresAt" | "card">,
): FraudCase {
  return { ...asked, stage: "open", answeredAt: 0, freeze: "none", report: "none", told: [], tries: 0 }
}

/** Stages in which the bank has not heard everything, or a page of its is waited for: the case may not be forgotten. */
export const UNFINISHED: ReadonlySet<FraudStage> = new Set([
  "freezing",
  "denying",
  "owing",
  "undoing",
  "returning",
  "confirming",
  "proving",
])

/** A No counts that was received in time, though its turn comes later. */
const protect: Rule = (at, event, now) => {
  if (event.kind !== "deny") return undefined
  if (event.at >= at.expiresAt) return { next: at, say: { is: "closed", frozen: at.freeze === "done" } }
  return protectAnew(at, event, now)
}

const protectAnew: Rule = (at, event) => {
  if (event.kind !== "deny") return undefined
  const { dueAt: _, nextDate: __, ...rest } = at
  const denied: FraudCase = {
    ...rest,
    answeredAt: event.at,
    report: "owed",
    told: [],
    tries: 0,
    stage: "denying",
  }
  if (at.card?.ref === undefined) return { next: denied, ask: "deny" }
  return { next: { ...denied, freeze: "owed", stage: "freezing" }, ask: "freeze" }
}

const confirm: Rule = (at, event, now) => {
  if (event.kind !== "confirm") return undefined
  if (now >= at.expiresAt) return { next: at, say: { is: "closed", frozen: false } }
  const { dueAt: _, ...rest } = at
  return { next: { ...rest, stage: "confirming", answeredAt: event.at }, ask: "confirm" }
}

const resolve: Rule = (at) => {
  const { dueAt: _, ...rest } = at
  return { next: { ...rest, stage: "resolved" } }
}

/** After the freeze, whatever became of it, the report; or the end, where the bank has that already. */
const afterFreeze =
  (freeze: FraudCase["freeze"]): Rule =>
  (at, _, now) => {
    const next: FraudCase = { ...at, freeze }
    return at.report === "owed" ? { next: { ...next, stage: "denying" }, ask: "deny" } : settle(next, now)
  }

const afterReport =
  (report: FraudCase["report"]): Rule =>
  (at, event, now) => {
    if (!("answer" in event) || event.answer !== "deny") return undefined
    const said = event.kind === "taken" ? event : undefined
    const next: FraudCase = {
      ...at,
      report,
      // The bank may have frozen the card of itself.
      ...(said?.frozen ? { freeze: "done" as const } : {}),
      ...(said?.nextDate === undefined ? {} : { nextDate: said.nextDate }),
    }
    return settle(next, now)
  }

/** A round with the bank is over: what is owed is tried again later; what is new is said. */
function settle(at: FraudCase, now: number): FraudStep {
  const owed = at.freeze === "owed" || at.report === "owed"
  if (owed && now >= at.answeredAt + OWED_MS) return giveUp(at)
  const done = [
    ...(at.freeze === "done" ? (["frozen"] as const) : []),
    ...(at.report === "taken" ? (["reported"] as const) : []),
  ]
  // The first round always speaks, even of failure; later ones only where something was done, or nothing is owed any more.
  const speaks = at.tries === 0 || !owed || done.some((each) => !at.told.includes(each))
  const told = speaks ? done : at.told
  const next: FraudCase = owed
    ? { ...at, told, stage: "owing", tries: at.tries + 1, dueAt: now + retryMs(at.tries) }
    : { ...at, told, stage: "denied" }
  return speaks ? { next, say: deniedSaying(next, owed) } : { next }
}

/** The bank let the card be used again after its freeze. */
function isReleased({ freeze, card }: FraudCase): boolean {
  return freeze === "none" && card?.ref !== undefined
}

function deniedSaying(at: FraudCase, owed: boolean): FraudSaying {
  return {
    is: "denied",
    frozen: at.freeze === "done",
    reported: at.report === "taken",
    freezeRefused: at.freeze === "refused",
    owed,
  }
}

function giveUp(at: FraudCase): FraudStep {
  const { dueAt: _, ...rest } = at
  return { next: { ...rest, stage: "given_up" }, say: { is: "given_up", frozen: at.freeze === "done" } }
}

/** The next round. */
const tryAgain: Rule = (at) => {
  const { dueAt: _, ...rest } = at
  return at.freeze === "owed"
    ? { next: { ...rest, stage: "freezing" }, ask: "freeze" }
    : { next: { ...rest, stage: "denying" }, ask: "deny" }
}

/** What is owed can never be done now. */
const lost: Rule = (at) => giveUp(at)

const whenDue =
  (rule: Rule): Rule =>
  (at, event, now) =>
    now >= (at.dueAt ?? 0) ? rule(at, event, now) : undefined

const stands: Rule = (at) => ({ next: at, say: { is: "stands" } })
const sayDenied: Rule = (at) => ({ next: at, say: deniedSaying(at, false) })
const sayClosed: Rule = (at) => ({ next: at, say: { is: "closed", frozen: at.freeze === "done" } })

const prove = (
  { freeze }: FraudCase,
  { answer, url }: FraudEvent & { readonly kind: "proof_wanted" },
): FraudSaying => ({ is: "prove", answer, freeze, ...(url === undefined ? {} : { url }) })

/** The bank's word on a No: it does not take it, or not from here. What was frozen stays so. */
const notTaken =
  (stage: "contradicted" | "refused", answer: FraudAnswer): Rule =>
  (at, event, now) => {
    if (!("answer" in event) || event.answer !== answer) return undefined
    const { dueAt: _, ...rest } = at
    const next: FraudCase = answer === "deny" ? { ...rest, stage, report: "refused" } : { ...rest, stage }
    const frozen = answer === "deny" && at.freeze === "done"
    const is = stage === "contradicted" ? "answered_before" : "closed"
    const say: FraudSaying = event.kind === "proof_wanted" ? prove(at, event) : { is, frozen }
    // A freeze the bank still owes is not given up for that.
    return answer === "deny" && at.freeze === "owed"
      ? { next: { ...next, stage: "owing", tries: at.tries + 1, dueAt: now + retryMs(at.tries) }, say }
      : { next, say }
  }

const askUndo: Rule = (at) => {
  const { dueAt: _, ...rest } = at
  return { next: { ...rest, stage: "undoing" }, ask: "undo" }
}

const ofConfirm =
  (rule: Rule): Rule =>
  (at, event, now) =>
    "answer" in event && event.answer === "confirm" ? rule(at, event, now) : undefined

const back =
  (stage: "open" | "denied", say: FraudSaying): Rule =>
  (at) => {
    const { dueAt: _, ...rest } = at
    return { next: { ...rest, stage }, say }
  }

const FREEZE_RULES = {
  frozen: afterFreeze("done"),
  freeze_refused: afterFreeze("refused"),
  freeze_unreachable: afterFreeze("owed"),
} as const satisfies Rules[FraudStage]

const RULES: Rules = {
  open: { deny: protect, confirm, resolved: resolve },
  // A No on its way is finished whatever else is heard: a Yes does not take it back, and a bank that closed the case says so itself.
  freezing: { ...FREEZE_RULES, confirm: stands, link_ended: lost },
  denying: {
    taken: afterReport("taken"),
    unreachable: afterReport("owed"),
    answered_before: notTaken("contradicted", "deny"),
    case_closed: notTaken("refused", "deny"),
    proof_wanted: notTaken("refused", "deny"),
    confirm: stands,
    link_ended: lost,
  },
  owing: { time: whenDue(tryAgain), deny: tryAgain, confirm: stands, link_ended: lost },
  denied: {
    // A card that the bank released meanwhile is frozen again before anybody says that it is frozen.
    deny: (at, event, now) => (isReleased(at) ? protect : sayDenied)(at, event, now),
    confirm: stands,
    mistake: askUndo,
    resolved: resolve,
    card_usable: (at) => (at.freeze === "done" ? { next: { ...at, freeze: "none" } } : undefined),
  },
  undoing: {
    // No page was shown: nothing can have been undone.
    deny: (at, event, now) => back("denied", deniedSaying(at, false))(at, event, now),
    undo_page: (at, event, now) =>
      event.kind === "undo_page"
        ? {
            next: { ...at, stage: "returning", dueAt: now + PROOF_MS },
            say: { is: "undo", url: event.url },
          }
        : undefined,
    undo_refused: back("denied", { is: "undo_failed" }),
    confirm: stands,
    resolved: resolve,
    card_usable: resolve,
    link_ended: resolve,
  },
  returning: {
    time: whenDue(back("denied", { is: "nothing_changed" })),
    mistake: askUndo,
    // They may have been at the bank's page before they changed their mind: only a new No is sure to stand.
    deny: protectAnew,
    confirm: stands,
    resolved: resolve,
    card_usable: resolve,
    link_ended: resolve,
  },
  confirming: {
    taken: ofConfirm((at) => ({ next: { ...at, stage: "confirmed" }, say: { is: "thanked" } })),
    proof_wanted: (at, event, now) =>
      event.kind === "proof_wanted" && event.answer === "confirm"
        ? { next: { ...at, stage: "proving", dueAt: now + PROOF_MS }, say: prove(at, event) }
        : undefined,
    answered_before: notTaken("contradicted", "confirm"),
    case_closed: notTaken("refused", "confirm"),
    unreachable: ofConfirm((at) => ({ next: { ...at, stage: "open" }, say: { is: "yes_unreachable" } })),
    deny: protect,
    resolved: resolve,
    link_ended: resolve,
  },
  confirmed: {
    deny: protect,
    confirm: (at) => ({ next: at, say: { is: "thanked" } }),
    resolved: resolve,
  },
  proving: {
    time: whenDue(back("open", { is: "nothing_changed" })),
    deny: protect,
    confirm,
    resolved: resolve,
    // They were there: a No still counts until the question's end.
    card_usable: (at) => {
      const { dueAt: _, ...rest } = at
      return { next: { ...rest, stage: "confirmed" } }
    },
    link_ended: resolve,
  },
  contradicted: {
    // Somebody said Yes before, perhaps this very person: what protects may still be done.
    deny: (at, event, now) => (at.freeze === "done" ? sayClosed(at, event, now) : protect(at, event, now)),
    confirm: sayClosed,
    mistake: (at, event, now) => (at.freeze === "done" ? askUndo(at, event, now) : undefined),
    resolved: resolve,
  },
  refused: {
    // What the bank did not take may have been a Yes, and what protects may still be done.
    deny: (at, event, now) => (at.freeze === "done" ? sayClosed : protect)(at, event, now),
    confirm: sayClosed,
    resolved: resolve,
  },
  given_up: { deny: tryAgain, confirm: lost, resolved: resolve },
  resolved: { deny: sayClosed, confirm: sayClosed, mistake: sayClosed },
}
