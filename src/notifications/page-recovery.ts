// *Reconnect Page*: a token that works takes the place of the dead one, and what waited goes out. The token is proved at Meta before
// anything is changed, the swap and its line of the audit trail are one batch, and every later step may be done again by asking again.
// Composed by worker.ts, asked by the console.

import { SECOND_MS } from "../foundation/clock.ts"
import { err, ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import type { Log } from "../foundation/log.ts"
import type { Graph } from "../messenger/client.ts"
import type { Recovery } from "../messenger/page.ts"
import type { PageRecord } from "../messenger/page-record.ts"
import type { Incidents } from "./incidents.ts"
import { WEBHOOK_FIELDS } from "./page-setup.ts"

/** What reconnecting needs. */
export interface RecoveryWorld {
  readonly graph: Pick<Graph, "listSubscriptions" | "subscribe">
  /** Put the token in the place of the one the Page has; other isolates read it within a minute. @throws DatabaseError */
  readonly swap: () => Promise<void>
  readonly resume: () => Promise<Recovery>
  readonly incidents: Pick<Incidents, "close">
  readonly log: Log
}

/** Why a Page was not reconnected; nothing was changed. */
export type ReconnectRefusal =
  /** Meta takes it for no token of this Page. */
  { readonly reason: "token_refused" } | { readonly reason: "graph_unavailable" }

const RECONNECT_MS = 10 * SECOND_MS

/** Reconnect a Page.
 * @param fresh whether the token is another than the one the Page has
 * @returns what waited: events held, of these stale, handed back so far. @throws DatabaseError */
export async function reconnectPage(
  world: RecoveryWorld,
  page: Pick<PageRecord, "id">,
  token: Secret,
  fresh: boolean,
): Promise<Result<Recovery, ReconnectRefusal>> {
  const { graph, log } = world
  const signal = AbortSignal.timeout(RECONNECT_MS)
  const proof = await graph.listSubscriptions(page.id, token, signal)
  if (!proof.ok) {
    const { reason } = proof.error
    log.warn("page_not_reconnected", { page: page.id, reason, code: proof.error.code })
    const refused = reason === "page_stopped" || reason === "our_fault" || reason === "gone"
    return err({ reason: refused ? "token_refused" : "graph_unavailable" })
  }
  if (fresh) await world.swap()
  const subscribed = await graph.subscribe(page.id, token, WEBHOOK_FIELDS, signal)
  if (!subscribed.ok) log.warn("page_not_subscribed", { page: page.id, reason: subscribed.error.reason })
  const recovery = await world.resume()
  await world.incidents.close(["page_stopped", "page_token_invalid", "page_token_exposed"], page.id)
  return ok(recovery)
}
