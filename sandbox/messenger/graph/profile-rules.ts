// What the Messenger Profile accepts. Pure. One row a property. Source: reference/messenger-platform.md 6.

import type { JsonObject } from "../json.ts"
import { isObject, objectsOf, textOf } from "../json.ts"
import { checkWebUrl } from "./button-limits.ts"
import { invalidParameter } from "./graph-error.ts"
import type { Verdict } from "./limits.ts"
import { allowText, eachItem, firstRefusal, isOpenableUrl, requireList, requireText } from "./limits.ts"

/** Writes allowed to a Page's profile in ten minutes. */
export const PROFILE_CALLS_MAX = 10
export const PROFILE_CALLS_SPAN_MS = 600_000

const PROPERTY_CHECKS: Readonly<Record<string, (value: unknown) => Verdict>> = {
  get_started: (value) =>
    isObject(value)
      ? requireText(value, "payload", 1000, "get_started")
      : invalidParameter("Param get_started must be an object"),
  greeting: (value) =>
    eachLocale(value, "greeting", (entry, where) => requireText(entry, "text", 160, where)),
  ice_breakers: (value) =>
    eachLocale(value, "ice_breakers", (entry, where) =>
      firstRefusal([
        () => requireList(entry, "call_to_actions", 1, 4, where),
        () =>
          eachItem(objectsOf(entry, "call_to_actions"), (item, index) => {
            const path = `${where}[call_to_actions][${index}]`
            return firstRefusal([
              () => requireText(item, "question", 80, path),
              () => requireText(item, "payload", 1000, path),
            ])
          }),
      ]),
    ),
  persistent_menu: checkMenu,
  whitelisted_domains: (value) =>
    Array.isArray(value) &&
    value.length <= 50 &&
    value.every((item) => typeof item === "string" && isOpenableUrl(item))
      ? undefined
      : invalidParameter("Param whitelisted_domains must be at most 50 https origins"),
  account_linking_url: (value) =>
    typeof value === "string" && isOpenableUrl(value)
      ? undefined
      : invalidParameter("Param account_linking_url should represent a valid URL"),
  commands: (value) =>
    eachLocale(value, "commands", (entry, where) =>
      firstRefusal([
        () => requireList(entry, "commands", 1, 100, where),
        () =>
          eachItem(objectsOf(entry, "commands"), (item, index) =>
            firstRefusal([
              () => requireText(item, "name", 32, `${where}[commands][${index}]`),
              () => allowText(item, "description", 64, `${where}[commands][${index}]`),
            ]),
          ),
      ]),
    ),
}

/** Names of the properties that exist. */
export const PROFILE_PROPERTIES: readonly string[] = Object.keys(PROPERTY_CHECKS)

/** The menu, of a Page or of one person. */
export function checkMenu(value: unknown): Verdict {
  return eachLocale(value, "persistent_menu", (entry, where) =>
    entry.call_to_actions === undefined && entry.composer_input_disabled !== true
      ? invalidParameter(`The parameter ${where}[call_to_actions] is required`)
      : firstRefusal([
          () =>
            entry.call_to_actions === undefined
              ? undefined
              : requireList(entry, "call_to_actions", 1, 20, where),
          () =>
            eachItem(objectsOf(entry, "call_to_actions"), (item, index) =>
              checkMenuItem(item, `${where}[call_to_actions][${index}]`),
            ),
        ]),
  )
}

function checkMenuItem(item: JsonObject, where: string): Verdict {
  const title = (): Verdict => requireText(item, "title", 30, where)
  if (item.type === "postback") return firstRefusal([title, () => requireText(item, "payload", 1000, where)])
  if (item.type === "web_url") return firstRefusal([title, () => checkWebUrl(item, where)])
  return invalidParameter(`Param ${where}[type] must be one of {POSTBACK, WEB_URL}`)
}

function eachLocale(
  value: unknown,
  name: string,
  check: (entry: JsonObject, where: string) => Verdict,
): Verdict {
  if (!Array.isArray(value)) return invalidParameter(`Param ${name} must be an array`)
  const entries: readonly unknown[] = value
  if (!entries.some((entry) => isObject(entry) && entry.locale === "default")) {
    return invalidParameter(`Param ${name} must have a default locale`)
  }
  return eachItem(entries, (entry, index) =>
    isObject(entry)
      ? check(entry, `${name}[${index}]`)
      : invalidParameter(`Param ${name}[${index}] must be an object`),
  )
}

/** Judge a write to the profile.
 * @param current what is set now: a menu needs a Get Started button */
export function checkProfile(changes: JsonObject, current: JsonObject): Verdict {
  const names = Object.keys(changes)
  if (names.length === 0) return invalidParameter("At least one property is required")
  const known = firstRefusal(
    names.map((name) => () => {
      const check = PROPERTY_CHECKS[name]
      return check === undefined
        ? invalidParameter(`Property ${name} is not supported`)
        : check(changes[name])
    }),
  )
  if (known !== undefined) return known
  const after = { ...current, ...changes }
  return after.persistent_menu !== undefined && after.get_started === undefined
    ? invalidParameter("You must set a Get Started button if you also wish to use persistent menu")
    : undefined
}

/** Judge the removal of properties. */
export function checkProfileRemoval(fields: readonly string[], current: JsonObject): Verdict {
  if (fields.length === 0) return invalidParameter("The parameter fields is required")
  const strange = fields.find((name) => PROPERTY_CHECKS[name] === undefined)
  if (strange !== undefined) return invalidParameter(`Property ${strange} is not supported`)
  return fields.includes("get_started") &&
    current.persistent_menu !== undefined &&
    !fields.includes("persistent_menu")
    ? invalidParameter("You must remove the persistent menu before the Get Started button")
    : undefined
}

/** The entry of a localised property for a person: exact locale, same language, default. */
export function localised(value: unknown, locale: string): JsonObject | undefined {
  const entries = Array.isArray(value) ? value.filter(isObject) : []
  const find = (wanted: string): JsonObject | undefined =>
    entries.find((entry) => textOf(entry, "locale") === wanted)
  const language = locale.split("_")[0] ?? ""
  return (
    find(locale) ??
    entries.find((entry) => textOf(entry, "locale")?.split("_")[0] === language) ??
    find("default")
  )
}
