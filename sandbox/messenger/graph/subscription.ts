// The subscribed_apps edge: which events a Page's app hears. Posting replaces the list.

import { APP_ID } from "../development.ts"
import { ok, refuse } from "../result.ts"
import type { Handler } from "./call.ts"
import { invalidParameter } from "./graph-error.ts"
import { listOf } from "./parameters.ts"

/** Field names that exist; those the sandbox never sends are accepted too. Source: messenger-platform.md 1.5. */
const FIELDS: readonly string[] =
  `messages message_echoes message_edits message_reactions message_deliveries message_reads
 message_context messaging_postbacks messaging_optins messaging_optouts messaging_referrals messaging_account_linking
 messaging_fblogin_account_linking messaging_handovers standby messaging_policy_enforcement messaging_integrity
 business_integrity messaging_feedback response_feedback send_cart messaging_customer_information
 messaging_in_thread_lead_form_submit messaging_appointments messaging_payments message_template_status_update
 marketing_message_clicks marketing_message_deliveries marketing_message_delivery_failed marketing_message_echoes
 marketing_message_reads inbox_labels calls call_permission_reply call_settings_update`.split(/\s+/)

/** True for a field that exists. */
export const isKnownField = (field: string): boolean => FIELDS.includes(field)

/** Install the app with these fields. */
export const subscribe: Handler = ({ emulator, page, values }) => {
  const fields = listOf(values.subscribed_fields)
  if (fields.length === 0) return refuse(invalidParameter("The parameter subscribed_fields is required"))
  const strange = fields.findIndex((field) => !isKnownField(field))
  if (strange >= 0) {
    return refuse(
      invalidParameter(`Param subscribed_fields[${strange}] must be one of {${FIELDS.join(", ")}}`),
    )
  }
  emulator.pages.subscribe(page.id, [...new Set(fields)])
  return ok({ success: true })
}

/** What is installed. */
export const readSubscription: Handler = ({ page }) => {
  if (page.fields.length === 0) return ok({ data: [] })
  const app = { category: "Business", link: "https://tellerline.example/", name: "Tellerline", id: APP_ID }
  return ok({ data: [{ ...app, subscribed_fields: page.fields }] })
}

/** Remove the app from the Page. */
export const unsubscribe: Handler = ({ emulator, page }) => {
  emulator.pages.subscribe(page.id, [])
  return ok({ success: true })
}
