// What a Page's standing looks like from outside: pages_status and the webhook of the same shape, debug_token, and the
// app's own callback. Source: messenger-platform.md 1.5, 2.5 and 4.9.

import { APP_ID } from "../development.ts"
import type { Emulator } from "../emulator.ts"
import type { JsonObject } from "../json.ts"
import { isObject, parseJson, textOf } from "../json.ts"
import { ok, refuse } from "../result.ts"
import { verifyCallback } from "../webhooks/callback.ts"
import type { AppHandler, Handler } from "./call.ts"
import { GRAPH_ERRORS, findGraphError, invalidParameter } from "./graph-error.ts"
import { listOf } from "./parameters.ts"
import { isKnownField } from "./subscription.ts"

const SCOPES = [
  "pages_show_list",
  "pages_messaging",
  "pages_manage_metadata",
  "pages_read_engagement",
  "pages_utility_messaging",
]

/** How a Page's integrity stands, as `pages_status` and the webhook print it. */
export function integrityOf(emulator: Emulator, pageId: string): JsonObject {
  const set = parseJson(emulator.meta.find(`integrity:${pageId}`) ?? "")
  const { restricted } = emulator.standings.of(pageId)
  const timestamp = Math.floor(emulator.clock.now() / 1000)
  const restriction = {
    feature: "MESSAGING",
    status: "ACTIVE",
    description: "The Page cannot send messages for a while.",
    applied_time: timestamp,
    expiration_time: timestamp + 86_400,
  }
  return {
    timestamp,
    status: restricted ? "RESTRICTED" : "GOOD",
    violations: [],
    restrictions: restricted ? [restriction] : [],
    action_events: [],
    ...(isObject(set) ? set : {}),
  }
}

/** GET /{page-id}/pages_status: what the webhook would say, to be asked for. */
export const readStatus: Handler = ({ emulator, page }) => ok({ data: [integrityOf(emulator, page.id)] })

/** GET /debug_token: what is known of a token. A dead one is no error: the answer says so. */
export const debugToken: AppHandler = ({ emulator, values }) => {
  const token = textOf(values, "input_token")
  if (token === undefined) return refuse(invalidParameter("The parameter input_token is required"))
  const page = emulator.pages.findByToken(token)
  const dead = page === undefined ? null : emulator.standings.of(page.id).tokenError
  const error =
    page === undefined ? GRAPH_ERRORS.token : dead === null ? undefined : findGraphError(190, dead)
  const app = { app_id: APP_ID, type: "PAGE", application: "Tellerline" }
  if (error !== undefined) {
    const told = { code: 190, message: error.message, ...(dead === null ? {} : { subcode: dead }) }
    const known = page === undefined ? {} : { ...app, profile_id: page.id }
    return ok({ data: { ...known, error: told, is_valid: false, scopes: [] } })
  }
  const data = { ...app, data_access_expires_at: 0, expires_at: 0, is_valid: true, issued_at: 1_767_225_600 }
  const granular = SCOPES.map((scope) => ({ scope, target_ids: [page?.id] }))
  return ok({
    data: { ...data, profile_id: page?.id, user_id: "218471", scopes: SCOPES, granular_scopes: granular },
  })
}

/** POST /{app-id}/subscriptions: the callback is saved once it has answered the handshake. */
export const subscribeApp: AppHandler = async ({ emulator, node, values }) => {
  if (node !== APP_ID) return refuse(GRAPH_ERRORS.noObject)
  const callback = textOf(values, "callback_url") ?? ""
  const fields = listOf(values.fields)
  if (values.object !== "page" || URL.parse(callback) === null || !fields.every(isKnownField))
    return refuse(invalidParameter("Params object, callback_url and fields are required"))
  if (!(await verifyCallback(callback, textOf(values, "verify_token"))))
    return refuse(GRAPH_ERRORS.callbackUnverified)
  emulator.meta.put("app_subscription", JSON.stringify({ callback, fields }))
  return ok({ success: true })
}

/** GET /{app-id}/subscriptions. */
export const readAppSubscription: AppHandler = ({ emulator, node }) => {
  if (node !== APP_ID) return refuse(GRAPH_ERRORS.noObject)
  const kept = parseJson(emulator.meta.find("app_subscription") ?? "")
  if (!isObject(kept)) return ok({ data: [] })
  const fields = listOf(kept.fields).map((name) => ({ name, version: "v26.0" }))
  return ok({ data: [{ object: "page", callback_url: kept.callback, active: true, fields }] })
}
