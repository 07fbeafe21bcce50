// What Meta's answers mean for a Page, told to its object: how sends went, and how much of the allowance is used. Calls come from many
// isolates and most of them say nothing new, so only what changes something travels. Sends nothing, decides nothing: that is the
// object's (page.ts). Composed by means, for whoever calls the Graph API.

import { SECOND_MS, type Now } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import type { Page } from "./page.ts"
import type { PageDirectory } from "./page-directory.ts"
import type { PageRecord } from "./page-record.ts"
import { USAGE_SLOW_PERCENT } from "./pacing.ts"
import type { GraphRefusal, RefusalClass } from "./refusal.ts"
import type { Usage } from "./usage.ts"

/** Tells Pages how their calls went. */
export interface PageReports {
  /** Keep what an answer's usage headers said for the next `reportSend`: for the Graph client's `onUsage`, which nobody waits for. */
  noteUsage(page: PageId, usage: Usage): void
  /** Say how a send as this Page went, and what was noted of its usage. Without a refusal it was accepted. To be awaited, or handed to
   * `waitUntil`; never rejects: what cannot be told is found by the next send. */
  reportSend(page: PageId, refusal?: GraphRefusal): Promise<void>
}

/** What reporting needs. */
export interface PageReportWorld {
  readonly pages: Pick<PageDirectory, "findRecord" | "forget">
  readonly pageObject: (record: PageRecord) => Pick<DurableObjectStub<Page>, "pause" | "report" | "usage">
  readonly now: Now
  readonly log: Log
}

/** The same again from this isolate says nothing new for so long. */
const QUIET_MS = 5 * SECOND_MS
const THROTTLE_WAIT_MS = 30 * SECOND_MS

/** What a refusal says of the Page as a whole. What concerns one person or one message shows that Meta answers: that is well. */
const SAYS = {
  retry: "failed",
  unknown_outcome: "failed",
  throttled: "throttled",
  page_stopped: "stopped",
  gone: "well",
  window: "well",
  region: "well",
  our_fault: "well",
} as const satisfies Readonly<Record<RefusalClass, "well" | "failed" | "throttled" | "stopped">>

/** Why a Page was stopped, by Meta's code: a word for the incident. */
const STOP_REASONS: readonly (readonly [code: number, subcode: number | "any", reason: StopReason])[] = [
  [102, "any", "token_refused"],
  [190, "any", "token_refused"],
  [230, "any", "token_refused"],
  [2500, "any", "token_refused"],
  [10, 1893063, "restricted"],
  [368, "any", "restricted"],
  [2022, "any", "restricted"],
  [10, "any", "permission_missing"],
  [200, "any", "permission_missing"],
]

/** A word for why the platform lets a Page send nothing. */
export type StopReason = "token_refused" | "restricted" | "permission_missing" | "refused"

/** What this isolate last told of a Page. */
interface Told {
  /** A failure was told, and no success since. */
  dirty: boolean
  /** Throttle, stop and usage are told again only after this. */
  quietUntil: number
  percent: number
  usageQuietUntil: number
  /** What the last answer's headers said, not told yet. */
  noted: Usage | undefined
}

/** Reports over the Pages' objects. */
export function createPageReports(world: PageReportWorld): PageReports {
  const { now, log } = world
  const told = new Map<PageId, Told>()
  const of = (page: PageId): Told => {
    const known = told.get(page) ?? {
      dirty: false,
      quietUntil: 0,
      percent: 0,
      usageQuietUntil: 0,
      noted: undefined,
    }
    told.set(page, known)
    return known
  }

  async function tell(
    page: PageId,
    say: (object: ReturnType<PageReportWorld["pageObject"]>, record: PageRecord) => Promise<unknown>,
  ): Promise<void> {
    try {
      const record = await world.pages.findRecord(page)
      if (record.ok) await say(world.pageObject(record.value), record.value)
    } catch (fault) {
      log.warn("page_not_told", { page, ...describeFault(fault) })
    }
  }

  async function tellSend(page: PageId, refusal: GraphRefusal | undefined): Promise<void> {
    const known = of(page)
    const at = now()
    const says = refusal ? SAYS[refusal.reason] : "well"
    switch (says) {
      case "well":
        if (!known.dirty) return
        known.dirty = false
        return tell(page, (object) => object.report({ v: 1, sent: { kind: "well" }, now: at }))
      case "failed":
        known.dirty = true
        return tell(page, (object) => object.report({ v: 1, sent: { kind: "failed" }, now: at }))
      case "throttled": {
        known.dirty = true
        if (at < known.quietUntil) return
        known.quietUntil = at + QUIET_MS
        const afterMs = typeof refusal?.retry === "object" ? refusal.retry.afterMs : THROTTLE_WAIT_MS
        return tell(page, (object) => object.report({ v: 1, sent: { kind: "throttled", afterMs }, now: at }))
      }
      case "stopped": {
        const reason = stopReasonOf(refusal)
        const token = reason === "token_refused"
        // Another isolate may have been given a new token since: the next call here reads it.
        if (token) world.pages.forget(page)
        if (at < known.quietUntil) return
        known.quietUntil = at + QUIET_MS
        return tell(page, (object, { bank }) =>
          object.pause({ v: 1, reason, now: at, token, of: { bank, page } }),
        )
      }
    }
  }

  async function tellUsage(page: PageId): Promise<void> {
    const known = of(page)
    const { noted } = known
    if (!noted) return
    known.noted = undefined
    const at = now()
    const { appPercent, pagePercent, regainAfterMs } = noted
    const percent = Math.max(appPercent, pagePercent)
    const calm = percent < USAGE_SLOW_PERCENT
    const news = Math.floor(percent) !== Math.floor(known.percent) || at >= known.usageQuietUntil
    if (calm ? known.percent < USAGE_SLOW_PERCENT : !news) return
    known.percent = percent
    known.usageQuietUntil = at + QUIET_MS
    const usage = { percent, ...(regainAfterMs === undefined ? {} : { regainAfterMs }) }
    return tell(page, (object) => object.usage({ v: 1, usage, now: at }))
  }

  return {
    noteUsage: (page, usage) => void (of(page).noted = usage),
    async reportSend(page, refusal) {
      await Promise.all([tellSend(page, refusal), tellUsage(page)])
    },
  }
}

/** The word for a refusal that stops a Page. */
export function stopReasonOf(refusal: Pick<GraphRefusal, "code" | "subcode"> | undefined): StopReason {
  const row = STOP_REASONS.find(
    ([code, subcode]) => code === refusal?.code && (subcode === "any" || subcode === refusal.subcode),
  )
  return row?.[2] ?? "refused"
}
