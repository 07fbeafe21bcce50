// What Messenger tells of a Page as a whole and of no person: its templates, its standing with the platform, its apps. Shapes and
// their readers; the envelope is event-parse.ts. Nothing here holds people's data: texts are the platform's own about the Page.
// @see messenger-platform.md 2.4, 2.5

import type { PageId } from "../foundation/id.ts"
import { idOf, instantOf, objectOf, objectsOf, textOf, type JsonObject } from "./json.ts"

interface PageEventHead {
  readonly v: 1
  readonly page: PageId
  /** Epoch milliseconds. */
  readonly at: number
  /** The same for every copy. At most 300 characters. */
  readonly key: string
}

/** The platform warns, blocks or frees the Page. */
export interface PolicyEnforced extends PageEventHead {
  readonly kind: "policy"
  readonly action: "warning" | "block" | "unblock" | "other"
  /** The platform's sentence about the Page. */
  readonly reason?: string
}

/** What the platform holds against a Page, and what it may not do meanwhile. */
export interface PageIntegrity {
  readonly status: string
  readonly violations: readonly string[]
  readonly restrictions: readonly {
    readonly feature: string
    readonly status: string
    readonly until?: number
  }[]
}

/** The Page's standing changed. */
export interface IntegrityChanged extends PageEventHead, PageIntegrity {
  readonly kind: "integrity"
}

/** A template has a new status. A hint: its payload is documented nowhere, the template edge is the truth. */
export interface TemplateStatusChanged extends PageEventHead {
  readonly kind: "template_status"
  readonly status?: string
  readonly name?: string
  readonly language?: string
}

/** Which apps have which part in the Page's threads, by app id. */
export interface AppRolesChanged extends PageEventHead {
  readonly kind: "app_roles"
  readonly roles: Readonly<Record<string, readonly string[]>>
}

/** Anything else about a Page. `shape`: the field, or key names. */
export interface UnknownPageEvent extends PageEventHead {
  readonly kind: "unknown"
  readonly shape: string
}

export type PageEvent =
  | PolicyEnforced
  | IntegrityChanged
  | TemplateStatusChanged
  | AppRolesChanged
  | UnknownPageEvent

/** The event without its head. */
export type PageEventBody<Event = PageEvent> = Event extends PageEvent
  ? Omit<Event, keyof PageEventHead>
  : never

const REASON_CHARS_MAX = 500
const WORD_CHARS_MAX = 100
const LIST_MAX = 50
const ACTIONS = ["warning", "block", "unblock"] as const
/** The platform's own words: letters, digits and what joins them. Anything longer or stranger is not repeated. */
const WORD = /^[\w .:-]{1,100}$/

/** What an item of `messaging` says of the Page, or `undefined`. Two spellings of one key are in use. */
export function readPageMessaging(event: JsonObject): PageEventBody | undefined {
  const policy = objectOf(event["policy_enforcement"]) ?? objectOf(event["policy-enforcement"])
  if (policy) {
    const reason = textOf(policy["reason"], REASON_CHARS_MAX)
    return {
      kind: "policy",
      action: ACTIONS.find((each) => each === policy["action"]) ?? "other",
      ...(reason ? { reason } : {}),
    }
  }
  const roles = objectOf(event["app_roles"])
  if (!roles) return undefined
  const read = Object.entries(roles)
    .filter(([app]) => idOf(app) !== undefined)
    .slice(0, LIST_MAX)
    .map(
      ([app, names]) => [app, Array.isArray(names) ? names.flatMap(wordOf).slice(0, LIST_MAX) : []] as const,
    )
  return { kind: "app_roles", roles: Object.fromEntries(read) }
}

/** What a change of a field says of the Page. */
export function readPageChange(field: string, value: JsonObject): PageEventBody | undefined {
  switch (field) {
    // Two spellings: the second stands in one table of the documents.
    case "message_template_status_update":
    case "messenger_template_status_update":
      return readTemplateStatus(value)
    case "messaging_integrity":
    case "business_integrity":
      return { kind: "integrity", ...readIntegrity(value) }
    default:
      return undefined
  }
}

/** A Page's standing, from the webhook or from `pages_status`. Members that are missing are read as nothing. */
export function readIntegrity(value: JsonObject): PageIntegrity {
  return {
    status: wordOf(value["status"])[0] ?? "",
    violations: objectsOf(value["violations"])
      .slice(0, LIST_MAX)
      .flatMap((each) => wordOf(each["type"])),
    restrictions: objectsOf(value["restrictions"])
      .slice(0, LIST_MAX)
      .map((each) => {
        const until = instantOf(each["expiration_time"])
        return {
          feature: wordOf(each["feature"])[0] ?? "",
          status: wordOf(each["status"])[0] ?? "",
          ...(until ? { until } : {}),
        }
      }),
  }
}

function readTemplateStatus(value: JsonObject): PageEventBody {
  const status = wordOf(value["event"] ?? value["status"] ?? value["message_template_status"])[0]
  const name = textOf(value["message_template_name"], 512)
  const language = textOf(value["message_template_language"], 20)
  return {
    kind: "template_status",
    ...(status ? { status: status.toUpperCase() } : {}),
    ...(name ? { name } : {}),
    ...(language ? { language } : {}),
  }
}

function wordOf(value: unknown): readonly string[] {
  const text = textOf(value, WORD_CHARS_MAX)
  return text && WORD.test(text) ? [text] : []
}
