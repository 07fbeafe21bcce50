// What came of what the person asked for here, where it is known only after the platform's window has closed: a report of fraud, cards to
// freeze, a dispute. Each has a template of its own beside the words of its dialogue (flows/), which are said while the window is open.
// It names what the bank has done and what it has not, by four digits and days; amounts and merchants stay in the chat.

import type { TemplateMessage } from "../../messenger/message.ts"
import type { TemplateSpec } from "../../messenger/template.ts"
import { phrase, type Language } from "../../phrases/catalogue.ts"
import type { PhraseKey } from "../../phrases/en.ts"
import { formatDate, formatDay, formatList, isolate } from "../../phrases/format.ts"
import type { CardSaying } from "../cases/card-act.ts"
import type { Dispute, DisputeSaying } from "../cases/dispute.ts"
import type { FraudCase, FraudSaying } from "../cases/fraud-shape.ts"
import { intentPayload } from "../intents/intent.ts"

const REPORT = "fraud_report_news_v1"
const FREEZE = "card_freeze_news_v1"
const DISPUTE = "dispute_sent_news_v1"

/** Values: the day of the report, the bank, what came of it; of a freeze the bank and what came of it; of a dispute as of a report. */
export const LATE_TEMPLATES: readonly TemplateSpec[] = [
  {
    name: REPORT,
    language: "en",
    body: "News of the fraud report you sent on {{1}} to {{2}}: {{3}}. Tap below to talk to a person.",
    examples: ["22 Nov", "Harbourline Bank", "card ••4821 is frozen; the bank has your report"],
    buttons: [phrase("en", "human_button")],
  },
  {
    name: REPORT,
    language: "ar",
    body: "جديد في بلاغ الاحتيال الذي أرسلتموه بتاريخ {{1}} إلى {{2}}: {{3}}. اضغطوا أدناه للتحدث إلى شخص.",
    examples: ["22 نوفمبر", "Harbourline Bank", "البطاقة ••4821 مجمّدة؛ لدى البنك بلاغكم"],
    buttons: [phrase("ar", "human_button")],
  },
  {
    name: FREEZE,
    language: "en",
    body: "News of the freeze you asked {{1}} for in this chat: {{2}}. Tap below to talk to a person.",
    examples: ["Harbourline Bank", "card ••4821 is frozen"],
    buttons: [phrase("en", "human_button")],
  },
  {
    name: FREEZE,
    language: "ar",
    body: "جديد في التجميد الذي طلبتموه من {{1}} في هذه المحادثة: {{2}}. اضغطوا أدناه للتحدث إلى شخص.",
    examples: ["Harbourline Bank", "البطاقة ••4821 مجمّدة"],
    buttons: [phrase("ar", "human_button")],
  },
  {
    name: DISPUTE,
    language: "en",
    body: "News of the dispute you sent on {{1}} to {{2}}: {{3}}. Tap below to talk to a person.",
    examples: ["22 Nov", "Harbourline Bank", "it is case D-4K7Q2M9X"],
    buttons: [phrase("en", "human_button")],
  },
  {
    name: DISPUTE,
    language: "ar",
    body: "جديد في الاعتراض الذي أرسلتموه بتاريخ {{1}} إلى {{2}}: {{3}}. اضغطوا أدناه للتحدث إلى شخص.",
    examples: ["22 نوفمبر", "Harbourline Bank", "رقمه D-4K7Q2M9X"],
    buttons: [phrase("ar", "human_button")],
  },
]

/** Who hears it, of which bank. */
export interface LateContext {
  readonly language: Language
  readonly bank: string
  readonly timeZone: string
}

/** One thing that came of it; `call`: somebody must see to it by telephone. */
interface Part {
  readonly text: string
  readonly call?: true
}

/** What became of a No; `undefined` for what is only ever said to somebody who has just tapped. */
export function reportNews(
  context: LateContext,
  at: FraudCase,
  saying: FraudSaying,
): TemplateMessage | undefined {
  const { language, bank, timeZone } = context
  const parts = reportParts(language, at, saying)
  const day = formatDay(language, at.answeredAt, timeZone)
  return parts && parts.length > 0 ? template(context, REPORT, day, bank, join(language, parts)) : undefined
}

function reportParts(language: Language, at: FraudCase, saying: FraudSaying): readonly Part[] | undefined {
  const last4s = at.card ? [at.card.last4] : []
  const cards = (frozen: boolean) =>
    frozen ? frozenParts(language, last4s) : at.freeze === "none" ? [] : notFrozenParts(language, last4s)
  const part = (key: PhraseKey): Part => ({ text: phrase(language, key) })
  const calling = (key: PhraseKey): Part => ({ text: phrase(language, key), call: true })
  switch (saying.is) {
    case "denied":
      return [
        ...cards(saying.frozen),
        ...(saying.reported
          ? [{ text: phrase(language, "news_reported", { date: dayOf(language, at.nextDate) }) }]
          : at.report === "owed"
            ? [calling("news_not_reported")]
            : []),
      ]
    case "given_up":
      return [...cards(saying.frozen), ...(at.report === "taken" ? [] : [calling("news_not_reported")])]
    case "answered_before":
      return [...cards(saying.frozen), calling("news_other_answer")]
    case "closed":
      return [...cards(saying.frozen), part("news_closed")]
    case "prove":
      return saying.answer === "deny" ? [...cards(saying.freeze === "done"), part("news_sign_in")] : undefined
    default:
      return undefined
  }
}

/** What became of a freeze that was carried; `undefined` as above. */
export function freezeNews(context: LateContext, saying: CardSaying): TemplateMessage | undefined {
  const { language, bank } = context
  if (saying.is !== "result" && saying.is !== "given_up") return undefined
  const refused = saying.is === "result" ? saying.refused : []
  const parts = [
    ...frozenParts(language, saying.frozen),
    ...notFrozenParts(language, [...saying.owed, ...refused]),
  ]
  return template(context, FREEZE, bank, join(language, parts))
}

/** What became of a dispute that was carried; `undefined` as above. */
export function disputeNews(
  context: LateContext,
  { sentAt }: Dispute,
  saying: DisputeSaying,
): TemplateMessage | undefined {
  const { language, bank, timeZone } = context
  const part = disputePart(language, saying)
  return part === undefined || sentAt === undefined
    ? undefined
    : template(context, DISPUTE, formatDay(language, sentAt, timeZone), bank, join(language, [part]))
}

function disputePart(language: Language, saying: DisputeSaying): Part | undefined {
  switch (saying.is) {
    case "opened":
      return {
        text: phrase(language, "news_dispute_opened", {
          case: isolate(language, saying.caseId),
          date: dayOf(language, saying.nextDate),
        }),
      }
    case "refused":
      return { text: phrase(language, "news_dispute_refused"), call: true }
    case "given_up":
      return { text: phrase(language, "news_dispute_lost"), call: true }
    case "prove":
      return { text: phrase(language, "news_sign_in") }
    default:
      return undefined
  }
}

function frozenParts(language: Language, last4s: readonly string[]): readonly Part[] {
  return last4s.length === 0 ? [] : [{ text: phrase(language, "news_frozen", listOf(language, last4s)) }]
}

function notFrozenParts(language: Language, last4s: readonly string[]): readonly Part[] {
  return last4s.length === 0
    ? []
    : [{ text: phrase(language, "news_not_frozen", listOf(language, last4s)), call: true }]
}

function listOf(language: Language, last4s: readonly string[]) {
  const named = last4s.map((last4) => `••${last4}`)
  return { cards: formatList(language, named), count: last4s.length }
}

/** Everything that came of it, and the call once. */
function join(language: Language, parts: readonly Part[]): string {
  const call = parts.some((part) => part.call) ? [phrase(language, "news_call")] : []
  return [...parts.map(({ text }) => text), ...call].reduce((first, last) =>
    phrase(language, "news_joined", { first, last }),
  )
}

/** A day the bank named, `none` where it named none: what the catalogue selects by. */
function dayOf(language: Language, date: string | undefined): string {
  return date === undefined ? "none" : formatDate(language, Date.parse(date), "UTC")
}

/** Its one button asks for a person: the tap opens the window, and what the person may do next is offered there. */
function template({ language }: LateContext, name: string, ...body: readonly string[]): TemplateMessage {
  return { kind: "template", name, language, body, payloads: [intentPayload("human")] }
}
