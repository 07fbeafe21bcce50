// How long everything of people's is kept: one table, from the constants the code goes by. docs/storage.md shows it, and a test holds
// the two against each other; retention.ts carries out what D1 holds, the objects what they hold.

import { ERASED_KEPT_MS } from "../conversations/erasing.ts"
import { IDLE_MS } from "../conversations/idle.ts"
import { INBOX_KEPT_MS } from "../conversations/inbox.ts"
import { DAYS_KEPT, RECEIPT_KEPT_MS } from "../conversations/ledger-days.ts"
import { REFUSALS_KEPT_MS } from "../banks/refusal-store.ts"
import { DAY_MS } from "../foundation/clock.ts"
import { PENDING_LINK_MS } from "../links/link.ts"
import { DEAD_LETTER_MS } from "../notifications/dead-letter.ts"
import { METERS_KEPT_MS } from "../metering/meter-store.ts"
import { WAITS_KEPT_MS } from "../metering/wait-store.ts"
import { NOTICE_KEPT_MS } from "../notifications/notice-run.ts"
import { INCIDENT_KEPT_MS } from "../notifications/incident.ts"
import { DEPARTURE_KEPT_MS } from "./departure-store.ts"
import { ERASURE_KEPT_MS } from "./erasure-store.ts"
import { ENDED_KEPT_MS } from "./page-connection-store.ts"

/** 12 CFR 1033.441 asks for three years after the last authorisation; nobody asks for more. */
export const CONSENT_KEPT_MS = 3 * 365 * DAY_MS
/** A link that is over is asked about for so long: a late callback, a customer's question. */
export const ENDED_LINK_KEPT_MS = 90 * DAY_MS
/** After the month it sealed in: longer than anything under it lies on a queue, then among the dead letters, then there again. */
export const BANK_KEY_KEPT_MS = 60 * DAY_MS
/** Whose key a request came with must be answerable for as long as the requests are asked about. */
export const ENDED_API_KEY_KEPT_MS = 90 * DAY_MS

/** One kind of thing that is kept. */
export interface Term {
  readonly what: string
  /** Where it lies: a table of D1, or a table of an object. */
  readonly where: string
  /** Milliseconds. */
  readonly keptMs: number
  readonly from: string
  readonly endedBy: string
}

const OBJECT = "the Conversation's alarm"
const CLOCK = "the clock"

/** Everything with a term. */
export const TERMS: readonly Term[] = [
  {
    what: "what Messenger told, until and after its turn",
    where: "Conversation `inbox`",
    keptMs: INBOX_KEPT_MS,
    from: "its receipt",
    endedBy: OBJECT,
  },
  {
    what: "chat text (a bank may set 1 to 365 days: `chatTextDays`)",
    where: "Conversation `ledger`",
    keptMs: 30 * DAY_MS,
    from: "when it was said",
    endedBy: `${OBJECT}, within a day`,
  },
  {
    what: "receipts: when, purpose, event, kind of data",
    where: "Conversation `ledger`",
    keptMs: RECEIPT_KEPT_MS,
    from: "when it was said or read",
    endedBy: `${OBJECT}, at least every 30 days`,
  },
  {
    what: "a count of receipts a day, with the chain's head",
    where: "Conversation `days`",
    keptMs: DAYS_KEPT * DAY_MS,
    from: "the day",
    endedBy: `${OBJECT}, at least every 30 days`,
  },
  {
    what: "that somebody was erased here: an instant",
    where: "Conversation `facts`",
    keptMs: ERASED_KEPT_MS,
    from: "the erasure",
    endedBy: OBJECT,
  },
  {
    what: "a link under which nothing was said or asked, then ended with a notice",
    where: "`links`",
    keptMs: IDLE_MS,
    from: "the last word",
    endedBy: OBJECT,
  },
  {
    what: "a person with no link who does not write any more, then erased",
    where: "`people`",
    keptMs: IDLE_MS,
    from: "the last word",
    endedBy: OBJECT,
  },
  {
    what: "a link nobody confirms",
    where: "`links`",
    keptMs: PENDING_LINK_MS,
    from: "the bank's login",
    endedBy: CLOCK,
  },
  {
    what: "the row of a link that is over, its keys long gone",
    where: "`links`",
    keptMs: ENDED_LINK_KEPT_MS,
    from: "its end",
    endedBy: CLOCK,
  },
  {
    what: "consent records",
    where: "`consents`",
    keptMs: CONSENT_KEPT_MS,
    from: "the link's end",
    endedBy: CLOCK,
  },
  {
    what: "the key of a bank's packs and callbacks",
    where: "`bank_keys`",
    keptMs: BANK_KEY_KEPT_MS,
    from: "the end of its month",
    endedBy: CLOCK,
  },
  {
    what: "dead letters",
    where: "`dead_letters`",
    keptMs: DEAD_LETTER_MS,
    from: "the last failure",
    endedBy: CLOCK,
  },
  {
    what: "refusals of banks' requests",
    where: "`refusals`",
    keptMs: REFUSALS_KEPT_MS,
    from: "the request",
    endedBy: CLOCK,
  },
  {
    what: "a bank's bearer key that ended",
    where: "`bank_api_keys`",
    keptMs: ENDED_API_KEY_KEPT_MS,
    from: "its end",
    endedBy: CLOCK,
  },
  {
    what: "the state of an erasure, naming nobody once it is done",
    where: "`erasures`",
    keptMs: ERASURE_KEPT_MS,
    from: "its end",
    endedBy: CLOCK,
  },
  {
    what: "that a bank left, and how many rows of what were deleted",
    where: "`departures`",
    keptMs: DEPARTURE_KEPT_MS,
    from: "its end",
    endedBy: CLOCK,
  },
  {
    what: "whose login a Page's token came from, once that ended",
    where: "`page_connections`, `login_deletions`",
    keptMs: ENDED_KEPT_MS,
    from: "its end",
    endedBy: CLOCK,
  },
  {
    what: "how far a notice to everybody came, and its words",
    where: "`notice_runs`, `notice_pages`",
    keptMs: NOTICE_KEPT_MS,
    from: "its end",
    endedBy: CLOCK,
  },
  {
    what: "counts of what consumers of queues did",
    where: "`meters`",
    keptMs: METERS_KEPT_MS,
    from: "the minute",
    endedBy: CLOCK,
  },
  {
    what: "how long each bank's events waited on a queue",
    where: "`waits`",
    keptMs: WAITS_KEPT_MS,
    from: "the minute",
    endedBy: CLOCK,
  },
  {
    what: "incidents that are over",
    where: "`incidents`",
    keptMs: INCIDENT_KEPT_MS,
    from: "their end",
    endedBy: CLOCK,
  },
]

/** A term as people say it. */
export function renderTerm(keptMs: number): string {
  const days = keptMs / DAY_MS
  if (days < 1) return `${Math.round(keptMs / 60_000)} minutes`
  if (days === DAYS_KEPT) return "13 months"
  return days % 365 === 0 ? (days === 365 ? "12 months" : `${days / 365} years`) : `${days} days`
}

/** The table of docs/storage.md. */
export function renderTerms(): string {
  const rows = TERMS.map(
    ({ what, where, keptMs, from, endedBy }) =>
      `| ${what} | ${where} | ${renderTerm(keptMs)} | ${from} | ${endedBy} |`,
  )
  return ["| what | where | how long | from | ended by |", "|---|---|---|---|---|", ...rows].join("\n")
}
