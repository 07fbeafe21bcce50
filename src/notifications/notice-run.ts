// What a run of a notice is: a bank's `bank.service.notice.v1` to everybody linked, how far it is, and how many people may be told
// without a second person's word (P14). Shapes and rules only; rows are notice-run-store.ts, the walk notice-running.ts, what operators
// do to one notice-desk.ts.

import { digestText } from "../crypto/hmac.ts"
import { DAY_MS } from "../foundation/clock.ts"
import type { BankId, PageId } from "../foundation/id.ts"
import { leasedPerSecond } from "../messenger/pacing.ts"

/** `waiting` for two persons; `expired`: it went stale before everybody had their turn. */
export type NoticeState = "waiting" | "running" | "stopped" | "done" | "expired"

/** A notice on its way to everybody. */
export interface NoticeRun {
  readonly id: string
  readonly bank: BankId
  readonly state: NoticeState
  /** Linked when it came. */
  readonly people: number
  readonly receivedAt: number
  readonly staleAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** How far it is; all counts are people. */
export interface NoticeProgress extends NoticeRun {
  readonly told: number
  /** Not told, for a reason of their own: the purpose is off, the window closed without a template, … */
  readonly notTold: number
  /** Walked by without an outcome; tried again. */
  readonly left: number
}

/** How far it is on one Page. */
export interface NoticePage {
  readonly run: string
  readonly page: PageId
  readonly after: string
  readonly job: number
  readonly walkedAt: number | null
  readonly doneAt: number | null
}

/** A notice to more people than this needs two persons (P14). */
export const PEOPLE_ALONE_MAX = 1_000
/** Links one job walks by. */
export const LINKS_A_JOB = 1_000
/** Rows of a notice that is over stay so long. */
export const NOTICE_KEPT_MS = 90 * DAY_MS
const ID = /^notice_[A-Za-z0-9_-]{43}$/

/** The run of an event: the same event is the same run, whatever its words say the second time. */
export async function noticeIdOf(
  bank: BankId,
  { source, id }: { readonly source: string; readonly id: string },
): Promise<string> {
  return `notice_${await digestText(JSON.stringify([bank, source, id]))}`
}

/** `true` for the form of our ids. */
export function isNoticeId(value: unknown): value is string {
  return typeof value === "string" && ID.test(value)
}

/** Additional data of the event's seal. */
export function noticePlace({ bank, id }: Pick<NoticeRun, "bank" | "id">): string {
  return `${bank}|notice_runs|${id}|event`
}

/** Sends a second a notice takes of a Page: four tenths of what is leased, so that payments of the same Page go on beside it. */
export function noticePerSecond(ceilingPerSecond: number): number {
  return Math.max(1, Math.floor(leasedPerSecond(ceilingPerSecond) * 0.4))
}
