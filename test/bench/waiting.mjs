// Waiting for what arrives at the far side, and never for ever.
import { setTimeout as wait } from "node:timers/promises"

const LOOK_EVERY_MS = 5
const WITHIN_MS = 120_000

/** Resolves once `count` more sends have arrived. @throws Error after two minutes */
export async function arrivals(farSide, count) {
  const until = farSide.sent + count
  const giveUpAt = Date.now() + WITHIN_MS
  while (farSide.sent < until) {
    if (Date.now() > giveUpAt) throw new Error(`${until - farSide.sent} of ${count} sends did not arrive`)
    await wait(LOOK_EVERY_MS)
  }
}

/** @throws Error where `work` has not come to its end by then; what it still does is for its caller to stop */
export async function inTime(what, withinMs, work) {
  let late
  const limit = new Promise((_, reject) => {
    late = setTimeout(() => reject(new Error(`${what} did not end within ${withinMs / 1_000} s`)), withinMs)
  })
  try {
    return await Promise.race([work(), limit])
  } finally {
    clearTimeout(late)
  }
}
