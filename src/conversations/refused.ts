// What a refusal of the platform makes of a message: it goes again, it is settled, or its echo must tell. One row a class, pure.

import { MINUTE_MS, SECOND_MS } from "../foundation/clock.ts"
import type { Log } from "../foundation/log.ts"
import { classAfter, type SendRefusal } from "../messenger/refusal.ts"
import type { Settled } from "./outcome.ts"
import type { RefusedFact } from "./turn-context.ts"

/** What becomes of it. `counts`: the attempt is one of those the refusal allows. */
export type Verdict =
  | { readonly kind: "again"; readonly afterMs: number; readonly counts: boolean }
  | { readonly kind: "unknown" }
  | Settled

/** A stopped Page is looked at again after this; a person must act before it speaks. */
export const PAGE_STOPPED_MS = MINUTE_MS
/** The send that found it stopped comes again soon: by then that is known, and it waits at the Page with the others. */
const FOUND_STOPPED_MS = 10 * SECOND_MS
const RETRY_FIRST_MS = 2 * SECOND_MS
const THROTTLED_MS = 30 * SECOND_MS
/** Where the platform's table names no number of its own. */
const ATTEMPTS_MAX = 6

/** What a refusal tells of the person beyond this message. */
export function factOf(refusal: SendRefusal, verdict: Verdict): RefusedFact | undefined {
  if (refusal.reason === "region") return "region"
  if (refusal.thread) return "thread"
  const gone = verdict.kind === "settled" && verdict.reason === "person_unavailable"
  return gone && refusal.unavailable ? "unavailable" : undefined
}

/** A message that is given up for a refusal leaves a line: numbers of the platform's and reasons of ours, nobody's data. */
export function logRefusal(log: Log, refusal: SendRefusal, verdict: Verdict): void {
  if (verdict.kind !== "settled") return
  const { code, subcode } = refusal
  const fields = { reason: verdict.reason, refusal: refusal.reason, code, subcode }
  // That a person has left is no fault of anybody's.
  if (verdict.state === "failed") log.error("message_refused", fields)
  else log.info("message_refused", fields)
}

/** Judge a refusal.
 * @param attempts attempts made that count, this one included: from 1
 * @param plain it was plain text already, because of the person's region */
export function judgeRefusal(refusal: SendRefusal, attempts: number, plain = false): Verdict {
  const found = classAfter(refusal, attempts)
  switch (found === "retry" && attempts >= ATTEMPTS_MAX ? "our_fault" : found) {
    case "retry":
      return { kind: "again", afterMs: RETRY_FIRST_MS * 2 ** (attempts - 1), counts: true }
    case "throttled": {
      const { retry } = refusal
      return {
        kind: "again",
        afterMs: typeof retry === "object" ? retry.afterMs : THROTTLED_MS,
        counts: false,
      }
    }
    case "page_stopped":
      return { kind: "again", afterMs: FOUND_STOPPED_MS, counts: false }
    case "unknown_outcome":
      return { kind: "unknown" }
    case "gone":
      return { kind: "settled", state: "undeliverable", reason: "person_unavailable" }
    case "window":
      return {
        kind: "settled",
        state: "undeliverable",
        reason: refusal.thread ? "thread_elsewhere" : "window_closed_no_template",
      }
    case "region":
      // Once more as plain text where the window is open: the route decides it, knowing of the region.
      if (!plain && attempts < ATTEMPTS_MAX) return { kind: "again", afterMs: 0, counts: true }
      return { kind: "settled", state: "undeliverable", reason: "utility_unavailable" }
    case "our_fault":
      return { kind: "settled", state: "failed", reason: "refused" }
  }
}
