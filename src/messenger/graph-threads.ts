// Calls of Conversation Routing: who holds a person's thread. One owner at a time, or nobody, and then the Page's default app answers;
// control lapses a day after the last activity. What the webhook tells of it is event.ts `thread_control`; when to pass (only after the
// echo of what was said before) is the Conversation's. Composed by client.ts. @see messenger-platform.md 7

import { SECOND_MS } from "../foundation/clock.ts"
import type { PageId } from "../foundation/id.ts"
import { ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { nothing, type Caller } from "./graph-call.ts"
import { idOf, instantOf, objectOf, objectsOf, type JsonObject } from "./json.ts"
import type { GraphRefusal } from "./refusal.ts"

/** Who holds a thread. `appId` is `null` where nobody does, or where the platform does not tell us. */
export interface ThreadOwner {
  readonly appId: string | null
  /** Until when, epoch milliseconds, where it is told. */
  readonly until?: number
}

export interface ThreadCalls {
  /** Hand the thread to another app: the Page Inbox is event-message.ts `PAGE_INBOX_APP_ID`. Allowed to its owner, and to the default app
   * while it is idle. @param control.metadata for the other app, at most 1000 characters, nothing of the customer's */
  passThread(
    page: PageId,
    token: Secret,
    psid: string,
    control: { readonly toAppId: string; readonly metadata?: string },
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** Take it from whoever has it. Allowed to the Page's default app. */
  takeThread(
    page: PageId,
    token: Secret,
    psid: string,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** Ask its owner for it; they may not hear. */
  requestThread(
    page: PageId,
    token: Secret,
    psid: string,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** Let go of it: idle, the default app answers. */
  releaseThread(
    page: PageId,
    token: Secret,
    psid: string,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** Keep it for longer than a day. @param forMs at most seven days */
  extendThread(
    page: PageId,
    token: Secret,
    psid: string,
    forMs: number,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  threadOwner(
    page: PageId,
    token: Secret,
    psid: string,
    signal?: AbortSignal,
  ): Promise<Result<ThreadOwner, GraphRefusal>>
}

const EXTENSION_SECONDS_MAX = 604_800

export function threadCalls(ask: Caller): ThreadCalls {
  const control = async (
    edge: "pass" | "take" | "request" | "release" | "extend",
    page: PageId,
    token: Secret,
    psid: string,
    more: JsonObject,
    signal: AbortSignal | undefined,
  ) => {
    const body = { recipient: { id: psid }, ...more }
    return nothing(await ask({ path: `${page}/${edge}_thread_control`, page, token, body, signal }))
  }
  return {
    passThread: (page, token, psid, { toAppId, metadata }, signal) => {
      const more = { target_app_id: toAppId, ...(metadata ? { metadata } : {}) }
      return control("pass", page, token, psid, more, signal)
    },
    takeThread: (page, token, psid, signal) => control("take", page, token, psid, {}, signal),
    requestThread: (page, token, psid, signal) => control("request", page, token, psid, {}, signal),
    releaseThread: (page, token, psid, signal) => control("release", page, token, psid, {}, signal),
    extendThread: (page, token, psid, forMs, signal) => {
      const duration = Math.min(Math.floor(forMs / SECOND_MS), EXTENSION_SECONDS_MAX)
      return control("extend", page, token, psid, { duration }, signal)
    },
    async threadOwner(page, token, psid, signal) {
      // The platform offers this by GET only, so that here a PSID stands in an address. Nobody but it sees the address.
      const query = { recipient: psid }
      const answer = await ask({ method: "GET", path: `${page}/thread_owner`, page, query, token, signal })
      if (!answer.ok) return answer
      const owner = objectOf(objectsOf(answer.value["data"])[0]?.["thread_owner"])
      const until = instantOf(owner?.["expiration"])
      return ok({ appId: idOf(owner?.["app_id"]) ?? null, ...(until ? { until } : {}) })
    },
  }
}
