// What stands beside the message in a Send API call: recipient, persona, notification, quote, thread control. Pure.
// Source: reference/messenger-platform.md 4.1, 4.4 and 7.2.

import type { JsonObject } from "../json.ts"
import { isObject, textOf } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import type { GraphError } from "./graph-error.ts"
import { GRAPH_ERRORS, invalidParameter } from "./graph-error.ts"
import type { Verdict } from "./limits.ts"
import { firstRefusal } from "./limits.ts"
import type { ControlCall } from "./thread-control.ts"

const NOTIFICATIONS = ["REGULAR", "SILENT_PUSH", "NO_PUSH"]

/** Recipients that have ended, or that a bank's Page has no use for: the sandbox has none of them to be found. */
const OTHER_RECIPIENTS: Readonly<Record<string, GraphError>> = {
  notification_messages_token: invalidParameter("Notification messages have ended"),
  one_time_notif_token: invalidParameter("One-time notifications are not available"),
  user_ref: GRAPH_ERRORS.noUser,
  comment_id: GRAPH_ERRORS.noUser,
  post_id: GRAPH_ERRORS.noUser,
  phone_number: GRAPH_ERRORS.noUser,
}

/** The recipient: one way of naming somebody, and by id. */
export function checkRecipient(recipient: unknown): Verdict {
  if (!isObject(recipient)) return invalidParameter("The parameter recipient is required")
  if (recipient.id !== undefined) return undefined
  const other = Object.keys(OTHER_RECIPIENTS).find((key) => recipient[key] !== undefined)
  return other === undefined
    ? invalidParameter("The parameter recipient[id] is required")
    : OTHER_RECIPIENTS[other]
}

/** All that may stand beside message or sender action.
 * @param hasPersona whether the Page has one, not deleted, by that id */
export function checkSideParameters(params: JsonObject, hasPersona: (id: string) => boolean): Verdict {
  const { persona_id: persona, notification_type: notification, reply_to: quoted } = params
  return firstRefusal([
    () =>
      persona === undefined || hasPersona(String(persona))
        ? undefined
        : invalidParameter("Param persona_id is not a valid persona of this Page"),
    () =>
      notification === undefined || NOTIFICATIONS.includes(String(notification))
        ? undefined
        : invalidParameter(`Param notification_type must be one of {${NOTIFICATIONS.join(", ")}}`),
    () =>
      quoted === undefined || (isObject(quoted) && typeof quoted.mid === "string")
        ? undefined
        : invalidParameter("The parameter reply_to[mid] is required"),
  ])
}

/** `thread_control` of a send: what is to become of the thread once the message is out. */
export function readPassing(value: unknown): Result<ControlCall | undefined, GraphError> {
  if (value === undefined) return ok(undefined)
  const kind = isObject(value) ? textOf(value, "control_type")?.toLowerCase() : undefined
  const target = isObject(value) && value.app_id !== undefined ? String(value.app_id) : undefined
  if (kind === "release") return ok({ kind })
  return kind === "pass" && target !== undefined
    ? ok({ kind, target })
    : refuse(invalidParameter("Param thread_control must pass to an app_id, or release"))
}
