// How long to wait before trying again: full jitter between half and all of an exponential step, capped.

const FIRST_WAIT_SECONDS = 2
const WAIT_SECONDS_MAX = 15 * 60

/** Seconds before attempt number `attempts + 1`.
 * @param attempts attempts so far, from 1
 * @param chance a number in [0, 1) */
export function backoffSeconds(attempts: number, chance: number): number {
  const step = Math.min(WAIT_SECONDS_MAX, FIRST_WAIT_SECONDS * 2 ** Math.min(attempts - 1, 20))
  return Math.ceil(step / 2 + (step / 2) * chance)
}
