// What a bank's answer means before anything in it is read: a status, a problem, a wait. One judge for every dialect and action.
// Pure; used by adapters/ and actions.ts. Refreshing tokens and DPoP nonces are over by then (links/bank-access.ts).

import { SECOND_MS } from "../foundation/clock.ts"
import type { Retry } from "../foundation/failure.ts"
import type { BankAnswer, BankRecord, BankRefusal } from "./bank.ts"
import { findSafeUrl } from "./safe-url.ts"

/** A wait a bank may ask for: beyond it nobody waits in a chat. */
const RETRY_AFTER_MS_MAX = 3_600_000
const JSON_CHARS_MAX = 1_000_000

/** Why an answer that is no 2xx is none.
 * A 401 that is left after a refresh is not read as the end of a link: only the token endpoint says that. */
export function judgeRefusal(bank: BankRecord, answer: BankAnswer): BankRefusal {
  const { status, headers } = answer
  const code = String(status)
  if (asksForStepUp(answer)) {
    const url = findSafeUrl(readMember(answer, "url"), bank.linkHosts)
    return { reason: "step_up_required", ...(url ? { url } : {}) }
  }
  if (status === 403) return { reason: "forbidden" }
  if (status === 404 || status === 410) return { reason: "not_found" }
  // FDX 705: the account is closed.
  if (status === 409 && readMember(answer, "code") === 705) return { reason: "not_found" }
  if (status === 429) return outage("throttled", retryAfter(headers), code)
  if (status >= 500) return outage("unavailable", retryAfter(headers), code)
  if (status === 401) return outage("refused", "later", code)
  return outage("refused", "never", code)
}

/** Statuses that say "not now" of an act: the request took too long, or the one before under the same key is still being worked on.
 * @see RFC 9110, 15.5.9; RFC 8470, 5.2; draft-ietf-httpapi-idempotency-key-header, 2.7 */
const NOT_NOW: ReadonlySet<string | undefined> = new Set(["408", "409", "425"])

/** Whether asking the bank for the same act again would come to the same. */
export function isForGood(refusal: BankRefusal): boolean {
  if (refusal.reason === "quota_spent") return false
  if (refusal.reason !== "outage") return true
  return refusal.outage.retry === "never" && !NOT_NOW.has(refusal.outage.code)
}

/** An answer that says yes but cannot be read. */
export const UNREADABLE: BankRefusal = {
  reason: "outage",
  outage: { reason: "malformed", retry: "later" },
}

/** `true` where the status says yes. */
export function isYes(answer: BankAnswer): boolean {
  return answer.status >= 200 && answer.status < 300
}

/** `true` for a body of a size we parse. */
export function isOfReadableSize(answer: BankAnswer): boolean {
  return answer.text.length <= JSON_CHARS_MAX
}

/** Last word of a problem's `type`: `urn:bank:problem:case_closed` is `case_closed`. @see RFC 9457, 3.1.1 */
export function problemWord(answer: BankAnswer): string | undefined {
  const type = readMember(answer, "type")
  return typeof type === "string" ? /([A-Za-z0-9_-]{1,60})$/.exec(type)?.[1] : undefined
}

function asksForStepUp(answer: BankAnswer): boolean {
  if (answer.status === 409) return problemWord(answer) === "step_up_required"
  // RFC 9470, 3: a resource server may ask for it itself.
  const challenge = answer.headers.get("www-authenticate") ?? ""
  return answer.status === 401 && challenge.includes("insufficient_user_authentication")
}

function retryAfter(headers: Headers): Retry {
  const seconds = /^\d{1,6}$/.exec(headers.get("retry-after") ?? "")?.[0]
  return seconds === undefined
    ? "later"
    : { afterMs: Math.min(Number(seconds) * SECOND_MS, RETRY_AFTER_MS_MAX) }
}

function readMember(answer: BankAnswer, name: string): unknown {
  if (!isOfReadableSize(answer)) return undefined
  try {
    return (JSON.parse(answer.text) as Readonly<Record<string, unknown>> | null)?.[name]
  } catch {
    return undefined
  }
}

function outage(reason: "throttled" | "unavailable" | "refused", retry: Retry, code: string): BankRefusal {
  return { reason: "outage", outage: { reason, retry, code } }
}
