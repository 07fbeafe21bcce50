// The smallest checks of the Send API, each giving the refusal or nothing. Composed by message-limits and
// attachment-limits. Lengths are UTF-16 units: the stricter reading where the platform does not say.

import type { JsonObject } from "../json.ts"
import type { GraphError } from "./graph-error.ts"
import { invalidParameter } from "./graph-error.ts"

/** A refusal, or nothing to object to. */
export type Verdict = GraphError | undefined

/** The first refusal of a list of checks; later ones do not run. */
export function firstRefusal(checks: Iterable<() => Verdict>): Verdict {
  for (const check of checks) {
    const refusal = check()
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** The first refusal among the items of a list. */
export function eachItem<Item>(
  items: readonly Item[],
  check: (item: Item, index: number) => Verdict,
): Verdict {
  return firstRefusal(items.map((item, index) => () => check(item, index)))
}

/** Text that must be there, be text, not be blank and hold at most `max` units. */
export function requireText(object: JsonObject, key: string, max: number, where: string): Verdict {
  const value = object[key]
  if (value === undefined || value === null)
    return invalidParameter(`The parameter ${where}[${key}] is required`)
  if (typeof value !== "string") return invalidParameter(`Param ${where}[${key}] must be a string`)
  if (value.trim() === "")
    return invalidParameter(`Param ${where}[${key}] must be a non-empty UTF-8 encoded string`)
  return withinLength(value, key, max, where)
}

/** Text that may be missing. */
export function allowText(object: JsonObject, key: string, max: number, where: string): Verdict {
  const value = object[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== "string") return invalidParameter(`Param ${where}[${key}] must be a string`)
  return withinLength(value, key, max, where)
}

function withinLength(value: string, key: string, max: number, where: string): Verdict {
  if (value.length <= max) return undefined
  return invalidParameter(`Length of param ${where}[${key}] must be less than or equal to ${max}`)
}

/** A list of objects between `min` and `max` items long. */
export function requireList(
  object: JsonObject,
  key: string,
  min: number,
  max: number,
  where: string,
): Verdict {
  const value = object[key]
  if (!Array.isArray(value)) return invalidParameter(`Param ${where}[${key}] must be an array`)
  if (value.length < min)
    return invalidParameter(`Param ${where}[${key}] must have at least ${min} element(s)`)
  if (value.length > max)
    return invalidParameter(`Param ${where}[${key}] has too many elements: at most ${max}`)
  return undefined
}

/** A URL: https anywhere, http on this machine only. */
export function requireUrl(object: JsonObject, key: string, where: string): Verdict {
  const value = object[key]
  if (typeof value === "string" && isOpenableUrl(value)) return undefined
  return invalidParameter(`Param ${where}[${key}] should represent a valid URL`)
}

/** True for what a phone would open: https, or http on loopback, where the gateway lives in development. */
export function isOpenableUrl(text: string): boolean {
  const url = URL.parse(text)
  if (url === null) return false
  if (url.protocol === "https:") return true
  return url.protocol === "http:" && (url.hostname === "localhost" || url.hostname === "127.0.0.1")
}
