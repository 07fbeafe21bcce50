// The daily look at a Page: is its token alive, and are its events sent to us? A dead token stops the Page, so that what is for its
// people waits instead of failing; missing fields are subscribed again. Composed by worker.ts, run by the clock.

import { DAY_MS, MINUTE_MS, SECOND_MS, type Now } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import type { Log } from "../foundation/log.ts"
import type { Secret } from "../foundation/secret.ts"
import type { Graph } from "../messenger/client.ts"
import type { PageAccess } from "../messenger/page-directory.ts"
import type { PageRecord } from "../messenger/page-record.ts"
import type { Incidents } from "./incidents.ts"
import { WEBHOOK_FIELDS } from "./page-setup.ts"

/** What looking at a Page needs. */
export interface PageCheckWorld {
  readonly graph: Pick<Graph, "debugToken" | "listSubscriptions" | "subscribe">
  /** Our Meta app, and the token that is its own: `{app id}|{app secret}`. */
  readonly appId: string
  readonly appToken: Secret
  readonly pause: (page: PageRecord, reason: string) => Promise<void>
  readonly incidents: Pick<Incidents, "settle">
  readonly lookAgainAt: (page: PageId, at: number) => Promise<void>
  readonly now: Now
  readonly log: Log
}

const LOOK_EVERY_MS = DAY_MS
/** After a look Meta did not answer. */
const LOOK_AGAIN_MS = 15 * MINUTE_MS
const CHECK_MS = 20 * SECOND_MS
/** A token that ends by time is told of so long before. */
const ENDS_SOON_MS = 14 * DAY_MS

/** Look at one Page. @returns whether Meta answered; what it said is in the incidents. @throws DatabaseError */
export async function checkPage(world: PageCheckWorld, page: PageAccess): Promise<boolean> {
  const { now, log } = world
  const { id } = page.record
  const signal = AbortSignal.timeout(CHECK_MS)
  const token = await checkToken(world, page, signal)
  const fields = await checkFields(world, page, signal)
  // Two witnesses: one odd answer must not silence a bank.
  if (token === "dead" && fields === "stopped") await world.pause(page.record, "token_refused")
  const answered = token !== "unanswered" && fields !== "unanswered"
  if (!answered) log.warn("page_not_checked", { page: id })
  await world.lookAgainAt(id, now() + (answered ? LOOK_EVERY_MS : LOOK_AGAIN_MS))
  return answered
}

async function checkToken(
  { graph, appToken, incidents, now }: PageCheckWorld,
  { record, token }: PageAccess,
  signal: AbortSignal,
): Promise<"alive" | "dead" | "unanswered"> {
  const seen = await graph.debugToken(token, appToken, signal)
  if (!seen.ok) return "unanswered"
  const { valid, expiresAt } = seen.value
  const ends = valid && expiresAt !== null && expiresAt - now() < ENDS_SOON_MS
  const about = { kind: "page_token_invalid", bank: record.bank, page: record.id } as const
  await incidents.settle(about, [...(valid ? [] : ["token_refused"]), ...(ends ? ["ends_soon"] : [])])
  return valid ? "alive" : "dead"
}

async function checkFields(
  { graph, appId, incidents }: PageCheckWorld,
  { record, token }: PageAccess,
  signal: AbortSignal,
): Promise<"answered" | "stopped" | "unanswered"> {
  const listed = await graph.listSubscriptions(record.id, token, signal)
  if (!listed.ok) return listed.error.reason === "page_stopped" ? "stopped" : "unanswered"
  const ours = listed.value.find((each) => each.appId === appId)?.fields ?? []
  const missing = WEBHOOK_FIELDS.filter((field) => !ours.includes(field))
  const about = { kind: "page_fields_missing", bank: record.bank, page: record.id } as const
  // None at all: Meta switched the webhook off after an hour of failures, or somebody removed the app.
  const detail = missing.length === WEBHOOK_FIELDS.length ? "all" : missing.join(" ")
  await incidents.settle(about, missing.length > 0 ? [detail] : [])
  if (missing.length === 0) return "answered"
  const subscribed = await graph.subscribe(record.id, token, WEBHOOK_FIELDS, signal)
  return subscribed.ok ? "answered" : "unanswered"
}
