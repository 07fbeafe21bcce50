// What a Page shows before anything is said: Get Started, the greeting, the menu. Read first and written only where it differs, because
// the platform takes ten profile calls in ten minutes. The texts are given. Composed by scheduled work and onboarding.

import type { PageId } from "../foundation/id.ts"
import { ok, type Result } from "../foundation/result.ts"
import type { Secret } from "../foundation/secret.ts"
import type { Graph } from "./client.ts"
import { objectOf, objectsOf, type JsonObject } from "./json.ts"
import { PAYLOAD_CHARS_MAX } from "./message-limits.ts"
import type { GraphRefusal } from "./refusal.ts"

/** One line of the menu: it answers, or opens a page. */
export type MenuItem =
  | { readonly kind: "postback"; readonly title: string; readonly payload: string }
  | { readonly kind: "url"; readonly title: string; readonly url: string }

/** What a Page shows. The locale `default` must be there: it stands in for every other. */
export interface PageProfile {
  /** What tapping Get Started sends, as a postback. */
  readonly getStarted: string
  /** By Meta locale (`default`, `ar_AR`): at most 160 characters. */
  readonly greeting: Readonly<Record<string, string>>
  /** By Meta locale: at most 20 items of 30 characters. */
  readonly menu: Readonly<Record<string, readonly MenuItem[]>>
}

const GREETING_CHARS_MAX = 160
const MENU_ITEMS_MAX = 20
const MENU_TITLE_CHARS_MAX = 30
/** Documents list `greeting`, the platform's own library does not: where it is refused the rest still counts. */
const INVALID_PARAMETER = 100
const FIELDS = ["get_started", "persistent_menu", "greeting"] as const

/** Make the Page show `wanted`. Repeating it writes nothing.
 * @returns the properties that were written
 * @throws RangeError where `wanted` breaks a limit of the platform: its texts are ours */
export async function syncProfile(
  graph: Pick<Graph, "getProfile" | "setProfile">,
  page: PageId,
  token: Secret,
  wanted: PageProfile,
  signal?: AbortSignal,
): Promise<Result<{ readonly written: readonly string[] }, GraphRefusal>> {
  assertProfile(wanted)
  const present = await graph.getProfile(page, token, FIELDS, signal)
  if (!present.ok) return present
  const { greeting, ...needed } = differences(present.value, renderProfile(wanted))
  const written: string[] = []
  if (Object.keys(needed).length > 0) {
    const answer = await graph.setProfile(page, token, needed, signal)
    if (!answer.ok) return answer
    written.push(...Object.keys(needed))
  }
  if (greeting !== undefined) {
    const answer = await graph.setProfile(page, token, { greeting }, signal)
    if (answer.ok) written.push("greeting")
    else if (answer.error.code !== INVALID_PARAMETER) return answer
  }
  return ok({ written })
}

/** The profile as the platform's properties. */
export function renderProfile(profile: PageProfile): JsonObject {
  return {
    get_started: { payload: profile.getStarted },
    greeting: Object.entries(profile.greeting).map(([locale, text]) => ({ locale, text })),
    persistent_menu: Object.entries(profile.menu).map(([locale, items]) => ({
      locale,
      call_to_actions: items.map(renderItem),
    })),
  }
}

function renderItem(item: MenuItem): JsonObject {
  return item.kind === "postback"
    ? { type: "postback", title: item.title, payload: item.payload }
    : { type: "web_url", title: item.title, url: item.url, webview_share_button: "hide" }
}

/** Properties of `wanted` that the Page does not show yet. */
function differences(present: JsonObject, wanted: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(wanted).filter(([name, value]) => !shows(present[name], value)))
}

/** Whether `present` has all of `wanted`. The platform adds members of its own and may give locales in another order; an item too many
 * is a difference. */
function shows(present: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(present) || present.length !== wanted.length) return false
    const byLocale = new Map(objectsOf(present).map((each) => [each["locale"], each]))
    return wanted.every((each: unknown, index) => {
      const locale = objectOf(each)?.["locale"]
      return shows(locale === undefined ? present[index] : byLocale.get(locale), each)
    })
  }
  const object = objectOf(wanted)
  if (!object) return present === wanted
  return Object.entries(object).every(([name, value]) => shows(objectOf(present)?.[name], value))
}

function assertProfile({ getStarted, greeting, menu }: PageProfile): void {
  const faults = [
    [getStarted === "" || getStarted.length > PAYLOAD_CHARS_MAX, "getStarted"],
    [!("default" in greeting), "greeting without a default"],
    [Object.values(greeting).some((text) => text === "" || text.length > GREETING_CHARS_MAX), "greeting"],
    [!("default" in menu), "menu without a default"],
    [Object.values(menu).some((items) => items.length === 0 || items.length > MENU_ITEMS_MAX), "menu items"],
    [
      Object.values(menu)
        .flat()
        .some((item) => item.title === "" || item.title.length > MENU_TITLE_CHARS_MAX),
      "menu title",
    ],
    [
      Object.values(menu)
        .flat()
        .some(
          (item) =>
            item.kind === "postback" && (item.payload === "" || item.payload.length > PAYLOAD_CHARS_MAX),
        ),
      "menu payload",
    ],
  ] as const
  const fault = faults.find(([holds]) => holds)?.[1]
  if (fault) throw new RangeError(`Cannot set a Page's profile: ${fault}`)
}
