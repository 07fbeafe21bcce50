// A bank's Pages as `bank check` looks at them: is there one, may it speak, does Messenger take its token and send us all we need.
// Nothing is changed: the daily look (notifications/page-check.ts) mends. Run by bank-check.ts.

import { fault, note, passed, type Finding } from "../banks/bank-check.ts"
import type { BankRecord } from "../banks/bank.ts"
import { SECOND_MS } from "../foundation/clock.ts"
import type { Secret } from "../foundation/secret.ts"
import type { Graph } from "../messenger/client.ts"
import type { PageDirectory } from "../messenger/page-directory.ts"
import type { PageRecord } from "../messenger/page-record.ts"
import { WEBHOOK_FIELDS } from "../notifications/page-setup.ts"

/** What looking at Pages needs. */
export interface PageCheckGiven {
  readonly listPages: (bank: BankRecord["id"]) => Promise<readonly PageRecord[]>
  readonly pages: Pick<PageDirectory, "find">
  readonly isPaused: (page: PageRecord["id"]) => Promise<boolean>
  readonly graph: Pick<Graph, "debugToken" | "listSubscriptions">
  readonly appId: string
  readonly appToken: Secret
}

const GRAPH_MS = 5 * SECOND_MS
/** Looked at in one check; a bank has one or a few. */
const PAGES_MAX = 5

/** `pages`, and of each Page `page_token` and `webhook_fields`. */
export async function checkPages(given: PageCheckGiven, bank: BankRecord["id"]): Promise<readonly Finding[]> {
  const pages = await given.listPages(bank)
  if (pages.length === 0) return [fault("pages", "The bank has no Page: register one (tellerline pages put)")]
  const seen = await Promise.all(pages.slice(0, PAGES_MAX).map((page) => checkPage(given, page)))
  const more = pages.length - PAGES_MAX
  return [...seen.flat(), ...(more > 0 ? [note("pages", `${more} more Pages were not looked at`)] : [])]
}

async function checkPage(given: PageCheckGiven, { id }: PageRecord): Promise<readonly Finding[]> {
  const [page, paused] = await Promise.all([given.pages.find(id), given.isPaused(id)])
  const stands = paused
    ? fault("pages", `Page ${id} is stopped: see its incidents, then tellerline pages reconnect ${id}`)
    : passed("pages", `Page ${id} may speak`)
  if (!page.ok) return [stands, fault("page_token", `The token of Page ${id} does not open`)]
  const signal = AbortSignal.timeout(GRAPH_MS)
  const { token } = page.value
  const [report, subscriptions] = await Promise.all([
    given.graph.debugToken(token, given.appToken, signal),
    given.graph.listSubscriptions(id, token, signal),
  ])
  const unasked = `Messenger does not answer about Page ${id}`
  const fields = subscriptions.ok
    ? (subscriptions.value.find(({ appId }) => appId === given.appId)?.fields ?? [])
    : []
  const missing = WEBHOOK_FIELDS.filter((field) => !fields.includes(field))
  return [
    stands,
    !report.ok
      ? note("page_token", unasked)
      : report.value.valid
        ? passed("page_token", `Messenger takes the token of Page ${id}`)
        : fault("page_token", `Messenger does not take the token of Page ${id} any more: connect it again`),
    !subscriptions.ok
      ? note("webhook_fields", unasked)
      : missing.length === 0
        ? passed("webhook_fields", `Messenger sends us what is said to Page ${id}`)
        : fault(
            "webhook_fields",
            `Messenger does not send us these fields of Page ${id}: ${missing.join(", ")}; put the Page again to subscribe`,
          ),
  ]
}
