// Why a Graph call did not do what was asked, and whether to ask again: the platform's error table as data, one row a code and
// subcode. Decides on code, subcode and `is_transient`, never on the HTTP status where there is a code: statuses are not
// contractual. Error texts are dropped: they may quote what was sent. Composed by graph-call.ts. @see messenger-platform.md 8.2, 8.3

import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import type { Retry } from "../foundation/failure.ts"
import { idOf, objectOf, textOf, type JsonObject } from "./json.ts"
import { parseUsage } from "./usage.ts"

/** What a refusal means for whoever called:
 *
 * | class | meaning |
 * |---|---|
 * | `retry` | a passing fault; again later, at most `attemptsMax` times, then it is `afterwards` |
 * | `throttled` | too many calls; again after the stated wait, costs no attempt |
 * | `gone` | this can never reach this person, others are not concerned |
 * | `window` | not allowed in this form now: another form or another channel |
 * | `region` | utility templates are refused where this person is: plain text once, if the window is open |
 * | `our_fault` | our message or our configuration is wrong: keep it for a person to see, alert |
 * | `page_stopped` | the Page cannot send at all until a person acts: pause it, alert |
 * | `unknown_outcome` | it may have been done: settle it by its echo, never send blindly again | */
export type RefusalClass =
  | "retry"
  | "throttled"
  | "gone"
  | "window"
  | "region"
  | "our_fault"
  | "page_stopped"
  | "unknown_outcome"

/** A call that did not succeed. Holds numbers and names only: fit for the log. */
export interface GraphRefusal {
  readonly reason: RefusalClass
  /** `never` for an unknown outcome of a send; calls that may be repeated harmlessly say `later`. */
  readonly retry: Retry
  /** With `retry`: how many attempts in all, and what it is once they are used up. */
  readonly attemptsMax?: number
  readonly afterwards?: RefusalClass
  readonly code?: number
  readonly subcode?: number
  readonly status?: number
  /** With `window`: another app or a person of the bank holds the thread, or it cannot change hands now. */
  readonly thread?: true
  /** With `gone`, or `retry` that ends so: it is the person who cannot be reached, by this message or any other, until they write again. */
  readonly unavailable?: true
  /** The platform's own trace id, to be quoted to its support. */
  readonly trace?: string
}

/** Why a send did not succeed: the same shape, met most often. */
export type SendRefusal = GraphRefusal

/** One row of the table. `subcode`: that one, "none" for an error without one, "any" for every other. */
export interface RefusalRow {
  readonly code: number | "any"
  readonly subcode: number | "none" | "any"
  readonly reason: RefusalClass
  readonly attemptsMax?: number
  readonly afterwards?: RefusalClass
  /** With `throttled`: the wait where the answer states none. */
  readonly waitMs?: number
  /** It is about who holds the thread. */
  readonly thread?: true
  /** It is the person who cannot be reached. */
  readonly unavailable?: true
}

/** A wait where a throttle names none. */
const THROTTLE_WAIT_MS = 30 * SECOND_MS
/** A header cannot make us wait longer than this before asking again. */
const THROTTLE_WAIT_MS_MAX = 60 * MINUTE_MS
const TRANSIENT_ATTEMPTS_MAX = 3

const row = (
  code: number | "any",
  subcode: number | "none" | "any",
  reason: RefusalClass,
  more: Pick<RefusalRow, "attemptsMax" | "afterwards" | "waitMs" | "thread" | "unavailable"> = {},
): RefusalRow => ({ code, subcode, reason, ...more })

/** The rows, by code. For 10 and 200 an unheard-of subcode is not taken for the missing permission: one person's odd error must
 * not stop a Page. */
export const REFUSALS: readonly RefusalRow[] = [
  row(1, "any", "retry", { attemptsMax: 3, afterwards: "our_fault" }),
  // May be a missing permission in disguise.
  row(1, 99, "retry", { attemptsMax: 2, afterwards: "our_fault" }),
  // Answered although messages were delivered.
  row(1, 1357046, "unknown_outcome"),
  // Also the answer where the person blocked the Page.
  row(2, "any", "retry", { attemptsMax: 4, afterwards: "gone", unavailable: true }),
  row(2, 2018344, "our_fault"),
  row(3, "any", "our_fault"),
  row(4, "any", "throttled"),
  row(4, 2018022, "throttled"),
  row(4, 2018354, "gone"),
  row(9, 2018352, "gone"),
  row(10, "none", "page_stopped"),
  row(10, 2018278, "window"),
  row(10, 2018065, "window"),
  row(10, 2534022, "window"),
  row(10, 2018108, "gone", { unavailable: true }),
  row(10, 1893063, "page_stopped"),
  row(10, 2018336, "region"),
  row(10, 1893015, "our_fault"),
  row(10, 1404170, "our_fault"),
  row(17, "any", "throttled"),
  row(32, "any", "throttled"),
  row(33, "any", "our_fault"),
  // Removed tags answer with this one, too.
  row(100, "any", "our_fault"),
  row(100, 33, "our_fault"),
  row(100, 2018001, "gone", { unavailable: true }),
  row(100, 2018109, "our_fault"),
  row(100, 2018008, "retry", { attemptsMax: 2, afterwards: "our_fault" }),
  row(100, 2018294, "retry", { attemptsMax: 2, afterwards: "our_fault" }),
  row(100, 2018047, "our_fault"),
  row(100, 2018074, "our_fault"),
  row(100, 2018014, "our_fault"),
  row(100, 2018164, "our_fault"),
  row(100, 2534037, "our_fault"),
  row(100, 1893029, "our_fault"),
  row(100, 2018320, "our_fault"),
  row(100, 2018328, "our_fault"),
  row(102, "any", "page_stopped"),
  row(190, "any", "page_stopped"),
  row(200, "none", "page_stopped"),
  row(200, 1545041, "gone", { unavailable: true }),
  row(200, 2018028, "our_fault"),
  row(200, 2018027, "our_fault"),
  row(200, 2018021, "our_fault"),
  row(230, "any", "page_stopped"),
  row(341, "any", "throttled"),
  row(368, "any", "page_stopped"),
  // A duplicate of what stands there already: sending it again helps nobody.
  row(506, "any", "gone"),
  // The person blocked the Page, left, or opted out; subcodes 1545041 and 1893047 among others.
  row(551, "any", "gone", { unavailable: true }),
  row(613, "any", "throttled"),
  // Our sending was felt as a nuisance: slow down for long, before the Page is restricted.
  row(613, 2018338, "throttled", { waitMs: 15 * MINUTE_MS }),
  row(1200, "any", "retry", { attemptsMax: 5, afterwards: "our_fault" }),
  row(2022, "any", "page_stopped"),
  row(2500, "any", "page_stopped"),
  row(10303, "any", "gone"),
  row(80001, "any", "throttled"),
  row(80006, "any", "throttled"),
  row(2018218, "any", "gone"),
  row(2018247, "any", "our_fault"),
  row(2018300, "any", "window", { thread: true }),
  row(9000001, "any", "gone"),
  // Control of threads: named without saying whether as code or subcode, and these also come under changing codes.
  row("any", 2018300, "window", { thread: true }),
  row("any", 2018321, "window", { thread: true }),
  row("any", 2018171, "window", { thread: true }),
  row("any", 2018234, "window", { thread: true }),
  row(2018321, "any", "window", { thread: true }),
  row(2018171, "any", "window", { thread: true }),
  row(2018234, "any", "window", { thread: true }),
  // Creation of utility templates: these come under changing codes.
  row("any", 2018416, "our_fault"),
  row("any", 2388051, "our_fault"),
]

/** What an answer of the platform says, apart from its body. */
export interface AnswerHead {
  readonly status: number
  readonly headers: Headers
}

/** Judge an answer that carries the platform's error object.
 * @param error the `error` member
 * @param repeatable whether the call may be made twice without harm; a send may not */
export function judgeError(error: JsonObject, head: AnswerHead, repeatable: boolean): GraphRefusal {
  const code = numberOf(error["code"])
  const subcode = numberOf(error["error_subcode"])
  const trace = textOf(error["fbtrace_id"], 64)
  const found = findRow(code, subcode) ?? row("any", "any", "our_fault")
  // The table stands, except that what looks like our mistake is tried again where the platform says it will pass.
  const passing = error["is_transient"] === true && found.reason === "our_fault"
  const judged = passing
    ? row(found.code, found.subcode, "retry", {
        attemptsMax: TRANSIENT_ATTEMPTS_MAX,
        afterwards: "our_fault",
      })
    : found
  return {
    ...refusalOf(judged, head.headers, repeatable),
    ...(code === undefined ? {} : { code }),
    ...(subcode === undefined ? {} : { subcode }),
    ...(trace && /^[\w/+=-]+$/.test(trace) ? { trace } : {}),
    status: head.status,
  }
}

/** Judge an answer without an error object: something between us and the platform wrote it, or the platform broke off. Whether
 * the call was carried out cannot be told from a 5xx, nor from a 2xx that is not what it should be. */
export function judgeStrangeAnswer(head: AnswerHead, repeatable: boolean): GraphRefusal {
  const { status } = head
  const reason: RefusalClass =
    status === 429
      ? "throttled"
      : status >= 500 || status === 408 || (status >= 200 && status < 300)
        ? "unknown_outcome"
        : "our_fault"
  return { ...refusalOf(row("any", "any", reason), head.headers, repeatable), status }
}

/** Judge a call that brought no answer: a timeout, a broken connection, an answer cut off. fetch cannot tell a connection that was
 * never made from one that broke after the request was written, so that both are unknown. */
export function judgeSilence(repeatable: boolean): GraphRefusal {
  return refusalOf(row("any", "any", "unknown_outcome"), new Headers(), repeatable)
}

/** What a refusal comes to after that many attempts: itself, or what stands behind a retry that has been tried enough.
 * @param attempts attempts made, from 1 */
export function classAfter(refusal: GraphRefusal, attempts: number): RefusalClass {
  if (refusal.reason !== "retry" || attempts < (refusal.attemptsMax ?? Infinity)) return refusal.reason
  return refusal.afterwards ?? "our_fault"
}

function findRow(code: number | undefined, subcode: number | undefined): RefusalRow | undefined {
  const rowsOf = REFUSALS.filter((each) => each.code === code)
  return (
    rowsOf.find((each) => each.subcode === (subcode ?? "none")) ??
    REFUSALS.find((each) => each.code === "any" && each.subcode === subcode) ??
    rowsOf.find((each) => each.subcode === "any")
  )
}

function refusalOf(judged: RefusalRow, headers: Headers, repeatable: boolean): GraphRefusal {
  const { reason, attemptsMax, afterwards, thread, unavailable, waitMs = THROTTLE_WAIT_MS } = judged
  const person = unavailable ? { unavailable } : {}
  switch (reason) {
    case "retry":
      return {
        reason,
        retry: "later",
        ...(attemptsMax && afterwards ? { attemptsMax, afterwards } : {}),
        ...person,
      }
    case "throttled":
      return { reason, retry: { afterMs: Math.min(statedWaitMs(headers) ?? waitMs, THROTTLE_WAIT_MS_MAX) } }
    case "unknown_outcome":
      return { reason, retry: repeatable ? "later" : "never" }
    case "window":
      return { reason, retry: "never", ...(thread ? { thread } : {}) }
    case "gone":
      return { reason, retry: "never", ...person }
    case "region":
    case "our_fault":
    case "page_stopped":
      return { reason, retry: "never" }
  }
}

/** The wait the answer states: `Retry-After` in seconds, or the platform's own estimate. */
function statedWaitMs(headers: Headers): number | undefined {
  const seconds = headers.get("retry-after")
  if (seconds && /^[0-9]{1,6}$/.test(seconds)) return Number(seconds) * SECOND_MS
  return parseUsage(headers)?.regainAfterMs
}

function numberOf(value: unknown): number | undefined {
  const digits = idOf(value)
  return digits === undefined ? undefined : Number(digits)
}

/** The error object of a body, where it has one. */
export function errorOf(body: unknown): JsonObject | undefined {
  return objectOf(objectOf(body)?.["error"])
}
