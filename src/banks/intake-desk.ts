// What the ways in share: problems as answers, what an outage is answered, who a path names, and handing on what was read.
// No way in by itself; those are intake-*.ts.

import type { Context } from "hono"
import type { Outage } from "../foundation/failure.ts"
import { isBankId } from "../foundation/id.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { problemResponse, type Problem } from "../http/problem.ts"
import type { BankRecord, EventWay } from "./bank.ts"
import type { BankEvent } from "./event.ts"
import type { EventTerms } from "./event-parse.ts"
import type { EventRule } from "./event-rules.ts"
import { EVENT_TYPES } from "./event-types.ts"
import {
  PREVIEWS_MAX,
  type BankIntake,
  type IntakeVariables,
  type PreviewedMessage,
  type RefusalNote,
} from "./intake-given.ts"

const RETRY_AFTER_SECONDS = 10

/** One request's desk. */
export interface Desk {
  readonly given: BankIntake
  readonly request: Request
  readonly requestId: string
  readonly way: EventWay | "event-sets"
  /** Log why, keep it for the bank's engineers where the bank is known, and answer. */
  readonly refused: (reason: string, bank?: BankRecord, more?: Partial<RefusalNote>) => void
}

/** A desk for one request. */
export function openDesk(given: BankIntake, context: Context<IntakeVariables>, way: Desk["way"]): Desk {
  const requestId = context.get("requestId")
  return {
    given,
    request: context.req.raw,
    requestId,
    way,
    refused(reason, bank, more = {}) {
      given.log.warn("bank_events_refused", { way, reason, requestId })
      if (bank) given.note({ bank: bank.id, way, reason, ...more })
    },
  }
}

/** The bank a path names, or `undefined`. */
export async function findBank(
  given: BankIntake,
  id: string,
): Promise<Result<BankRecord | undefined, Outage>> {
  return isBankId(id) ? given.findBank(id) : ok(undefined)
}

/** What a bank's events are held to on a way in. */
export function termsOf(bank: BankRecord, rule: EventRule): EventTerms {
  return { source: rule.issuer, linkHosts: bank.linkHosts }
}

/** Seconds for `Retry-After`. */
export function retryAfterOf({ retry }: Outage): string {
  const seconds =
    typeof retry === "object" ? Math.max(1, Math.ceil(retry.afterMs / 1_000)) : RETRY_AFTER_SECONDS
  return String(seconds)
}

/** Nothing, or not surely everything, was taken. */
export function unavailable(desk: Desk, outage: Outage): Response {
  desk.refused(outage.reason)
  const problem: Problem = {
    status: 503,
    type: "unavailable",
    title: "Nothing was taken; send it again",
    headers: { "retry-after": retryAfterOf(outage) },
  }
  return problemResponse(problem, desk.requestId)
}

/** `true` where the query asks for messages instead of sending them; `undefined` for any query that is not known. */
export function wantsPreview(url: URL): boolean | undefined {
  if (url.search === "") return false
  return url.search === "?preview=1" ? true : undefined
}

/** Make events durable: those that are tests are answered and go nowhere.
 * @returns what is known of each test, by event id */
export async function handOn(
  desk: Desk,
  bank: BankRecord,
  events: readonly BankEvent[],
): Promise<Result<Readonly<Record<string, { readonly linked: number }>>, Outage>> {
  const { given } = desk
  const going = events.filter((event) => EVENT_TYPES[event.type].use !== "test")
  const tests: Record<string, { readonly linked: number }> = {}
  for (const test of events
    .filter((event) => EVENT_TYPES[event.type].use === "test")
    .slice(0, PREVIEWS_MAX)) {
    const linked = test.customer === "" ? ok(0) : await given.countLinked(bank.id, test.customer)
    if (!linked.ok) return linked
    tests[test.id] = { linked: linked.value }
  }
  if (going.length > 0) {
    const taken = await given.accept(bank, going)
    if (!taken.ok) return err(taken.error)
  }
  return ok(tests)
}

/** The messages of events, by event id and language. */
export function previewOf(
  desk: Desk,
  bank: BankRecord,
  events: readonly BankEvent[],
): Readonly<Record<string, Readonly<Record<string, PreviewedMessage>>>> {
  return Object.fromEntries(
    events.slice(0, PREVIEWS_MAX).map((event) => [event.id, desk.given.preview(bank, event)]),
  )
}
