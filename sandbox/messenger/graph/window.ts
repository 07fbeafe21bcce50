// Whether a message may be said at all, now. Pure: the person's last actions and the clock go in, yes or no comes out.

/** How long a person's qualifying action lets a Page speak. Source: messenger-platform.md 4.2. */
export const WINDOW_MS = 24 * 3_600_000

/** How long HUMAN_AGENT and CUSTOMER_FEEDBACK reach after the person's last message. Source: 4.3. */
export const TAG_WINDOW_MS = 7 * 24 * 3_600_000

/** When this person last did something, in epoch milliseconds of the sandbox's clock. */
export type LastActions = {
  /** message, tap, Get Started, referral into the thread, reaction */
  readonly actionAt: number | undefined
  /** message only */
  readonly messageAt: number | undefined
}

/** What right the message claims. */
export type Claim = "standard" | "utility" | "seven_days"

/** True when the claim holds at `now`; the last millisecond of the window still counts. */
export function isWithinWindow(claim: Claim, last: LastActions, now: number): boolean {
  if (claim === "utility") return true
  if (last.actionAt !== undefined && now - last.actionAt <= WINDOW_MS) return true
  return claim === "seven_days" && last.messageAt !== undefined && now - last.messageAt <= TAG_WINDOW_MS
}
