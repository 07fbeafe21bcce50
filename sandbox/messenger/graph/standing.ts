// How a Page stands with the platform: its token, restrictions, region, features and limits. Pure reading; the knobs
// of POST /control/pages/{id}. Nothing of it can be set through the Graph API, as on the platform.

import type { JsonObject } from "../json.ts"
import type { Result } from "../result.ts"
import { ok, refuse } from "../result.ts"
import { APP_ID } from "../development.ts"
import { GRAPH_ERRORS } from "./graph-error.ts"

/** Where a Page or a person is, as far as the platform cares. Source: messenger-platform.md 9.4. */
export type Region = "europe" | "japan"

/** The knobs and their meaning. */
export type Standing = {
  /** Subcode of 190 that the Page's token answers with; null while it works */
  readonly tokenError: number | null
  /** Sending is refused with 10/1893063 */
  readonly restricted: boolean
  /** Account linking is off and utility messages are refused there */
  readonly region: Region | null
  /** "Require App Secret": every call needs an `appsecret_proof` */
  readonly requireProof: boolean
  /** Who answers an idle thread. null: nobody in particular, so every app may */
  readonly defaultApp: string | null
  /** The app has the feature "Human Agent" */
  readonly humanAgent: boolean
  /** The app has the permission for utility messages */
  readonly utility: boolean
  /** People the platform counts as engaged: 200 calls each in 24 hours */
  readonly engaged: number
  readonly sendsPerSecond: number
  /** audio and video */
  readonly mediaPerSecond: number
  /** Printed in the usage headers instead of what was counted */
  readonly usagePercent: number | null
}

/** As a new sandbox stands: all works, and the Page is large enough for whatever a test sends. */
export const DEFAULT_STANDING: Standing = {
  tokenError: null,
  restricted: false,
  region: null,
  requireProof: false,
  defaultApp: APP_ID,
  humanAgent: true,
  utility: true,
  engaged: 5_000,
  sendsPerSecond: 300,
  mediaPerSecond: 10,
  usagePercent: null,
}

const isFlag = (value: unknown): boolean => typeof value === "boolean"
const isCount = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= 0
const TOKEN_ERRORS: readonly unknown[] = Object.values(GRAPH_ERRORS)
  .filter((error) => error.code === 190 && "subcode" in error)
  .map((error) => ("subcode" in error ? error.subcode : undefined))

/** True for a region, or none. */
export const isRegion = (value: unknown): value is Region | null =>
  value === null || value === "europe" || value === "japan"

const CHECKS: Readonly<Record<keyof Standing, readonly [(value: unknown) => boolean, string]>> = {
  tokenError: [
    (value) => value === null || TOKEN_ERRORS.includes(value),
    `null or ${TOKEN_ERRORS.join(", ")}`,
  ],
  restricted: [isFlag, "true or false"],
  region: [isRegion, "europe, japan or null"],
  requireProof: [isFlag, "true or false"],
  defaultApp: [
    (value) => value === null || (typeof value === "string" && /^\d+$/.test(value)),
    "an app id or null",
  ],
  humanAgent: [isFlag, "true or false"],
  utility: [isFlag, "true or false"],
  engaged: [isCount, "a whole number"],
  sendsPerSecond: [isCount, "a whole number"],
  mediaPerSecond: [isCount, "a whole number"],
  usagePercent: [(value) => value === null || isCount(value), "a whole number or null"],
}

/** True for the name of a knob. */
export const isKnob = (key: string): key is keyof Standing => Object.hasOwn(CHECKS, key)

/** Change the knobs that are named; the others stay as they are.
 * @returns refusal: a sentence saying what is wrong */
export function changeStanding(current: Standing, changes: JsonObject): Result<Standing, string> {
  for (const [key, value] of Object.entries(changes)) {
    if (!isKnob(key)) return refuse(`Unknown knob "${key}"`)
    const [isRight, form] = CHECKS[key]
    if (!isRight(value)) return refuse(`"${key}" is ${form}`)
  }
  return ok({ ...current, ...changes })
}
