// What "the other side failed" looks like, and who decides whether to try again: the room that saw it fail.
// Refusals (input or rule says no) are each room's own union; faults (our bug) are thrown Errors.

/** Whether the same call may be made again: never, at the caller's own pace, or after a stated wait. */
export type Retry = "never" | "later" | { readonly afterMs: number }

/** The other side failed. `reason` is for the log and for tests, never for a stranger. */
export interface Outage {
  readonly reason: "unreachable" | "timeout" | "unavailable" | "throttled" | "malformed" | "refused"
  readonly retry: Retry
  /** The other side's own code, where it gave one: digits or a registered word, no people's data. */
  readonly code?: string
}
