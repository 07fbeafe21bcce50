// How webhooks arrive: the knobs of POST /control/webhooks. Pure reading; the courier obeys.

import type { JsonObject } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"

/** The knobs and their meaning. */
export type WebhookSettings = {
  /** How many times each event is sent in all; 1 is once */
  readonly duplicate: number
  /** Events waiting together are shuffled, copies among them */
  readonly reorder: boolean
  /** Up to so many events in one request */
  readonly batch: number
  /** Added before each event, real time */
  readonly delayMs: number
  /** How long after a send its `delivery` event follows */
  readonly deliverAfterMs: number
  /** How long after a send its `read` event follows, for a person whom no phone page has ever shown */
  readonly readAfterMs: number
  /** auto: as just said, and a person on a phone page reads by looking; always: everybody after readAfterMs; never */
  readonly reads: "auto" | "always" | "never"
}

/** As a new sandbox behaves: once each, in order, at once. */
export const DEFAULT_SETTINGS: WebhookSettings = {
  duplicate: 1,
  reorder: false,
  batch: 1,
  delayMs: 0,
  deliverAfterMs: 80,
  readAfterMs: 900,
  reads: "auto",
}

const NUMBERS = {
  duplicate: 100,
  batch: 1000,
  delayMs: 600_000,
  deliverAfterMs: 600_000,
  readAfterMs: 600_000,
} as const

/** Read the knobs that are named; the others go back to their default, so a call says how it is "from now on".
 * `duplicate: true` is two, `batch: true` is ten.
 * @returns refusal: a sentence saying what is wrong */
export function parseSettings(body: JsonObject): Result<WebhookSettings, string> {
  const strange = Object.keys(body).find((key) => !(key in DEFAULT_SETTINGS))
  if (strange !== undefined) return refuse(`Unknown setting "${strange}"`)
  const numbers: Record<string, number> = {}
  for (const [key, max] of Object.entries(NUMBERS)) {
    const value = numberOf(key, body[key])
    if (value === undefined) continue
    if (!Number.isInteger(value) || value < 0 || value > max)
      return refuse(`"${key}" must be a whole number up to ${max}`)
    numbers[key] = key === "duplicate" || key === "batch" ? Math.max(1, value) : value
  }
  const reads = body.reads ?? DEFAULT_SETTINGS.reads
  if (reads !== "auto" && reads !== "always" && reads !== "never")
    return refuse('"reads" is auto, always or never')
  return ok({ ...DEFAULT_SETTINGS, ...numbers, reorder: body.reorder === true, reads })
}

function numberOf(key: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === false) return undefined
  if (value === true) return key === "batch" ? 10 : 2
  return typeof value === "number" ? value : Number.NaN
}
