// Calls about a Page itself: its subscription, its standing, its token, what it shows before anything is said. Composed by client.ts.
// @see messenger-platform.md 1.5, 2.5, 4.9, 6

import type { PageId } from "../foundation/id.ts"
import { ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import { nothing, type Caller } from "./graph-call.ts"
import { idOf, instantOf, objectOf, objectsOf, type JsonObject } from "./json.ts"
import { readIntegrity, type PageIntegrity } from "./page-event.ts"
import type { GraphRefusal } from "./refusal.ts"

/** What the platform says of a token. */
export interface TokenReport {
  readonly valid: boolean
  /** Epoch milliseconds; `null` for one that does not expire by time. */
  readonly expiresAt: number | null
  /** Until when it may read data of people, where the platform says so. */
  readonly dataAccessUntil: number | null
  readonly appId: string | null
  readonly scopes: readonly string[]
}

/** An app that gets a Page's events, and which. */
export interface Subscription {
  readonly appId: string
  readonly fields: readonly string[]
}

export interface PageCalls {
  /** Have the Page's events sent to our webhook; replaces the list of fields. */
  subscribe(
    page: PageId,
    token: Secret,
    fields: readonly string[],
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** Who gets the Page's events now. An app unsubscribed by the platform is missing. */
  listSubscriptions(
    page: PageId,
    token: Secret,
    signal?: AbortSignal,
  ): Promise<Result<readonly Subscription[], GraphRefusal>>
  /** The Page's standing: twin of the webhook's `integrity`. */
  getStanding(page: PageId, token: Secret, signal?: AbortSignal): Promise<Result<PageIntegrity, GraphRefusal>>
  /** Look into a token. @param by the app's own token, `{app id}|{app secret}`, or the token itself */
  debugToken(inspected: Secret, by: Secret, signal?: AbortSignal): Promise<Result<TokenReport, GraphRefusal>>
  /** Write properties of the Page's profile; others stay. The platform allows 10 profile calls in 10 minutes. */
  setProfile(
    page: PageId,
    token: Secret,
    properties: JsonObject,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  getProfile(
    page: PageId,
    token: Secret,
    fields: readonly string[],
    signal?: AbortSignal,
  ): Promise<Result<JsonObject, GraphRefusal>>
  deleteProfile(
    page: PageId,
    token: Secret,
    fields: readonly string[],
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** Show one person a menu of their own. 10 calls in 10 minutes for each. @param menu of profile.ts `renderMenu` */
  setPersonalMenu(
    page: PageId,
    token: Secret,
    psid: string,
    menu: unknown,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
  /** Show them the Page's menu again. */
  deletePersonalMenu(
    page: PageId,
    token: Secret,
    psid: string,
    signal?: AbortSignal,
  ): Promise<Result<void, GraphRefusal>>
}

const SCOPES_MAX = 100
const FIELDS_MAX = 100

export function pageCalls(ask: Caller): PageCalls {
  return {
    subscribe: async (page, token, fields, signal) => {
      const body = { subscribed_fields: fields.join(",") }
      return nothing(await ask({ path: `${page}/subscribed_apps`, page, token, body, signal }))
    },
    async listSubscriptions(page, token, signal) {
      const answer = await ask({ method: "GET", path: `${page}/subscribed_apps`, page, token, signal })
      if (!answer.ok) return answer
      const subscriptions = objectsOf(answer.value["data"]).flatMap((each): Subscription[] => {
        const appId = idOf(each["id"])
        return appId ? [{ appId, fields: namesOf(each["subscribed_fields"], FIELDS_MAX) }] : []
      })
      return ok(subscriptions)
    },
    async getStanding(page, token, signal) {
      const answer = await ask({ method: "GET", path: `${page}/pages_status`, page, token, signal })
      if (!answer.ok) return answer
      return ok(readIntegrity(objectsOf(answer.value["data"])[0] ?? answer.value))
    },
    async debugToken(inspected, by, signal) {
      // The platform offers this by GET only, so that here a token stands in an address. Nobody but it sees the address.
      const query = { input_token: inspected.reveal() }
      const answer = await ask({ method: "GET", path: "debug_token", query, token: by, signal })
      if (!answer.ok) return answer
      const data = objectOf(answer.value["data"]) ?? {}
      return ok({
        valid: data["is_valid"] === true,
        expiresAt: instantOf(data["expires_at"]) ?? null,
        dataAccessUntil: instantOf(data["data_access_expires_at"]) ?? null,
        appId: idOf(data["app_id"]) ?? null,
        scopes: namesOf(data["scopes"], SCOPES_MAX),
      })
    },
    setProfile: async (page, token, properties, signal) =>
      nothing(await ask({ path: `${page}/messenger_profile`, page, token, body: properties, signal })),
    async getProfile(page, token, fields, signal) {
      const path = `${page}/messenger_profile`
      const query = { fields: fields.join(",") }
      const answer = await ask({ method: "GET", path, page, query, token, signal })
      return answer.ok ? ok(objectsOf(answer.value["data"])[0] ?? {}) : answer
    },
    deleteProfile: async (page, token, fields, signal) => {
      const path = `${page}/messenger_profile`
      return nothing(await ask({ method: "DELETE", path, page, token, body: { fields }, signal }))
    },
    setPersonalMenu: async (page, token, psid, menu, signal) => {
      const body = { psid, persistent_menu: menu }
      return nothing(await ask({ path: `${page}/custom_user_settings`, page, token, body, signal }))
    },
    deletePersonalMenu: async (page, token, psid, signal) => {
      // The platform reads these from the address only, as it does a thread's owner.
      const query = { psid, params: JSON.stringify(["persistent_menu"]) }
      const path = `${page}/custom_user_settings`
      return nothing(await ask({ method: "DELETE", path, page, query, token, signal }))
    },
  }
}

function namesOf(value: unknown, max: number): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : []
  return list.filter((each): each is string => typeof each === "string").slice(0, max)
}
