// A Page's record and opened token, kept a minute in each isolate: every send needs them, D1 should see few of those. Where D1 does
// not answer, what is kept is used for up to an hour more. Loading and opening are given. Composed by worker.ts and the shells.

import { HOUR_MS, MINUTE_MS, type Now } from "../foundation/clock.ts"
import type { Outage } from "../foundation/failure.ts"
import type { PageId } from "../foundation/id.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import { Secret } from "../foundation/secret.ts"
import type { PageRecord } from "./page-record.ts"
import { pagePlace, type StoredPage } from "./page-store.ts"

/** What is needed to speak as a Page. */
export interface PageAccess {
  readonly record: PageRecord
  readonly token: Secret
}

/** Why there is no Page: `page_unknown` was never registered, anything else passes. */
export type PageRefusal = { readonly reason: "page_unknown" } | Outage

/** Pages as the rooms above see them. */
export interface PageDirectory {
  /** The record alone: for whoever only needs to know whose Page it is. */
  findRecord(page: PageId): Promise<Result<PageRecord, PageRefusal>>
  /** Record and token. A token that does not open is an outage of that Page alone. */
  find(page: PageId): Promise<Result<PageAccess, PageRefusal>>
  /** Drop what is kept: the Page was just changed here. Other isolates see it within a minute. */
  forget(page: PageId): void
}

export const FRESH_MS = MINUTE_MS
/** How long a record may be used that could not be read again. A revoked token is refused by the platform anyway. */
export const STALE_MS_MAX = HOUR_MS
/** Pages kept in one isolate; the one looked up longest ago makes room. */
const KEPT_MAX = 1_000

interface Kept {
  readonly stored: StoredPage
  readonly at: number
  token?: Secret
}

/** A directory over a store and a vault. */
export function createPageDirectory(given: {
  readonly load: (page: PageId) => Promise<StoredPage | undefined>
  readonly open: (sealed: string, place: string) => Promise<Result<string, { readonly reason: string }>>
  readonly now: Now
  readonly log: Log
}): PageDirectory {
  const { load, open, now, log } = given
  const kept = new Map<PageId, Kept>()

  async function look(page: PageId): Promise<Result<Kept, PageRefusal>> {
    const known = kept.get(page)
    const age = known ? Math.abs(now() - known.at) : Infinity
    if (known && age < FRESH_MS) return ok(known)
    let stored: StoredPage | undefined
    try {
      stored = await load(page)
    } catch (fault) {
      log.warn("page_not_read", { page, stale: known !== undefined, ...describeFault(fault) })
      return known && age < STALE_MS_MAX ? ok(known) : err({ reason: "unavailable", retry: "later" })
    }
    kept.delete(page)
    if (!stored) return err({ reason: "page_unknown" })
    const token = known?.stored.tokenSealed === stored.tokenSealed ? known.token : undefined
    const entry: Kept = { stored, at: now(), ...(token ? { token } : {}) }
    kept.set(page, entry)
    const oldest = kept.size > KEPT_MAX ? kept.keys().next().value : undefined
    if (oldest !== undefined) kept.delete(oldest)
    return ok(entry)
  }

  return {
    async findRecord(page) {
      const entry = await look(page)
      return entry.ok ? ok(entry.value.stored.record) : entry
    },
    async find(page) {
      const entry = await look(page)
      if (!entry.ok) return entry
      const { stored } = entry.value
      if (!entry.value.token) {
        const opened = await open(stored.tokenSealed, pagePlace(stored.record))
        if (!opened.ok) {
          log.error("page_token_sealed", { page, reason: opened.error.reason })
          return err({ reason: "malformed", retry: "later" })
        }
        entry.value.token = new Secret(opened.value)
      }
      return ok({ record: stored.record, token: entry.value.token })
    },
    forget: (page) => void kept.delete(page),
  }
}
