// How much of the platform's allowance is used, as its answers say in their headers, so that a Page can slow down before it is
// throttled. Reading only: what to do about it is the Page's. Composed by graph-call.ts. @see messenger-platform.md 8.1

import { MINUTE_MS } from "../foundation/clock.ts"
import { objectOf, objectsOf, type JsonObject } from "./json.ts"

/** Percentages of the allowance, 0 to 100 and above; the largest of calls, time and processor time. 0 where a header is missing. */
export interface Usage {
  /** Of the app, all its Pages together. */
  readonly appPercent: number
  /** Of the Page or its business. */
  readonly pagePercent: number
  /** With a throttle: until calls are let through again. */
  readonly regainAfterMs?: number
}

/** A header holds up to 32 objects of some 120 bytes. */
const HEADER_CHARS_MAX = 16_384
const MEASURES = ["call_count", "total_time", "total_cputime"] as const

/** Read the usage headers, or `undefined` where there are none. One that cannot be read counts as missing. */
export function parseUsage(headers: Headers): Usage | undefined {
  const app = objectOf(readJson(headers.get("x-app-usage")))
  const business = objectOf(readJson(headers.get("x-business-use-case-usage")))
  if (!app && !business) return undefined
  const uses = Object.values(business ?? {}).flatMap((each) => objectsOf(each))
  const regainMinutes = Math.max(0, ...uses.map((each) => numberOf(each["estimated_time_to_regain_access"])))
  return {
    appPercent: app ? percentOf(app) : 0,
    pagePercent: Math.max(0, ...uses.map(percentOf)),
    ...(regainMinutes > 0 ? { regainAfterMs: regainMinutes * MINUTE_MS } : {}),
  }
}

function percentOf(use: JsonObject): number {
  return Math.max(...MEASURES.map((measure) => numberOf(use[measure])))
}

function numberOf(value: unknown): number {
  return typeof value === "number" && value > 0 ? value : 0
}

function readJson(header: string | null): unknown {
  if (header === null || header.length > HEADER_CHARS_MAX) return undefined
  try {
    return JSON.parse(header)
  } catch {
    return undefined
  }
}
