// The ways in for a bank's events: one line each. Every one verifies, reads, hands over; stores nothing and knows no queue.
// What each asks stands at its own head. Composed by doors.ts; app.ts mounts it at the root.

import { Hono } from "hono"
import { takeEvents } from "./intake-events.ts"
import { takeNotification } from "./intake-fdx.ts"
import type { BankIntake, IntakeVariables } from "./intake-given.ts"
import { takeOpenBanking } from "./intake-open-banking.ts"
import { takeSets } from "./intake-sets.ts"
import { answerStatus } from "./intake-status.ts"
import { takeWebhook } from "./intake-webhooks.ts"

/** Routes for a bank's events. */
export function bankIntake(given: BankIntake): Hono<IntakeVariables> {
  const routes = new Hono<IntakeVariables>()
  routes.post("/banks/:bankId/events", (context) => takeEvents(given, context))
  routes.get("/banks/:bankId/events/:eventId", (context) => answerStatus(given, context))
  routes.post("/banks/:bankId/event-sets", (context) => takeSets(given, context))
  routes.post("/banks/:bankId/webhooks", (context) => takeWebhook(given, context))
  routes.post("/banks/:bankId/open-banking/:version/event-notifications", (context) =>
    takeOpenBanking(given, context),
  )
  routes.post("/banks/:bankId/fdx/:version/notifications", (context) => takeNotification(given, context))
  return routes
}
