// What became of an event, as a bank is answered that asks: one row a person it reached. Shapes and the rule; who asks whom is doors.ts.

import type { EventStatus, Reason } from "./callback-reason.ts"

/** One person's row. */
export interface EventStatusRow {
  readonly status: EventStatus | "pending"
  readonly reason: Reason | null
  /** When it was last handed over. */
  readonly at: number
}

/** `reached`: somebody's Conversation holds it. `dead_letter`: it lies among the customer's dead letters. `not_reached`: it is queued,
 * nobody is linked, or it never came. */
export interface EventStatusAnswer {
  readonly state: "reached" | "dead_letter" | "not_reached"
  readonly rows: readonly EventStatusRow[]
}
