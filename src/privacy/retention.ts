// The directory's part of retention: a bounded pass of the clock over what is past its term. Terms are terms.ts. What the objects hold,
// they end themselves. Composed by worker.ts.

import { forgetRefusals, REFUSALS_KEPT_MS } from "../banks/refusal-store.ts"
import type { Pseudonyms } from "../crypto/pseudonym.ts"
import type { Database } from "../db/database.ts"
import { MINUTE_MS, monthOf, type Now } from "../foundation/clock.ts"
import { listReleasable, releaseLinks } from "../links/release-store.ts"
import { forgetMeters, METERS_KEPT_MS } from "../metering/meter-store.ts"
import { forgetWaits, WAITS_KEPT_MS } from "../metering/wait-store.ts"
import { NOTICE_KEPT_MS } from "../notifications/notice-run.ts"
import { forgetNotices } from "../notifications/notice-run-store.ts"
import { DEPARTURE_KEPT_MS, forgetDepartures } from "./departure-store.ts"
import { forgetOldErasures } from "./erasure-store.ts"
import { forgetApiKeys, forgetBankKeys, forgetConsents } from "./retention-store.ts"
import { BANK_KEY_KEPT_MS, CONSENT_KEPT_MS, ENDED_API_KEY_KEPT_MS, ENDED_LINK_KEPT_MS } from "./terms.ts"

/** Rows, or links, of each kind in one pass. A batch of D1 holds a statement a link. */
const A_PASS = 50
const EVERY_MINUTES = 5
/** Some rows come up each minute. */
const METERS_A_PASS = 200
/** A row a bank and minute, while anything waits. */
const WAITS_A_PASS = 2_000

/** End what is past its term. Repeating it is harmless; what is left is the next pass's.
 * @returns whether it was time for a pass */
export async function forgetPastTerm(given: {
  readonly db: Database
  readonly pseudonyms: Pick<Pseudonyms, "recordSubjectOf">
  readonly now: Now
}): Promise<boolean> {
  const { db, pseudonyms } = given
  const now = given.now()
  if (Math.floor(now / MINUTE_MS) % EVERY_MINUTES !== 0) return false
  await releaseLinks(db, pseudonyms, await listReleasable(db, now - ENDED_LINK_KEPT_MS, A_PASS))
  await forgetConsents(db, now - CONSENT_KEPT_MS, A_PASS)
  await forgetBankKeys(db, monthOf(now - BANK_KEY_KEPT_MS), A_PASS)
  await forgetRefusals(db, now - REFUSALS_KEPT_MS, A_PASS)
  await forgetApiKeys(db, now - ENDED_API_KEY_KEPT_MS, A_PASS)
  await forgetMeters(db, Math.floor((now - METERS_KEPT_MS) / MINUTE_MS), METERS_A_PASS)
  await forgetWaits(db, Math.floor((now - WAITS_KEPT_MS) / MINUTE_MS), WAITS_A_PASS)
  await forgetNotices(db, now - NOTICE_KEPT_MS, A_PASS)
  await forgetOldErasures(db, now, A_PASS)
  await forgetDepartures(db, now - DEPARTURE_KEPT_MS, A_PASS)
  return true
}
