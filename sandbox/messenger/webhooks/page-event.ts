// Webhook events that concern a Page and no person: template reviews, integrity, policy.
// Source: reference/messenger-platform.md 2.4 and 2.5.

import type { JsonObject } from "../json.ts"

/** A template's review ended. The shape is the project's reading: no source shows the platform's. */
export const templateStatusChange = (template: {
  readonly id: string
  readonly name: string
  readonly language: string
  readonly status: string
  readonly reason: string | undefined
}): JsonObject => ({
  field: "message_template_status_update",
  value: {
    event: template.status,
    message_template_id: template.id,
    message_template_name: template.name,
    message_template_language: template.language,
    reason: template.reason ?? null,
  },
})

/** The Page's standing changed. */
export const integrityChange = (
  field: "messaging_integrity" | "business_integrity",
  value: JsonObject,
): JsonObject => ({ field, value })

/** The platform warned, blocked or unblocked the Page's app. It has no sender. */
export const policyEvent = (
  pageId: string,
  at: number,
  action: string,
  reason: string | undefined,
): JsonObject => ({
  recipient: { id: pageId },
  timestamp: at,
  policy_enforcement: { action, ...(reason === undefined ? {} : { reason }) },
})
