// What Messenger tells of Pages themselves: one it blocks is stopped before it is answered; a hint that templates changed is followed beside
// the answer, for the clock finds it too. Composed by doors.ts.

import type { Outage } from "../foundation/failure.ts"
import { describeFault, type Log } from "../foundation/log.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { PageDirectory } from "../messenger/page-directory.ts"
import type { PageEvent } from "../messenger/page-event.ts"
import type { PageDesk } from "./page-desk.ts"

/** Take what was told.
 * @param waitUntil keeps work alive that goes on beside an answer
 * @returns refusal where the Page's record could not be read: the platform sends again */
export async function receivePageEvents(
  given: {
    readonly pages: Pick<PageDirectory, "findRecord">
    readonly desk: Pick<PageDesk, "stop" | "syncTemplates">
    readonly log: Log
  },
  events: readonly PageEvent[],
  waitUntil: (work: Promise<unknown>) => void,
): Promise<Result<void, Outage>> {
  const { pages, desk, log } = given
  const hinted = new Set(events.filter(({ kind }) => kind === "template_status").map(({ page }) => page))
  for (const page of hinted)
    waitUntil(
      desk
        .syncTemplates(page)
        .catch((fault: unknown) => log.warn("templates_not_synced", { page, ...describeFault(fault) })),
    )
  for (const event of events) {
    if (event.kind !== "policy" || event.action !== "block") continue
    const page = await pages.findRecord(event.page)
    if (page.ok) await desk.stop(page.value, "blocked")
    else if (page.error.reason !== "page_unknown") return err({ reason: "unavailable", retry: "later" })
  }
  return ok(undefined)
}
