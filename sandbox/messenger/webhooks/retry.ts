// When an unanswered webhook is tried again, and when the platform gives up on the app. Pure. Waits pass in real time and
// whenever the sandbox's clock is moved.

/** How long the gateway has to answer 200. Source: messenger-platform.md 1.4. */
export const DEADLINE_MS = 5_000

/** Continuous failure after which the platform alerts the app's developers, on the sandbox's clock. */
export const ALARM_AFTER_MS = 15 * 60_000

/** Continuous failure after which the app is unsubscribed from the Page, on the sandbox's clock. */
export const DISABLE_AFTER_MS = 3_600_000

/** Waits before the second, third … try: at once, then less and less often. After the last one the event is lost. */
const WAITS_MS = [0, 1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 120_000, 300_000] as const

/** The wait after this many failed tries, or undefined when no further one follows.
 * @param failures at least 1 */
export function retryWaitMs(failures: number): number | undefined {
  return WAITS_MS[failures - 1]
}
